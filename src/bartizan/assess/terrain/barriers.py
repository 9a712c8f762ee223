"""What nobody walks through: every step of the raster is tested against every line that stands in the way."""

from __future__ import annotations

# ruff: noqa: PLR0917 - a kernel takes its numbers in a row
from collections.abc import Iterable

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from bartizan.assess.terrain.network import CORNERS, STEPS, Bits, Floats, Ints
from bartizan.assess.terrain.raster import Raster
from bartizan.compiled import compiled

# touching counts as crossing; this many sides of a cell off is touching
TOUCH = 1e-9


def segments_of(shapes: Iterable[BaseGeometry]) -> Floats:
    """The straight pieces of lines and of the edges of polygons, shape (n, 4): x, y [m] of both ends."""
    pieces = [np.empty((0, 4))]
    for shape in shapes:
        rings = [shape.exterior, *shape.interiors] if isinstance(shape, Polygon) else [shape]
        for ring in rings:
            if isinstance(ring, LineString):
                places = shapely.get_coordinates(ring)
                pieces.append(np.concatenate((places[:-1], places[1:]), axis=1))
    return np.concatenate(pieces)


def blocked_steps(ground: Raster, slow: Floats, segments: Floats) -> Bits:
    """Which of the sixteen steps cannot be gone from each cell: bit d of shape (cells,) for step d.

    A step is barred where it meets a segment, where it leads into another area, off the raster or to where nobody
    walks, and where a knight's move lies on such a cell. `segments` [m], shape (n, 4).
    """
    places = segments.copy()
    places[:, ::2] = (places[:, ::2] - ground.west) / ground.cell - 0.5
    places[:, 1::2] = (places[:, 1::2] - ground.south) / ground.cell - 0.5
    blocked = _unwalkable(ground.rows, ground.columns, ground.area, slow)
    _bar(ground.rows, ground.columns, places, blocked)
    return blocked


@compiled
def _unwalkable(rows: int, columns: int, area: Ints, slow: Floats) -> Bits:
    blocked = np.zeros(rows * columns, dtype=np.uint16)
    for cell in range(rows * columns):
        row, column = cell // columns, cell % columns
        for direction in range(len(STEPS)):
            dr, dc = STEPS[direction, 0], STEPS[direction, 1]
            r, c = row + dr, column + dc
            barred = r < 0 or c < 0 or r >= rows or c >= columns
            if not barred:
                other = r * columns + c
                barred = area[other] != area[cell] or slow[other] == np.inf or slow[cell] == np.inf
                if direction >= CORNERS and not barred:
                    between = cell + (np.sign(dc) if abs(dc) == 2 else np.sign(dr) * columns)
                    barred = slow[between] == np.inf or slow[other - (between - cell)] == np.inf
            if barred:
                blocked[cell] |= np.uint16(1 << direction)
    return blocked


@compiled
def meets(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float) -> bool:
    """Whether two straight pieces, a-b and c-d, cross or touch."""
    if (
        max(ax, bx) < min(cx, dx) - TOUCH
        or max(cx, dx) < min(ax, bx) - TOUCH
        or max(ay, by) < min(cy, dy) - TOUCH
        or max(cy, dy) < min(ay, by) - TOUCH
    ):
        return False
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    c = ux * (cy - ay) - uy * (cx - ax)
    d = ux * (dy - ay) - uy * (dx - ax)
    a = vx * (ay - cy) - vy * (ax - cx)
    b = vx * (by - cy) - vy * (bx - cx)
    # a cross product over a length is a distance from the line
    near = TOUCH * (abs(ux) + abs(uy))
    far = TOUCH * (abs(vx) + abs(vy))
    return not (
        (c > near and d > near) or (c < -near and d < -near) or (a > far and b > far) or (a < -far and b < -far)
    )


@compiled
def _bar(rows: int, columns: int, segments: Floats, blocked: Bits) -> None:
    for number in range(len(segments)):
        x1, y1, x2, y2 = segments[number]
        for row in range(max(0, int(np.floor(min(y1, y2))) - 2), min(rows, int(np.ceil(max(y1, y2))) + 3)):
            # the part of the piece that steps of this row can meet
            low, high = min(x1, x2), max(x1, x2)
            if y1 != y2:
                at, to = (row - 2.0 - y1) / (y2 - y1), (row + 2.0 - y1) / (y2 - y1)
                at, to = max(0.0, min(at, to)), min(1.0, max(at, to))
                low = min(x1 + at * (x2 - x1), x1 + to * (x2 - x1))
                high = max(x1 + at * (x2 - x1), x1 + to * (x2 - x1))
            for column in range(max(0, int(np.floor(low)) - 2), min(columns, int(np.ceil(high)) + 3)):
                cell = row * columns + column
                for direction in range(len(STEPS)):
                    dr, dc = STEPS[direction, 0], STEPS[direction, 1]
                    if (blocked[cell] >> direction) & 1:
                        continue
                    if meets(column, row, column + dc, row + dr, x1, y1, x2, y2):
                        blocked[cell] |= np.uint16(1 << direction)
