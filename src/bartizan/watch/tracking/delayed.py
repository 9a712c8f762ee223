"""Who was where a moment ago: ids and boxes that are final, told once, a fixed delay behind.

What is said at the moment of a frame is sometimes revised in the next second: a track is believed only then and hands
out its earlier points, two tracks turn out to be one, somebody hidden comes out again. Who can wait for a second (a
picture with boxes, a count, a file that others read while it grows) is told each frame once, with all that is known
by then, and nothing of it is taken back.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bartizan.watch.point import TrackUpdate

Row = NDArray[np.float64]
_SAME_TIME = 1e-9


@dataclass(frozen=True, slots=True)
class Settled:
    """A track in one frame, final: `box` in pixels and `at` [m], evened out; `seen` is False between two sightings.

    `track` is the id that the track bears by then, `sighted` the box as it was found, or None where `seen` is False.
    """

    track: str
    box: tuple[float, float, float, float]
    at: tuple[float, float]
    seen: bool
    sighted: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class SettledFrame:
    """One frame of the camera at `t` [s], and everybody who is said to be in it."""

    t: float
    rows: tuple[Settled, ...]


@dataclass(slots=True)
class _Held:
    """The latest sightings of one track: times [s] and (left, top, width, height, x, y)."""

    times: list[float] = field(default_factory=list)
    rows: list[tuple[float, ...]] = field(default_factory=list)

    def add(self, t: float, row: tuple[float, ...]) -> None:
        """Put a sighting in its place; of two at one time the first stays."""
        index = bisect_left(self.times, t - _SAME_TIME)
        if index == len(self.times) or self.times[index] > t + _SAME_TIME:
            self.times.insert(index, t)
            self.rows.insert(index, row)

    def forget(self, before: float) -> None:
        """Drop what is older than `before`."""
        index = bisect_left(self.times, before)
        del self.times[:index], self.rows[:index]


class DelayedView:
    """The frames of one camera, each told `delay` seconds later.

    A gap of up to `delay` between two sightings is filled in a straight line; places and boxes become the mean over
    the frames within `window` / 2 seconds on either side (fewer, and as many on both, near the ends). Memory is what
    is seen within twice the delay and the window. Nobody is said to be where only a prediction puts them.
    """

    def __init__(self, camera: str, *, delay: float = 1.0, window: float = 1.0) -> None:
        self.camera = camera
        self._delay, self._half = delay, min(window / 2.0, delay)
        self._told = -np.inf
        self._now = -np.inf
        self._frames: deque[float] = deque()
        self._held: dict[str, _Held] = {}

    def take(self, t: float, camera: str, update: TrackUpdate) -> list[SettledFrame]:
        """Take what a frame of any camera at `t` [s] changed; give the frames that are final by it, in order."""
        for point in update.points:
            if point.camera == self.camera and point.box is not None:
                self._held.setdefault(point.track, _Held()).add(point.t, (*point.box, *point.at))
        for ended in update.ended:
            if ended.merged_into is not None:
                self._join(ended.track, ended.merged_into)
        if camera == self.camera and t > self._now:
            self._frames.append(t)
        self._now = max(self._now, t)
        return self._settle(self._now - self._delay)

    def finish(self) -> list[SettledFrame]:
        """The stream is over: the frames that are left."""
        return self._settle(np.inf)

    def _join(self, younger: str, elder: str) -> None:
        """What was seen under an id that is given up is seen under the other, where that is not seen itself."""
        held = self._held.pop(younger, None)
        if held is not None:
            target = self._held.setdefault(elder, _Held())
            for t, row in zip(held.times, held.rows, strict=True):
                target.add(t, row)

    def _settle(self, until: float) -> list[SettledFrame]:
        settled = []
        times = list(self._frames)
        for index, t in enumerate(times):
            if t <= self._told:
                continue
            if t > until + _SAME_TIME:
                break
            rows = [self._row(track, held, times, index) for track, held in self._held.items()]
            settled.append(SettledFrame(t, tuple(row for row in rows if row is not None)))
            self._told = t
        self._forget(self._told - self._delay - self._half)
        return settled

    def _forget(self, before: float) -> None:
        while self._frames and self._frames[0] < before:
            self._frames.popleft()
        for track, held in list(self._held.items()):
            held.forget(before)
            if not held.times:
                del self._held[track]

    def _row(self, track: str, held: _Held, times: list[float], index: int) -> Settled | None:
        """What is said of a track in the frame at times[index]; None where it is not known to be there."""
        t = times[index]
        first, last = self._stretch(held, t)
        if first is None or last is None:
            return None
        # as many frames on either side as the stretch, the window and the delay allow
        low = bisect_left(times, max(first, t - self._half) - _SAME_TIME)
        high = bisect_right(times, min(last, t + self._half) + _SAME_TIME) - 1
        half = min(index - low, high - index)
        around = times[index - half : index + half + 1]
        known = np.asarray(held.rows)
        mean = [float(np.interp(around, held.times, column).mean()) for column in known.T]
        at = bisect_left(held.times, t - _SAME_TIME)
        seen = held.times[at] <= t + _SAME_TIME
        left, top, width, height = held.rows[at][:4]
        return Settled(
            track,
            (mean[0], mean[1], mean[2], mean[3]),
            (mean[4], mean[5]),
            seen,
            (left, top, width, height) if seen else None,
        )

    def _stretch(self, held: _Held, t: float) -> tuple[float | None, float | None]:
        """The first and last sighting around `t` with no gap longer than the delay between them, as far as held."""
        times = held.times
        after = bisect_left(times, t - _SAME_TIME)
        if after == len(times):
            return None, None
        here = times[after] <= t + _SAME_TIME
        if not here and (after == 0 or times[after] - times[after - 1] > self._delay + _SAME_TIME):
            return None, None
        low = high = after
        while low > 0 and times[low] - times[low - 1] <= self._delay + _SAME_TIME:
            low -= 1
        while high + 1 < len(times) and times[high + 1] - times[high] <= self._delay + _SAME_TIME:
            high += 1
        return times[low], times[high]
