"""A thing on the plan as arrays: how far off somebody is, and whether the way walked, carried on, meets it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, get_coordinates

from bartizan.compiled import compiled
from bartizan.geometry.shapes import Shape
from bartizan.watch.behaviours.parts.perimeter import Floats, on_stretch
from bartizan.watch.behaviours.parts.polygon import holds

Ints = NDArray[np.int64]


class Thing(NamedTuple):
    """A point, a line or a polygon [m]: its rings one after the other, the n-th ending before corner `ends[n]`.

    `filled`: it is a polygon, and who stands in it is at it.
    """

    corners: Floats
    ends: Ints
    filled: bool


def thing(shape: Shape) -> Thing:
    """A shape on the plan as arrays."""
    if isinstance(shape, Polygon):
        rings = [get_coordinates(ring) for ring in (shape.exterior, *shape.interiors)]
        return Thing(np.concatenate(rings), np.cumsum([len(ring) for ring in rings]).astype(np.int64), True)
    corners = get_coordinates(shape)
    if len(corners) == 1:
        corners = np.concatenate([corners, corners])
    return Thing(corners, np.array([len(corners)], np.int64), False)


@compiled
def off_from(corners: Floats, ends: Ints, filled: bool, x: float, y: float) -> float:
    """How far [m] a place is from a thing; 0 in a polygon."""
    if filled and holds(x, y, corners, ends):
        return 0.0
    least = np.inf
    start = 0
    for end in ends:
        for index in range(start, end - 1):
            least = min(least, on_stretch(corners, index, x, y)[1])
        start = end
    return math.sqrt(least)


@compiled
def _far_from_step(px: float, py: float, qx: float, qy: float, x: float, y: float) -> float:  # noqa: PLR0917 - compiled: arrays one by one
    """The squared distance [m²] of a place from a straight step from p to q."""
    wx, wy = qx - px, qy - py
    size = wx * wx + wy * wy
    share = min(max(((x - px) * wx + (y - py) * wy) / size, 0.0), 1.0) if size > 0.0 else 0.0
    dx, dy = x - px - share * wx, y - py - share * wy
    return dx * dx + dy * dy


@compiled
def _cross(px: float, py: float, qx: float, qy: float, ax: float, ay: float, bx: float, by: float) -> bool:  # noqa: PLR0917 - compiled: arrays one by one
    wx, wy, vx, vy = qx - px, qy - py, bx - ax, by - ay
    one = (wx * (ay - py) - wy * (ax - px)) * (wx * (by - py) - wy * (bx - px))
    other = (vx * (py - ay) - vy * (px - ax)) * (vx * (qy - ay) - vy * (qx - ax))
    return bool(one < 0.0 and other < 0.0)


@compiled
def off_from_step(corners: Floats, ends: Ints, filled: bool, px: float, py: float, qx: float, qy: float) -> float:  # noqa: PLR0917 - compiled: arrays one by one
    """How near [m] a straight step from p to q comes to a thing; 0 where it meets it."""
    least = min(off_from(corners, ends, filled, px, py), off_from(corners, ends, filled, qx, qy))
    start = 0
    for end in ends:
        for index in range(start, end - 1):
            ax, ay, bx, by = corners[index, 0], corners[index, 1], corners[index + 1, 0], corners[index + 1, 1]
            if _cross(px, py, qx, qy, ax, ay, bx, by):
                return 0.0
            least = min(least, math.sqrt(_far_from_step(px, py, qx, qy, ax, ay)))
            least = min(least, math.sqrt(_far_from_step(px, py, qx, qy, bx, by)))
        start = end
    return least
