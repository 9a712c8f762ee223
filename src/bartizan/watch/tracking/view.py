"""What a camera can see of the ground: is somebody who is out of sight hidden, or gone out of the picture?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from bartizan.geometry.projection import CameraModel, Points

# nobody is found of whom less than this [m] beside the middle is in the picture
_HALF_BODY = 0.25
# rows of the picture that are followed on the ground to say where it is seen for sure
_ROWS = 48
# [m] to be kept from the edge of what they enclose: more than a row can bend between two of them
_KEPT = 0.5
# [m] from the picture's middle beyond which a row is too near the horizon to be of use
_FAR = 1000.0


@dataclass(frozen=True, slots=True)
class View:
    """The picture of one camera: its model and its size (width, height in pixels)."""

    model: CameraModel
    size: tuple[int, int]
    _sure: Polygon | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sure", self._surely_seen())

    def sees(self, places: Points) -> NDArray[np.bool_]:
        """Whether somebody at each place [m], shape (n, 2), would have feet and half the body in the picture."""
        seen = np.zeros(len(places), dtype=np.bool_)
        if self._sure is not None:
            seen = np.asarray(shapely.contains_xy(self._sure, places[:, 0], places[:, 1]))
        # the way through the lens is long: it is gone for those alone who stand near the edge or outside
        rest = np.flatnonzero(~seen)
        if len(rest):
            seen[rest] = self._projected(places[rest])
        return seen

    def _projected(self, places: Points) -> NDArray[np.bool_]:
        feet = self.model.to_image(places)
        margin = _HALF_BODY * self.model.height_scale(places)
        width, height = self.size
        x, y = feet[:, 0], feet[:, 1]
        # a comparison with NaN (no such pixel) is False, and so is the answer
        return np.asarray((x >= margin) & (x <= width - margin) & (y >= 0.0) & (y <= height))

    def _surely_seen(self) -> Polygon | None:
        """The ground between the ends of the picture's rows, well inside; None where that cannot be relied on."""
        width, height = self.size
        rows = np.linspace(height, 0.0, _ROWS)
        with np.errstate(all="ignore"):
            left = self._ends(np.zeros(_ROWS), rows, 1.0)
            right = self._ends(np.full(_ROWS, float(width)), rows, -1.0)
        middle = np.nanmean(np.concatenate([left[:1], right[:1]]), axis=0) if np.isfinite(left[0]).all() else None
        if middle is None:
            return None
        near = (np.hypot(*(left - middle).T) < _FAR) & (np.hypot(*(right - middle).T) < _FAR)
        # the rows from the bottom up to the first that meets the horizon
        count = _ROWS if near.all() else int(near.argmin())
        if count < 2:
            return None
        # a lens bends the rows themselves: the nearest and the furthest are followed along
        across = np.linspace(0.0, width, _ROWS)[1:-1]
        bottom, top = (
            self.model.to_ground(np.column_stack([across, np.full(len(across), y)])) for y in rows[[0, count - 1]]
        )
        ring = np.concatenate([left[:count], top, right[:count][::-1], bottom[::-1]])
        if not np.isfinite(ring).all():
            return None
        sure = Polygon(ring).buffer(-_KEPT)
        if not isinstance(sure, Polygon) or sure.is_empty:
            return None
        shapely.prepare(sure)
        return sure if self._holds(sure) else None

    def _ends(self, x: Points, y: Points, inwards: float) -> Points:
        """The ground [m] at the end of each row, half a body inside the picture; the body's width depends on it."""
        places = self.model.to_ground(np.column_stack([x, y]))
        for _ in range(2):
            margin = _HALF_BODY * self.model.height_scale(places)
            places = self.model.to_ground(np.column_stack([x + inwards * margin, y]))
        return places

    def _holds(self, sure: Polygon) -> bool:
        """Whether the camera itself says that it sees what the polygon says, on a grid of places and on its edge."""
        left, bottom, right, top = sure.bounds
        grid = np.stack(np.meshgrid(np.linspace(left, right, _ROWS), np.linspace(bottom, top, _ROWS)), axis=-1)
        inside = grid.reshape(-1, 2)[shapely.contains_xy(sure, *grid.reshape(-1, 2).T)]
        places = np.concatenate([inside, shapely.get_coordinates(sure)])
        return bool(self._projected(places).all())
