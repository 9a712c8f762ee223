"""The hash is over meaning: what is written otherwise hashes the same, and every figure counts."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bartizan
from bartizan.site import Site, build

DEPOT = Path(__file__).parents[2] / "sites" / "depot"


@pytest.fixture(scope="module")
def depot() -> Site:
    site = bartizan.load(DEPOT)
    assert isinstance(site, Site)
    return site


def rebuilt(depot: Site, document: dict[str, Any]) -> str:
    return build(document, depot.attachments).hash


def test_order_does_not_count(depot: Site) -> None:
    document = depot.document
    for value in document.values():
        if isinstance(value, list):
            value.reverse()
            for thing in value:
                for key in ("way", "covers", "needs", "deployment_to", "elements", "changes"):
                    thing.get(key, []).reverse()
    document["element"][0]["between"].reverse()
    document = dict(reversed(document.items()))
    assert rebuilt(depot, document) == depot.hash


def test_names_and_sources_do_not_count(depot: Site) -> None:
    def stripped(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: stripped(part) for key, part in value.items() if key not in ("name", "source")}
        return [stripped(part) for part in value] if isinstance(value, list) else value

    document = stripped(depot.document)
    document["site"]["name"] = "Another name"
    document["area"][2]["name"] = "Hall"
    assert rebuilt(depot, document) == depot.hash


def test_the_spelling_does_not_count(depot: Site) -> None:
    document = depot.document
    document["threat"][0]["speed"] = 2.0
    document["threat"][0]["count"] = 1
    document["element"][0]["direction"] = "both"
    document["element"][0]["way"][0]["needs"] = []
    document["element"][1]["way"][0]["delay"] = {"mean": 90.0, "sd": 27.0, "dist": "normal"}
    document["element"][1]["way"][0]["p_detection"] = {"value": 0.9, "source": "somebody"}
    document["target"][0]["way"][0]["p_detection"] = 0
    document["area"][0]["crossing"] = {}
    document["area"][1]["polygon"] = [[40, 30], [40, 10], [0, 10], [0, 30], [40, 30]]
    document["area"][2]["crossing"]["delay"] = {"mean": 5, "sd": 0}
    document["zone"][1] = {"id": "ramp", "elements": ["gate"], "polygon": [[17, 8], [23, 8], [23, 12], [17, 12]]}
    document["camera"][0]["model"]["points"].reverse()
    document["rule"][0]["grace"] = 5
    document["state"][0]["changes"][0]["set"]["p_detection"] = {"value": 0.10}
    document["upgrade"][1]["changes"][0]["set"]["delay"] = {"mean": 300, "sd": 60.0, "dist": "normal"}
    plan = copy.deepcopy(depot.attachments["plan.geojson"])
    plan["features"] = [feature for feature in plan["features"] if feature.get("id") != "ramp"]
    site = build(document, {"plan.geojson": plan})
    assert site.zone("ramp").polygon.equals(depot.zone("ramp").polygon)
    assert site.hash == depot.hash


def numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from numbers(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from numbers(part, (*path, index))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def test_every_number_of_the_file_counts(depot: Site) -> None:
    document = depot.document
    paths = [path for path in numbers(document) if path[0] != "schema"]
    assert len(paths) > 80
    hashes = {depot.hash}
    for path in paths:
        changed = copy.deepcopy(document)
        holder: Any = changed
        for step in path[:-1]:
            holder = holder[step]
        step = path[-1]
        if isinstance(holder[step], float):
            holder[step] *= 0.99
        else:
            holder[step] += -1 if step == "low" else 1
        hashes.add(rebuilt(depot, changed))
    assert len(hashes) == len(paths) + 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("site", "time_zone"), "UTC"),
        (("area", 1, "outside"), True),
        (("element", 0, "direction"), "forward"),
        (("element", 0, "kind"), "wall"),
        (("element", 0, "way", 0, "detect_at"), "end"),
        (("element", 0, "way", 1, "needs"), ["rope"]),
        (("element", 0, "way", 1, "delay", "dist"), "gamma"),
        (("sensor", 0, "common_cause"), "power"),
        (("target", 0, "objective"), "reach"),
        (("threat", 0, "has"), ["key"]),
        (("state", 1, "axis"), "posture"),
        (("state", 2, "changes", 1, "set", "detect_at"), "middle"),
        (("state", 2, "changes", 0, "add", "sensor", "p_sensed"), 0.41),
        (("upgrade", 1, "requires"), []),
        (("zone", 0, "area"), "yard"),
        (("rule", 0, "severity"), "low"),
    ],
)
def test_every_word_that_means_something_counts(depot: Site, path: tuple[Any, ...], value: Any) -> None:
    document = depot.document
    holder: Any = document
    for step in path[:-1]:
        holder = holder[step]
    assert holder.get(path[-1]) != value
    holder[path[-1]] = value
    assert rebuilt(depot, document) != depot.hash


def test_the_order_of_a_line_counts_because_it_has_two_sides(depot: Site) -> None:
    document = depot.document
    document["element"][0]["line"].reverse()
    assert rebuilt(depot, document) != depot.hash


def test_equal_sites_are_equal_and_stand_in_one_place_of_a_set(depot: Site) -> None:
    again = build(depot.document, depot.attachments)
    other = depot.with_changes([{"at": "threat/thief", "set": {"count": 2}}])
    assert len({depot, again, other}) == 2
    assert depot != other
    assert depot != "depot"
    assert len(depot.hash) == 64
    assert int(depot.hash, 16) >= 0


def _watch_hash(depot: Site, kind: str, changes: dict[str, Any]) -> str:
    document = depot.document
    document[kind][0] |= changes
    return build(document, depot.attachments).watch_hash


def test_what_only_the_desk_and_the_assessment_use_does_not_count_for_watching(depot: Site) -> None:
    document = depot.document
    document["element"][0]["way"][0]["p_detection"] = 0.123
    document["target"][0]["way"][0]["delay"] = {"mean": 77, "sd": 7}
    document["area"][-1]["crossing"] = {"delay": {"mean": 77, "sd": 7}}
    document["procedure"] = [{"id": "p", "kind": "somebody", "step": [{"id": "look", "text": "Look"}]}]
    document["responder"] = [{"id": "patrol"}]
    document["desk"] = {"reactivation": 60}
    changed = build(document, depot.attachments)
    assert changed.hash != depot.hash
    assert changed.watch_hash == depot.watch_hash


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("zone", {"polygon": [[0, 0], [50, 0], [50, 50]]}),
        ("camera", {"masks": [[[0, 0], [9, 0], [9, 9]]]}),
        ("rule", {"after": 61.5}),
        ("area", {"outside": False}),
        ("element", {"line": [[0, 0], [1, 1]]}),
    ],
)
def test_what_watching_needs_counts_for_it(depot: Site, kind: str, changes: dict[str, Any]) -> None:
    assert _watch_hash(depot, kind, changes) != depot.watch_hash
