"""Hears from a broker what the cameras of other machines tell, lets in what is in order, and says what it took."""

from __future__ import annotations

import json
import queue
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence

from bartizan.adapters.bus.access import Access
from bartizan.adapters.bus.address import BusAddress
from bartizan.adapters.bus.line import Line
from bartizan.app.live.gather import Arrival
from bartizan.app.live.intake import Intake

MOST = 5000  # messages that wait to be joined: what comes beyond is not taken, and is sent again
UNSAID = 10_000  # messages that wait for a line
EVERY = 0.2  # seconds between two words about what was taken
_MOST_NAMED = 500  # messages named in one word

Reader = Callable[[str, bytes], Sequence[Arrival]]
"""Reads a message of another program from its topic and its bytes."""


class Subscriber:
    """`Arrivals` from a broker; a context.

    `intake` judges what comes, `now` is the run's clock [s]. `readers` are those of other programs' messages, by the
    topics that they are told on, such as "frigate/events" or "onvif/+". `full` counts what came while too much waited,
    `unsaid` what was to be said and found no line: of more than UNSAID that wait for one the oldest go.
    """

    def __init__(
        self,
        address: BusAddress,
        access: Access,
        intake: Intake,
        *,
        now: Callable[[], float],
        readers: Mapping[str, Reader] | None = None,
    ) -> None:
        self.intake = intake
        self.full = 0
        self.unsaid = 0
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._address = address
        self._now = now
        self._readers = dict(readers or {})
        self._ours = address.topic("report", "")
        self._heard: queue.Queue[tuple[str, bytes]] = queue.Queue(MOST)
        self._read: list[Arrival] = []
        self._taken: defaultdict[str, list[int]] = defaultdict(list)
        self._told = 0.0
        topics = [address.topic("report", "+"), *self._readers]
        self.line = Line(address, access, topics=topics, heard=self._hear)

    def __enter__(self) -> Subscriber:
        self.line.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._say_taken()
        self._say_waiting()
        self.unsaid += len(self._waiting)
        self.line.close()

    def next(self, wait: float) -> Arrival | None:
        """What came next and was let in; None where nothing was within `wait` [s]."""
        until = time.monotonic() + wait
        while True:
            if self._read:
                return self._read.pop(0)
            if time.monotonic() - self._told >= EVERY:
                self._say_taken()
                self._say_waiting()
            left = max(0.0, until - time.monotonic())
            try:
                topic, body = self._heard.get(timeout=min(EVERY, left))
            except queue.Empty:
                if time.monotonic() >= until:
                    return None
                continue
            self._judge(topic, body)

    def say(self, topic: str, body: bytes) -> None:
        """Publish something under our prefix, after what waits; where the line is down it waits until it is not."""
        self._waiting.append((topic, body))
        if len(self._waiting) > UNSAID:
            self._waiting.popleft()
            self.unsaid += 1
        self._say_waiting()

    def _say_waiting(self) -> None:
        while self._waiting and self.line.say(self._address.topic(self._waiting[0][0]), self._waiting[0][1]):
            self._waiting.popleft()

    def _judge(self, topic: str, body: bytes) -> None:
        if not topic.startswith(self._ours):
            reader = next((read for pattern, read in self._readers.items() if _is_of(topic, pattern)), None)
            self._read += [] if reader is None else reader(topic, body)
            return
        told, name = self.intake.read(body, self._now())
        if name is not None:
            # also what was refused: to send it again would not help
            self._taken[name[0]].append(name[1])
        if told is not None:
            self._read.append(told)

    def _hear(self, topic: str, body: bytes) -> None:
        try:
            self._heard.put_nowait((topic, body))
        except queue.Full:
            self.full += 1

    def _say_taken(self) -> None:
        self._told = time.monotonic()
        for sender in list(self._taken):
            numbers = self._taken.pop(sender)
            for first in range(0, len(numbers), _MOST_NAMED):
                body = json.dumps({"sender": sender, "numbers": numbers[first : first + _MOST_NAMED]}).encode()
                if not self.line.say(self._address.topic("taken", sender), body):
                    self._taken[sender] = numbers[first:]
                    return


def _is_of(topic: str, pattern: str) -> bool:
    """Whether a topic is one of a subscription; '+' stands for one of its levels."""
    levels, wanted = topic.split("/"), pattern.split("/")
    pairs = zip(wanted, levels, strict=False)
    return len(levels) == len(wanted) and all(want in ("+", level) for want, level in pairs)
