"""A walk at equal steps of time, whatever the frame rate: what is asked of speeds and of the shape of a path.

Between two sightings the walker is taken to go straight and evenly. A sample is the mean place over one step of time
of the walk so drawn; so frames may be many or few or come unevenly, a gap is bridged by a straight line, and the
jitter of single sightings is evened out. Samples stand in a ring, the n-th at n modulo its length, each as x, y [m],
standard deviation [m] and the number of sightings in it: 0 is a sample that nobody saw.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bartizan.compiled import compiled

EVENLY_FIELDS: tuple[tuple[Any, ...], ...] = (
    ("samples", np.int64),  # finished since the walk began
    ("walk_from", np.float64),  # when the walk began [s]
    ("walk_t", np.float64),  # the last sighting, or where the present sample began
    ("walk_x", np.float64),
    ("walk_y", np.float64),
    ("walk_sum_x", np.float64),  # place times time of the present sample
    ("walk_sum_y", np.float64),
    ("walk_seen", np.float64),  # sightings in it
)
SAMPLE = 4  # numbers of a sample: x, y, sigma, seen


@compiled
def set_out(walk: Any, t: float, x: float, y: float) -> None:
    """A walk begins with a sighting at `t` [s], (x, y) [m]."""
    walk.samples = 0
    walk.walk_from, walk.walk_t, walk.walk_x, walk.walk_y = t, t, x, y
    walk.walk_sum_x, walk.walk_sum_y, walk.walk_seen = 0.0, 0.0, 1.0


@compiled
def walk_on(walk: Any, ring: Any, step: float, t: float, x: float, y: float, sigma: float) -> int:  # noqa: PLR0917
    """Another sighting at `t` [s]; returns how many samples of `step` seconds it finishes."""
    finished = 0
    _pass_over(walk, len(ring), step, t, x, y)
    while True:
        end = walk.walk_from + (walk.samples + 1) * step
        if t < end:
            break
        share = (end - walk.walk_t) / (t - walk.walk_t)
        _draw(walk, end, walk.walk_x + share * (x - walk.walk_x), walk.walk_y + share * (y - walk.walk_y))
        sample = ring[walk.samples % len(ring)]
        sample[0], sample[1], sample[2], sample[3] = (
            walk.walk_sum_x / step,
            walk.walk_sum_y / step,
            sigma,
            walk.walk_seen,
        )
        walk.samples += 1
        walk.walk_sum_x, walk.walk_sum_y, walk.walk_seen = 0.0, 0.0, 0.0
        finished += 1
    _draw(walk, t, x, y)
    walk.walk_seen += 1.0
    return finished


@compiled
def _draw(walk: Any, t: float, x: float, y: float) -> None:
    """The walk goes straight on to (x, y) at `t`, within one sample."""
    seconds = t - walk.walk_t
    walk.walk_sum_x += seconds * (walk.walk_x + x) / 2.0
    walk.walk_sum_y += seconds * (walk.walk_y + y) / 2.0
    walk.walk_t, walk.walk_x, walk.walk_y = t, x, y


@compiled
def _pass_over(walk: Any, room: int, step: float, t: float, x: float, y: float) -> None:  # noqa: PLR0917 - compiled
    """Leave out the samples of a gap that is longer than the ring, which would be written over at once."""
    surplus = int((t - walk.walk_t) / step) - room
    if surplus <= 0:
        return
    walk.samples += surplus
    began = walk.walk_from + walk.samples * step
    share = (began - walk.walk_t) / (t - walk.walk_t)
    walk.walk_x += share * (x - walk.walk_x)
    walk.walk_y += share * (y - walk.walk_y)
    walk.walk_t, walk.walk_sum_x, walk.walk_sum_y, walk.walk_seen = began, 0.0, 0.0, 0.0
