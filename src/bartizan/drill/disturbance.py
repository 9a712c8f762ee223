"""What disturbs a camera's pictures without anybody being there: the terms that renderer and disturbances share.

A disturbance is described in metres and seconds and knows no camera. `begin` fits it to one camera's view and gives
an effect, which changes picture after picture. The same seed and frame give the same picture. Effects come in the
order in which light takes its way: onto the ground, through the air, through the lens, onto the sensor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bartizan.drill.backdrop import StandingCamera
from bartizan.drill.play import Figure
from bartizan.drill.scenario import Light

Canvas = NDArray[np.float32]
"""Shape (height, width, 3), BGR, grey levels of 0 to 255: the picture before the sensor rounds it."""


class Stage(IntEnum):
    """Where on the way of the light a disturbance is."""

    GROUND = 0
    AIR = 1
    LENS = 2
    SENSOR = 3


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What a disturbance may know of a camera.

    `ground` (height, width, 2): the place [m] that each pixel sees, NaN above the horizon. `lit` (height, width): how
    well that place is lit, 0 to 1. Behind a wall both are those of the ground that the wall hides.
    """

    model: StandingCamera
    size: tuple[int, int]
    light: Light
    ground: NDArray[np.float32]
    lit: NDArray[np.float32]


class Effect(Protocol):
    """A disturbance in one camera's view."""

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        """Change the picture at `t` [s], in which `figures` are drawn; `rng` is this frame's."""
        ...


class Disturbance(Protocol):
    """Something that disturbs, described in metres and seconds."""

    @property
    def stage(self) -> Stage:
        """Where on the way of the light it is."""
        ...

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """Fit it to a camera's view; `rng` draws what stays the same throughout."""
        ...


def paint(canvas: Canvas, colour: float, cover: NDArray[np.float32], corner: tuple[int, int]) -> None:
    """Lay a grey colour over the picture where `cover`, shape (rows, columns), says how much, 0 to 1.

    `corner` is the left and top of the cover in the picture; what lies outside the picture is cut.
    """
    left, top = corner
    height, width = canvas.shape[:2]
    first_x, first_y = max(0, left), max(0, top)
    last_x, last_y = min(width, left + cover.shape[1]), min(height, top + cover.shape[0])
    if first_x >= last_x or first_y >= last_y:
        return
    part = canvas[first_y:last_y, first_x:last_x]
    share = cover[first_y - top : last_y - top, first_x - left : last_x - left, None]
    part += share * (np.float32(colour) - part)
