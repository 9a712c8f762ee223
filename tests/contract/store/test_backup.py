"""A backup is made while the desk writes, is proved, and comes back whole: to a file or to a database."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_journal_contract import record

from bartizan.adapters.files.backup_folder import BackupNote
from bartizan.adapters.files.keys import KeyFolder
from bartizan.adapters.files.media import MediaFolder
from bartizan.adapters.mail import OutreachCabinet
from bartizan.adapters.store import open_journal, open_postgres
from bartizan.app.ledger import Journal, Record
from bartizan.cli.main import main
from bartizan.errors import StoreError
from postgres_server import Server


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of a desk that has worked."""
    folder = tmp_path / "site.bartizan-data"
    with open_journal(folder / "journal.sqlite", reserve=4_096) as journal:
        journal.append([record(seq) for seq in range(1, 1_501)])
    (folder / "accounts.json").write_text('{"ann": "hash"}')
    (folder / "media" / "ab").mkdir(parents=True)
    (folder / "media" / "ab" / "picture").write_bytes(b"\xff\xd8" * 1_000)
    (folder / "half-written.tmp").write_text("x")
    (folder / "link").symlink_to("/etc/passwd")
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def records(path: Path) -> list[Record]:
    with open_journal(path / "journal.sqlite") as journal:
        return list(journal.read())


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("journal.sqlite")
    }


def test_there_and_back(data: Path, tmp_path: Path) -> None:
    before = records(data)
    made = run("backup", data, tmp_path / "backup")
    assert made.exit_code == 0, made.output
    assert made.output.startswith("1500 records, proved, and 2 files")
    back = run("restore", tmp_path / "backup", tmp_path / "new")
    assert back.exit_code == 0, back.output
    assert back.output.startswith("1500 records, proved, and 2 files of 20")
    assert records(tmp_path / "new") == before
    assert tree(tmp_path / "new") == {
        "accounts.json": b'{"ann": "hash"}',
        "media/ab/picture": b"\xff\xd8" * 1_000,
    }
    assert not list((tmp_path / "new").glob("*.restoring*"))
    if os.name != "nt":
        for path in (tmp_path / "backup").rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or path.name == "backup.json", path


def test_a_backup_is_made_beside_a_desk_that_writes_and_holds_what_was_there_when_it_began(
    data: Path, tmp_path: Path
) -> None:
    stop = threading.Event()
    with open_journal(data / "journal.sqlite") as journal:

        def write() -> None:
            seq = 1_501
            while not stop.is_set():
                journal.append([record(seq)])
                seq += 1
                time.sleep(0.003)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(3):
                made = run("backup", data, tmp_path / "backup")
                assert made.exit_code == 0, made.output
        finally:
            stop.set()
            writer.join()
        kept = list(journal.read())
    copied = records(tmp_path / "backup")
    assert len(copied) >= 1_500
    assert copied == kept[: len(copied)]
    assert json.loads((tmp_path / "backup" / "backup.json").read_text())["records"] == len(copied)


def test_a_later_backup_adds_what_is_new(data: Path, tmp_path: Path) -> None:
    assert run("backup", data, tmp_path / "backup").exit_code == 0
    with open_journal(data / "journal.sqlite") as journal:
        journal.append([record(1_501)])
    (data / "accounts.json").write_text("{}")
    made = run("backup", data, tmp_path / "backup")
    assert made.output.startswith("1501 records"), made.output
    assert run("restore", tmp_path / "backup", tmp_path / "new").exit_code == 0
    assert tree(tmp_path / "new")["accounts.json"] == b"{}"


def test_what_was_erased_at_the_desk_is_erased_in_a_later_backup(data: Path, tmp_path: Path) -> None:
    vault = MediaFolder(data / "media", KeyFolder(data / "keys" / "items"))
    gone, stays = (vault.put(name, b"a face") for name in ("gone", "stays"))
    backup = tmp_path / "backup"
    assert run("backup", data, backup).exit_code == 0
    assert (backup / "files" / "keys" / "items" / "gone.key").is_file()
    vault.destroy("gone", gone.address)
    # what leads out of the folder of the backup is not followed
    outside = tmp_path / "outside"
    outside.write_text("not ours")
    (backup / "files" / "link").symlink_to(outside)
    assert run("backup", data, backup).exit_code == 0
    left = [path for path in backup.rglob("*") if path.is_file()]
    assert not [path for path in left if "gone" in path.name or gone.address in path.name]
    assert outside.read_text() == "not ours"
    assert run("restore", backup, tmp_path / "new").exit_code == 0
    again = MediaFolder(tmp_path / "new" / "media", KeyFolder(tmp_path / "new" / "keys" / "items"))
    assert list(again.names()) == ["stays"]
    assert again.open("stays", stays.address) == b"a face"


