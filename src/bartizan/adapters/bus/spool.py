"""Messages that nobody has taken yet, on disk: bounded by size and age, and still there after a process was killed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bartizan.errors import StoreError

MOST_BYTES = 256 << 20  # an hour of several cameras
MOST_SECONDS = 6 * 3600.0  # what is older helps nobody who watches now

_TABLES = """
CREATE TABLE IF NOT EXISTS waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL, number INTEGER NOT NULL, camera TEXT NOT NULL,
    made REAL NOT NULL, body BLOB NOT NULL, UNIQUE (sender, number)
) STRICT;
CREATE TABLE IF NOT EXISTS dropped (why TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as it waits: `id` in the order in which it was put, its name, its camera and its bytes."""

    id: int
    sender: str
    number: int
    camera: str
    body: bytes


class Spool:
    """Keeps messages until they are taken; for one thread.

    `most_bytes` of all bodies together and `most_seconds` of age bound it; beyond them the oldest go, counted by the
    reason, and the counts last as long as the file. Each change is on disk when its call returns: a process that is
    killed loses nothing that was put. Raises StoreError where the file is no spool or another process has it.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES, most_seconds: float = MOST_SECONDS) -> None:
        self.path = path
        self._most_bytes, self._most_seconds = most_bytes, most_seconds
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
            try:
                self._base.executescript(
                    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=NORMAL;"
                )
                # the lock is taken at the first writing
                self._base.execute("BEGIN EXCLUSIVE")
                self._base.execute("COMMIT")
                self._base.executescript(_TABLES)
            except sqlite3.Error:
                self._base.close()
                raise
        path.chmod(0o600)
        self._bytes = self._base.execute("SELECT coalesce(sum(length(body)), 0) FROM waiting").fetchone()[0]

    def __len__(self) -> int:
        return int(self._base.execute("SELECT count(*) FROM waiting").fetchone()[0])

    @property
    def dropped(self) -> dict[str, int]:
        """How many were dropped, by the reason: "old" or "full"."""
        return dict(self._base.execute("SELECT why, count FROM dropped"))

    def put(self, messages: Iterable[tuple[str, int, str, bytes]], now: float) -> None:
        """Keep messages (sender, number, camera, body) at `now` [s, of the wall's clock]; all or none."""
        with self._change():
            for sender, number, camera, body in messages:
                done = self._base.execute(
                    "INSERT OR IGNORE INTO waiting (sender, number, camera, made, body) VALUES (?, ?, ?, ?, ?)",
                    (sender, number, camera, now, body),
                )
                self._bytes += len(body) if done.rowcount else 0
            self._bound(now)

    def taken(self, names: Iterable[tuple[str, int]]) -> None:
        """These messages, by sender and number, are with whoever wanted them; others' names are nobody's here."""
        with self._change():
            for name in names:
                self._delete("sender = ? AND number = ?", name)

    def oldest(self, most: int) -> list[int]:
        """The ids of the oldest messages, in the order in which they were put."""
        return [id_ for (id_,) in self._base.execute("SELECT id FROM waiting ORDER BY id LIMIT ?", (most,))]

    def message(self, id_: int) -> Kept | None:
        """One message; None where it waits no more."""
        row = self._base.execute("SELECT id, sender, number, camera, body FROM waiting WHERE id = ?", (id_,)).fetchone()
        return None if row is None else Kept(*row)

    def close(self) -> None:
        """Let the file go."""
        self._base.close()

    def _bound(self, now: float) -> None:
        """Drop what is too old, and the oldest while there is too much."""
        self._note("old", self._delete("made < ?", (now - self._most_seconds,)))
        full = 0
        while self._bytes > self._most_bytes:
            full += self._delete("id = (SELECT min(id) FROM waiting)", ())
        self._note("full", full)

    def _delete(self, where: str, values: tuple[object, ...]) -> int:
        gone = self._base.execute(f"DELETE FROM waiting WHERE {where} RETURNING length(body)", values).fetchall()  # noqa: S608
        self._bytes -= sum(length for (length,) in gone)
        return len(gone)

    def _note(self, why: str, count: int) -> None:
        if count:
            self._base.execute(
                "INSERT INTO dropped VALUES (?, ?) ON CONFLICT (why) DO UPDATE SET count = count + excluded.count",
                (why, count),
            )

    @contextmanager
    def _change(self) -> Iterator[None]:
        with self._told():
            self._base.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StoreError(
                f"{self.path}: the queue cannot be used: {error}. Is another `bartizan watch --to` at it? "
                "Give each one its own --spool, and see that there is room"
            ) from error
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"{self.path}: this is no queue of messages: {error}. Name another with --spool"
            ) from error
