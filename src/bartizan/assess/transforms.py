"""Laplace transforms of times, E exp(-s X), on a line of complex s, and how fast they die away along it.

A sum of independent times has the product of their transforms, so a whole path is multiplied up without a grid.

Normal cut at 0 (its mass at 0 aside): with z = (s sd - m / sd) / sqrt 2, half of exp(s²sd²/2 - s m) erfc(z), by
Faddeeva's function w so that nothing overflows. Gamma: (1 + s scale)^-shape. Uniform, triangular: closed.

*Lognormal.* With W = Lambert W(s sigma² e^mu), the line through the saddle point gives

    E exp(-s X) = exp(-(W²/2 + W)/sigma²) / sqrt(2 pi)
                  * integral of exp(-v²/2 - W/sigma² (e^(sigma v) - 1 - sigma v)) dv

(Asmussen, Jensen and Rojas-Nandayapa 2016). Re W >= 0 for Re s > 0, so the integral is at most sqrt(2 pi) in size,
and the factor before it is a bound; as its logarithm has the derivative -W/(s sigma²), and W/s = sigma² e^(mu-W) has a
negative imaginary part, the bound falls as s goes up the line. The trapezoidal rule finds the integral: the integrand
is analytic and falls faster than any exponential, so the error falls as exp(-c / step).

*PERT.* The rule of tanh and sinh over the beta density, which is analytic but at its ends; the factors exp(-s x) for
evenly spaced s are one product of two matrices. High up the line the path of integration is turned: away from one
end of the density to infinity and back to the other, where exp(-s x) falls instead of turning. The integrals of the
sizes along two such rays, straight down, are the bound, which falls as omega rises.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, lambertw, ndtr, wofz

from bartizan.assess.laws import (
    Floats,
    bounds,
    gamma_parameters,
    lognormal_parameters,
    peak,
    pert_shapes,
)
from bartizan.quantity import Duration

Complexes = NDArray[np.complex128]

_ROOT_TWO_PI = math.sqrt(2.0 * math.pi)
_MOST_DEVIATIONS = 37.0  # exp(-v²/2) is 1e-298 there: no further, so that nothing underflows
_ENDS_OF_NORMAL = 8.6  # standard deviations: exp(-v²/2) is 1e-16 there
_ENDS_OF_TANH = 3.3  # sinh of it leaves 1e-18 of a density that is bounded at its ends
_SLOW = 40.0  # of |s| times the width of a PERT time: from here on a ray is done before it meets the other end
# points and weights for the integral of f(x) e^-x over x > 0, where f is a power near 0: x = exp(y - e^-y)
_RAY_Y = np.arange(-3.7, 4.4, 0.1)
_RAY = np.exp(_RAY_Y - np.exp(-_RAY_Y))
_RAY_WEIGHT = 0.1 * _RAY * (1.0 + np.exp(-_RAY_Y)) * np.exp(-_RAY)
_SERIES = 0.3  # below this size a closed form that divides by z² is summed as a power series
_TERMS = range(11)  # 0.3^11 / 12! is 4e-15
_MEAN_SERIES = [1.0 / math.factorial(n + 1) for n in _TERMS]
_UP_SERIES = [2.0 / (math.factorial(n) * (n + 2)) for n in _TERMS]
_DOWN_SERIES = [2.0 / math.factorial(n + 2) for n in _TERMS]


@dataclass(frozen=True, slots=True)
class Line:
    """s = damping + i step k, k = 0 .. count - 1, in 1/s."""

    damping: float
    step: float
    count: int

    @property
    def omega(self) -> Floats:
        """The imaginary parts [1/s]."""
        return self.step * np.arange(float(self.count))

    @property
    def s(self) -> Complexes:
        """The points [1/s]."""
        return np.asarray(self.damping + 1j * self.omega, dtype=np.complex128)

    def sum_of_exponentials(self, at: Floats, mass: Floats) -> Complexes:
        """The sum of mass exp(-s x) over the points x [s], for each s: shape (count,)."""
        columns = math.isqrt(self.count - 1) + 1
        rows = -(-self.count // columns)
        fine = np.exp(-np.outer(at, self.damping + 1j * self.step * np.arange(float(columns)))) * mass[:, None]
        coarse = np.exp(-1j * self.step * columns * np.outer(np.arange(float(rows)), at))
        return np.asarray((coarse @ fine).ravel()[: self.count])


def transform(time: Duration, line: Line) -> Complexes:
    """E exp(-s X) of a time that spreads, without its mass at 0, for each s of the line: shape (count,).

    A lognormal time needs a damping above 0, a gamma time one above -1 / its scale.
    """
    return _TRANSFORMS[time.law](time, line)


def envelope(time: Duration, damping: float, omega: Floats) -> Floats:
    """A bound on the size of `transform` at damping + i omega and at all omega above, shape of `omega` (above 0)."""
    return _ENVELOPES[time.law](time, damping, omega)


def _normal(time: Duration, line: Line) -> Complexes:
    first: Complexes = normals([time], line)[0]
    return first


def normals(times: Sequence[Duration], line: Line) -> Complexes:
    """`transform` of several normal times at once: shape (len(times), count)."""
    mean, sd = (np.array([getattr(time, key) for time in times])[:, None] for key in ("mean", "sd"))
    s = line.s
    z = (s * sd - mean / sd) / math.sqrt(2.0)
    right = z.real >= 0.0
    tail = 0.5 * np.exp(-0.5 * np.minimum(mean / sd, _MOST_DEVIATIONS) ** 2) * wofz(1j * np.where(right, z, -z))
    with np.errstate(under="ignore"):
        whole = np.exp(np.where(right, 0.0, s * (0.5 * s * sd * sd - mean)))
    return np.asarray(np.where(right, tail, whole - tail), dtype=np.complex128)


def _normal_envelope(time: Duration, damping: float, omega: Floats) -> Floats:
    mean, sd = time.mean, time.sd
    # the density at 0 is left when the mass below 0 is cut away; a monotone piece is worth 2 / omega of its end
    jump = 2.0 * math.exp(-0.5 * min(mean / sd, _MOST_DEVIATIONS) ** 2) / (sd * _ROOT_TWO_PI) / omega
    tilted = mean / sd - damping * sd
    if tilted <= 0.0:
        return np.minimum(1.0, jump)
    whole = math.exp(damping * (0.5 * damping * sd * sd - mean))
    with np.errstate(under="ignore"):
        return whole * np.exp(-0.5 * (sd * omega) ** 2) + np.minimum(whole * float(ndtr(-tilted)), jump)


def _lambert(z: ArrayLike) -> Complexes:
    """The principal branch of Lambert's W."""
    principal: Callable[[ArrayLike], Complexes] = lambertw  # type: ignore[assignment]  # the stubs ask for more
    return np.asarray(principal(z), dtype=np.complex128)


