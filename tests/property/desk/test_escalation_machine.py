"""Whatever people, sensors, time and restarts do: escalation never ends by itself, and never tells anybody early."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bartizan.app.ledger import MemoryJournal, Record
from bartizan.app.room import open_room
from bartizan.desk.alarms import PRIORITIES, Alarm, CommandError, CommandRefusedError
from bartizan.desk.alarms.escalation import Armed, Escalated, Stopped
from bartizan.errors import StoreError
from bartizan.signal import Severity, Signal
from bartizan.site import build

CHAINS = [
    {
        "id": "high",
        "priorities": ["high"],
        "step": [{"after": 0, "who": ["everybody"]}, {"after": 20, "who": ["on-duty"]}],
        "again": 30,
    },
    {"id": "rest", "step": [{"after": 40, "who": ["role/supervisor"]}], "again": 60},
    {"id": "judge", "until": "assessed", "step": [{"after": 50, "who": ["everybody"]}], "again": 90},
]
SITE = build({"schema": 1, "site": {"name": "x"}, "escalation": CHAINS})
LONGEST = timedelta(seconds=90)
PEOPLE = st.sampled_from(["Ann", "Bob"])


class Faulty(MemoryJournal):
    """A journal that can be told to fail, before anything is kept."""

    failing = False

    def append(self, records: Sequence[Record]) -> None:
        if self.failing:
            raise StoreError("the disk is full")
        super().append(records)


class EscalationMachine(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.journal = Faulty()
        self.at = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
        self.ids = (f"id-{n}" for n in itertools.count())
        self.keys: dict[str, datetime] = {}
        self.open()

    def open(self) -> None:
        self.room = open_room(SITE, self.journal, lambda: self.at, new_id=lambda: next(self.ids))
        self.room.escalations.page = self.page
        self.room.escalations.in_role = lambda _role: ("Sue",)
        self.room.pass_time()

    def page(self, people: Sequence[str], _words: str, key: str, _exercise: bool) -> tuple[str, ...]:
        assert people
        self.keys.setdefault(key, self.at)
        return tuple(people)

    def attempt(self, act: Callable[[], object]) -> None:
        try:
            act()
            self.room.pass_time()
        except (CommandRefusedError, CommandError):
            self.settle()
        except StoreError:
            pass

    def settle(self) -> None:
        try:
            self.room.pass_time()
        except StoreError:
            assert self.journal.failing

    def some(self, pick: int) -> Alarm:
        alarms = self.room.desk.alarms()
        return alarms[pick % len(alarms)]

    @rule(key=st.integers(0, 3), t=st.integers(0, 9), severity=st.sampled_from(PRIORITIES), ends=st.booleans())
    def report(self, key: int, t: int, severity: Severity, ends: bool) -> None:
        state = "ended" if ends else "updated"
        signal = Signal(id=f"s{key}", t=float(t), kind="contact", state=state, severity=severity)  # type: ignore[arg-type]
        self.attempt(lambda: self.room.desk.submit(signal))

    @precondition(lambda self: self.room.desk.alarms())
    @rule(
        pick=st.integers(0, 9), by=PEOPLE, what=st.sampled_from(["take", "judge", "close", "reopen", "quiet", "loud"])
    )
    def act(self, pick: int, by: str, what: str) -> None:
        desk, name = self.room.desk, self.some(pick).id
        acts: dict[str, Callable[[], object]] = {
            "take": lambda: desk.acknowledge(name, by),
            "judge": lambda: desk.dispose(name, by, "nuisance"),
            "close": lambda: desk.close(name, by, force=True, reason="over"),
            "reopen": lambda: desk.reopen(name, by, "again"),
            "quiet": lambda: desk.shelve(name, by, self.at + timedelta(seconds=70), "works"),
            "loud": lambda: desk.unshelve(name, by),
        }
        self.attempt(acts[what])

    @rule(seconds=st.sampled_from([1, 5, 19, 20, 45, 200, 10_000]))
    def let_time_pass(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)
        self.settle()

    @rule(failing=st.booleans())
    def break_or_mend_the_disk(self, failing: bool) -> None:
        self.journal.failing = failing
        self.settle()

    @rule()
    def restart(self) -> None:
        self.journal.failing = False
        self.settle()
        before = {one.alarm: one for one in self.room.escalations.running()}
        self.open()
        assert {one.alarm: one for one in self.room.escalations.running()} == before

    @invariant()
    def what_waits_has_a_deadline_ahead_and_what_does_not_has_none(self) -> None:
        if self.journal.failing:
            return
        for alarm in self.room.desk.alarms():
            running = self.room.escalations.of(alarm.id)
            quiet = not alarm.is_open or alarm.suppression is not None
            if quiet or (not alarm.waits and alarm.disposition is not None):
                assert running is None or running.due is None
            else:
                assert running is not None
                assert running.due is not None
                assert self.at < running.due <= self.at + LONGEST
                assert running.until == ("acknowledged" if alarm.waits else "assessed")
                expected = ("high" if alarm.priority == "high" else "rest") if alarm.waits else "judge"
                assert running.chain == expected

    @invariant()
    def steps_come_in_order_never_early_and_each_told_under_a_key_of_its_own(self) -> None:
        for alarm in self.room.desk.alarms():
            if self.room.escalations.of(alarm.id) is None:
                continue
            due, place, steps = None, (1, 0), 0
            for event in self.room.escalations.history(alarm.id):
                if isinstance(event, Armed):
                    due, place = event.due, (1, 0)
                    steps = {"high": 2, "rest": 1, "judge": 1}[event.chain]
                elif isinstance(event, Escalated):
                    assert due is not None
                    assert event.at >= due
                    assert event.due > due
                    round_, step = place
                    expected = (round_, step + 1) if step < steps else (round_ + 1, 1)
                    assert (event.round, event.step) == expected
                    due, place = event.due, expected
                else:
                    assert isinstance(event, Stopped)
                    due = None


EscalationMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestEscalationMachine = EscalationMachine.TestCase
