"""The journal in PostgreSQL: one owner, nothing changed behind it, and a server that goes away in the middle."""

from __future__ import annotations

import builtins
import threading
import time
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from test_journal_contract import record

from bartizan.adapters.store import PostgresJournal, open_postgres
from bartizan.adapters.store.postgres_address import read_address
from bartizan.errors import InputError, MissingExtraError, StoreError, StoreOwnedError
from postgres_server import Server


@pytest.fixture
def url(server: Server) -> str:
    return server.url()


def run(server: Server, url: str, *statements: str) -> list[Any]:
    """Do something to the database, as somebody would who may do everything there."""
    database = read_address(url).settings["dbname"]
    found: list[Any] = []
    with psycopg.connect(host=str(server.folder), user=server.user, dbname=database, autocommit=True) as other:
        for statement in statements:
            cursor = other.execute(statement.encode())
            found = cursor.fetchall() if cursor.description else []
    return found


def seqs(journal: PostgresJournal) -> list[int]:
    return [found.seq for found in journal.read()]


def test_a_second_desk_is_refused_and_told_by_whom(url: str) -> None:
    first = open_postgres(url)
    with pytest.raises(
        StoreOwnedError, match=r"another desk \(bartizan, process \d+ on .+, since 20.+\) owns this journal"
    ):
        open_postgres(url)
    first.append([record(1)])
    first.close()
    with open_postgres(url) as second:
        assert seqs(second) == [1]


def test_two_databases_have_an_owner_each(server: Server) -> None:
    with open_postgres(server.url()) as one, open_postgres(server.url()) as other:
        one.append([record(1)])
        assert seqs(other) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM bartizan.record",
        "UPDATE bartizan.record SET kind = 'x'",
        "TRUNCATE bartizan.record",
        "SET session_replication_role TO replica; DELETE FROM bartizan.record",
        "INSERT INTO bartizan.record SELECT 7, stream, 2, kind, at, body, hash FROM bartizan.record",
        "INSERT INTO bartizan.record SELECT 2, stream, 3, kind, at, body, hash FROM bartizan.record",
    ],
)
def test_no_program_changes_removes_or_skips_a_record(server: Server, url: str, statement: str) -> None:
    with open_postgres(url) as journal:
        journal.append([record(1)])
        with pytest.raises(psycopg.Error, match=r"records are never changed|not the next record"):
            run(server, url, *statement.split("; "))
        assert seqs(journal) == [1]


@pytest.mark.parametrize(
    "change", ["kind = 'closed'", "body = '{}'", "hash = sha256('x')", "at = '2026-03-01T22:10:00Z'"]
)
def test_what_is_altered_behind_its_back_is_found(server: Server, url: str, change: str) -> None:
    with open_postgres(url) as journal:
        journal.append([record(1), record(2), record(3)])
        run(
            server,
            url,
            "ALTER TABLE bartizan.record DISABLE TRIGGER record_stays",
            f"UPDATE bartizan.record SET {change} WHERE seq = 2",  # noqa: S608 - a change of ours
            "ALTER TABLE bartizan.record ENABLE ALWAYS TRIGGER record_stays",
        )
        for read in (lambda: list(journal.read()), lambda: list(journal.read("alarm/a")), journal.prove):
            with pytest.raises(StoreError, match="record 2, or the one before it, was altered"):
                read()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("ALTER TABLE bartizan.record DISABLE TRIGGER record_stays", "record_stays of the journal was altered"),
        ("ALTER TABLE bartizan.record ENABLE TRIGGER record_stays", "record_stays of the journal was altered"),
        ("DROP TRIGGER record_is_next ON bartizan.record", "record_is_next of the journal was altered"),
        (
            "CREATE OR REPLACE FUNCTION bartizan.record_is_next() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NEW; END'",
            "record_is_next of the journal was altered",
        ),
        ("ALTER TABLE bartizan.record ADD COLUMN more text", "record of the journal was altered"),
        (
            "COMMENT ON TABLE bartizan.record IS 'Bartizan journal, schema 4'",
            "schema 4; this version of Bartizan reads 3",
        ),
        ("COMMENT ON TABLE bartizan.record IS NULL", "its schema bartizan is none of this program"),
    ],
)
def test_a_newer_altered_or_foreign_journal_is_refused(server: Server, url: str, statement: str, words: str) -> None:
    open_postgres(url).close()
    run(server, url, statement)
    with pytest.raises(StoreError, match=words):
        open_postgres(url)


