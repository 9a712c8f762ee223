"""The one writer of a desk's journal, and the books that read it.

Everything that the desk keeps (alarms, incidents, shifts, ...) is a record of one journal in one order. A book folds
the streams of its topic: a stream is named "topic/id", or "topic" alone. A command is decided on the present state
under the lock, folded, kept, and only then shown and told. Where the journal refuses, nothing has changed and nobody
has heard anything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Protocol, runtime_checkable

from bartizan.app.ledger.journal import Journal, Record
from bartizan.app.ledger.subscription import ROOM, Notice, Subscription

LONG = 20_000  # records that are read whole at every start: about a second


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


@runtime_checkable
class Sleeper(Protocol):
    """A book that a long journal need not be replayed to: it reads what is over when somebody asks for it."""

    def lay_down(self, journal: Journal, ends: Mapping[str, int]) -> Collection[str]:
        """Take note of the streams that are over; returns those whose records it need not be given.

        `ends` has the last version of every stream.
        """


class Ledger:
    """The writer of `journal`. `now` gives the present instant, with an offset.

    A journal of more than `long` records is not read whole at the start: what is over is read when it is asked for
    (see `Sleeper`), and the proof of the whole is `prove`'s, while the desk is at work.

    Books are added first, then `open` reads the journal once. Every method may be called from any thread; hold
    `lock` over what is decided on a state and kept.
    """

    def __init__(self, journal: Journal, now: Callable[[], datetime], *, long: int = LONG) -> None:
        self.lock = threading.RLock()
        self._journal = journal
        self._now = now
        self._books: dict[str, Book] = {}
        self._order: list[Book] = []
        self._listeners: tuple[Subscription, ...] = ()
        self._seq = 0
        self._long = long

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
            ends = self._journal.ends()
            asleep = self._lay_down(ends) if sum(ends.values()) > self._long else frozenset[str]()
            for record in self._awake(ends, asleep):
                book = self._books.get(_topic(record.stream))
                if book is not None:
                    book.replay(record)
            # versions count from 1 without a gap, and so does the journal
            self._seq = sum(ends.values())
            self.pass_time()

    def _lay_down(self, ends: Mapping[str, int]) -> frozenset[str]:
        """The streams that no book needs to be given now."""
        sleepers = [book for book in self._order if isinstance(book, Sleeper)]
        return frozenset(chain.from_iterable(book.lay_down(self._journal, ends) for book in sleepers))

    def _awake(self, ends: Mapping[str, int], asleep: Collection[str]) -> Iterator[Record]:
        """The records of every other stream that a book has, in the journal's order."""
        if not asleep:
            return self._journal.read()
        streams = [stream for stream in ends if stream not in asleep and _topic(stream) in self._books]
        if 2 * sum(ends[stream] for stream in streams) > sum(ends.values()):
            return (record for record in self._journal.read() if record.stream not in asleep)
        records = chain.from_iterable(self._journal.read(stream) for stream in streams)
        return iter(sorted(records, key=lambda record: record.seq))

    def pass_time(self) -> None:
        """Do what has become due. Call it about once a second.

        A book that fails keeps no other from its time: who has to be told is told. Errors: the first one, after all.
        """
        first: Exception | None = None
        with self.lock:
            at = self.utc()
            for book in self._order:
                try:
                    book.pass_time(at)
                except Exception as fault:  # noqa: BLE001 - it is raised, when the others had their time
                    first = first or fault
        if first is not None:
            raise first

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

    def read(self, stream: str | None = None, after: int = 0) -> Iterator[Record]:
        """Every record, or those of one stream, in their order; those behind `after` (see `Journal`). StoreError."""
        return self._journal.read(stream, after)

    def recall(self, topic: str, kinds: Collection[str], signal: str, run: str) -> str | None:
        """The stream that was last told of a signal (see `Journal.recall`). Errors: StoreError."""
        return self._journal.recall(topic, kinds, signal, run)

    def prove(self, after: int = 0) -> int:
        """Prove a piece of the journal behind the record `after`; the last one proved, or `after` at the end.

        Errors: StoreError where one is missing or altered.
        """
        return self._journal.prove(after)

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


def _topic(stream: str) -> str:
    return stream.partition("/")[0]
