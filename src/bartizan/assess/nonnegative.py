"""Is the response in time when no time can be negative? Each normal time is cut at 0: max(0, X).

EASI adds normal delays, which may be negative, and so is not monotone in detection where spreads are wide. Here the
delay left at detection is T = sum of cut normals, and P(T > R) is worked out on a grid of step h, to a bound that
follows from h. Every law on the grid keeps its mass and its mean: a value between two points is shared out between
them so that the mean stays. Two ways, and the one that needs fewer points is taken.

*Smooth response.* With f(t) = P(R < t) = Phi((t - RFT) / s_R), P(T > max(0, R)) = E f(T) - f(0) P(T = 0). Sharing
out one of n delays is linear interpolation of f, whose error is at most h^2/8 times the largest f'' in size; so n of
them err by at most n h^2/8 c / s_R^2, with c = 1/sqrt(2 pi e) the steepest slope of the normal density.

*Smooth delays.* P(T <= t) = P(T = 0) + C(t), C(0) = 0, and C is smooth on t > 0. Adding a delay with density g and
mass J at 0 gives C' = J C + P(T = 0) G + C * g, so one step errs by at most h^2/8 D, D the largest C'' in size. D
grows by at most P(T = 0) times the largest g' in size and C'(0+) times the largest g. The response time, which may be
fixed here, is shared out as well.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtr

Floats = NDArray[np.float64]

ERROR = 1e-6  # of a probability; beyond MAX_CELLS the grid gets no finer and the bound grows with its square
MAX_CELLS = 1 << 19
NEGLIGIBLE = 1e-9  # seconds; a spread below it counts as none
REACH = 9.0  # standard deviations; a normal lies beyond with probability 1e-19
_DENSITY_PEAK = 1.0 / math.sqrt(2.0 * math.pi)
_DENSITY_SLOPE = 1.0 / math.sqrt(2.0 * math.pi * math.e)


@dataclass(frozen=True, slots=True)
class _Cut:
    """max(0, X) for X normal with this mean and spread [s], spread above 0."""

    mean: float
    sd: float

    @property
    def at_zero(self) -> float:
        """The mass at 0."""
        return float(ndtr(-self.mean / self.sd))

    def beyond(self, seconds: Floats) -> Floats:
        """E max(0, T - t) [s] for t >= 0."""
        z = (seconds - self.mean) / self.sd
        return self.sd * (_DENSITY_PEAK * np.exp(-0.5 * z * z) - z * ndtr(-z))

    def on_grid(self, step: float, cells: int) -> Floats:
        """Its mass on 0, step, 2 step, ..., each value shared out between its two neighbours so that the mean stays.

        The mass that reaches a point is the second difference of E max(0, T - t), over the step.
        """
        edge = self.beyond(step * np.arange(cells + 1.0))
        first = 1.0 + (edge[1] - edge[0]) / step
        return np.maximum(np.concatenate(([first], np.diff(edge, 2) / step)), 0.0)


@dataclass(frozen=True, slots=True)
class _Left:
    """The delay left: fixed seconds, the chance that all that is random is 0, and that part's law on the grid."""

    fixed: float
    at_zero: float
    law: Floats


class _Grid(ABC):
    """What both ways share: adding a delay to what is left, on a grid."""

    def __init__(self, step: float, cells: int) -> None:
        self.step = step
        self.cells = cells
        self.points = step * np.arange(float(cells))
        self._size = next_fast_len(2 * cells - 1, real=True)

    def added(self, left: _Left, mean: float, sd: float) -> _Left:
        """The delay left when a task of this mean and spread comes before."""
        if sd == 0.0:
            return _Left(left.fixed + mean, left.at_zero, left.law)
        cut = _Cut(mean, sd)
        spectrum = rfft(left.law, self._size) * rfft(cut.on_grid(self.step, self.cells), self._size)
        law = irfft(spectrum, self._size)[: self.cells] + self.own(left, cut)
        return _Left(left.fixed, left.at_zero * cut.at_zero, law)

    @abstractmethod
    def own(self, left: _Left, cut: _Cut) -> Floats:
        """What the new delay brings beside the convolution."""

    @abstractmethod
    def start(self) -> _Left:
        """Nothing left."""

    @abstractmethod
    def in_time(self, left: _Left) -> float:
        """P(T > R)."""


class _SmoothResponse(_Grid):
    """`law` holds masses; the response time is integrated exactly."""

    def __init__(self, step: float, cells: int, response_mean: float, response_sd: float) -> None:
        super().__init__(step, cells)
        self._mean, self._sd = response_mean, response_sd

    def start(self) -> _Left:
        law = np.zeros(self.cells)
        law[0] = 1.0
        return _Left(0.0, 1.0, law)

    def own(self, left: _Left, cut: _Cut) -> Floats:
        del left, cut
        return np.zeros(self.cells)

    def in_time(self, left: _Left) -> float:
        arrived = ndtr((self.points + left.fixed - self._mean) / self._sd)
        # beyond the grid the response has arrived
        value = float(left.law @ arrived) + 1.0 - float(left.law.sum())
        nothing_left = left.at_zero if left.fixed == 0.0 else 0.0
        return float(value - nothing_left * arrived[0])


