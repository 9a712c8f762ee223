"""What soaks share: how much of a goal one does (BARTIZAN_SOAK, 1 by itself), and sensors that keep their words."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bartizan.adapters.bus import Access, read_access, read_address
from bartizan.adapters.bus.line import Line
from mqtt_broker import Broker

SCALE = float(os.environ.get("BARTIZAN_SOAK", "1"))


def scaled(count: int) -> int:
    """So many, or a part of them."""
    return max(1, round(count * SCALE))


def access_of(broker: Broker) -> Access:
    return read_access({}, ca=broker.ca, cert=broker.folder / "me.pem", key=Path(broker.key))


class Sensors:
    """Who keeps a word until the line is up: what the sensors of a site do, or the bridge that they are behind."""

    def __init__(self, broker: Broker) -> None:
        self.words: deque[tuple[str, bytes]] = deque()
        self.line = Line(read_address(broker.url), access_of(broker), topics=())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Sensors:
        self.line.open()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.line.close()

    def _run(self) -> None:
        while not self._over.wait(0.02):
            while self.words and self.line.say(*self.words[0]):
                self.words.popleft()


def within(what: str, limit: float, enough: Callable[[], Any]) -> None:
    """Wait until it is so, at most `limit` [s]."""
    stop = time.monotonic() + limit
    while not enough():
        assert time.monotonic() < stop, what
        time.sleep(0.05)


def fill(place: Path) -> None:
    """What a camera does to a disk."""
    with place.open("wb") as film:
        while True:
            film.write(bytes(65_536))
