"""Escalation: who is told when, to the end of the chain and again, the same after a restart, and what stops it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.desk.alarms import BUILT_IN, Alarm
from bartizan.desk.alarms.escalation import CODEC, Armed, Escalated, Stopped, apply
from bartizan.desk.errors import HistoryError
from bartizan.signal import Signal
from bartizan.site import build

T0 = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
CHAIN = {
    "id": "night",
    "priorities": ["medium"],
    "step": [{"after": 30, "who": ["on-duty"]}, {"after": 60, "who": ["role/supervisor", "person/Zoe"]}],
    "again": 120,
}
ASSESS = {"id": "judge", "until": "assessed", "step": [{"after": 90, "who": ["everybody"]}], "again": 600}
PEOPLE = {"supervisor": ("Sue",), None: ("Ann", "Sue")}


class Watch:
    """A room whose clock goes when it is told to, and what was paged."""

    def __init__(self, *chains: dict[str, Any]) -> None:
        self.site = build({"schema": 1, "site": {"name": "x"}, "escalation": list(chains)})
        self.journal = MemoryJournal()
        self.at = T0
        self.paged: list[tuple[float, tuple[str, ...], str, str, bool]] = []
        self.room = self.open()

    def open(self) -> Room:
        room = open_room(self.site, self.journal, lambda: self.at)
        room.escalations.page = self.page
        room.escalations.in_role = lambda role: PEOPLE.get(role, ())
        self.room = room
        return room

    def page(self, people: Any, words: str, key: str, exercise: bool) -> tuple[str, ...]:
        self.paged.append(((self.at - T0).total_seconds(), tuple(people), words, key, exercise))
        return tuple(people)

    def to(self, seconds: float, step: float = 1.0) -> None:
        end = T0 + timedelta(seconds=seconds)
        while self.at < end:
            self.at = min(self.at + timedelta(seconds=step), end)
            self.room.pass_time()

    def report(self, n: int = 1, **more: Any) -> Alarm:
        given = {"kind": "contact", "element": "gate", "severity": "medium"} | more
        return self.room.desk.submit(Signal(id=f"s{n}", t=float(n), state="raised", **given))

    def told(self) -> list[tuple[float, tuple[str, ...]]]:
        return [(when, people) for when, people, *_ in self.paged]


def test_the_chain_is_told_to_its_end_and_begins_again_until_somebody_answers() -> None:
    watch = Watch(CHAIN)
    watch.room.duty.come("Ann", "Ann")
    alarm = watch.report()
    watch.to(500)
    expected = [(30.0, ("Ann",)), (60.0, ("Sue", "Zoe")), (180.0, ("Ann",)), (210.0, ("Sue", "Zoe"))]
    assert watch.told() == [*expected, (330.0, ("Ann",)), (360.0, ("Sue", "Zoe")), (480.0, ("Ann",))]
    running = watch.room.escalations.of(alarm.id)
    assert running is not None
    assert (running.round, running.step, running.told) == (4, 1, ("on-duty", "role/supervisor", "person/Zoe"))
    watch.room.desk.acknowledge(alarm.id, "Ann")
    watch.to(2000, step=7)
    assert len(watch.paged) == 7
    assert [event.kind for event in watch.room.escalations.history(alarm.id)][-1] == "stopped"


def test_words_say_what_waits_and_a_key_is_one_for_one_step() -> None:
    watch = Watch(CHAIN)
    watch.report(exercise=True)
    watch.to(70)
    (_, people, words, key, exercise) = watch.paged[0]
    assert people == ("Sue", "Zoe"), "nobody is on duty, so the first step reaches nobody"
    assert words == "medium alarm 1 (contact at gate) waits since 22:00:00 UTC and nobody has acknowledged it."
    assert exercise
    assert len({one[3] for one in watch.paged}) == len(watch.paged)
    assert key.startswith("escalation/")


def test_many_alarms_at_one_step_are_one_message_and_exercises_are_never_among_real_ones() -> None:
    watch = Watch(CHAIN)
    for n in range(1, 6):
        watch.report(n, exercise=n > 3)
    watch.to(61)
    assert [(when, exercise) for when, _, _, _, exercise in watch.paged] == [(60.0, False), (60.0, True)]
    assert watch.paged[0][2].startswith("3 alarms wait and nobody has acknowledged them; first medium alarm 1")


def test_a_restart_tells_what_is_overdue_at_once_and_goes_on_in_time() -> None:
    watch = Watch(CHAIN)
    alarm = watch.report()
    watch.to(10)
    watch.at = T0 + timedelta(seconds=100)  # the desk was away when both steps fell due
    room = watch.open()
    kept = [event for event in room.escalations.history(alarm.id) if isinstance(event, Escalated)]
    assert [(event.step, event.round, event.at) for event in kept] == [(1, 1, watch.at), (2, 1, watch.at)]
    watch.to(250)
    # 120 s after the end of the chain, which lay at 60 s and not at the restart
    assert [when for when, _ in watch.told()] == [210.0]


def test_a_desk_that_slept_for_hours_tells_the_first_round_and_not_hundreds() -> None:
    watch = Watch(CHAIN)
    alarm = watch.report()
    watch.at = T0 + timedelta(hours=8)
    room = watch.open()
    kept = [event for event in room.escalations.history(alarm.id) if isinstance(event, Escalated)]
    assert [(event.step, event.round) for event in kept] == [(1, 1), (2, 1)]
    running = room.escalations.of(alarm.id)
    assert running is not None
    assert running.due == watch.at + timedelta(seconds=120)


def test_an_alarm_that_was_raised_and_never_armed_is_armed_after_a_kill() -> None:
    watch = Watch(CHAIN)
    alarm = watch.report()
    records = [record for record in watch.journal.read() if record.stream.startswith("alarm/")]
    watch.journal = MemoryJournal(records)
    watch.at = T0 + timedelta(seconds=45)
    room = watch.open()
    first = room.escalations.history(alarm.id)[0]
    assert isinstance(first, Armed)
    assert (first.since, first.due) == (T0, T0 + timedelta(seconds=30))


def test_a_shelf_is_silence_and_its_end_begins_the_chain_anew() -> None:
    watch = Watch(CHAIN)
    alarm = watch.report()
    watch.to(5)
    watch.room.desk.shelve(alarm.id, "Ann", watch.at + timedelta(seconds=300), "works")
    watch.to(304)
    assert watch.paged == []
    watch.to(366)
    assert watch.told() == [(365.0, ("Sue", "Zoe"))]


def test_what_grows_worse_goes_over_to_its_own_chain_and_loses_no_time() -> None:
    watch = Watch(CHAIN)
    alarm = watch.report()
    watch.to(40)
    watch.room.desk.submit(Signal(id="s1", t=41.0, kind="contact", element="gate", severity="high", state="updated"))
    watch.to(41)
    running = watch.room.escalations.of(alarm.id)
    assert running is not None
    assert (running.chain, running.since) == ("built-in-high", T0)
    watch.to(61)
    assert watch.told() == [(60.0, ("Sue",))]


def test_until_assessed_runs_from_the_acknowledgement_and_ends_with_a_disposition() -> None:
    watch = Watch(ASSESS, CHAIN)
    alarm = watch.report()
    watch.to(10)
    watch.room.desk.acknowledge(alarm.id, "Ann")
    watch.to(99)
    assert watch.paged == []
    watch.to(101)
    assert watch.told() == [(100.0, ("Ann", "Sue"))]
    assert "nobody has assessed it" in watch.paged[0][2]
    watch.room.desk.assess(alarm.id, "Ann", "nuisance")
    watch.to(1500, step=10)
    assert len(watch.paged) == 1


def test_reopened_is_escalated_again() -> None:
    watch = Watch(CHAIN)
    alarm = watch.report()
    watch.room.desk.dispose(alarm.id, "Ann", "nuisance")
    watch.room.desk.submit(Signal(id="s1", t=2.0, kind="contact", element="gate", severity="medium", state="ended"))
    watch.to(400, step=5)
    assert watch.paged == []
    watch.room.desk.reopen(alarm.id, "Bob", "it was no nuisance")
    watch.to(465)
    assert watch.told() == [(460.0, ("Sue", "Zoe"))]


def test_what_was_closed_and_reopened_between_two_looks_begins_anew() -> None:
    watch = Watch(CHAIN)
    alarm = watch.report()
    watch.to(55)
    watch.room.desk.dispose(alarm.id, "Ann", "nuisance")
    watch.room.desk.submit(Signal(id="s1", t=2.0, kind="contact", element="gate", severity="medium", state="ended"))
    watch.room.desk.reopen(alarm.id, "Bob", "it was no nuisance")
    watch.to(114)
    assert watch.paged == []
    watch.to(116)
    assert watch.told() == [(115.0, ("Sue", "Zoe"))]


def test_without_a_chain_of_the_site_the_desks_own_holds() -> None:
    watch = Watch()
    high = watch.report(severity="high")
    low = watch.report(2, severity="low")
    watch.to(1)
    chains = {name: watch.room.escalations.of(one.id) for name, one in (("high", high), ("low", low))}
    assert {name: one.chain for name, one in chains.items() if one is not None} == {
        "high": "built-in-high",
        "low": "built-in",
    }
    assert all(chain.again > 0 and chain.steps for chain in BUILT_IN)


def test_who_calls_for_help_in_silence_is_not_told_of_it() -> None:
    watch = Watch()
    watch.room.duty.come("Sue", "Sue")
    watch.room.duty.call_for_help("Sue")
    watch.room.duty.call_for_help("Ann")
    watch.to(31)
    assert watch.told() == [(1.0, ("Sue",)), (30.0, ("Ann",)), (30.0, ("Sue",))]
    assert "duress" in watch.paged[0][2]
    assert len(watch.room.escalations.running()) == 2
    assert len(watch.room.escalations.running("sue")) == 1


def test_a_chain_that_became_shorter_goes_on_with_a_new_round() -> None:
    watch = Watch(CHAIN)
    watch.report()
    watch.to(61)
    watch.site = build(
        {"schema": 1, "site": {"name": "x"}, "escalation": [CHAIN | {"step": [{"after": 30, "who": ["person/Zoe"]}]}]}
    )
    watch.open()
    watch.to(300)
    assert watch.told()[1:] == [(180.0, ("Zoe",)), (300.0, ("Zoe",))]


def test_a_part_of_the_desk_that_fails_keeps_nobody_from_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(CHAIN)
    watch.report()

    def fail(at: datetime) -> None:
        raise ValueError("a fault of another part")

    monkeypatch.setattr(watch.room.duty, "pass_time", fail)
    watch.at = T0 + timedelta(seconds=60)
    with pytest.raises(ValueError, match="a fault of another part"):
        watch.room.pass_time()
    assert watch.told() == [(60.0, ("Sue", "Zoe"))]


def test_stored_events_are_read_strictly_and_in_order() -> None:
    armed = Armed(
        alarm="a", version=1, at=T0, by="desk", chain="c", until="acknowledged", since=T0, due=T0 + timedelta(seconds=5)
    )
    escalated = Escalated(alarm="a", version=2, at=T0, by="desk", step=1, round=1, who=("on-duty",), due=T0)
    stopped = Stopped(alarm="a", version=3, at=T0, by="desk", reason="closed")
    for event in (armed, escalated, stopped):
        assert CODEC.decode(CODEC.encode(event)) == event
    with pytest.raises(HistoryError, match="begins with escalated"):
        apply(None, replace(escalated, version=1))
    with pytest.raises(HistoryError, match="after version 0 comes escalated as version 2"):
        apply(None, escalated)
    with pytest.raises(HistoryError, match="comes stopped as version 3"):
        apply(apply(None, armed), stopped)
    assert not apply(apply(apply(None, armed), escalated), stopped).is_open
