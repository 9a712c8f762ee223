"""The race between a delay that is running and a response: quadrature against other ways to the same figure."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import log_ndtr, owens_t

from bartizan.assess.chance import ERROR, Arrival, chance, chance_at_least, mean_excess, outlasts


def phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def one(mean: float, sd: float, elapsed: float, arrival: Arrival) -> float:
    return float(chance(np.array([mean]), np.array([sd * sd]), elapsed, arrival)[0])


def both_above(h: float, k: float, rho: float) -> float:
    """P(X > h, Y > k) for standard normals of correlation rho, by Owen (1956)."""
    root = math.sqrt(1.0 - rho * rho)
    lower = 0.5 * (phi(-h) + phi(-k)) - owens_t(-h, (k / h - rho) / root) - owens_t(-k, (h / k - rho) / root)
    return float(lower - (0.5 if h * k < 0.0 else 0.0))


@pytest.mark.parametrize("elapsed", [0.0, 100.0, 250.0, 380.0])
@pytest.mark.parametrize("gone", [None, 30.0, 150.0])
def test_agrees_with_owens_function(elapsed: float, gone: float | None) -> None:
    """P(T > s + A, A > 0) is a probability of two normals, T - A - s and A."""
    mean, sd, arrival, spread = 300.0, 80.0, 180.0, 54.0
    late = gone or 0.0
    margin = (mean - elapsed) - (arrival - late)
    deviation = math.hypot(sd, spread)
    joint = both_above(-margin / deviation, (late - arrival) / spread, -spread / deviation)
    stays = phi((mean - elapsed) / sd)
    if gone is None:
        expected = joint / stays + phi(-arrival / spread)
    else:
        expected = joint / (stays * phi((arrival - late) / spread))
    assert one(mean, sd, elapsed, Arrival(arrival, spread, gone)) == pytest.approx(expected, abs=ERROR)


@pytest.mark.parametrize(
    ("mean", "sd", "elapsed", "arrival"),
    [
        (100.0, 1.0, 180.0, Arrival(200.0, 60.0, 500.0)),  # both far out: the delay by 80, the response by 5 deviations
        (60.0, 0.5, 90.0, Arrival(550.0, 1100.0, 640.0)),
        (400.0, 4.0, 0.0, Arrival(390.0, 200.0)),
        (400.0, 200.0, 0.0, Arrival(390.0, 4.0)),
        (400.0, 200.0, 900.0, Arrival(30.0, 0.3, 29.5)),
        (10.0, 30.0, 0.0, Arrival(10.0, 30.0)),
    ],
)
def test_agrees_with_adaptive_integration(mean: float, sd: float, elapsed: float, arrival: Arrival) -> None:
    gone = arrival.gone or 0.0
    z = (gone - arrival.mean) / arrival.sd
    scale = 0.0 if arrival.gone is None else float(log_ndtr(-z))
    stays = float(log_ndtr((mean - elapsed) / sd))

    def integrand(a: float) -> float:
        density = math.exp(-0.5 * (a / arrival.sd + z) ** 2 - scale) / (arrival.sd * math.sqrt(2.0 * math.pi))
        return density * math.exp(min(0.0, float(log_ndtr((mean - elapsed - a) / sd)) - stays))

    # as many places where the integrand may bend as both laws have
    bends = [
        mean - elapsed,
        -z * arrival.sd,
        mean_excess(mean, sd, elapsed),
        mean_excess(arrival.mean, arrival.sd, gone),
    ]
    points = sorted({max(0.0, b * k) for b in bends for k in (0.5, 0.9, 1.0, 1.1, 2.0, 5.0, 20.0)})
    ends = [0.0, *points, max(points) + 10.0 * arrival.sd]
    parts = [quad(integrand, one, two, epsabs=1e-13, limit=200)[0] for one, two in pairwise(ends)]
    at_zero = phi(-arrival.mean / arrival.sd) if arrival.gone is None else 0.0
    assert one(mean, sd, elapsed, arrival) == pytest.approx(at_zero + sum(parts), abs=ERROR)


def test_far_out_both_are_exponential() -> None:
    """At 40 deviations the excess is exponential to one part in 40^2, and the quicker of two is in time by its rate."""
    delay, response = mean_excess(100.0, 10.0, 500.0), mean_excess(50.0, 5.0, 250.0)
    found = one(100.0, 10.0, 500.0, Arrival(50.0, 5.0, 250.0))
    assert found == pytest.approx(delay / (delay + response), abs=2.0 / 40.0**2)


def test_fixed_times() -> None:
    assert one(100.0, 0.0, 20.0, Arrival(79.0, 0.0)) == 1.0
    assert one(100.0, 0.0, 20.0, Arrival(80.0, 0.0)) == 0.0
    assert one(100.0, 0.0, 120.0, Arrival(0.0, 0.0)) == 0.0
    assert one(100.0, 0.0, 40.0, Arrival(80.0, 20.0)) == pytest.approx(phi(-1.0), abs=ERROR)
    assert one(100.0, 30.0, 40.0, Arrival(90.0, 0.0, 60.0)) == pytest.approx(phi(1.0) / phi(2.0), abs=ERROR)
    # sent, not there, though its fixed time is over: nothing is left
    assert one(100.0, 30.0, 40.0, Arrival(90.0, 0.0, 95.0)) == 1.0


@pytest.mark.parametrize("elapsed", [0.0, 300.0, 3_000.0, 3e6])
def test_what_is_still_on_outlasts_nothing_more_for_certain(elapsed: float) -> None:
    found = outlasts(np.array([300.0]), np.array([22_500.0]), elapsed, np.array([0.0, 1.0]))
    assert found[0] == 1.0
    assert 0.0 <= found[1] < 1.0


@pytest.mark.parametrize("gone", [None, 0.0, 100.0, 400.0])
def test_what_is_left_of_a_response_by_integration(gone: float | None) -> None:
    arrival = Arrival(180.0, 54.0, gone)
    if gone is None:
        expected, _ = quad(lambda a: phi((180.0 - a) / 54.0), 0.0, 180.0 + 10 * 54.0, epsabs=1e-11)
    else:
        end = 20.0 * mean_excess(180.0, 54.0, gone)
        above, _ = quad(
            lambda a: math.exp(float(log_ndtr((180.0 - gone - a) / 54.0) - log_ndtr((180.0 - gone) / 54.0))),
            0.0, max(end, 720.0 - gone), epsabs=1e-11,
        )  # fmt: skip
        expected = above
    assert arrival.left == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("gone", [None, 50.0, 500.0])
def test_quantiles_of_what_is_left(gone: float | None) -> None:
    arrival = Arrival(180.0, 54.0, gone)
    median = float(arrival.quantiles(np.array([0.5]))[0])
    # a fixed delay of the median is outlasted in half the cases
    assert one(median, 0.0, 0.0, arrival) == pytest.approx(0.5, abs=1e-6)


def test_the_lower_bound_is_one() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        mean, elapsed = rng.uniform(0.0, 600.0), rng.uniform(0.0, 500.0)
        least = rng.choice([0.0, rng.uniform(0.0, 1e4)])
        most = least + rng.choice([0.0, rng.uniform(0.0, 1e4)])
        gone = [None, rng.uniform(0.0, 300.0)][int(rng.integers(2))]
        arrival = Arrival(rng.uniform(0.0, 300.0), rng.choice([0.0, rng.uniform(0.0, 100.0)]), gone)
        bound = chance_at_least(np.array([mean]), np.array([least]), np.array([most]), elapsed, arrival)[0]
        found = chance(mean + rng.uniform(0.0, 50.0, 30), np.linspace(least, most, 30), elapsed, arrival)
        assert bound <= found.min() + ERROR
