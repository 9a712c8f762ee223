"""The race that is under way: how likely does a response come before the delay that is left has run out?

T, the delay left when the intruder was known to be at a place, is normal; A, what a response still needs, is normal
and cut. After s seconds without the end, the chance is P(T > s + A given T > s). All tails are taken in logarithms,
so that it stays right when T should long be over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri, ndtri_exp

from bartizan.assess.timeline import Floats

ERROR = 1e-9  # of `chance`, absolute; checked against adaptive quadrature in the tests
BINS = 32  # of `chance_at_least`: the bound lies at most 1 / BINS below
_REACH = 9.0  # standard deviations
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
# panel ends, in standard deviations about the mean and in mean excesses over where a tail begins
_ABOUT = np.array([-9.0, -6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 9.0])
_BEYOND = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 45.0])
_ROOT_TWO_PI = math.sqrt(2.0 * math.pi)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a response still needs [s].

    `mean`, `sd` of the time it needs in all, and `gone`: the seconds since it was sent, None where it was not. Not
    sent, it needs max(0, X); sent and not there, X - gone given X > gone. A fixed time that is over leaves 0.
    """

    mean: float
    sd: float
    gone: float | None = None

    @property
    def left(self) -> float:
        """The mean of what is left [s]."""
        if self.sd == 0.0:
            return max(0.0, self.mean - (self.gone or 0.0))
        if self.gone is None:
            z = self.mean / self.sd
            return self.mean * float(ndtr(z)) + self.sd * math.exp(-0.5 * z * z) / _ROOT_TWO_PI
        return mean_excess(self.mean, self.sd, self.gone)

    def quantiles(self, shares: Floats) -> Floats:
        """The times [s] that what is left exceeds with probability 1 - share."""
        if self.sd == 0.0:
            return np.full(shares.shape, self.left)
        if self.gone is None:
            return np.maximum(0.0, self.mean + self.sd * ndtri(shares))
        z = (self.gone - self.mean) / self.sd
        with np.errstate(divide="ignore"):
            beyond = -ndtri_exp(np.log1p(-shares) + log_ndtr(-z))
        return np.maximum(0.0, self.sd * (beyond - z))


def mean_excess(mean: float, sd: float, seconds: float) -> float:
    """E(X - t given X > t) for X normal [s]; where sd is 0, what is left of the mean."""
    if sd == 0.0:
        return max(0.0, mean - seconds)
    z = (seconds - mean) / sd
    hazard = math.exp(-0.5 * z * z - float(log_ndtr(-z))) / _ROOT_TWO_PI
    # far out, hazard - z is lost in rounding and tends to 1 / z
    return sd * (hazard - z if z < 1e3 else 1.0 / z)


