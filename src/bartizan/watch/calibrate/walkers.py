"""People walking through a picture, as boxes: what is known of a camera of which nothing else is known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.errors import CalibrationError
from bartizan.watch.detection.detect import Detection

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How tall people are who walk there, in shoes, and how tall boxes are drawn round them.

    `mean` [m] of adults, `unsure` [m] by how much the mean of *these* people may differ from it, `between` the spread
    among them as a share of the mean; `excess` is by how much a box is taller than the person in it, as a share.
    The defaults are a choice and no measurement: means by country lie between 1.6 and 1.8 m for men and women
    together (NCD Risk Factor Collaboration, eLife 5, 2016), so give your own where you know better.
    """

    mean: float = 1.72
    unsure: float = 0.05
    between: float = 0.06
    excess: float = 0.0

    def __post_init__(self) -> None:
        good = 0.5 <= self.mean <= 2.5 and 0.0 <= self.unsure <= 0.5 and 0.0 < self.between <= 0.5
        if not good or not -0.5 < self.excess < 0.5:
            raise CalibrationError(
                f"people of {self.mean:g} m (unsure {self.unsure:g} m, spread {self.between:g}, boxes "
                f"{self.excess:+g}) are none. Give a mean of 0.5 to 2.5 m, its doubt up to 0.5 m, and shares below 0.5"
            )


@dataclass(frozen=True, slots=True)
class Walkers:
    """Upright people: `t` [s], `foot`, shape (n, 2), and `height` [pixels], shape (n,), of each box.

    `dropped` counts the boxes that could not be used, by why.
    """

    t: Floats
    foot: Floats
    height: Floats
    size: tuple[int, int]
    dropped: dict[str, int]

    def __len__(self) -> int:
        return len(self.t)


# a box nearer to the picture's edge than this [pixels] may be cut off by it
_EDGE = 3.0
# an upright person is between these times as tall as wide; others sit, ride or are two
_SLIMMEST, _WIDEST = 5.0, 1.4
# of less than this [pixels], the error of the box is no longer small beside its height
_SMALLEST = 16.0


def walkers(frames: Iterable[tuple[float, Sequence[Detection]]], size: tuple[int, int]) -> Walkers:
    """The boxes that show a whole, upright person, of frames (t [s], detections) in a picture of `size` pixels."""
    rows: list[tuple[float, float, float, float]] = []
    dropped = {"not finite": 0, "cut by the picture's edge": 0, "not upright": 0, "too small": 0, "not a person": 0}
    width, height = size
    for t, detections in frames:
        for one in detections:
            left, top, wide, tall = (float(value) for value in one.box)
            if not all(map(math.isfinite, (t, left, top, wide, tall))):
                why = "not finite"
            elif one.label != "person":
                why = "not a person"
            elif min(left, top) < _EDGE or left + wide > width - _EDGE or top + tall > height - _EDGE:
                why = "cut by the picture's edge"
            elif wide <= 0.0 or not _WIDEST <= tall / wide <= _SLIMMEST:
                why = "not upright"
            elif tall < _SMALLEST:
                why = "too small"
            else:
                rows.append((t, left + wide / 2.0, top + tall, tall))
                continue
            dropped[why] += 1
    table = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Walkers(table[:, 0], table[:, 1:3], table[:, 3], size, dropped)
