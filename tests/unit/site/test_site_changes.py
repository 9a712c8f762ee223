"""The grammar of change: what a change touches and nothing else, states on axes, differences."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import bartizan
from bartizan.errors import ChangeError, SiteFileError, UnknownIdError
from bartizan.site import Site, build
from bartizan.site.changes import apply, contradiction, parse_change, plain
from bartizan.site.difference import describe, difference

DEPOT = Path(__file__).parents[2] / "sites" / "depot"


@pytest.fixture(scope="module")
def depot() -> Site:
    site = bartizan.load(DEPOT)
    assert isinstance(site, Site)
    return site


def test_set_changes_the_keys_it_names_and_nothing_else(depot: Site) -> None:
    changed = depot.with_changes([{"at": "element/gate/way/climb", "set": {"p_detection": 0.9, "needs": ["rope"]}}])
    before, after = depot.document, changed.document
    way = after["element"][0]["way"][0]
    assert way.pop("p_detection") == 0.9
    assert way.pop("needs") == ["rope"]
    del before["element"][0]["way"][0]["p_detection"]
    assert after == before
    assert changed.way("gate/climb").needs == {"rope"}
    assert depot.way("gate/climb").needs == frozenset()


def test_remove_takes_a_thing_a_way_or_a_key(depot: Site) -> None:
    document = depot.document
    without = apply(document, [{"at": "upgrade/steel-door", "remove": True}])
    assert [upgrade["id"] for upgrade in without["upgrade"]] == ["second-contact"]
    without = apply(document, [{"at": "element/door/way/key", "remove": True}])
    assert [way["id"] for way in without["element"][1]["way"]] == ["force"]
    without = apply(document, [{"at": "area/yard/name", "remove": True}])
    assert "name" not in without["area"][1]
    without = apply(document, [{"at": "site/time_zone", "remove": True}])
    assert "time_zone" not in without["site"]
    assert document == depot.document


def test_add_brings_a_thing_or_a_way(depot: Site) -> None:
    radar = {"id": "radar", "kind": "radar", "covers": ["hall"], "p_sensed": 0.5}
    key = {"id": "key", "needs": ["key"]}
    changed = depot.with_changes(
        [
            {"add": {"sensor": radar}},
            {"at": "element/gate", "add": {"way": key}},
            {"at": "area/hall", "set": {"crossing": {"detect_at": "end"}}},
        ]
    )
    assert changed.sensor("radar").covers == ("hall",)
    assert [way.id for way in changed.element("gate").ways] == ["climb", "force", "key"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([{"at": "elemnt/gate", "remove": True}], "there is no kind 'elemnt'. Did you mean 'element'?"),
        ([{"at": "element/gaet", "remove": True}], "no element has the id 'gaet'. Did you mean 'gate'?"),
        ([{"at": "element/gate/way/clim", "remove": True}], "no way has the id 'clim'. Did you mean 'climb'?"),
        ([{"at": "element/gate/knd", "remove": True}], "the thing has no key 'knd'. Did you mean 'kind'?"),
        ([{"at": "element", "remove": True}], "names no thing"),
        ([{"at": "element/gate/way/climb/delay/mean", "remove": True}], "leads nowhere"),
        ([{"at": "element/gate/id", "remove": True}], "cannot be removed"),
        ([{"at": "site", "remove": True}], "cannot be removed"),
        ([{"at": "element/gate", "set": {"id": "x"}}], "the id of element/gate cannot change"),
        ([{"at": "element/gate/kind", "set": {"x": 1}}], "is a key, not a thing"),
        ([{"add": {"fence": {}}}], "nothing of kind 'fence' can be added"),
        ([{"add": {"plan": {"crs": "metres"}}}], "the site has a plan already"),
        ([{"at": "area/yard", "add": {"way": {"id": "x"}}}], "Only ways are added to an element or a target"),
        ([{"at": "threat/thief", "set": {"count": 0}}], "greater than or equal to 1"),
        ([{"at": "area/yard", "remove": True}], "no area has this id"),
        ([{"set": {"count": 2}}], "set needs an address"),
        ([{"at": "threat/thief"}], "a change does one thing"),
        ([{"at": "threat/thief", "set": {"count": 2}, "remove": True}], "a change does one thing"),
    ],
)
def test_a_change_without_a_place_or_with_a_wrong_outcome_is_refused(
    depot: Site, changes: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(ChangeError) as caught:
        depot.with_changes(changes)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        [{"at": "threat/thief", "set": {"count": 2}}, {"at": "threat/thief", "set": {"count": 2}}],
        [{"at": "threat/thief", "set": {"count": 2}}, {"at": "threat/thief", "remove": True}],
        [{"at": "threat/thief/speed", "remove": True}, {"at": "threat/thief", "set": {"speed": 2}}],
        [{"at": "element/gate/way/climb", "set": {"needs": []}}, {"at": "element/gate", "set": {"way": []}}],
        [{"add": {"threat": {"id": "x"}}}, {"add": {"threat": {"id": "x", "count": 2}}}],
    ],
)
def test_two_changes_to_one_key_are_refused_in_either_order(depot: Site, changes: list[dict[str, Any]]) -> None:
    for order in (changes, changes[::-1]):
        with pytest.raises(ChangeError, match=r"two changes touch .*\. Keep one of them"):
            depot.with_changes(order)


def test_a_change_reads_and_writes_itself() -> None:
    for raw in (
        {"at": "a/b", "set": {"x": {"y": 1}}},
        {"at": "a/b", "remove": True},
        {"add": {"area": {"id": "z"}}},
        {"at": "element/a", "add": {"way": {"id": "z"}}},
    ):
        assert plain(parse_change(raw)) == raw
        assert parse_change(parse_change(raw)) == parse_change(raw)


def test_states_hold_one_on_each_axis(depot: Site) -> None:
    night = depot.in_state(["night"])
    climb = night.way("gate/climb").p_detection
    assert climb is not None
    assert climb.value == 0.1
    both = depot.in_state(["alert", "night"])
    assert both == depot.in_state(["night", "alert"])
    assert both.sensor("patrol").p_sensed.value == 0.4
    assert both.sensor("gate-contact").p_sensed.value == 0.5
    assert depot.in_state([]) is depot
    assert depot.in_state(["day"]) == depot
    with pytest.raises(ChangeError, match=r"'night' and 'day' lie on one axis, 'time'\. Choose one"):
        depot.in_state(["night", "day"])
    with pytest.raises(UnknownIdError, match="Did you mean 'night'"):
        depot.in_state(["nigth"])


def test_a_state_may_take_away_what_another_speaks_of(depot: Site) -> None:
    closed = depot.with_changes([{"at": "element/door/way/key", "remove": True}])
    with pytest.raises(ChangeError, match="no way has the id 'key'"):
        closed.in_state(["alert"])


def assert_difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    changed = apply(one, difference(one, other))

    def by_id(document: Any) -> Any:
        if isinstance(document, dict):
            return {key: by_id(value) for key, value in document.items() if value != []}
        if isinstance(document, list) and all(isinstance(item, dict) and "id" in item for item in document):
            return {item["id"]: by_id(item) for item in document}
        return document

    assert by_id(changed) == by_id(other)


def test_a_difference_turns_one_site_into_the_other(depot: Site) -> None:
    one = depot.document
    other = copy.deepcopy(one)
    other["element"][1]["way"][0]["delay"] = {"mean": 100}
    del other["element"][1]["way"][1]
    other["element"][0]["way"].append({"id": "dig"})
    other["area"][1]["crossing"]["delay"]["mean"] = 9
    other["threat"].pop()
    other["zone"].append({"id": "new", "polygon": [[0, 0], [1, 0], [1, 1]]})
    del other["site"]["default_sd"]
    del other["plan"]
    assert_difference(one, other)
    assert_difference(other, one)
    assert difference(one, copy.deepcopy(one)) == ()


def test_a_difference_is_told_in_lines(depot: Site) -> None:
    changed = depot.with_changes(
        [
            {"at": "element/gate/way/climb", "set": {"p_detection": 0.9, "needs": ["rope"]}},
            {"at": "threat/employee", "remove": True},
            {"add": {"threat": {"id": "gang", "count": 4}}},
        ]
    )
    assert describe(depot.diff(changed), depot.document) == (
        'element/gate/way/climb: p_detection {"low": 0.2, "mode": 0.5, "high": 0.8, "source": "three guards asked"}'
        " -> 0.9",
        'element/gate/way/climb: needs absent -> ["rope"]',
        'threat/employee: removed (was {"id": "employee", "has": ["key"], "speed": 1.5})',
        "threat/gang: added",
    )


def test_a_difference_is_nothing_where_only_the_spelling_of_a_number_changed(depot: Site) -> None:
    other = depot.document
    other["threat"][0]["speed"] = 2.0
    assert difference(depot.document, other) == ()


def test_a_contradiction_names_the_key_and_both_changes() -> None:
    one = parse_change({"at": "element/gate/way/climb", "set": {"p_detection": 0.9}})
    other = parse_change({"at": "element/gate/way/climb", "set": {"p_detection": 0.5, "detect_at": "end"}})
    beside = parse_change({"at": "element/gate/way/climb", "set": {"detect_at": "end"}})
    assert contradiction([one], [beside]) is None
    told = contradiction([one], [other])
    assert told is not None
    assert "two changes touch element/gate/way/climb/p_detection" in told


def test_an_upgrade_may_speak_of_what_the_one_that_it_requires_adds(depot: Site) -> None:
    door = {"id": "side", "kind": "door", "between": ["yard", "hall"], "way": [{"id": "force", "detect_at": "end"}]}
    contact = {"id": "side-contact", "kind": "contact", "covers": ["side"], "p_sensed": 0.5}
    upgrades = [
        {"id": "new-contact", "cost": 1, "requires": ["new-door"], "changes": [{"add": {"sensor": contact}}]},
        {"id": "new-door", "cost": 1, "changes": [{"add": {"element": door}}]},
    ]
    document = depot.document
    document["upgrade"] = upgrades
    assert len(build(document, depot.attachments).upgrades) == 2
    del upgrades[0]["requires"]
    with pytest.raises(SiteFileError, match="no area, element or way has this id"):
        build(document, depot.attachments)
