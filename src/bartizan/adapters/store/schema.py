"""How the journal lies in SQLite: one table to which rows are only ever added, and the marks that say it is ours.

The database itself refuses to change or remove a row, and takes only the next row: triggers, not good manners.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import column, table

from bartizan.errors import StoreError

APPLICATION_ID = 0x42525A4E  # "BRZN": this is no other program's database
SCHEMA = 1
OLDEST_SQLITE = (3, 37, 0)  # STRICT tables

RECORD = table(
    "record", column("seq"), column("stream"), column("version"), column("kind"), column("at"), column("body")
)

STATEMENTS = {
    "record": """CREATE TABLE record (
  seq INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (stream, version)
) STRICT""",
    "record_is_next": """CREATE TRIGGER record_is_next BEFORE INSERT ON record
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM record)
  OR NEW.version IS NOT (SELECT coalesce(max(version), 0) + 1 FROM record WHERE stream = NEW.stream)
BEGIN SELECT RAISE(ABORT, 'not the next record'); END""",
    "record_stays": """CREATE TRIGGER record_stays BEFORE DELETE ON record
BEGIN SELECT RAISE(ABORT, 'records are never removed'); END""",
    "record_is_final": """CREATE TRIGGER record_is_final BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'records are never changed'); END""",
}


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
        _recognise(connection, path)
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


def _recognise(connection: sqlite3.Connection, path: Path) -> None:
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise _foreign(path)
    schema = _pragma(connection, "user_version")
    if schema != SCHEMA:
        raise StoreError(
            f"{path}: the journal has schema {schema}; this version of Bartizan reads {SCHEMA}. "
            "Use the version that wrote it, or a newer one"
        )
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    if found != STATEMENTS:
        names = sorted(name for name in found.keys() | STATEMENTS.keys() if found.get(name) != STATEMENTS.get(name))
        raise StoreError(
            f"{path}: {', '.join(names)} of the journal {'was' if len(names) == 1 else 'were'} altered by another "
            "program. Restore the journal from a backup"
        )
    damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damage != "ok":
        raise StoreError(f"{path}: the journal is damaged ({damage}). Restore it from a backup")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _foreign(path: Path) -> StoreError:
    return StoreError(
        f"{path}: this is a database of another program, not a journal of Bartizan. Name another file or folder"
    )