def _lognormal(time: Duration, line: Line) -> Complexes:
    mu, sigma = lognormal_parameters(time)
    w = _lambert(line.s * sigma * sigma * math.exp(mu))
    # fine enough for the narrowest Gaussian about the saddle, and for the strip in which exp(sigma v) stays tame
    step = min(0.4 / math.sqrt(1.0 + float(np.abs(w).max())), 0.28 / sigma)
    v = step * np.arange(-math.ceil(_ENDS_OF_NORMAL / step), math.ceil(_ENDS_OF_NORMAL / step) + 1.0)
    bend = np.expm1(sigma * v) - sigma * v
    with np.errstate(under="ignore"):
        inner = np.exp(-0.5 * v * v - np.outer(w / sigma**2, bend)).sum(axis=1)
        return np.asarray(np.exp(-w * (0.5 * w + 1.0) / sigma**2) * inner * (step / _ROOT_TWO_PI))


def _lognormal_envelope(time: Duration, damping: float, omega: Floats) -> Floats:
    mu, sigma = lognormal_parameters(time)
    w = _lambert((damping + 1j * omega) * sigma * sigma * math.exp(mu))
    with np.errstate(under="ignore"):
        return np.asarray(np.exp(-(w * (0.5 * w + 1.0)).real / sigma**2))


