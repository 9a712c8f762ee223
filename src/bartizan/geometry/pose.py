"""Where a camera stands and which way it looks, and what follows for rays and the ground."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bartizan.errors import CalibrationError
from bartizan.geometry.projection import Points, Sigma

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
Vector = tuple[float, float, float]

# how far the rows of a rotation written with few digits may be from orthonormal
_ORTHONORMAL = 1e-3
# the pixel step of numeric derivatives: small beside the picture, large beside rounding
_PIXEL_STEP = 0.01


def as_matrix(values: object, what: str) -> Matrix:
    """Three rows of three finite numbers, or a CalibrationError that names `what`."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.size != 9 or not np.all(np.isfinite(array)):
        raise CalibrationError(f"{what} is not a matrix of 3 x 3 finite numbers: {values!r}. Give three rows of three")
    first, second, third = array.reshape(3, 3)
    return (as_vector(first, what), as_vector(second, what), as_vector(third, what))


def as_vector(values: object, what: str) -> Vector:
    """Three finite numbers, or a CalibrationError that names `what`."""
    try:
        array = np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        array = np.empty(0)
    if array.size != 3 or not np.all(np.isfinite(array)):
        raise CalibrationError(f"{what} is not three finite numbers: {values!r}. Give x, y and z")
    return (float(array[0]), float(array[1]), float(array[2]))


@dataclass(frozen=True, slots=True)
class Pose:
    """World to camera: X_camera = rotation X_world + translation [m]; the camera looks along its own +z.

    Raises a CalibrationError where the rotation is not one.
    """

    rotation: Matrix
    translation: Vector
    _turn: Points = field(init=False, repr=False, compare=False)
    _shift: Points = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        turn = np.array(as_matrix(self.rotation, "the rotation"))
        shift = np.array(as_vector(self.translation, "the translation"))
        if np.abs(turn @ turn.T - np.eye(3)).max() > _ORTHONORMAL or np.linalg.det(turn) < 0.0:
            raise CalibrationError(
                "the rotation is not a rotation: its rows must be unit vectors at right angles, its determinant +1. "
                "Check the order of its nine numbers"
            )
        object.__setattr__(self, "rotation", as_matrix(turn, "the rotation"))
        object.__setattr__(self, "translation", as_vector(shift, "the translation"))
        object.__setattr__(self, "_turn", turn)
        object.__setattr__(self, "_shift", shift)

    @classmethod
    def looking(cls, position: Vector, at: tuple[float, float]) -> Pose:
        """A camera at `position` [m], upright in its picture (no roll), its axis through the ground place `at` [m]."""
        eye = np.array(as_vector(position, "the camera's position"))
        axis = np.array([at[0], at[1], 0.0]) - eye
        across = np.array([axis[1], -axis[0], 0.0])  # to the right of the axis: axis x up
        if np.linalg.norm(across) < 1e-9:
            raise CalibrationError("a camera that looks straight down has no upright. Move `at` away from its foot")
        axis /= np.linalg.norm(axis)
        across /= np.linalg.norm(across)
        turn = np.array([across, np.cross(axis, across), axis])
        return cls(as_matrix(turn, "the rotation"), as_vector(-turn @ eye, "the translation"))

    @property
    def centre(self) -> Vector:
        """The camera's place in the world [m]."""
        return as_vector(-self._turn.T @ self._shift, "the camera's centre")

    def moved(self, shift: tuple[float, float], turn: float) -> Pose:
        """The same camera where places are turned by `turn` degrees counter-clockwise, then shifted [m]."""
        motion = plane_motion(shift, turn)
        rotation = self._turn.copy()
        rotation[:, :2] = self._turn[:, :2] @ motion[:2, :2].T
        translation = self._shift - rotation @ np.array([shift[0], shift[1], 0.0])
        return Pose(as_matrix(rotation, "the rotation"), as_vector(translation, "the translation"))

    def ground(self, ideal: Points) -> Points:
        """Where rays of ideal coordinates, shape (n, 2), meet the ground z = 0 [m], shape (n, 2); else NaN."""
        rays = np.column_stack([ideal, np.ones(len(ideal))]) @ self._turn
        centre = np.array(self.centre)
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(rays[:, 2] == 0.0, np.nan, -centre[2] / rays[:, 2])
            reach = np.where(reach > 0.0, reach, np.nan)
            return np.asarray(centre[:2] + reach[:, None] * rays[:, :2])

    def ideal(self, places: Points) -> Points:
        """Ideal coordinates, shape (n, 2), of places [m], shape (n, 2) or (n, 3); NaN behind the camera."""
        flat = np.asarray(places, dtype=np.float64)
        if flat.shape[1] == 2:
            flat = np.column_stack([flat, np.zeros(len(flat))])
        seen = flat @ self._turn.T + self._shift
        with np.errstate(divide="ignore", invalid="ignore"):
            depth = np.where(seen[:, 2] > 1e-9, seen[:, 2], np.nan)
            return np.asarray(seen[:, :2] / depth[:, None])


def plane_motion(shift: tuple[float, float], turn: float) -> Points:
    """The matrix, shape (3, 3), that turns homogeneous places by `turn` degrees counter-clockwise, then shifts [m].

    Raises a CalibrationError where a number is not finite.
    """
    if not all(math.isfinite(value) for value in (*shift, turn)):
        raise CalibrationError(f"to_plan needs finite numbers, not shift {shift!r}, turn {turn!r}")
    angle = math.radians(turn)
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[cosine, -sine, shift[0]], [sine, cosine, shift[1]], [0.0, 0.0, 1.0]])


def covariance_by_differences(to_ground: Callable[[Points], Points], pixels: Points, sigma: Sigma) -> Points:
    """Covariance [m²], shape (n, 2, 2), of ground places for pixel errors of `sigma`, to first order."""
    points = np.asarray(pixels, dtype=np.float64)
    across, down = np.array([_PIXEL_STEP, 0.0]), np.array([0.0, _PIXEL_STEP])
    along_x = (to_ground(points + across) - to_ground(points - across)) / (2.0 * _PIXEL_STEP)
    along_y = (to_ground(points + down) - to_ground(points - down)) / (2.0 * _PIXEL_STEP)
    return foot_covariance(np.stack([along_x, along_y], axis=2), sigma)


def foot_covariance(jacobian: Points, sigma: Sigma) -> Points:
    """Covariance [m²], shape (n, 2, 2), from metres per pixel, shape (n, 2, 2), and pixel errors, one or shape (n,)."""
    squares = np.broadcast_to(np.square(np.asarray(sigma, dtype=np.float64)), (len(jacobian),))
    return np.asarray(squares[:, None, None] * (jacobian @ jacobian.transpose(0, 2, 1)))


def height_by_projection(
    to_image: Callable[[Points], Points], places: Points, height: float = 1.75
) -> NDArray[np.float64]:
    """Pixels per metre, shape (n,), of an upright person of `height` [m]: the picture's foot to its head."""
    ground = np.asarray(places, dtype=np.float64)
    feet = to_image(np.column_stack([ground, np.zeros(len(ground))]))
    heads = to_image(np.column_stack([ground, np.full(len(ground), height)]))
    return np.asarray(np.hypot(*(heads - feet).T) / height)
