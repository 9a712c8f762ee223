"""Lines of sight on the plan: who sees whom past walls of any height."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# an eye hangs on a wall and not behind it: what stands closer [m] hides nothing
AT_THE_EYE = 0.3
# touching counts as crossing; so far off [of the unit that places are in] is touching
TOUCH = 1e-9


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


@compiled
def meets(ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float) -> bool:  # noqa: PLR0917 - compiled: numbers one by one
    """Whether two straight pieces, a-b and c-d, cross or touch."""
    if (
        max(ax, bx) < min(cx, dx) - TOUCH
        or max(cx, dx) < min(ax, bx) - TOUCH
        or max(ay, by) < min(cy, dy) - TOUCH
        or max(cy, dy) < min(ay, by) - TOUCH
    ):
        return False
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    c = ux * (cy - ay) - uy * (cx - ax)
    d = ux * (dy - ay) - uy * (dx - ax)
    a = vx * (ay - cy) - vy * (ax - cx)
    b = vx * (by - cy) - vy * (bx - cx)
    # a cross product over a length is a distance from the line
    near = TOUCH * (abs(ux) + abs(uy))
    far = TOUCH * (abs(vx) + abs(vy))
    return not (
        (c > near and d > near) or (c < -near and d < -near) or (a > far and b > far) or (a < -far and b < -far)
    )
