"""What outreach keeps beside the journal, in one SQLite file for its owner's eyes alone.

Deleted rows are overwritten on the disk (`secure_delete`), so that an address that was forgotten is gone. Copies of
the file (backups, snapshots of the disk) are another matter: see docs/howto/outreach.md.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bartizan.desk.event import instant
from bartizan.desk.outreach import Message
from bartizan.errors import StoreError

_TABLES = """
CREATE TABLE IF NOT EXISTS message (
    key TEXT PRIMARY KEY, receiver TEXT NOT NULL, made_at TEXT NOT NULL, next_at TEXT NOT NULL, content TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS message_due ON message (next_at);
CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY, outcome TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outcome (outcome TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS address (name TEXT PRIMARY KEY, address TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
"""
_MOMENTS = ("made_at", "next_at")
PATIENCE = 5.0  # seconds to wait for a backup that reads the file


class OutreachCabinet:
    """The cabinet at `path`; one process has it open at a time. Any thread may call.

    Errors: StoreError where the file is something else, another process has it, or the disk does not take it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)
            self._owner = _own(path)
            self._base = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
            try:
                self._base.executescript(
                    "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                )
                self._base.executescript(_TABLES)
            except sqlite3.Error:
                self.close()
                raise

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._base.close()
            self._owner.close()

    # ---- messages

    def put(self, message: Message) -> bool:
        """Let a message wait; False where one of its key waits or was sent already."""
        with self._change() as base:
            if base.execute("SELECT 1 FROM done WHERE key = ?", (message.key,)).fetchone() is not None:
                return False
            done = base.execute("INSERT OR IGNORE INTO message VALUES (?, ?, ?, ?, ?)", _row(message))
            return done.rowcount == 1

    def due(self, at: datetime, most: int) -> tuple[Message, ...]:
        """Messages that may be tried at `at`: to people of the desk first, then those that wait longest."""
        order = "ORDER BY receiver NOT LIKE 'person/%', next_at, key"
        return self._messages(f"WHERE next_at <= ? {order} LIMIT ?", (instant(at), most))

    def waiting(self) -> tuple[Message, ...]:
        """Everything that waits, the oldest first."""
        return self._messages("ORDER BY made_at, key", ())

    def delay(self, message: Message) -> None:
        """Keep a message as it waits for its next try; one that was forgotten meanwhile stays so."""
        with self._change() as base:
            key, *rest = _row(message)
            base.execute(
                "UPDATE message SET receiver = ?, made_at = ?, next_at = ?, content = ? WHERE key = ?", (*rest, key)
            )

    def done(self, key: str, outcome: str, at: datetime) -> None:
        """A message waits no more; its key is remembered."""
        with self._change() as base:
            base.execute("DELETE FROM message WHERE key = ?", (key,))
            base.execute("INSERT OR IGNORE INTO done VALUES (?, ?, ?)", (key, outcome, instant(at)))
            _count(base, outcome, 1)

    def outcomes(self) -> Mapping[str, int]:
        """How many messages came to which end."""
        with self._read() as base:
            return dict(base.execute("SELECT outcome, count FROM outcome"))

    def forget_before(self, at: datetime) -> None:
        """Forget keys of messages that were done before `at`."""
        with self._read() as base:
            old = base.execute("SELECT 1 FROM done WHERE at < ? LIMIT 1", (instant(at),)).fetchone()
        if old is not None:
            with self._change() as base:
                base.execute("DELETE FROM done WHERE at < ?", (instant(at),))

    # ---- addresses

    def address(self, name: str) -> str | None:
        """The address of a subscriber; None where it is forgotten."""
        return self._one("SELECT address FROM address WHERE name = ?", name)

    def keep_address(self, name: str, address: str) -> None:
        """Keep the address of a subscriber."""
        with self._change() as base:
            base.execute("INSERT OR REPLACE INTO address VALUES (?, ?)", (name, address))

    def forget(self, name: str) -> None:
        """Forget an address, and what waits for it."""
        with self._change() as base:
            base.execute("DELETE FROM address WHERE name = ?", (name,))
            gone = base.execute("DELETE FROM message WHERE receiver = ?", (f"subscriber/{name}",)).rowcount
            _count(base, "forgotten", gone)

    def names(self) -> Sequence[str]:
        """Whose addresses are kept."""
        with self._read() as base:
            return [name for (name,) in base.execute("SELECT name FROM address ORDER BY name")]

    # ---- secrets and notes

    def secret(self, name: str) -> bytes:
        """32 random bytes under a name, made at the first time."""
        with self._change() as base:
            base.execute("INSERT OR IGNORE INTO secret VALUES (?, ?)", (name, secrets.token_bytes(32)))
            return bytes(base.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()[0])

    def note(self, name: str) -> str | None:
        """A note under a name; None where there is none."""
        return self._one("SELECT text FROM note WHERE name = ?", name)

    def keep_note(self, name: str, text: str) -> None:
        """Keep a note under a name."""
        with self._change() as base:
            base.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (name, text))

    # ---- inside

    def _one(self, query: str, name: str) -> str | None:
        with self._read() as base:
            row = base.execute(query, (name,)).fetchone()
            return None if row is None else str(row[0])

    def _messages(self, rest: str, values: tuple[object, ...]) -> tuple[Message, ...]:
        with self._read() as base:
            rows = base.execute(f"SELECT content FROM message {rest}", values).fetchall()  # noqa: S608 - our own words
        return tuple(_message(content) for (content,) in rows)

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._told():
            yield self._base

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._told():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
                self._base.execute("COMMIT")
            except BaseException:
                # a full disk has taken the transaction back already; a reader that stays has not
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"{self.path}: the messages that wait cannot be kept: {error}. See that no other desk has the folder, "
                "that there is room, and that the file is none of another program"
            ) from error


def _own(path: Path) -> sqlite3.Connection:
    """The right to be the only one: a lock beside the file, for one on the file would keep a backup from reading it."""
    beside = path.with_name(path.name + ".owner")
    os.close(os.open(beside, os.O_RDWR | os.O_CREAT, 0o600))
    owner = sqlite3.connect(beside, timeout=1.0, isolation_level=None, check_same_thread=False)
    try:
        owner.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error:
        owner.close()
        raise
    return owner


def _row(message: Message) -> tuple[str, str, str, str, str]:
    content: dict[str, Any] = {one.name: getattr(message, one.name) for one in fields(message)}
    content |= {name: instant(content[name]) for name in _MOMENTS} | {"headers": dict(message.headers)}
    text = json.dumps(content, ensure_ascii=False)
    return message.key, message.to, instant(message.made_at), instant(message.next_at), text


def _message(content: str) -> Message:
    values = json.loads(content)
    moments = {name: datetime.fromisoformat(values[name]).astimezone(UTC) for name in _MOMENTS}
    return Message(**(values | moments))


def _count(base: sqlite3.Connection, outcome: str, count: int) -> None:
    if count > 0:
        base.execute(
            "INSERT INTO outcome VALUES (?, ?) ON CONFLICT (outcome) DO UPDATE SET count = count + excluded.count",
            (outcome, count),
        )
