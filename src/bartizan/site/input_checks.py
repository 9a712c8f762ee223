"""Faults between the inputs of a site file and what they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.errors import Fault
from bartizan.site.faults import among, fault, texts, things


def input_faults(document: Mapping[str, Any], ids: Mapping[str, set[str]]) -> Iterator[Fault]:
    """Every fault of the inputs: unknown ids, a sensor of many places, and two that read one word of one message."""
    covers = {
        str(sensor.get("id")): sorted({covered.partition("/")[0] for _, covered in texts(sensor, "covers")})
        for _, sensor in things(document, "sensor")
    }
    read: dict[tuple[str, object], str] = {}
    for number, entry in things(document, "input"):
        for kind in ("sensor", "element", "area", "zone"):
            name = entry.get(kind)
            if isinstance(name, str) and name not in ids[kind]:
                path = ("input", number, kind)
                yield fault(path, name, f"no {kind} has this id", among(name, ids[kind], kind))
        yield from _place_faults(entry, number, covers, ids)
        topic, name = entry.get("topic"), str(entry.get("id", "?"))
        if not isinstance(topic, str) or not isinstance(entry.get("field"), str | None):
            continue
        other = read.setdefault((topic, entry.get("field")), name)
        if other != name:
            cure = "Let one input read it, or give them different fields"
            yield fault(("input", number, "topic"), topic, f"input '{other}' reads this word already", cure)


def _place_faults(
    entry: Mapping[str, Any], number: int, covers: Mapping[str, list[str]], ids: Mapping[str, set[str]]
) -> Iterator[Fault]:
    sensor = entry.get("sensor")
    if not isinstance(sensor, str) or any(key in entry for key in ("element", "area", "zone")):
        return
    places = covers.get(sensor, [])
    if len(places) > 1:
        cure = f"Add element or area here, one of {', '.join(places)}"
        yield fault(("input", number, "sensor"), sensor, "covers several places, and an input speaks of one", cure)
    elif entry.get("kind") in ("badge", "exit") and places and places[0] not in ids["element"]:
        yield fault(("input", number, "sensor"), sensor, "covers no door", "Add element = the door's id")
