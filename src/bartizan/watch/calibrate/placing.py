"""A camera found from walkers, laid onto the plan: by its place and one point pair, or by two pairs or more."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bartizan.errors import CalibrationError
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.plane_fit import CLICK, PLACE
from bartizan.geometry.spread import Spread
from bartizan.watch.calibrate.stance import Found
from bartizan.watch.calibrate.upright import Floats

Place = tuple[float, float]
Pair = tuple[float, float, float, float]

# a scale this much off (a factor) says that a pair is wrong, or that people are not as tall as said
DOUBTFUL_SCALE = 1.25
# pairs nearer to one another than this [m] turn a small error of a click into a large turn of the plan
_CLOSE = 1.0


@dataclass(frozen=True, slots=True)
class Placed:
    """The camera on the plan. `scale` is by what the plan's metres stretched it: people are `people` metres on average.

    `misses` [m] are how far each pair lies from where the camera puts its pixel: None where nothing is left over.
    """

    camera: Spread
    scale: float
    people: float
    misses: tuple[float, ...] | None


def placed(
    found: Found,
    size: tuple[int, int],
    pairs: Sequence[Sequence[float]],
    rng: np.random.Generator,
    at: Place | None = None,
) -> Placed:
    """Turn, shift and stretch a camera so that it meets point pairs (pixel x, y, plan x, y [m]).

    One pair and `at`, the camera's place on the plan, are enough; without `at`, two pairs. The plan's metres are
    measured and the height of people is guessed, so the plan sets the scale, and what it makes of people's height is
    told. The others that the camera might be are laid the same way, with errors of clicks and places in them. Raises
    a CalibrationError where pairs are too few, sit together, or lie above the horizon.
    """
    rows = np.array([[float(value) for value in pair] for pair in pairs], dtype=np.float64).reshape(-1, 4)
    if not np.all(np.isfinite(rows)):
        raise CalibrationError("a pair is four finite numbers: pixel x, pixel y, plan x, plan y")
    if len(rows) + (at is not None) < 2:
        raise CalibrationError(
            "walkers tell how a camera stands, not where. Give two point pairs, or one and the camera's place (at)"
        )
    model, scale, misses = _laid(found.stance.camera(size, found.people), rows, at)
    others = []
    for stance, people in found.others:
        shaken = rows + np.array([CLICK, CLICK, PLACE, PLACE]) * rng.standard_normal(rows.shape)
        try:
            others.append(_laid(stance.camera(size, people), shaken, at)[0])
        except CalibrationError:
            # one of the draws sees no ground at a pair: it says that the pair is near the horizon
            continue
    if not others:
        raise CalibrationError("the pairs are near the camera's horizon. Give pairs nearer to the camera")
    free = 2 * len(rows) + (2 if at is not None else 0) - 4
    return Placed(
        Spread(model, tuple(others), 1.0 / len(others)), scale, found.people * scale, misses if free > 0 else None
    )


def _laid(camera: Pinhole, rows: Floats, at: Place | None) -> tuple[Pinhole, float, tuple[float, ...]]:
    ground = camera.to_ground(rows[:, :2])
    if not np.all(np.isfinite(ground)):
        number = int(np.flatnonzero(~np.isfinite(ground).all(axis=1))[0]) + 1
        raise CalibrationError(f"pair {number} lies above the horizon that the walkers show. Look for another pixel")
    here = np.array([complex(x, y) for x, y in ground])
    there = np.array([complex(x, y) for x, y in rows[:, 2:]])
    if at is None:
        middle, target = here.mean(), there.mean()
    else:
        middle, target = complex(*camera.centre[:2]), complex(*at)
    here, there = here - middle, there - target
    span = float(np.sqrt((np.abs(there) ** 2).sum()))
    if span < _CLOSE or not (np.abs(here) ** 2).sum() > 0.0:
        raise CalibrationError("the pairs lie within a metre of each other. Give places further apart")
    motion = complex((there * here.conj()).sum() / (np.abs(here) ** 2).sum())
    if abs(motion) < 1e-6:
        raise CalibrationError("the pairs fit no turn of the camera: pixels and places lie the other way round")
    scale, turn = abs(motion), math.degrees(cmath.phase(motion))
    first, second, third = (scale * value for value in camera.translation)
    stretched = Pinhole(camera.camera_matrix, camera.rotation, (first, second, third), camera.distortion)
    moved = target - motion * middle
    misses = tuple(float(abs(miss)) for miss in motion * here - there)
    return stretched.moved((moved.real, moved.imag), turn), scale, misses
