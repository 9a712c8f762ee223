"""How far is it on foot from one place to another: around the walls where the ground is known, else straight."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from shapely import Point, Polygon

from bartizan.geometry.walk import walk

Place = tuple[float, float]
Distance = Callable[[Place, Place], float]
"""The length [m] of the way on foot between two places [m]."""


def straight(start: Place, end: Place) -> float:
    """The distance [m] of the crow: never more than the way on foot."""
    return math.dist(start, end)


@dataclass(frozen=True, slots=True)
class OnFoot:
    """The way on foot that stays on `ground` [m on the plan]: around its corners and holes.

    A place that is not on the ground, or a ground of very many corners, gives the distance of the crow; see
    `bartizan.geometry.walk`. Not modelled: doors that are shut, climbing, the width of a person.
    """

    ground: Polygon

    def __call__(self, start: Place, end: Place) -> float:
        """The way on foot [m] from one place to the other."""
        return walk(self.ground, Point(start), Point(end))
