"""Hours by the clock on the wall: days, midnight, the nights when summer time begins and ends; rules and patrols."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bartizan.errors import InputError, SiteFileError
from bartizan.site import build
from bartizan.site.hours import Hours, instant, within, words
from bartizan.site.model import Escalation

VIENNA = ZoneInfo("Europe/Vienna")
NIGHT = Hours(22 * 60, 6 * 60)


def minutes_of(hours: Hours, first: datetime, last: datetime) -> int:
    """How many minutes of real time they hold between two instants."""
    return sum(
        hours.holds((first + timedelta(minutes=n)).astimezone(VIENNA))
        for n in range(int((last - first) / timedelta(minutes=1)))
    )


@pytest.mark.parametrize(
    ("noon", "hours"),
    [
        (datetime(2026, 1, 12, 11, tzinfo=UTC), 8),
        (datetime(2026, 3, 28, 11, tzinfo=UTC), 7),  # in this night summer time begins
        (datetime(2026, 10, 24, 10, tzinfo=UTC), 9),  # and in this it ends
    ],
)
def test_a_night_lasts_as_long_as_the_clock_makes_it(noon: datetime, hours: int) -> None:
    assert minutes_of(NIGHT, noon, noon + timedelta(hours=24)) == hours * 60


def test_a_time_that_the_clock_leaves_out_holds_never_and_one_that_it_shows_twice_holds_twice() -> None:
    gap = Hours(2 * 60, 3 * 60)
    spring, autumn = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
    assert minutes_of(gap, spring - timedelta(hours=1), spring + timedelta(hours=6)) == 0
    assert minutes_of(gap, autumn - timedelta(hours=2), autumn + timedelta(hours=6)) == 120
    half = Hours(90, 150)  # 01:30 to 02:30: on, off at 02:30, and on again from the second 02:00
    assert minutes_of(half, autumn - timedelta(hours=2), autumn + timedelta(hours=6)) == 90


def wall(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=VIENNA)  # type: ignore[misc, arg-type]


def test_over_midnight_it_belongs_to_the_day_on_which_it_begins() -> None:
    monday = Hours(22 * 60, 6 * 60, (0,))
    for shown, holds in [
        (wall(2026, 1, 12, 21, 59), False),  # a Monday
        (wall(2026, 1, 12, 22, 0), True),
        (wall(2026, 1, 13, 5, 59), True),
        (wall(2026, 1, 13, 6, 0), False),
        (wall(2026, 1, 12, 5, 0), False),
        (wall(2026, 1, 13, 23, 0), False),
    ]:
        assert monday.holds(shown) is holds, shown
    sunday = Hours(22 * 60, 6 * 60, (6,))
    assert sunday.holds(wall(2026, 1, 12, 5, 0))


def test_the_whole_day_and_its_words() -> None:
    assert all(Hours(0, 24 * 60).holds(wall(2026, 1, 12, hour)) for hour in range(24))
    assert words([Hours(0, 24 * 60, (0, 5)), NIGHT]) == "mon, sat 00:00 to 24:00; 22:00 to 06:00"
    assert not within([], wall(2026, 1, 12))


def test_a_moment_by_the_clock_of_the_site() -> None:
    assert instant("2026-01-12T22:00", VIENNA) == datetime(2026, 1, 12, 21, tzinfo=UTC)
    assert instant("2026-07-12T22:00Z", None) == datetime(2026, 7, 12, 22, tzinfo=UTC)
    with pytest.raises(InputError, match="twice"):
        instant("2026-10-25T02:30", VIENNA)
    with pytest.raises(InputError, match="never"):
        instant("2026-03-29T02:30", VIENNA)
    with pytest.raises(InputError, match="no time_zone"):
        instant("2026-03-29T02:30", None)


SITE: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "x", "time_zone": "Europe/Vienna"},
    "plan": {"crs": "metres"},
    "area": [{"id": "out", "outside": True}, {"id": "in"}],
    "element": [
        {"id": "gate", "kind": "gate", "between": ["out", "in"], "line": [[0, 0], [4, 0]], "way": []},
        {"id": "lamp", "kind": "door", "between": ["out", "in"], "at": [0, 0], "way": []},
        {"id": "roof", "kind": "roof", "between": ["out", "in"], "way": []},
    ],
    "state": [{"id": "night", "axis": "time"}],
    "zone": [{"id": "z", "area": "out", "polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]}],
}


def with_rule(**rule: Any) -> dict[str, Any]:
    document = copy.deepcopy(SITE)
    document["rule"] = [{"id": "r", "kind": "loitering", "zone": "z", "after": 60} | rule]
    return document


def faults(document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(SiteFileError) as caught:
        build(document)
    return [(fault.key, f"{fault.message}. {fault.cure}") for fault in caught.value.faults]


def test_a_rule_has_all_settings_of_its_kind() -> None:
    (rule,) = build(
        with_rule(
            hours=[{"days": ["sun", "mon"], "from": "22:00", "to": "06:00"}],
            states=["night"],
            classes=["person", "vehicle"],
            escalate=[{"after": 120, "severity": "high"}],
            standing=30,
        )
    ).rules
    assert rule.settings == {"after": 60.0, "grace": 5.0, "standing": 30.0, "sum_within": 0.0}
    assert (rule.after, rule.grace, rule.number("standing")) == (60.0, 5.0, 30.0)
    assert rule.hours == (Hours(1320, 360, (0, 6)),)
    assert rule.escalate == (Escalation(120.0, "high"),)
    assert (rule.classes, rule.states, rule.armed) == (frozenset({"person", "vehicle"}), frozenset({"night"}), True)
    (left,) = build(with_rule(kind="left-object")).rules
    assert (left.classes, left.number("owner"), left.grace) == (frozenset({"object"}), 3.0, 30.0)
    document = with_rule(kind="line-crossing", line=[[0, 1], [9, 1]], zone=None)
    del document["rule"][0]["zone"], document["rule"][0]["after"]
    (line,) = build(document).rules
    assert line.line is not None
    assert (line.settings, line.zone) == ({"direction": "both", "depth": 0.5}, None)


@pytest.mark.parametrize(
    ("rule", "key", "told"),
    [
        ({"standing": -1}, "rule[0].standing", "should be greater than or equal to 0"),
        ({"speed": 3}, "rule[0].speed", "is not a key of this part"),
        ({"hours": [{"from": "22:00"}]}, "rule[0].hours[0].to", "is missing"),
        ({"hours": [{"from": "22", "to": "06:00"}]}, "rule[0].hours[0].from", "is not a time of day"),
        ({"hours": [{"from": "22:00", "to": "22:00"}]}, "rule[0].hours[0]", "begins when it ends"),
        ({"hours": [{"from": "24:00", "to": "01:00"}]}, "rule[0].hours[0]", "a day does not begin at its end"),
        ({"hours": [{"days": ["monday"], "from": "1:00", "to": "02:00"}]}, "rule[0].hours[0].days[0]", "is not one of"),
        ({"states": ["nigt"]}, "rule[0].states[0]", "Did you mean 'night'"),
        ({"classes": ["people"]}, "rule[0].classes[0]", "is not one of person"),
        ({"min_height": 2, "max_height": 1}, "rule[0]", "nobody is taller"),
        ({"escalate": [{"after": 9, "severity": "low"}]}, "rule[0]", "do not rise"),
        ({"kind": "approach", "element": "gate"}, "rule[0]", "a zone or of an element, one of the two"),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_with_its_cure(rule: dict[str, Any], key: str, told: str) -> None:
    document = with_rule(**rule)
    if rule.get("kind"):
        del document["rule"][0]["after"]
    found = dict(faults(document))
    assert told in found[key]


@pytest.mark.parametrize(
    ("kind", "element", "told"),
    [
        ("line-crossing", "lamp", "is no line, which somebody could cross"),
        ("tailgating", "roof", "has no place on the plan"),
        ("pacing", "lamp", "is a place and has no length"),
        ("approach", "moon", "no element has this id"),
    ],
)
def test_an_element_of_a_rule_must_have_the_place_that_it_needs(kind: str, element: str, told: str) -> None:
    document = copy.deepcopy(SITE)
    document["rule"] = [{"id": "r", "kind": kind, "element": element}]
    assert told in dict(faults(document))["rule[0].element"]


def test_hours_need_a_time_zone() -> None:
    document = with_rule(hours=[{"from": "22:00", "to": "06:00"}])
    document["patrol"] = [{"id": "p", "zones": ["z"], "from": "2026-01-12T22:00", "to": "2026-01-12T23:00"}]
    document["state"][0]["hours"] = [{"from": "22:00", "to": "06:00"}]
    del document["site"]["time_zone"]
    found = dict(faults(document))
    assert set(found) == {"rule[0].hours", "patrol[0].from", "state[0].hours"}
    assert all("time_zone" in words for words in found.values())


@pytest.mark.parametrize(
    ("patrol", "key", "told"),
    [
        ({"from": "2026-01-12T22:00"}, "patrol[0]", "a beginning or an end alone"),
        ({}, "patrol[0]", "has from and to, or hours"),
        ({"from": "2026-01-12T22:00", "to": "2026-01-12T21:00"}, "patrol[0].to", "ends before it begins"),
        ({"from": "2026-10-25T02:30", "to": "2026-10-25T05:00"}, "patrol[0].from", "shown twice"),
        ({"from": "at ten", "to": "2026-01-12T21:00"}, "patrol[0].from", "is not a date with a time"),
        ({"zones": ["q"], "from": "2026-01-12T20:00Z", "to": "2026-01-12T21:00Z"}, "patrol[0].zones[0]", "no zone has"),
    ],
)
def test_what_is_wrong_with_a_patrol_is_told(patrol: dict[str, Any], key: str, told: str) -> None:
    document = copy.deepcopy(SITE)
    document["patrol"] = [{"id": "p", "zones": ["z"]} | patrol]
    assert told in dict(faults(document))[key]


def test_what_came_later_counts_only_where_it_is_said() -> None:
    plain = build(with_rule())
    said = build(with_rule(standing=0, cooldown=0, armed=True, classes=["person"], hours=[], group_metres=10))
    assert said == plain
    for rule in ({"standing": 9}, {"cooldown": 1}, {"armed": False}, {"classes": ["animal"]}, {"states": ["night"]}):
        assert build(with_rule(**rule)) != plain
    zone = with_rule()
    zone["zone"][0]["use"] = "watch"
    assert build(zone) == plain
    zone["zone"][0]["use"] = "access"
    assert build(zone) != plain
    patrolled = with_rule()
    patrolled["patrol"] = [{"id": "p", "zones": ["z"], "from": "2026-01-12T20:00Z", "to": "2026-01-12T21:00Z"}]
    local = copy.deepcopy(patrolled)
    local["patrol"][0] |= {"from": "2026-01-12T21:00", "to": "2026-01-12T22:00", "reason": "rounds", "name": "Two"}
    assert build(patrolled) == build(local) != plain


def test_differences_of_rules_and_patrols_are_told() -> None:
    one, other = build(with_rule()), build(with_rule(cooldown=60))
    (change,) = one.diff(other)
    assert (change.at, change.set) == ("rule/r", {"cooldown": 60})
    assert one.with_changes(one.diff(other)) == other
