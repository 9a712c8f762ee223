"""Keys that came after the format began: what they mean, what is wrong with them; older files keep their hash."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bartizan.errors import SiteFileError, UnknownIdError
from bartizan.quantity import Duration
from bartizan.site import build
from bartizan.site.checks import check
from bartizan.site.graph import reachable
from bartizan.site.site import Site

SITE: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Small"},
    "area": [{"id": "street", "outside": True}, {"id": "yard"}],
    "element": [
        {
            "id": "gate",
            "kind": "gate",
            "between": ["street", "yard"],
            "way": [{"id": "climb", "delay": {"mean": 20, "sd": 6}}, {"id": "force", "delay": {"mean": 20, "sd": 6}}],
        }
    ],
    "sensor": [{"id": "contact", "kind": "contact", "covers": ["yard"], "p_sensed": 0.9}],
    "target": [{"id": "safe", "area": "yard", "objective": "remove", "way": [{"id": "open"}]}],
    "response": [{"id": "guards", "arrival": {"mean": 60, "sd": 5}, "p_communication": 0.9, "strength": 3}],
    "threat": [{"id": "thief"}, {"id": "gang", "count": 4}],
    "upgrade": [
        {"id": "bars", "cost": 5, "changes": [{"at": "element/gate/way/climb", "remove": True}]},
        {"id": "spikes", "cost": 4, "changes": [{"at": "element/gate/way/climb", "set": {"needs": ["mat"]}}]},
        {"id": "light", "cost": 3, "changes": [{"at": "sensor/contact", "set": {"p_sensed": 0.95}}]},
    ],
    "insider": [{"id": "cleaner", "changes": [{"at": "sensor/contact", "remove": True}]}],
}
SITE["area"][1]["crossing"] = {"detect_at": "begin"}
DUEL = {"id": "fight", "response": "guards", "threat": "gang", "law": "square", "advantage": 1.5}


def put(path: str, value: Any) -> dict[str, Any]:
    """The small site with one value changed; `path` is dotted, with numbers for items."""
    document = copy.deepcopy(SITE)
    holder: Any = document
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        holder = holder[step]
    holder[last] = value
    return document


def faults(document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(SiteFileError) as caught:
        build(document)
    return [(fault.key, f"{fault.message}. {fault.cure}") for fault in caught.value.faults]


def findings(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {one.name: (one.about, one.message) for one in check(build(document))}


@pytest.mark.parametrize(
    ("path", "default", "other"),
    [
        ("element.0.way.0.direction", "both", "forward"),
        ("element.0.way.0.opens", False, True),
        ("element.0.way.0.needs_count", 1, 2),
        ("target.0.way.0.needs_count", 1, 2),
        ("element.0.way.0.delay.trials", None, 12),
        ("engagement", [], [DUEL]),
    ],
)
def test_a_default_that_is_written_out_changes_no_hash_and_another_value_does(
    path: str, default: Any, other: Any
) -> None:
    assert build(put(path, other)).hash != build(SITE).hash
    if default is not None:
        assert build(put(path, default)).hash == build(SITE).hash


def test_the_same_in_the_changes_of_an_upgrade() -> None:
    plain = {"element": {"id": "door", "kind": "door", "between": ["street", "yard"], "way": [{"id": "open"}]}}
    spelt = copy.deepcopy(plain)
    spelt["element"]["way"] = [{"id": "open", "direction": "both", "opens": False, "needs_count": 1}]
    sided = copy.deepcopy(plain)
    sided["element"]["way"] = [{"id": "open", "direction": "backward"}]
    hashes = [build(put("upgrade.2.changes", [{"add": one}])).hash for one in (plain, spelt, sided)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_an_element_turned_round_turns_the_sides_of_its_ways() -> None:
    def hashed(between: list[str], side: str) -> str:
        document = put("element.0.between", between)
        document["element"][0]["way"][0]["direction"] = side
        return build(document).hash

    there, back = ["street", "yard"], ["yard", "street"]
    assert hashed(there, "forward") == hashed(back, "backward")
    assert hashed(there, "backward") == hashed(back, "forward")
    assert hashed(there, "forward") != hashed(back, "forward")


def test_a_way_of_one_side_leads_from_that_side_only() -> None:
    document = copy.deepcopy(SITE)
    for way in document["element"][0]["way"]:
        way["direction"] = "backward"
    site = build(document)
    assert reachable(site, ["street"]) == {"street"}
    assert reachable(site, ["yard"]) == {"street", "yard"}


@pytest.mark.parametrize(
    ("path", "value", "key", "words"),
    [
        ("element.0.way.0.direction", "inward", "element[0].way[0].direction", "not one of both, forward, backward"),
        ("target.0.way.0.direction", "forward", "target[0].way[0].direction", "not a key of this part"),
        ("target.0.way.0.opens", True, "target[0].way[0].opens", "not a key of this part"),
        ("element.0.way.0.opens", 1, "element[0].way[0].opens", "valid boolean"),
        ("element.0.way.0.needs_count", 0, "element[0].way[0].needs_count", "greater than or equal to 1"),
        ("element.0.way.0.delay", {"mean": 9, "sd": 2, "trials": 1}, "element[0].way[0].delay.trials", "equal to 2"),
        ("element.0.way.0.delay", {"mean": 9, "trials": 5}, "element[0].way[0].delay", "Add the sd of the trials"),
        ("element.0.way.0.delay", {"mean": 9, "sd": 2, "mean_low": 5}, "element[0].way[0].delay", "Give both or none"),
        (
            "element.0.way.0.delay",
            {"mean": 9, "sd": 2, "mean_low": 10, "mean_high": 12},
            "element[0].way[0].delay",
            "needs 0 <= mean_low <= mean <= mean_high",
        ),
        (
            "element.0.way.0.delay",
            {"mean": 9, "sd": 2, "mean_low": 5, "mean_high": 12, "trials": 5},
            "element[0].way[0].delay",
            "one of the two",
        ),
        ("engagement", [DUEL | {"response": "army"}], "engagement[0].response", "no response has this id"),
        ("engagement", [DUEL | {"threat": "mob"}], "engagement[0].threat", "no threat has this id"),
        ("engagement", [DUEL | {"law": "cubic"}], "engagement[0].law", "not one of linear, square"),
        ("engagement", [DUEL | {"advantage": 0}], "engagement[0].advantage", "greater than 0"),
        ("engagement", [DUEL | {"law": "linear"}], "engagement[0]", "a number above 0 and below 1"),
        ("engagement", [DUEL, DUEL | {"id": "again"}], "engagement[1].threat", "speaks of this response and threat"),
        ("engagement", [DUEL | {"pace": -1}], "engagement[0].pace", "greater than 0"),
    ],
)
def test_what_is_wrong_is_named_with_its_cure(path: str, value: Any, key: str, words: str) -> None:
    found = faults(put(path, value))
    assert [one for one, _ in found] == [key]
    assert words in found[0][1]


def test_a_response_has_a_figure_or_an_engagement() -> None:
    document = put("response.0.p_neutralization", 0.5)
    document["engagement"] = [DUEL]
    assert [key for key, _ in faults(document)] == ["engagement[0].response"]


def test_what_is_given_arrives_in_the_model() -> None:
    document = put("engagement", [DUEL | {"pace": 12.0, "source": "exercise"}])
    document["element"][0]["way"][0] |= {"direction": "backward", "opens": True, "needs_count": 2}
    document["element"][0]["way"][0]["delay"] = {"mean": 9, "sd": 2, "mean_low": 5, "mean_high": 12}
    document["element"][0]["way"][1]["delay"] = {"mean": 9, "sd": 2, "trials": 7}
    site = build(document)
    climb, force = site.element("gate").ways
    assert (climb.direction, climb.opens, climb.needs_count) == ("backward", True, 2)
    assert climb.delay == Duration(9.0, 2.0, mean_low=5.0, mean_high=12.0)
    assert force.delay.trials == 7
    duel = site.engagement("fight")
    assert (duel.response, duel.threat, duel.law, duel.advantage, duel.pace) == ("guards", "gang", "square", 1.5, 12.0)
    with pytest.raises(UnknownIdError, match="no engagement has the id 'none'"):
        site.engagement("none")


def test_an_insider_changes_the_site_on_top_of_a_state() -> None:
    document = put("state", [{"id": "night", "axis": "time", "changes": []}])
    document["state"][0]["changes"] = [{"at": "sensor/contact", "set": {"p_sensed": 0.4}}]
    site: Site = build(document)
    assert site.in_state(["night"]).sensor("contact").p_sensed.value == 0.4
    assert site.in_state(["night"]).with_insider("cleaner").sensors == ()
    with pytest.raises(UnknownIdError, match="no insider has the id 'cook'"):
        site.with_insider("cook")


def test_checks_speak_of_them() -> None:
    assert "upgrades-clash" in findings(SITE)
    about, message = findings(SITE)["upgrades-clash"]
    assert about == "upgrade/bars"
    assert "'spikes'" in message
    assert "element/gate/way/climb" in message
    apart = put("upgrade.0.excludes", ["spikes"])
    assert "upgrades-clash" not in findings(apart)
    assert "upgrades-clash" not in findings(put("upgrade.1.excludes", ["bars"]))


def test_a_way_of_no_side_is_found() -> None:
    document = put("element.0.direction", "forward")
    assert "way-of-no-side" not in findings(document)
    document["element"][0]["way"][0]["direction"] = "backward"
    assert findings(document)["way-of-no-side"][0] == "element/gate/way/climb"


def test_opens_without_use_is_found() -> None:
    opened = put("element.0.way.1.opens", True)
    assert "opens-without-use" not in findings(opened)
    opened["target"][0]["objective"] = "reach"
    assert findings(opened)["opens-without-use"][0] == "element/gate/way/force"
    opened["target"].append({"id": "other", "area": "yard", "way": [{"id": "open"}]})
    assert "opens-without-use" not in findings(opened)
    opened["element"][0]["way"][1]["needs"] = ["ram"]
    assert "nobody can use it" in findings(opened)["opens-without-use"][1]


def test_a_way_for_more_than_come_is_found() -> None:
    assert "way-nobody-can-use" not in findings(put("element.0.way.1.needs_count", 4))
    found = findings(put("element.0.way.1.needs_count", 5))["way-nobody-can-use"]
    assert found == ("element/gate/way/force", "no threat has all that it needs: 5 persons")


def test_an_engagement_with_nobody_is_found() -> None:
    document = put("engagement", [{key: value for key, value in DUEL.items() if key != "threat"}])
    assert "engagement-without-threat" not in findings(document)
    del document["threat"]
    assert findings(document)["engagement-without-threat"][0] == "engagement/fight"


def test_the_figures_of_an_engagement_count_as_unsourced_too() -> None:
    def bare(duel: dict[str, Any]) -> int:
        return int(findings(put("engagement", [duel]))["unsourced-figures"][1].split()[0])

    none = int(findings(SITE)["unsourced-figures"][1].split()[0])
    assert bare(DUEL) == none + 1
    assert bare(DUEL | {"pace": 5}) == none + 2
    assert bare(DUEL | {"source": "exercise"}) == none


def test_a_common_cause_of_one_is_found() -> None:
    document = put("sensor.0.common_cause", "power")
    assert findings(document)["common-cause-alone"][0] == "sensor/contact"
    document["sensor"].append(document["sensor"][0] | {"id": "beam"})
    assert "common-cause-alone" not in findings(document)
