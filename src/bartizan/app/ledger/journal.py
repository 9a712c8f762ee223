"""The port of the desk to durable storage: records in, one unbroken order, records out. Nothing is ever changed.

The journal knows nothing of alarms. A record belongs to a stream (one alarm, later one incident, one shift), has a
version within it, and carries a plain JSON body.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from bartizan.desk.event import instant
from bartizan.desk.evidence import canonical
from bartizan.errors import InputError, StoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry: `seq` counts 1, 2, 3, ... over the journal, `version` 1, 2, 3, ... within `stream`; `at` in UTC."""

    seq: int
    stream: str
    version: int
    kind: str
    at: datetime
    body: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "body", MappingProxyType(dict(self.body)))


class Settled(NamedTuple):
    """A stream that is over, and the place of its first record."""

    stream: str
    seq: int


class Journal(Protocol):
    """Where records are kept. One writer; the caller gives each record the next `seq`."""

    def append(self, records: Sequence[Record]) -> None:
        """Keep all of them or none; they are durable when this returns.

        Errors: StoreError where they cannot be kept, and where a `seq` or a version is not the next one.
        """

    def read(self, stream: str | None = None, after: int = 0) -> Iterator[Record]:
        """Every record, or those of one stream, in their order.

        `after`: only those behind this `seq`; of one stream, behind this version. Errors: StoreError where the journal
        is not whole.
        """

    def ends(self) -> Mapping[str, int]:
        """The last version of every stream. Errors: StoreError where a record of the journal is missing."""

    def settled(self, topic: str, kinds: Collection[str]) -> Iterator[Settled]:
        """The streams of a topic ("topic/...") whose last record is of one of `kinds`, in the order of their first.

        What is told here was not proved by its hash; what `read` tells was. Errors: StoreError.
        """

    def recall(self, topic: str, kinds: Collection[str], signal: str, run: str) -> str | None:
        """The stream of a topic ("topic/...") with the latest record of one of `kinds` about a signal of a run.

        That is a record whose body has these texts at "signal.id" and at "run". None where there is none. Quick,
        whatever the length of the journal; not proved, as `settled`. Errors: StoreError.
        """

    def prove(self, after: int = 0) -> int:
        """Prove some records behind the one with `seq` `after`; returns the last of them, `after` at the end.

        Errors: StoreError where one is missing, altered or cannot be read.
        """

    def close(self) -> None:
        """Let go of the journal; a second time does nothing."""


class MemoryJournal:
    """A journal that forgets when the process ends: for tests, exercises and `--headless` runs.

    It refuses what a durable journal refuses, and gives back what JSON gives back.
    """

    def __init__(self, records: Sequence[Record] = ()) -> None:
        self._records: list[Record] = []
        self._versions: dict[str, int] = {}
        self._lock = threading.Lock()
        self._closed = False
        if records:
            self.append(records)

    def append(self, records: Sequence[Record]) -> None:
        """Keep all of them or none."""
        with self._lock:
            if self._closed:
                raise StoreError("the journal is closed. Open it again")
            versions: dict[str, int] = {}
            for seq, record in enumerate(records, start=len(self._records) + 1):
                last = versions.get(record.stream, self._versions.get(record.stream, 0))
                require_next(record, seq, last + 1)
                versions[record.stream] = record.version
            self._records += [_through_json(record) for record in records]
            self._versions |= versions

    def read(self, stream: str | None = None, after: int = 0) -> Iterator[Record]:
        """Every record, or those of one stream, in their order."""
        with self._lock:
            records = tuple(self._records[after:] if stream is None else self._records)
        return (record for record in records if stream is None or (record.stream == stream and record.version > after))

    def ends(self) -> Mapping[str, int]:
        """The last version of every stream."""
        with self._lock:
            return dict(self._versions)

    def settled(self, topic: str, kinds: Collection[str]) -> Iterator[Settled]:
        """The streams of a topic whose last record is of one of the kinds, in the order of their first."""
        with self._lock:
            records = tuple(self._records)
        last = {record.stream: record.kind for record in records}
        for record in records:
            mine = record.version == 1 and record.stream.startswith(f"{topic}/")
            if mine and last[record.stream] in kinds:
                yield Settled(record.stream, record.seq)

    def recall(self, topic: str, kinds: Collection[str], signal: str, run: str) -> str | None:
        """The stream of a topic with the latest record of one of `kinds` about a signal of a run."""
        with self._lock:
            records = tuple(self._records)
        for record in reversed(records):
            told = record.body.get("signal")
            about = told.get("id") if isinstance(told, Mapping) else None
            mine = record.stream.startswith(f"{topic}/") and record.kind in kinds
            if mine and (about, record.body.get("run")) == (signal, run):
                return record.stream
        return None

    def prove(self, after: int = 0) -> int:
        """Nothing in memory is altered behind its back."""
        return max(after, len(self._records))

    def close(self) -> None:
        """Let go of the journal; a second time does nothing."""
        self._closed = True


def require_next(record: Record, seq: int, version: int) -> None:
    """Refuse a record that is not the next in the journal and in its stream. Errors: StoreError."""
    if record.seq != seq or record.version != version:
        raise StoreError(
            f"the journal awaits record {seq} and, in stream {record.stream}, version {version}; it was given record "
            f"{record.seq}, version {record.version}. Another desk may have written it: read the journal again"
        )


def record_text(record: Record) -> bytes:
    """The whole record as the one text that its hash in the chain covers. Errors: StoreError where it is not JSON."""
    told = {
        "seq": record.seq,
        "stream": record.stream,
        "version": record.version,
        "kind": record.kind,
        "at": instant(record.at),
        "body": dict(record.body),
    }
    try:
        return canonical(told)
    except InputError as fault:
        raise StoreError(
            f"record {record.seq} does not fit JSON: {fault.__cause__}. Give plain finite values"
        ) from fault


def body_text(record: Record) -> str:
    """The body as the JSON text that is kept. Errors: StoreError where it does not fit JSON."""
    try:
        return json.dumps(dict(record.body), allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as fault:
        raise StoreError(f"record {record.seq} does not fit JSON: {fault}. Give plain finite values") from fault


def _through_json(record: Record) -> Record:
    return Record(
        seq=record.seq,
        stream=record.stream,
        version=record.version,
        kind=record.kind,
        at=record.at,
        body=json.loads(body_text(record)),
    )
