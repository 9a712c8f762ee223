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

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are forked and killed")

WRITER = """
import os, random, signal, sys, time
from datetime import UTC, datetime
from bartizan.adapters.store import open_journal
from bartizan.app.desk import open_desk
from bartizan.signal import Signal
from bartizan.site import build

SITE = build({"schema": 1, "site": {"name": "x"}})

def write(path, told, life):
    desk = open_desk(SITE, open_journal(path), lambda: datetime.now(UTC))
    count = 0
    while True:
        count += 1
        alarm = desk.submit(Signal(id=f"{life}-{count}", t=1.0, kind="contact", state="raised"))
        os.write(told, f"{alarm.id} raised\\n".encode())
        desk.acknowledge(alarm.id, "Ann")
        os.write(told, f"{alarm.id} acknowledged\\n".encode())
"""

MANY_LIVES = (
    WRITER
    + """
chance = random.Random(7)
told_all = {}
for life in range(int(sys.argv[2])):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        write(sys.argv[1], writing, life)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        first = pipe.readline()  # however slow the machine is, it lived long enough to keep something
        time.sleep(chance.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for line in [first, *pipe.read().splitlines()]:
            name, state = line.split()
            told_all[name] = state
    with open_journal(sys.argv[1]) as journal:
        found = {alarm.id: alarm for alarm in open_desk(SITE, journal, lambda: datetime.now(UTC)).alarms()}
    for name, state in told_all.items():
        alarm = found[name]
        assert alarm.handling == "acknowledged" or state == "raised", (name, state, alarm)
    keys = [alarm.source.signal for alarm in found.values()]
    assert len(keys) == len(set(keys)), "an alarm is there twice"
    assert [alarm.number for alarm in found.values()] == list(range(1, len(found) + 1))
    # at most one alarm a life was kept without its writer living to say so
    assert len(told_all) <= len(found) <= len(told_all) + life + 1
print(len(told_all))
"""
)


def test_thirty_kills_lose_no_alarm_and_no_acknowledgement(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    done = subprocess.run(
        [sys.executable, "-c", MANY_LIVES, str(path), "30"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 30


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
