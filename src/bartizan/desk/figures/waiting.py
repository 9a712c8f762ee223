"""How long it takes, where some are still waiting: quantiles that do not leave the slow ones out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from scipy.special import ndtri

from bartizan.desk.figures.interval import LEVEL


class Wait(NamedTuple):
    """A time [s]; `over` is false where it was not over when it was last looked at."""

    seconds: float
    over: bool = True


class Quantile(NamedTuple):
    """A quantile of a time [s] with its interval; infinite where fewer than that part are known to be over."""

    value: float
    low: float
    high: float


def quantile(waits: Iterable[Wait], part: float, level: float = LEVEL) -> Quantile:
    """By when is `part` of them over? NaN with (0, inf) where nobody waited.

    What is not over counts as waiting until then, so that a slow desk does not look fast for having acknowledged
    only what was easy. Source: E. L. Kaplan and P. Meier (1958) for the curve; its bounds by Greenwood's variance on
    the scale log(-log S), and the interval of the quantile as the times at which these bounds do not exclude it
    (R. Brookmeyer and J. Crowley, Biometrics 38, 1982). It takes those who still wait to be no different from those
    who waited as long before them.
    """
    ordered = sorted(waits)
    if not ordered:
        return Quantile(math.nan, 0.0, math.inf)
    z = float(ndtri(0.5 + level / 2.0))
    tail = (1.0 - level) / 2.0
    left, survive, spread, above = len(ordered), 1.0, 0.0, 1.0
    ends: list[float] = [math.inf, math.inf, math.inf]  # of the lower bound, the curve, the upper bound
    for seconds, group in groupby(ordered, key=lambda wait: wait.seconds):
        here = [wait.over for wait in group]
        over = sum(here)
        if over:
            survive *= 1.0 - over / left
            spread += over / (left * (left - over)) if left > over else 0.0
            if left == over:
                # all who were left at once: the exact bound for none of so many, on top of the last one
                bounds = (0.0, 0.0, above * (1.0 - tail ** (1.0 / left)))
            else:
                bounds = _bounds(survive, spread, z)
                above = bounds[2]
            for place, height in enumerate(bounds):
                # a hair's breadth: a product that is one half must still meet one half
                if ends[place] == math.inf and height <= 1.0 - part + 1e-12:
                    ends[place] = seconds
        left -= len(here)
    # of so few even the least may lie above the quantile, or the greatest below it
    low = ends[0] if (1.0 - part) ** len(ordered) <= tail else 0.0
    high = ends[2] if part ** len(ordered) <= tail else math.inf
    return Quantile(ends[1], low, high)


def _bounds(survive: float, spread: float, z: float) -> tuple[float, float, float]:
    """Lower bound, curve and upper bound of how many are still waiting."""
    if survive >= 1.0:
        return 1.0, 1.0, 1.0
    width = math.exp(z * math.sqrt(spread) / abs(math.log(survive)))
    return survive**width, survive, survive ** (1.0 / width)
