"""Rows of a queue: few whatever comes, the urgent first and single, nothing lost and nothing mixed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.desk.alarms import MOST_ROWS, Alarm, apply, fold, group, urgency
from bartizan.desk.alarms.decide import decide_acknowledge, decide_shelve
from bartizan.desk.alarms.groups import Ranking, rows_of, source_of
from bartizan.desk.alarms.report import decide_open
from bartizan.signal import Severity, Signal

T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
RANK = {"high": 0, "medium": 1, "low": 2}


def alarm(n: int, severity: Severity = "low", *, taken: bool = False, shelved: bool = False, **more: Any) -> Alarm:
    given = {"kind": "loitering", "zone": "front"} | more
    signal = Signal(id=f"s{n}", t=float(n), state="raised", severity=severity, **given)
    made = fold(decide_open(signal, id=f"a{n}", number=n, run="", at=T0 + timedelta(seconds=n)))
    if shelved:
        (event,) = decide_shelve(made, by="Ann", at=T0, until=T0 + timedelta(hours=1), reason="works")
        made = apply(made, event)
    if taken:
        (event,) = decide_acknowledge(made, by="Ann", at=T0)
        made = apply(made, event)
    return made


def test_few_alarms_have_a_row_each_in_the_order_of_the_queue() -> None:
    alarms = [
        alarm(1, "low"),
        alarm(2, "high", taken=True),
        alarm(3, "medium", shelved=True),
        alarm(4, "high"),
        alarm(5, "high", exercise=True),
    ]
    rows = group(alarms)
    assert [row.alarms for row in rows] == [("a4",), ("a2",), ("a5",), ("a1",), ("a3",)]
    assert [row.count for row in rows] == [1] * 5
    assert (rows[0].kind, rows[0].zone, rows[0].since) == ("loitering", "front", T0 + timedelta(seconds=4))
    assert [row.shelved for row in rows] == [False] * 4 + [True]


def test_ten_thousand_alarms_are_at_most_twenty_rows_and_the_high_ones_stay_single() -> None:
    # 5 % of another rule each, five high ones among them, one of them the very last
    flood = [alarm(n, "low", rule=f"r{n % 40}", zone=f"z{n % 25}") for n in range(1, 9_996)]
    flood += [alarm(9_996 + n, "high", rule="door", zone=f"z{n}") for n in range(5)]
    rows = group(flood)
    assert len(rows) <= MOST_ROWS
    assert sum(row.count for row in rows) == 10_000
    assert [row.count for row in rows[:5]] == [1] * 5
    assert {row.priority for row in rows[:5]} == {"high"}
    assert {row.priority for row in rows[5:]} == {"low"}


def test_a_flood_of_one_source_is_one_row_that_says_where() -> None:
    flood = [alarm(n, "low", rule="loiter", zone="front", cameras=("north",)) for n in range(1, 101)]
    (row,) = group([*flood[:99], alarm(100, "low", rule="loiter", zone="front", cameras=("north",), taken=True)])
    assert (row.first, row.count, row.waiting, row.active) == ("a1", 100, 99, 100)
    assert (row.kind, row.rule, row.zone, row.element, row.cameras) == (
        "loitering",
        "loiter",
        "front",
        None,
        ("north",),
    )
    assert len(row.to_json(most=7)["alarms"]) == 7
    assert row.to_json()["count"] == 100


def test_sources_are_drawn_together_before_kinds_and_kinds_before_classes() -> None:
    two_zones = [alarm(n, "low", rule="loiter", zone=f"z{n % 2}") for n in range(40)]
    assert [row.zone for row in group(two_zones)] == ["z0", "z1"]
    many_zones = [alarm(n, "low", rule=f"r{n % 3}", zone=f"z{n}") for n in range(40)]
    assert [(row.rule, row.zone, row.count) for row in group(many_zones)] == [
        ("r0", None, 14),
        ("r1", None, 13),
        ("r2", None, 13),
    ]
    many_rules = [alarm(n, "low", rule=f"r{n}", zone=f"z{n}") for n in range(40)]
    assert [(row.kind, row.rule, row.count) for row in group(many_rules)] == [("loitering", None, 40)]


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        ({"kind": "contact", "element": "gate"}, ("contact", None, None, None, "gate", None)),
        ({"kind": "camera-blind", "cameras": ["north"]}, ("camera-blind", None, None, None, None, "north")),
        ({"kind": "loitering", "zone": "z", "cameras": ["n"]}, ("loitering", None, "z", None, None, None)),
        ({"kind": "door", "area": "a", "because": {"sensor": "s1"}}, ("door", None, None, "a", None, "s1")),
        ({"kind": "door", "zone": ["x"], "because": {"sensor": {}}}, ("door", None, None, None, None, None)),
    ],
)
def test_what_says_the_same_has_the_same_source(signal: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert source_of(signal) == expected


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["low", "medium", "high"]), st.booleans(), st.booleans(), st.integers(0, 3), st.booleans()
        ),
        max_size=60,
    ),
    st.integers(12, 25),
)
def test_every_alarm_is_in_one_row_of_its_own_class(
    drawn: list[tuple[Severity, bool, bool, int, bool]], most: int
) -> None:
    alarms = [
        alarm(n, severity, taken=taken, shelved=shelved and severity != "high", zone=f"z{zone}", exercise=exercise)
        for n, (severity, taken, shelved, zone, exercise) in enumerate(drawn)
    ]
    rows = group(alarms, most)
    by_id = {one.id: one for one in alarms}
    assert sorted(name for row in rows for name in row.alarms) == sorted(by_id)
    assert len(rows) <= most
    for row in rows:
        members = [by_id[name] for name in row.alarms]
        assert {(one.priority, one.exercise, one.suppression is not None) for one in members} == {
            (row.priority, row.exercise, row.shelved)
        }
        assert members[0] == min(members, key=urgency)
        assert row.first == members[0].id
    order = [(row.shelved, RANK[row.priority], row.exercise, row.waiting == 0) for row in rows]
    assert order == sorted(order)


def test_a_ranking_that_is_kept_says_what_one_made_anew_says() -> None:
    alarms = [alarm(n, ("low", "high")[n % 7 == 0], zone=f"z{n % 30}") for n in range(1, 200)]
    ranking = Ranking()
    for turn in range(3):
        found = ranking.queue(alarms)
        assert found == sorted(alarms, key=urgency)
        assert rows_of(found, source=ranking.source) == group(alarms)
        # some are taken, one is shelved, one is gone, one comes
        (event,) = decide_acknowledge(alarms[turn], by="Ann", at=T0)
        alarms[turn] = apply(alarms[turn], event)
        (event,) = decide_shelve(alarms[9 + turn], by="Ann", at=T0, until=T0 + timedelta(hours=1), reason="works")
        alarms[9 + turn] = apply(alarms[9 + turn], event)
        del alarms[50]
        alarms.append(alarm(500 + turn, "high"))
    assert ranking.source(alarm(900, zone="elsewhere")) == source_of(alarm(900, zone="elsewhere").signal)
