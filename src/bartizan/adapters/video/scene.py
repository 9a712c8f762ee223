"""The empty scene of a video: what stands there, without those who pass."""

from __future__ import annotations

from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from bartizan.app.live import FrameSource
from bartizan.errors import VideoError

SECONDS = 60.0
"""How much of a video is looked at."""
PICTURES = 25
"""Pictures that the middle is taken of: who is at a place in fewer than half of them is not shown."""


def empty_scene(source: FrameSource, seconds: float = SECONDS) -> NDArray[np.uint8]:
    """The middle value of each pixel over pictures spread over the first `seconds`, shape (height, width, 3).

    Raises VideoError where there is no picture. Not modelled: who stands still for most of the time stays in it.
    """
    kept: list[tuple[float, NDArray[np.uint8]]] = []
    gap = 0.0
    for t, picture in takewhile(lambda frame: frame[0] <= seconds, source):
        if kept and t - kept[-1][0] < gap:
            continue
        kept.append((t, picture.copy()))
        if len(kept) > 2 * PICTURES:
            # twice as many as needed: every other one goes, and from now on half as many are taken
            kept = kept[::2]
            gap = max(2.0 * gap, kept[-1][0] / len(kept))
    if not kept:
        raise VideoError("the video holds no picture of the scene. Give a longer one")
    middle = np.median(np.stack([picture for _, picture in kept]), axis=0)
    return np.asarray(middle, dtype=np.uint8)
