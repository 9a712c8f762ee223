"""The audit of the desk: who asked for what and what came of it, kept in the same ledger as everything else."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime, timedelta
from typing import Final

from bartizan.app.ledger.journal import Record
from bartizan.app.ledger.ledger import Entry, Ledger
from bartizan.desk.audit import CODEC, Asked, Outcome
from bartizan.desk.errors import HistoryError
from bartizan.errors import StoreError

LATEST = 500  # records that are kept in memory for the page; all are in the journal
# strangers, and each token of a machine, may fill so much of the disk and no more: the rest is counted and told
STRANGERS, MACHINE, WINDOW = 60, 60, timedelta(minutes=1)
LONGEST: Final = 300  # characters of each word; what strangers send may be of any length

_MORE: Final = "what was not kept one by one"

__all__ = ["LATEST", "MACHINE", "STRANGERS", "WINDOW", "Audit", "Outcome"]


class _Sieve:
    """Lets `most` through within WINDOW, and counts the others by what came of them."""

    def __init__(self, most: int) -> None:
        self._let: deque[datetime] = deque(maxlen=most)
        self.unkept: Counter[Outcome] = Counter()

    def has_room(self, at: datetime) -> bool:
        """Whether one more may be let through."""
        if len(self._let) < (self._let.maxlen or 0):
            return True
        # a clock that went back must not lock the audit: what lies ahead of it counts as past
        return not timedelta(0) <= at - self._let[0] < WINDOW

    def lets(self, at: datetime, outcome: Outcome) -> bool:
        """Whether this one is let through; where not, it is counted."""
        if not self.has_room(at):
            self.unkept[outcome] += 1
            return False
        self._let.append(at)
        return True


class Audit:
    """The book of the audit: topic "audit", one stream a day (UTC). Any thread may call."""

    topics: tuple[str, ...] = ("audit",)

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._versions: dict[str, int] = {}
        self._latest: deque[Asked] = deque(maxlen=LATEST)
        self._strangers = _Sieve(STRANGERS)
        self._machines: dict[str, _Sieve] = {}
        self.unkept = 0  # since the desk began: for people to know
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
        machine: bool = False,
    ) -> None:
        """Keep that somebody asked for something; durable when it returns. The words as in `Asked`.

        `known`: whether the desk knows who asked. Of others it keeps at most STRANGERS a minute, and with the next
        one that it keeps the number of those that it did not. `machine`: `by` is a token; of each it keeps MACHINE a
        minute, and the number of the others when the minute is over. Errors: StoreError where the journal refuses.
        """
        with self._ledger.lock:
            at = self._ledger.utc()
            sieve = self._machines.setdefault(by, _Sieve(MACHINE)) if machine else None if known else self._strangers
            if sieve is not None and not sieve.lets(at, outcome):
                self.unkept += 1
                return
            strangers = self._strangers.unkept.total()
            if strangers:
                detail = f"{detail} ({strangers} more of strangers were not kept)".strip()
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
            self._strangers.unkept.clear()
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
        """Tell of what a token asked for beyond its measure, once there is room for it again."""
        for name, sieve in self._machines.items():
            if sieve.unkept and sieve.has_room(at):
                told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(sieve.unkept.items()))
                self.record(by=name, role=None, action="intake", what=_MORE, detail=f"{told} more", machine=True)
                sieve.unkept.clear()

    def _show(self, stream: str, asked: Asked) -> None:
        self._versions[stream] = asked.version
        self._latest.append(asked)
