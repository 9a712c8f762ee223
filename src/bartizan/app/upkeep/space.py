"""A disk that is full is an alarm while the journal still has the room of its reserve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, runtime_checkable

from bartizan.app.ledger.journal import Journal, Record
from bartizan.app.ledger.ledger import Ledger
from bartizan.signal import Phase, Signal, rfc3339

RUN = "space"
KIND = "disk-full"


@runtime_checkable
class Spacious(Protocol):
    """A journal that knows how its disk is."""

    @property
    def short_of_space(self) -> bool:
        """Whether the disk was full, so that the journal lives on its reserve, or has none left."""
        ...


class Space:
    """Looks at the journal's disk once a second. `take` takes the signal: `Desk.take`."""

    def __init__(self, ledger: Ledger, journal: Journal, take: Callable[[Signal, str], object]) -> None:
        self._journal = journal if isinstance(journal, Spacious) else None
        self._take = take
        self._since: datetime | None = None
        ledger.add(self)

    @property
    def topics(self) -> tuple[str, ...]:
        """None: what it finds are alarms."""
        return ()

    def replay(self, record: Record) -> None:
        """Nothing is replayed."""

    def pass_time(self, at: datetime) -> None:
        """Tell that the disk is full, once, and that it is no longer."""
        short = self._journal is not None and self._journal.short_of_space
        if short and self._since is None:
            self._tell("raised", at, at)
            self._since = at
        elif not short and self._since is not None:
            self._tell("ended", at, self._since)
            self._since = None

    def _tell(self, state: Phase, at: datetime, since: datetime) -> None:
        signal = Signal(
            id=f"{KIND}-{rfc3339(since)}",
            t=at.timestamp(),
            kind=KIND,
            state=state,
            utc=rfc3339(at),
            since=since.timestamp(),
            severity="high",
        )
        self._take(signal, RUN)
