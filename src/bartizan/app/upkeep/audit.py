"""The audit of the desk: who asked for what and what came of it, kept in the same ledger as everything else."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from bartizan.app.ledger.journal import Record
from bartizan.app.ledger.ledger import Entry, Ledger
from bartizan.desk.audit import CODEC, Asked, Outcome
from bartizan.desk.errors import HistoryError
from bartizan.errors import StoreError

LATEST = 500  # records that are kept in memory for the page; all are in the journal
# strangers may fill so much of the disk and no more: the rest is counted, and the count is kept with the next one
STRANGERS, STRANGERS_WINDOW = 60, timedelta(minutes=1)
LONGEST: Final = 300  # characters of each word; what strangers send may be of any length

__all__ = ["LATEST", "STRANGERS", "STRANGERS_WINDOW", "Audit", "Outcome"]


class Audit:
    """The book of the audit: topic "audit", one stream a day (UTC). Any thread may call."""

    topics: tuple[str, ...] = ("audit",)

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._versions: dict[str, int] = {}
        self._latest: deque[Asked] = deque(maxlen=LATEST)
        self._strangers: deque[datetime] = deque(maxlen=STRANGERS)
        self._unkept = 0
        ledger.add(self)

    def record(
        self,
        *,
        by: str,
        role: str | None,
        action: str,
        what: str,
        thing: str = "",
        outcome: Outcome = "done",
        detail: str = "",
        known: bool = True,
    ) -> None:
        """Keep that somebody asked for something; durable when it returns. The words as in `Asked`.

        `known`: whether the desk knows who asked. Of others it keeps at most STRANGERS a minute, and with the next
        one that it keeps the number of those that it did not. Errors: StoreError where the journal refuses.
        """
        with self._ledger.lock:
            at = self._ledger.utc()
            if not known and not self._room_for_a_stranger(at):
                self._unkept += 1
                return
            if self._unkept:
                detail = f"{detail} ({self._unkept} more of strangers were not kept)".strip()
            stream = f"audit/{at:%Y-%m-%d}"
            asked = Asked(
                version=self._versions.get(stream, 0) + 1,
                at=at,
                by=by[:LONGEST] or "nobody",
                role=role,
                action=action,
                what=what[:LONGEST],
                thing=thing[:LONGEST],
                outcome=outcome,
                detail=detail[:LONGEST],
            )
            self._ledger.keep(
                [Entry(stream=stream, version=asked.version, kind=asked.kind, at=at, body=CODEC.encode(asked))]
            )
            self._unkept = 0
            self._show(stream, asked)

    def latest(self) -> tuple[Asked, ...]:
        """The latest LATEST records, the newest first."""
        with self._ledger.lock:
            return tuple(reversed(self._latest))

    def replay(self, record: Record) -> None:
        """Take a record of an earlier run. Errors: HistoryError naming it."""
        try:
            asked = CODEC.decode(record.body)
        except StoreError as fault:
            raise HistoryError(f"record {record.seq} of the journal ({record.stream}): {fault}") from fault
        self._show(record.stream, asked)

    def pass_time(self, at: datetime) -> None:
        """Nothing here becomes due."""

    def _show(self, stream: str, asked: Asked) -> None:
        self._versions[stream] = asked.version
        self._latest.append(asked)

    def _room_for_a_stranger(self, at: datetime) -> bool:
        oldest = self._strangers[0] if len(self._strangers) == STRANGERS else None
        # a clock that went back must not lock the audit: what lies ahead of it counts as past
        if oldest is not None and timedelta(0) <= at - oldest < STRANGERS_WINDOW:
            return False
        self._strangers.append(at)
        return True
