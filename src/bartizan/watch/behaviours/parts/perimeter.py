"""A line on the ground and where somebody is beside it: how far along, how far off, on which side.

A line is a fence, the edge of a zone, a line drawn for a rule; it is open, or closed on itself. Places along it are
arc lengths `s` [m] from its first corner. Left is left of whoever walks the line as it is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled
from bartizan.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """An open or closed line as arrays for kernels.

    `corners` [m] of shape (n, 2), no corner twice in a row; of a closed line the last is the first. `starts` [m] of
    shape (n,) is the arc length at each corner. Make it with `Line.of`.
    """

    corners: Floats
    starts: Floats
    closed: bool

    @classmethod
    def of(cls, places: Sequence[Sequence[float]] | Floats) -> Line:
        """The line through at least two different places [m]; closed where it ends where it began.

        Raises InputError where a coordinate is not finite, or where the line has no length.
        """
        corners = np.array(places, np.float64).reshape(-1, 2)
        if not np.isfinite(corners).all():
            raise InputError("a corner of a line is two finite numbers [m]")
        steps = np.hypot(*np.diff(corners, axis=0).T)
        corners = corners[np.concatenate([[True], steps > 0.0])[: len(corners)]]
        if len(corners) < 2:
            raise InputError("a line needs at least two different places")
        starts = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
        corners.setflags(write=False)
        starts.setflags(write=False)
        return cls(corners, starts, bool(len(corners) > 3 and (corners[0] == corners[-1]).all()))

    @property
    def length(self) -> float:
        """From its first corner to its last [m]."""
        return float(self.starts[-1])

    def nearest(self, place: Sequence[float]) -> tuple[float, float, int]:
        """Where the line is nearest to a place [m]: arc length [m], distance [m], side.

        The side is 1 on the left, -1 on the right, 0 on the line. Beyond an end of an open line it is the side of
        the last stretch carried on; of several equally near stretches the first one counts.
        """
        s, distance, side = nearest(self.corners, self.starts, self.closed, float(place[0]), float(place[1]))
        return float(s), float(distance), int(side)

    def at(self, s: float) -> tuple[float, float]:
        """The place [m] at an arc length [m]; round and round on a closed line, its ends beyond an open one."""
        length = self.length
        s = s % length if self.closed else min(max(s, 0.0), length)
        x, y = (float(np.interp(s, self.starts, self.corners[:, axis])) for axis in (0, 1))
        return x, y


@compiled
def on_stretch(corners: Floats, index: int, x: float, y: float) -> tuple[float, float]:
    """The nearest point of stretch `index` to a place: its share of the stretch in [0, 1], squared distance [m²]."""
    ax, ay = corners[index, 0], corners[index, 1]
    ux, uy = corners[index + 1, 0] - ax, corners[index + 1, 1] - ay
    size = ux * ux + uy * uy
    # a thing drawn as a point is a stretch without length
    share = min(max(((x - ax) * ux + (y - ay) * uy) / size, 0.0), 1.0) if size > 0.0 else 0.0
    dx, dy = x - ax - share * ux, y - ay - share * uy
    return share, dx * dx + dy * dy


@compiled
def nearest_stretch(corners: Floats, x: float, y: float) -> tuple[int, float, float]:
    """The stretch nearest to a place, the share of it, and the squared distance [m²]; the first of equals."""
    best, where, least = 0, 0.0, np.inf
    for index in range(len(corners) - 1):
        share, squared = on_stretch(corners, index, x, y)
        if squared < least:
            best, where, least = index, share, squared
    return best, where, least


@compiled
def side_of(corners: Floats, closed: bool, index: int, share: float, x: float, y: float) -> int:  # noqa: PLR0917 - compiled: arrays one by one
    """On which side of a line a place is whose nearest point lies at `share` of stretch `index`.

    At a corner neither stretch alone tells: the mean of the two normals does (Baerentzen and Aanaes, 2005).
    """
    count = len(corners) - 1
    ux, uy = corners[index + 1, 0] - corners[index, 0], corners[index + 1, 1] - corners[index, 1]
    ax, ay = corners[index, 0], corners[index, 1]
    other = -1
    if share <= 0.0 and (index > 0 or closed):
        other = (index - 1) % count
    elif share >= 1.0:
        ax, ay = corners[index + 1, 0], corners[index + 1, 1]
        if index + 1 < count or closed:
            other = (index + 1) % count
    length = math.sqrt(ux * ux + uy * uy)
    nx, ny = -uy / length, ux / length
    if other >= 0:
        vx, vy = corners[other + 1, 0] - corners[other, 0], corners[other + 1, 1] - corners[other, 1]
        length = math.sqrt(vx * vx + vy * vy)
        nx, ny = nx - vy / length, ny + vx / length
    lean = nx * (x - ax) + ny * (y - ay)
    if lean > 0.0:
        return 1
    return -1 if lean < 0.0 else 0


@compiled
def nearest(corners: Floats, starts: Floats, closed: bool, x: float, y: float) -> tuple[float, float, int]:
    """Arc length [m], distance [m] and side of the point of a line that is nearest to a place [m]."""
    index, share, squared = nearest_stretch(corners, x, y)
    s = starts[index] + share * (starts[index + 1] - starts[index])
    return s, math.sqrt(squared), side_of(corners, closed, index, share, x, y)


@compiled
def _turn(vx: float, vy: float, wx: float, wy: float) -> float:
    return vx * wy - vy * wx


@compiled
def _left(vx: float, vy: float, wx: float, wy: float, moved: float) -> bool:
    """Whether the end of w is left of v; where w lies along v, as if its end were moved by (e, e²) times `moved`."""
    turn = _turn(vx, vy, wx, wy)
    if turn == 0.0:
        turn = -moved * vy if vy != 0.0 else moved * vx
    return turn > 0.0


@compiled
def crossings(corners: Floats, px: float, py: float, qx: float, qy: float) -> tuple[int, float]:
    """How often a straight step from p to q crosses a line, and at which share of the step it last did so.

    A crossing from left to right counts 1, from right to left -1. A step that touches the line, runs along it or
    goes through a corner is counted as if the whole walk were moved by (e, e²) for a small e, so that the steps of
    a walk together cross exactly as often as the walk does (Edelsbrunner and Mücke, simulation of simplicity, 1990).
    """
    wx, wy = qx - px, qy - py
    net, share = 0, 0.0
    if wx == 0.0 and wy == 0.0:
        return net, share
    # seen from the step it is the corners that are moved, the other way
    before = _left(wx, wy, corners[0, 0] - px, corners[0, 1] - py, -1.0)
    for index in range(len(corners) - 1):
        ax, ay = corners[index, 0], corners[index, 1]
        bx, by = corners[index + 1, 0], corners[index + 1, 1]
        after = _left(wx, wy, bx - px, by - py, -1.0)
        if before != after:
            vx, vy = bx - ax, by - ay
            left, then_left = _left(vx, vy, px - ax, py - ay, 1.0), _left(vx, vy, qx - ax, qy - ay, 1.0)
            if left != then_left:
                net += 1 if left else -1
                here, there = _turn(vx, vy, px - ax, py - ay), _turn(vx, vy, qx - ax, qy - ay)
                at = here / (here - there) if here != there else 0.5
                share = max(share, min(max(at, 0.0), 1.0))
        before = after
    return net, share
