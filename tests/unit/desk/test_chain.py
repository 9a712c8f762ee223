"""Where an alarm is, which alarms are one intrusion, since when and how deep."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.app.desk.chain import CHAIN_WINDOW, Chain, chain_of
from bartizan.app.desk.place import Places
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import open_desk
from bartizan.desk.alarms import Alarm
from bartizan.signal import Signal
from bartizan.site import build

T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)


def way(seconds: float) -> dict[str, Any]:
    return {"id": "force", "p_detection": 0.9, "detect_at": "begin", "delay": {"mean": seconds, "sd": seconds / 5}}


# street | gate, wall | yard | door | hall | inner | vault(target); the shed has no way on, the hatch leads out only
SITE = build(
    {
        "schema": 1,
        "site": {"name": "x"},
        "area": [
            {"id": "street", "outside": True},
            {"id": "yard"},
            {"id": "shed"},
            {"id": "hall"},
            {"id": "vault"},
        ],
        "element": [
            {"id": "gate", "kind": "gate", "between": ["street", "yard"], "way": [way(60)]},
            {"id": "wall", "kind": "wall", "between": ["street", "yard"], "way": [way(30)]},
            {"id": "door", "kind": "door", "between": ["yard", "hall"], "way": [way(90)]},
            {"id": "inner", "kind": "door", "between": ["hall", "vault"], "way": [way(120)]},
            {"id": "hatch", "kind": "hatch", "between": ["vault", "shed"], "direction": "forward", "way": [way(5)]},
            {"id": "slab", "kind": "wall", "between": ["yard", "vault"], "way": []},
        ],
        "target": [{"id": "safe", "area": "vault", "way": [{"id": "open", "delay": {"mean": 120, "sd": 36}}]}],
        "response": [{"id": "guards", "arrival": {"mean": 180, "sd": 54}, "p_communication": 0.95}],
        "plan": {"crs": "metres"},
        "zone": [
            {"id": "pavement", "area": "street", "elements": ["gate"], "polygon": [[0, 0], [9, 0], [9, 3]]},
            {"id": "edge", "elements": ["wall", "door"], "polygon": [[0, 0], [9, 0], [9, 3]]},
            {"id": "nowhere", "polygon": [[0, 0], [9, 0], [9, 3]]},
        ],
    }
)
PLACES = Places(SITE)


class Bench:
    """A desk whose clock is set by hand, and alarms raised on it."""

    def __init__(self) -> None:
        self.at = T0
        self.desk = open_desk(SITE, MemoryJournal(), lambda: self.at)
        self.count = 0

    def raise_at(self, seconds: float, **changed: Any) -> Alarm:
        self.at = T0 + timedelta(seconds=seconds)
        self.count += 1
        plain: dict[str, Any] = {"id": f"run-{self.count}", "t": seconds, "kind": "contact", "state": "raised"}
        return self.desk.submit(Signal(**(plain | changed)))

    def chain(self, alarm: Alarm) -> Chain:
        found = chain_of(self.desk.alarm(alarm.id), self.desk.queue(), PLACES)
        assert isinstance(found, Chain)
        return found


def numbers(chain: Chain) -> list[int]:
    return [alarm.number for alarm in chain.alarms]


@pytest.mark.parametrize(
    ("where", "place", "depth"),
    [
        ({"element": "gate", "area": "hall"}, "gate", 2.5),
        ({"element": "gate", "area": "hall", "zone": "pavement"}, "hall", 1.0),  # seen in a zone: where they stand
        ({"area": "yard", "zone": "pavement"}, "yard", 2.0),
        ({"zone": "pavement"}, "street", 3.0),
        ({"zone": "edge"}, "door", 1.5),
        ({"element": "inner"}, "inner", 0.5),
        ({"area": "vault"}, "vault", 0.0),
        ({"element": "hatch"}, "hatch", float("inf")),  # it joins the vault and leads only out
        ({"element": "slab"}, "slab", float("inf")),  # nobody gets through
        ({"area": "shed"}, "shed", float("inf")),
    ],
)
def test_the_place_is_the_element_or_for_who_is_seen_in_a_zone_the_area(
    where: dict[str, str], place: str, depth: float
) -> None:
    found = PLACES.of(Bench().raise_at(0, **where))
    assert not isinstance(found, str)
    assert (found.id, found.depth, found.outside) == (place, depth, place == "street")


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({}, "names no element, area or zone"),
        ({"element": "moat"}, "no element 'moat'"),
        ({"area": "gate/force"}, "no area 'gate/force'"),
        ({"zone": "lawn"}, "no zone 'lawn'"),
        ({"zone": "nowhere"}, "speaks of no area and no element"),
    ],
)
def test_an_alarm_without_a_place_says_why(where: dict[str, str], words: str) -> None:
    bench = Bench()
    alarm = bench.raise_at(0, **where)
    found = PLACES.of(alarm)
    assert isinstance(found, str)
    assert words in found
    situation = bench.desk.situation(alarm.id)
    assert (situation.reading, situation.place, situation.since) == (None, None, None)
    assert situation.reason == situation.words == found
    assert bench.desk.clock(alarm.id) is None


def test_an_alarm_deeper_in_moves_the_place_and_does_not_restart_the_clock() -> None:
    bench = Bench()
    gate = bench.raise_at(0, element="gate")
    assert bench.chain(gate).place.id == "gate"
    door = bench.raise_at(75, element="door")
    for alarm in (gate, door):
        chain = bench.chain(alarm)
        assert (numbers(chain), chain.place.id, chain.since) == ([1, 2], "door", T0)


def test_an_alarm_less_deep_changes_nothing() -> None:
    bench = Bench()
    door = bench.raise_at(0, element="door")
    bench.raise_at(30, element="gate")
    chain = bench.chain(door)
    assert (chain.place.id, chain.since) == ("door", T0)


def test_another_alarm_as_deep_changes_nothing() -> None:
    bench = Bench()
    first = bench.raise_at(0, element="gate")
    bench.raise_at(20, element="wall")
    bench.raise_at(30, element="gate")
    chain = bench.chain(first)
    assert (numbers(chain), chain.place.id, chain.since) == ([1, 2, 3], "gate", T0)


def test_a_door_that_shuts_again_does_not_end_the_chain() -> None:
    bench = Bench()
    gate = bench.raise_at(0, element="gate")
    bench.desk.submit(Signal(id="run-1", t=5.0, kind="contact", state="ended", element="gate"))
    door = bench.raise_at(90, element="door")
    assert bench.desk.alarm(gate.id).condition == "cleared"
    assert bench.chain(door).since == T0


def test_the_start_is_when_the_thing_was_known_not_when_the_report_came() -> None:
    bench = Bench()
    gate = bench.raise_at(40, element="gate", utc="2026-03-01T22:10:25Z")
    assert bench.chain(gate).since == T0 + timedelta(seconds=25)
    bench.raise_at(50, element="door", utc="2026-03-01T22:10:10Z")
    assert bench.chain(gate).since == T0 + timedelta(seconds=10)


def test_an_assessment_as_anything_but_real_leaves_the_chain() -> None:
    bench = Bench()
    gate, door = bench.raise_at(0, element="gate"), bench.raise_at(75, element="door")
    bench.desk.acknowledge(gate.id, "Ann")
    bench.desk.assess(gate.id, "Ann", "nuisance")
    chain = bench.chain(door)
    assert (numbers(chain), chain.since) == ([2], T0 + timedelta(seconds=75))
    assert bench.desk.situation(gate.id).reason == "The alarm was assessed as nuisance."
    bench.desk.assess(gate.id, "Ann", "real")
    assert numbers(bench.chain(door)) == [1, 2]
    bench.desk.close(gate.id, "Ann", force=True, reason="held")
    assert numbers(bench.chain(door)) == [2]
    assert bench.desk.situation(gate.id).reason == "The alarm is closed."


def test_exercise_and_real_are_never_one_chain() -> None:
    bench = Bench()
    drill = bench.raise_at(0, element="gate", exercise=True)
    real = bench.raise_at(10, element="door")
    assert numbers(bench.chain(drill)) == [1]
    assert (numbers(bench.chain(real)), bench.chain(real).since) == ([2], T0 + timedelta(seconds=10))


def test_an_alarm_outside_or_with_no_way_on_stands_alone() -> None:
    bench = Bench()
    outside = bench.raise_at(0, area="street")
    gate = bench.raise_at(60, element="gate")
    shed = bench.raise_at(70, area="shed")
    assert (numbers(bench.chain(outside)), bench.chain(outside).place.outside) == ([1], True)
    assert (numbers(bench.chain(gate)), bench.chain(gate).since) == ([2], T0 + timedelta(seconds=60))
    assert numbers(bench.chain(shed)) == [3]


def test_a_chain_ends_where_nothing_was_heard_for_the_window() -> None:
    bench = Bench()
    window = CHAIN_WINDOW.total_seconds()
    first = bench.raise_at(0, element="gate")
    second = bench.raise_at(window, element="door")
    third = bench.raise_at(2 * window + 1, element="inner")
    assert numbers(bench.chain(first)) == numbers(bench.chain(second)) == [1, 2]
    assert (numbers(bench.chain(third)), bench.chain(third).place.id) == ([3], "inner")
    assert bench.chain(first).place.id == "door"


def test_a_sensor_that_goes_on_reporting_holds_a_chain_together() -> None:
    bench = Bench()
    window = CHAIN_WINDOW.total_seconds()
    first = bench.raise_at(0, element="gate")
    bench.at = T0 + timedelta(seconds=0.9 * window)
    bench.desk.submit(Signal(id="run-1", t=1.0, kind="contact", state="updated", element="gate"))
    bench.raise_at(1.8 * window, element="door")
    assert numbers(bench.chain(first)) == [1, 2]


@given(
    st.lists(
        st.tuples(st.integers(0, 7_200), st.sampled_from(["gate", "wall", "door", "inner"])), min_size=1, max_size=8
    )
)
def test_chains_part_the_alarms_and_each_is_read_alike_from_all_its_alarms(raised: list[tuple[int, str]]) -> None:
    bench = Bench()
    alarms = [bench.raise_at(seconds, element=element) for seconds, element in sorted(raised)]
    chains = [bench.chain(alarm) for alarm in alarms]
    for alarm, chain in zip(alarms, chains, strict=True):
        assert alarm.number in numbers(chain)
        assert chain.since == min(member.known_at for member in chain.alarms)
        depths = {"inner": 0.5, "door": 1.5, "gate": 2.5, "wall": 2.5}
        elements = [member.signal["element"] for member in chain.alarms]
        assert chain.place.id in elements
        assert depths[chain.place.id] == min(depths[element] for element in elements)
        for member in chain.alarms:
            assert chains[member.number - 1] == chain


def test_who_loiters_before_a_gate_is_outside_though_the_signal_names_the_gate() -> None:
    bench = Bench()
    seen = bench.raise_at(0, kind="loitering", zone="pavement", area="street", element="gate")
    chain = bench.chain(seen)
    assert (chain.place.id, chain.place.outside) == ("street", True)
    reading = bench.desk.clock(seen.id)
    assert reading is not None
    assert not reading.counting
    # a contact on the gate itself is another matter
    touched = bench.raise_at(5, element="gate")
    assert bench.chain(touched).place.id == "gate"
