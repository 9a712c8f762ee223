"""How long a desk with a million events takes from being started to taking alarms.

Run: ``python -m benchmarks.desk_start``; TMPDIR says on which disk. The journal is of alarms with six events each, such
as the desk writes them, of which the last thousand are open; besides, the room keeps its own. "Room" is what the
journal costs: from opening the file to a room that takes an alarm. "Process" is a new interpreter, with all it
imports. The proof of every record comes after that, while the desk works: its pace is given too.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from bartizan.adapters.store import open_journal
from bartizan.app.ledger import MemoryJournal, Record
from bartizan.app.room import open_desk
from bartizan.signal import Signal
from bartizan.site import build
from benchmarks.table import Row, main

EVENTS = 1_000_000
OPEN = 1_000  # alarms that are still open
LIFE = 6  # events of an alarm that is over
T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
SITE = {"schema": 1, "site": {"name": "x"}}

ROOM = """
import sys, time
begun = time.perf_counter()
from datetime import UTC, datetime
from bartizan.adapters.store import open_journal
from bartizan.app.room import open_room
from bartizan.signal import Signal
from bartizan.site import build
imported = time.perf_counter()
with open_journal(sys.argv[1]) as journal:
    room = open_room(build({"schema": 1, "site": {"name": "x"}}), journal, lambda: datetime.now(UTC))
    opened = time.perf_counter()
    alarm = room.desk.submit(Signal(id=str(time.time_ns()), t=1.0, kind="contact", state="raised"))
    taken = time.perf_counter()
    assert len(room.desk.queue()) == int(sys.argv[2]) + 1
    import resource
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(imported - begun, opened - imported, taken - opened, memory)
"""


def one_life() -> list[Record]:
    """The records of one alarm, as the desk writes them: raised, taken, worse, judged, over."""
    clock = [T0]
    journal = MemoryJournal()
    desk = open_desk(build(SITE), journal, lambda: clock[0])
    because = {"score": 0.87, "dwell": 61.5, "track": [[n, 1.5 * n, 2.5 * n] for n in range(20)]}

    def signal(t: float, state: str) -> Signal:
        return Signal(id="run-1", t=t, kind="loitering", state=state, zone="pavement", because=because)  # type: ignore[arg-type]

    alarm = desk.submit(signal(1.0, "raised"), "run")
    desk.acknowledge(alarm.id, "Ann")
    clock[0] += timedelta(seconds=20)
    desk.submit(signal(20.0, "updated"), "run")
    desk.assess(alarm.id, "Ann", "nuisance", "a man with a dog")
    desk.submit(signal(40.0, "ended"), "run")
    return [record for record in journal.read() if record.stream == f"alarm/{alarm.id}"]


def records(count: int) -> Iterator[Record]:
    """So many records: alarms that are over, then open ones."""
    life = one_life()
    assert len(life) == LIFE
    assert life[-1].kind == "closed"
    seq = number = 0
    while seq < count:
        number += 1
        name = str(UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % (1 << 128)))  # spread, as fresh ids are
        lived = 1 if count - seq <= OPEN else min(LIFE, count - seq - OPEN)
        for record in life[: max(1, lived)]:
            seq += 1
            body = {**record.body, "alarm": name}
            if "number" in body:
                body["number"] = number
            if "signal" in body:
                body["signal"] = {**body["signal"], "id": f"run-{number}"}
            yield Record(
                seq=seq, stream=f"alarm/{name}", version=record.version, kind=record.kind, at=record.at, body=body
            )


def written(path: Path, count: int) -> int:
    """A journal of so many records; returns how many alarms of it are open."""
    piece: list[Record] = []
    with open_journal(path) as journal:
        last: dict[str, str] = {}
        for record in records(count):
            last[record.stream] = record.kind
            piece.append(record)
            if len(piece) == 5_000:
                journal.append(piece)
                piece = []
        journal.append(piece)
        return sum(kind != "closed" for kind in last.values())


def prove(path: Path) -> tuple[int, float]:
    """Records and seconds of proving the whole."""
    with open_journal(path) as journal:
        begun, after = time.perf_counter(), 0
        while (found := journal.prove(after)) != after:
            after = found
        return after, time.perf_counter() - begun


def figures(data: Path) -> Iterator[Row]:
    """The rows; the data folder is not used."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite"
        still_open = written(path, EVENTS)
        size = path.stat().st_size / 1e6
        runs = []
        for _ in range(3):
            begun = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", ROOM, str(path), str(still_open)], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            runs.append((time.perf_counter() - begun, *(float(told) for told in done.stdout.split())))
            still_open += 1
        whole, imported, opened, taken, memory = sorted(runs)[1]
        proved, seconds = prove(path)
    yield Row("desk_start", "journal", f"{EVENTS} events, {size:.0f} MB, {OPEN} alarms open")
    yield Row("desk_start", "process, from nothing to the first alarm kept", f"{whole:.2f} s (goal: under 5)")
    yield Row("desk_start", "of it imports", f"{imported:.2f} s")
    yield Row("desk_start", "of it the room", f"{opened:.2f} s")
    yield Row("desk_start", "of it the first alarm", f"{taken * 1e3:.1f} ms")
    yield Row("desk_start", "memory", f"{memory:.0f} MB")
    yield Row("desk_start", "proving every record", f"{proved / seconds:.0f} a second, {seconds:.1f} s in all")


if __name__ == "__main__":
    main(__doc__, figures)
