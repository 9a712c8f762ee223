"""Who listens to the desk: a bounded queue of notices, safe between threads, usable from threads and from asyncio.

A listener that does not keep up never holds the desk back. Its queue is emptied, what it missed is counted, and the
next thing it hears is a `Resync`: read again what it shows.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from bartizan.desk.event import Event

ROOM = 1_000  # notices; at 50 alarms a second a listener may sleep for twenty seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something happened: its place in the journal, to what ("alarm" and its id), the event, the thing after it."""

    seq: int
    topic: str
    id: str
    event: Event
    thing: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Resync:
    """So many notices were dropped: what the listener knows is out of date; read again."""

    dropped: int


class Subscription:
    """One listener's queue. Close it, or use it as a context, when nobody listens any longer.

    `since` is the journal's place at the moment of subscribing: what is read of the desk afterwards holds at least
    that, and no notice up to it will come.
    """

    def __init__(self, since: int, room: int, forget: Callable[[Subscription], None]) -> None:
        if room < 1:
            raise ValueError(f"a subscription has room for 1 notice or more, not {room}")
        self.since = since
        self._room = room
        self._forget = forget
        self._waiting: deque[Notice] = deque()
        self._missed = 0
        self._dropped = 0
        self._closed = False
        self._changed = threading.Condition()
        self._wakers: list[Callable[[], None]] = []

    @property
    def dropped(self) -> int:
        """Notices dropped so far."""
        with self._changed:
            return self._dropped

    @property
    def closed(self) -> bool:
        """Whether no notice will come any more."""
        with self._changed:
            return self._closed

    def put(self, notice: Notice) -> None:
        """Take a notice without ever waiting. For the desk."""
        with self._changed:
            if self._closed:
                return
            if len(self._waiting) >= self._room:
                self._missed += len(self._waiting)
                self._dropped += len(self._waiting)
                self._waiting.clear()
            self._waiting.append(notice)
            self._wake()

    def get(self, timeout: float | None = None) -> Notice | Resync | None:
        """The next notice; None where none came within `timeout` seconds or the subscription is closed."""
        until = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while True:
                found = self._take()
                if found is not None or self._closed:
                    return found
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return None
                self._changed.wait(left)

    async def receive(self, timeout: float | None = None) -> Notice | Resync | None:
        """As `get`, for asyncio: nothing blocks the event loop while waiting."""
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended: nobody waits there
                loop.call_soon_threadsafe(woken.set)

        with self._changed:
            found = self._take()
            if found is not None or self._closed:
                return found
            self._wakers.append(wake)
        try:
            await asyncio.wait_for(woken.wait(), timeout)
        except TimeoutError:
            pass  # what came in the last moment is still taken below
        finally:
            with self._changed:
                self._wakers.remove(wake)
        with self._changed:
            return self._take()

    def __iter__(self) -> Iterator[Notice | Resync]:
        """Notices until the subscription is closed; waits for each."""
        while True:
            found = self.get()
            if found is None:
                return
            yield found

    def close(self) -> None:
        """Hear nothing more; whoever waits is let go."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._missed = 0
            self._wake()
        self._forget(self)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self) -> Notice | Resync | None:
        if self._missed:
            missed, self._missed = self._missed, 0
            return Resync(dropped=missed)
        return self._waiting.popleft() if self._waiting else None

    def _wake(self) -> None:
        self._changed.notify_all()
        for wake in self._wakers:
            wake()
