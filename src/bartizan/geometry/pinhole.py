"""The pinhole camera with a distorting lens, in OpenCV's convention; a KRTD model is one too."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bartizan.errors import CalibrationError
from bartizan.geometry import lens
from bartizan.geometry.pose import (
    Matrix,
    Pose,
    Vector,
    as_matrix,
    covariance_by_differences,
    height_by_projection,
)
from bartizan.geometry.projection import Points, Sigma


@dataclass(frozen=True, slots=True)
class Pinhole:
    """A calibrated pinhole camera over the ground z = 0.

    `camera_matrix` [pixels] holds fx, skew, cx / 0, fy, cy / 0, 0, 1; `rotation` and `translation` [m] take the
    world to the camera; `distortion` is in OpenCV's order (k1, k2, p1, p2, k3, k4, k5, k6), shorter lists allowed.
    Raises a CalibrationError where a part is not what it should be. Pixels beyond the reach of the lens model, and
    places that it would fold back into the picture, give NaN.

    Source: Hartley and Zisserman, Multiple View Geometry (2004), chapter 6. Not modelled: ground that is not flat.
    """

    camera_matrix: Matrix
    rotation: Matrix
    translation: Vector
    distortion: tuple[float, ...] = ()
    _pose: Pose = field(init=False, repr=False, compare=False)
    _inner: Points = field(init=False, repr=False, compare=False)
    _limit: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        inner = np.array(as_matrix(self.camera_matrix, "the camera matrix"))
        if inner[0, 0] <= 0.0 or inner[1, 1] <= 0.0 or np.abs(inner[[1, 2, 2], [0, 0, 1]]).max() or inner[2, 2] != 1:
            raise CalibrationError(
                "the camera matrix must read [[fx, skew, cx], [0, fy, cy], [0, 0, 1]] with focal lengths above 0 "
                f"pixels, not {inner.tolist()}"
            )
        coefficients = _coefficients(self.distortion)
        pose = Pose(self.rotation, self.translation)
        object.__setattr__(self, "camera_matrix", as_matrix(inner, "the camera matrix"))
        object.__setattr__(self, "rotation", pose.rotation)
        object.__setattr__(self, "translation", pose.translation)
        object.__setattr__(self, "distortion", coefficients)
        object.__setattr__(self, "_pose", pose)
        object.__setattr__(self, "_inner", inner)
        object.__setattr__(self, "_limit", lens.radial_limit(coefficients))

    @classmethod
    def looking(
        cls,
        *,
        position: tuple[float, float, float],
        at: tuple[float, float],
        focal_px: float,
        size: tuple[int, int],
        distortion: tuple[float, ...] = (),
    ) -> Pinhole:
        """A camera at `position` [m] aimed at the ground place `at` [m], upright, axis in the middle of the picture.

        `focal_px` is the focal length in pixels, `size` the picture's width and height in pixels.
        """
        pose = Pose.looking(position, at)
        inner = as_matrix([[focal_px, 0, size[0] / 2], [0, focal_px, size[1] / 2], [0, 0, 1]], "the camera matrix")
        return cls(inner, pose.rotation, pose.translation, distortion)

    @property
    def centre(self) -> Vector:
        """The camera's place [m]."""
        return self._pose.centre

    def moved(self, shift: tuple[float, float] = (0.0, 0.0), turn: float = 0.0) -> Pinhole:
        """The same camera on the plan: places turned by `turn` degrees counter-clockwise, then shifted [m]."""
        pose = self._pose.moved(shift, turn)
        return Pinhole(self.camera_matrix, pose.rotation, pose.translation, self.distortion)

    def to_ground(self, pixels: Points) -> Points:
        """Places on the ground [m], shape (n, 2), of pixels, shape (n, 2)."""
        points = np.asarray(pixels, dtype=np.float64)
        (fx, skew, cx), (_, fy, cy), _ = self.camera_matrix
        y = (points[:, 1] - cy) / fy
        x = (points[:, 0] - cx - skew * y) / fx
        return self._pose.ground(lens.undistort(np.column_stack([x, y]), self.distortion, self._limit))

    def to_image(self, places: Points) -> Points:
        """Pixels, shape (n, 2), of places [m], shape (n, 2) on the ground or (n, 3) with a height."""
        ideal = self._pose.ideal(places)
        if any(self.distortion):
            ideal = np.where((np.hypot(ideal[:, 0], ideal[:, 1]) < self._limit)[:, None], ideal, np.nan)
        bent = lens.distort(ideal, self.distortion)
        return np.asarray(bent @ self._inner[:2, :2].T + self._inner[:2, 2])

    def ground_covariance(self, pixels: Points, sigma: Sigma) -> Points:
        """Covariance [m²], shape (n, 2, 2), of the ground places for pixel errors of `sigma` pixels each way."""
        return covariance_by_differences(self.to_ground, pixels, sigma)

    def height_scale(self, places: Points) -> NDArray[np.float64]:
        """Pixels per metre, shape (n,), of an upright person's height who stands at each place."""
        return height_by_projection(self.to_image, places)


def _coefficients(values: tuple[float, ...]) -> tuple[float, ...]:
    try:
        coefficients = tuple(float(value) for value in values)
    except (TypeError, ValueError):
        coefficients = (math.nan,)
    if not all(math.isfinite(value) for value in coefficients) or len(coefficients) not in lens.COUNTS:
        raise CalibrationError(
            f"lens distortion is a list of {', '.join(map(str, lens.COUNTS))} finite numbers in OpenCV's order, "
            f"not {values!r}. Leave out zeros at the end; thin-prism and tilt terms are not supported"
        )
    return coefficients
