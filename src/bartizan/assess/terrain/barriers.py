"""What nobody walks through: every step of the raster is tested against every line that stands in the way."""

from __future__ import annotations

import numpy as np

from bartizan.assess.terrain.network import CORNERS, STEPS, Bits, Floats, Ints
from bartizan.assess.terrain.raster import Raster
from bartizan.compiled import compiled
from bartizan.geometry.sight import meets


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