def outlasts(mean: Floats, variance: Floats, elapsed: float, more: Floats) -> Floats:
    """P(T > elapsed + more given T > elapsed) for T normal.

    `mean` [s], `variance` [s²] and `more` [s] >= 0, of shapes that broadcast. Without variance it is the step: 1
    where mean > elapsed + more (strictly), else 0, and also where T should be over.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        sd = np.sqrt(variance)
        log_ratio = log_ndtr((mean - elapsed - more) / sd) - log_ndtr((mean - elapsed) / sd)
        ratio = np.exp(np.minimum(log_ratio, 0.0))
    return np.asarray(np.where(variance > 0.0, ratio, (mean - elapsed > more).astype(np.float64)))


def chance(mean: Floats, variance: Floats, elapsed: float, arrival: Arrival) -> Floats:
    """P(T > elapsed + A given T > elapsed): does the response come before the delay has run out?

    `mean` [s], `variance` [s²] of T, shape (n,); `elapsed` [s] >= 0 since T began. Returns shape (n,), to within
    ERROR: 12-point Gauss-Legendre on panels that follow both laws. Not modelled: laws other than the normal, a
    delay and a response that depend on each other.
    """
    if arrival.sd == 0.0:
        return outlasts(mean, variance, elapsed, np.full_like(mean, arrival.left))
    result = np.empty_like(mean)
    fixed = variance == 0.0
    left = mean[fixed] - elapsed
    result[fixed] = np.where(left > 0.0, _arrived(arrival, left), 0.0)
    result[~fixed] = _integrated(mean[~fixed], variance[~fixed], elapsed, arrival)
    return np.clip(result, 0.0, 1.0)


def chance_at_least(mean: Floats, least: Floats, most: Floats, elapsed: float, arrival: Arrival) -> Floats:
    """A lower bound on the chance of every T of this mean [s] or above with a variance from `least` to `most` [s²].

    P(T > t) rises or falls throughout with the variance, by the side of t on which the mean lies; so the two ends
    bound it. The arrival is taken at the late end of each of BINS equally likely spans. Shape (n,).
    """
    more = arrival.quantiles(np.arange(1.0, BINS + 1.0) / BINS)[None, :]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ends = [np.sqrt(variance)[:, None] for variance in (least, most)]
        margin = (mean - elapsed)[:, None]
        # nan: 0 / 0, a tie without spread, which is not in time
        later = [np.nan_to_num(log_ndtr((margin - more) / sd), nan=-np.inf, neginf=-np.inf) for sd in ends]
        now = [np.nan_to_num(log_ndtr(margin / sd), nan=0.0, neginf=-np.inf) for sd in ends]
        ratio = np.exp(np.minimum(np.minimum(*later) - np.maximum(*now), 0.0))
    return np.asarray(np.nan_to_num(ratio, nan=0.0).mean(axis=1))


def _arrived(arrival: Arrival, seconds: Floats) -> Floats:
    """P(A < t) for t > 0."""
    if arrival.gone is None:
        return np.asarray(ndtr((seconds - arrival.mean) / arrival.sd))
    z = (arrival.gone - arrival.mean) / arrival.sd
    with np.errstate(under="ignore"):
        return np.asarray(-np.expm1(log_ndtr(-z - seconds / arrival.sd) - log_ndtr(-z)))


def _integrated(mean: Floats, variance: Floats, elapsed: float, arrival: Arrival) -> Floats:
    """The mass of A at 0, where the response is in time for certain, and the integral over the rest."""
    gone = arrival.gone or 0.0
    z = (gone - arrival.mean) / arrival.sd
    scale = 0.0 if arrival.gone is None else float(log_ndtr(-z))
    at_zero = float(ndtr(-arrival.mean / arrival.sd)) if arrival.gone is None else 0.0
    end = max(0.0, -z * arrival.sd) + _REACH * arrival.sd

    def panels(centre: Floats, sd: Floats, tail: Floats) -> Floats:
        """Panel ends (n, k) for a normal law about `centre` and for its tail beyond 0, of mean excess `tail`."""
        return np.concatenate((centre[:, None] + sd[:, None] * _ABOUT, tail[:, None] * _BEYOND), axis=1)

    sd = np.sqrt(variance)
    excess = np.array([mean_excess(m, s, elapsed) for m, s in zip(mean, sd, strict=True)])
    own = panels(
        np.array([-z * arrival.sd]), np.array([arrival.sd]), np.array([mean_excess(arrival.mean, arrival.sd, gone)])
    )
    ends = np.concatenate((panels(mean - elapsed, sd, excess), np.broadcast_to(own, (len(mean), own.shape[1]))), axis=1)
    ends = np.sort(np.clip(ends, 0.0, end), axis=1)
    ends = np.concatenate((np.zeros((len(mean), 1)), ends, np.full((len(mean), 1), end)), axis=1)
    half = 0.5 * np.diff(ends, axis=1)[:, :, None]
    moment = ends[:, :-1, None] + half * (1.0 + _NODES)
    standard = moment / arrival.sd + z
    density = np.exp(-0.5 * standard * standard - scale) / (arrival.sd * _ROOT_TWO_PI)
    in_time = outlasts(mean[:, None, None], variance[:, None, None], elapsed, moment)
    return np.asarray(at_zero + np.sum(half * _WEIGHTS * density * in_time, axis=(1, 2)))
