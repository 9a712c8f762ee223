"""Lines of sight on the plan: who sees whom past walls of any height."""

from __future__ import annotations

import math

import numpy as np

from bartizan.assess.terrain.barriers import meets
from bartizan.assess.terrain.network import Flags, Floats
from bartizan.compiled import compiled

# an eye hangs on a wall and not behind it: what stands closer [m] hides nothing
AT_THE_EYE = 0.3


@compiled
def seen(places: Floats, eyes: Floats, walls: Floats) -> Flags:
    """Whether the straight line from each place to its eye meets no wall.

    `places`, `eyes` [m], shape (n, 2), or one eye for all, shape (1, 2); `walls` [m], shape (k, 4). A wall that the
    line touches hides; one nearer to the eye than AT_THE_EYE does not. Not modelled: heights; a wall hides whatever
    lies behind it, however low it is, so that coverage is told too small and never too large.
    """
    result = np.ones(len(places), dtype=np.bool_)
    for number in range(len(places)):
        x, y = places[number]
        ex, ey = eyes[min(number, len(eyes) - 1)]
        length = math.hypot(ex - x, ey - y)
        if length <= AT_THE_EYE:
            continue
        share = (length - AT_THE_EYE) / length
        ex, ey = x + share * (ex - x), y + share * (ey - y)
        for wall in range(len(walls)):
            if meets(x, y, ex, ey, walls[wall, 0], walls[wall, 1], walls[wall, 2], walls[wall, 3]):
                result[number] = False
                break
    return result
