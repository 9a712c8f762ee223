"""Each thing that can be wrong in a document: the key it names, and the cure."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bartizan.errors import SiteFileError
from bartizan.site import build

SITE: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Small"},
    "area": [{"id": "street", "outside": True}, {"id": "yard"}],
    "element": [
        {
            "id": "gate",
            "kind": "gate",
            "between": ["street", "yard"],
            "way": [
                {"id": "climb", "p_detection": 0.5, "detect_at": "end", "delay": {"mean": 20, "sd": 6}},
                {"id": "force", "detect_at": "begin", "delay": {"mean": 20, "sd": 6}},
            ],
        }
    ],
    "sensor": [{"id": "contact", "kind": "contact", "covers": ["gate/force"], "p_sensed": 0.9}],
    "target": [{"id": "safe", "area": "yard", "way": [{"id": "open", "delay": {"mean": 60, "sd": 5}}]}],
    "response": [{"id": "guards", "arrival": {"mean": 60, "sd": 5}, "p_communication": 0.9}],
    "threat": [{"id": "thief"}],
    "state": [{"id": "night", "axis": "time", "changes": [{"at": "area/yard", "set": {"name": "Dark"}}]}],
    "upgrade": [{"id": "light", "cost": 5, "changes": [{"at": "area/yard", "set": {"name": "Lit"}}]}],
    "zone": [{"id": "pavement", "area": "street", "polygon": [[0, 0], [9, 0], [9, 3]]}],
    "camera": [{"id": "north", "size": [640, 480]}],
    "rule": [{"id": "loiter", "kind": "loitering", "zone": "pavement", "after": 60}],
}

FLAT = [[0, 0], [1, 1], [2, 2]]
BOW = [[0, 0], [1, 1], [1, 0], [0, 1]]
WAY = "element.0.way.0"
WAY_KEY = "element[0].way[0]"


def put(path: str, value: Any) -> dict[str, Any]:
    """The small site with one value changed; `path` is dotted, with numbers for items; ... takes the key away."""
    document = copy.deepcopy(SITE)
    holder: Any = document
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        holder = holder[step]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return document


def faults_of(document: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    with pytest.raises(SiteFileError) as caught:
        build(document)
    return [(fault.key, fault.value, fault.message, fault.cure) for fault in caught.value.faults]


def test_the_site_that_the_cases_break_is_in_order() -> None:
    assert build(SITE).name == "Small"


@pytest.mark.parametrize(
    ("path", "value", "key", "message", "cure"),
    [
        ("schema", ..., "schema", "is missing", "Add schema = 1"),
        ("schema", 2, "schema", "not a version", "newer Bartizan"),
        ("schema", True, "schema", "not a version", "newer Bartizan"),
        ("site", ..., "site", "is missing", "[site] with name"),
        ("site.name", 7, "site.name", "should be a valid string", "text for people"),
        ("site.time_zone", "Europe/Viena", "site.time_zone", "is not a time zone", "Europe/Vienna"),
        ("site.time_zone", "../etc/passwd", "site.time_zone", "is not a time zone", "Europe/Vienna"),
        ("site.default_sd", -1, "site.default_sd", "greater than or equal to 0", "share of the mean"),
        ("zones", [], "zones", "is not a part of a site file", "Did you mean 'zone'?"),
        ("threat.0.id", "a/b", "threat[0].id", "should match pattern", "letters, digits"),
        ("area.1.outsid", True, "area[1].outsid", "is not a key", "Did you mean 'outside'?"),
        ("area", [{"id": "street"}, {"id": "yard"}, {"id": "yard"}], "area[2].id", "two have one id", "Rename"),
        ("element.0.between", ["street"], "element[0].between", "at least 2 items", "two areas"),
        ("element.0.between", ["street", "yrad"], "element[0].between[1]", "no area has this id", "mean 'yard'?"),
        ("element.0.between", ["yard", "yard"], "element[0].between", "joins an area to itself", "two different"),
        ("element.0.direction", "backward", "element[0].direction", "not one of both, forward", "both, forward"),
        (f"{WAY}.p_detection", 1.5, f"{WAY_KEY}.p_detection", "less than or equal to 1", "0 to 1"),
        (f"{WAY}.p_detection", "0.5", f"{WAY_KEY}.p_detection", "valid number", "0 to 1"),
        (f"{WAY}.p_detection", float("nan"), f"{WAY_KEY}.p_detection", "finite number", "0 to 1"),
        (
            f"{WAY}.p_detection",
            {"detected": 21, "trials": 20},
            f"{WAY_KEY}.p_detection",
            "needs 0 <= detected <= trials, not 21 of 20",
            "detected, trials",
        ),
        (
            f"{WAY}.p_detection",
            {"low": 0.5, "mode": 0.4, "high": 0.9},
            f"{WAY_KEY}.p_detection",
            "needs 0 <= low <= mode <= high",
            "low, mode, high",
        ),
        (f"{WAY}.detect_at", ..., f"{WAY_KEY}.detect_at", "missing where detection", "begin"),
        ("element.0.way.1.detect_at", ..., "element[0].way[1].detect_at", "sensor 'contact' covers", "begin"),
        (f"{WAY}.delay", 60, f"{WAY_KEY}.delay", "valid dictionary", "{ mean = seconds"),
        (f"{WAY}.delay", {"mean": 60}, f"{WAY_KEY}.delay.sd", "is missing", "default_sd"),
        (f"{WAY}.delay.mean", -1, f"{WAY_KEY}.delay.mean", "greater than or equal to 0", "seconds"),
        (f"{WAY}.delay.dist", "weibull", f"{WAY_KEY}.delay.dist", "is not one of normal", "lognormal"),
        (
            f"{WAY}.delay",
            {"mean": 0, "sd": 1, "dist": "lognormal"},
            f"{WAY_KEY}.delay",
            "a lognormal time needs a mean above 0 s",
            "mean = seconds",
        ),
        (f"{WAY}.delay", {"low": 1, "mode": 2, "high": 3}, f"{WAY_KEY}.delay.dist", "is missing", "triangular"),
        (f"{WAY}.delay", {"mean": 5, "sd": 1, "dist": "fixed"}, f"{WAY_KEY}.delay.sd", "equal to 0", "no spread"),
        (f"{WAY}.delay", {"low": 5, "dist": "uniform"}, f"{WAY_KEY}.delay.high", "is missing", "seconds"),
        ("element.0.polygon", BOW, "element[0].polygon", "must not cross itself", "corners"),
        ("element.0.polygon", FLAT, "element[0].polygon", "a polygon must", "corners"),
        ("element.0.line", [[1, 1], [1, 1]], "element[0].line", "two different places", "places"),
        ("element.0.at", [1, float("inf")], "element[0].at[1]", "finite number", "[x, y]"),
        ("element.0.at", [1, 2e6], "element[0].at", "within 1000000 m", "[x, y]"),
        ("element.0.feature", "gate", "element[0].feature", "no feature of the plan", "[plan] with file"),
        ("sensor.0.covers", ["gate/forc"], "sensor[0].covers[0]", "no area, element or way", "'gate/force'"),
        ("sensor.0.covers", ["gate/climb"], f"{WAY_KEY}.p_detection", "has its own p_detection", "Keep one"),
        ("sensor.0.covers", ["gate"], f"{WAY_KEY}.p_detection", "has its own p_detection", "Keep one"),
        ("sensor.0.covers", ["yard"], "area[1].crossing", "is missing, and sensor 'contact' covers", "detect_at"),
        ("sensor.0.covers", ["gate/force", "gate/force"], "sensor[0].covers[1]", "covered twice", "Take it out"),
        ("sensor.0.p_sensed", ..., "sensor[0].p_sensed", "is missing", "0 to 1"),
        ("target.0.area", "vault", "target[0].area", "no area has this id", "There is: street, yard"),
        ("target.0.objective", "steal", "target[0].objective", "is not one of reach, remove", "reach, remove"),
        ("response.0.deployment", {"mean": 5, "sd": 1}, "response[0].arrival", "total and its parts", "Keep arrival"),
        ("response.0.arrival", ..., "response[0].arrival", "is missing, and so is deployment", "Add arrival"),
        ("response.0.strength", 0, "response[0].strength", "greater than or equal to 1", "how many"),
        ("response.0.strength", 2.5, "response[0].strength", "valid integer", "how many"),
        ("threat.0.speed", 0, "threat[0].speed", "greater than 0", "metres per second"),
        ("state.0.changes.0.at", "area/yrad", "state[0].changes", "no area has the id 'yrad'", "Correct"),
        ("state.0.changes.0.set", {"nam": "x"}, "state[0].changes", "area[1].nam: is not a key", "'name'"),
        ("state.0.changes.0.remove", True, "state[0].changes[0]", "does one thing", "Write set"),
        ("state.0.changes.0", {"set": {"a": 1}}, "state[0].changes[0]", "set needs an address", "Add at"),
        ("upgrade.0.cost", -5, "upgrade[0].cost", "greater than or equal to 0", "currency"),
        ("upgrade.0.requires", ["lamp"], "upgrade[0].requires[0]", "no upgrade has this id", "There is: light"),
        ("upgrade.0.requires", ["light"], "upgrade[0].requires[0]", "requires itself", "Take it out"),
        ("upgrade.0.changes", [], "upgrade[0].changes", "at least 1 item", "changes"),
        ("zone.0.area", "stret", "zone[0].area", "no area has this id", "Did you mean 'street'?"),
        ("zone.0.elements", ["gat"], "zone[0].elements[0]", "no element has this id", "Did you mean 'gate'?"),
        ("zone.0.polygon", ..., "zone[0]", "a polygon or a feature", "Add polygon"),
        ("zone.0.polygon", BOW, "zone[0].polygon", "must not cross itself", "corners"),
        ("camera.0.size", [640], "camera[0].size", "at least 2 items", "width and height"),
        ("camera.0.fps", 0, "camera[0].fps", "greater than 0", "pictures a second"),
        ("camera.0.source", "rtsp://me:secret@host/s", "camera[0].source", "never stand in a site file", "environment"),
        ("camera.0.model", {"points": [[0, 0, 0, 0]]}, "camera[0].model.points", "at least 4 items", "picture x"),
        ("camera.0.model", {"points": [[1, 2, 3, 4]] * 4}, "camera[0].model", "same pixel", "calibrating"),
        ("camera.0.model", {"tsai": "x.xml"}, "camera[0].model.unit", "is missing", "mm"),
        (
            "camera.0.model",
            {"tsai": "../x.xml", "unit": "mm"},
            "camera[0].model.tsai",
            "inside the site",
            "Name a file",
        ),
        ("camera.0.model", {"tsai": "/x.xml", "unit": "mm"}, "camera[0].model.tsai", "inside the site", "Name a file"),
        ("camera.0.model", {"tsai": "x.xml", "unit": "mm"}, "camera[0].model.tsai", "not handed over", "Put the file"),
        ("rule.0.kind", "loitring", "rule[0].kind", "is not one of loitering, intrusion", "Did you mean 'loitering'?"),
        ("rule.0.zone", "x", "rule[0].zone", "no zone has this id", "There is: pavement"),
        ("rule.0.after", ..., "rule[0].after", "is missing", "Add after = seconds, above 0"),
        ("rule.0.after", 0, "rule[0].after", "should be greater than 0", "Write after = seconds, above 0"),
        ("plan", {}, "plan.crs", "is missing", "metres"),
        ("plan", {"crs": "wgs84"}, "plan", "needs an origin", "Add origin"),
        ("plan", {"crs": "metres", "bearing": 5}, "plan", "no origin and no bearing", "Take them out"),
        ("plan", {"crs": "wgs84", "origin": [200, 0]}, "plan", "longitude lies within 180", "in degrees"),
        ("plan", {"crs": "wgs84", "origin": [48, 16]}, "zone[0].polygon", "more than 20 km from the origin", "Correct"),
    ],
)
def test_one_wrong_thing_is_one_fault_with_key_and_cure(
    path: str, value: Any, key: str, message: str, cure: str
) -> None:
    found = faults_of(put(path, value))
    assert [fault[0] for fault in found] == [key], found
    assert message in found[0][2], found
    assert cure in found[0][3], found


@pytest.mark.parametrize(
    ("path", "value", "keys"),
    [
        (
            "area",
            {"id": "a"},
            {"area", "element[0].between[0]", "element[0].between[1]", "target[0].area", "zone[0].area"},
        ),
        ("area.1", "yard", {"area[1]", "element[0].between[1]", "target[0].area"}),
        ("element.0.id", "yard", {"element[0].id", "sensor[0].covers[0]"}),
        ("element.0.way.1.id", "climb", {"element[0].way[1].id", "sensor[0].covers[0]"}),
    ],
)
def test_what_follows_from_a_fault_is_told_with_it(path: str, value: Any, keys: set[str]) -> None:
    assert {fault[0] for fault in faults_of(put(path, value))} >= keys


def test_the_offending_value_is_shown_as_it_is_written() -> None:
    assert faults_of(put("element.0.between", ["street", "yrad"]))[0][1] == '"yrad"'
    assert faults_of(put(f"{WAY}.p_detection", 1.5))[0][1] == "1.5"
    assert faults_of(put("area.1.outside", "no"))[0][1] == '"no"'
    shown = faults_of(put("site.name", "x" * 5000))[0][1]
    assert len(shown) <= 80
    assert shown.endswith("...")


def test_all_faults_come_at_once_whatever_their_sort() -> None:
    document = put("element.0.between", ["stret", "yard"])
    document["element"][0]["knd"] = 1
    document["element"][0]["way"][0]["delay"] = {"mean": "60"}
    document["zone"][0]["polygon"] = BOW
    document["rule"][0]["zone"] = "nowhere"
    document["sensor"][0]["covers"] = ["gate/climb"]
    assert {fault[0] for fault in faults_of(document)} == {
        "element[0].between[0]",
        "element[0].knd",
        "element[0].way[0].delay.mean",
        "element[0].way[0].p_detection",
        "zone[0].polygon",
        "rule[0].zone",
    }


def test_a_broken_thing_does_not_make_its_id_unknown() -> None:
    assert [fault[0] for fault in faults_of(put("area.1.outside", "no"))] == ["area[1].outside"]


def test_several_unknown_keys_are_several_faults() -> None:
    document = put("area.1.colour", "red")
    document["area"][1]["size"] = 3
    assert [fault[0] for fault in faults_of(document)] == ["area[1].colour", "area[1].size"]


def test_a_walk_needs_a_spread_and_two_places() -> None:
    document = copy.deepcopy(SITE)
    document["area"][1]["crossing_between"] = [{"from": "gate", "to": "safe", "delay": "walk"}]
    assert [fault[2] for fault in faults_of(document)] == [
        "a walk takes its sd from default_sd, and the site has none",
        "element 'gate' has no place on the plan",
        "target 'safe' has no place on the plan",
    ]
    document["site"]["default_sd"] = 0.3
    document["element"][0]["at"] = [0, 0]
    document["target"][0]["at"] = [3, 4]
    crossing = build(document).area("yard").crossing_from("gate", "safe")
    assert crossing is not None
    assert crossing.walk == 5.0
    document["area"][1]["crossing_between"][0]["from"] = "gaet"
    assert faults_of(document)[0][2:] == ("is not an element of this area", "Did you mean 'gate'?")
    document["area"][1]["crossing_between"][0] |= {"from": "gate", "delay": "run"}
    assert "walk" in faults_of(document)[0][2]


def test_a_deployment_goes_to_one_place_that_is_there() -> None:
    document = copy.deepcopy(SITE)
    time = {"mean": 5, "sd": 1}
    places = [{"area": "yard"}, {"area": "yard", "element": "gate"}, {"element": "gat"}, {"area": "yard"}]
    document["response"][0] = {"id": "guards", "deployment": time}
    document["response"][0]["deployment_to"] = [place | {"deployment": time} for place in places]
    assert [fault[:1] + fault[2:] for fault in faults_of(document)] == [
        (
            "response[0].deployment_to[1]",
            "goes to an area or to an element, one of the two",
            "Write area = 'id' or element = 'id'",
        ),
        ("response[0].deployment_to[2].element", "no element has this id", "Did you mean 'gate'?"),
        ("response[0].deployment_to[3].area", "two deployments to one place", "Keep one of them"),
    ]


def test_a_plan_is_checked_as_well_as_the_document() -> None:
    document = copy.deepcopy(SITE) | {"plan": {"crs": "metres", "file": "p.geojson"}}
    document["zone"][0] = {"id": "pavement", "feature": "pavment"}
    ring = [[0, 0], [5, 0], [5, 5], [0, 0]]
    features: list[Any] = [
        {"type": "Feature", "id": "pavement", "geometry": {"type": "Polygon", "coordinates": [ring]}},
        {"type": "Feature", "id": "pavement", "geometry": {"type": "Point", "coordinates": [0, 0]}},
        {"type": "Feature", "geometry": {"type": "MultiPoint", "coordinates": [[0, 0]]}},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [BOW]}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [0, "x"]}},
        {"type": "Feature", "geometry": None},
        "feature",
    ]
    with pytest.raises(SiteFileError) as caught:
        build(document, {"p.geojson": {"type": "FeatureCollection", "features": features}})
    wanted = "a geometry is one of Point, LineString, Polygon, not"
    assert {(fault.file, fault.key): fault.message for fault in caught.value.faults} == {
        ("site.toml", "zone[0].feature"): "no feature of the plan's file has this id",
        ("p.geojson", "features[1].id"): "two features have one id",
        ("p.geojson", "features[2].geometry"): f"{wanted} 'MultiPoint'",
        ("p.geojson", "features[3].geometry"): "a polygon must not cross itself: Self-intersection[0.5 0.5]",
        ("p.geojson", "features[4].geometry"): (
            "a position is two numbers (a third, the height, is not used), not [0, 'x']"
        ),
        ("p.geojson", "features[5].geometry"): f"{wanted} None",
        ("p.geojson", "features[6]"): "is not a GeoJSON Feature",
    }
    cure = next(fault.cure for fault in caught.value.faults if fault.file == "site.toml")
    assert cure == "Did you mean 'pavement'?"


def test_a_zone_must_be_a_polygon_on_the_plan_too() -> None:
    document = copy.deepcopy(SITE) | {"plan": {"crs": "metres", "file": "p.geojson"}}
    document["zone"][0] = {"id": "pavement", "feature": "spot"}
    spot = {"type": "Feature", "id": "spot", "geometry": {"type": "Point", "coordinates": [0, 0]}}
    with pytest.raises(SiteFileError, match="a zone is a polygon"):
        build(document, {"p.geojson": {"type": "FeatureCollection", "features": [spot]}})
    with pytest.raises(SiteFileError, match="is not a GeoJSON FeatureCollection"):
        build(document, {"p.geojson": [spot]})
