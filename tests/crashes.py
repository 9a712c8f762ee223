"""A desk that is killed again and again, and what must be found afterwards: told of any journal.

What is killed is the process, not the power: the operating system's cache survives (see tests/power_cuts.py).
"""

from __future__ import annotations

import subprocess
import sys

WRITER = """
import os, random, signal, sys, time
from datetime import UTC, datetime
from bartizan.adapters.store import open_journal, open_postgres
from bartizan.app.room import open_desk
from bartizan.errors import StoreOwnedError
from bartizan.signal import Signal
from bartizan.site import build

SITE = build({"schema": 1, "site": {"name": "x"}})

def opened(address):
    if "://" not in address:
        return open_journal(address)
    until = time.monotonic() + 30.0
    while True:
        try:
            return open_postgres(address)
        except StoreOwnedError:  # the server has not yet noticed that the owner is dead
            if time.monotonic() > until:
                raise
            time.sleep(0.01)

def write(address, told, life):
    desk = open_desk(SITE, opened(address), lambda: datetime.now(UTC))
    count = 0
    while True:
        count += 1
        alarm = desk.submit(Signal(id=f"{life}-{count}", t=1.0, kind="contact", state="raised"))
        os.write(told, f"{alarm.id} raised\\n".encode())
        desk.acknowledge(alarm.id, "Ann")
        os.write(told, f"{alarm.id} acknowledged\\n".encode())
"""

_MANY_LIVES = (
    WRITER
    + """
address, lives, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
told_all = {}
for life in range(lives):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        write(address, writing, life)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        first = pipe.readline()  # however slow the machine is, it lived long enough to keep something
        time.sleep(chance.uniform(0.0, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for line in [first, *pipe.read().splitlines()]:
            name, state = line.split()
            told_all[name] = state
    with opened(address) as journal:
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


def killed(address: str, lives: int, seed: int = 7) -> int:
    """Kill a desk's process so many times in the middle of its work; returns the alarms it had told of.

    After each it is opened again: everything told is there, nothing twice, no number left out, and the chain proved.
    """
    done = subprocess.run(
        [sys.executable, "-c", _MANY_LIVES, address, str(lives), str(seed)],
        capture_output=True,
        text=True,
        timeout=60 + 10 * lives,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)
