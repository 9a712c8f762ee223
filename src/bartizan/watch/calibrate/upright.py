"""How tall an upright person is in a picture, by the camera's tilt, roll, focal length and scale alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.pose import as_matrix, as_vector

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stance:
    """How a camera stands over the ground, up to its place and bearing.

    `focal` [pixels]; `tilt` [rad] of its axis below the horizontal; `roll` [rad], above 0 where the horizon falls to
    the right; `share` is a person's height as a share of the camera's; `off` [pixels] is how far the axis is off the
    middle of the picture, right and down.
    """

    focal: float
    tilt: float
    roll: float
    share: float
    off: tuple[float, float] = (0.0, 0.0)

    @property
    def up(self) -> tuple[float, float, float]:
        """The upward direction in the camera's frame (x right, y down, z ahead)."""
        level = math.cos(self.tilt)
        return (math.sin(self.roll) * level, -math.cos(self.roll) * level, -math.sin(self.tilt))

    def box_heights(self, feet: Floats, size: tuple[int, int]) -> Floats:
        """Pixels from foot to head, shape (n,), of people whose feet are at pixels, shape (n, 2).

        NaN above the horizon. The picture has `size` pixels; no lens distortion.
        """
        middle = self._middle(size)
        up = np.array(self.up)
        rays = np.column_stack([(feet - middle) / self.focal, np.ones(len(feet))])
        below = -(rays @ up)
        with np.errstate(divide="ignore", invalid="ignore"):
            heads = rays / np.where(below > 1e-9, below, np.nan)[:, None] + self.share * up
            tops = self.focal * heads[:, 1] / np.where(heads[:, 2] > 1e-9, heads[:, 2], np.nan) + middle[1]
            return np.asarray(feet[:, 1] - tops)

    def ground(self, pixels: Floats, size: tuple[int, int]) -> Floats:
        """Places on the ground, shape (n, 2), in heights of the camera; NaN at or above the horizon."""
        up = np.array(self.up)
        rays = np.column_stack([(pixels - self._middle(size)) / self.focal, np.ones(len(pixels))])
        below = -(rays @ up)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((rays @ self._level() / np.where(below > 1e-9, below, np.nan)[:, None])[:, :2])

    def _middle(self, size: tuple[int, int]) -> Floats:
        return np.array(size) / 2.0 + self.off

    def _level(self) -> Floats:
        """East, north and up as columns, shape (3, 3), in the camera's frame."""
        up = np.array(self.up)
        ahead = np.array([0.0, 0.0, 1.0])
        north = ahead - (ahead @ up) * up
        north /= np.linalg.norm(north)
        return np.column_stack([np.cross(north, up), north, up])

    def camera(self, size: tuple[int, int], people: float) -> Pinhole:
        """The camera over the plan's origin, looking north, where people are `people` metres tall."""
        turn = self._level()
        shift = -turn @ np.array([0.0, 0.0, people / self.share])
        x, y = self._middle(size)
        inner = as_matrix([[self.focal, 0, x], [0, self.focal, y], [0, 0, 1]], "the camera matrix")
        return Pinhole(inner, as_matrix(turn, "the rotation"), as_vector(shift, "the translation"))
