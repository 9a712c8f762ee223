"""Ten thousand alarms in a minute: is one lost, does the page still answer, and does a high one wait behind low ones?

Run: ``python -m benchmarks.desk_flood``. The desk, its people and its sensors as in `benchmarks.desk_latency`; every
hundredth alarm is of high priority, the others low. Meanwhile a person asks for the page of the desk, one after the
other. A high alarm is on a screen when its own id stands in a list that the screen was sent.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx

from benchmarks import desk_latency
from benchmarks.desk_latency import Place, Screen, body, desk, logged_in, milliseconds, post
from benchmarks.table import Row, main

ALARMS = 10_000
SECONDS = 60.0
HIGH = 100  # every so many alarms one of high priority
SCREENS = 4


class Flood(NamedTuple):
    """Seconds: to each answer to a sensor, of the page to each question, of each high alarm to a screen; and lost."""

    answers: list[float]
    pages: list[float]
    high: list[float]
    lost: int
    took: float


async def ask(place: Place, cookies: str, stop: asyncio.Event) -> list[float]:
    """How long the page takes, again and again."""
    taken = []
    headers = {"cookie": cookies}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{place.port}", headers=headers, timeout=60.0) as client:
        while not stop.is_set():
            for path in ("/", "/alarms/groups.json"):
                begun = time.perf_counter()
                answer = await client.get(path)
                assert answer.status_code == 200, (path, answer.status_code)
                taken.append(time.perf_counter() - begun)
            await asyncio.sleep(0.5)
    return taken


async def measure(place: Place, count: int, seconds: float) -> Flood:
    """The flood."""
    cookies = [await asyncio.to_thread(logged_in, place, f"guard-{n}") for n in range(SCREENS)]
    screens = [Screen(place, one) for one in cookies]
    screens[0].keep = True
    watching = [asyncio.create_task(screen.watch()) for screen in screens]
    while not all(screen.counts for screen in screens):
        await asyncio.sleep(0.05)
    before = screens[0].counts[-1][1]
    stop = asyncio.Event()
    asking = asyncio.create_task(ask(place, cookies[0], stop))
    begin = time.perf_counter() + 0.5
    at = [begin + number * seconds / count for number in range(count)]
    bodies = [body(number, "high" if number % HIGH == HIGH - 1 else "low") for number in range(count)]
    answered = await post(place, at, bodies)
    took = max(answered) - begin
    until = time.perf_counter() + 30.0
    while screens[0].counts[-1][1] < before + count and time.perf_counter() < until:
        await asyncio.sleep(0.1)
    stop.set()
    pages = await asking
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return Flood(
        answers=[done - due for done, due in zip(answered, at, strict=True)],
        pages=pages,
        high=[_shown(screens[0], number, at[number]) for number in range(HIGH - 1, count, HIGH)],
        lost=before + count - screens[0].counts[-1][1],
        took=took,
    )


def _shown(screen: Screen, number: int, sent: float) -> float:
    told = json.dumps({"id": f"contact-{number}"}, separators=(",", ":"))[1:-1].encode()
    return next(at for at, message in screen.lists if at >= sent and told in message) - sent


def figures(data: Path) -> Iterator[Row]:
    """The rows; the data folder is not used."""
    with desk() as place:
        flood = asyncio.run(measure(place, ALARMS, SECONDS))
    assert desk_latency.SCREENS >= SCREENS
    yield Row("desk_flood", "alarms", f"{ALARMS} sent over {SECONDS:.0f} s, answered after {flood.took:.1f} s")
    yield Row("desk_flood", "lost", f"{flood.lost} (goal: 0)")
    yield Row("desk_flood", "sensor's message to its answer", milliseconds(flood.answers))
    yield Row("desk_flood", "page and queue, meanwhile", f"{milliseconds(flood.pages)} (goal: under 2 s)")
    yield Row("desk_flood", "high alarm to the screen", f"{milliseconds(flood.high)} (goal: under 1 s)")


if __name__ == "__main__":
    main(__doc__, figures)
