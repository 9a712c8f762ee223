"""The queue on disk: in order, bounded, counted, and there again after kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bartizan.adapters.bus.spool import Spool
from bartizan.errors import StoreError


def names(spool: Spool) -> list[int]:
    return [kept.number for id_ in spool.oldest(1000) if (kept := spool.message(id_)) is not None]


def test_messages_wait_in_order_until_they_are_taken(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "a" / "out.sqlite")
    spool.put([("w", n, "north", b"body %d" % n) for n in range(1, 6)], 100.0)
    spool.put([("w", 3, "north", b"again")], 100.0)
    assert names(spool) == [1, 2, 3, 4, 5]
    spool.taken([("w", 2), ("w", 4), ("w", 99), ("other", 1)])
    assert names(spool) == [1, 3, 5]
    kept = spool.message(spool.oldest(1)[0])
    assert kept is not None
    assert (kept.sender, kept.camera, kept.body) == ("w", "north", b"body 1")
    spool.close()
    again = Spool(tmp_path / "a" / "out.sqlite")
    assert names(again) == [1, 3, 5]
    again.close()
    assert (tmp_path / "a" / "out.sqlite").stat().st_mode & 0o077 == 0


def test_the_oldest_go_where_there_is_too_much_or_it_is_too_old(tmp_path: Path) -> None:
    path = tmp_path / "out.sqlite"
    spool = Spool(path, most_bytes=1000, most_seconds=60.0)
    for n in range(1, 16):
        spool.put([("w", n, "north", bytes(100))], float(n))
    assert names(spool) == list(range(6, 16))
    assert spool.dropped == {"full": 5}
    spool.put([("w", 16, "north", b"")], 70.5)
    assert names(spool) == [*range(11, 17)]
    spool.close()
    again = Spool(path, most_bytes=1000, most_seconds=60.0)
    assert again.dropped == {"full": 5, "old": 5}
    # its bytes are known again: room for four more of a hundred
    again.put([("w", n, "north", bytes(100)) for n in range(20, 26)], 71.0)
    assert again.dropped["full"] == 6
    again.close()


def test_what_is_no_queue_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out.sqlite"
    path.write_bytes(b"some text that is no base of data at all " * 100)
    with pytest.raises(StoreError, match=r"no queue of messages.*--spool"):
        Spool(path)
    with pytest.raises(StoreError, match="no queue"):
        Spool(path / "below")


def test_another_process_at_it_is_said(tmp_path: Path) -> None:
    first = Spool(tmp_path / "out.sqlite")
    with pytest.raises(StoreError, match=r"Is another .* at it"):
        Spool(tmp_path / "out.sqlite")
    first.close()


def test_kill_minus_nine_loses_nothing_that_was_put(tmp_path: Path) -> None:
    path = tmp_path / "out.sqlite"
    script = (
        "import sys, pathlib\n"
        "from bartizan.adapters.bus.spool import Spool\n"
        f"spool = Spool(pathlib.Path({str(path)!r}))\n"
        "for n in range(1, 100000):\n"
        "    spool.put([('w', n, 'north', bytes(500))], 100.0)\n"
        "    print(n, flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    last = 0
    while last < 50:
        last = int(child.stdout.readline())
    os.kill(child.pid, signal.SIGKILL)
    last = max([last, *(int(line) for line in child.stdout.read().splitlines())])
    child.stdout.close()
    child.wait()
    spool = Spool(path)
    found = names(spool)
    # the last one may be on disk and not yet told
    assert found in (list(range(1, last + 1)), list(range(1, last + 2)))
    spool.close()
