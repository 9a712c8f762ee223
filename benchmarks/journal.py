"""How fast the journal keeps, beside plain inserts into SQLite with the same pragmas, in one run.

Run: ``python -m benchmarks.journal``; TMPDIR says on which disk. Both write the same rows of about 600 bytes, one
commit each, to the same folder, in turns of 50, so that a slow moment of the disk falls on both. Plain is one table
without triggers, written through the sqlite3 module. What the ratio shows is the price of refusing what is not the
next record, of SQLAlchemy and of the checks before an append; the disk's own share cancels.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bartizan.adapters.store import open_journal
from bartizan.app.ledger import Record
from benchmarks.table import Row, main

APPENDS = 2_000
TURN = 50
STREAMS = 40  # alarms that are written to in turn
WARM = 20  # first appends of each, not counted


@dataclass(frozen=True, slots=True)
class Latency:
    """Commit latencies of one writer, in milliseconds, and what they make per second."""

    p50: float
    p99: float
    per_second: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Latency:
        taken = np.asarray(seconds[WARM:])
        p50, p99 = np.quantile(taken, [0.5, 0.99]) * 1e3
        return cls(float(p50), float(p99), float(taken.size / taken.sum()))

    def __str__(self) -> str:
        return f"{self.per_second:.0f} a second, p50 {self.p50:.2f} ms, p99 {self.p99:.2f} ms"


def records(count: int) -> list[Record]:
    """Records such as alarms make: forty streams in turn, bodies of about 600 bytes."""
    at = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
    return [
        Record(
            seq=seq,
            stream=f"alarm/{seq % STREAMS}",
            version=(seq - 1) // STREAMS + 1,
            kind="updated",
            at=at,
            body={"schema": 1, "kind": "updated", "by": "desk", "signal": {"id": f"run-{seq}", "because": "x" * 500}},
        )
        for seq in range(1, count + 1)
    ]


def plain(path: Path) -> sqlite3.Connection:
    """One plain table with the journal's pragmas."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE record (seq INTEGER PRIMARY KEY, stream TEXT, version INTEGER, kind TEXT, at TEXT, body TEXT,"
        " UNIQUE (stream, version))"
    )
    return connection


def insert(connection: sqlite3.Connection, record: Record) -> None:
    row = (
        record.seq,
        record.stream,
        record.version,
        record.kind,
        record.at.isoformat(),
        json.dumps(dict(record.body), separators=(",", ":")),
    )
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.execute("COMMIT")


def measure(folder: Path, appends: int) -> tuple[Latency, Latency]:
    """Latencies of the journal and of plain inserts, in turns."""
    journal, connection = open_journal(folder / "journal.db"), plain(folder / "plain.db")
    taken: tuple[list[float], list[float]] = ([], [])
    writers: tuple[Callable[[Record], None], Callable[[Record], None]] = (
        lambda record: journal.append([record]),
        lambda record: insert(connection, record),
    )
    todo = records(appends)
    for start in range(0, appends, TURN):
        for times, write in zip(taken, writers, strict=True):
            for record in todo[start : start + TURN]:
                begun = time.perf_counter()
                write(record)
                times.append(time.perf_counter() - begun)
    assert sum(1 for _ in journal.read()) == appends
    assert connection.execute("SELECT count(*) FROM record").fetchone()[0] == appends
    journal.close()
    connection.close()
    return Latency.of(taken[0]), Latency.of(taken[1])


def figures(data: Path) -> Iterator[Row]:
    """The rows; the data folder is not used."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = measure(Path(folder), APPENDS)
    yield Row("journal", "journal: appends", str(ours))
    yield Row("journal", "plain sqlite3: inserts", str(theirs))
    yield Row("journal", "journal / plain", f"p50 {ours.p50 / theirs.p50:.2f}, p99 {ours.p99 / theirs.p99:.2f}")


if __name__ == "__main__":
    main(__doc__, figures)
