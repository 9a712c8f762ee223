"""The power goes at any moment: what was acknowledged is there, and what is there is whole.

The model of the disk and what it leaves out stand in tests/power_cuts.py.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from older_journals import schema_1
from power_cuts import MIGRATE, WORK, Step, after_cut, after_kill, cuts, worked

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


def test_what_a_killed_process_did_is_there_in_its_order() -> None:
    done = [
        Step("c", "/d/a", 0, b""),
        Step("w", "/d/a", 0, b"12345"),
        Step("t", "/d/a", 3, b""),
        Step("w", "/d/a", 4, b"x"),
        Step("c", "/d/b", 0, b""),
        Step("u", "/d/c", 0, b""),
    ]
    assert after_kill(done, {"/d/c": b"gone"}) == {"/d/a": b"123\0x", "/d/b": b""}


def test_a_migration_that_loses_power_is_not_begun_or_finished(tmp_path: Path) -> None:
    base = {"journal.sqlite": schema_1(tmp_path / "old.db", [f'{{"x":"{"y" * 900}"}}'] * 60).read_bytes()}
    done = worked(tmp_path, MIGRATE, base=base)
    assert cuts(done, tmp_path, 20, seed=2, base=base, held=60) == []
