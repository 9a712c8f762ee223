"""P_I with times that cannot be negative, against direct integration and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from bartizan.assess.convolution import ERROR, p_timely_under_laws
from bartizan.assess.task import Task
from bartizan.assess.timeline import timeline
from bartizan.quantity import Duration
from bartizan.site.model import DetectAt


def phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def in_time(mean: list[float], sd: list[float], weight: list[float], response: tuple[float, float]) -> list[float]:
    delays = [Duration(m, s, "normal" if s > 0.0 else "fixed") for m, s in zip(mean, sd, strict=True)]
    law = Duration(*response, "normal" if response[1] > 0.0 else "fixed")
    found, error = p_timely_under_laws(delays, np.array(weight), np.ones(len(mean), dtype=np.bool_), [law])
    assert error.max() <= ERROR
    return [float(one) for one in found]


@pytest.mark.parametrize("weight", [1.0, 0.5])
@pytest.mark.parametrize("response", [(60.0, 18.0), (60.0, 90.0), (60.0, 0.0), (0.0, 0.0)])
def test_one_cut_delay_by_direct_integration(weight: float, response: tuple[float, float]) -> None:
    mean, sd = 80.0, 120.0
    rft, spread = response
    if spread == 0.0:
        expected = phi((weight * mean - rft) / (weight * sd))
    else:
        # P(X > 0, wX > R) over R > 0, and P(X > 0) where R is cut to 0
        late, _ = quad(
            lambda r: math.exp(-0.5 * ((r - rft) / spread) ** 2) * phi((weight * mean - r) / (weight * sd)),
            0.0, rft + 9.0 * spread, epsabs=1e-12,
        )  # fmt: skip
        expected = late / (spread * math.sqrt(2.0 * math.pi)) + phi(-rft / spread) * phi(mean / sd)
    assert in_time([mean], [sd], [weight], response) == pytest.approx([expected], abs=ERROR)


@pytest.mark.parametrize("response", [(90.0, 20.0), (90.0, 0.5), (90.0, 0.0)])
def test_two_cut_delays_by_direct_integration(response: tuple[float, float]) -> None:
    """P(X1+ + X2+ > R+), conditioned on X2+ and on R+."""
    (m1, s1), (m2, s2), (rft, spread) = (50.0, 60.0), (40.0, 45.0), response

    def sum_above(r: float) -> float:
        if r < 0.0:
            return 1.0
        # X2 <= 0, then 0 < X2 <= r, then X2 > r
        inner, _ = quad(lambda x: math.exp(-0.5 * ((x - m2) / s2) ** 2) * phi((m1 - r + x) / s1), 0.0, r, epsabs=1e-12)
        return phi(-m2 / s2) * phi((m1 - r) / s1) + inner / (s2 * math.sqrt(2.0 * math.pi)) + phi((m2 - r) / s2)

    if spread == 0.0:
        expected = sum_above(rft)
    else:
        late, _ = quad(
            lambda r: math.exp(-0.5 * ((r - rft) / spread) ** 2) * sum_above(r) / (spread * math.sqrt(2.0 * math.pi)),
            max(0.0, rft - 9.0 * spread), rft + 9.0 * spread, epsabs=1e-11,
        )  # fmt: skip
        # a response cut to 0 comes before any delay that is not 0
        expected = late + phi(-rft / spread) * (1.0 - phi(-m1 / s1) * phi(-m2 / s2))
    found = in_time([m1, m2], [s1, s2], [1.0, 1.0], response)
    assert found[0] == pytest.approx(expected, abs=ERROR)


def test_narrow_spreads_agree_with_easi() -> None:
    """At 10 % spread a delay is negative once in 1e23, so cutting changes nothing."""
    means, weights = [60.0, 30.0, 90.0, 45.0], [1.0, 0.5, 0.0, 1.0]
    moments: list[DetectAt] = ["begin", "middle", "end", "begin"]
    tasks = [
        Task(kind="element", id="e", p_detection=1.0, detect_at=at, delay_mean=m, delay_sd=0.1 * m)
        for m, at in zip(means, moments, strict=True)
    ]
    uncut = [step.p_timely for step in timeline(tasks, 100.0, 10.0, 1.0).steps]
    assert in_time(means, [0.1 * m for m in means], weights, (100.0, 10.0)) == pytest.approx(uncut, abs=ERROR)


@pytest.mark.parametrize(("response", "expected"), [(99.0, 1.0), (100.0, 0.0), (101.0, 0.0)])
def test_fixed_times_are_a_step_and_a_tie_is_not_in_time(response: float, expected: float) -> None:
    assert in_time([60.0, 40.0], [0.0, 0.0], [1.0, 1.0], (response, 0.0))[0] == expected


@pytest.mark.parametrize("spread", [0.0, 0.1, 30.0])
def test_a_response_long_after_the_last_delay_is_late(spread: float) -> None:
    assert in_time([5.0, 5.0], [5.0, 4.0], [1.0, 0.5], (500.0, spread)) == pytest.approx([0.0, 0.0], abs=ERROR)


def test_nothing_left_is_never_in_time() -> None:
    assert in_time([40.0], [80.0], [0.0], (10.0, 30.0)) == [0.0]


def test_a_long_path_agrees_with_simulation() -> None:
    rng = np.random.default_rng(4)
    size = 400_000
    means, sds = rng.uniform(5.0, 60.0, 12), rng.uniform(0.0, 90.0, 12)
    weights = rng.choice([0.0, 0.5, 1.0], 12)
    delays = np.maximum(0.0, rng.normal(means[:, None], sds[:, None], (12, size)))
    response = np.maximum(0.0, rng.normal(200.0, 60.0, size))
    after = np.cumsum(delays[::-1], axis=0)[::-1] - delays
    simulated = np.mean(after + weights[:, None] * delays > response, axis=1)
    error = np.sqrt(simulated * (1.0 - simulated) / size)
    found = np.array(in_time(means.tolist(), sds.tolist(), weights.tolist(), (200.0, 60.0)))
    # twelve comparisons: four standard errors are passed by chance once in a thousand runs
    assert np.all(np.abs(found - simulated) <= 4.0 * error + ERROR)