def test_a_server_that_does_not_sync_is_refused(server: Server, url: str) -> None:
    run(server, url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    until = time.monotonic() + 10.0
    while run(server, url, "SHOW fsync") == [("on",)] and time.monotonic() < until:
        time.sleep(0.05)
    try:
        with pytest.raises(StoreError, match=r"fsync = off. Set fsync = on"):
            open_postgres(url)
    finally:
        run(server, url, "ALTER SYSTEM RESET fsync", "SELECT pg_reload_conf()")


def test_a_record_that_does_not_fit_is_refused_and_nothing_else(url: str) -> None:
    with open_postgres(url) as journal:
        with pytest.raises(StoreError, match="NUL"):
            journal.append([record(1, "alarm/\0", 1)])
        journal.append([record(1)])
        assert seqs(journal) == [1]


def cut(server: Server, url: str) -> None:
    """Cut the journal's line, as a network does."""
    run(server, url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'bartizan%'")


def test_a_line_that_is_cut_between_two_appends_is_taken_up_again(server: Server, url: str) -> None:
    with open_postgres(url) as journal:
        journal.append([record(1)])
        cut(server, url)
        journal.append([record(2)])
        cut(server, url)
        with pytest.raises(StoreError, match="cannot be read"):
            seqs(journal)
        assert seqs(journal) == [1, 2]


class Cutting:
    """The line of a journal, cut just before or just behind its next statement."""

    def __init__(self, line: psycopg.Connection[Any], *, behind: bool) -> None:
        self._line = line
        self._behind = behind

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def execute(self, *words: Any) -> Any:
        if self._behind:
            self._line.execute(*words)
        self._line.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize("behind", [True, False])
def test_an_append_whose_answer_is_lost_is_kept_once(url: str, behind: bool) -> None:
    with open_postgres(url) as journal:
        journal.append([record(1)])
        journal._connection = Cutting(journal._connection, behind=behind)  # type: ignore[assignment]
        journal.append([record(2), record(3)])
        journal.append([record(4)])
        assert seqs(journal) == [1, 2, 3, 4]


@pytest.mark.parametrize("behind", [True, False])
def test_what_is_given_up_while_the_server_is_away_is_never_kept_in_secret(
    url: str, behind: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bartizan.adapters.store.postgres.PATIENCE", 0.2)
    with open_postgres(url) as journal:
        journal.append([record(1)])
        settings = dict(journal._settings)
        journal._settings["dbname"] = "is_away"
        journal._connection = Cutting(journal._connection, behind=behind)  # type: ignore[assignment]
        with pytest.raises(StoreError, match="cannot be reached"):
            journal.append([record(2)])
        journal._settings.update(settings)
        if behind:
            with pytest.raises(StoreError, match=r"an append that was given up was kept after all. Open it again"):
                journal.append([record(2)])
        else:
            journal.append([record(2)])
    with open_postgres(url) as again:
        assert seqs(again) == [1, 2]


def test_another_desk_that_took_the_journal_meanwhile_ends_this_one(
    server: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bartizan.adapters.store.postgres.PATIENCE", 0.2)
    first = open_postgres(url)
    first.append([record(1)])
    cut(server, url)
    with open_postgres(url) as second:
        second.append([record(2)])
        with pytest.raises(StoreError, match="another desk owns the journal"):
            first.append([record(2)])
    with pytest.raises(StoreError, match="takes nothing more"):
        first.append([record(2)])
    first.close()


def when_let_go(url: str) -> PostgresJournal:
    """The journal, as soon as the server has let go of who was cut off."""
    for _ in range(100):
        try:
            return open_postgres(url)
        except StoreOwnedError:
            time.sleep(0.1)
    return open_postgres(url)


def test_another_desk_that_wrote_meanwhile_ends_this_one(server: Server, url: str) -> None:
    first = open_postgres(url)
    first.append([record(1)])
    cut(server, url)
    with when_let_go(url) as second:
        second.append([record(2, body={"of": "the other"})])
    with pytest.raises(StoreError, match=r"another desk wrote to it|not the next"):
        first.append([record(2)])
    first.close()


def test_a_server_that_crashes_loses_nothing_and_is_waited_for(
    server: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bartizan.adapters.store.postgres.PATIENCE", 60.0)  # the machine may be slow
    with open_postgres(url) as journal:
        journal.append([record(1)])
        server.stop("immediate")
        starting = threading.Timer(0.5, server.start)
        starting.start()
        try:
            journal.append([record(2)])
        finally:
            starting.join()
        assert seqs(journal) == [1, 2]


def test_one_that_reads_needs_no_ownership_and_writes_nothing(url: str) -> None:
    with open_postgres(url) as owner:
        owner.append([record(1)])
        with open_postgres(url, reading=True) as reader:
            assert seqs(reader) == [1]
            with pytest.raises(StoreError, match="read-only"):
                reader.append([record(2)])


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://ann:open-sesame@db.example/desk", "holds a password"),
        ("postgresql://db.example/desk?password=open-sesame", "holds a password"),
        ("postgresql://db.example/desk?passfile=/x", "holds a password or the place of one"),
        ("mysql://db.example/desk", "mysql is not kept to"),
        ("journal.sqlite", "no scheme"),
        ("postgresql://db.example", "names no database"),
        ("postgresql://db.example/desk/more", "names no database"),
        ("postgresql://db.example/desk?options=-c%20fsync=off", "'options' is unknown"),
        ("postgresql://db.example/desk?sslmode=require&sslmode=disable", "'sslmode' is unknown or told twice"),
        ("postgresql://db.example/desk?sslmode=require", "a server that nobody has checked"),
        ("postgresql:///desk?host=db.example&sslmode=disable", "a server that nobody has checked"),
        ("postgresql://192.0.2.1/desk?sslmode=prefer", "a server that nobody has checked"),
        ("postgresql:///desk?host=127.0.0.1,db.example", "several hosts"),
        ("postgresql://db.example:x/desk", "no address"),
        ("postgresql://db.example/desk%00", "zero byte"),
    ],
)
def test_an_address_that_is_none_or_not_safe_is_refused(address: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        read_address(address)
    assert "open-sesame" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "settings", "shown"),
    [
        (
            "postgresql://ann@db.example:5433/desk",
            {
                "user": "ann",
                "host": "db.example",
                "port": "5433",
                "dbname": "desk",
                "sslmode": "verify-full",
                "sslrootcert": "system",
            },
            "postgresql://db.example/desk",
        ),
        ("postgres://127.0.0.1/desk", {"host": "127.0.0.1", "dbname": "desk"}, "postgresql://127.0.0.1/desk"),
        ("postgresql://[::1]/desk", {"host": "::1", "dbname": "desk"}, "postgresql://::1/desk"),
        ("postgresql:///desk?host=/run/pg", {"host": "/run/pg", "dbname": "desk"}, "postgresql:///run/pg/desk"),
        ("postgresql:///de%20sk", {"dbname": "de sk"}, "postgresql://this machine/de sk"),
    ],
)
def test_an_address_says_where_the_journal_is(address: str, settings: dict[str, str], shown: str) -> None:
    found = read_address(address)
    assert found.settings == settings
    assert found.shown == shown


def test_without_the_extra_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "psycopg":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'bartizan\[postgres\]'"):
        open_postgres("postgresql:///desk")


def test_a_server_that_is_not_there_is_told_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "open-sesame")
    with pytest.raises(StoreError, match="cannot be reached, or refuses") as refused:
        open_postgres("postgresql:///desk?host=/nowhere-at-all")
    assert "open-sesame" not in str(refused.value)


def test_the_words_of_a_fault_are_one_line(url: str) -> None:
    with open_postgres(url) as journal:
        with pytest.raises(StoreError) as refused:
            journal.append([record(5)])
        lines: Sequence[str] = str(refused.value).splitlines()
        assert len(lines) == 1
