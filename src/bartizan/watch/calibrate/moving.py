"""Boxes round what moves in front of a still camera of which nothing is known yet: enough to calibrate it by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.watch.detection.detect import Detection

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingParams:
    """`learn` [s] of the scene before anything counts; `memory` [s] after which what stands still is scenery.

    `contrast` in variances of a pixel (Zivkovic's Tg). Boxes are at least `least` of the picture's height tall.
    """

    learn: float = 5.0
    memory: float = 40.0
    contrast: float = 20.0
    least: float = 0.04


# how a figure's pieces are joined: by gaps of these shares of the picture's height, up and down more than across
_GAP_UP, _GAP_ACROSS = 0.015, 0.006
# a figure fills so much of its box at least; less is two people, or a shadow with one
_FILLED = 0.42


def moving(
    frames: Iterable[tuple[float, Picture]], params: MovingParams | None = None
) -> Iterator[tuple[float, list[Detection]]]:
    """The upright moving figures of each picture (height, width, 3), as boxes; people who touch are left out.

    No model is needed, and so none can be wrong; the price is that groups, shadows and cut figures are left out as
    far as their shape tells. Source: Zivkovic and van der Heijden, "Efficient adaptive density estimation per image
    pixel for the task of background subtraction" (2006), as in OpenCV. Not modelled: a camera that moves.
    """
    p = params or MovingParams()
    scene = cv2.createBackgroundSubtractorMOG2(history=500, varThreshold=p.contrast, detectShadows=True)
    first, before = None, None
    for t, picture in frames:
        first = t if first is None else first
        step = 0.1 if before is None else max(t - before, 1e-3)
        before = t
        # a rate in seconds: the scene is learned within `learn` and forgotten within `memory`
        rate = min(1.0, step / (p.memory if t - first > p.learn else min(p.learn, max(t - first, step))))
        marked = scene.apply(cv2.GaussianBlur(picture, (5, 5), 0), learningRate=rate)
        if t - first > p.learn:
            yield t, _figures(np.asarray(marked, dtype=np.uint8), p)


def _figures(marked: Picture, p: MovingParams) -> list[Detection]:
    height, width = marked.shape
    solid = np.where(marked == 255, 255, 0).astype(np.uint8)  # shadows are 127
    solid = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    gap = np.ones((max(3, round(_GAP_UP * height) | 1), max(3, round(_GAP_ACROSS * height) | 1)), np.uint8)
    joined = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, gap)
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found = []
    for number in range(1, len(stats)):
        left, top, wide, tall, area = (int(value) for value in stats[number])
        if tall < p.least * height or area < _FILLED * wide * tall or tall > 0.9 * height or wide > 0.5 * width:
            continue
        found.append(Detection((float(left), float(top), float(wide), float(tall)), 1.0))
    return found
