"""What a camera can see of the ground: is somebody who is out of sight hidden, or gone out of the picture?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.geometry.projection import CameraModel, Points

# nobody is found of whom less than this [m] beside the middle is in the picture
_HALF_BODY = 0.25


@dataclass(frozen=True, slots=True)
class View:
    """The picture of one camera: its model and its size (width, height in pixels)."""

    model: CameraModel
    size: tuple[int, int]

    def sees(self, places: Points) -> NDArray[np.bool_]:
        """Whether somebody at each place [m], shape (n, 2), would have feet and half the body in the picture."""
        feet = self.model.to_image(places)
        margin = _HALF_BODY * self.model.height_scale(places)
        width, height = self.size
        x, y = feet[:, 0], feet[:, 1]
        # a comparison with NaN (no such pixel) is False, and so is the answer
        return np.asarray((x >= margin) & (x <= width - margin) & (y >= 0.0) & (y <= height))
