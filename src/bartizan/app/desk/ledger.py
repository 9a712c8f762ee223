"""The one writer of a desk's journal, and the books that read it.

Everything that the desk keeps (alarms, incidents, shifts, ...) is a record of one journal in one order. A book folds
the streams of its topic: a stream is named "topic/id", or "topic" alone. A command is decided on the present state
under the lock, folded, kept, and only then shown and told. Where the journal refuses, nothing has changed and nobody
has heard anything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from bartizan.app.desk.journal import Journal, Record
from bartizan.app.desk.subscription import ROOM, Notice, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record to be kept, less its place in the journal."""

    stream: str
    version: int
    kind: str
    at: datetime
    body: Mapping[str, Any] = field(default_factory=dict)


class Book(Protocol):
    """Who folds the records of one or more topics."""

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics whose records are this book's."""
        ...

    def replay(self, record: Record) -> None:
        """Take a record that was kept earlier, in the journal's order. Errors: HistoryError."""

    def pass_time(self, at: datetime) -> None:
        """Do what has become due by `at` (UTC); called under the lock about once a second, and at the start."""


class Ledger:
    """The writer of `journal`. `now` gives the present instant, with an offset.

    Books are added first, then `open` reads the journal once. Every method may be called from any thread; hold
    `lock` over what is decided on a state and kept.
    """

    def __init__(self, journal: Journal, now: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self._journal = journal
        self._now = now
        self._books: dict[str, Book] = {}
        self._order: list[Book] = []
        self._listeners: tuple[Subscription, ...] = ()
        self._seq = 0

    def utc(self) -> datetime:
        """The present instant in UTC."""
        moment = self._now()
        if moment.tzinfo is None:
            raise ValueError("the desk's clock must say which offset it has; give datetime.now(UTC)")
        return moment.astimezone(UTC)

    @property
    def seq(self) -> int:
        """The place of the last record in the journal; 0 where there is none."""
        with self.lock:
            return self._seq

    # ---- books

    def add(self, book: Book) -> None:
        """Let a book have the records of its topics. Before `open`."""
        for topic in book.topics:
            if topic in self._books:
                raise ValueError(f"two books want the topic {topic!r}")
            self._books[topic] = book
        self._order.append(book)

    def open(self) -> None:
        """Read the journal once, give every record to its book, and do what has become due meanwhile.

        Records of a topic that no book has are left alone. Errors: StoreError where the journal is not whole;
        HistoryError where it holds what no desk can have written.
        """
        with self.lock:
            for record in self._journal.read():
                self._seq = record.seq
                book = self._books.get(record.stream.partition("/")[0])
                if book is not None:
                    book.replay(record)
            self.pass_time()

    def pass_time(self) -> None:
        """Do what has become due. Call it about once a second."""
        with self.lock:
            at = self.utc()
            for book in self._order:
                book.pass_time(at)

    # ---- records

    def keep(self, entries: Sequence[Entry]) -> tuple[Record, ...]:
        """Keep all of them or none; durable when it returns. Call it under the lock.

        Errors: StoreError where the journal refuses, and then nothing was kept.
        """
        with self.lock:
            records = tuple(
                Record(
                    seq=seq, stream=entry.stream, version=entry.version, kind=entry.kind, at=entry.at, body=entry.body
                )
                for seq, entry in enumerate(entries, start=self._seq + 1)
            )
            if records:
                self._journal.append(records)
                self._seq = records[-1].seq
            return records

    def read(self, stream: str | None = None) -> Iterator[Record]:
        """Every record, or those of one stream, in their order. Errors: StoreError where the journal is not whole."""
        return self._journal.read(stream)

    # ---- listeners

    def tell(self, notices: Sequence[Notice]) -> None:
        """Tell whoever listens what was kept. Call it under the lock, after the state shows it."""
        for listener in self._listeners:
            for notice in notices:
                listener.put(notice)

    def subscribe(self, room: int = ROOM) -> Subscription:
        """Hear of everything from now on; at most `room` notices wait, then the listener is told to read again."""
        with self.lock:
            subscription = Subscription(self._seq, room, self._forget)
            self._listeners += (subscription,)
            return subscription

    def _forget(self, subscription: Subscription) -> None:
        with self.lock:
            self._listeners = tuple(listener for listener in self._listeners if listener is not subscription)
