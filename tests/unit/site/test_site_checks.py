"""Each named check finds what it is named for, and the sites that ship with nothing wrong raise nothing."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

import bartizan
from bartizan.site import build
from bartizan.site.checks import Finding, check

DEPOT = Path(__file__).parents[2] / "sites" / "depot"

BOX = [[0, 0], [10, 0], [10, 10], [0, 10]]
# a camera 5 m up that looks along +y; its points were worked out for places on the ground before it
POINTS = [[44.6, 513.2, 30, 8], [723.4, 513.2, 10, 8], [568.0, 240.4, 10, -10], [200.0, 240.4, 30, -10]]

SITE: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Small"},
    "area": [
        {"id": "street", "outside": True, "polygon": BOX},
        {"id": "yard", "polygon": [[0, 10], [10, 10], [10, 20], [0, 20]]},
    ],
    "element": [
        {
            "id": "gate",
            "kind": "gate",
            "between": ["street", "yard"],
            "line": [[4, 10], [6, 10]],
            "way": [{"id": "force", "needs": ["tool"], "detect_at": "begin"}],
        }
    ],
    "sensor": [{"id": "contact", "kind": "contact", "covers": ["gate"], "p_sensed": {"value": 0.9, "source": "test"}}],
    "target": [{"id": "safe", "area": "yard", "at": [5, 15], "way": [{"id": "open"}]}],
    "response": [
        {
            "id": "guards",
            "arrival": {"mean": 60, "sd": 5, "source": "drill"},
            "p_communication": {"value": 0.9, "source": "drill"},
        }
    ],
    "threat": [{"id": "thief", "has": ["tool"]}],
    "zone": [{"id": "pavement", "area": "street", "polygon": [[1, 1], [9, 1], [9, 9], [1, 9]]}],
}


def found(**parts: Any) -> list[tuple[str, str, str]]:
    site = build(copy.deepcopy(SITE) | copy.deepcopy(parts))
    return [(finding.name, finding.level, finding.about) for finding in check(site)]


def with_first(kind: str, **keys: Any) -> dict[str, Any]:
    return {kind: [SITE[kind][0] | keys, *SITE[kind][1:]]}


def test_a_site_with_nothing_odd_has_no_findings() -> None:
    assert found() == []


def test_the_example_site_has_no_error(chancery: Path) -> None:
    assert [finding for finding in check(bartizan.load(chancery)) if finding.level == "error"] == []


@pytest.mark.parametrize(
    ("parts", "finding"),
    [
        (with_first("area", outside=False), ("no-outside-area", "error", "site")),
        ({"response": []}, ("no-response", "warning", "site")),
        ({"area": [*SITE["area"], {"id": "attic"}]}, ("area-without-element", "warning", "area/attic")),
        (
            {"element": [*SITE["element"], {"id": "wall", "kind": "wall", "between": ["street", "yard"]}]},
            ("element-without-way", "warning", "element/wall"),
        ),
        (
            {"area": [SITE["area"][0], SITE["area"][1] | {"outside": True}]},
            ("element-between-outside-areas", "note", "element/gate"),
        ),
        (with_first("target", way=[]), ("target-without-way", "warning", "target/safe")),
        (
            with_first("element", direction="forward", between=["yard", "street"]),
            ("target-unreached", "warning", "target/safe"),
        ),
        (with_first("threat", has=[]), ("target-unreached", "warning", "target/safe")),
        (with_first("threat", has=[]), ("way-nobody-can-use", "warning", "element/gate/way/force")),
        (with_first("threat", has=[]), ("sensor-without-use", "warning", "sensor/contact")),
        (
            with_first("target", objective="remove") | with_first("element", direction="forward"),
            ("target-without-exit", "warning", "target/safe"),
        ),
        (
            {"state": [{"id": "night", "axis": "time"}, {"id": "day", "axis": "time"}]},
            ("axis-without-effect", "note", "state/night"),
        ),
        (
            {
                "upgrade": [
                    {"id": name, "cost": 1, "changes": [{"at": "threat/thief", "set": {"count": 2}}]} | more
                    for name, more in (
                        ("a", {"requires": ["b"]}),
                        ("b", {"requires": ["c"]}),
                        ("c", {"excludes": ["a"]}),
                    )
                ]
            },
            ("upgrade-impossible", "error", "upgrade/a"),
        ),
        (
            with_first("area", polygon=[[0, 0], [10, 0], [10, 12], [0, 12]]),
            ("areas-overlap", "warning", "area/street"),
        ),
        (with_first("element", line=[[4, 14], [6, 14]]), ("element-off-area", "warning", "element/gate")),
        (with_first("target", at=[5, 25]), ("target-off-area", "warning", "target/safe")),
        ({"zone": [{"id": "z", "polygon": BOX}]}, ("zone-of-nothing", "warning", "zone/z")),
        (
            with_first("zone", polygon=[[1, 1], [9, 1], [9, 15], [1, 15]]),
            ("zone-off-area", "warning", "zone/pavement"),
        ),
        (
            with_first("zone", polygon=[[1, 12], [9, 12], [9, 15], [1, 15]]),
            ("zone-off-area", "error", "zone/pavement"),
        ),
        ({"camera": [{"id": "c"}]}, ("camera-uncalibrated", "note", "camera/c")),
        (
            {"camera": [{"id": "c"}], "rule": [{"id": "r", "kind": "intrusion", "zone": "pavement"}]},
            ("camera-uncalibrated", "warning", "camera/c"),
        ),
        ({"camera": [{"id": "c", "model": {"points": POINTS}}]}, ("camera-without-size", "note", "camera/c")),
        ({"camera": [{"id": "c", "at": [500, 0]}]}, ("camera-off-plan", "warning", "camera/c")),
        (
            {"rule": [{"id": "r", "kind": "intrusion", "zone": "pavement"}]},
            ("rule-without-camera", "warning", "rule/r"),
        ),
        (
            {
                "camera": [{"id": "c", "size": [768, 576], "model": {"points": POINTS}}],
                "zone": [{"id": "z", "area": "street", "polygon": [[1, 1], [3, 1], [3, 3], [1, 3]]}],
                "rule": [{"id": "r", "kind": "intrusion", "zone": "z"}],
            },
            ("zone-unseen", "warning", "zone/z"),
        ),
        (with_first("response", arrival={"mean": 60, "sd": 5}), ("unsourced-figures", "note", "site")),
        (
            with_first("response", arrival={"mean": 60, "sd": 31, "source": "drill"}),
            ("wide-spread", "warning", "response/guards: arrival"),
        ),
        (
            {"response": [{"id": "guards", "arrival": {"mean": 60, "sd": 5, "source": "drill"}}]},
            ("communication-certain", "note", "response/guards"),
        ),
    ],
)
def test_each_check_finds_what_it_is_named_for(parts: dict[str, Any], finding: tuple[str, str, str]) -> None:
    assert finding in found(**parts)


def test_a_zone_that_a_camera_sees_is_not_unseen() -> None:
    site = bartizan.load(DEPOT)
    assert {finding.name for finding in check(site)} == {"unsourced-figures"}


def test_half_a_spread_of_the_mean_is_not_yet_wide() -> None:
    assert found(**with_first("response", arrival={"mean": 60, "sd": 30, "source": "drill"})) == []
    wide = {"mean": 60, "sd": 90, "dist": "lognormal", "source": "drill"}
    assert found(**with_first("response", arrival=wide)) == []


def test_small_slips_of_the_pen_are_forgiven() -> None:
    assert found(**with_first("zone", polygon=[[1, 1], [9, 1], [9, 10.4], [1, 10.4]])) == []
    assert found(**with_first("area", polygon=[[0, 0], [10, 0], [10, 10.4], [0, 10.4]])) == []


def test_unsourced_figures_are_counted() -> None:
    site = build(copy.deepcopy(SITE) | with_first("response", arrival={"mean": 60, "sd": 5}))
    note = next(finding for finding in check(site) if finding.name == "unsourced-figures")
    # p_sensed, arrival and p_communication are written; only the arrival has lost its source
    assert note.message == "1 of 3 figures have no source (1 of kind response)"


def test_a_finding_names_the_thing_and_the_cure() -> None:
    site = build(copy.deepcopy(SITE) | with_first("target", at=[5, 25]))
    assert check(site) == (
        Finding(
            "target-off-area",
            "warning",
            "target/safe",
            "stands outside its area 'yard'",
            "Check the drawing",
        ),
    )
