"""Workers in processes of their own: what they tell arrives, what kills one costs only its camera, none is left."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bartizan.adapters.workers import Fleet
from bartizan.adapters.workers.fleet import Pauses
from bartizan.app.live.gather import Arrival, Trouble
from bartizan.app.live.wire import Ended, Report
from bartizan.errors import InputError

PUPPET = [sys.executable, str(Path(__file__).parent / "puppet.py")]
SHORT = Pauses(shortest=0.05, longest=0.2)
LIMIT = 30.0  # seconds for what takes a fraction of one on an idle machine


def fleet(**acts: list[Any]) -> Fleet:
    jobs = {name: json.dumps({"camera": name, "acts": told}).encode() for name, told in acts.items()}
    return Fleet(PUPPET, jobs, rng=random.Random(1), go=lambda: b"go", pauses=SHORT)  # noqa: S311


def until(workers: Fleet, enough: Callable[[list[Arrival]], bool]) -> list[Arrival]:
    found: list[Arrival] = []
    stop = time.monotonic() + LIMIT
    while not enough(found):
        assert time.monotonic() < stop, found[-3:]
        arrival = workers.next(0.1)
        if arrival is not None:
            found.append(arrival)
    return found


def numbers(found: list[Arrival], camera: str) -> list[int]:
    return [one.number for one in found if isinstance(one, Report) and one.camera == camera]


def troubles(found: list[Arrival]) -> list[Trouble]:
    return [one for one in found if isinstance(one, Trouble)]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # a zombie has no memory and no files: it waits for its parent to ask
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_what_workers_tell_arrives_in_order_and_none_is_left() -> None:
    told = [["ready"], ["tell", 300], ["end"]]
    with fleet(north=told, south=told) as workers:
        pids = list(workers.pids.values())
        found = until(workers, lambda found: sum(isinstance(one, Ended) for one in found) == 2)
    assert len(pids) == 2
    assert numbers(found, "north") == numbers(found, "south") == list(range(1, 301))
    assert not troubles(found)
    assert all(gone(pid) for pid in pids)
    assert workers.counts.deaths.total() == 0


DEADLY: dict[str, tuple[list[Any], str]] = {
    "a": (["segfault"], "ended by SIGSEGV"),
    "b": (["garbage"], "told something that is no packet"),
    "c": (["endless"], "4,294,967,295 bytes"),
    "d": (["no_message"], "its worker had to be ended: a message"),
    "e": (["other"], "it told of another camera than its own"),
    "f": (["fail", "a decoder's own error"], "status 1: ValueError: a decoder's own error"),
    "g": (["environment"], "status 3: 1 thread"),
}


def test_what_kills_one_worker_costs_only_its_camera() -> None:
    steady = [["ready"], *[["tell", 1], ["sleep", 0.01]] * 5000]
    deadly = {name: [["ready"], ["tell", 3], act, ["sleep", 60]] for name, (act, _) in DEADLY.items()}
    with fleet(south=steady, **deadly) as workers:
        found = until(
            workers,
            lambda found: (
                {one.camera for one in troubles(found)} == set(DEADLY)
                and all(len(numbers(found, name)) >= 6 for name in DEADLY)
            ),
        )
    for name, (_, words) in DEADLY.items():
        first = next(one for one in troubles(found) if one.camera == name)
        assert words in first.words
        assert "started again in 0." in first.words
        assert numbers(found, name)[:6] == [1, 2, 3, 1, 2, 3]
    assert numbers(found, "south") == list(range(1, len(numbers(found, "south")) + 1))
    assert (workers.counts.starts["south"], workers.counts.deaths["south"]) == (1, 0)
    assert workers.counts.deaths["a"] >= 1


def test_kill_minus_nine_and_the_worker_is_started_again() -> None:
    told = [["ready"], *[["tell", 1], ["sleep", 0.02]] * 1000]
    with fleet(north=told) as workers:
        until(workers, lambda found: len(numbers(found, "north")) > 3)
        first = workers.pids["north"]
        os.kill(first, signal.SIGKILL)
        found = until(workers, lambda found: bool(troubles(found)) and numbers(found, "north")[-1:] == [3])
        assert "SIGKILL" in troubles(found)[0].words
        assert workers.pids["north"] != first


def test_pauses_grow_and_are_drawn() -> None:
    rng = random.Random(3)  # noqa: S311
    pauses = Pauses(shortest=1.0, longest=60.0, growth=2.0)
    for deaths in range(1, 200):
        whole = min(60.0, 2.0 ** (deaths - 1))
        assert 0.5 * whole <= pauses.after(deaths, rng) <= whole
    assert len({pauses.after(4, rng) for _ in range(10)}) == 10


def test_a_job_that_is_refused_is_said_before_anything_runs() -> None:
    with (
        pytest.raises(InputError, match="no video at all"),
        fleet(north=[["ready"], ["sleep", 60]], south=[["refuse", "no video at all"]]),
    ):
        pytest.fail("it began")


def test_what_nobody_takes_is_dropped_by_the_worker_and_counted() -> None:
    """Nobody listens for a while: pictures fill the pipe, the worker goes on, and says what it had to drop."""
    command = [sys.executable, str(Path(__file__).parent / "told.py")]
    with Fleet(command, {"north": b"north"}, rng=random.Random(1), pauses=Pauses(shortest=600.0)) as workers:  # noqa: S311
        time.sleep(1.0)
        found = until(workers, lambda found: bool(troubles(found)))
    last = next(one for one in reversed(found) if isinstance(one, Report))
    assert last.number == 601
    assert last.unsent > 0
    assert last.unsent + len(numbers(found, "north")) == 601
    assert numbers(found, "north") == sorted(numbers(found, "north"))
    # and what fails for lack of memory fails alone
    assert "status 1: MemoryError" in troubles(found)[0].words


def test_a_worker_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.adapters.workers.process.SILENCE", 0.5)
    with fleet(north=[["ready"], ["tell", 1], ["sleep", 600]]) as workers:
        found = until(workers, lambda found: bool(troubles(found)))
    assert "said nothing for too long" in troubles(found)[0].words


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    """Kill -9 of the process that started it leaves no orphan."""
    script = tmp_path / "parent.py"
    command = [sys.executable, str(Path(__file__).parent / "told.py")]
    script.write_text(
        "import struct, subprocess, time\n"
        f"child = subprocess.Popen({command!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "child.stdin.write(struct.pack('>cI', b'J', 5) + b'north')\n"
        "child.stdin.flush()\n"
        "child.stdout.read(5)\n"
        "child.stdin.write(struct.pack('>cI', b'G', 0))\n"
        "child.stdin.flush()\n"
        "child.stdout.read(100)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert not gone(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    stop = time.monotonic() + LIMIT
    while not gone(pid):
        assert time.monotonic() < stop
        time.sleep(0.02)


def test_by_hand_a_worker_says_who_starts_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bartizan.cli.worker"], input=b"", capture_output=True, check=False, timeout=LIMIT
    )
    assert done.returncode == 2
    assert b"started by `bartizan watch`" in done.stdout
