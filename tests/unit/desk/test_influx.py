"""Many threads bring signals at once: few commits, the urgent ones first, and each hears what became of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bartizan.app.desk import Desk, Influx
from bartizan.app.desk.influx import AT_ONCE
from bartizan.app.ledger import Ledger, MemoryJournal, Record
from bartizan.desk.alarms import Alarm, SignalError
from bartizan.desk.alarms.hidden import DUTY_RUN
from bartizan.errors import StoreError
from bartizan.signal import Severity, Signal
from bartizan.site import build

SITE = build({"schema": 1, "site": {"name": "x"}})
T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)


class Counted(MemoryJournal):
    """A journal that counts what it is given at once, and refuses where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.appends: list[int] = []
        self.refuses = False

    def append(self, records: Sequence[Record]) -> None:
        if self.refuses:
            raise StoreError("the disk is full")
        super().append(records)
        self.appends.append(len(records))


class Post:
    """A desk, and the lock that keeps its influx waiting."""

    def __init__(self) -> None:
        self.journal = Counted()
        self.ledger = Ledger(self.journal, lambda: T0)
        self.desk = Desk(SITE, self.ledger)
        self.ledger.open()
        self.influx = Influx(self.desk, self.ledger)
        self.answers: dict[str, Alarm | Exception | None] = {}

    def bring(self, signals: Sequence[Signal], run: str = "run") -> None:
        """All of them at once, each by a thread of its own, while the desk is busy."""

        def one(signal: Signal) -> None:
            try:
                self.answers[signal.id] = self.influx.take(signal, run)
            except (StoreError, SignalError) as fault:
                self.answers[signal.id] = fault

        threads = [threading.Thread(target=one, args=(signal,)) for signal in signals]
        with self.ledger.lock:
            for thread in threads:
                thread.start()
            until = time.monotonic() + 10.0
            while len(self.influx._waiting) < len(signals) and time.monotonic() < until:
                time.sleep(0.001)
        for thread in threads:
            thread.join(10.0)


def signal(name: str, severity: Severity = "low") -> Signal:
    return Signal(id=name, t=1.0, kind="contact", state="raised", severity=severity, because={"sensor": name})


def test_what_waits_together_is_kept_together_and_high_ones_first() -> None:
    post = Post()
    post.bring([signal(f"s-{n}", "high" if n % 10 == 9 else "low") for n in range(40)])
    assert post.journal.appends == [40]
    alarms = post.desk.alarms()
    assert len(alarms) == 40
    assert [alarm.priority for alarm in alarms[:4]] == ["high"] * 4
    assert {name: one.source.signal for name, one in post.answers.items() if isinstance(one, Alarm)} == {
        f"s-{n}": f"s-{n}" for n in range(40)
    }


def test_a_crowd_is_kept_in_pieces() -> None:
    post = Post()
    post.bring([signal(f"s-{n}") for n in range(AT_ONCE + 10)])
    assert post.journal.appends == [AT_ONCE, 10]


def test_each_hears_what_became_of_its_own() -> None:
    post = Post()
    wrong = Signal(id="wrong", t=1.0, kind="contact", state="raised", because={"x": "y" * 200_000})
    post.bring([signal("good"), wrong])
    assert isinstance(post.answers["good"], Alarm)
    assert isinstance(post.answers["wrong"], SignalError)


def test_where_the_disk_refuses_nobody_is_told_that_it_was_taken_and_the_next_try_is() -> None:
    post = Post()
    post.journal.refuses = True
    post.bring([signal("a"), signal("b")])
    assert [str(one) for one in post.answers.values()] == ["the disk is full"] * 2
    assert post.desk.alarms() == ()
    post.journal.refuses = False
    assert post.influx.take(signal("a"), "run") is not None
    assert [alarm.number for alarm in post.desk.alarms()] == [1]


def test_what_is_said_of_one_thing_stays_in_its_order() -> None:
    post = Post()
    alarm = post.influx.take(signal("door"), "run")
    assert alarm is not None
    first = Signal(id="door", t=2.0, kind="contact", state="updated", severity="low", because={"sensor": "door"})
    then = Signal(id="door", t=3.0, kind="contact", state="ended", severity="high", because={"sensor": "door"})
    with post.ledger.lock:
        threads = []
        for number, told in enumerate((signal("other", "medium"), first, then), start=1):
            threads.append(threading.Thread(target=post.influx.take, args=(told, "run")))
            threads[-1].start()
            while len(post.influx._waiting) < number:
                time.sleep(0.001)
    for thread in threads:
        thread.join(10.0)
    assert post.desk.alarm(alarm.id).condition == "cleared"
    assert [event.kind for event in post.desk.history(alarm.id)] == ["raised", "updated", "cleared"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_fault_of_the_desk_reaches_whoever_waits(count: int) -> None:
    post = Post()
    for n in range(count):
        with pytest.raises(SignalError, match="no source is called"):
            post.influx.take(signal(f"s-{n}"), DUTY_RUN)
