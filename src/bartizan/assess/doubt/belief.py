"""What one figure may be: its law of doubt, as a function from uniform numbers to values.

A law of doubt speaks of a *figure* (a detection probability, a mean time), not of one outcome of it. Three kinds are
enough for a site:

- `Between`: a beta law between two values. A PERT estimate is one; so is Jeffreys' posterior after `detected` of
  `trials`, on [0, 1]; so is the doubt about a mean time that lies between `mean_low` and `mean_high`.
- `Runs`: mean and sd of n runs. Under the reference prior 1/sigma^2 the posterior is normal-inverse-chi-squared: the
  mean is m + s / sqrt(n) t with n - 1 degrees of freedom, and given the mean, sigma^2 is
  ((n - 1) s^2 + n (m - mu)^2) / chi2 with n degrees of freedom. A mean time is never negative, so the law of the mean
  is cut at 0; drawing sigma given the mean keeps the joint law right under that cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammainccinv, stdtr, stdtrit

from bartizan.errors import InputError
from bartizan.quantity import Duration, Probability

Floats = NDArray[np.float64]

PERT_WEIGHT = 4.0  # of the mode in the mean of a PERT law; its two shapes add up to this and 2
LEAST_RUNS = 2  # one run says nothing of the spread, and so nothing of the doubt about the mean
EDGE = 2.0**-53  # uniform numbers stay this far inside (0, 1), where every quantile is finite


@dataclass(frozen=True, slots=True)
class Between:
    """A beta law on [low, high] with shapes `first`, `second`; `trials` counts the trials it rests on, else None.

    For a probability both ends lie in [0, 1]; for a mean time they are seconds, and `sd` is the spread of one
    outcome [s], which moves with the mean.
    """

    low: float
    high: float
    first: float
    second: float
    trials: int | None = None
    mean: float | None = None
    sd: float | None = None

    @property
    def columns(self) -> int:
        """How many uniform numbers one draw takes."""
        return 1

    def draw(self, uniform: Floats) -> tuple[Floats, Floats | None]:
        """The values at uniform numbers, shape (n, 1), as (n,); and the spread of one outcome [s] for a time."""
        share = betaincinv(self.first, self.second, np.clip(uniform[:, 0], EDGE, 1.0 - EDGE))
        values = np.clip(self.low + (self.high - self.low) * share, self.low, self.high)
        return values, None if self.sd is None else self._spread(values)

    def _spread(self, values: Floats) -> Floats:
        """The spread of one outcome: the same share of every mean; of no mean at all, the same seconds."""
        sd, mean = self.sd or 0.0, self.mean or 0.0
        return sd * (values / mean) if mean > 0.0 else np.full_like(values, sd)

    def interval(self, level: float) -> tuple[float, float]:
        """The central interval that holds the value with probability `level`."""
        ends, _ = self.draw(np.array([[(1.0 - level) / 2.0], [(1.0 + level) / 2.0]]))
        return float(ends[0]), float(ends[1])

    def spread_interval(self, level: float) -> tuple[float, float] | None:
        """The ends between which the spread of one outcome [s] lies while the mean lies in its interval."""
        if self.sd is None:
            return None
        ends = self._spread(np.array(self.interval(level)))
        return float(ends[0]), float(ends[1])

    def in_words(self) -> str:
        """What is known, for a reader."""
        if self.trials is not None:
            return f"{self.first - 0.5:.0f} of {self.trials} detected"
        unit = "" if self.sd is None else " s"
        return f"between {self.low:g} and {self.high:g}{unit}"


@dataclass(frozen=True, slots=True)
class Runs:
    """What is known of a time after `trials` runs with this mean and sd [s], none known before."""

    mean: float
    sd: float
    trials: int

    @property
    def columns(self) -> int:
        """How many uniform numbers one draw takes: for the mean and for the spread."""
        return 2

    def _mean_at(self, uniform: Floats) -> Floats:
        freedom = self.trials - 1.0
        scale = self.sd / math.sqrt(self.trials)
        negative = stdtr(freedom, -self.mean / scale)
        at = np.clip(negative + uniform * (1.0 - negative), EDGE, 1.0 - EDGE)
        return np.asarray(np.maximum(self.mean + scale * stdtrit(freedom, at), 0.0))

    def draw(self, uniform: Floats) -> tuple[Floats, Floats | None]:
        """The mean and the spread [s] at uniform numbers, shape (n, 2); each (n,)."""
        mean = self._mean_at(uniform[:, 0])
        squares = (self.trials - 1.0) * self.sd**2 + self.trials * (self.mean - mean) ** 2
        chi = 2.0 * gammainccinv(self.trials / 2.0, np.clip(uniform[:, 1], EDGE, 1.0 - EDGE))
        return mean, np.sqrt(squares / chi)

    def interval(self, level: float) -> tuple[float, float]:
        """The central interval that holds the mean with probability `level` [s]."""
        ends = self._mean_at(np.array([(1.0 - level) / 2.0, (1.0 + level) / 2.0]))
        return float(ends[0]), float(ends[1])

    def spread_interval(self, level: float) -> tuple[float, float] | None:
        """The central interval that holds the spread of one run with probability `level` [s], the mean unknown."""
        freedom = self.trials - 1.0
        squares = freedom * self.sd**2
        ends = [math.sqrt(squares / (2.0 * gammainccinv(freedom / 2.0, at))) for at in _tails(level)]
        return ends[0], ends[1]

    def in_words(self) -> str:
        """What is known, for a reader."""
        return f"{self.trials} runs, mean {self.mean:g} s, sd {self.sd:g} s"


Belief = Between | Runs


def belief(value: Probability | Duration) -> Belief | None:
    """What a figure may be, or None where nothing is said against its point.

    A probability given as PERT or as detected of trials; a time given as mean and sd of `trials` runs, or with
    `mean_low` and `mean_high`, between which the mean follows a PERT law with the point as its mode; the spread of
    one outcome moves with it. Raises InputError for mean and sd of one run. Source: PERT after Malcolm et al. (1959);
    Jeffreys (1946); Gelman et al., "Bayesian Data Analysis", 3rd ed., section 3.2. Not modelled: doubt about the law
    itself, dependence between figures.
    """
    if isinstance(value, Probability):
        return _of_probability(value)
    return _of_time(value)


def _of_probability(value: Probability) -> Belief | None:
    if value.detected is not None and value.trials is not None:
        return Between(0.0, 1.0, value.detected + 0.5, value.trials - value.detected + 0.5, trials=value.trials)
    if value.low is None or value.mode is None or value.high is None or value.low == value.high:
        return None
    return _pert(value.low, value.mode, value.high)


def _of_time(value: Duration) -> Belief | None:
    low, high, trials = value.mean_low, value.mean_high, value.trials
    if low is not None and high is not None:
        return _pert(low, value.mean, high, mean=value.mean, sd=value.sd) if low < high else None
    if trials is None or value.sd == 0.0:
        return None
    if trials < LEAST_RUNS:
        raise InputError(
            f"a time is said to be the mean and sd of {trials} run. Give mean_low and mean_high, or {LEAST_RUNS} runs"
        )
    return Runs(value.mean, value.sd, trials)


def _pert(low: float, mode: float, high: float, *, mean: float | None = None, sd: float | None = None) -> Between:
    width = high - low
    first = 1.0 + PERT_WEIGHT * (mode - low) / width
    return Between(low, high, first, PERT_WEIGHT + 2.0 - first, mean=mean, sd=sd)


def _tails(level: float) -> tuple[float, float]:
    return (1.0 - level) / 2.0, (1.0 + level) / 2.0
