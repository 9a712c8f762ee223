"""A desk that hears detectors over a broker until it is killed: `python hearing.py BROKER FOLDER JOURNAL COUNT`."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bartizan.adapters.bus import Inlet, read_access, read_address
from bartizan.adapters.store import open_journal
from bartizan.app.room.room import open_room
from bartizan.site.document import build
from bartizan.site.site import Site


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


if __name__ == "__main__":
    hear(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