def test_a_backup_that_is_interrupted_has_forgotten_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = tmp_path / "backup"
    assert run("backup", data, backup).exit_code == 0
    (data / "media" / "ab" / "picture").unlink()

    def fails(*_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as full:
        full.setattr(BackupNote, "write", fails)
        assert run("backup", data, backup).exit_code != 0
    assert run("restore", backup, tmp_path / "new").exit_code == 0
    assert "media/ab/picture" in tree(tmp_path / "new")


def test_another_database_that_is_being_written_is_copied_between_two_transactions(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / "outreach.sqlite", isolation_level=None)) as other:
        other.execute("CREATE TABLE waiting (words TEXT)")
        other.execute("INSERT INTO waiting VALUES ('kept')")
        other.execute("BEGIN")
        other.executemany("INSERT INTO waiting VALUES (?)", [("x" * 3_000,)] * 3)
        assert run("backup", data, tmp_path / "backup").exit_code == 0
        other.execute("ROLLBACK")
    assert run("restore", tmp_path / "backup", tmp_path / "new").exit_code == 0
    with closing(sqlite3.connect(tmp_path / "new" / "outreach.sqlite")) as copy:
        assert copy.execute("SELECT words FROM waiting").fetchall() == [("kept",)]


def test_what_waits_to_be_sent_is_copied_beside_a_desk_that_has_it_open(data: Path, tmp_path: Path) -> None:
    cabinet = OutreachCabinet(data / "outreach.sqlite")
    cabinet.keep_address("ann", "ann@example.org")
    with pytest.raises(StoreError, match="no other desk has the folder"):
        OutreachCabinet(data / "outreach.sqlite")
    assert run("backup", data, tmp_path / "backup").exit_code == 0
    cabinet.keep_address("bob", "bob@example.org")
    assert run("backup", data, tmp_path / "backup").exit_code == 0
    cabinet.close()
    assert run("restore", tmp_path / "backup", tmp_path / "new").exit_code == 0
    again = OutreachCabinet(tmp_path / "new" / "outreach.sqlite")
    assert (again.address("ann"), again.address("bob")) == ("ann@example.org", "bob@example.org")
    again.close()


