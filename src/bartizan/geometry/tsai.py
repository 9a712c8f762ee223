"""Tsai's camera model, as the PETS data sets write it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from bartizan.errors import CalibrationError
from bartizan.geometry import lens
from bartizan.geometry.pose import (
    Matrix,
    Pose,
    Vector,
    as_matrix,
    as_vector,
    covariance_by_differences,
    height_by_projection,
)
from bartizan.geometry.projection import Points, Sigma


@dataclass(frozen=True, slots=True)
class Tsai:
    """A camera with first-order radial distortion on the sensor plane, over the ground z = 0.

    `dpx`, `dpy` [mm] pitch of the picture's pixels on the sensor, `focal` [mm], `kappa1` [1/mm²], `cx`, `cy`
    [pixels] principal point, `sx` horizontal scale (no unit); `rotation` and `translation` [m] take the world to
    the camera. Raises a CalibrationError where a figure is not finite or a length is not above zero.

    A picture point (x, y) lies on the sensor at ((x - cx) dpx / sx, (y - cy) dpy), and the ideal point there is
    that times 1 + kappa1 r². Source: Tsai, "A versatile camera calibration technique", IEEE J. Robotics and
    Automation 3 (1987), section II. Not modelled: higher radial and tangential terms, ground that is not flat.
    """

    dpx: float
    dpy: float
    focal: float
    kappa1: float
    cx: float
    cy: float
    sx: float
    rotation: Matrix
    translation: Vector
    _pose: Pose = field(init=False, repr=False, compare=False)
    _bend: tuple[float, ...] = field(init=False, repr=False, compare=False)
    _limit: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for part in fields(self)[:7]:
            value = getattr(self, part.name)
            if not isinstance(value, int | float) or not math.isfinite(value):
                raise CalibrationError(f"Tsai's {part.name} is not a finite number: {value!r}")
            if part.name in ("dpx", "dpy", "focal", "sx") and value <= 0.0:
                raise CalibrationError(f"Tsai's {part.name} must be above 0, not {value!r}")
        pose = Pose(self.rotation, self.translation)
        bend = (self.kappa1 * self.focal**2,)  # kappa1 in ideal coordinates instead of millimetres
        object.__setattr__(self, "rotation", pose.rotation)
        object.__setattr__(self, "translation", pose.translation)
        object.__setattr__(self, "_pose", pose)
        object.__setattr__(self, "_bend", bend)
        object.__setattr__(self, "_limit", lens.radial_limit(bend))

    @classmethod
    def from_angles(
        cls,
        *,
        dpx: float,
        dpy: float,
        focal: float,
        kappa1: float,
        cx: float,
        cy: float,
        sx: float,
        angles: tuple[float, float, float],
        translation: tuple[float, float, float],
    ) -> Tsai:
        """The model from angles rx, ry, rz [rad] with rotation Rz Ry Rx, and the translation [m]."""
        rx, ry, rz = as_vector(angles, "Tsai's rx, ry, rz")
        about_x = [[1, 0, 0], [0, math.cos(rx), -math.sin(rx)], [0, math.sin(rx), math.cos(rx)]]
        about_y = [[math.cos(ry), 0, math.sin(ry)], [0, 1, 0], [-math.sin(ry), 0, math.cos(ry)]]
        about_z = [[math.cos(rz), -math.sin(rz), 0], [math.sin(rz), math.cos(rz), 0], [0, 0, 1]]
        rotation = as_matrix(np.array(about_z) @ np.array(about_y) @ np.array(about_x), "the rotation")
        return cls(dpx, dpy, focal, kappa1, cx, cy, sx, rotation, as_vector(translation, "Tsai's tx, ty, tz"))

    @property
    def centre(self) -> Vector:
        """The camera's place [m]."""
        return self._pose.centre

    def moved(self, shift: tuple[float, float] = (0.0, 0.0), turn: float = 0.0) -> Tsai:
        """The same camera on the plan: places turned by `turn` degrees counter-clockwise, then shifted [m]."""
        pose = self._pose.moved(shift, turn)
        lens_part = (self.dpx, self.dpy, self.focal, self.kappa1, self.cx, self.cy, self.sx)
        return Tsai(*lens_part, pose.rotation, pose.translation)

    def to_ground(self, pixels: Points) -> Points:
        """Places on the ground [m], shape (n, 2), of pixels, shape (n, 2)."""
        points = np.asarray(pixels, dtype=np.float64)
        seen = (points - [self.cx, self.cy]) * [self.dpx / self.sx, self.dpy] / self.focal
        seen = np.where((np.hypot(seen[:, 0], seen[:, 1]) < self._limit)[:, None], seen, np.nan)
        return self._pose.ground(lens.distort(seen, self._bend))

    def to_image(self, places: Points) -> Points:
        """Pixels, shape (n, 2), of places [m], shape (n, 2) on the ground or (n, 3) with a height."""
        seen = lens.undistort(self._pose.ideal(places), self._bend, self._limit)
        return np.asarray(seen * self.focal / [self.dpx / self.sx, self.dpy] + [self.cx, self.cy])

    def ground_covariance(self, pixels: Points, sigma: Sigma) -> Points:
        """Covariance [m²], shape (n, 2, 2), of the ground places for pixel errors of `sigma` pixels each way."""
        return covariance_by_differences(self.to_ground, pixels, sigma)

    def height_scale(self, places: Points) -> NDArray[np.float64]:
        """Pixels per metre, shape (n,), of an upright person's height who stands at each place."""
        return height_by_projection(self.to_image, places)
