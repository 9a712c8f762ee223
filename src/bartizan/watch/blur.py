"""Everybody but the ones a picture is about made unrecognisable, beyond what any filter brings back."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""Left, top, width, height [pixels]."""

# a box is widened by these shares of its size, since detectors cut heads and elbows
_WIDER, _HIGHER = 0.25, 0.12
# a person becomes this many blocks from head to foot: a head is one block
_BLOCKS = 7


def blur_others(picture: Picture, others: Iterable[Box], subjects: Iterable[Box] = ()) -> Picture:
    """The picture, shape (height, width, 3), with everybody in `others` reduced to a few blocks of one colour each.

    Pixels of `subjects` stay as they are, except where somebody else's box overlaps: there the other is protected.
    Boxes may lie beyond the picture; those that are no numbers blur the whole picture, because nobody knows who is
    where. The input is not changed. Blocks are means of what was there: nothing finer is left.
    """
    covered = picture.copy()
    height, width = picture.shape[:2]
    others = list(others)
    blocks = [(box, _widened(box, width, height)) for box in others]
    for box, place in blocks:
        if place is None:
            return _blocks(picture.copy(), (0, 0, width, height), max(1.0, height / _BLOCKS))
        _blocks(covered, place, max(2.0, box[3] / _BLOCKS))
    kept = np.zeros((height, width), dtype=bool)
    for box in subjects:
        left, top, right, bottom = _corners(box, width, height)
        kept[top:bottom, left:right] = True
    for _, place in blocks:
        if place is not None:
            left, top, right, bottom = place
            kept[top:bottom, left:right] = False
    covered[kept] = picture[kept]
    return covered


def _widened(box: Box, width: int, height: int) -> tuple[int, int, int, int] | None:
    left, top, wide, high = box
    if not np.isfinite(box).all() or wide < 0.0 or high < 0.0:
        return None
    wider = (left - _WIDER * wide, top - _HIGHER * high, wide * (1 + 2 * _WIDER), high * (1 + 2 * _HIGHER))
    return _corners(wider, width, height)


def _corners(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    if not np.isfinite(box).all():
        return 0, 0, 0, 0
    left, top, wide, high = box
    xs = np.clip([np.floor(left), np.ceil(left + wide)], 0, width).astype(int)
    ys = np.clip([np.floor(top), np.ceil(top + high)], 0, height).astype(int)
    return int(xs[0]), int(ys[0]), int(xs[1]), int(ys[1])


def _blocks(picture: Picture, place: tuple[int, int, int, int], size: float) -> Picture:
    left, top, right, bottom = place
    wide, high = right - left, bottom - top
    if wide <= 0 or high <= 0:
        return picture
    cut = picture[top:bottom, left:right]
    few = (max(1, round(wide / size)), max(1, round(high / size)))
    small = cv2.resize(cut, few, interpolation=cv2.INTER_AREA)
    picture[top:bottom, left:right] = cv2.resize(small, (wide, high), interpolation=cv2.INTER_NEAREST)
    return picture
