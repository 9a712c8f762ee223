"""From a sensor's message to the alarm on every screen: twenty screens open, fifty alarms a second.

Run: ``python -m benchmarks.desk_latency``; TMPDIR says on which disk. A desk runs in a process of its own, on the
example site, with its journal on disk. Twenty people are logged in, each with the line of events of their page open
(no browser: what the network brings). Alarms come over HTTP with a token, open loop: at their times, whether the desk
has answered or not. An alarm is on a screen when what that screen has been sent shows so many alarms, listed or
counted. The screens and the sensors share the machine with the desk.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import numpy as np

from bartizan.adapters.files.site import load_site
from bartizan.adapters.store import open_journal
from bartizan.adapters.web.accounts import Accounts
from bartizan.adapters.web.app import create_app
from bartizan.adapters.web.server import DeskServer
from bartizan.adapters.web.tokens import Tokens
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.room import open_room
from benchmarks.table import Row, main

SCREENS = 20
PER_SECOND = 50
SECONDS = 20
PASSWORD = "correct horse battery staple"  # noqa: S105 - of a desk that lives for a minute
EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "chancery"
_ALARM = b'"known_at":'  # once in each alarm that is listed
_MORE = re.compile(rb'"more":(\d+)\}')
_LINES = 64  # connections that sensors use: where one waits for its answer, others are told nevertheless


class Place(NamedTuple):
    """Where a desk of this measurement answers, and the token of its sensors."""

    port: int
    token: str


class Told(NamedTuple):
    """An alarm: when its message was to be sent, when the desk had answered, and when each screen was sent it [s]."""

    at: float
    answered: float
    shown: tuple[float, ...]


def serve(folder: str) -> None:
    """Run a desk until the standard input ends."""
    site = load_site(EXAMPLE)
    with open_journal(Path(folder) / "journal.sqlite") as journal:
        room = open_room(site, journal, lambda: datetime.now(UTC))
        accounts = Accounts.of({f"guard-{n}": (PASSWORD, "guard") for n in range(SCREENS)})
        tokens = Tokens()
        token, _ = tokens.make("sensors", "the benchmark")
        app = create_app(room, site=site, live=LiveFeed(), accounts=accounts, tokens=tokens)
        with DeskServer(app) as server:
            print(json.dumps([server.port, token]), flush=True)
            sys.stdin.read()


@contextmanager
def desk() -> Iterator[Place]:
    """A desk in a process of its own, on a journal of its own."""
    with tempfile.TemporaryDirectory() as folder:
        script = "import sys; from benchmarks.desk_latency import serve; serve(sys.argv[1])"
        with subprocess.Popen(
            [sys.executable, "-c", script, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert process.stdin is not None
            line = process.stdout.readline()
            assert line, "the desk did not start"
            try:
                yield Place(*json.loads(line))
            finally:
                process.stdin.close()
                process.wait(timeout=30)


def logged_in(place: Place, name: str) -> str:
    """The cookies of a person who has logged in."""
    origin = f"http://127.0.0.1:{place.port}"
    with httpx.Client(base_url=origin, timeout=60.0) as client:
        form = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
        assert form is not None
        fields = {"user": name, "password": PASSWORD, "token": form[1]}
        assert client.post("/login", data=fields, headers={"origin": origin}).status_code == 303
        return "; ".join(f"{key}={value}" for key, value in client.cookies.items())


class Screen:
    """One page's line of events: how many alarms it was shown, and when each of those that are asked for."""

    def __init__(self, place: Place, cookies: str) -> None:
        self._place = place
        self._cookies = cookies
        self.counts: list[tuple[float, int]] = []  # when a list of alarms came, and how many alarms it tells of
        self.lists: list[tuple[float, bytes]] = []  # the lists themselves, where somebody wants them
        self.keep = False

    async def watch(self) -> None:
        """Read until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._place.port, limit=1 << 24)
        head = f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{self._place.port}\r\nCookie: {self._cookies}\r\n\r\n"
        writer.write(head.encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in answer.split(b"\r\n", 1)[0], answer
        try:
            while True:
                message = await reader.readuntil(b"\n\n")
                if b"event: alarms\n" in message:
                    self._take(message)
        finally:
            writer.close()

    def _take(self, message: bytes) -> None:
        more = _MORE.search(message)
        assert more is not None, message[-200:]
        listed = message[: message.index(b'"rows":')].count(_ALARM)
        self.counts.append((time.perf_counter(), listed + int(more[1])))
        if self.keep:
            self.lists.append((time.perf_counter(), message))

    def shown(self, number: int) -> float:
        """When it was first shown so many alarms. Raises StopIteration where it never was."""
        return next(at for at, count in self.counts if count >= number)


async def post(place: Place, at: Sequence[float], bodies: Sequence[bytes]) -> list[float]:
    """Send each message at its time [s of perf_counter]; when each was answered. Raises AssertionError at a refusal."""
    answered = [0.0] * len(bodies)
    todo = iter(range(len(bodies)))

    async def line() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
        for number in todo:
            await asyncio.sleep(max(0.0, at[number] - time.perf_counter()))
            head = (
                f"POST /intake/signals HTTP/1.1\r\nHost: 127.0.0.1:{place.port}\r\n"
                f"Authorization: Bearer {place.token}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(bodies[number])}\r\n\r\n"
            )
            writer.write(head.encode() + bodies[number])
            answer = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", answer)
            assert length is not None
            said = await reader.readexactly(int(length[1]))
            assert b" 200 " in answer.split(b"\r\n", 1)[0], said
            answered[number] = time.perf_counter()
        writer.close()

    await asyncio.gather(*(line() for _ in range(_LINES)))
    return answered


def body(number: int, severity: str = "medium") -> bytes:
    """The message of a door's contact."""
    told = {"id": f"contact-{number}", "t": float(number), "kind": "contact", "state": "raised", "severity": severity}
    return json.dumps(told | {"because": {"sensor": f"contact-{number % 40}", "voltage": 11.9}}).encode()


