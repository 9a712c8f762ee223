"""How the journal lies in SQLite: one table to which rows are only ever added, and the marks that say it is ours.

The database itself refuses to change or remove a row, and takes only the next row: triggers, not good manners. And
each row has the hash of itself and of the one before (see `bartizan.desk.evidence.chain`), for what goes round them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from bartizan.adapters.store.beside import Row, signals_in, tips_of
from bartizan.adapters.store.proving import record_of, row_of
from bartizan.desk.evidence import GENESIS
from bartizan.errors import StoreError

APPLICATION_ID = 0x42525A4E  # "BRZN": this is no other program's database
SCHEMA = 3
_CURE = "Restore the journal from a backup"
CHECKED = 256 * 1024 * 1024  # bytes that are looked through at once; of more, each row is proved while the desk works
OLDEST_SQLITE = (3, 37, 0)  # STRICT tables

STATEMENTS = {
    "record": """CREATE TABLE record (
  seq INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  body TEXT NOT NULL,
  hash BLOB NOT NULL,
  UNIQUE (stream, version)
) STRICT""",
    # by which a signal that comes again finds its alarm, however long the journal is; an index over an expression
    # would need a database that trusts what its schema calls
    "signal": """CREATE TABLE signal (
  key TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (key, seq)
) STRICT, WITHOUT ROWID""",
    # where each stream begins and how it stands, so that a start need not look through every record
    "tip": """CREATE TABLE tip (
  stream TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  first INTEGER NOT NULL
) STRICT, WITHOUT ROWID""",
    "record_is_next": """CREATE TRIGGER record_is_next BEFORE INSERT ON record
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM record)
  OR NEW.version IS NOT (SELECT coalesce(max(version), 0) + 1 FROM record WHERE stream = NEW.stream)
BEGIN SELECT RAISE(ABORT, 'not the next record'); END""",
    "record_stays": """CREATE TRIGGER record_stays BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, 'records are never removed'); END""",
    "record_is_final": """CREATE TRIGGER record_is_final BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'records are never changed'); END""",
}


_TELL = """INSERT INTO tip VALUES (?, ?, ?, ?)
ON CONFLICT (stream) DO UPDATE SET version = excluded.version, kind = excluded.kind"""
BESIDE = ("signal", "tip")  # what is told by the records alone
_OLDER = {2: {name: said for name, said in STATEMENTS.items() if name not in BESIDE}}
_OLDER[1] = {**_OLDER[2], "record": STATEMENTS["record"].replace("  hash BLOB NOT NULL,\n", "")}  # without hashes


def keep_beside(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Keep what rows tell of their streams and of signals, within the transaction that keeps the rows."""
    connection.executemany(_TELL, tips_of(rows))
    connection.executemany("INSERT INTO signal VALUES (?, ?)", signals_in(rows))


def migrate(connection: sqlite3.Connection, path: Path, schema: int) -> None:
    """Bring a journal of an older schema to this one, within the open transaction.

    Every record gets its hash, where it had none; its body in the canonical form that the hash covers; and what stands
    beside the records is made of them. Errors: StoreError where the journal is altered, damaged or cannot be read.
    """
    _is_whole(connection, path, _OLDER[schema])
    for trigger in ("record_is_next", "record_stays", "record_is_final"):
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute("ALTER TABLE record RENAME TO older")
    for name in ("record", *BESIDE):
        connection.execute(STATEMENTS[name])
    before = GENESIS
    proof = "NULL" if schema == 1 else "hash"
    question = f"SELECT seq, stream, version, kind, at, body, {proof} FROM older ORDER BY seq"  # noqa: S608 - our own words
    for *told, known in connection.execute(question):
        kept = row_of(record_of(told, path), before)
        if known not in (None, kept[-1]):
            raise StoreError(f"{path}: record {kept[0]}, or the one before it, was altered. {_CURE}")
        connection.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", kept)
        keep_beside(connection, [kept])
        before = kept[-1]
    connection.execute("DROP TABLE older")
    for name, statement in STATEMENTS.items():
        if name not in ("record", *BESIDE):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the journal where the file is empty; refuse what is foreign, newer, altered or damaged.

    Errors: StoreError in words; sqlite3.Error where the file cannot be read at all.
    """
    # full sync and a rollback journal: a commit is on the disk, and the WAL-reset fault of older SQLite cannot occur
    for pragma, value, expected in (("journal_mode", "TRUNCATE", "truncate"), ("synchronous", "FULL", 2)):
        connection.execute(f"PRAGMA {pragma} = {value}")
        found = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
        if found != expected:
            raise StoreError(
                f"{path}: SQLite keeps {pragma} at {found!r} and not {value}. "
                "Put the journal on a local disk and close whatever else has it open"
            )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("BEGIN IMMEDIATE")  # also proves that the file can be written
    try:
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            _create(connection, path)
        elif _pragma(connection, "application_id") == APPLICATION_ID and _pragma(connection, "user_version") in _OLDER:
            migrate(connection, path, _pragma(connection, "user_version"))
        recognise(connection, path)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _create(connection: sqlite3.Connection, path: Path) -> None:
    if _pragma(connection, "application_id") not in (0, APPLICATION_ID):
        raise _foreign(path)
    for statement in STATEMENTS.values():
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _is_whole(connection: sqlite3.Connection, path: Path, statements: Mapping[str, str]) -> None:
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    if found != statements:
        names = sorted(name for name in found.keys() | statements.keys() if found.get(name) != statements.get(name))
        raise StoreError(
            f"{path}: {', '.join(names)} of the journal {'was' if len(names) == 1 else 'were'} altered by another "
            "program. Restore the journal from a backup"
        )
    if _pragma(connection, "page_count") * _pragma(connection, "page_size") > CHECKED:
        return
    damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damage != "ok":
        raise StoreError(f"{path}: the journal is damaged ({damage}). Restore it from a backup")


def recognise(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is foreign, newer, older, altered or damaged. Errors: StoreError; sqlite3.Error."""
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise _foreign(path)
    schema = _pragma(connection, "user_version")
    if schema != SCHEMA:
        older = "Start a desk on it once, which brings it to this one"
        cure = older if schema in _OLDER else "Use the version that wrote it, or a newer one"
        raise StoreError(f"{path}: the journal has schema {schema}; this version of Bartizan reads {SCHEMA}. {cure}")
    _is_whole(connection, path, STATEMENTS)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _foreign(path: Path) -> StoreError:
    return StoreError(
        f"{path}: this is a database of another program, not a journal of Bartizan. Name another file or folder"
    )
