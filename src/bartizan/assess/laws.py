"""What a time's law says in figures: its distribution, how far it reaches, and the same law of a part of that time.

No time is negative. A normal time is *cut at 0*: where the normal law gives less than 0 s the task takes none, so the
time is max(0, X) and has a mass at 0. (Not the normal law given that it is above 0, which has no such mass.) A
normal, lognormal or gamma time keeps `mean` and `sd` as given: for a normal one they are those of X, before the cut.

A time with a spread of NEGLIGIBLE or less counts as fixed, and so does one that cannot be negative with a mean of
NOTHING or less: by Markov's inequality it exceeds NEGLIGIBLE once in 1e9 at most.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc, gammainc, gammaincc, gammainccinv, gammaincinv, ndtr, ndtri

from bartizan.quantity import Duration

Floats = NDArray[np.float64]

NEGLIGIBLE = 1e-9  # seconds
NOTHING = 1e-18  # seconds
PERT_SHAPE = 4.0  # weight of the mode against the ends: Malcolm, Roseboom, Clark and Fazar (1959)


def spreads(time: Duration) -> bool:
    """Whether the time varies at all: its spread exceeds NEGLIGIBLE."""
    return time.law != "fixed" and time.sd > NEGLIGIBLE and (time.law == "normal" or time.mean > NOTHING)


def part_of(time: Duration, share: float) -> Duration:
    """The law of `share` times this time [s], share in [0, 1]: what is left of a task that is noticed within it."""
    if share == 1.0:
        return time
    if share == 0.0:
        return Duration.fixed(0.0)
    low, mode, high = (None if bound is None else share * bound for bound in (time.low, time.mode, time.high))
    # doubt about the mean of the whole is none of the part's law
    certain = replace(time, trials=None, mean_low=None, mean_high=None)
    return replace(certain, mean=share * time.mean, sd=share * time.sd, low=low, mode=mode, high=high)


def lognormal_parameters(time: Duration) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a lognormal time."""
    log_variance = math.log1p((time.sd / time.mean) ** 2)
    return math.log(time.mean) - 0.5 * log_variance, math.sqrt(log_variance)


def gamma_parameters(time: Duration) -> tuple[float, float]:
    """Shape and scale [s] of a gamma time."""
    return (time.mean / time.sd) ** 2, time.sd * (time.sd / time.mean)


def bounds(time: Duration) -> tuple[float, float]:
    """Least and greatest value [s] of a uniform, triangular or PERT time."""
    if time.low is None or time.high is None:
        raise TypeError(f"a {time.law} time has no bounds")
    return time.low, time.high


def peak(time: Duration) -> float:
    """The mode [s] of a triangular or PERT time."""
    if time.mode is None:
        raise TypeError(f"a {time.law} time has no mode of its own")
    return time.mode


def pert_shapes(time: Duration) -> tuple[float, float]:
    """The two shapes of the beta law on [low, high] of a PERT time."""
    low, high = bounds(time)
    rise = PERT_SHAPE * (peak(time) - low) / (high - low)
    return 1.0 + rise, 1.0 + PERT_SHAPE - rise


def cdf(time: Duration, seconds: Floats) -> Floats:
    """P(time <= t), of the shape of `seconds`; 0 below 0."""
    t = np.asarray(seconds, dtype=np.float64)
    return np.where(t < 0.0, 0.0, _below(time, np.maximum(t, 0.0)))


def survival(time: Duration, seconds: Floats) -> Floats:
    """P(time > t), of the shape of `seconds`, right in the far tail too; 1 below 0."""
    t = np.asarray(seconds, dtype=np.float64)
    return np.where(t < 0.0, 1.0, _above(time, np.maximum(t, 0.0)))


def at_zero(time: Duration) -> float:
    """The mass at 0 of a time that spreads: that of a normal one cut at 0, none of any other."""
    return float(ndtr(-time.mean / time.sd)) if time.law == "normal" else 0.0


