"""What was recorded and not sounded: silent signals, kept in the journal and never an alarm."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from bartizan.app.ledger.journal import Journal, Record
from bartizan.app.ledger.ledger import Entry, Ledger
from bartizan.desk.alarms.report import plain
from bartizan.signal import Signal

TOPIC = "silent"
_KEPT = 10_000  # silent signals known as told already, should they come again
_LATEST = 200  # that can be shown without reading all of them
_LOOK_BACK = 20_000  # records of the journal in which the latest are looked for after a start


class SilentSignals:
    """The silent signals of a desk."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._version = 0
        self._kept: dict[tuple[str, str, str, float], None] = {}
        self._lately: deque[tuple[int, Mapping[str, Any]]] = deque(maxlen=_LATEST)
        self._asleep = False
        ledger.add(self)

    @property
    def topics(self) -> tuple[str, ...]:
        """The one topic."""
        return (TOPIC,)

    def take(self, signal: Signal, run: str) -> None:
        """Keep a silent signal: its beginning and its end, once each. Errors: StoreError."""
        with self._ledger.lock:
            key = (run, signal.id, signal.state, signal.t)
            if signal.state == "updated" or key in self._kept:
                return
            body = {"run": run, "signal": plain(signal)}
            kind, version = f"signal-{signal.state}", self._version + 1
            self._ledger.keep([Entry(stream=TOPIC, version=version, kind=kind, at=self._ledger.utc(), body=body)])
            self._version = version
            self._lately.append((version, body))
            self._kept[key] = None
            if len(self._kept) > _KEPT:
                del self._kept[next(iter(self._kept))]

    def all(self) -> Iterator[Mapping[str, Any]]:
        """Every one, oldest first: signals as `Signal.to_json` has them, with their `run`."""
        return (_told(record.body) for record in self._ledger.read(TOPIC))

    def latest(self, count: int) -> tuple[Mapping[str, Any], ...]:
        """The last `count` of them, at most 200, oldest first; after a start those of the last 20,000 records."""
        if self._asleep:
            # read without the lock: no alarm waits for it
            after = max(0, self._ledger.seq - _LOOK_BACK)
            found = {record.version: record.body for record in self._ledger.read(TOPIC, after)}
            with self._ledger.lock:
                self._lately = deque(sorted((found | dict(self._lately)).items(), key=lambda one: one[0]), _LATEST)
                self._asleep = False
        with self._ledger.lock:
            return tuple(_told(body) for _, body in self._lately)[-count:] if count > 0 else ()

    def replay(self, record: Record) -> None:
        """Count a record of an earlier run."""
        self._version = record.version
        self._lately.append((record.version, record.body))

    def lay_down(self, journal: Journal, ends: Mapping[str, int]) -> Collection[str]:
        """Of all of them only the count is needed."""
        self._version = ends.get(TOPIC, 0)
        self._asleep = True
        return (TOPIC,)

    def pass_time(self, at: datetime) -> None:
        """Nothing falls due."""


def _told(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(body["signal"]) | {"run": body["run"]}
