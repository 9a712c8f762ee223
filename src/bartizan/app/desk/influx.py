"""Signals that come at once are kept together: one journey to the disk for as many as wait, the urgent ones first."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from bartizan.app.desk.desk import Desk
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.alarms import Alarm
from bartizan.desk.alarms.state import rank
from bartizan.errors import BartizanError
from bartizan.signal import Signal

AT_ONCE = 64  # signals kept in one go: what comes meanwhile, however urgent, waits no longer than that takes


class _Waiting:
    """A signal that somebody waits for, and what became of it."""

    __slots__ = ("answer", "done", "run", "signal")

    def __init__(self, signal: Signal, run: str) -> None:
        self.signal, self.run = signal, run
        self.done = False
        self.answer: Alarm | BartizanError | None = None

    def become(self, answer: Alarm | BartizanError | None) -> None:
        self.answer, self.done = answer, True


class Influx:
    """The way into a `desk` for many threads at a time; `ledger` is the desk's.

    Whoever has the ledger's lock first keeps what all of them brought, so that a disk that takes two hundred commits a
    second takes thousands of signals.
    """

    def __init__(self, desk: Desk, ledger: Ledger) -> None:
        self._desk, self._lock = desk, ledger.lock
        self._guard = threading.Lock()
        self._waiting: list[_Waiting] = []

    def take(self, signal: Signal, run: str) -> Alarm | None:
        """As `Desk.take`: the alarm is durable when this returns. Errors: as there."""
        mine = _Waiting(signal, run)
        with self._guard:
            self._waiting.append(mine)
        with self._lock:
            while not mine.done:
                self._take_some()
        if isinstance(mine.answer, BartizanError):
            raise mine.answer
        return mine.answer

    def _take_some(self) -> None:
        with self._guard:
            ordered = _urgent_first(self._waiting)
            some, self._waiting = ordered[:AT_ONCE], ordered[AT_ONCE:]
        answers = self._desk.take_together([(one.signal, one.run) for one in some])
        for one, answer in zip(some, answers, strict=True):
            one.become(answer)


def _urgent_first(waiting: Sequence[_Waiting]) -> list[_Waiting]:
    """High ones first; what is said of one thing stays in its order, and is as urgent as the most urgent of it."""
    most: dict[tuple[str, str], int] = {}
    for one in waiting:
        key = (one.run, one.signal.id)
        most[key] = max(most.get(key, 0), rank(one.signal.severity))
    return sorted(waiting, key=lambda one: -most[one.run, one.signal.id])
