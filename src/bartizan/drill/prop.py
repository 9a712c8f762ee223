"""Things that somebody leaves on the ground: a bag, a case, a box, from a time on and until a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.geometry.projection import CameraModel

_SHIFT = 4  # drawing routines take coordinates in 1/16 pixel
_REACH = 6000.0  # pixels: beyond this a corner is no place to draw to


@dataclass(frozen=True, slots=True, kw_only=True)
class Prop:
    """A box of `length` x `width` x `height` [m] that stands at `at` [m] from `begins` to `ends` [s].

    `heading` [radians] of its length; `shade` is how light it is, 0 to 1.
    """

    at: tuple[float, float]
    length: float = 0.5
    width: float = 0.3
    height: float = 0.4
    heading: float = 0.4
    shade: float = 0.15
    begins: float = 0.0
    ends: float = math.inf

    def there(self, t: float) -> bool:
        """Whether it stands there at `t` [s]."""
        return self.begins <= t < self.ends

    def pixels(self, model: CameraModel) -> NDArray[np.float64] | None:
        """Its eight corners in the picture, the lower four first; None where it has no pixels."""
        along = 0.5 * self.length * np.array([math.cos(self.heading), math.sin(self.heading)])
        aside = 0.5 * self.width * np.array([-math.sin(self.heading), math.cos(self.heading)])
        foot = np.array(self.at) + np.array([along + aside, aside - along, -along - aside, along - aside])
        corners = np.vstack([np.column_stack([foot, np.full(4, z)]) for z in (0.0, self.height)])
        pixels = model.to_image(corners)
        return pixels if np.isfinite(pixels).all() and np.abs(pixels).max() < _REACH else None


def draw_prop(
    image: NDArray[np.uint8], prop: Prop, pixels: NDArray[np.float64], corner: tuple[int, int], lit: float
) -> None:
    """Draw the sides as one shape and the lid a little lighter; `corner` is the left and top of `image`."""
    shapes = np.round((pixels - np.array(corner)) * (1 << _SHIFT)).astype(np.int32)
    tone = 255.0 * prop.shade * lit
    body = cv2.convexHull(shapes)
    cv2.fillConvexPoly(image, body, (tone, tone, tone), cv2.LINE_AA, _SHIFT)
    lid = 1.2 * tone + 8.0 * lit
    cv2.fillConvexPoly(image, shapes[4:], (lid, lid, lid), cv2.LINE_AA, _SHIFT)
