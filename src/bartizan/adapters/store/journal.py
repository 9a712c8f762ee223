"""The journal in SQLite: every append is on the disk when it returns, and nothing that is in it ever changes."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from bartizan.adapters.store.owner import OwnerLock
from bartizan.adapters.store.schema import OLDEST_SQLITE, RECORD, prepare, record_of
from bartizan.app.desk.journal import Record, body_text, record_text
from bartizan.desk.event import instant
from bartizan.desk.evidence import GENESIS, link
from bartizan.errors import StoreError

PATIENCE = 5.0  # seconds to wait for another program that reads the file, such as a backup
PAGE = 1_000  # records read at once

_DISK_FULL = 13  # the primary result codes of SQLite
_WRONG_ORDER = 19
_PASSING = (5, 6, _DISK_FULL, 14)  # nothing was written, and the next append may succeed
_CURES = {
    5: "another program holds the file; close it and try again",
    6: "another program holds the file; close it and try again",
    8: "the file cannot be written; check its owner and mode",
    10: "the disk failed; check it, then start the desk again. Whether the last append was kept shows then",
    11: "the file is damaged; restore it from a backup",
    _DISK_FULL: "the disk is full; nothing was kept of this. Make room and try again",
    14: "the file cannot be opened; check the folder, its owner and mode",
    26: "this is no SQLite database; name another file or restore it from a backup",
}


def open_journal(path: str | os.PathLike[str]) -> SqliteJournal:
    """Open the journal at `path`, or make it; folders that are missing are made readable by their owner alone.

    One process owns a journal until it closes it or ends, however it ends.

    Errors: StoreOwnedError where another process (or this one, a second time) owns it; StoreError where the file is
    foreign, damaged, of a newer schema, or cannot be made.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old for the journal. Use a Python with {needed} or newer"
        )
    path = Path(path).absolute()
    _make_folder(path.parent)
    owner = OwnerLock(path)
    try:
        _make_file(path)
        return SqliteJournal(path, owner, _connect(path))
    except BaseException:
        owner.release()
        raise


class SqliteJournal:
    """A journal in one SQLite file (see `bartizan.app.desk.Journal`). Made by `open_journal`."""

    def __init__(self, path: Path, owner: OwnerLock, connection: sqlite3.Connection) -> None:
        self.path = path
        self._owner = owner
        self._raw = connection
        self._engine = _engine(connection)
        self._connection: Connection = self._engine.connect()
        self._lock = threading.Lock()
        self._broken: str | None = None
        self._last = _last_hash(connection)
        mine = os.stat(path)
        self._identity = (mine.st_dev, mine.st_ino)

    def append(self, records: Sequence[Record]) -> None:
        """Keep all of them or none; they are on the disk when this returns.

        A full disk refuses this append alone. Any other failure of the disk refuses every later one too, because
        what reached the disk is then unknown: the journal has to be opened again. Errors: StoreError.
        """
        # what takes long is done before others have to wait
        texts = [(record, record_text(record), body_text(record)) for record in records]
        if not texts:
            return
        with self._lock:
            self._require_usable()
            self._require_in_place()
            rows, last = [], self._last
            for record, text, body in texts:
                last = link(last, text)
                rows.append(_row(record, body, last))
            try:
                with self._connection.begin():
                    self._connection.execute(insert(RECORD), rows)
                self._last = last
            except DBAPIError as fault:
                self._roll_back()
                raise self._refusal(fault, records[0]) from fault
            except BaseException:
                self._broken = "an append was interrupted"
                raise

    def read(self, stream: str | None = None) -> Iterator[Record]:
        """Every record, or those of one stream, in their order.

        Errors: StoreError where one is missing, cannot be read, or is not what its hash says.
        """
        last = count = 0
        earlier = RECORD.alias("earlier")
        before = select(earlier.c.hash).where(earlier.c.seq == RECORD.c.seq - 1).scalar_subquery()
        while True:
            query = select(RECORD, before).where(RECORD.c.seq > last).order_by(RECORD.c.seq).limit(PAGE)
            if stream is not None:
                query = query.where(RECORD.c.stream == stream)
            with self._lock:
                self._require_usable()
                try:
                    with self._connection.begin():
                        rows = self._connection.execute(query).all()
                except DBAPIError as fault:
                    raise StoreError(_in_words(self.path, fault.orig)) from fault
            for row in rows:
                *told, own, hash_before = tuple(row)
                record = record_of(told, self.path)
                count += 1
                if count != (record.seq if stream is None else record.version):
                    raise StoreError(
                        f"{self.path}: before record {record.seq} one is missing. Restore the journal from a backup"
                    )
                if own != link(hash_before or GENESIS, record_text(record)):
                    raise StoreError(
                        f"{self.path}: record {record.seq}, or the one before it, was altered: it is not what its hash "
                        "says. Restore the journal from a backup"
                    )
                last = record.seq
                yield record
            if len(rows) < PAGE:
                return

    def close(self) -> None:
        """Let go of the file and of its ownership; a second time does nothing."""
        with self._lock:
            if self._broken != "it is closed":
                self._connection.close()
                self._engine.dispose()
                self._raw.close()
                self._owner.release()
            self._broken = "it is closed"

    def __enter__(self) -> SqliteJournal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _require_usable(self) -> None:
        if self._broken is not None:
            raise StoreError(f"{self.path}: the journal takes nothing more: {self._broken}. Open it again")

    def _require_in_place(self) -> None:
        # SQLite would go on writing to a file that has no name any more
        try:
            found = os.stat(self.path)
        except OSError:
            found = None
        if found is None or (found.st_dev, found.st_ino) != self._identity:
            self._broken = "its file was moved or removed"
            self._require_usable()

    def _roll_back(self) -> None:
        # a commit that had to wait in vain leaves its transaction open
        try:
            if self._raw.in_transaction:
                self._raw.execute("ROLLBACK")
        except sqlite3.Error as fault:
            self._broken = f"an append could not be taken back ({fault})"

    def _refusal(self, fault: DBAPIError, first: Record) -> StoreError:
        code = _code(fault.orig)
        if code == _WRONG_ORDER:
            return StoreError(
                f"{self.path}: record {first.seq} (stream {first.stream}, version {first.version}) is not the next. "
                "Another desk may have written the journal: read it again"
            )
        words = _in_words(self.path, fault.orig)
        if code not in _PASSING:
            self._broken = f"an append failed ({fault.orig})"
        return StoreError(words)


