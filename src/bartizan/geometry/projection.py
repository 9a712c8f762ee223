"""Cameras as geometry: a pixel of the picture and a place on the ground."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Sigma = float | NDArray[np.float64]
"""An error [pixels], one for all or one for each, shape (n,)."""


@runtime_checkable
class CameraModel(Protocol):
    """A calibrated camera over flat ground. Arrays in, arrays out; pixels are (x right, y down), metres (x, y).

    A pixel that sees no ground (at or above the horizon) gives NaN; so does a place behind the camera.
    """

    def to_ground(self, pixels: Points) -> Points:
        """Places on the ground [m], shape (n, 2), of pixels, shape (n, 2)."""
        ...

    def to_image(self, places: Points) -> Points:
        """Pixels, shape (n, 2), of places [m]: shape (n, 2) on the ground, or (n, 3) with a height where known."""
        ...

    def ground_covariance(self, pixels: Points, sigma: Sigma) -> Points:
        """Covariance [m²], shape (n, 2, 2), of the ground places for pixel errors of `sigma` pixels each way.

        Where the error of the calibration itself is known, it is in it: so the result is not linear in the
        square of `sigma`.
        """
        ...

    def height_scale(self, places: Points) -> NDArray[np.float64]:
        """Pixels per metre of an upright person's height who stands at each place, shape (n,)."""
        ...
