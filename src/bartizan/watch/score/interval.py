"""Intervals for few events: of a share, of a rate, and of whatever is computed from episodes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from scipy.special import gammaincinv, ndtri

LEVEL = 0.95
DRAWS = 2_000

_Item = TypeVar("_Item")


class Interval(NamedTuple):
    """A value with the ends of its interval; NaN where nothing can be said."""

    value: float
    low: float
    high: float


def wilson(successes: int, trials: int, level: float = LEVEL) -> Interval:
    """A share and its score interval; without a trial nothing is known: (NaN, 0, 1).

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927).
    """
    if trials == 0:
        return Interval(math.nan, 0.0, 1.0)
    z = float(ndtri(0.5 + level / 2.0))
    share = successes / trials
    scale = 1.0 + z * z / trials
    middle = (share + z * z / (2.0 * trials)) / scale
    half = z / scale * math.sqrt(share * (1.0 - share) / trials + z * z / (4.0 * trials * trials))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def poisson(count: int, exposure: float, level: float = LEVEL) -> Interval:
    """A rate per unit of exposure and its exact interval; NaN without exposure.

    Source: F. Garwood, "Fiducial limits for the Poisson distribution" (1936).
    """
    if not exposure > 0.0:
        return Interval(math.nan, math.nan, math.nan)
    tail = (1.0 - level) / 2.0
    low = float(gammaincinv(count, tail)) if count else 0.0
    high = float(gammaincinv(count + 1, 1.0 - tail))
    return Interval(count / exposure, low / exposure, high / exposure)


def bootstrap(
    items: Sequence[_Item],
    figure: Callable[[Sequence[_Item]], float],
    generator: np.random.Generator,
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> Interval:
    """A figure of `items` and its percentile interval over `draws` samples of as many items with replacement.

    Draws in which the figure is NaN are left out; NaN ends where fewer than half are left. Source: B. Efron (1979).
    Too narrow for a handful of items.
    """
    value = figure(items)
    if not items:
        return Interval(value, math.nan, math.nan)
    chosen = generator.integers(0, len(items), size=(draws, len(items)))
    found = np.array([figure([items[index] for index in row]) for row in chosen])
    found = found[np.isfinite(found)]
    if len(found) < draws / 2:
        return Interval(value, math.nan, math.nan)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(found, [tail, 1.0 - tail])
    return Interval(value, float(low), float(high))
