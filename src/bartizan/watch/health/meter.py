"""Measures the health of one camera in its pictures, beside what they usually are."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import fields, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from bartizan.site.model import Camera
from bartizan.watch.health.faults import RAISES, shown
from bartizan.watch.health.quiet import Quiet
from bartizan.watch.health.reading import Reading, Usual
from bartizan.watch.health.view import GRID, Field, compare, view_of

Bytes = NDArray[np.uint8]

EVERY = 0.5
"""Seconds between two readings: faults last for many, and the time is the detector's."""

LEARNS = 10.0  # s of pictures that make a first usual view
FOLLOWS = 600.0  # s: how fast the usual follows the light of the day
MEMORY = 45.0  # s of pictures that a repetition is looked for in
APART = 5.0  # s: a stream that is coded sparsely may repeat itself for less

_FEW = 12  # every twelfth spot finds the picture that is nearest
_STEADY = 0.3  # share of the strength of single views that stays in their mean, in one that stands
_SPOTS = (64, 48)  # columns and rows of points that are compared from picture to picture
_ROWS = 8  # every eighth row is looked at for sharp edges
_STEP = 2  # pixels over which an edge is steep
_STEEPEST = 0.995  # quantile of the steps
_GLARING = 250  # grey levels
_NOISE = 4.16  # that quantile of the absolute value of a normal noise is 2.81 / 0.6745 of its median
_SHADE = 2.0  # grey levels a cell, below which coarse edges say nothing of sharp ones
_FEWEST = 0.03  # share of the picture that must not be masked


class Meter:
    """Measures the pictures of one camera, in the order of time.

    The first ten seconds of pictures make its usual view; what is odd never becomes usual, what changes slowly does.
    So a camera that is turned while nobody measures is not found out: its new view is the usual one. `camera` gives
    the masks; what is behind them, and their edges, count for nothing.
    """

    def __init__(self, camera: Camera) -> None:
        self._masks = camera.masks
        self._shape: tuple[int, ...] = ()
        self._last = -math.inf
        self._begin((0, 0))

    def _begin(self, shape: tuple[int, ...]) -> None:
        """Start over: with another size of picture nothing can be compared."""
        self._shape = shape
        self._before: Bytes | None = None
        self._seen: deque[tuple[float, Bytes, NDArray[np.int16]]] = deque()
        self._quiet = Quiet()
        self._view: Field | None = None
        self._usual: Usual | None = None
        self._began = math.nan
        self._learned = 0
        self._strength = 0.0
        self._first: Usual | None = None
        self._open: _Open | None = None

    def measure(self, t: float, picture: Bytes) -> Reading | None:
        """The reading of a picture at `t` [s], shape (height, width, 3) in BGR.

        None where the last one is less than half a second old, where time does not go forward, or where the picture
        is too small or nearly all of it is masked.
        """
        if not t >= self._last + EVERY or not math.isfinite(t):
            # a clock that was set back must not stop the readings for ever
            self._last = t if math.isfinite(t) and t < self._last - MEMORY else self._last
            return None
        if picture.ndim != 3 or min(picture.shape[:2]) < max(GRID):
            return None
        if self._open is None or picture.shape != self._shape:
            self._begin(picture.shape)
            self._open = _Open.of(picture.shape, self._masks)
        since, self._last = t - self._last, t
        return self._read(t, since, picture, self._open) if self._open.share >= _FEWEST else None

    def _read(self, t: float, since: float, picture: Bytes, open_: _Open) -> Reading:
        coarse = _bytes(cv2.resize(np.ascontiguousarray(picture[::2, ::2, 1]), GRID, interpolation=cv2.INTER_AREA))
        seen = coarse[open_.cells] if open_.cells is not None else coarse.ravel()
        spots = open_.spots_of(picture)
        view = view_of(coarse, open_.hidden_cells)
        alike = None if self._view is None or self._usual is None else compare(view, self._view)
        reading = Reading(
            brightness=round(float(seen.mean()), 2),
            glare=round(float(np.count_nonzero(spots >= _GLARING) / spots.size), 4),
            contrast=round(float(seen.std()), 2),
            sharpness=round(_sharpness(picture, coarse, open_), 3),
            change=None if self._before is None else round(_difference(spots, self._before), 3),
            repeat=self._repeat(t, spots),
            likeness=None if alike is None else round(alike[0], 3),
            lost=None if alike is None else round(alike[1], 3),
            kept=None if alike is None else round(alike[2], 3),
            usual=None if self._usual is None else replace(self._usual, change=round(self._quiet.level, 3)),
        )
        self._keep(t, spots)
        if reading.change is not None:
            repeated = reading.repeat is not None and reading.repeat <= RAISES.same
            self._quiet.add(t, reading.change, repeated=repeated)
        self._learn(t, since, reading, view)
        return reading

    def _repeat(self, t: float, spots: Bytes) -> float | None:
        """How far it is from the nearest picture that is long enough gone [grey levels]."""
        older = [kept for when, kept, _ in self._seen if t - when >= APART]
        if not older:
            return None
        # the nearest by a few of the spots is looked at in full
        apart = np.abs(np.array([few for when, _, few in self._seen if t - when >= APART]) - _few(spots))
        return round(_difference(spots, older[int(apart.sum(axis=1).argmin())]), 3)

    def _keep(self, t: float, spots: Bytes) -> None:
        self._before = spots
        self._seen.append((t, spots, _few(spots)))
        while t - self._seen[0][0] > MEMORY:
            self._seen.popleft()

    def _learn(self, t: float, since: float, reading: Reading, view: Field) -> None:
        """Let the usual follow what is not odd."""
        # a picture that stands still for a moment is no odd one: night cameras code sparsely
        if shown(reading, RAISES) - {"frozen"}:
            return
        if self._view is None or self._usual is None:
            self._learn_first(t, reading, view)
            return
        share = min(1.0, since / FOLLOWS)
        self._view += share * (view - self._view)
        self._usual = _between(self._usual, _figures(reading), share)

    def _learn_first(self, t: float, reading: Reading, view: Field) -> None:
        if self._view is None or self._first is None:
            self._view, self._began, self._first, self._learned = view.copy(), t, _figures(reading), 1
            self._strength = float(np.vdot(view, view))
            return
        self._learned += 1
        self._view += (view - self._view) / self._learned
        self._strength += (float(np.vdot(view, view)) - self._strength) / self._learned
        self._first = _between(self._first, _figures(reading), 1.0 / self._learned)
        if t - self._began < LEARNS:
            return
        if float(np.vdot(self._view, self._view)) >= _STEADY * self._strength:
            self._usual = self._first
        else:
            # what moves is all there is: it is no view that could be turned or covered
            self._view = None


