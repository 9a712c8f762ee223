"""Intervals for few events: of a rate and of a share."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.special import betaincinv, chdtri

LEVEL = 0.95


class Interval(NamedTuple):
    """A value with the ends of its interval; the value is NaN where nothing can be said."""

    value: float
    low: float
    high: float


def rate(count: int, exposure: float, level: float = LEVEL) -> Interval:
    """How many per unit of exposure: `count` over `exposure`, with the exact interval of a Poisson count.

    Without exposure nothing is known: (NaN, 0, inf). Source: F. Garwood, "Fiducial limits for the Poisson
    distribution", Biometrika 28 (1936). It takes alarms to come independently; in a flood they do not, and the
    interval is then too narrow.
    """
    if not exposure > 0.0:
        return Interval(math.nan, 0.0, math.inf)
    tail = (1.0 - level) / 2.0
    low = float(chdtri(2 * count, 1.0 - tail)) / 2.0 if count else 0.0
    high = float(chdtri(2 * count + 2, tail)) / 2.0
    return Interval(count / exposure, low / exposure, high / exposure)


def share(count: int, of: int, level: float = LEVEL) -> Interval:
    """Which part: `count` of `of`, with the equal-tailed Jeffreys interval; of none nothing is known: (NaN, 0, 1).

    Source: L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion", Statistical
    Science 16 (2001), with their ends of 0 at none and 1 at all. The same prior stands behind the site's own figures
    of trials (`bartizan.quantity.Probability.tested`).
    """
    if of == 0:
        return Interval(math.nan, 0.0, 1.0)
    tail = (1.0 - level) / 2.0
    alpha, beta = count + 0.5, of - count + 0.5
    low = float(betaincinv(alpha, beta, tail)) if count else 0.0
    high = float(betaincinv(alpha, beta, 1.0 - tail)) if count < of else 1.0
    return Interval(count / of, low, high)
