"""Machine code that was kept is forgotten once any source with kernels is younger."""

from __future__ import annotations

import os
from pathlib import Path

from bartizan.compiled import forget_stale


def test_what_is_older_than_a_kernel_is_forgotten(tmp_path: Path) -> None:
    kept = tmp_path / "room" / "__pycache__"
    kept.mkdir(parents=True)
    for name, seconds in (("caller.nbi", 100), ("fresh.nbi", 300), ("caller.nbc", 100)):
        (kept / name).touch()
        os.utime(kept / name, (seconds, seconds))
    for name, text, seconds in (("callee.py", "@compiled\n", 200), ("plain.py", "", 400)):
        (tmp_path / name).write_text(text)
        os.utime(tmp_path / name, (seconds, seconds))
    assert forget_stale(tmp_path) == 1
    assert sorted(path.name for path in kept.iterdir()) == ["caller.nbc", "fresh.nbi"]


def test_what_is_older_than_a_kernel_that_it_calls_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    kept = tmp_path / "__pycache__" / "caller.nbi"
    kept.touch()
    os.utime(kept, (100, 100))
    assert forget_stale(tmp_path, 100 * 10**9) == 0
    assert forget_stale(tmp_path, 101 * 10**9) == 1
    assert not kept.exists()


def test_without_kernels_nothing_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.nbi").touch()
    assert forget_stale(tmp_path) == 0