def _gamma(time: Duration, line: Line) -> Complexes:
    shape, scale = gamma_parameters(time)
    return np.asarray(np.exp(-shape * _log1p(line.s * scale)))


def _gamma_envelope(time: Duration, damping: float, omega: Floats) -> Floats:
    shape, scale = gamma_parameters(time)
    with np.errstate(under="ignore"):
        return np.asarray(np.exp(-shape * _log1p(np.asarray((damping + 1j * omega) * scale, dtype=np.complex128)).real))


def _log1p(z: Complexes) -> Complexes:
    """log(1 + z) without the loss that a large shape would magnify."""
    x, y = z.real, z.imag
    return np.asarray(0.5 * np.log1p(x * (2.0 + x) + y * y) + 1j * np.arctan2(y, 1.0 + x))


def _uniform(time: Duration, line: Line) -> Complexes:
    low, high = bounds(time)
    z = line.s * (high - low)
    return np.exp(-line.s * low) * _mean_exponential(z)


def _uniform_envelope(time: Duration, damping: float, omega: Floats) -> Floats:
    low, high = bounds(time)
    ends = math.exp(-damping * low), math.exp(-damping * high)
    return np.minimum(sum(ends) / ((high - low) * omega), max(ends))


def _triangular(time: Duration, line: Line) -> Complexes:
    low, high = bounds(time)
    top = peak(time)
    rise, fall = top - low, high - top
    rising = np.exp(-line.s * low) * _ramp_up(line.s * rise)
    falling = np.exp(-line.s * top) * _ramp_down(line.s * fall)
    return np.asarray((rise * rising + fall * falling) / (high - low))


def _triangular_envelope(time: Duration, damping: float, omega: Floats) -> Floats:
    low, high = bounds(time)
    top = peak(time)
    greatest = max(math.exp(-damping * low), math.exp(-damping * high))
    if greatest == 0.0:
        return np.zeros_like(omega)
    height = 2.0 / (high - low)
    # by parts once: up and down by the height; twice: the slopes, each at its beginning and its end
    once = 2.0 * height * greatest / omega
    slopes = sum(height / width if width > 0.0 else math.inf for width in (top - low, high - top))
    return np.minimum(np.minimum(once, 2.0 * slopes * greatest / omega**2), greatest)


def _pert(time: Duration, line: Line) -> Complexes:
    # low on the line a sum over the density, high up two rays
    low, high = bounds(time)
    slow = _SLOW / (high - low)
    last_slow = math.ceil(max(slow, abs(line.damping)) / line.step)
    count = 0 if line.damping > slow else min(line.count, last_slow + 1)
    result = np.empty(line.count, dtype=np.complex128)
    if count > 0:
        result[:count] = _pert_by_density(time, Line(line.damping, line.step, count))
    if count < line.count:
        result[count:] = _pert_by_rays(time, line.s[count:])
    return result


def _pert_by_density(time: Duration, line: Line) -> Complexes:
    low, high = bounds(time)
    rise, fall = pert_shapes(time)
    cycles = line.step * (line.count - 1) * (high - low)
    step = min(0.06, 2.0 * math.pi / (1.3 * cycles + 60.0))
    y = step * np.arange(-math.ceil(_ENDS_OF_TANH / step), math.ceil(_ENDS_OF_TANH / step) + 1.0)
    stretched = math.pi * np.sinh(y)
    log_share, log_rest = -np.logaddexp(0.0, -stretched), -np.logaddexp(0.0, stretched)
    mass = np.exp(rise * log_share + fall * log_rest - float(betaln(rise, fall))) * (step * math.pi) * np.cosh(y)
    kept = mass > mass.max() * 1e-18
    return line.sum_of_exponentials(low + (high - low) * np.exp(log_share[kept]), mass[kept])


