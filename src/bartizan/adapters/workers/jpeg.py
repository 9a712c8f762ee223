"""A picture as a JPEG that is small enough to be handed over for showing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.app.live.wire import MOST_PICTURE

QUALITIES = (80, 50, 25)  # percent, best first: the first that is small enough


def jpeg(picture: NDArray[np.uint8]) -> bytes | None:
    """The picture, shape (height, width, 3) in BGR, at its own size; None where no quality makes it small enough."""
    for quality in QUALITIES:
        encoded, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if encoded and data.size <= MOST_PICTURE:
            return data.tobytes()
    return None