def test_a_database_that_is_never_let_go_is_told_of_and_not_waited_for_in_vain(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bartizan.adapters.files.backup_folder.PATIENCE", 0.3)
    with closing(sqlite3.connect(data / "other.sqlite", isolation_level=None)) as other:
        other.execute("CREATE TABLE x (y)")
        other.execute("BEGIN EXCLUSIVE")
        made = run("backup", data, tmp_path / "backup")
    assert made.exit_code == 2
    assert "other.sqlite: the database cannot be copied" in made.output


def alter(path: Path, statement: str) -> None:
    """Change a record as somebody would who knows how the journal lies."""
    with closing(sqlite3.connect(path)) as other:
        (trigger,) = other.execute("SELECT sql FROM sqlite_master WHERE name = 'record_is_final'").fetchone()
        other.execute("DROP TRIGGER record_is_final")
        other.execute(statement)
        other.execute(trigger)
        other.commit()


def test_an_altered_journal_is_not_copied(data: Path, tmp_path: Path) -> None:
    alter(data / "journal.sqlite", "UPDATE record SET kind = 'closed' WHERE seq = 1200")
    made = run("backup", data, tmp_path / "backup")
    assert made.exit_code == 2
    assert "record 1200, or the one before it, was altered" in made.output
    refused = run("restore", tmp_path / "backup", tmp_path / "new")
    assert "there is no finished backup here" in refused.output


def test_a_backup_of_another_journal_is_not_added_to(data: Path, tmp_path: Path) -> None:
    with open_journal(tmp_path / "other" / "journal.sqlite") as other:
        other.append([record(1, body={"of": "another"})])
    assert run("backup", tmp_path / "other", tmp_path / "backup").exit_code == 0
    made = run("backup", data, tmp_path / "backup")
    assert made.exit_code == 2
    assert "a copy of another journal" in made.output
    assert len(records(tmp_path / "backup")) == 1


@pytest.mark.parametrize("where", ["journal", "file", "file gone", "note", "shorter"])
def test_an_altered_backup_does_not_come_back(data: Path, tmp_path: Path, where: str) -> None:
    place = tmp_path / "backup"
    assert run("backup", data, place).exit_code == 0
    if where == "journal":
        alter(place / "journal.sqlite", "UPDATE record SET kind = 'closed' WHERE seq = 700")
    elif where == "file":
        (place / "files" / "accounts.json").write_text('{"eve": "hash"}')
    elif where == "file gone":
        (place / "files" / "accounts.json").unlink()
    elif where == "note":
        (place / "backup.json").write_text("{")
    else:
        (place / "journal.sqlite").unlink()
        with open_journal(place / "journal.sqlite") as shorter:
            shorter.append([record(seq) for seq in range(1, 1_500)])
    back = run("restore", place, tmp_path / "new")
    assert back.exit_code == 2, back.output
    assert "another backup" in back.output or "altered" in back.output
    assert not (tmp_path / "new" / "journal.sqlite").exists()


@pytest.mark.parametrize("name", ["../outside", "/etc/x", "a/../../x", "c:/x", "a\\b", ""])
def test_a_backup_that_names_a_file_outside_is_refused(data: Path, tmp_path: Path, name: str) -> None:
    place = tmp_path / "backup"
    assert run("backup", data, place).exit_code == 0
    told = json.loads((place / "backup.json").read_text())
    told["files"][name] = "0" * 64
    (place / "backup.json").write_text(json.dumps(told))
    back = run("restore", place, tmp_path / "new")
    assert back.exit_code == 2
    assert "no name of a file" in back.output


def test_a_restore_never_goes_over_a_journal(data: Path, tmp_path: Path) -> None:
    assert run("backup", data, tmp_path / "backup").exit_code == 0
    with open_journal(data / "journal.sqlite") as journal:
        journal.append([record(1_501)])
    back = run("restore", tmp_path / "backup", data)
    assert back.exit_code == 2
    assert "never goes over one" in back.output
    assert len(records(data)) == 1_501


def test_a_restore_that_was_interrupted_can_be_made_again(data: Path, tmp_path: Path) -> None:
    assert run("backup", data, tmp_path / "backup").exit_code == 0
    with open_journal(tmp_path / "new" / "journal.sqlite.restoring") as part:
        part.append([record(1)])
    assert run("restore", tmp_path / "backup", tmp_path / "new").exit_code == 0
    assert len(records(tmp_path / "new")) == 1_500


@pytest.mark.parametrize(
    ("place", "words"),
    [("data", "does not lie in the data"), ("data/in", "does not lie in the data"), ("file", "this is a file")],
)
def test_a_place_that_is_none_is_refused(data: Path, tmp_path: Path, place: str, words: str) -> None:
    (tmp_path / "file").write_text("x")
    to = {"data": data, "data/in": data / "in", "file": tmp_path / "file"}[place]
    made = run("backup", data, to)
    assert made.exit_code == 2
    assert words in made.output


def test_a_folder_with_something_else_in_it_is_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "holiday.jpg").write_text("x")
    made = run("backup", data, tmp_path / "photos")
    assert made.exit_code == 2
    assert "holds holiday.jpg, which is no part of a backup" in made.output


def test_from_a_file_to_a_database_and_back(server: Server, data: Path, tmp_path: Path) -> None:
    before = records(data)
    url = server.url()
    assert run("backup", data, tmp_path / "one").exit_code == 0
    back = run("restore", tmp_path / "one", tmp_path / "new", "--store", url)
    assert back.exit_code == 0, back.output
    assert (tmp_path / "new" / "accounts.json").exists()
    journal: Journal
    with open_postgres(url) as journal:
        assert list(journal.read()) == before
        made = run("backup", tmp_path / "new", tmp_path / "two", "--store", url)  # while it is owned
        assert made.exit_code == 0, made.output
    assert records(tmp_path / "two") == before
    again = run("restore", tmp_path / "two", tmp_path / "newer", "--store", url)
    assert again.exit_code == 2
    assert "never goes over one" in again.output
