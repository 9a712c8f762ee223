"""A process killed in the middle of appending loses nothing that it had been told is kept, and nobody waits for it.

What is killed here is the process, not the power: the operating system's cache survives, so this says nothing of
what a disk does that loses power.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bartizan.adapters.store import open_journal
from bartizan.errors import StoreOwnedError
from crashes import WRITER, killed

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are forked and killed")


def test_twenty_kills_lose_no_alarm_and_no_acknowledgement(tmp_path: Path) -> None:
    assert killed(str(tmp_path / "journal.db"), 20) >= 20


def test_a_second_process_is_refused_by_name_until_the_first_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    script = WRITER + "write(sys.argv[1], 1, 0)\n"
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline().endswith("raised\n")
        with pytest.raises(StoreOwnedError, match=rf"pid {first.pid}\) owns this journal"):
            open_journal(path)
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=30)
        rest = first.stdout.read().splitlines()
    with open_journal(path) as journal:
        # what was written between the last full line and the kill may be kept too
        assert len(list(journal.read())) >= 1 + len(rest)


def test_a_forked_child_does_not_keep_a_dead_desk_alive(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    script = (
        "import json, os, sys, time\n"
        "from bartizan.adapters.store import open_journal\n"
        "journal = open_journal(sys.argv[1])\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    os.close(1)\n"
        "    time.sleep(60)\n"
        "print(json.dumps(child), flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    child = json.loads(done.stdout)
    try:
        os.kill(child, 0)  # it lives
        open_journal(path).close()
    finally:
        os.kill(child, signal.SIGKILL)
