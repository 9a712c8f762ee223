"""The transforms of what makes up a response time, turned round: E exp(+s R), for all laws that may be one.

A normal, uniform, triangular or PERT time has such a transform for every s, a gamma time below 1 / scale. A
lognormal one has none. So it is taken apart into smooth pieces, *bands*, each the law times a hump in log R that is
bounded by two normal distribution functions; what lies above the last band is left out, and whoever calls says what
that may be worth. A heavy tail needs several bands, for a grid that resolves minutes is lost on weeks.

The transform of a band is a trapezoidal sum over log R of a smooth hump, which converges faster than any power of
the step; turning the line of integration by a small angle psi shows how fast it dies away: with R = r exp(-i psi)
the factor exp((damping + i omega) R) has the size exp(damping r cos psi - omega r sin psi).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import erfc, ndtr

from bartizan.assess.laws import Floats, at_zero, gamma_parameters, lognormal_parameters, reach, survival
from bartizan.assess.transforms import Complexes, Line, envelope, transform
from bartizan.quantity import Duration

FAR = 1e-19  # a part of a response lies beyond its greatest value with this probability; exp(18) times it is nothing
_MEAN_SCALES = 60.0  # of a gamma time: its transform then exists with room to spare
_SOFT = 0.06  # of log R: how softly a band ends; of a narrow law, one standard deviation
_INSIDE = 6.0  # soft widths from where nothing is cut off to the middle of the edge
_OUTSIDE = 8.5  # soft widths from there to where nothing is left
_BAND = math.log(6.0)
_HEAVY = 0.7  # of sigma: above it one band is too coarse
_MOST_IN_BANDS = 2  # parts of a response: every band of one goes with every band of another
_LEAST = -6.0  # standard deviations of log R: what lies lower goes with the lowest band
_ANGLES = (0.5, 1.0, 2.0, 3.0)  # soft widths


@dataclass(frozen=True, slots=True)
class Closed:
    """A part of a response whose transform is known: `mass_at_zero` and the `greatest` value [s]."""

    time: Duration

    @property
    def mass_at_zero(self) -> float:
        """The chance that it takes no time."""
        return at_zero(self.time)

    @property
    def mass(self) -> float:
        """The chance that it is this part: always."""
        return 1.0

    @property
    def greatest(self) -> float:
        """What it exceeds with probability FAR at most [s]."""
        bound = reach(self.time, FAR)
        return max(bound, _MEAN_SCALES * gamma_parameters(self.time)[1]) if self.time.law == "gamma" else bound

    def transform(self, line: Line) -> Complexes:
        """E exp(s R) without the mass at 0, for each s of the line."""
        return np.conj(transform(self.time, Line(-line.damping, line.step, line.count)))

    def envelope(self, damping: float, omega: Floats) -> Floats:
        """A bound on the transform's size at each omega [1/s] and above."""
        return envelope(self.time, -damping, omega)


