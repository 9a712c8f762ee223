"""Where along a line somebody walks, followed from sighting to sighting and unwrapped round a closed line.

The nearest point of a line may leap while the walker hardly moves: between the two edges of a narrow strip, across
the inside of a bend. Taken as it comes it would make turns and laps that nobody walked. So a walker is held to the
stretch that was followed so far: looked for near the held place first; another stretch takes over where it is nearer
by more than the noise and is walked in the same sense, as behind the corner of a wall; and where neither holds,
what was followed is over and something fresh begins.

Source of the arc length unwrapped round a perimeter: the project's own definition (reference of issue 4). Does not
model height: a stair along a wall is walked like level ground.
"""

from __future__ import annotations

import math

import numpy as np

from bartizan.compiled import compiled
from bartizan.watch.behaviours.parts.perimeter import Floats, nearest_stretch, on_stretch

# nobody runs faster [m/s]; what seems to is two things under one id, or a slip (the record over 100 m peaks at 12.4)
FASTEST = 12.5
# out of sight nobody is taken to have walked faster than this [m/s]: the tracker's own limit for a stitch
UNSEEN_SPEED = 3.0
# while walking, the nearest point of a line moves at most this much faster than the walker, bends apart
LEAD = 2.0
# another stretch takes over where it is nearer by this [m], above the noise
NEARER = 0.5
# stretches whose directions differ by more than this (cosine: 143 degrees) are two sides of one thing
OPPOSED = -0.8
# behind a corner the line may go this much further than the walker who cuts it: a corner of 30 degrees does
DETOUR = 4.0

HELD, FRESH = 0, 1


@compiled
def noise_of(xx: float, xy: float, yy: float) -> float:
    """Two standard deviations [m] of a place in its worst direction, from its covariance [m²]."""
    largest = 0.5 * (xx + yy) + math.sqrt(0.25 * (xx - yy) * (xx - yy) + xy * xy)
    return 2.0 * math.sqrt(largest) if largest > 0.0 else 0.0


@compiled
def _near_held(  # noqa: PLR0917 - compiled: arrays one by one
    corners: Floats, starts: Floats, closed: bool, held: float, reach: float, x: float, y: float
) -> tuple[float, float, int]:
    """The nearest point within `reach` [m] along the line of `held`: how far on it is, squared distance, stretch."""
    length = starts[-1]
    step, least, stretch = 0.0, np.inf, 0
    turns = 1 if closed else 0
    for index in range(len(corners) - 1):
        size = starts[index + 1] - starts[index]
        share, _ = on_stretch(corners, index, x, y)
        for turn in range(-turns, turns + 1):
            about = held + turn * length
            low = (about - reach - starts[index]) / size
            high = (about + reach - starts[index]) / size
            if low > 1.0 or high < 0.0:
                continue
            kept = min(max(share, low, 0.0), high, 1.0)
            dx = x - corners[index, 0] - kept * (corners[index + 1, 0] - corners[index, 0])
            dy = y - corners[index, 1] - kept * (corners[index + 1, 1] - corners[index, 1])
            squared = dx * dx + dy * dy
            if squared < least:
                step, least, stretch = starts[index] + kept * size - about, squared, index
    return step, least, stretch


@compiled
def _cosine(corners: Floats, one: int, other: int) -> float:
    ux, uy = corners[one + 1, 0] - corners[one, 0], corners[one + 1, 1] - corners[one, 1]
    vx, vy = corners[other + 1, 0] - corners[other, 0], corners[other + 1, 1] - corners[other, 1]
    return float((ux * vx + uy * vy) / math.sqrt((ux * ux + uy * uy) * (vx * vx + vy * vy)))


@compiled
def begin_along(corners: Floats, starts: Floats, x: float, y: float) -> tuple[float, float]:
    """Arc length [m] of the nearest point of a line, and the distance [m] to it."""
    index, share, squared = nearest_stretch(corners, x, y)
    return starts[index] + share * (starts[index + 1] - starts[index]), math.sqrt(squared)


@compiled
def follow(  # noqa: PLR0917 - compiled: arrays one by one
    corners: Floats,
    starts: Floats,
    closed: bool,
    s: float,
    was: float,
    walked: float,
    x: float,
    y: float,
    noise: float,
    band: float,
) -> tuple[float, float, int]:
    """Where along a line a walker is who was at unwrapped `s` [m] and `was` [m] off it, and has `walked` [m] since.

    `x`, `y` [m] is the place now, `noise` [m] two sigma of it; further off than `band` [m] the stretch held so far
    is given up. Returns the unwrapped arc length [m], the distance [m] to the line, and HELD or FRESH: what was
    followed goes on, or is over and `s` begins anew.
    """
    length = starts[-1]
    held = s - math.floor(s / length) * length if closed else s
    index, share, squared = nearest_stretch(corners, x, y)
    least = math.sqrt(squared)
    other = starts[index] + share * (starts[index + 1] - starts[index])
    leap = other - held
    if closed:
        leap -= math.floor(leap / length + 0.5) * length
    # mostly the nearest point of all is the one that is looked for
    if abs(leap) <= LEAD * walked:
        return s + leap, least, HELD
    step, squared, stretch = _near_held(corners, starts, closed, held, LEAD * walked, x, y)
    off = math.sqrt(squared)
    if off - least <= NEARER + noise and off <= band + noise:
        return s + step, off, HELD
    if abs(leap) <= DETOUR * (walked + was + least) and _cosine(corners, stretch, index) > OPPOSED:
        return s + leap, least, HELD
    if off <= band:
        return s + step, off, HELD
    return other, least, FRESH
