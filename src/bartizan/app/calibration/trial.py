"""Point pairs tried while they are being set: what they make of the camera, or why they make none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bartizan.app.calibration.calibrated import fit_json
from bartizan.app.calibration.survey import SurveyParams, field_of
from bartizan.errors import InputError
from bartizan.geometry import lens_fit
from bartizan.geometry.homography import Homography
from bartizan.geometry.plane_fit import PointFit
from bartizan.geometry.projection import CameraModel, Points
from bartizan.geometry.shapes import Frame
from bartizan.site.model import Camera
from bartizan.site.site import Site

# the grid is drawn so that about this many lines cross the ground that is seen
_LINES = 14
_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
# the grid is drawn where a place is within this [m], so that its lines do not crowd at the horizon
_NEAR = 1.0
# points along a line of the grid: a lens bends it
_ALONG = 40
_COARSE = SurveyParams(columns=33, rows=25)


@dataclass(frozen=True, slots=True)
class Trial:
    """What point pairs make of a camera: its `model`, or the `problem` in words; exactly one of the two is None."""

    model: CameraModel | None
    problem: str | None
    size: tuple[int, int]

    def to_json(self) -> dict[str, Any]:
        """What a page shows: the fit, the error over the picture, and the plan's grid in the picture [pixels]."""
        if self.model is None:
            return {"problem": self.problem, "fit": None, "error": None, "grid": None, "known": False}
        fit: PointFit | None = getattr(self.model, "fit", None)
        told = None if fit is None else fit_json(fit)
        if fit is not None and told is not None:
            seen = self.model.to_image(np.array([pair[2:] for pair in fit.pairs]))
            for point, (x, y) in zip(told["points"], seen, strict=True):
                # where the model shows the place: null where it does not
                point["seen"] = [round(float(x), 1), round(float(y), 1)] if np.isfinite([x, y]).all() else None
        return {
            "problem": None,
            "fit": told,
            "known": fit is not None and fit.misses is not None,
            "error": error_json(self.model, self.size),
            "grid": grid_json(self.model, self.size),
        }


def tried(pairs: Sequence[Sequence[float]], size: tuple[int, int], *, lens: bool = False) -> Trial:
    """The model of pairs (pixel x, y, plan x, y [m]), in the order that a site would sort them, or what is wrong."""
    try:
        rows = sorted([float(value) for value in pair] for pair in pairs)
        model: CameraModel = lens_fit.from_points(rows, size) if lens else Homography.from_points(rows, size)
    except InputError as error:
        return Trial(None, str(error), size)
    return Trial(model, None, size)


def as_written(site: Site, pairs: Sequence[Sequence[float]]) -> list[list[float]]:
    """Pairs (pixel x, y, plan x, y [m]) as a site file has them: in its plan's own coordinates, to the millimetre."""
    plan = site.plan
    frame = Frame(plan.origin, plan.bearing) if plan is not None and plan.origin is not None else None
    rows = []
    for x, y, *place in pairs:
        here = (float(place[0]), float(place[1]))
        # eight decimals of a degree are a millimetre
        there = (round(here[0], 3), round(here[1], 3)) if frame is None else frame.to_degrees(here)
        rows.append([round(float(x), 1), round(float(y), 1), *(round(value, 8) for value in there)])
    return rows


def given_pairs(camera: Camera) -> list[list[float]]:
    """The point pairs that a camera's model is made from now, places in metres; none where it has another model."""
    fit = getattr(camera.model, "fit", None)
    if fit is None:
        return []
    return [list(pair) for pair in fit.pairs]


def error_json(model: CameraModel, size: tuple[int, int]) -> dict[str, Any]:
    """The error of a place [m] over the picture, row by row from the top; null where no place is."""
    raster = field_of(model, size, _COARSE)
    limit = _COARSE.observe.farthest
    rows = [[round(float(v), 3) if v <= limit else None for v in row] for row in raster.error]
    return {"columns": len(raster.x), "rows": len(raster.y), "metres": rows, "limit": limit}


def grid_json(model: CameraModel, size: tuple[int, int]) -> dict[str, Any] | None:
    """The plan's grid as the picture shows it: pieces of lines [pixels], and how far apart they lie [m]."""
    raster = field_of(model, size, _COARSE)
    near = raster.error <= _NEAR
    if not near.any():
        near = raster.error <= _COARSE.observe.farthest
    if not near.any():
        return None
    ground = raster.ground[near]
    low, high = ground.min(axis=0), ground.max(axis=0)
    step = next((one for one in _STEPS if float((high - low).max()) / one <= _LINES), _STEPS[-1])
    lines: list[list[list[float]]] = []
    for axis in (0, 1):
        other = 1 - axis
        for value in np.arange(np.ceil(low[axis] / step) * step, high[axis] + 1e-9, step):
            line = np.empty((_ALONG, 2))
            line[:, axis] = value
            line[:, other] = np.linspace(low[other], high[other], _ALONG)
            lines += _pieces(model.to_image(line), size)
    return {"step": step, "lines": lines}


def _pieces(pixels: Points, size: tuple[int, int]) -> Iterator[list[list[float]]]:
    """The stretches of a line that are in the picture or just beside it."""
    margin = 0.1 * max(size)
    x, y = pixels[:, 0], pixels[:, 1]
    inside = (x > -margin) & (x < size[0] + margin) & (y > -margin) & (y < size[1] + margin)
    ends = np.flatnonzero(np.diff(np.concatenate(([False], inside, [False])).astype(np.int8)))
    for first, last in zip(ends[::2], ends[1::2], strict=True):
        if last - first > 1:
            yield [[round(float(a), 1), round(float(b), 1)] for a, b in pixels[first:last]]
