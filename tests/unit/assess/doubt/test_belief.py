"""What one figure may be: against the closed forms of its laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bartizan.assess.doubt.belief import Between, Runs, belief
from bartizan.quantity import Duration, Probability

POINTS = 20_000
EVENLY = ((np.arange(POINTS) + 0.5) / POINTS)[:, None]
# the midpoint rule on a monotone quantile function errs by at most half a step times its range
STEP = 1.0 / POINTS


def test_a_tested_probability_has_jeffreys_posterior() -> None:
    known = belief(Probability.tested(18, 20))
    assert known is not None
    values, spreads = known.draw(EVENLY)
    a, b = 18.5, 2.5
    assert spreads is None
    assert values.mean() == pytest.approx(a / (a + b), abs=STEP)
    assert values.var() == pytest.approx(a * b / ((a + b) ** 2 * (a + b + 1.0)), abs=2.0 * STEP)
    assert known.interval(0.9) == pytest.approx(stats.beta(a, b).interval(0.9), abs=1e-9)
    assert known.in_words() == "18 of 20 detected"


@pytest.mark.parametrize(("detected", "trials"), [(0, 1), (1, 1), (0, 500), (500, 500), (10**9, 10**9)])
def test_no_test_makes_a_probability_certain(detected: int, trials: int) -> None:
    known = belief(Probability.tested(detected, trials))
    assert known is not None
    low, high = known.interval(0.9)
    assert 0.0 <= low < high <= 1.0
    ends, _ = known.draw(np.array([[0.0], [1.0]]))
    assert np.isfinite(ends).all()
    assert (ends >= 0.0).all()
    assert (ends <= 1.0).all()


def test_a_pert_probability_has_the_mean_and_variance_of_pert() -> None:
    figure = Probability.pert(0.5, 0.8, 0.9)
    known = belief(figure)
    assert known is not None
    values, _ = known.draw(EVENLY)
    assert values.mean() == pytest.approx(figure.value, abs=STEP)
    assert values.var() == pytest.approx((figure.value - 0.5) * (0.9 - figure.value) / 7.0, abs=STEP)


def test_a_mean_between_two_ends_moves_its_spread_with_it() -> None:
    known = belief(Duration(60.0, 18.0, mean_low=40.0, mean_high=110.0))
    assert known is not None
    values, spreads = known.draw(EVENLY)
    assert spreads is not None
    assert values.mean() == pytest.approx((40.0 + 4.0 * 60.0 + 110.0) / 6.0, abs=70.0 * STEP)
    assert spreads / values == pytest.approx(np.full(POINTS, 0.3))
    assert values.min() >= 40.0
    assert values.max() <= 110.0
    assert known.spread_interval(0.9) == pytest.approx([0.3 * end for end in known.interval(0.9)])


def test_runs_have_the_reference_posterior() -> None:
    known = belief(Duration(100.0, 30.0, trials=10))
    assert isinstance(known, Runs)
    low, high = known.interval(0.9)
    t = stats.t(9).ppf(0.95) * 30.0 / math.sqrt(10.0)
    # cut at 0, which lies 10.5 standard errors below: a share of 1e-6 of the law
    assert (low, high) == pytest.approx((100.0 - t, 100.0 + t), abs=1e-3)
    rng = np.random.default_rng(1)
    mean, spread = known.draw(rng.random((POINTS, 2)))
    assert spread is not None
    # marginally (n - 1) s^2 / sigma^2 is chi-squared with n - 1 degrees of freedom: a Kolmogorov bound at 1e-6
    bound = math.sqrt(math.log(2.0 / 1e-6) / (2.0 * POINTS))
    assert stats.kstest(9.0 * 900.0 / spread**2, stats.chi2(9).cdf).statistic < bound
    assert stats.kstest((mean - 100.0) / (30.0 / math.sqrt(10.0)), stats.t(9).cdf).statistic < bound
    # given sigma the mean is normal with sigma / sqrt(n)
    assert stats.kstest((mean - 100.0) / (spread / math.sqrt(10.0)), stats.norm.cdf).statistic < bound
    assert known.spread_interval(0.9) == pytest.approx(
        [math.sqrt(9.0 * 900.0 / stats.chi2(9).ppf(at)) for at in (0.95, 0.05)]
    )


def test_a_mean_time_is_never_negative() -> None:
    known = belief(Duration(1.0, 50.0, trials=2))
    assert known is not None
    values, spreads = known.draw(np.random.default_rng(2).random((POINTS, 2)))
    assert spreads is not None
    assert values.min() >= 0.0
    assert np.isfinite(values).all()
    assert np.isfinite(spreads).all()
    # of a law cut at 0, half lies above the median of what is left
    scale = 50.0 / math.sqrt(2.0)
    below = stats.t(1).cdf(-1.0 / scale)
    median = 1.0 + scale * stats.t(1).ppf(below + 0.5 * (1.0 - below))
    assert abs((values > median).mean() - 0.5) < 5.0 * 0.5 / math.sqrt(POINTS)


@pytest.mark.parametrize(
    "figure",
    [
        Probability(0.9),
        Probability.pert(0.4, 0.4, 0.4),
        Duration(10.0, 3.0),
        Duration(10.0, 0.0, trials=5),
        Duration(10.0, 3.0, mean_low=10.0, mean_high=10.0),
        Duration.pert(1.0, 2.0, 3.0),
    ],
)
def test_what_is_not_doubted_has_no_law(figure: Probability | Duration) -> None:
    assert belief(figure) is None


def test_a_mean_of_nothing_keeps_its_spread() -> None:
    known = belief(Duration(0.0, 2.0, mean_low=0.0, mean_high=5.0))
    assert isinstance(known, Between)
    _, spreads = known.draw(EVENLY)
    assert spreads is not None
    assert set(spreads.tolist()) == {2.0}
