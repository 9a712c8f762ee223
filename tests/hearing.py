"""A desk that hears detectors over a broker, and is killed: `python hearing.py BROKER FOLDER JOURNAL COUNT`."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from bartizan.adapters.bus import Inlet, read_access, read_address
from bartizan.adapters.bus.line import Line
from bartizan.adapters.store import open_journal
from bartizan.app.room.room import open_room
from bartizan.site.document import build
from bartizan.site.site import Site
from mqtt_broker import Broker

LIMIT = 60.0


def yard(count: int) -> Site:
    """A yard with so many detectors."""
    told = {"kind": "detector", "area": "yard", "on": 1, "off": 0}
    listed = [{"id": f"p{n}", "topic": f"yard/{n}", **told} for n in range(count)]
    return build({"schema": 1, "site": {"name": "Yard"}, "area": [{"id": "yard"}], "input": listed})


def hear(url: str, folder: Path, journal: Path, count: int) -> None:
    """Hear until killed."""
    access = read_access({}, ca=folder / "ca.pem", cert=folder / "me.pem", key=folder / "me.key")
    room = open_room(yard(count), open_journal(journal), lambda: datetime.now(UTC))

    def take(topic: str, body: bytes, kept: bool) -> None:
        room.inbox.hear(topic, body, kept=kept)

    with Inlet(read_address(url), access, name="hearing", topics=room.inbox.subscriptions, hear=take) as inlet:
        inlet.line.listening.wait()
        while True:
            print(len(room.desk.open_alarms()), flush=True)  # noqa: T201 - whoever started it reads it
            time.sleep(0.1)


def kills(broker: Broker, folder: Path, lives: int, words: int) -> None:
    """Such a desk is killed in the midst of hearing, again and again: each word is an alarm, and one."""
    journal = folder / "journal.sqlite"
    command = [sys.executable, __file__, broker.url, str(broker.folder), str(journal), str(words)]
    chance, said = random.Random(7), 0  # noqa: S311 - pauses
    access = read_access({}, ca=broker.ca, cert=broker.folder / "me.pem", key=Path(broker.key))
    sensors = Line(read_address(broker.url), access, topics=[])
    sensors.open()
    assert sensors.connected.wait(LIMIT)
    for life in range(lives + 1):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline(), f"the desk did not begin its life {life}"
            upto = words if life == lives else min(words, said + words // lives)
            for number in range(said, upto):
                assert sensors.say(f"yard/{number}", b"1")
            said = upto
            time.sleep(chance.uniform(0.0, 0.1))
            if life == lives:
                _wait_for(words, process.stdout)
            process.kill()
        if said < words:
            # what is said while nobody is there
            assert sensors.say(f"yard/{said}", b"1")
            said += 1
    sensors.close()
    with open_journal(journal) as kept:
        raised = [record.body["signal"]["because"]["input"] for record in kept.read() if record.kind == "raised"]
    assert sorted(raised) == sorted(f"p{number}" for number in range(words))


def _wait_for(alarms: int, told: IO[bytes]) -> None:
    """Until a desk that says how many alarms it has has said that it has so many, and had the time for one more."""
    stop = time.monotonic() + LIMIT
    found = 0
    while found < alarms:
        line = told.readline()
        assert line, "the desk that was to hear all is gone"
        assert time.monotonic() < stop, f"{found} alarms of {alarms}"
        found = int(line)
    time.sleep(0.3)


if __name__ == "__main__":
    hear(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