@dataclass(frozen=True, slots=True)
class Band:
    """A piece of a lognormal part: from log R = `low` (None: from the bottom) to `high`, both softly."""

    mu: float
    sigma: float
    low: float | None
    high: float

    @property
    def soft(self) -> float:
        """How softly it ends, in log R."""
        return _softness(self.sigma)

    @property
    def mass_at_zero(self) -> float:
        """None: a lognormal time is above 0."""
        return 0.0

    @property
    def mass(self) -> float:
        """The chance that the part lies in this band."""
        spread = math.hypot(self.sigma, self.soft)
        below = 0.0 if self.low is None else float(ndtr((self.low - self.mu) / spread))
        return float(ndtr((self.high - self.mu) / spread)) - below

    @property
    def greatest(self) -> float:
        """Where nothing of it is left [s]."""
        return math.exp(self.high + _OUTSIDE * self.soft)

    @property
    def _from(self) -> float:
        bottom = self.mu - 9.0 * self.sigma
        return bottom if self.low is None else max(bottom, self.low - _OUTSIDE * self.soft)

    def points(self, fastest: float) -> int:
        """How many points of log R phases up to `fastest` [1/s] need."""
        width = self.high + _OUTSIDE * self.soft - self._from
        step = 2.0 * math.pi / (1.2 * fastest * self.greatest + 9.0 / self.soft + 9.0 / self.sigma)
        return max(8, math.ceil(width / step))

    def _nodes(self, fastest: float) -> tuple[Floats, float]:
        """These points and their distance."""
        width = self.high + _OUTSIDE * self.soft - self._from
        count = self.points(fastest)
        return self._from + width * np.arange(count + 1.0) / count, width / count

    def transform(self, line: Line) -> Complexes:
        """E exp(s R) over the band, for each s of the line."""
        y, step = self._nodes(line.step * (line.count - 1))
        z = (y - self.mu) / self.sigma
        hump = ndtr((self.high - y) / self.soft)
        if self.low is not None:
            hump = hump - ndtr((self.low - y) / self.soft)
        mass = np.exp(-0.5 * z * z) * hump * (step / (self.sigma * math.sqrt(2.0 * math.pi)))
        return np.conj(Line(-line.damping, line.step, line.count).sum_of_exponentials(np.exp(y), mass))

    def envelope(self, damping: float, omega: Floats) -> Floats:
        """A bound on the transform's size at each omega [1/s] and above."""
        y, step = self._nodes(0.0)
        z = (y - self.mu) / self.sigma
        density = np.exp(-0.5 * z * z) * (step / (self.sigma * math.sqrt(2.0 * math.pi)))
        r = np.exp(y)
        bound = np.full(omega.shape, math.inf)
        for psi in (0.0, *(angle * self.soft for angle in _ANGLES)):
            turned = y - 1j * psi
            hump = 0.5 * erfc((turned - self.high) / (self.soft * math.sqrt(2.0)))
            if self.low is not None:
                hump = hump - 0.5 * erfc((turned - self.low) / (self.soft * math.sqrt(2.0)))
            size = density * np.abs(hump) * np.exp(0.5 * (psi / self.sigma) ** 2 + damping * math.cos(psi) * r)
            with np.errstate(under="ignore"):
                bound = np.minimum(bound, np.exp(-np.outer(omega, r * math.sin(psi))) @ size)
        return bound


Part = Closed | Band


def _softness(sigma: float) -> float:
    return min(_SOFT, sigma)


def pieces(response: Sequence[Duration], delays: Sequence[Duration], worth: float) -> tuple[list[list[Part]], float]:
    """The response time as alternatives, each a list of parts that are added, and the chance of all that is left out.

    `response`: its parts, each of which spreads. What is left out counts as later than every delay, and is so but
    for a probability of `worth` per part at most; `delays` says what a delay may last [s].
    """
    heavy = sum(time.law == "lognormal" and lognormal_parameters(time)[1] > _HEAVY for time in response)
    choices: list[list[Part]] = []
    kept = 1.0
    for time in response:
        if time.law != "lognormal":
            choices.append([Closed(time)])
            continue
        mu, sigma = lognormal_parameters(time)
        top = math.log(_enough(time, delays, worth)) + _INSIDE * _softness(sigma)
        kept *= float(ndtr((top - mu) / math.hypot(sigma, _softness(sigma))))
        edges = [top]
        while heavy <= _MOST_IN_BANDS and sigma > _HEAVY and edges[-1] - _BAND > mu + _LEAST * sigma:
            edges.append(edges[-1] - _BAND)
        lows: list[float | None] = [*edges[1:], None]
        choices.append([Band(mu, sigma, low, high) for low, high in zip(lows, edges, strict=True)])
    return [list(parts) for parts in product(*choices)], 1.0 - kept


def _enough(time: Duration, delays: Sequence[Duration], worth: float) -> float:
    """The least value (of a few) beyond which neither the response nor all delays together go, but for `worth`."""
    total = sum(delay.mean for delay in delays)
    mu, sigma = lognormal_parameters(time)
    for deviation in np.arange(1.0, 6.0, 0.25):
        bound = math.exp(mu + sigma * float(deviation))
        late = float(ndtr(-deviation))
        # together longer than the bound, one at least is longer than its share of it
        longer = sum(float(survival(d, np.array(bound * d.mean / total))) for d in delays if d.mean > 0.0)
        if late * min(1.0, longer) <= worth:
            return bound
    return math.exp(mu + 6.0 * sigma)
