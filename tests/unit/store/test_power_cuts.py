"""The power goes at any moment: what was acknowledged is there, and what is there is whole.

The model of the disk and what it leaves out stand in tests/power_cuts.py.
"""

from __future__ import annotations

import random
import sqlite3
import sys
from pathlib import Path

import pytest

from bartizan.adapters.store import open_journal
from power_cuts import MIGRATE, WORK, Step, after_cut, cuts, worked

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the shim is one of Linux")


def test_twenty_cuts_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    done = worked(tmp_path, WORK)
    assert {step.what for step in done} >= {"c", "w", "t", "s"}
    assert sum(step.path == "acknowledged" and step.what == "w" for step in done) == 54
    assert cuts(done, tmp_path, 20, seed=1) == []


def test_the_model_finds_a_journal_that_does_not_sync(tmp_path: Path) -> None:
    done = worked(tmp_path, WORK, "careless")
    assert len(cuts(done, tmp_path, 20, seed=1)) >= 3


def test_nothing_synced_is_changed_by_a_cut_and_everything_else_may_be() -> None:
    done = [
        Step("c", "/d/a", 0, b""),
        Step("w", "/d/a", 0, b"old" * 512),
        Step("s", "/d/a", 0, b""),
        Step("s", "/d", 0, b""),
        Step("w", "/d/a", 512, b"n" * 1_024),
        Step("c", "/d/b", 0, b""),
    ]
    chance = random.Random(3)  # noqa: S311 - a game of chance, repeated
    seen = [after_cut(done, chance) for _ in range(300)]
    assert {found["/d/a"][:512] for found in seen} == {(b"old" * 512)[:512]}
    assert {found["/d/a"][512:1_024] == b"n" * 512 for found in seen} == {True, False}
    torn = [
        found for found in seen if (found["/d/a"][512:1_024] == b"n" * 512) != (found["/d/a"][1_024:] == b"n" * 512)
    ]
    assert torn
    assert {"/d/b" in found for found in seen} == {True, False}


def older(path: Path, count: int) -> bytes:
    """A journal as schema 1 left it: without hashes."""
    with open_journal(path.with_suffix(".new")) as journal:
        tables = dict(journal._raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    old = sqlite3.connect(path)
    old.execute(tables.pop("record").replace("  hash BLOB NOT NULL,\n", ""))
    for seq in range(1, count + 1):
        old.execute(
            "INSERT INTO record VALUES (?, 'alarm/a', ?, 'raised', '2026-03-01T22:10:00.000000Z', ?)",
            (seq, seq, f'{{"x":"{"y" * 900}"}}'),
        )
    for sql in tables.values():
        old.execute(sql)
    old.execute("PRAGMA application_id = 0x42525A4E")
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()
    return path.read_bytes()


def test_a_migration_that_loses_power_is_not_begun_or_finished(tmp_path: Path) -> None:
    held = older(tmp_path / "old.db", 60)
    base = {"journal.sqlite": held}
    done = worked(tmp_path, MIGRATE, base=base)
    assert cuts(done, tmp_path, 20, seed=2, base=base, held=60) == []
