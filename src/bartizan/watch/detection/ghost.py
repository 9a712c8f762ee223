"""What the outline of a fitted body tells: somebody who is there, the mark of one who left, or no body at all.

Where somebody stood still while the scene was learnt, the place differs from the scene as soon as they go: a
foreground as person-shaped as they were, which would stand there for ever. And what is no thing in the scene can
light up as many pixels as a person: shadows, pools of light, flakes and insects before the lens. The outline tells
them apart. A person who is there makes edges in the picture where the scene has none, as sharp as the camera shows
any. A ghost has edges in the scene and none in the picture. A shadow's penumbra, a pool of light, and what is too near
to be in focus have no sharp edge anywhere.

Source: the comparison of edges is after Cucchiara, Grana, Piccardi and Prati, "Detecting moving objects, ghosts and
shadows in video streams" (2003), here along the outline of the fitted body only. Not modelled: motion blur; at 1/25 s
a walker moves 6 cm, which is less than a pixel of the map beyond 15 m.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled_for_threads
from bartizan.watch.detection.body import Body, part_of
from bartizan.watch.detection.shine import EMPTY, Map, Picture

# the outline is looked for this far to each side of the body's, in heights
_REACH = 0.06
# the edges of a ghost are this many times stronger in the scene than in the picture, and a grey level more
_TIMES = 2.0
# steps [grey levels] below this are noise and texture
_NOISE = 8.0
# grey levels (of three colours together) that keep the share of the light from being that of the noise in the dark
_DIM = 9.0
# a shadow leaves this share of the light, and the same everywhere, but for so much (of its logarithm)
_DARKEST, _LIGHTEST, _EVEN = 0.35, 0.95, 0.11
# a step from one pixel to the next is at most this share of what it leads to, in a map that was smoothed
SHARPEST = 0.5
# an edge of the scene is looked at where it leads over this many grey levels within so many pixels
_EDGE, _WITHIN = 40.0, 7
# with fewer pixels at such edges the scene does not tell how sharp the camera is
_EDGES = 150


class Outline(NamedTuple):
    """Mean steps [grey levels] from pixel to pixel across the sides of a body, in the picture and in the scene; how
    much [grey levels] the foreground within differs from the scene; its brightness as a share of the scene's, and the
    standard deviation of that (of its logarithm) from pixel to pixel.
    """

    now: float
    before: float
    contrast: float
    share: float
    uneven: float

    @property
    def is_ghost(self) -> bool:
        """Whether the body is the mark of somebody who has left."""
        return self.before > _TIMES * self.now + 1.0

    @property
    def sharpness(self) -> float:
        """The step across the sides as a share of the contrast that it leads to."""
        return (self.now + _NOISE) / max(self.contrast, 1.0)

    @property
    def is_shadow(self) -> bool:
        """Whether it darkens the scene by one share throughout, as nobody with face, hair and shoes does."""
        return _DARKEST < self.share < _LIGHTEST and self.uneven < _EVEN


def _outline(picture: Picture, scene: Map, strength: Map, body: Body) -> tuple[float, float, float, float, float]:
    high, wide = scene.shape[0], scene.shape[1]
    window = (0, 0, wide, high)
    reach = max(1, int(np.rint(_REACH * body[2])))
    now = before = contrast = total = squares = 0.0
    count = inside = 0
    for part in range(3):
        left, top, right, bottom = part_of(part, body, window, 0.0)
        for row in range(int(np.rint(top)), int(np.rint(bottom))):
            for column in range(int(np.rint(left)), int(np.rint(right))):
                if strength[row, column] > EMPTY:
                    most = light = usual = 0.0
                    for channel in range(3):
                        most = max(most, abs(float(picture[row, column, channel]) - scene[row, column, channel]))
                        light += float(picture[row, column, channel])
                        usual += scene[row, column, channel]
                    share = np.log((light + _DIM) / (usual + _DIM))
                    contrast, total, squares = contrast + most, total + share, squares + share * share
                    inside += 1
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
    mean = total / max(inside, 1)
    spread = np.sqrt(max(0.0, squares / max(inside, 1) - mean * mean))
    return now / max(count, 1), before / max(count, 1), contrast / max(inside, 1), np.exp(mean), spread


_traced = compiled_for_threads(_outline)


def outline(picture: Picture, scene: Map, strength: Map, body: NDArray[np.float64]) -> Outline:
    """The outline of a fitted body, shape (5,).

    `picture` and `scene`, shape (height, width, 3), are the picture now and the learnt scene at the map's size;
    `strength` the foreground, shape (height, width).
    """
    x, y, tall, lean, across = (float(value) for value in body)
    return Outline(*_traced(picture, scene, strength, (x, y, tall, lean, across)))


def scene_sharpness(scene: Map) -> float:
    """How sharp the camera shows the edges of a scene, shape (height, width, 3), at most SHARPEST.

    The steepest step of an edge as a share of the whole edge; that of the sharpest tenth. SHARPEST where the scene
    has too few edges to tell.
    """
    grey = scene[:, :, 1]
    kernel = np.ones((1, _WITHIN), np.uint8)
    over = cv2.dilate(grey, kernel) - cv2.erode(grey, kernel)
    steps = np.zeros_like(grey)
    np.abs(np.diff(grey, axis=1), out=steps[:, 1:])
    # the steps that lie wholly within: a steeper one beyond is not part of what this edge leads over
    steepest = cv2.dilate(steps, np.ones((1, _WITHIN - 2), np.uint8))
    edges = over > _EDGE
    if np.count_nonzero(edges) < _EDGES:
        return SHARPEST
    return min(SHARPEST, float(np.percentile(steepest[edges] / over[edges], 90.0)))