class _SmoothDelays(_Grid):
    """`law` holds C, the distribution function without its step at 0; the response time is shared out."""

    def __init__(self, step: float, cells: int, response_mean: float, response_sd: float) -> None:
        super().__init__(step, cells)
        self._mean, self._sd = response_mean, response_sd

    def start(self) -> _Left:
        return _Left(0.0, 1.0, np.zeros(self.cells))

    def own(self, left: _Left, cut: _Cut) -> Floats:
        return np.asarray(left.at_zero * (ndtr((self.points - cut.mean) / cut.sd) - cut.at_zero))

    def in_time(self, left: _Left) -> float:
        edge = left.fixed + self.step * np.arange(self.cells + 1.0)
        if self._sd == 0.0:
            beyond = np.maximum(self._mean - edge, 0.0)
            not_before = float(self._mean >= left.fixed)
        else:
            beyond = _Cut(self._mean, self._sd).beyond(edge)
            not_before = 1.0 if left.fixed == 0.0 else float(ndtr((self._mean - left.fixed) / self._sd))
        shared = np.diff(beyond, 2) / self.step
        after_grid = (beyond[-2] - beyond[-1]) / self.step
        late = float(left.law[1:] @ shared) + float(left.law[-1]) * after_grid
        return float(1.0 - left.at_zero * not_before - late)


def p_timely_nonnegative(
    mean: Floats, sd: Floats, weight: Floats, wanted: NDArray[np.bool_], *, response_mean: float, response_sd: float
) -> Floats:
    """P(R|A_i) of a path's tasks when no delay and no response time can be negative, each normal cut at 0.

    `mean`, `sd` [s], `weight` (1, 1/2, 0 for detection at the begin, middle, end), `wanted`: shape (n,), in the order
    of the tasks. `response_mean`, `response_sd` [s]. Returns shape (n,), 0 where not wanted; the error is at most
    ERROR unless that needs more than MAX_CELLS points; spreads below NEGLIGIBLE count as none. Cutting lengthens the
    mean: max(0, X) has a mean above that
    of X. Not modelled: laws other than the normal.
    """
    sd = np.where(sd < NEGLIGIBLE, 0.0, sd)
    response_sd = 0.0 if response_sd < NEGLIGIBLE else response_sd
    grid = _grid(mean, sd, weight * wanted, response_mean, response_sd)
    timely = np.zeros(mean.size)
    after = grid.start()
    for index in range(mean.size - 1, -1, -1):
        before = grid.added(after, mean[index], sd[index])
        if wanted[index]:
            share = weight[index]
            partly = grid.added(after, share * mean[index], share * sd[index]) if 0.0 < share < 1.0 else after
            timely[index] = grid.in_time(before if share == 1.0 else partly)
        after = before
    return np.clip(timely, 0.0, 1.0)


def _grid(
    mean: Floats, sd: Floats, share: Floats, response_mean: float, response_sd: float
) -> _SmoothResponse | _SmoothDelays:
    """The coarser of the two grids that keep the error within ERROR."""
    spread = sd > 0.0
    # nothing matters beyond the last moment at which the response may come, or the delays may end
    span = min(response_mean + REACH * response_sd, float(np.sum((mean + REACH * sd)[spread])))
    count = int(np.count_nonzero(spread))
    by_delays = _curvature(mean[spread], sd[spread], share[spread])
    by_response = count * _DENSITY_SLOPE / response_sd**2 if response_sd > 0.0 else math.inf
    curvature = min(by_delays, by_response)
    # a quarter of the bound is kept for rounding and for what lies beyond REACH
    step = math.sqrt(8.0 * 0.75 * ERROR / curvature) if curvature > 0.0 else math.inf
    cells = int(min(math.ceil(span / step) + 2, MAX_CELLS))
    step = span / (cells - 2) if cells == MAX_CELLS else min(step, max(span, 1.0))
    kind = _SmoothResponse if by_response <= by_delays else _SmoothDelays
    return kind(step, max(cells, 3), response_mean, response_sd)


def _curvature(mean: Floats, sd: Floats, share: Floats) -> float:
    """The sum of sup|C''| over the steps of the second way [1/s²], and over the last two, where C is read."""
    at_zero, start_slope, bend, total, worst = 1.0, 0.0, 0.0, 0.0, 0.0
    for m, s, part in zip(mean[::-1], sd[::-1], share[::-1], strict=True):
        if 0.0 < part < 1.0:
            partly = at_zero * _DENSITY_SLOPE / (part * s) ** 2 + start_slope * _DENSITY_PEAK / (part * s)
            worst = max(worst, 2.0 * bend + partly)
        total += bend
        bend += at_zero * _DENSITY_SLOPE / s**2 + start_slope * _DENSITY_PEAK / s
        density_at_zero = _DENSITY_PEAK / s * math.exp(-0.5 * min(m / s, 40.0) ** 2)
        zero = float(ndtr(-m / s))
        start_slope = at_zero * density_at_zero + zero * start_slope
        at_zero *= zero
    return total + max(worst, bend)
