"""Laws of figures, against SciPy's own distributions as the independent source."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from bartizan.errors import InputError
from bartizan.quantity import Duration, Probability

ordered = st.lists(st.floats(0.0, 1e4), min_size=3, max_size=3).map(sorted)


@given(ordered)
def test_triangular_moments_are_scipys(points: list[float]) -> None:
    low, mode, high = points
    assume(high - low > 1e-3)
    law = stats.triang(c=(mode - low) / (high - low), loc=low, scale=high - low)
    figure = Duration.triangular(low, mode, high)
    assert figure.mean == pytest.approx(law.mean(), rel=1e-9)
    assert figure.sd == pytest.approx(law.std(), rel=1e-6)


@given(ordered)
def test_pert_moments_are_those_of_its_beta_law(points: list[float]) -> None:
    low, mode, high = points
    assume(high - low > 1e-3)
    a = 1.0 + 4.0 * (mode - low) / (high - low)
    b = 1.0 + 4.0 * (high - mode) / (high - low)
    law = stats.beta(a, b, loc=low, scale=high - low)
    figure = Duration.pert(low, mode, high)
    assert figure.mean == pytest.approx(law.mean(), rel=1e-9)
    assert figure.sd == pytest.approx(law.std(), rel=1e-6)


@given(ordered)
def test_uniform_moments_are_scipys(points: list[float]) -> None:
    low, _, high = points
    assume(high > low)
    law = stats.uniform(loc=low, scale=high - low)
    figure = Duration.uniform(low, high)
    assert figure.mean == pytest.approx(law.mean(), rel=1e-12, abs=1e-12)
    assert figure.sd == pytest.approx(law.std(), rel=1e-9, abs=1e-12)


@given(st.integers(1, 10_000), st.data())
def test_a_tested_probability_is_the_jeffreys_mean_and_never_certain(trials: int, data: st.DataObject) -> None:
    detected = data.draw(st.integers(0, trials))
    figure = Probability.tested(detected, trials)
    assert figure.value == pytest.approx(stats.beta(detected + 0.5, trials - detected + 0.5).mean(), rel=1e-9)
    assert 0.0 < figure.value < 1.0


def test_twenty_of_twenty_is_not_one() -> None:
    assert Probability.tested(20, 20).value == pytest.approx(20.5 / 21)


@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan, math.inf])
def test_a_probability_outside_the_unit_interval_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        Probability(value)


@pytest.mark.parametrize(
    ("mean", "sd", "law", "message"),
    [
        (-1.0, 0.0, "normal", "mean time is 0 s or more"),
        (math.nan, 0.0, "normal", "mean time"),
        (1.0, -1.0, "normal", "standard deviation is 0 s or more"),
        (1.0, math.inf, "normal", "standard deviation"),
        (1.0, 1.0, "fixed", "no spread"),
        (0.0, 0.0, "gamma", "needs a mean above 0"),
    ],
)
def test_an_impossible_time_is_refused(mean: float, sd: float, law: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Duration(mean, sd, law)  # type: ignore[arg-type]


@pytest.mark.parametrize("points", [(2.0, 1.0, 3.0), (0.0, 4.0, 3.0), (-1.0, 0.0, 1.0)])
def test_points_out_of_order_are_refused(points: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="low <= mode <= high"):
        Duration.triangular(*points)
    with pytest.raises(InputError, match="low <= mode <= high"):
        Duration.pert(*points)