class _Open:
    """What of pictures of one size is not masked."""

    def __init__(self, shape: tuple[int, ...], hidden: NDArray[np.bool_] | None) -> None:
        height, width = shape[:2]
        rows = ((np.arange(_SPOTS[1]) + 0.5) * height / _SPOTS[1]).astype(np.intp)
        columns = ((np.arange(_SPOTS[0]) + 0.5) * width / _SPOTS[0]).astype(np.intp)
        at = (rows[:, None] * width + columns[None, :]).ravel()
        self.share = 1.0
        self.cells: NDArray[np.bool_] | None = None
        self.hidden_cells: NDArray[np.bool_] | None = None
        self.hidden_steps: NDArray[np.bool_] | None = None
        if hidden is not None:
            at = at[~hidden.ravel()[at]]
            touched = cv2.resize(hidden.astype(np.float32), GRID, interpolation=cv2.INTER_AREA) > 0.0
            # the edge of a mask is no edge of the scene: blur and slope reach three cells
            near = cv2.dilate(touched.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
            self.cells, self.hidden_cells = ~touched, near
            rows_hidden = hidden[::_ROWS]
            self.hidden_steps = rows_hidden[:, _STEP:] | rows_hidden[:, :-_STEP]
            self.share = float(1.0 - near.mean())
        # every third byte is green
        self._at = 3 * at + 1

    @classmethod
    def of(cls, shape: tuple[int, ...], masks: tuple[Polygon, ...]) -> _Open:
        if not masks:
            return cls(shape, None)
        drawn = np.zeros(shape[:2], np.uint8)
        for mask in masks:
            corners = np.round(np.asarray(mask.exterior.coords)[:-1]).astype(np.int32)
            cv2.fillPoly(drawn, [corners], (1,))
        # the edge that is burned in is a little wider than the mask
        return cls(shape, cv2.dilate(drawn, np.ones((9, 9), np.uint8)) > 0)

    def spots_of(self, picture: Bytes) -> Bytes:
        return _bytes(np.ascontiguousarray(picture).reshape(-1)[self._at])


def _bytes(values: NDArray[Any]) -> Bytes:
    return np.asarray(values, dtype=np.uint8)


def _few(spots: Bytes) -> NDArray[np.int16]:
    return spots[::_FEW].astype(np.int16)


def _difference(one: Bytes, other: Bytes) -> float:
    return float(cv2.absdiff(one, other).mean())


def _sharpness(picture: Bytes, coarse: Bytes, open_: _Open) -> float:
    """The steepest steps within a few pixels, less what noise makes of them, beside the steepest coarse ones."""
    rows = np.ascontiguousarray(picture[::_ROWS, :, 1])
    steps = _bytes(cv2.absdiff(np.ascontiguousarray(rows[:, _STEP:]), np.ascontiguousarray(rows[:, :-_STEP])))
    median, steepest = _quantiles(steps, open_.hidden_steps)
    fine = math.sqrt(max(0.0, steepest**2 - (_NOISE * median) ** 2))
    hidden = open_.hidden_cells
    slopes = _bytes(cv2.absdiff(np.ascontiguousarray(coarse[:, 1:]), np.ascontiguousarray(coarse[:, :-1])))
    _, far = _quantiles(slopes, None if hidden is None else hidden[:, 1:] | hidden[:, :-1])
    return fine / (far + _SHADE)


def _quantiles(steps: Bytes, hidden: NDArray[np.bool_] | None) -> tuple[float, float]:
    """The median of steps and their steepest; those at hidden places do not count."""
    counts = cv2.calcHist([steps], [0], None, [256], [0.0, 256.0])[:, 0].astype(np.float64)
    if hidden is not None:
        counts -= np.bincount(steps[hidden], minlength=256)
    heap = np.cumsum(counts)
    whole = max(heap[-1], 1.0)
    # within a grey level counts are taken as spread evenly
    levels = np.interp([0.5 * whole, _STEEPEST * whole], heap, np.arange(256) + 0.5)
    return float(levels[0]), float(levels[1])


def _figures(reading: Reading) -> Usual:
    return Usual(reading.brightness, reading.glare, reading.contrast, reading.sharpness, change=0.0)


def _between(one: Usual, other: Usual, share: float) -> Usual:
    return Usual(
        **{
            part.name: getattr(one, part.name) + share * (getattr(other, part.name) - getattr(one, part.name))
            for part in fields(Usual)
        }
    )