async def measure(place: Place, count: int, per_second: float) -> list[Told]:
    """So many alarms at an even pace, each on every screen."""
    cookies = [await asyncio.to_thread(logged_in, place, f"guard-{n}") for n in range(SCREENS)]
    screens = [Screen(place, one) for one in cookies]
    watching = [asyncio.create_task(screen.watch()) for screen in screens]
    while not all(screen.counts for screen in screens):
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in watching), [task for task in watching if task.done()]
    before = screens[0].counts[-1][1]
    begin = time.perf_counter() + 0.5
    at = [begin + number / per_second for number in range(count)]
    answered = await post(place, at, [body(number) for number in range(count)])
    until = time.perf_counter() + 30.0
    while any(screen.counts[-1][1] < before + count for screen in screens) and time.perf_counter() < until:
        await asyncio.sleep(0.05)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return [Told(at[n], answered[n], tuple(screen.shown(before + n + 1) for screen in screens)) for n in range(count)]


def milliseconds(seconds: Sequence[float]) -> str:
    """Median, 99 % and worst."""
    p50, p99 = np.quantile(np.asarray(seconds), [0.5, 0.99]) * 1e3
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, worst {max(seconds) * 1e3:.0f} ms"


def figures(data: Path) -> Iterator[Row]:
    """The rows; the data folder is not used."""
    with desk() as place:
        told = asyncio.run(measure(place, PER_SECOND * SECONDS, PER_SECOND))
    kept = [one.answered - one.at for one in told]
    shown = [at - one.at for one in told for at in one.shown]
    yield Row("desk_latency", "alarms", f"{len(told)} in {SECONDS} s, {SCREENS} screens")
    yield Row("desk_latency", "message sent to kept and answered", milliseconds(kept))
    yield Row("desk_latency", "message sent to each screen", f"{milliseconds(shown)} (goal: p99 under 300)")


if __name__ == "__main__":
    main(__doc__, figures)
