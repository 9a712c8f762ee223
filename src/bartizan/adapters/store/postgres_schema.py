"""How the journal lies in PostgreSQL: one table in a schema of its own, to which rows are only ever added.

The same rows and hashes as in SQLite. The server itself refuses to change, remove or empty, and takes only the next
row: triggers that always fire, not good manners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bartizan.errors import StoreError

if TYPE_CHECKING:
    import psycopg

SCHEMA = 3
LOCK = (0x42525A4E, 1)  # "BRZN": the advisory lock of the one owner of a database's journal
OLDEST_SERVER = 120_000

_MARK = f"Bartizan journal, schema {SCHEMA}"
_IS_NEXT = """
BEGIN
  IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM bartizan.record)
    OR NEW.version IS DISTINCT FROM
      (SELECT coalesce(max(version), 0) + 1 FROM bartizan.record WHERE stream = NEW.stream)
  THEN RAISE EXCEPTION 'not the next record' USING ERRCODE = 'BZ001';
  END IF;
  RETURN NEW;
END"""
_STAYS = """
BEGIN
  RAISE EXCEPTION 'records are never changed or removed' USING ERRCODE = 'BZ002';
END"""
_TRIGGERS = {
    "record_is_next": "BEFORE INSERT ON bartizan.record FOR EACH ROW EXECUTE FUNCTION bartizan.record_is_next()",
    "record_stays": "BEFORE DELETE OR UPDATE ON bartizan.record FOR EACH ROW EXECUTE FUNCTION bartizan.record_stays()",
    "record_is_kept": "BEFORE TRUNCATE ON bartizan.record FOR EACH STATEMENT EXECUTE FUNCTION bartizan.record_stays()",
}
_FUNCTIONS = {"record_is_next": _IS_NEXT, "record_stays": _STAYS}
_COLUMNS = {
    "seq": "bigint",
    "stream": "text",
    "version": "bigint",
    "kind": "text",
    "at": "text",
    "body": "text",
    "hash": "bytea",
}

CREATE = (
    "CREATE SCHEMA bartizan",
    # names compare by their bytes, whatever language the server speaks
    """CREATE TABLE bartizan.record (
  seq bigint PRIMARY KEY,
  stream text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  kind text NOT NULL,
  at text NOT NULL,
  body text NOT NULL,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  UNIQUE (stream, version)
)""",
    # by which a signal that comes again finds its alarm, however long the journal is
    """CREATE TABLE bartizan.signal (
  key text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (key, seq)
)""",
    # where each stream begins and how it stands, so that a start need not look through every record
    """CREATE TABLE bartizan.tip (
  stream text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  kind text NOT NULL,
  first bigint NOT NULL
)""",
    *(
        f"CREATE FUNCTION bartizan.{name}() RETURNS trigger LANGUAGE plpgsql AS $words${body}$words$"
        for name, body in _FUNCTIONS.items()
    ),
    *(f"CREATE TRIGGER {name} {when}" for name, when in _TRIGGERS.items()),
    # also where a session calls itself a replica
    *(f"ALTER TABLE bartizan.record ENABLE ALWAYS TRIGGER {name}" for name in _TRIGGERS),
    f"COMMENT ON TABLE bartizan.record IS '{_MARK}'",
)


def prepare(connection: psycopg.Connection[Any], place: str) -> None:
    """Make the journal where the database has none; refuse what is foreign, newer or altered.

    Errors: StoreError in words; psycopg.Error where the server does not do its part.
    """
    for name, cure in (
        ("fsync", "Set fsync = on, or a power cut loses what was acknowledged"),
        ("full_page_writes", "Set full_page_writes = on, or a power cut may damage the database"),
    ):
        if _one(connection, f"SHOW {name}") != "on":
            raise StoreError(f"{place}: the server runs with {name} = off. {cure}")
    if _one(connection, "SHOW server_encoding") != "UTF8":
        raise StoreError(f"{place}: the database is not in UTF8. Make one: CREATE DATABASE ... ENCODING 'UTF8'")
    connection.execute("SET synchronous_commit TO on")
    connection.execute("SET default_transaction_isolation TO 'read committed'")
    with connection.transaction():
        if _one(connection, "SELECT to_regnamespace('bartizan') IS NULL"):
            for statement in CREATE:
                connection.execute(statement)
        recognise(connection, place)


def recognise(connection: psycopg.Connection[Any], place: str) -> None:
    """Refuse what is foreign, newer or altered. Errors: StoreError; psycopg.Error."""
    mark = _one(connection, "SELECT obj_description(to_regclass('bartizan.record'), 'pg_class')")
    if not isinstance(mark, str) or not mark.startswith("Bartizan journal, schema "):
        raise StoreError(f"{place}: its schema bartizan is none of this program. Name another database")
    if mark != _MARK:
        raise StoreError(
            f"{place}: the journal has {mark.rpartition(', ')[2]}; this version of Bartizan reads {SCHEMA}. "
            "Use the version that wrote it, or a newer one"
        )
    altered = [*_altered_columns(connection), *_altered_triggers(connection)]
    if altered:
        raise StoreError(
            f"{place}: {', '.join(altered)} of the journal {'was' if len(altered) == 1 else 'were'} altered by another "
            "program. Restore the journal from a backup"
        )


def _altered_columns(connection: psycopg.Connection[Any]) -> list[str]:
    found = dict(
        connection.execute(
            "SELECT column_name::text, data_type::text FROM information_schema.columns"
            " WHERE table_schema = 'bartizan' AND table_name = 'record' ORDER BY ordinal_position"
        ).fetchall()
    )
    return [] if list(found.items()) == list(_COLUMNS.items()) else ["record"]


def _altered_triggers(connection: psycopg.Connection[Any]) -> list[str]:
    told = connection.execute(
        "SELECT t.tgname::text, pg_get_triggerdef(t.oid), t.tgenabled::text, p.proname::text, p.prosrc"
        " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
        " WHERE t.tgrelid = 'bartizan.record'::regclass AND NOT t.tgisinternal"
    ).fetchall()
    found = {name: (definition, enabled, source) for name, definition, enabled, _, source in told}
    expected = {
        name: (f"CREATE TRIGGER {name} {when}", "A", _FUNCTIONS[when.rpartition(".")[2].removesuffix("()")])
        for name, when in _TRIGGERS.items()
    }
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def _one(connection: psycopg.Connection[Any], question: str) -> Any:
    row = connection.execute(question).fetchone()
    return None if row is None else row[0]
