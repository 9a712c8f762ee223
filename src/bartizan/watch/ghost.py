"""A person, or the mark of one who was learnt into the scene and has left?

Where somebody stood still while the scene was learnt, the place differs from the scene as soon as they go: a
foreground as person-shaped as they were, which would stand there for ever. What tells the two apart is the outline.
A person who is there makes edges in the picture where the scene has none; a ghost has edges in the scene and none in
the picture.

Source: the comparison of edges is after Cucchiara, Grana, Piccardi and Prati, "Detecting moving objects, ghosts and
shadows in video streams" (2003), here along the outline of the fitted body only.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from bartizan.watch.background import Map, Picture
from bartizan.watch.body import Body, part_of

# the outline is looked for this far to each side of the body's, in heights
_REACH = 0.06
# the edges of a ghost are this many times stronger in the scene than in the picture, and a grey level more
_TIMES = 2.0
# steps [grey levels] below this are noise and texture
_NOISE = 8.0


def _outline_edges(picture: Picture, scene: Map, body: Body) -> tuple[float, float]:
    """Mean step [grey levels] across the sides of the body, in the picture and in the scene."""
    high, wide = scene.shape[0], scene.shape[1]
    window = (0, 0, wide, high)
    reach = max(1, int(np.rint(_REACH * body[2])))
    now = before = 0.0
    count = 0
    for part in range(3):
        left, top, right, bottom = part_of(part, body, window, 0.0)
        for row in range(int(np.rint(top)), int(np.rint(bottom))):
            for side in (int(np.rint(left)), int(np.rint(right))):
                first, last = max(1, side - reach), min(wide - 1, side + reach + 1)
                most_now = most_before = 0.0
                for column in range(first, last):
                    for channel in range(3):
                        step = float(picture[row, column, channel]) - float(picture[row, column - 1, channel])
                        most_now = max(most_now, abs(step))
                        past = scene[row, column, channel] - scene[row, column - 1, channel]
                        most_before = max(most_before, abs(past))
                if first < last:
                    now += max(0.0, most_now - _NOISE)
                    before += max(0.0, most_before - _NOISE)
                    count += 1
    return now / max(count, 1), before / max(count, 1)


_edges = njit(cache=True, nogil=True)(_outline_edges)


def is_ghost(picture: Picture, scene: Map, body: NDArray[np.float64]) -> bool:
    """Whether the fitted body, shape (5,), is the mark of somebody who has left.

    `picture` and `scene`, shape (height, width, 3), are the picture now and the learnt scene at the map's size.
    """
    x, y, tall, lean, across = (float(value) for value in body)
    now, before = _edges(picture, scene, (x, y, tall, lean, across))
    return bool(before > _TIMES * now + 1.0)
