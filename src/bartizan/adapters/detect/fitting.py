"""A picture made to the size that a model takes, and its boxes brought back to the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.site.detectors import OnnxModel

Boxes = NDArray[np.float64]
"""Shape (n, 4): left, top, right, bottom [pixels]."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a picture of `picture` (width, height) lies in a model's input of `size` (width, height) [pixels].

    Letterboxed, the picture keeps its shape and the rest is filled with grey: below and to the right of it, or on
    both sides. Stretched, it fills the input.
    """

    model: OnnxModel
    picture: tuple[int, int]
    size: tuple[int, int]

    @property
    def _scale(self) -> tuple[float, float]:
        across, down = self.size[0] / self.picture[0], self.size[1] / self.picture[1]
        return (across, down) if self.model.fit == "stretch" else (min(across, down), min(across, down))

    def _corner(self, inner: tuple[int, int]) -> tuple[int, int]:
        if self.model.fit != "letterbox-centre":
            return 0, 0
        return (self.size[0] - inner[0]) // 2, (self.size[1] - inner[1]) // 2

    def _inner(self) -> tuple[int, int]:
        across, down = self._scale
        return (
            max(1, min(self.size[0], round(across * self.picture[0]))),
            max(1, min(self.size[1], round(down * self.picture[1]))),
        )

    def blob(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The input, shape (1, 3, height, width), of a picture, shape (height, width, 3), BGR."""
        inner = self._inner()
        small = cv2.resize(image, inner, interpolation=cv2.INTER_LINEAR)
        canvas = np.full((self.size[1], self.size[0], 3), self.model.pad, np.uint8)
        left, top = self._corner(inner)
        canvas[top : top + inner[1], left : left + inner[0]] = small
        if self.model.colours == "rgb":
            canvas = canvas[:, :, ::-1]
        values = canvas.astype(np.float32) * np.float32(self.model.scale)
        values -= np.array(self.model.mean, np.float32)
        values /= np.array(self.model.deviation, np.float32)
        return np.ascontiguousarray(values.transpose(2, 0, 1)[None])

    def back(self, boxes: Boxes) -> Boxes:
        """Boxes of the model's input as boxes of the picture, cut at its edges."""
        inner = self._inner()
        corner = np.array([*self._corner(inner), *self._corner(inner)], np.float64)
        shrunk = np.array([inner[0] / self.picture[0], inner[1] / self.picture[1]] * 2)
        most = np.array([*self.picture, *self.picture], np.float64)
        return np.asarray(np.clip((boxes - corner) / shrunk, 0.0, most))
