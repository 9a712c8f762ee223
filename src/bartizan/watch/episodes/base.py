"""The base rate of a zone at an hour of the week, with its own uncertainty, and how improbable a count is under it.

The rate of a cell (an hour of the week, or a weekday) is given a Gamma prior with the mean of its neighbours and
their spread, and what the cell itself has counted updates it::

    prior      Gamma(a, a / m0),  m0 = (K' + 1/2) / E'  over the neighbours,  a = min(m0^2 / s^2, K' + 1/2)
               s^2 = max(0, sum over neighbour cells (k_c - m0 e_c)^2 - m0 e_c) / sum e_c^2: what is not chance
    posterior  Gamma(S, R),  S = a + K,  R = a / m0 + E:  rate S / R with relative variance 1 / S
    windows of one cell differ by more than chance: phi = max(0, sum (n - mu)^2 - mu (1 - h)) / sum mu^2 over all
               buckets of the series, mu from the bucket's own cell and h its share of the cell's time

    count in e hours   negative binomial with mean e S / R and size r = 1 / (phi + 1 / S)
    p = P(N >= n) = I_{mu / (r + mu)}(n, r)   (the regularised incomplete beta function)

Where the cell's own count is so much above its neighbours that the prior would give it with less than 1 in 20, the
neighbours say nothing of it, and it stands alone: S = 1/2 + K, R = E (Jeffreys' prior; the check is Box's, 1980).

For phi = 0 that is exactly the posterior predictive law of a Poisson count with a Gamma rate. Sources: the
Gamma-Poisson predictive law, Greenwood and Yule (1920); its tail by the incomplete beta function, Patil (1960);
estimating the prior from the neighbours, Robbins (1956), Clayton and Kaldor (1987). Does not model a trend within
half a year, nor days that are holidays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from bartizan.watch.episodes.series import Bucket, dates

_Floats = NDArray[np.float64]

# a cell in which nothing was counted yet has half an episode, as under Jeffreys' prior
HALF = 0.5
# a cell that its neighbours would give with less than this probability is not like them
CONFLICT = 0.05


@dataclass(frozen=True, slots=True)
class Base:
    """The base rate of a cell: `rate` [1/h] with `shape` (its relative variance is 1 / shape), `spread` phi.

    `count` and `hours` are the cell's own, `around` and `around_hours` those of its neighbours, `days` on how many
    dates the zone was watched.
    """

    rate: float
    shape: float
    spread: float
    count: int
    hours: float
    around: int
    around_hours: float
    days: int

    @property
    def size(self) -> float:
        """The size of the negative binomial law of a count."""
        return 1.0 / (self.spread + 1.0 / self.shape)

    def between(self, share: float) -> tuple[float, float]:
        """The interval [1/h] in which the rate lies with this probability, equal tails left out."""
        from scipy.special import gammaincinv  # noqa: PLC0415 - for those who show it only

        low, high = (float(gammaincinv(self.shape, q)) for q in ((1.0 - share) / 2.0, (1.0 + share) / 2.0))
        return low / self.shape * self.rate, high / self.shape * self.rate


def base_of(buckets: Sequence[Bucket], cell: int, like: Collection[int]) -> Base | None:
    """The base of a cell from the buckets before; `like` are its neighbours. None where neither was ever watched."""
    counts, hours, cells = _columns(buckets)
    own = cells == cell
    around = np.isin(cells, list(like))
    count, time = float(counts[own].sum()), float(hours[own].sum())
    pooled, pooled_time = float(counts[around].sum()), float(hours[around].sum())
    if pooled_time > 0.0:
        mean = (pooled + HALF) / pooled_time
        spread = _between_cells(counts[around], hours[around], cells[around], mean)
        prior = min(mean**2 / spread, pooled + HALF) if spread > 0.0 else pooled + HALF
    elif time > 0.0:
        prior, mean = HALF, np.inf
    else:
        return None
    within = _within_cells(counts, hours, cells)
    # a sum of many windows differs less than each of them, so the windows' own spread is shared among them
    alone = time > 0.0 and _tail(int(count), time * mean, 1.0 / (within * _share(hours[own]) + 1.0 / prior)) < CONFLICT
    if alone:
        prior, mean = HALF, np.inf
    shape = prior + count
    return Base(
        rate=shape / (prior / mean + time),
        shape=shape,
        spread=within,
        count=int(count),
        hours=time,
        around=int(pooled),
        around_hours=pooled_time,
        days=dates(buckets),
    )


def tail(count: int, hours: float, base: Base) -> float:
    """The probability of `count` episodes or more in `hours` under a base."""
    return _tail(count, hours * base.rate, base.size)


def _tail(count: int, mean: float, size: float) -> float:
    """P(N >= count) of a negative binomial law by its mean and size."""
    return 1.0 if count <= 0 or mean == np.inf else float(betainc(float(count), size, mean / (size + mean)))


def _share(hours: _Floats) -> float:
    """What the spread of one window comes to in the sum of several."""
    return float(np.sum(hours**2) / np.sum(hours) ** 2)


def _columns(buckets: Iterable[Bucket]) -> tuple[_Floats, _Floats, NDArray[np.int64]]:
    rows = [(bucket.count, bucket.hours, bucket.cell) for bucket in buckets]
    table = np.array(rows, np.float64).reshape(len(rows), 3)
    return table[:, 0], table[:, 1], table[:, 2].astype(np.int64)


def _between_cells(counts: _Floats, hours: _Floats, cells: NDArray[np.int64], mean: float) -> float:
    """How much the rates of cells differ beyond chance: a variance [1/h²]."""
    _, which = np.unique(cells, return_inverse=True)
    found, time = np.bincount(which, counts), np.bincount(which, hours)
    excess = float(np.sum((found - mean * time) ** 2 - mean * time))
    return max(0.0, excess) / float(np.sum(time**2))


def _within_cells(counts: _Floats, hours: _Floats, cells: NDArray[np.int64]) -> float:
    """How much windows of one cell differ beyond chance, as a share of the mean squared."""
    _, which = np.unique(cells, return_inverse=True)
    time = np.bincount(which, hours)
    mean = hours * (np.bincount(which, counts) / time)[which]
    # the mean was fitted to these very counts: a bucket that is all of its cell cannot differ from it
    free = 1.0 - hours / time[which]
    squares = float(np.sum(mean**2 * free))
    return max(0.0, float(np.sum((counts - mean) ** 2 - mean * free))) / squares if squares > 0.0 else 0.0
