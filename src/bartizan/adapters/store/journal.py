"""The journal in SQLite: every append is on the disk when it returns, and nothing that is in it ever changes."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bartizan.adapters.store.beside import Row, signal_key
from bartizan.adapters.store.owner import OwnerLock
from bartizan.adapters.store.proving import PAGE, chained, prove_run, proved, require_tips, row_of
from bartizan.adapters.store.reserve import Reserve
from bartizan.adapters.store.schema import OLDEST_SQLITE, keep_beside, prepare, recognise
from bartizan.app.ledger.journal import Record, Settled
from bartizan.desk.evidence import GENESIS
from bartizan.errors import StoreError

PATIENCE = 5.0  # seconds to wait for another program that reads the file, such as a backup
READER = 60.0  # seconds that such a program waits for a desk that writes without a pause
_OF_A_STREAM = """SELECT *, (SELECT hash FROM record AS earlier WHERE earlier.seq = record.seq - 1) FROM record
WHERE stream = ? AND version > ? ORDER BY version LIMIT ?"""
_WRONG_TIPS = """SELECT stream FROM record LEFT JOIN tip USING (stream) WHERE seq > ? AND seq <= ? AND NOT
coalesce(CASE record.version WHEN tip.version THEN record.kind = tip.kind ELSE record.version < tip.version END
AND (record.version > 1 OR tip.first = record.seq) AND EXISTS
(SELECT 1 FROM record AS last WHERE last.stream = tip.stream AND last.version = tip.version), FALSE) LIMIT 1"""
# the plus keeps the question from the index of streams
_RECALL = """SELECT stream FROM signal JOIN record USING (seq)
WHERE key = ? AND +stream > ? AND +stream < ? AND kind IN ({}) ORDER BY seq DESC LIMIT 1"""

_DISK_FULL = 13  # the primary result codes of SQLite
_WRONG_ORDER = 19
_PASSING = (5, 6, _DISK_FULL, 14)  # nothing was written, and the next append may succeed
_CURES = {
    5: "another program holds the file; close it and try again",
    6: "another program holds the file; close it and try again",
    8: "the file cannot be written, or was opened to be read alone; check its owner and mode",
    10: "the disk failed; check it, then start the desk again. Whether the last append was kept shows then",
    11: "the file is damaged; restore it from a backup",
    _DISK_FULL: "the disk is full; nothing was kept of this. Make room and try again",
    14: "the file cannot be opened; check the folder, its owner and mode",
    26: "this is no SQLite database; name another file or restore it from a backup",
}


def open_journal(path: str | os.PathLike[str], *, reserve: int = 0) -> SqliteJournal:
    """Open the journal at `path`, or make it; folders that are missing are made readable by their owner alone.

    One process owns a journal until it closes it or ends, however it ends. `reserve`: bytes of the disk that are kept
    for when it is full.

    Errors: StoreOwnedError where another process (or this one, a second time) owns it; StoreError where the file is
    foreign, damaged, of a newer schema, or cannot be made.
    """
    _require_sqlite()
    path = Path(path).absolute()
    _make_folder(path.parent)
    owner = OwnerLock(path)
    try:
        _make_file(path)
        return SqliteJournal(path, owner, _connect(path), Reserve(path, reserve))
    except BaseException:
        owner.release()
        raise


def read_journal(path: str | os.PathLike[str]) -> SqliteJournal:
    """Open the journal at `path` to be read alone, also while a desk owns it. Errors: StoreError."""
    _require_sqlite()
    path = Path(path).absolute()
    if not path.is_file():
        raise StoreError(f"{path}: there is no journal. Name the data folder of a desk, or a backup")
    return SqliteJournal(path, None, _connect(path, reading=True), Reserve(path, 0))


def _require_sqlite() -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        needed = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old for the journal. Use a Python with {needed} or newer"
        )


class SqliteJournal:
    """A journal in one SQLite file (see `bartizan.app.ledger.Journal`). Made by `open_journal`."""

    def __init__(self, path: Path, owner: OwnerLock | None, connection: sqlite3.Connection, reserve: Reserve) -> None:
        self.path = path
        self._reserve = reserve
        self._owner = owner
        self._raw = connection
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
        if not records:
            return
        with self._lock:
            self._require_usable()
            self._require_in_place()
            rows, last = [], self._last
            for record in records:
                rows.append(row_of(record, last))
                last = rows[-1][-1]
            self._keep(rows)

    def take(self, rows: Sequence[Row]) -> None:
        """Keep rows of another journal as they are, proved, all or none. Errors: StoreError."""
        with self._lock:
            self._require_usable()
            self._require_in_place()
            after = rows[0][0] - 1 if rows else 0
            prove_run(chained(rows, None if self._last == GENESIS else self._last), str(self.path), after)
            self._keep(rows)

    @property
    def short_of_space(self) -> bool:
        """Whether the disk was full, so that the journal lives on its reserve, or has none left."""
        return self._reserve.short

    def _keep(self, rows: Sequence[Row]) -> None:
        try:
            self._insert(rows)
        except sqlite3.Error as fault:
            self._roll_back()
            if _code(fault) != _DISK_FULL or not self._reserve.give_up():
                raise self._refusal(fault, rows[0]) from fault
            self._keep(rows)
        except BaseException:
            self._broken = "an append was interrupted"
            raise
        self._reserve.keep_up()

    def _insert(self, rows: Sequence[Row]) -> None:
        self._raw.execute("BEGIN IMMEDIATE")
        self._raw.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        keep_beside(self._raw, rows)
        self._raw.execute("COMMIT")
        self._last = rows[-1][-1]

    def read(self, stream: str | None = None, after: int = 0) -> Iterator[Record]:
        """Every record, or those of one stream, in their order; those behind `after`, a `seq` or a version of it.

        Errors: StoreError where one is missing, cannot be read, or is not what its hash says.
        """
        last, before = after, self.hash_at(after) if after and stream is None else None
        while True:
            if stream is None:
                page = self._ask("SELECT * FROM record WHERE seq > ? ORDER BY seq LIMIT ?", last, PAGE)
                yield from proved(chained(page, before), str(self.path), None, last)
                last, before = (page[-1][0], page[-1][-1]) if page else (last, before)
            else:
                page = self._ask(_OF_A_STREAM, stream, last, PAGE)
                yield from proved(page, str(self.path), stream, last)
                last = page[-1][2] if page else last
            if len(page) < PAGE:
                return

    def ends(self) -> Mapping[str, int]:
        """The last version of every stream. Errors: StoreError where a record of the journal is missing."""
        ((count, last),) = self._ask("SELECT count(*), coalesce(max(seq), 0) FROM record")
        if count != last:
            raise StoreError(f"{self.path}: {last - count} of {last} records are missing. Restore it from a backup")
        return dict(self._ask("SELECT stream, version FROM tip"))

    def settled(self, topic: str, kinds: Collection[str]) -> Iterator[Settled]:
        """The streams of a topic whose last record is of one of `kinds` (see `Journal.settled`)."""
        question = f"SELECT stream, first FROM tip WHERE stream > ? AND stream < ? AND kind IN ({_places(kinds)})"  # noqa: S608
        for stream, seq in sorted(self._ask(question, f"{topic}/", f"{topic}0", *kinds), key=itemgetter(1)):
            yield Settled(stream, seq)

    def recall(self, topic: str, kinds: Collection[str], signal: str, run: str) -> str | None:
        """The stream of a topic with the latest record of one of `kinds` about a signal (see `Journal.recall`)."""
        found = self._ask(_RECALL.format(_places(kinds)), signal_key(run, signal), f"{topic}/", f"{topic}0", *kinds)
        return found[0][0] if found else None

    def prove(self, after: int = 0) -> int:
        """Prove the next thousand records behind the one with `seq` `after`; returns the last of them.

        At the end of the journal this is `after`. Errors: StoreError.
        """
        rows = self._ask("SELECT * FROM record WHERE seq >= ? ORDER BY seq LIMIT ?", max(after, 1), PAGE + 1)
        before = rows.pop(0)[-1] if after and rows and rows[0][0] == after else None
        last = prove_run(chained(rows, before), str(self.path), after)
        require_tips(self._ask(_WRONG_TIPS, after, last), str(self.path))
        return last

    def page(self, after: int) -> Sequence[Row]:
        """The next thousand rows behind the one with `seq` `after`; none at the end. Errors: StoreError."""
        return self._ask("SELECT * FROM record WHERE seq > ? ORDER BY seq LIMIT ?", after, PAGE)

    def end(self) -> tuple[int, bytes]:
        """The last `seq` and hash."""
        found = self._ask("SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1")
        return (found[0][0], bytes(found[0][1])) if found else (0, GENESIS)

    def hash_at(self, seq: int) -> bytes | None:
        """The hash of one record; None where there is none."""
        found = self._ask("SELECT hash FROM record WHERE seq = ?", seq)
        return bytes(found[0][0]) if found else None

    def close(self) -> None:
        """Let go of the file and of its ownership; a second time does nothing."""
        with self._lock:
            if self._broken != "it is closed":
                self._raw.close()
                if self._owner is not None:
                    self._owner.release()
            self._broken = "it is closed"

    def __enter__(self) -> SqliteJournal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, question: str, *values: Any) -> list[Any]:
        with self._lock:
            self._require_usable()
            try:
                return self._raw.execute(question, values).fetchall()
            except sqlite3.Error as fault:
                raise StoreError(_in_words(self.path, fault)) from fault

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

    def _refusal(self, fault: sqlite3.Error, first: Row) -> StoreError:
        code = _code(fault)
        if code == _WRONG_ORDER:
            return StoreError(
                f"{self.path}: record {first[0]} (stream {first[1]}, version {first[2]}) is not the next. "
                "Another desk may have written the journal: read it again"
            )
        words = _in_words(self.path, fault)
        if code not in _PASSING:
            self._broken = f"an append failed ({fault})"
        return StoreError(words)


def _places(values: Collection[str]) -> str:
    return ", ".join("?" for _ in values)


def _last_hash(connection: sqlite3.Connection) -> bytes:
    found = connection.execute("SELECT hash FROM record ORDER BY seq DESC LIMIT 1").fetchone()
    return GENESIS if found is None else bytes(found[0])


def _connect(path: Path, *, reading: bool = False) -> sqlite3.Connection:
    """The one connection, its file recognised. Errors: StoreError."""
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode={'ro' if reading else 'rw'}",
            uri=True,
            timeout=READER if reading else PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as fault:
        raise StoreError(_in_words(path, fault)) from fault
    try:
        (recognise if reading else prepare)(connection, path)
    except sqlite3.Error as fault:
        connection.close()
        raise StoreError(_in_words(path, fault)) from fault
    except BaseException:
        connection.close()
        raise
    return connection


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
