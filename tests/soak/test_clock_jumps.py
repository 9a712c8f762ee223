"""A desk whose machine's clock is set an hour wrong, again and again, and which is killed: nothing is early or late.

Run: ``pytest --soak tests/soak/test_clock_jumps.py``. The real command, a real broker, and the wall clock of
tests/wrong_clock.py. BARTIZAN_SOAK=0.1 does six minutes of the hour.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from soaking import SCALE

from bartizan.adapters.bus import read_access, read_address
from bartizan.adapters.bus.line import Line
from bartizan.adapters.store import open_journal
from bartizan.app.upkeep.clock import seconds_since_boot
from mqtt_broker import Broker, free_port, readable, running
from wrong_clock import WrongClock

pytestmark = [pytest.mark.soak, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the shim is Linux's")]

LASTS = max(60.0, 3_600.0 * SCALE)  # seconds
GATES = 40
HOUR = 3_600
LATE = timedelta(seconds=1)  # the goal
TOLD_IN = 2.0  # seconds more until a display on the broker has heard of it
PATIENCE = 120.0  # seconds for a desk to start, on a machine that has much else to do


def after(gate: int) -> float:
    """Seconds from the alarm of a gate to the step at which people are told: spread over the whole."""
    return 5.0 + (LASTS - 10.0) * gate / GATES


def site_folder(folder: Path) -> Path:
    """Gates that are forced where nobody showed a badge, each with a chain of its own."""
    head = 'schema = 1\n[site]\nname = "Gates"\n[[area]]\nid = "street"\n[[area]]\nid = "yard"\n'
    gates = [
        f'[[element]]\nid = "gate-{gate}"\nkind = "gate"\nbetween = ["street", "yard"]\n'
        f'[[input]]\nid = "g{gate}"\nkind = "contact"\nelement = "gate-{gate}"\ntopic = "gates/{gate}"\n'
        'on = "OPEN"\noff = "CLOSED"\n'
        f'[[input]]\nid = "r{gate}"\nkind = "badge"\nelement = "gate-{gate}"\ntopic = "readers/{gate}"\n'
        'field = "result"\ngranted = "ok"\ndenied = ["no"]\n'
        f'[[escalation]]\nid = "c{gate}"\nelements = ["gate-{gate}"]\nkinds = ["door-forced"]\nagain = 86400\n'
        f'  [[escalation.step]]\n  after = {after(gate):.3f}\n  who = ["everybody"]\n'
        for gate in range(GATES)
    ]
    site = folder / "site"
    site.mkdir()
    (site / "site.toml").write_text(head + "".join(gates))
    return site


class Display:
    """A display on the broker: what it hears and when, by the count of the machine that nobody can set."""

    def __init__(self, broker: Broker) -> None:
        self.heard: list[tuple[float, str, bytes]] = []
        access = read_access({}, ca=broker.ca, cert=broker.folder / "me.pem", key=Path(broker.key))
        self.line = Line(read_address(broker.url), access, topics=["site/desk/#"], heard=self._hear)

    def __enter__(self) -> Display:
        self.line.open()
        assert self.line.listening.wait(30.0)
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def _hear(self, topic: str, body: bytes) -> None:
        self.heard.append((seconds_since_boot(), topic, body))

    def online(self, after: float) -> bool:
        """Whether the desk said so after that time."""
        return any(at > after and body == b"online" for at, topic, body in self.heard if topic.endswith("/status"))


@contextmanager
def desk(command: list[str], clock: WrongClock, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, **clock.environment})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(what: str, enough: Callable[[], Any], process: subprocess.Popen[bytes]) -> None:
    stop = time.monotonic() + PATIENCE
    while not enough():
        assert process.poll() is None, f"{what}: the desk has ended"
        assert time.monotonic() < stop, what
        time.sleep(0.02)


def test_deadlines_of_a_desk_are_met_whatever_the_wall_clock_is_set_to(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = WrongClock(tmp_path)
    # certificates of yesterday: an hour ago they were valid too
    clock.set(-24 * HOUR)
    with monkeypatch.context() as yesterday:
        for name, value in clock.environment.items():
            yesterday.setenv(name, value)
        folder = readable(tmp_path_factory.mktemp("broker"))
    clock.set(0)
    site = site_folder(tmp_path)
    chance = random.Random(3)  # noqa: S311 - a game of chance, repeated
    away: list[tuple[float, float]] = []
    jumps = 0
    with running(folder) as broker, Display(broker) as display:
        options = ["--tell", broker.url, "--inputs", f"mqtts://localhost:{broker.port}", *broker.options]
        start = "from bartizan.cli.main import main; main()"
        command = [sys.executable, "-c", start, "desk", str(site), "--port", str(free_port()), *options]
        stop, begun = 0.0, False
        while not begun or time.monotonic() < stop:
            down = seconds_since_boot()
            with desk(command, clock, tmp_path / "desk.txt") as process:
                until("it starts", lambda since=down: display.online(since), process)  # type: ignore[misc]
                away.append((down, seconds_since_boot()))
                if not begun:
                    for gate in range(GATES):
                        assert display.line.say(f"gates/{gate}", b"OPEN")
                    until("all are forced", lambda: len(alarms(display)) >= GATES, process)
                    begun, stop = True, time.monotonic() + LASTS
                for _ in range(chance.randrange(2, 5)):
                    time.sleep(min(chance.uniform(1.0, 6.0), max(0.0, stop - time.monotonic())))
                    clock.set(chance.choice((-HOUR, 0, HOUR)))
                    assert display.line.say(f"readers/{jumps % GATES}", b'{"result": "no"}')
                    jumps += 1
        assert jumps > 2
    met(tmp_path / "site.bartizan-data" / "journal.sqlite", display, away[1:])


def alarms(display: Display) -> set[str]:
    return {topic for _, topic, _ in display.heard if topic.startswith("site/desk/alarms/")}


def met(path: Path, display: Display, away: list[tuple[float, float]]) -> None:
    """Every chain told people once, when it was due, or as soon as a desk that was away was back."""
    with open_journal(path) as journal:
        records = list(journal.read())
    (anchor, *_) = [record.body for record in records if record.stream == "clock" and record.kind == "anchored"]
    first, counted = datetime.fromisoformat(anchor["utc"]), anchor["elapsed"]

    def true(boot: float) -> datetime:
        return first + timedelta(seconds=boot - counted)

    assert len({record.body["seconds"] for record in records if record.kind == "jumped"}) >= 2
    raised = {record.stream.partition("/")[2]: record for record in records if record.kind == "raised"}
    # the times that the journal bears are true ones: a display heard of each alarm then
    heard = {json.loads(body)["id"]: at for at, topic, body in reversed(display.heard) if "/alarms/" in topic and body}
    late = timedelta(seconds=TOLD_IN)
    off = {name: true(at) - raised[name].at for name, at in heard.items() if not was_away(at, away)}
    assert len(off) > GATES
    assert [told for told in off.values() if not timedelta() < told < late] == []
    steps = [record for record in records if record.stream.startswith("escalation/") and record.kind == "escalated"]
    assert len(steps) == len({record.stream for record in steps}) == GATES
    wrong = []
    for record in steps:
        alarm = raised[record.stream.partition("/")[2]]
        gate = int(alarm.body["signal"]["element"].removeprefix("gate-"))
        due = alarm.at + timedelta(seconds=after(gate))
        back = max([true(end) for begin, end in away if true(begin) <= due <= true(end)], default=due)
        if not due <= record.at <= max(due, back) + LATE:
            wrong.append((gate, due, record.at))
    assert wrong == []


def was_away(at: float, away: list[tuple[float, float]]) -> bool:
    """Whether the desk was killed just before, so that what it had to tell was told later."""
    return any(begin - 2.0 * TOLD_IN < at < end + TOLD_IN for begin, end in away)
