"""A pinhole camera with a bending lens from point pairs, where there are enough of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.errors import CalibrationError
from bartizan.geometry.homography import Homography
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.plane_fit import CLICK, PLACE, PointFit, widened
from bartizan.geometry.pose import as_matrix, as_vector
from bartizan.geometry.projection import Points
from bartizan.geometry.spread import Spread

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

LEAST = 6
"""Points that a lens needs: two numbers each, for the focal length, one bend and the six of a pose."""

_PARAMETERS = 8
# a bend beyond this (k1) is a fisheye, which the model is not made for
_MOST_BEND = 0.8
_HUBER = 1.345
# a parameter whose own error [log of focal, bend] is above this is not told by the points
_UNTOLD_FOCAL, _UNTOLD_BEND = 0.3, 0.3


def from_points(pairs: Sequence[Sequence[float]], size: tuple[int, int]) -> Spread:
    """The camera that fits point pairs (pixel x, pixel y, plan x [m], plan y [m]), with its error.

    Square pixels, no skew, the axis through the middle of the picture; the focal length, one radial coefficient
    (k1) and the pose are found by robust least squares (Huber) in the picture, each miss weighed by what a click and
    a measured place are worth there. Raises a CalibrationError with fewer than six points, where a homography of
    them fails, or where they do not tell the lens. Source: Zhang, "A flexible new technique for camera calibration"
    (2000), one plane. Not modelled: a principal point off the middle (a cropped picture), fisheye lenses.
    """
    if len(pairs) < LEAST:
        raise CalibrationError(
            f"a lens needs at least {LEAST} points, not {len(pairs)}. Give more, or leave out lens = true"
        )
    flat = Homography.from_points(pairs, size)
    if flat.camera is None or flat.focal is None:
        raise CalibrationError(
            "the points fit no camera whose axis is in the middle of the picture. Spread them over the whole picture, "
            "or leave out lens = true"
        )
    points = np.array([[float(value) for value in pair] for pair in pairs])
    turn, _ = cv2.Rodrigues(np.array(flat.camera.rotation))
    start = np.array([math.log(flat.focal), 0.0, *turn.ravel(), *flat.camera.translation])
    solved = _solved(points, size, start)
    slope, misses = solved.jac, solved.fun
    freedom = 2 * len(points) - _PARAMETERS
    weights = np.minimum(1.0, _HUBER * math.sqrt(2.0) / np.maximum(np.hypot(*misses.reshape(-1, 2).T), 1e-300))
    scale = math.sqrt(float(weights @ (misses.reshape(-1, 2) ** 2).sum(axis=1)) / freedom)
    inner = np.linalg.pinv(slope.T @ slope, hermitian=True)
    covariance = (scale * widened(freedom)) ** 2 * inner
    if np.sqrt(covariance[0, 0]) > _UNTOLD_FOCAL or np.sqrt(covariance[1, 1]) > _UNTOLD_BEND:
        raise CalibrationError(
            "the points do not tell the lens: its focal length or bend is as good as unknown. "
            "Give points near the corners of the picture too, or leave out lens = true"
        )
    model = _camera(solved.x, size)
    leverage = np.einsum("ij,jk,ik->i", slope, inner, slope).reshape(-1, 2).mean(axis=1)
    away = np.hypot(*(model.to_ground(points[:, :2]) - points[:, 2:]).T)
    fit = PointFit(
        tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in points),
        tuple(float(miss) for miss in away),
        tuple(float(one) for one in leverage.clip(0.0, 1.0)),
        tuple(float(weight) for weight in weights),
        scale,
        freedom,
    )
    return Spread(model, _neighbours(solved.x, covariance, size), 0.5, fit)


def _solved(points: Points, size: tuple[int, int], start: NDArray[np.float64]) -> OptimizeResult:
    from scipy.optimize import least_squares  # noqa: PLC0415 - half a second, for those alone who fit a lens

    """The least-squares solution; misses in units of the assumed errors, shape (2 n,)."""
    whiteners = _whiteners(_camera(start, size), points)

    def misses(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        seen = _camera(parameters, size).to_image(points[:, 2:])
        # a camera that does not see a point at all is wrong by a picture
        off = np.where(np.isfinite(seen), seen, 10.0 * max(size)) - points[:, :2]
        return np.asarray((whiteners @ off[:, :, None]).ravel())

    low = np.full(_PARAMETERS, -np.inf)
    high = np.full(_PARAMETERS, np.inf)
    low[1], high[1] = -_MOST_BEND, _MOST_BEND
    scales = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 1.0, 1.0, 1.0])
    return least_squares(
        misses, start, loss="huber", f_scale=_HUBER, x_scale=scales, bounds=(low, high), jac="3-point", max_nfev=300
    )


def _whiteners(model: Pinhole, points: Points) -> Points:
    """For each point the matrix, shape (n, 2, 2), that brings a miss in the picture to units of the assumed errors."""
    step = 0.01
    across, up = np.array([step, 0.0]), np.array([0.0, step])
    east = (model.to_image(points[:, 2:] + across) - model.to_image(points[:, 2:] - across)) / (2.0 * step)
    north = (model.to_image(points[:, 2:] + up) - model.to_image(points[:, 2:] - up)) / (2.0 * step)
    slope = np.nan_to_num(np.stack([east, north], axis=2))
    covariance = CLICK**2 * np.eye(2) + PLACE**2 * slope @ slope.transpose(0, 2, 1)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(covariance)))


def _camera(parameters: NDArray[np.float64], size: tuple[int, int]) -> Pinhole:
    focal = math.exp(min(max(float(parameters[0]), -20.0), 20.0))
    rotation, _ = cv2.Rodrigues(parameters[2:5])
    inner = as_matrix([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]], "the camera matrix")
    shift = as_vector(parameters[5:8], "the translation")
    return Pinhole(inner, as_matrix(rotation, "the rotation"), shift, (float(parameters[1]),))


def _neighbours(best: NDArray[np.float64], covariance: Points, size: tuple[int, int]) -> tuple[Pinhole, ...]:
    """One standard deviation each way along each axis of the parameters' error."""
    lengths, axes = np.linalg.eigh(covariance)
    steps = [math.sqrt(max(length, 0.0)) * axis for length, axis in zip(lengths, axes.T, strict=True)]
    return tuple(_camera(best + sign * step, size) for step in steps for sign in (1.0, -1.0))
