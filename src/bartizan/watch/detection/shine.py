"""Where the scene shines through: light and haze change its brightness, and leave its texture where it was.

A person hides the ground behind. A cloud, a lamp, headlights, fog do not: the fine texture of the ground, brighter or
darker, still lies where the learnt scene has it. Where picture and scene agree in texture over a broad place, a
change of brightness is one of light.

Source: the comparison of local texture is after Leone and Distante, "Shadow detection for moving objects based on
texture analysis" (2007), here as a correlation, over what differs, of what is left when the local mean is taken off.
Where the scene has no texture above the noise (sky, a smooth wall in the dark), and where the change is narrow, it
says nothing, and the change counts as foreground.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Map = NDArray[np.float32]
Mask = NDArray[np.bool_]

EMPTY = 0.25
"""A strength below this is no foreground."""

# pixels of the map: texture is what a mean over so many takes off, compared within windows of so many
_GRAIN, _WINDOW = (5, 5), (13, 13)
# the strongest texture [grey levels] that counts: an edge must not speak for the surface beside it
_STRONGEST = 8.0
# variance [grey levels squared] of the noise that is left in the smoothed picture
_NOISE = 0.3
# the least share of a window that must differ for it to say something
_SHARE = 0.3
# texture that has nothing to do with the scene's agrees with it by more than this by chance in few windows; from the
# second value on nothing is left of the foreground
_FROM, _TO = 0.5, 0.7
# pixels of the map: agreement by chance is as narrow as a window, and light is broader
_BROAD = np.ones((15, 15), np.uint8)
# so far beyond a place do the two means reach that its answer depends on
_RIM = 8


def shine(picture: Picture, scene: Map, strength: Map) -> Map:
    """How surely each pixel shows the scene in another light, 0 to 1, shape (height, width).

    `picture` and `scene`, shape (height, width, 3), are at the map's size; `strength`, shape (height, width), says
    how much they differ.
    """
    differs = np.asarray(strength > EMPTY, dtype=np.uint8)
    sure = np.zeros(strength.shape, np.float32)
    dense = np.asarray(cv2.blur(differs * 255, _WINDOW) > 255 * _SHARE, dtype=np.uint8)
    # only where it is dense and broad can the answer be other than zero: most of most pictures is not worth comparing
    _, label, boxes, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(dense, cv2.MORPH_OPEN, _BROAD))
    for number, (left, top, wide, high, _) in enumerate(boxes[1:], start=1):
        part = np.s_[max(0, top - _RIM) : top + high + _RIM, max(0, left - _RIM) : left + wide + _RIM]
        agreed = _agreed(picture[part], scene[part], differs[part].astype(np.float32))
        agreed[label[part] != number] = 0.0
        if agreed.any():
            sure[part] = np.maximum(sure[part], cv2.morphologyEx(agreed, cv2.MORPH_OPEN, _BROAD))
    return sure


def _agreed(picture: Picture, scene: Map, differs: Map) -> Map:
    """How surely the texture of a part of the picture, in windows about each pixel, is that of the scene, 0 to 1."""
    noise = _NOISE * cv2.blur(differs, _WINDOW)
    now, before = _texture(picture) * differs, _texture(scene) * differs
    both = cv2.blur(now * before, _WINDOW)
    power = (cv2.blur(now * now, _WINDOW) + noise) * (cv2.blur(before * before, _WINDOW) + noise)
    agreed = both / np.sqrt(power + np.float32(1e-6))
    return np.asarray(np.clip((agreed - _FROM) / (_TO - _FROM), 0.0, 1.0), dtype=np.float32)


def _texture(picture: Picture | Map) -> Map:
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.float32)
    grey -= cv2.blur(grey, _GRAIN)
    return np.asarray(np.clip(grey, -_STRONGEST, _STRONGEST, out=grey), dtype=np.float32)
