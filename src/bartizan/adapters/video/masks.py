"""Privacy masks: burned into each picture before it leaves its source, so that nothing else ever sees behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from bartizan.app.live.ports import Frame, FrameSource, Picture
from bartizan.errors import VideoError

FILL = (0, 0, 0)
"""The colour of a mask (blue, green, red)."""

_EDGE = 3  # pixels of the line that is drawn along the edge
_FINE = 4  # binary places of a pixel that the drawing keeps of a corner


class Masks:
    """The masks of one camera: polygons in pixels of its pictures, the middle of the upper left one at (0, 0).

    Every pixel that a mask touches is filled, and up to three beside it; masks may overlap and lie partly outside the picture.
    """

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        # each is filled alone: where two are filled together, what both cover would stay open
        self._shapes = [
            np.round(np.asarray(polygon.exterior.coords)[:-1] * (1 << _FINE)).astype(np.int32) for polygon in polygons
        ]

    def __bool__(self) -> bool:
        return bool(self._shapes)

    def burn(self, picture: Picture) -> Picture:
        """Fill the masks in this picture, shape (height, width, 3): in it, where it can be written to."""
        if not self._shapes:
            return picture
        burned = picture if picture.flags.writeable and picture.flags.c_contiguous else picture.copy()
        self._fill(burned, FILL)
        return burned

    def hidden(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Which pixels of a picture of `size` (width, height) are masked, shape (height, width)."""
        drawn = np.zeros((size[1], size[0]), np.uint8)
        self._fill(drawn, (1, 1, 1))
        return np.asarray(drawn.astype(np.bool_))

    def _fill(self, picture: NDArray[np.uint8], colour: tuple[int, int, int]) -> None:
        for shape in self._shapes:
            cv2.fillPoly(picture, [shape], colour, shift=_FINE)
            # the filling leaves out pixels of thin corners, and half a pixel may tell something
            cv2.polylines(picture, [shape], True, colour, thickness=_EDGE, shift=_FINE)


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
