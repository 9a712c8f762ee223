"""The journal for long: a thousand kills, five hundred power cuts, a disk that fills, a line that breaks.

Run: ``pytest --soak tests/soak``. BARTIZAN_SOAK scales the counts (1 by itself: those of the goals).
"""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from soaking import fill, scaled

from bartizan.adapters.store import SqliteJournal, open_journal, open_postgres
from bartizan.app.ledger import Record
from bartizan.errors import StoreError
from crashes import killed
from older_journals import schema_1
from postgres_server import postgres_server
from power_cuts import MIGRATE, WORK, cuts, every_cut, worked

pytestmark = pytest.mark.soak

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_thousand_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    lives, run, told = scaled(1_000), 0, 0
    while lives > 0:
        # a journal for every twenty-five, or reading it again after each kill would be all the work
        told += killed(str(tmp_path / f"journal-{run}.db"), min(25, lives), seed=run)
        lives, run = lives - 25, run + 1
    assert told >= scaled(1_000)


def test_five_hundred_power_cuts_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    done = worked(tmp_path, WORK)
    for seed in range(5):
        assert cuts(done, tmp_path, scaled(100), seed=seed) == []


def test_a_migration_cut_behind_every_step_is_not_begun_or_finished(tmp_path: Path) -> None:
    base = {"journal.sqlite": schema_1(tmp_path / "old.db", [f'{{"x":"{"y" * 900}"}}'] * 200).read_bytes()}
    done = worked(tmp_path, MIGRATE, base=base)
    assert len(done) > 100
    for seed in range(scaled(3)):
        assert every_cut(done, tmp_path, seed, base=base, held=200) == []


def record(seq: int, size: int = 500) -> Record:
    return Record(seq=seq, stream="alarm/a", version=seq, kind="raised", at=T0, body={"fill": "x" * size})


def short(journal: SqliteJournal) -> bool:
    return journal.short_of_space


def until_full(journal: SqliteJournal, seq: int) -> int:
    """Append large records until one is refused; returns the last one that was kept."""
    while True:
        try:
            journal.append([record(seq + 1, 20_000)])
        except StoreError as fault:
            if "the disk is full; nothing was kept of this" not in str(fault):
                raise
            return seq
        seq += 1


def test_a_disk_that_others_fill_takes_alarms_still_and_again_without_a_restart(small_disk: Path) -> None:
    with open_journal(small_disk / "journal.sqlite", reserve=1_000_000) as journal:
        with pytest.raises(OSError, match="No space"):
            fill(small_disk / "camera")
        seq = 0
        while not short(journal):
            seq += 1
            journal.append([record(seq)])
        # the reserve was given up, and what comes then is kept
        for _ in range(500):
            seq += 1
            journal.append([record(seq)])
        seq = until_full(journal, seq)
        (small_disk / "camera").unlink()
        journal._reserve._asked = -1_000.0  # half a minute later
        seq += 1
        journal.append([record(seq)])
        assert not short(journal)
        assert [found.seq for found in journal.read()] == list(range(1, seq + 1))


def test_kills_of_the_desk_lose_nothing_in_a_database_either() -> None:
    with postgres_server() as server:
        for run in range(scaled(4)):
            assert killed(server.url(), 25, seed=run) >= 25


def test_the_servers_crashes_lose_nothing_that_was_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.adapters.store.postgres.PATIENCE", 60.0)  # the machine may be slow
    chance = random.Random(5)  # noqa: S311 - a game of chance, repeated
    with postgres_server() as server:
        url = server.url()
        with open_postgres(url) as journal:
            stop, kept, faults = threading.Event(), [0], list[BaseException]()

            def write() -> None:
                while not stop.is_set():
                    try:
                        journal.append([record(kept[0] + 1)])
                    except BaseException as fault:  # noqa: BLE001 - told by the test itself
                        faults.append(fault)
                        return
                    kept[0] += 1

            writer = threading.Thread(target=write)
            writer.start()
            try:
                for _ in range(scaled(20)):
                    time.sleep(chance.uniform(0.05, 0.3))
                    server.stop("immediate")
                    server.start()
            finally:
                stop.set()
                writer.join()
            assert faults == []
            assert [found.seq for found in journal.read()] == list(range(1, kept[0] + 1))
            assert kept[0] > 20