def _pert_by_rays(time: Duration, s: Complexes) -> Complexes:
    low, high = bounds(time)
    rise, fall = pert_shapes(time)
    # along x = tau e^-i theta with theta = arg s the factor e^-sx is e^-|s|tau, from 0 and from 1 alike
    scale = (high - low) * np.abs(s)
    theta = np.angle(s)
    tau = _RAY * np.exp(-1j * theta)[:, None] / scale[:, None]

    def along(near: float, other: Complexes) -> Complexes:
        return np.asarray(other @ (_RAY_WEIGHT * _RAY ** (near - 1.0)) * scale**-near)

    begin = np.exp(-1j * theta * rise) * along(rise, np.exp((fall - 1.0) * np.log(1.0 - tau)))
    end = np.exp(1j * (math.pi - theta) * fall) * along(fall, np.exp((rise - 1.0) * np.log(1.0 + tau)))
    with np.errstate(under="ignore"):
        ends = np.exp(-s * low) * begin + np.exp(-s * high) * end
    return np.asarray(math.exp(-float(betaln(rise, fall))) * ends)


def _pert_envelope(time: Duration, damping: float, omega: Floats) -> Floats:
    low, high = bounds(time)
    rise, fall = pert_shapes(time)
    scale = (high - low) * omega[:, None]

    def along(near: float, far: float) -> Floats:
        with np.errstate(over="ignore"):
            grown = (1.0 + (_RAY / scale) ** 2) ** (0.5 * (far - 1.0))
            return np.asarray(grown @ (_RAY_WEIGHT * _RAY ** (near - 1.0)) * scale[:, 0] ** -near)

    first, last = math.exp(-damping * low), math.exp(-damping * high)
    ends = first * along(rise, fall) + last * along(fall, rise)
    return np.minimum(ends * math.exp(-float(betaln(rise, fall))), max(first, last))


def _mean_exponential(z: Complexes) -> Complexes:
    """(1 - e^-z) / z: the mean of e^(-z t) for t even on [0, 1]."""
    return _closed_or_series(z, lambda z: (1.0 - np.exp(-z)) / z, _MEAN_SERIES)


def _ramp_up(z: Complexes) -> Complexes:
    """2 (1 - e^-z (1 + z)) / z²: the mean of e^(-z t) for a t on [0, 1] of density 2 t."""
    return _closed_or_series(z, lambda z: 2.0 * (1.0 - np.exp(-z) * (1.0 + z)) / (z * z), _UP_SERIES)


def _ramp_down(z: Complexes) -> Complexes:
    """2 (z - 1 + e^-z) / z²: the mean of e^(-z t) for a t on [0, 1] of density 2 (1 - t)."""
    return _closed_or_series(z, lambda z: 2.0 * (z - 1.0 + np.exp(-z)) / (z * z), _DOWN_SERIES)


def _closed_or_series(z: Complexes, closed: Callable[[Complexes], Complexes], coefficients: list[float]) -> Complexes:
    """A closed form, and where it would lose its digits the sum of c_n (-z)^n."""
    small = np.abs(z) < _SERIES
    if not small.any():
        return closed(z)
    total = np.zeros_like(z[small])
    for coefficient in reversed(coefficients):
        total = coefficient - z[small] * total
    result = closed(np.where(small, 1.0, z))
    result[small] = total
    return result


_TRANSFORMS: dict[str, Callable[[Duration, Line], Complexes]] = {
    "normal": _normal,
    "lognormal": _lognormal,
    "gamma": _gamma,
    "uniform": _uniform,
    "triangular": _triangular,
    "pert": _pert,
}
_ENVELOPES: dict[str, Callable[[Duration, float, Floats], Floats]] = {
    "normal": _normal_envelope,
    "lognormal": _lognormal_envelope,
    "gamma": _gamma_envelope,
    "uniform": _uniform_envelope,
    "triangular": _triangular_envelope,
    "pert": _pert_envelope,
}
