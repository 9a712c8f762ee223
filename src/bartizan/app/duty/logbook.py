"""The log-book of a desk: one line after the other, durable when `write` returns, read from the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from bartizan.app.ledger.journal import Record
from bartizan.app.ledger.ledger import Entry, Ledger
from bartizan.app.ledger.subscription import Notice
from bartizan.desk.errors import HistoryError
from bartizan.desk.logbook import CODEC, LINES, Line, decide_write, line_of
from bartizan.errors import StoreError

TOPIC = "logbook"
KEPT = 1_000  # lines at hand: the last few shifts; older ones are read from the journal
MOST_FOUND = 200  # lines that a search gives


class LogBook:
    """The log-book of one desk: a book of its ledger. Every method may be called from any thread."""

    topics = (TOPIC,)

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._last = 0
        self._recent: deque[Line] = deque(maxlen=KEPT)
        ledger.add(self)

    def write(
        self,
        text: str,
        by: str,
        *,
        happened_at: datetime | None = None,
        corrects: int | None = None,
        exercise: bool = False,
    ) -> Line:
        """Write a line; `happened_at` (UTC) is its time where it is not now, `corrects` a line that it puts right.

        Errors: CommandError, naming what cannot be kept; StoreError, and then the line is not written.
        """
        with self._ledger.lock:
            at = self._ledger.utc()
            written = decide_write(
                self._last, text, by=by, at=at, happened_at=happened_at, corrects=corrects, exercise=exercise
            )
            entry = Entry(
                stream=f"{TOPIC}/{LINES}", version=written.version, kind=written.kind, at=at, body=CODEC.encode(written)
            )
            (kept,) = self._ledger.keep([entry])
            line = line_of(written)
            self._show(line)
            self._ledger.tell([Notice(seq=kept.seq, topic=TOPIC, id=LINES, event=written, thing=line)])
            return line

    def lines(self, before: int | None = None, count: int = 100) -> tuple[Line, ...]:
        """The last `count` lines, the latest first; with `before` those that come before that line."""
        with self._ledger.lock:
            upto = self._last + 1 if before is None else min(before, self._last + 1)
            recent = tuple(self._recent)
        first = max(1, upto - max(0, count))
        if recent and recent[0].number <= first:
            found = [line for line in recent if first <= line.number < upto]
        else:
            found = list(islice(self._all(), first - 1, upto - 1))
        return tuple(reversed(found))

    def search(self, words: str, count: int = MOST_FOUND) -> tuple[Line, ...]:
        """The last lines in which these words stand, great and small letters alike, the latest first."""
        wanted = words.casefold()
        found: deque[Line] = deque(maxlen=max(1, min(count, MOST_FOUND)))
        found.extend(line for line in self._all() if wanted in line.text.casefold())
        return tuple(reversed(found))

    @property
    def last(self) -> int:
        """The number of the last line; 0 where there is none."""
        with self._ledger.lock:
            return self._last

    # ---- for the ledger

    def replay(self, record: Record) -> None:
        """Take a line of an earlier run. Errors: HistoryError naming it."""
        self._show(_line(record, self._last + 1))

    def pass_time(self, at: datetime) -> None:
        """Nothing falls due in a log-book."""

    def _show(self, line: Line) -> None:
        self._last = line.number
        self._recent.append(line)

    def _all(self) -> Iterator[Line]:
        for number, record in enumerate(self._ledger.read(f"{TOPIC}/{LINES}"), start=1):
            yield _line(record, number)


def _line(record: Record, number: int) -> Line:
    try:
        written = CODEC.decode(record.body)
        if (written.version, record.version, record.stream) != (number, number, f"{TOPIC}/{LINES}"):
            raise HistoryError(f"it is line {written.version}, not {number}")
    except StoreError as fault:
        raise HistoryError(f"record {record.seq} of the journal ({record.stream}): {fault}") from fault
    return line_of(written)
