"""What escalations and tours of a site file speak of and the site does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bartizan.errors import Fault
from bartizan.site.faults import PathOf, among, fault, texts, things


def escalation_faults(document: Mapping[str, Any], ids: Mapping[str, set[str]]) -> Iterator[Fault]:
    """Places that chains speak of and the site does not have."""
    for number, chain in things(document, "escalation"):
        for key, kind in (("zones", "zone"), ("areas", "area"), ("elements", "element")):
            for index, word in texts(chain, key):
                path: PathOf = ("escalation", number, key, index)
                if word not in ids[kind]:
                    yield fault(path, word, f"no {kind} has this id", among(word, ids[kind], kind))


def tour_faults(document: Mapping[str, Any], ids: Mapping[str, set[str]], has_clock: bool) -> Iterator[Fault]:
    """Places that tours speak of and the site does not have; times of day on a site without a clock."""
    for number, entry in things(document, "tour"):
        for index, stop in things(entry, "checkpoint"):
            for kind in ("area", "element"):
                word = stop.get(kind)
                if isinstance(word, str) and word not in ids[kind]:
                    path = ("tour", number, "checkpoint", index, kind)
                    yield fault(path, word, f"no {kind} has this id", among(word, ids[kind], kind))
        if entry.get("begins") and not has_clock:
            cure = "Add time_zone = 'Europe/Vienna', or wherever it is, in [site]"
            message = "is by the clock of the site, and the site has no time_zone"
            yield fault(("tour", number, "begins"), None, message, cure)
