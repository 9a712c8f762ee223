"""Privacy masks: burned into each picture before it leaves its source, so that nothing else ever sees behind them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, intersects_xy, prepare

from bartizan.app.live.ports import Frame, FrameSource, Picture
from bartizan.errors import VideoError

FILL = (0, 0, 0)
"""The colour of a mask (blue, green, red)."""

_TOUCHES = 0.71  # pixels from the middle of one to its corner: what a mask touches of it hides it


class Masks:
    """The masks of one camera: polygons in pixels of its pictures, the middle of the upper left one at (0, 0).

    Every pixel that a mask touches is filled; masks may overlap and lie partly outside the picture.
    """

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        self._shapes = [polygon.buffer(_TOUCHES) for polygon in polygons]
        self._open: Picture | None = None

    def __bool__(self) -> bool:
        return bool(self._shapes)

    def burn(self, picture: Picture) -> Picture:
        """Fill the masks in this picture, shape (height, width, 3): in it, where it can be written to."""
        if not self._shapes:
            return picture
        if self._open is None or self._open.shape != picture.shape:
            hidden = self.hidden((picture.shape[1], picture.shape[0]))
            self._open = np.where(hidden[:, :, None], np.uint8(0), np.uint8(255)).repeat(picture.shape[2], axis=2)
        # FILL is black, so that keeping the bits of what is open is all
        burned = cv2.bitwise_and(picture, self._open, dst=picture if picture.flags.writeable else None)
        return np.asarray(burned, dtype=np.uint8)

    def hidden(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Which pixels of a picture of `size` (width, height) are masked, shape (height, width)."""
        hidden = np.zeros((size[1], size[0]), np.bool_)
        for shape in self._shapes:
            prepare(shape)
            west, south, east, north = shape.bounds
            columns = np.arange(max(0, math.floor(west)), min(size[0], math.ceil(east) + 1))
            rows = np.arange(max(0, math.floor(south)), min(size[1], math.ceil(north) + 1))
            if len(columns) and len(rows):
                window = np.ix_(rows, columns)
                with np.errstate(invalid="ignore"):  # GEOS may leave the flag set though its answer is right
                    hidden[window] |= intersects_xy(shape, columns[None, :], rows[:, None])
        return hidden


class Masked:
    """The pictures of another source, with masks burned in.

    Raises VideoError where its pictures are not of the size that the masks were drawn on: before the first picture,
    and at one that differs.
    """

    def __init__(self, source: FrameSource, masks: Masks, size: tuple[int, int], camera: str) -> None:
        self._source, self._masks, self._camera = source, masks, camera
        self.size = size
        self._require(source.size)

    def __iter__(self) -> Iterator[Frame]:
        for t, picture in self._source:
            self._require((picture.shape[1], picture.shape[0]))
            yield t, self._masks.burn(picture)

    def _require(self, size: tuple[int, int]) -> None:
        if size != self.size:
            raise VideoError(
                f"camera '{self._camera}': its pictures are {size[0]} x {size[1]} pixels, and its masks were drawn on "
                f"{self.size[0]} x {self.size[1]}, so that they would hide the wrong places. Correct its size and masks"
            )
