"""The desk under any order of signals, commands, failures of its journal and restarts keeps its invariants."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bartizan.app.ledger import MemoryJournal, Notice, Record
from bartizan.app.room import open_desk
from bartizan.desk.alarms import (
    DISPOSITIONS,
    PRIORITIES,
    Alarm,
    CommandError,
    CommandRefusedError,
    Disposition,
    decode,
    fold,
)
from bartizan.desk.alarms.events import Acknowledged, Closed, Reopened
from bartizan.errors import StoreError
from bartizan.signal import Phase, Severity, Signal
from bartizan.site import build

SITE = build(
    {
        "schema": 1,
        "site": {"name": "x"},
        "desk": {"reactivation": 300},
        "response": [{"id": "guards", "arrival": {"mean": 60, "sd": 6}, "p_communication": 0.9}],
    }
)
PEOPLE = st.sampled_from(["Ann", "Bob", "Cy"])
VERSIONS = st.none() | st.integers(min_value=0, max_value=12)
WORDS = {"low": 0, "medium": 1, "high": 2}


class Faulty(MemoryJournal):
    """A journal that can be told to fail, before anything is kept."""

    failing = False

    def append(self, records: Sequence[Record]) -> None:
        if self.failing:
            raise StoreError("the disk is full")
        super().append(records)


class DeskMachine(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.journal = Faulty()
        self.at = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
        self.ids = (f"id-{n}" for n in itertools.count())
        self.flags: dict[str, bool] = {}
        self.heard: list[Notice] = []
        self.open()

    def open(self) -> None:
        self.desk = open_desk(SITE, self.journal, lambda: self.at, new_id=lambda: next(self.ids))
        self.listener = self.desk.subscribe()
        self.heard.clear()
        self.since = self.desk.seq

    def hear(self) -> None:
        while (notice := self.listener.get(0)) is not None:
            assert isinstance(notice, Notice)
            self.heard.append(notice)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something; where it is refused or fails, nothing may have changed and nobody may have heard."""
        alarms, seq = self.desk.alarms(), self.desk.seq
        self.hear()
        told = len(self.heard)
        try:
            act()
        except (CommandRefusedError, CommandError, StoreError):
            self.hear()
            assert self.desk.alarms() == alarms
            assert self.desk.seq == seq == len(list(self.journal.read()))
            assert len(self.heard) == told

    def some(self, pick: int) -> Alarm:
        alarms = self.desk.alarms()
        return alarms[pick % len(alarms)]

    @rule(
        key=st.integers(0, 3),
        t=st.integers(0, 5),
        state=st.sampled_from(["raised", "raised", "updated", "ended"]),
        severity=st.sampled_from(PRIORITIES),
        exercise=st.booleans(),
    )
    def report(self, key: int, t: int, state: Phase, severity: Severity, exercise: bool) -> None:
        signal = Signal(
            id=f"s{key}",
            t=float(t),
            kind="contact",
            state=state,
            severity=severity,
            exercise=exercise,
            element="gate" if key < 2 else None,
        )
        self.attempt(lambda: self.desk.submit(signal))

    @precondition(lambda self: self.desk.alarms())
    @rule(pick=st.integers(0, 20), by=PEOPLE, version=VERSIONS)
    def acknowledge(self, pick: int, by: str, version: int | None) -> None:
        self.attempt(lambda: self.desk.acknowledge(self.some(pick).id, by, version))

    @precondition(lambda self: self.desk.alarms())
    @rule(pick=st.integers(0, 20), by=PEOPLE, disposition=st.sampled_from(DISPOSITIONS), force=st.booleans())
    def assess(self, pick: int, by: str, disposition: Disposition, force: bool) -> None:
        other = self.some(pick + 1).id if disposition == "duplicate" else None
        self.attempt(
            lambda: self.desk.assess(
                self.some(pick).id, by, disposition, "why", force=force and disposition != "real", duplicate_of=other
            )
        )

    @precondition(lambda self: self.desk.alarms())
    @rule(pick=st.integers(0, 20), by=PEOPLE, force=st.booleans(), reason=st.sampled_from([None, "held"]))
    def close(self, pick: int, by: str, force: bool, reason: str | None) -> None:
        self.attempt(lambda: self.desk.close(self.some(pick).id, by, force=force, reason=reason))

    @precondition(lambda self: self.desk.alarms())
    @rule(pick=st.integers(0, 20), by=PEOPLE)
    def reopen(self, pick: int, by: str) -> None:
        self.attempt(lambda: self.desk.reopen(self.some(pick).id, by, "seen again"))

    @precondition(lambda self: self.desk.alarms())
    @rule(pick=st.integers(0, 20), by=PEOPLE, what=st.sampled_from(["send", "on_scene", "confirm", "begin"]))
    def answer(self, pick: int, by: str, what: str) -> None:
        name = self.some(pick).id
        acts: dict[str, Callable[[], object]] = {
            "send": lambda: self.desk.send(name, "guards", by),
            "on_scene": lambda: self.desk.on_scene(name, "guards", by),
            "confirm": lambda: self.desk.confirm_contact(name, by),
            "begin": lambda: self.desk.begin_assessment(name, by),
        }
        self.attempt(acts[what])

    @precondition(lambda self: self.desk.alarms())
    @rule(pick=st.integers(0, 20), by=PEOPLE, minutes=st.integers(-1, 600))
    def shelve(self, pick: int, by: str, minutes: int) -> None:
        until = self.at + timedelta(minutes=minutes)
        self.attempt(lambda: self.desk.shelve(self.some(pick).id, by, until, "works"))

    @precondition(lambda self: self.desk.alarms())
    @rule(pick=st.integers(0, 20), by=PEOPLE, version=VERSIONS)
    def agree(self, pick: int, by: str, version: int | None) -> None:
        self.attempt(lambda: self.desk.agree_to_shelf(self.some(pick).id, by, version))

    @precondition(lambda self: self.desk.alarms())
    @rule(pick=st.integers(0, 20), by=PEOPLE, what=st.sampled_from(["decline", "unshelve"]))
    def speak_up(self, pick: int, by: str, what: str) -> None:
        act = self.desk.decline_shelf if what == "decline" else self.desk.unshelve
        self.attempt(lambda: act(self.some(pick).id, by))

    @precondition(lambda self: self.desk.alarms())
    @rule(pick=st.integers(0, 20), by=PEOPLE, disposition=st.sampled_from(["real", "nuisance", "false"]))
    def dispose(self, pick: int, by: str, disposition: Disposition) -> None:
        self.attempt(lambda: self.desk.dispose(self.some(pick).id, by, disposition))

    @rule(minutes=st.sampled_from([-60, 0, 1, 5, 300]))
    def let_time_pass(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        self.attempt(self.desk.pass_time)
        if not self.journal.failing:
            for alarm in self.desk.queue():
                assert alarm.suppression is None or alarm.suppression.until > self.at
                assert alarm.shelf_proposal is None or alarm.shelf_proposal.lapses_at > self.at

    @rule(failing=st.booleans())
    def break_or_mend_the_disk(self, failing: bool) -> None:
        self.journal.failing = failing

    @rule()
    def restart(self) -> None:
        self.journal.failing = False
        self.desk.pass_time()
        before = self.desk.alarms()
        self.open()
        assert self.desk.alarms() == before

    @invariant()
    def what_is_shown_is_what_is_kept(self) -> None:
        streams: dict[str, list[Record]] = {}
        for record in self.journal.read():
            streams.setdefault(record.stream, []).append(record)
        folded = [fold(decode(record.body) for record in records) for records in streams.values()]
        assert sorted(folded, key=lambda alarm: alarm.number) == list(self.desk.alarms())

    @invariant()
    def what_is_heard_is_what_is_kept(self) -> None:
        self.hear()
        kept = [decode(record.body) for record in self.journal.read()][self.since :]
        assert [notice.event for notice in self.heard] == kept
        assert [notice.seq for notice in self.heard] == list(range(self.since + 1, self.desk.seq + 1))

    @invariant()
    def nothing_closes_without_disposition_person_and_time(self) -> None:
        for alarm in self.desk.alarms():
            if alarm.handling == "closed":
                assert alarm.disposition is not None
                assert alarm.assessed_by in ("Ann", "Bob", "Cy")
                assert alarm.assessed_at is not None
                assert alarm.closed_at is not None
                assert alarm.reason or not alarm.forced

    @invariant()
    def what_is_active_was_closed_by_force_alone(self) -> None:
        for alarm in self.desk.alarms():
            assert alarm.is_open or alarm.condition == "cleared" or alarm.forced

    @invariant()
    def what_is_active_and_high_was_made_quiet_by_two_people(self) -> None:
        for alarm in self.desk.alarms():
            shelf = alarm.suppression
            if shelf is not None and alarm.condition == "active" and alarm.priority == "high":
                assert shelf.second is not None
                assert shelf.second != shelf.by
                acted = {event.by for event in self.desk.history(alarm.id)}
                assert {shelf.by, shelf.second} <= acted

    @invariant()
    def rows_hold_every_open_alarm_once_and_the_urgent_first(self) -> None:
        rows = self.desk.groups(most=3)
        assert sorted(one for row in rows for one in row.alarms) == sorted(one.id for one in self.desk.queue())
        order = [(row.shelved, -WORDS[row.priority], row.exercise) for row in rows]
        assert order == sorted(order)

    @invariant()
    def each_opening_has_at_most_one_acknowledgement(self) -> None:
        for alarm in self.desk.alarms():
            taken = False
            for event in self.desk.history(alarm.id):
                if isinstance(event, Acknowledged):
                    assert not taken
                    taken = True
                elif isinstance(event, Reopened):
                    taken = False
                elif isinstance(event, Closed):
                    assert taken

    @invariant()
    def exercise_and_real_never_mix(self) -> None:
        by_id = {alarm.id: alarm for alarm in self.desk.alarms()}
        for alarm in by_id.values():
            assert self.flags.setdefault(alarm.id, alarm.exercise) == alarm.exercise == alarm.signal["exercise"]
            if alarm.duplicate_of is not None:
                assert by_id[alarm.duplicate_of].exercise == alarm.exercise

    @invariant()
    def the_queue_holds_what_is_open_in_order(self) -> None:
        queue = self.desk.queue()
        assert {alarm.id for alarm in queue} == {alarm.id for alarm in self.desk.alarms() if alarm.is_open}
        for before, behind in itertools.pairwise(queue):
            if (before.suppression is None) != (behind.suppression is None):
                assert before.suppression is None
            elif before.priority != behind.priority:
                assert WORDS[before.priority] > WORDS[behind.priority]
            elif before.exercise != behind.exercise:
                assert behind.exercise
            elif before.waits != behind.waits:
                assert before.waits
            else:
                assert before.number < behind.number


DeskMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestDeskMachine = DeskMachine.TestCase
