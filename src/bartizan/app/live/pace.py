"""Plays a file as if it were a camera: each picture at its time by the clock, and late ones dropped and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from bartizan.app.live.ports import Frame, FrameSource, SourceCounters
from bartizan.errors import VideoError

LAG = 1.0  # seconds behind the clock after which a picture is dropped unseen instead of being looked at late


class Paced:
    """A `LiveSource` of a source that has an end: picture by picture at the pace of the clock.

    `seconds` is the run's clock; the source's zero is at `begin` of it. `wait(s)` waits that long and says whether to
    stop. When the pictures end or break, the state is "closed" and the words say why.
    """

    def __init__(
        self,
        source: FrameSource,
        *,
        seconds: Callable[[], float],
        wait: Callable[[float], bool],
        begin: float = 0.0,
    ) -> None:
        self.size = source.size
        self._frames = iter(source)
        self._seconds, self._wait, self._begin = seconds, wait, begin
        self._next: Frame | None = None
        self._counters = SourceCounters(state="playing", connections=1)

    @property
    def counters(self) -> SourceCounters:
        """How it stands now."""
        return self._counters

    def __iter__(self) -> Iterator[Frame]:
        while self._counters.state != "closed":
            frame = self.take(LAG)
            if frame is not None:
                yield frame

    def take(self, wait: float) -> Frame | None:
        """The next picture when its time has come; None where it does not come within `wait` [s]."""
        until = self._seconds() + wait
        while (frame := self._ready()) is not None:
            due, now = frame[0] + self._begin, self._seconds()
            if due < now - LAG:
                self._counters = replace(self._counters, late=self._counters.late + 1)
                self._next = None
                continue
            if self._wait(max(0.0, min(due, until) - now)):
                self.close()
                return None
            if due > until:
                return None
            self._next = None
            self._counters = replace(self._counters, frames=self._counters.frames + 1)
            return due, frame[1]
        return None

    def close(self) -> None:
        """Give no more pictures."""
        self._next = None
        self._counters = replace(self._counters, state="closed")

    def _ready(self) -> Frame | None:
        """The picture that is to be given next; None when they are over."""
        if self._counters.state == "closed":
            return None
        if self._next is None:
            try:
                self._next = next(self._frames, None)
            except VideoError as error:
                self._counters = replace(self._counters, words=str(error))
            if self._next is None:
                self.close()
        return self._next