def _row(record: Record, body: str, proof: bytes) -> dict[str, Any]:
    return {
        "seq": record.seq,
        "stream": record.stream,
        "version": record.version,
        "kind": record.kind,
        "at": instant(record.at),
        "body": body,
        "hash": proof,
    }


def _last_hash(connection: sqlite3.Connection) -> bytes:
    found = connection.execute("SELECT hash FROM record ORDER BY seq DESC LIMIT 1").fetchone()
    return GENESIS if found is None else bytes(found[0])


def _connect(path: Path) -> sqlite3.Connection:
    """The one connection, its file recognised. Errors: StoreError."""
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as fault:
        raise StoreError(_in_words(path, fault)) from fault
    try:
        prepare(connection, path)
    except sqlite3.Error as fault:
        connection.close()
        raise StoreError(_in_words(path, fault)) from fault
    except BaseException:
        connection.close()
        raise
    return connection


def _engine(connection: sqlite3.Connection) -> Engine:
    engine = create_engine("sqlite+pysqlite://", creator=lambda: connection, poolclass=StaticPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(transaction: Connection) -> None:
        # sqlite3 would begin by itself, late and deferred; the desk begins, and as a writer
        transaction.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _make_folder(folder: Path) -> None:
    missing = []
    while not folder.exists() and folder != folder.parent:
        missing.append(folder)
        folder = folder.parent
    try:
        for new in reversed(missing):
            new.mkdir(mode=0o700, exist_ok=True)
            _sync(new.parent)
    except OSError as fault:
        raise StoreError(f"{missing[0]}: the folder cannot be made: {fault.strerror}. Name another one") from fault


def _make_file(path: Path) -> None:
    """An empty file that its owner alone can read, and its name on the disk; what exists is left as it is."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if not stat.S_ISREG(path.stat().st_mode):
            raise StoreError(f"{path}: this is not a file. Name a file for the journal") from None
        return
    except OSError as fault:
        raise StoreError(f"{path}: the journal cannot be made: {fault.strerror}. Name another place") from fault
    os.close(handle)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk; where the system opens no folders it does so by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _code(fault: BaseException | None) -> int:
    """The primary result code of SQLite, or 0."""
    return getattr(fault, "sqlite_errorcode", 0) & 0xFF


def _in_words(path: Path, fault: BaseException | None) -> str:
    cure = _CURES.get(_code(fault), "check the file and the disk")
    return f"{path}: the journal failed ({fault}): {cure}"
