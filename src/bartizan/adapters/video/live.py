"""A live camera that goes on for ever: a thread that dials, decodes and dials again, and a short queue behind it."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from bartizan.adapters.video.masks import Masks
from bartizan.app.live.clock import StreamClock
from bartizan.app.live.ports import Frame, Picture, SourceCounters
from bartizan.errors import BartizanError, VideoError

Size = tuple[int, int]

QUEUE_BYTES = 64_000_000  # of pictures that wait to be taken
QUEUE_MOST = 32  # pictures, however small
QUEUE_LEAST = 2
FIRST = 15.0  # s to wait for the first picture where nothing else tells the size
_TURN = 1.0  # s between two looks of an iteration at whether the source is closed


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as it comes off the line: its stream time [s] or None, its size where it is known, how to decode it.

    `load` gives the picture, or None where it is garbled; it is not called for pictures that are not wanted.
    """

    stream: float | None
    size: Size | None
    load: Callable[[], Picture | None]


class Line(Protocol):
    """A connection to a camera. Iterating raises VideoError where it breaks or is silent; its end is a loss."""

    def __iter__(self) -> Iterator[Shot]: ...

    def close(self) -> None:
        """Hang up."""
        ...


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long to wait before a stream is tried again [s].

    Each failure in a row makes the pause `growth` times as long, from `shortest` to `longest`; it is then drawn between
    half of that and the whole, so that many cameras do not come back at the same moment. A line that played for
    `steady` seconds ends the row.
    """

    shortest: float = 0.5
    longest: float = 30.0
    growth: float = 2.0
    steady: float = 10.0

    def after(self, failures: int, rng: random.Random) -> float:
        """The pause after so many failures in a row, from 1."""
        # beyond sixty doublings the longest is reached from any shortest, and a float would overflow
        whole = min(self.longest, self.shortest * self.growth ** min(failures - 1, 60))
        return whole * rng.uniform(0.5, 1.0)


class LiveStream:
    """A camera's pictures as they come, until `close`; see `LiveSource` for what it promises.

    `dial` opens a line, and raises VideoError where it cannot. `size` is that of the camera's pictures: others are
    counted and dropped, because the camera's model would put what they show in the wrong place. Without it the first
    picture tells. `seconds` is the clock of the run; it never goes back. `wait(s)` waits so long and says whether to
    stop; `rng` draws the pauses; each picture is masked before anybody can take it.
    """

    def __init__(
        self,
        camera: str,
        dial: Callable[[], Line],
        *,
        size: Size | None,
        seconds: Callable[[], float],
        rng: random.Random,
        wait: Callable[[float], bool] | None = None,
        masks: Masks | None = None,
        pauses: Pauses | None = None,
        use_stream_time: bool = True,
    ) -> None:
        self.camera = camera
        self._dial, self._seconds, self._rng = dial, seconds, rng
        self._closing = threading.Event()
        self._wait = self._closing.wait if wait is None else wait
        self._masks = Masks(()) if masks is None else masks
        self._pauses = Pauses() if pauses is None else pauses
        self._use_stream_time = use_stream_time
        self._size = size
        self._notice = ""
        self._clock = StreamClock()
        self._held: deque[Frame] = deque()
        self._change = threading.Condition()
        self._counters = SourceCounters()
        self._thread = threading.Thread(target=self._run, name=f"camera {camera}", daemon=True)
        self._thread.start()

    @property
    def size(self) -> Size:
        """Width and height [pixels]. Raises VideoError where nothing told it and no picture comes within 15 s."""
        with self._change:
            self._change.wait_for(lambda: self._size is not None or self._closing.is_set(), FIRST)
            if self._size is None:
                why = f": {self._counters.words}" if self._counters.words else ""
                raise VideoError(
                    f"camera '{self.camera}': no picture came within {FIRST:.0f} s{why}. Check the camera; with "
                    "size = [width, height] in site.toml it is watched as soon as it comes"
                )
            return self._size

    @property
    def counters(self) -> SourceCounters:
        """How it stands now."""
        with self._change:
            return self._counters

    def take(self, wait: float) -> Frame | None:
        """The oldest picture not yet taken; None where none comes within `wait` [s], or the source is closed."""
        with self._change:
            self._change.wait_for(lambda: bool(self._held) or self._closing.is_set(), wait)
            if self._closing.is_set() or not self._held:
                return None
            self._counters = replace(self._counters, frames=self._counters.frames + 1)
            return self._held.popleft()

    def __iter__(self) -> Iterator[Frame]:
        while not self._closing.is_set():
            frame = self.take(_TURN)
            if frame is not None:
                yield frame

    def close(self) -> None:
        """Hang up. The thread ends with the line's next picture or silence; nobody waits for it."""
        self._closing.set()
        with self._change:
            self._held.clear()
            self._counters = replace(self._counters, state="closed")
            self._change.notify_all()

    def _run(self) -> None:
        failures = 0
        while not self._closing.is_set():
            began = self._seconds()
            why = self._play()
            failures = 1 if self._seconds() - began >= self._pauses.steady else failures + 1
            with self._change:
                if self._closing.is_set():
                    return
                made = self._counters.failures + 1
                self._counters = replace(self._counters, state="lost", failures=made, words=why)
                self._change.notify_all()
            if self._wait(self._pauses.after(failures, self._rng)):
                return

    def _play(self) -> str:
        """Play one line until it is lost, and say why it was."""
        line = None
        try:
            line = self._dial()
            self._clock.restart()
            self._notice = ""
            self._count(connections=1)
            for shot in line:
                self._show(shot)
                if self._closing.is_set():
                    break
        except BartizanError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - whatever a hostile stream breaks is a loss, and not the watch's end
            return f"camera '{self.camera}': its stream broke the reader ({type(error).__name__})"
        finally:
            if line is not None:
                line.close()
        return f"camera '{self.camera}': its stream ended"

    def _show(self, shot: Shot) -> None:
        told = self._clock.tell(shot.stream if self._use_stream_time else None, self._seconds())
        self._count(mended=told.mended, jumps=told.jumped != 0.0)
        if told.t is None:
            self._count(backlog=1)
            return
        if shot.size is not None and self._refuses(shot.size):
            return
        picture = shot.load()
        if picture is None:
            self._count(garbled=1)
            return
        size = (picture.shape[1], picture.shape[0])
        if self._refuses(size):
            return
        self._hold((told.t, self._masks.burn(picture)), size, told.jumped)

    def _refuses(self, size: Size) -> bool:
        """Whether a picture is of another size than the camera's; it is counted and said."""
        if self._size is None or size == self._size:
            return False
        words = (
            f"camera '{self.camera}': its pictures are now {size[0]} x {size[1]} pixels in place of "
            f"{self._size[0]} x {self._size[1]}, and its model would put what they show in the wrong place. They are "
            "not used. Set the stream back, or correct size, model and masks"
        )
        with self._change:
            self._counters = replace(self._counters, resized=self._counters.resized + 1, words=words)
        return True

    def _hold(self, frame: Frame, size: Size, jumped: float) -> None:
        if jumped:
            way = "forward" if jumped > 0.0 else "back"
            self._notice = f"camera '{self.camera}': its clock was set {way} by {abs(jumped):.0f} s"
        room = max(QUEUE_LEAST, min(QUEUE_MOST, QUEUE_BYTES // max(1, frame[1].nbytes)))
        with self._change:
            if self._closing.is_set():
                return
            self._size = size
            late = 0
            while len(self._held) >= room:
                self._held.popleft()
                late += 1
            self._held.append(frame)
            counters = self._counters
            self._counters = replace(counters, state="playing", late=counters.late + late, words=self._notice)
            self._change.notify_all()

    def _count(self, **more: int) -> None:
        """Add to counters by name."""
        added = {name: int(number) for name, number in more.items() if number}
        if added:
            with self._change:
                counted = {name: getattr(self._counters, name) + number for name, number in added.items()}
                self._counters = replace(self._counters, **counted)