def reach(time: Duration, tail: float) -> float:
    """The time [s] that is exceeded with probability `tail` at most."""
    if not spreads(time):
        return time.mean
    if time.law == "normal":
        return max(0.0, time.mean - time.sd * float(ndtri(tail)))
    if time.law == "lognormal":
        mu, sigma = lognormal_parameters(time)
        return math.exp(mu - sigma * float(ndtri(tail)))
    if time.law == "gamma":
        shape, scale = gamma_parameters(time)
        return float(gammainccinv(shape, tail)) * scale
    return bounds(time)[1]


def least(time: Duration, tail: float) -> float:
    """A time [s] that is not reached with probability `tail` at most."""
    if not spreads(time):
        return time.mean
    if time.law == "normal":
        return max(0.0, time.mean + time.sd * float(ndtri(tail)))
    if time.law == "lognormal":
        mu, sigma = lognormal_parameters(time)
        return math.exp(mu + sigma * float(ndtri(tail)))
    if time.law == "gamma":
        shape, scale = gamma_parameters(time)
        return float(gammaincinv(shape, tail)) * scale
    return bounds(time)[0]


def _below(time: Duration, t: Floats) -> Floats:
    """P(time <= t) for t >= 0."""
    if not spreads(time):
        return np.asarray(t >= time.mean, dtype=np.float64)
    if time.law == "normal":
        return np.asarray(ndtr((t - time.mean) / time.sd))
    if time.law == "lognormal":
        return np.asarray(ndtr(_log_standard(time, t)))
    if time.law == "gamma":
        shape, scale = gamma_parameters(time)
        return np.asarray(gammainc(shape, t / scale))
    return _below_bounded(time, _within(time, t))


def _below_bounded(time: Duration, share: Floats) -> Floats:
    """P(time <= t) where t lies `share` of the way between the bounds."""
    if time.law == "pert":
        return np.asarray(betainc(*pert_shapes(time), share))
    if time.law == "triangular":
        top = _top(time)
        rising = share * share / top if top > 0.0 else np.zeros_like(share)
        falling = 1.0 - (1.0 - share) ** 2 / (1.0 - top) if top < 1.0 else np.ones_like(share)
        return np.where(share < top, rising, falling)
    return share


def _above(time: Duration, t: Floats) -> Floats:
    """P(time > t) for t >= 0."""
    if not spreads(time):
        return np.asarray(t < time.mean, dtype=np.float64)
    if time.law == "normal":
        return np.asarray(ndtr((time.mean - t) / time.sd))
    if time.law == "lognormal":
        return np.asarray(ndtr(-_log_standard(time, t)))
    if time.law == "gamma":
        shape, scale = gamma_parameters(time)
        return np.asarray(gammaincc(shape, t / scale))
    return _above_bounded(time, _within(time, t))


def _above_bounded(time: Duration, share: Floats) -> Floats:
    """P(time > t) where t lies `share` of the way between the bounds."""
    if time.law == "pert":
        return np.asarray(betaincc(*pert_shapes(time), share))
    if time.law == "triangular":
        top = _top(time)
        rising = 1.0 - share * share / top if top > 0.0 else np.ones_like(share)
        falling = (1.0 - share) ** 2 / (1.0 - top) if top < 1.0 else np.zeros_like(share)
        return np.where(share < top, rising, falling)
    return 1.0 - share


def _log_standard(time: Duration, t: Floats) -> Floats:
    mu, sigma = lognormal_parameters(time)
    with np.errstate(divide="ignore"):
        return np.asarray((np.log(t) - mu) / sigma)


def _within(time: Duration, t: Floats) -> Floats:
    """How far t lies between the bounds, from 0 to 1."""
    low, high = bounds(time)
    return np.clip((t - low) / (high - low), 0.0, 1.0)


def _top(time: Duration) -> float:
    low, high = bounds(time)
    return (peak(time) - low) / (high - low)
