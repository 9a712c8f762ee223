"""Which way the edges of a picture run, coarsely: what stays of a view by day and night, and goes when it is turned."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
"""Shape (2, height, width): the direction of the edges as the cosine and sine of twice its angle, times strength."""

GRID = (96, 72)
"""Columns and rows to which a picture is shrunk for its view."""

BLOCKS = (6, 8)  # rows and columns of blocks in which parts of a view may be lost
_NEAR = 15  # cells across of the surroundings that an edge is measured by
_FLOOR = 0.3  # of the mean strength: keeps the noise of flat places small
_LEAST = 1.0  # grey levels a cell: less is noise
_STRONGEST = 2.0  # times its surroundings
_LOST = 0.2  # likeness of a block below which it is not to be seen
_SPECK = 1e-9


def view_of(coarse: NDArray[np.uint8], hidden: NDArray[np.bool_] | None) -> Field:
    """The view in a picture that was shrunk to GRID, shape (rows, columns), without the cells that are `hidden`.

    Twice the angle makes an edge from dark to bright and from bright to dark the same, so that a lamp in place of the
    sun changes little; strength is taken beside that of its surroundings, so that exposure changes nothing.
    """
    smooth = cv2.GaussianBlur(coarse.astype(np.float32), (0, 0), 1.0)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    strength = cv2.magnitude(across, down)
    if hidden is not None:
        strength[hidden] = 0.0
    near = cv2.blur(strength, (_NEAR, _NEAR)) + (_FLOOR * float(strength.mean()) + _LEAST)
    relative = np.minimum(strength / near, _STRONGEST) / np.maximum(strength * strength, _SPECK)
    field = np.empty((2, *coarse.shape), np.float32)
    np.multiply(across * across - down * down, relative, out=field[0])
    np.multiply(2.0 * across * down, relative, out=field[1])
    return field


def compare(now: Field, usual: Field) -> tuple[float, float, float]:
    """How alike two views are, which share of the usual one is lost, and how alike the rest is.

    Likeness is 1 for the same view, and about 0 for views that have nothing to do with each other. Lost, by the
    strength of its edges, is what lies in blocks that now show something else, or nothing.
    """
    there, common, here = _blocks(usual, usual), _blocks(now, usual), _blocks(now, now)
    alike = common / np.sqrt(here * there + _SPECK)
    kept = alike >= _LOST
    lost = 1.0 - float(there[kept].sum()) / max(float(there.sum()), _SPECK)
    return _cosine(common, here, there), lost, _cosine(common[kept], here[kept], there[kept])


def _cosine(common: Field, here: Field, there: Field) -> float:
    return float(common.sum() / np.sqrt(here.sum() * there.sum() + _SPECK))


def _blocks(one: Field, other: Field) -> Field:
    """The sum of the products of two views in each block."""
    rows, columns = one.shape[1] // BLOCKS[0], one.shape[2] // BLOCKS[1]
    cut = (2, BLOCKS[0], rows, BLOCKS[1], columns)
    return np.asarray(np.einsum("abcde,abcde->bd", one.reshape(cut), other.reshape(cut)), np.float32)
