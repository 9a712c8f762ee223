"""What a test is worth: against conjugate posteriors, whose expectation over the outcomes has a closed form."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from bartizan.assess.doubt.belief import Runs
from bartizan.assess.doubt.trials import LIKELY, Kind, Sample, Tests

DRAWS = 4096
A, B = 8.5, 2.5
LEVEL = 0.9


def evenly(seed: int) -> NDArray[np.float64]:
    """Numbers that are spread evenly through (0, 1), in a random order."""
    values = (np.arange(DRAWS) + 0.5) / DRAWS
    np.random.default_rng(seed).shuffle(values)
    return values


def weighed(values: NDArray[np.float64], answers: NDArray[np.float64], require: float | None = None) -> Tests:
    sample = Sample("trials", values, np.zeros(DRAWS), answers)
    return Tests(sample, LEVEL, require, np.random.default_rng(3))


def width_after(trials: int) -> float:
    """The width of the interval of a probability under Beta(A, B), expected over `trials` trials."""
    found = np.arange(trials + 1)
    chances = stats.betabinom(trials, A, B).pmf(found)
    low, high = stats.beta(A + found, B + trials - found).interval(LEVEL)
    return float(chances @ (high - low))


@pytest.mark.parametrize("trials", [1, 5, 20, 64, 65, 200, 1000])
def test_a_probability_is_narrowed_as_its_conjugate_posterior(trials: int) -> None:
    p = stats.beta(A, B).ppf(evenly(1))
    left = weighed(p, p).after(trials)
    prior = A * B / ((A + B) ** 2 * (A + B + 1.0))
    # E Var = Var (a + b) / (a + b + n); beyond FEW_TRIALS the outcomes are drawn, 96 of them and stratified
    assert left.variance == pytest.approx(prior * (A + B) / (A + B + trials), rel=2e-3 if trials <= 64 else 2e-2)
    assert left.width == pytest.approx(width_after(trials), rel=2e-3 if trials <= 64 else 2e-2)


def test_the_trials_for_a_width_are_the_fewest() -> None:
    p = stats.beta(A, B).ppf(evenly(1))
    found = weighed(p, p).trials_for_width(0.2)
    exact = next(trials for trials in range(1, 200) if width_after(trials) <= 0.2)
    assert found is not None
    assert abs(found - exact) <= 1


def test_the_chance_to_settle_is_that_of_the_outcomes_that_do() -> None:
    p = stats.beta(A, B).ppf(evenly(1))
    require, trials = 0.75, 40
    found = np.arange(trials + 1)
    short = stats.beta(A + found, B + trials - found).cdf(require)
    settles = (short <= 0.05) | (short >= 0.95)
    exact = float(stats.betabinom(trials, A, B).pmf(found) @ settles)
    assert 0.1 < exact < 0.9
    # an outcome at the very edge may fall on either side
    edge = stats.betabinom(trials, A, B).pmf(found[np.abs(short - 0.05) < 0.003]).sum()
    assert weighed(p, p, require).after(trials).settled == pytest.approx(exact, abs=2e-3 + edge)


def test_the_trials_to_settle_reach_the_chance() -> None:
    p = stats.beta(A, B).ppf(evenly(1))
    tests = weighed(p, p, 0.5)
    fewest = tests.trials_to_settle()
    assert fewest is not None
    settled = tests.after(fewest).settled
    assert settled is not None
    assert settled >= LIKELY


@pytest.mark.parametrize("spread", [5.0, 40.0])
@pytest.mark.parametrize("trials", [1, 10, 100])
def test_a_time_of_known_spread_is_narrowed_as_a_normal_mean(trials: int, spread: float) -> None:
    """A mean that is normal with sd 10: after n runs of sd s its variance is 1 / (1 / 100 + n / s^2)."""
    mean = stats.norm(100.0, 10.0).ppf(evenly(2))
    sample = Sample("runs, spread known", mean, np.full(DRAWS, spread), mean)
    left = Tests(sample, LEVEL, None, np.random.default_rng(4)).after(trials)
    exact = 1.0 / (1.0 / 100.0 + trials / spread**2)
    assert left.variance == pytest.approx(exact, rel=0.05)
    assert left.width == pytest.approx(2.0 * stats.norm.ppf(0.95) * np.sqrt(exact), rel=0.03)


@pytest.mark.parametrize("trials", [1, 5, 20])
def test_runs_are_narrowed_as_their_conjugate_posterior(trials: int) -> None:
    """Mean and spread of m runs: n more leave m / (m + n) of the mean's variance, averaged over the outcomes."""
    known = Runs(100.0, 30.0, 12)
    uniform = np.stack((evenly(5), evenly(6)), axis=1)
    mean, spread = known.draw(uniform)
    assert spread is not None
    left = Tests(Sample("runs", mean, spread, mean), LEVEL, None, np.random.default_rng(4)).after(trials)
    # 96 outcomes of a law with heavy tails: a standard error of some 5 %
    assert left.variance / mean.var() == pytest.approx(12.0 / (12.0 + trials), rel=0.15)


def test_a_figure_that_does_not_matter_is_worth_nothing() -> None:
    p, answers = stats.beta(A, B).ppf(evenly(1)), evenly(7)
    left = weighed(p, answers).after(30)
    assert left.width == pytest.approx(LEVEL, abs=0.01)
    assert weighed(p, answers).trials_for_width(0.5) is None


def test_known_exactly_leaves_what_the_others_do() -> None:
    """The answer is the figure plus another, uniform on (0, 1): known, 90 % of the other's range is left."""
    p, other = stats.beta(A, B).ppf(evenly(1)), evenly(7)
    left = weighed(p, p + other).known
    assert left.width == pytest.approx(LEVEL, abs=0.03)
    assert left.variance == pytest.approx(1.0 / 12.0, rel=0.05)


@pytest.mark.parametrize("kind", ["trials", "runs", "runs, spread known"])
def test_ends_of_the_scale_give_no_nan(kind: Kind) -> None:
    values = np.repeat([0.0, 1.0], DRAWS // 2)
    for spread in (0.0, 1e-12, 1e9):
        sample = Sample(kind, values, np.full(DRAWS, spread), evenly(1))
        left = Tests(sample, LEVEL, 0.5, np.random.default_rng(4)).after(7)
        assert left.settled is not None
        assert np.isfinite([left.width, left.variance, left.settled]).all()


def test_a_time_without_spread_is_known_after_one_run() -> None:
    mean = stats.norm(100.0, 10.0).ppf(evenly(2))
    tests = Tests(Sample("runs, spread known", mean, np.zeros(DRAWS), mean), LEVEL, None, np.random.default_rng(4))
    assert tests.after(1) == tests.known
