"""Somebody followed along a line, sighting by sighting: what pacing and laps both remember of a track."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled
from bartizan.watch.behaviours.parts.along import FASTEST, FRESH, UNSEEN_SPEED, begin_along, follow
from bartizan.watch.behaviours.parts.perimeter import Floats, nearest_stretch

# what a record needs to be followed: when last seen, the last place that was a movement, and where along the line
FOLLOWED: tuple[tuple[Any, ...], ...] = (
    ("live", np.bool_),
    ("seen", np.float64),
    ("px", np.float64),
    ("py", np.float64),
    ("noise", np.float64),
    ("s", np.float64),
    ("off", np.float64),
)
# what goes on is reported anew so often [s]
AGAIN = 15.0
# times come rounded to a microsecond
TICK = 1e-6
# what a sighting is to who is followed: of no account; there, and no further; further; the first; off the line
IGNORED, STILL, MOVED, BEGAN, AWAY = 0, 1, 2, 3, 4


@compiled
def walk(  # noqa: PLR0917 - compiled: arrays one by one
    record: Any,
    corners: Floats,
    starts: Floats,
    closed: bool,
    band: float,
    t: float,
    x: float,
    y: float,
    noise: float,
) -> int:
    """Take a sighting at `t` [s], `x`, `y` [m] with `noise` [m], two sigma of the place; say what it was.

    A place nearer than the noise to the last one is no movement. Nobody is followed who is off the line by more than
    `band` [m] and the noise, who leaps, or who was out of sight for so long that it is open which way round a closed
    line was walked.
    """
    if record.live and t <= record.seen:
        return IGNORED
    if not record.live:
        return _begin(record, corners, starts, band, t, x, y, noise)
    gap = t - record.seen
    moved = math.hypot(x - record.px, y - record.py)
    doubt = math.hypot(noise, record.noise)
    record.seen = t
    if moved - doubt > FASTEST * gap:
        return _begin(record, corners, starts, band, t, x, y, noise)
    if moved <= doubt and moved > 0.0:
        return STILL
    s, off, code = follow(corners, starts, closed, record.s, record.off, moved, x, y, noise, band)
    other_way = starts[-1] - abs(s - record.s)
    if code == FRESH or off > band + noise or (closed and other_way <= UNSEEN_SPEED * gap):
        return _begin(record, corners, starts, band, t, x, y, noise)
    record.s, record.off = s, off
    record.px, record.py, record.noise = x, y, noise
    return MOVED


@compiled
def _begin(  # noqa: PLR0917 - compiled: arrays one by one
    record: Any, corners: Floats, starts: Floats, band: float, t: float, x: float, y: float, noise: float
) -> int:
    s, off = begin_along(corners, starts, x, y)
    record.live = off <= band
    if not record.live:
        return AWAY
    record.seen, record.s, record.off = t, s, off
    record.px, record.py, record.noise = x, y, noise
    unsee(record)
    return BEGAN


@compiled
def swing(noise: float, other: float) -> float:
    """How far [m] apart two places must be to be two ends of a movement, from two sigma of each: three sigma of each.

    Who stands is taken for a hundred other places in a few minutes, and some of them lie beyond two sigma.
    """
    return 1.5 * (noise + other)


@compiled
def see(record: Any, marks: Any, x: float, y: float) -> None:
    """Note where somebody is and which cameras say so."""
    record.x, record.y = x, y
    for word in range(len(marks)):
        record.cameras[word] |= marks[word]


@compiled
def unsee(record: Any) -> None:
    """Forget which cameras saw somebody: what they saw is over."""
    for word in range(len(record.cameras)):
        record.cameras[word] = 0


class Beside:
    """Which places are so near a thing that they can matter: in the box about its corners, `margin` [m] wider."""

    def __init__(self, corners: Floats, margin: float) -> None:
        self._low = corners.min(axis=0) - margin
        self._high = corners.max(axis=0) + margin

    def holds(self, places: Floats) -> NDArray[np.bool_]:
        """For each of `places` [m] of shape (n, 2) whether it is."""
        return np.asarray(((places >= self._low) & (places <= self._high)).all(axis=1))


class Along:
    """Which places are no further than `band` [m] from a line: those from which somebody is followed along it.

    Exactly as `walk` begins to follow, so that nobody in the middle of a ring is taken in and let go at every moment.
    """

    def __init__(self, corners: Floats, band: float) -> None:
        self._corners, self._band = corners, band
        self._box = Beside(corners, band)

    def holds(self, places: Floats) -> NDArray[np.bool_]:
        """For each of `places` [m] of shape (n, 2) whether it is."""
        found = self._box.holds(places)
        _drop_far(self._corners, self._band * self._band, places, found)
        return found


@compiled
def _drop_far(corners: Floats, most: float, places: Floats, found: Any) -> None:
    """Clear the marks of places further from the line than the root of `most` [m²]."""
    for n in range(len(places)):
        if found[n]:
            found[n] = nearest_stretch(corners, places[n, 0], places[n, 1])[2] <= most
