"""What the desk keeps of its clock: where it stands at each start, and what it found odd meanwhile, as alarms too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bartizan.app.ledger.journal import Journal, Record
from bartizan.app.ledger.ledger import Entry, Ledger
from bartizan.app.upkeep.clock import Anchor, Jump, Pause, SteadyClock
from bartizan.desk.errors import HistoryError
from bartizan.desk.event import instant
from bartizan.signal import Phase, Signal, rfc3339

TOPIC = "clock"
RUN = "clock"


def carried_on(journal: Journal, *, afresh: bool = False) -> SteadyClock:
    """The clock that the desk of this journal goes by; `afresh`: it takes the machine's time as it is now.

    Errors: StoreError where the journal cannot be read.
    """
    last: Record | None = None
    for record in journal.read(TOPIC):
        last = record if record.kind == "anchored" else last
    return SteadyClock(anchor=None if afresh or last is None else _anchor(last))


class Timekeeping:
    """The book of the clock. Without a `SteadyClock` (exercises, tests) it keeps nothing."""

    def __init__(self, ledger: Ledger, clock: object, raise_alarm: Callable[[Signal, str], object]) -> None:
        self._ledger = ledger
        self._clock = clock if isinstance(clock, SteadyClock) else None
        self._raise = raise_alarm
        self._version = 0
        self._open: str | None = None
        self._anchored = False
        ledger.add(self)

    @property
    def topics(self) -> tuple[str, ...]:
        """The one topic."""
        return (TOPIC,)

    def replay(self, record: Record) -> None:
        """Count a record of an earlier run, and know the alarm that it left open."""
        self._version = record.version
        if record.kind == "jumped":
            self._open = self._open or f"{TOPIC}-{record.version}"
        elif record.kind == "agreed":
            self._open = None

    def pass_time(self, at: datetime) -> None:
        """Look at the clock, and tell."""
        if self._clock is None:
            return
        if not self._anchored:
            self._anchored = True
            anchor = self._clock.anchor()
            self._keep("anchored", at, utc=instant(anchor.utc), elapsed=anchor.elapsed, boot=anchor.boot)
        for found in self._clock.look():
            if isinstance(found, Pause):
                self._keep("paused", at, seconds=round(found.seconds, 3))
                self._signal(f"{TOPIC}-{self._version}", "clock-paused", "raised", at, found.seconds)
                self._signal(f"{TOPIC}-{self._version}", "clock-paused", "ended", at, found.seconds)
            else:
                self._jumped(found, at)

    def _jumped(self, jump: Jump, at: datetime) -> None:
        self._keep("jumped" if jump.seconds else "agreed", at, seconds=round(jump.seconds, 3))
        name, self._open = self._open, None
        if jump.seconds:
            self._open = name or f"{TOPIC}-{self._version}"
            self._signal(self._open, "clock-jumped", "updated" if name else "raised", at, jump.seconds)
        elif name is not None:
            self._signal(name, "clock-jumped", "ended", at, jump.seconds)

    def _signal(self, name: str, kind: str, state: Phase, at: datetime, seconds: float) -> None:
        signal = Signal(
            id=name,
            t=at.timestamp(),
            kind=kind,
            state=state,
            utc=rfc3339(at),
            severity="medium",
            because={"seconds": round(seconds, 3)},
        )
        self._raise(signal, RUN)

    def _keep(self, kind: str, at: datetime, **body: object) -> None:
        self._ledger.keep([Entry(stream=TOPIC, version=self._version + 1, kind=kind, at=at, body=body)])
        self._version += 1


def _anchor(record: Record) -> Anchor:
    """Errors: HistoryError where no desk can have written it."""
    try:
        utc = datetime.fromisoformat(record.body["utc"])
        elapsed, boot = record.body["elapsed"], record.body["boot"]
    except (KeyError, TypeError, ValueError) as fault:
        raise HistoryError(f"record {record.seq} of the journal ({TOPIC}): {fault!r} of its anchor") from fault
    if utc.tzinfo is None or not isinstance(elapsed, int | float) or not isinstance(boot, str):
        raise HistoryError(f"record {record.seq} of the journal ({TOPIC}): its anchor is none")
    return Anchor(utc=utc, elapsed=float(elapsed), boot=boot)
