"""The journal on disk: who may read it, what it refuses, what happens when the disk does not do its part."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bartizan.adapters.store import SqliteJournal, open_journal
from bartizan.app.ledger import Record
from bartizan.errors import StoreError, StoreOwnedError

T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)


def record(seq: int, size: int = 1) -> Record:
    return Record(seq=seq, stream="alarm/a", version=seq, kind="raised", at=T0, body={"n": seq, "fill": "x" * size})


def written(path: Path, count: int = 3) -> Path:
    with open_journal(path) as journal:
        journal.append([record(seq) for seq in range(1, count + 1)])
    return path


def seqs(journal: SqliteJournal) -> list[int]:
    return [found.seq for found in journal.read()]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_folders_and_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "new" / "data of # 50% ?x" / "journal.db")
    assert mode(path.parent) == mode(path.parent.parent) == 0o700
    assert {found.name: mode(found) for found in path.parent.iterdir()} == {
        "journal.db": 0o600,
        "journal.db-journal": 0o600,
        "journal.db.owner": 0o600,
    }


def test_opened_again_it_holds_what_it_held(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db")
    with open_journal(str(path)) as journal:
        assert list(journal.read()) == [record(1), record(2), record(3)]
        journal.append([record(4)])
    with open_journal(path) as journal:
        assert seqs(journal) == [1, 2, 3, 4]


def test_the_pragmas_that_make_it_durable_hold(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal.db") as journal:
        pragmas = {
            name: journal._raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        }
    assert pragmas == {"journal_mode": "truncate", "synchronous": 2}


def test_a_journal_left_in_another_mode_is_brought_back(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db")
    other = sqlite3.connect(path)
    assert other.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal"
    other.close()
    with open_journal(path) as journal:
        assert journal._raw.execute("PRAGMA journal_mode").fetchone()[0] == "truncate"
        assert seqs(journal) == [1, 2, 3]


@pytest.mark.parametrize("statement", ["DELETE FROM record", "UPDATE record SET kind = 'x' WHERE seq = 2"])
def test_no_program_changes_or_removes_a_record(tmp_path: Path, statement: str) -> None:
    path = written(tmp_path / "journal.db")
    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="records are never"):
        other.execute(statement)
    other.close()


def test_this_process_cannot_own_it_twice(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    first = open_journal(path)
    with pytest.raises(StoreOwnedError, match=rf"pid {os.getpid()}\) owns this journal\. Stop that one first"):
        open_journal(path)
    first.append([record(1)])
    first.close()
    with open_journal(path) as again:
        assert seqs(again) == [1]


def test_a_refused_opening_lets_go_of_the_ownership(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"not a database at all, but long enough to be read as one " * 20)
    for _ in range(2):
        with pytest.raises(StoreError, match="this is no SQLite database"):
            open_journal(path)
    path.unlink()
    open_journal(path).close()


def test_a_foreign_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE song (title TEXT)")
    other.execute("INSERT INTO song VALUES ('x')")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="a database of another program"):
        open_journal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("PRAGMA user_version = 4", "schema 4; this version of Bartizan reads 3"),
        ("PRAGMA application_id = 7", "a database of another program"),
        ("DROP TRIGGER record_stays", "record_stays of the journal was altered"),
        ("CREATE TABLE more (x)", "more of the journal was altered"),
    ],
)
def test_a_newer_or_altered_journal_is_refused(tmp_path: Path, statement: str, words: str) -> None:
    path = written(tmp_path / "journal.db")
    other = sqlite3.connect(path)
    other.execute(statement)
    other.commit()
    other.close()
    with pytest.raises(StoreError, match=words):
        open_journal(path)


def test_a_missing_record_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db")
    other = sqlite3.connect(path)
    (trigger,) = other.execute("SELECT sql FROM sqlite_master WHERE name = 'record_stays'").fetchone()
    other.execute("DROP TRIGGER record_stays")
    other.execute("DELETE FROM record WHERE seq = 2")
    other.execute(trigger)
    other.commit()
    other.close()
    with open_journal(path) as journal, pytest.raises(StoreError, match="before record 3 one is missing"):
        list(journal.read())


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("body", "{", "record 2 cannot be read"),
        ("body", "[]", "no object"),
        ("at", "2026-03-01T22:10:00", "not in UTC"),
    ],
)
def test_a_record_that_cannot_be_read_is_named(tmp_path: Path, column: str, value: str, words: str) -> None:
    path = written(tmp_path / "journal.db")
    other = sqlite3.connect(path)
    (trigger,) = other.execute("SELECT sql FROM sqlite_master WHERE name = 'record_is_final'").fetchone()
    other.execute("DROP TRIGGER record_is_final")
    other.execute(f"UPDATE record SET {column} = ? WHERE seq = 2", (value,))  # noqa: S608 - the column is ours
    other.execute(trigger)
    other.commit()
    other.close()
    with open_journal(path) as journal, pytest.raises(StoreError, match=words):
        list(journal.read())


@pytest.mark.parametrize("keep", [100, 5_000, 20_000])
def test_a_truncated_journal_is_refused(tmp_path: Path, keep: int) -> None:
    path = written(tmp_path / "journal.db", 300)
    whole = path.read_bytes()
    assert len(whole) > 2 * keep
    path.write_bytes(whole[:keep])
    with pytest.raises(StoreError, match="journal"):
        open_journal(path)
    assert path.read_bytes() == whole[:keep]


def test_a_page_of_noise_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db", 300)
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * 4096)
    with pytest.raises(StoreError, match="damaged"):
        open_journal(path)


def test_a_place_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="the folder cannot be made"):
        open_journal(tmp_path / "file" / "deeper" / "journal.db")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="this is not a file"):
        open_journal(tmp_path / "folder")


def test_a_full_disk_refuses_the_append_and_nothing_else(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal.db") as journal:
        journal.append([record(1)])
        pages = journal._raw.execute("PRAGMA page_count").fetchone()[0]
        journal._raw.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreError, match="the disk is full; nothing was kept of this"):
            journal.append([record(2, 100_000)])
        assert seqs(journal) == [1]
        journal._raw.execute("PRAGMA max_page_count = 1000000")
        journal.append([record(2, 100_000)])
        assert seqs(journal) == [1, 2]


def test_a_reader_that_does_not_let_go_delays_and_then_refuses_one_append(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bartizan.adapters.store.journal.PATIENCE", 0.1)
    path = written(tmp_path / "journal.db", 5)
    with open_journal(path) as journal:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN")
        other.execute("SELECT * FROM record").fetchone()
        with pytest.raises(StoreError, match="another program holds the file"):
            journal.append([record(6)])
        other.execute("ROLLBACK")
        other.close()
        journal.append([record(6)])
        assert seqs(journal) == [1, 2, 3, 4, 5, 6]


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed there")
@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_journal_whose_file_is_gone_says_so(tmp_path: Path, how: str) -> None:
    path = tmp_path / "journal.db"
    with open_journal(path) as journal:
        journal.append([record(1)])
        path.rename(tmp_path / "elsewhere.db")
        if how == "replaced":
            path.write_bytes((tmp_path / "elsewhere.db").read_bytes())
        with pytest.raises(StoreError, match="its file was moved or removed"):
            journal.append([record(2)])


DISK_FAILS = """
import resource, signal, sys
from datetime import UTC, datetime
from bartizan.adapters.store import open_journal
from bartizan.app.ledger import Record
from bartizan.errors import StoreError

def record(seq, size=1):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return Record(seq=seq, stream="alarm/a", version=seq, kind="raised", at=at, body={"fill": "x" * size})

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the limit then fails with an error of its own
journal = open_journal(sys.argv[1])
journal.append([record(1)])
resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, resource.RLIM_INFINITY))
for attempt in (record(2, 500_000), record(2)):
    try:
        journal.append([attempt])
        print("kept")
    except StoreError as fault:
        print(fault)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.mark.skipif(os.name == "nt", reason="limits on files are those of POSIX")
def test_a_failing_disk_stops_the_journal_until_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    done = subprocess.run(
        [sys.executable, "-c", DISK_FAILS, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    first, second = done.stdout.splitlines()
    assert "the disk failed; check it" in first
    assert "takes nothing more: an append failed" in second
    with open_journal(path) as journal:
        assert seqs(journal) == [1]
