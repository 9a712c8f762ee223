"""The journal proves itself: whatever is changed behind its back is found, and an older journal gets its proofs."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bartizan.adapters.store import open_journal, read_journal
from bartizan.app.ledger import Record
from bartizan.errors import StoreError
from older_journals import schema_1, schema_2

T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
COLUMNS = ("stream", "kind", "at", "body", "hash")


def record(seq: int) -> Record:
    return Record(seq=seq, stream=f"alarm/{seq % 2}", version=(seq + 1) // 2, kind="raised", at=T0, body={"n": seq})


def written(path: Path, count: int = 6) -> Path:
    with open_journal(path) as journal:
        journal.append([record(seq) for seq in range(1, 4)])
        journal.append([record(seq) for seq in range(4, count + 1)])
    return path


def by_hand(path: Path, statement: str, *values: object) -> None:
    """Change a row as somebody would who knows how the journal lies."""
    other = sqlite3.connect(path)
    (trigger,) = other.execute("SELECT sql FROM sqlite_master WHERE name = 'record_is_final'").fetchone()
    other.execute("DROP TRIGGER record_is_final")
    other.execute(statement, values)
    other.execute(trigger)
    other.commit()
    other.close()


def test_the_hashes_are_those_of_the_definition(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db")
    before = bytes(32)
    for seq, proof in sqlite3.connect(path).execute("SELECT seq, hash FROM record ORDER BY seq"):
        told = {
            "seq": seq,
            "stream": f"alarm/{seq % 2}",
            "version": (seq + 1) // 2,
            "kind": "raised",
            "at": "2026-03-01T22:10:00.000000Z",
            "body": {"n": seq},
        }
        text = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        before = hashlib.sha256(b"\x02" + before + text).digest()
        assert proof == before


TRIES = count(1)


@given(seq=st.integers(1, 6), column=st.sampled_from(COLUMNS), place=st.integers(0, 10_000), bit=st.integers(0, 7))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_flipped_bit_is_found(tmp_path: Path, seq: int, column: str, place: int, bit: int) -> None:
    # a journal of its own for every try: the same bit flipped twice is no change
    path = written(tmp_path / f"{next(TRIES)}.db")
    (value,) = sqlite3.connect(path).execute(f"SELECT {column} FROM record WHERE seq = ?", (seq,)).fetchone()  # noqa: S608
    raw = bytearray(value if isinstance(value, bytes) else value.encode())
    raw[place % len(raw)] ^= 1 << bit
    try:
        changed = bytes(raw) if column == "hash" else raw.decode()
    except UnicodeDecodeError:
        return  # SQLite would not give it as text either
    try:
        by_hand(path, f"UPDATE record SET {column} = ? WHERE seq = ?", changed, seq)  # noqa: S608
    except sqlite3.IntegrityError:
        return  # two records cannot have one place: the database itself refuses
    with pytest.raises(StoreError, match=r"was altered|cannot be read|is missing"), open_journal(path) as journal:
        list(journal.read())


@pytest.mark.parametrize(
    "hidden",
    [
        "UPDATE tip SET kind = 'closed' WHERE stream = 'alarm/0'",
        "UPDATE tip SET version = 9 WHERE stream = 'alarm/0'",
        "UPDATE tip SET version = 1 WHERE stream = 'alarm/0'",
        "UPDATE tip SET first = 4 WHERE stream = 'alarm/0'",
        "DELETE FROM tip WHERE stream = 'alarm/0'",
    ],
)
def test_who_makes_a_stream_stand_otherwise_than_its_records_say_is_found(tmp_path: Path, hidden: str) -> None:
    path = written(tmp_path / "journal.db")
    with open_journal(path) as journal:
        assert journal.prove() == 6
    by_hand(path, hidden)
    with (
        pytest.raises(StoreError, match=r"stream alarm/0 does not stand as its records say"),
        open_journal(path) as again,
    ):
        again.prove()


def test_a_reader_of_one_stream_finds_it_too(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db")
    by_hand(path, "UPDATE record SET body = ? WHERE seq = 4", '{"n":40}')
    with open_journal(path) as journal, pytest.raises(StoreError, match="record 4, or the one before it, was altered"):
        list(journal.read("alarm/0"))


def test_the_chain_goes_on_where_it_was(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db")
    with open_journal(path) as journal:
        with pytest.raises(StoreError, match="not the next"):
            journal.append([record(9)])
        journal.append([record(7)])
    with open_journal(path) as journal:
        journal.append([record(8)])
        assert [found.seq for found in journal.read()] == list(range(1, 9))


BODIES = ['{"n":1}', '{"n":2}', '{"n":3}']


def test_an_older_journal_gets_its_proofs_and_goes_on(tmp_path: Path) -> None:
    path = schema_1(tmp_path / "journal.db", BODIES)
    with open_journal(path) as journal:
        assert [found.body["n"] for found in journal.read()] == [1, 2, 3]
        journal.append([Record(seq=4, stream="alarm/a", version=4, kind="raised", at=T0, body={"n": 4})])
    with open_journal(path) as journal:
        assert len(list(journal.read())) == 4
    by_hand(path, "UPDATE record SET kind = 'closed' WHERE seq = 2")
    with open_journal(path) as journal, pytest.raises(StoreError, match="record 2, or the one before it, was altered"):
        list(journal.read())


def test_a_journal_of_the_schema_before_keeps_its_hashes_and_learns_how_its_streams_stand(tmp_path: Path) -> None:
    bodies = ['{"z": 1e-05, "a": "\\u0000\\u00fc"}', '{"signal":{"id":"s-1"},"run":"night"}', "{}"]
    path = schema_2(tmp_path / "journal.db", bodies)
    held = [bytes(row[0]) for row in sqlite3.connect(path).execute("SELECT hash FROM record ORDER BY seq")]
    with open_journal(path) as journal:
        assert [found.body for found in journal.read()] == [json.loads(body) for body in bodies]
        assert journal.prove() == 3
        assert journal.ends() == {"alarm/a": 3}
        assert journal.recall("alarm", ["raised"], "s-1", "night") == "alarm/a"
    assert [bytes(row[0]) for row in sqlite3.connect(path).execute("SELECT hash FROM record ORDER BY seq")] == held


def test_who_only_reads_an_older_journal_is_told_what_brings_it_up(tmp_path: Path) -> None:
    path = schema_2(tmp_path / "journal.db", BODIES)
    with pytest.raises(StoreError, match=r"has schema 2; this version of Bartizan reads 3\. Start a desk on it once"):
        read_journal(path)
    open_journal(path).close()
    with read_journal(path) as journal:
        assert journal.prove() == 3


def test_a_journal_of_the_schema_before_that_was_altered_stays_as_it_is(tmp_path: Path) -> None:
    path = schema_2(tmp_path / "journal.db", BODIES)
    by_hand(path, "UPDATE record SET kind = 'closed' WHERE seq = 2")
    held = path.read_bytes()
    with pytest.raises(StoreError, match="record 2, or the one before it, was altered"):
        open_journal(path)
    assert path.read_bytes() == held


def test_an_older_journal_that_cannot_be_read_stays_as_it_is(tmp_path: Path) -> None:
    path = schema_1(tmp_path / "journal.db", [*BODIES[:2], "{"])
    held = path.read_bytes()
    with pytest.raises(StoreError, match="record 3 cannot be read"):
        open_journal(path)
    assert path.read_bytes() == held
