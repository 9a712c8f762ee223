"""The ground in cells: which area each lies in, and how fast one walks there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from bartizan.errors import InputError, MissingPartError
from bartizan.site.site import Site

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOWHERE = -1  # the area of a cell that lies in none: nobody walks there
MOST_CELLS = 2_000_000  # some 1 GB at work
# what is cut where no resolution is asked for: fine enough for a door, quick enough to ask again
USUAL_CELLS = 150_000
FINEST = 0.25  # m: below the breadth of a person a cell tells nothing more


@dataclass(frozen=True, slots=True)
class Raster:
    """Square cells of side `cell` [m], the lower left corner of the first at `west`, `south` [m]; rows go north.

    `area`, shape (rows x columns,): the number of the area in `areas`, or NOWHERE. Cells are numbered row by row.
    """

    west: float
    south: float
    cell: float
    rows: int
    columns: int
    areas: tuple[str, ...]
    area: Ints

    @property
    def cells(self) -> int:
        """How many there are."""
        return self.rows * self.columns

    def middles(self, cells: Ints) -> Floats:
        """x, y [m] of the middles of cells, shape (n, 2)."""
        row, column = np.divmod(cells, self.columns)
        return np.column_stack([self.west + (column + 0.5) * self.cell, self.south + (row + 0.5) * self.cell])

    def cell_at(self, x: float, y: float) -> int | None:
        """The number of the cell in which a place lies; None off the raster."""
        column, row = math.floor((x - self.west) / self.cell), math.floor((y - self.south) / self.cell)
        return row * self.columns + column if 0 <= row < self.rows and 0 <= column < self.columns else None

    def inside(self, polygon: Polygon) -> Ints:
        """The cells whose middle lies in a polygon."""
        left, low, right, high = polygon.bounds
        columns = np.arange(
            max(0, math.floor((left - self.west) / self.cell)),
            min(self.columns, math.ceil((right - self.west) / self.cell) + 1),
        )
        rows = np.arange(
            max(0, math.floor((low - self.south) / self.cell)),
            min(self.rows, math.ceil((high - self.south) / self.cell) + 1),
        )
        if not len(rows) or not len(columns):
            return np.empty(0, dtype=np.int64)
        cells = (rows[:, None] * self.columns + columns[None, :]).ravel()
        shapely.prepare(polygon)
        places = self.middles(cells)
        return cells[shapely.contains_xy(polygon, places[:, 0], places[:, 1])]


def polygons_of(site: Site, areas: Iterable[str]) -> dict[str, Polygon]:
    """The polygons of areas by id. Raises MissingPartError, naming all that have none."""
    found = {name: site.area(name).shape for name in areas}
    bare = [name for name, shape in found.items() if not isinstance(shape, Polygon)]
    if bare:
        raise MissingPartError(
            f"the ground is not known: area {', '.join(repr(name) for name in bare)} has no polygon. "
            "Give each polygon = [[x, y], ...] or the feature of a polygon"
        )
    return {name: shape for name, shape in found.items() if isinstance(shape, Polygon)}


def raster(polygons: dict[str, Polygon], resolution: float | None) -> Raster:
    """The raster over areas, `resolution` metres a cell; None: as fine as USUAL_CELLS allow, FINEST at most.

    A cell belongs to the smallest of the areas in which its middle lies. Raises InputError for a resolution that is
    no length, or makes more than MOST_CELLS.
    """
    bounds = np.array([polygon.bounds for polygon in polygons.values()])
    west, south = bounds[:, 0].min(), bounds[:, 1].min()
    width, height = bounds[:, 2].max() - west, bounds[:, 3].max() - south
    cell = max(FINEST, _round_up(math.sqrt(width * height / USUAL_CELLS))) if resolution is None else resolution
    if not (math.isfinite(cell) and cell > 0.0):
        raise InputError(f"the resolution is {cell!r}. Give the side of a cell in metres, above 0")
    columns, rows = max(1.0, math.ceil(width / cell)), max(1.0, math.ceil(height / cell))
    if rows * columns > MOST_CELLS:
        fits = _round_up(math.sqrt(width * height / MOST_CELLS))
        while math.ceil(width / fits) * math.ceil(height / fits) > MOST_CELLS:
            fits = _round_up(1.001 * fits)
        raise InputError(
            f"cells of {cell:g} m make {rows * columns:,.0f} of this ground of {width:.0f} by {height:.0f} m, more "
            f"than {MOST_CELLS:,}. Give {fits:g} m or more"
        )
    found = Raster(
        float(west), float(south), cell, int(rows), int(columns), tuple(polygons),
        np.full(int(rows) * int(columns), NOWHERE, dtype=np.int64),
    )  # fmt: skip
    # the smallest last, so that it holds
    for number, name in sorted(enumerate(polygons), key=lambda pair: -polygons[pair[1]].area):
        found.area[found.inside(polygons[name])] = number
    return found


def _round_up(metres: float) -> float:
    """To two digits, upwards."""
    scale = 10.0 ** (math.floor(math.log10(metres)) - 1)
    return float(f"{math.ceil(metres / scale - 1e-9) * scale:.6g}")


def seconds_a_cell(site: Site, ground: Raster, speed: float) -> Floats:
    """The time [s] to walk the side of each cell at a threat's `speed` [m/s]; inf where nobody walks."""
    pace = np.full(ground.cells, speed)
    for surface in sorted(site.surfaces, key=lambda one: -one.polygon.area):
        own = surface.speed if surface.speed is not None else speed * (surface.factor or 1.0)
        pace[ground.inside(surface.polygon)] = own
    slow = ground.cell / pace
    slow[ground.area == NOWHERE] = np.inf
    for obstacle in site.obstacles:
        if "walking" in obstacle.blocks and isinstance(obstacle.shape, Polygon):
            slow[ground.inside(obstacle.shape)] = np.inf
    return slow
