"""The gate and the assignment."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, multivariate_normal

from bartizan.watch.tracking.gate import FORBIDDEN, Gate, assign, mahalanobis
from bartizan.watch.tracking.motion import MotionState
from bartizan.watch.tracking.track import TrackerParams

GATE = Gate(likely=9.21, speed=3.0, slack=1.0)


def expected(t: float, sd: float) -> MotionState:
    return MotionState(t, np.zeros(4), np.eye(4) * sd**2)


def test_the_default_gate_holds_99_percent() -> None:
    assert chi2.cdf(9.21, 2) == pytest.approx(0.99, abs=1e-4)
    assert TrackerParams().likely >= 9.21


def test_cost_is_the_likelihood() -> None:
    covariance = np.array([[2.0, 0.3], [0.3, 0.5]])
    gap = np.array([0.7, -0.4])
    distance, spread = mahalanobis(gap, covariance)
    density = multivariate_normal(mean=[0.0, 0.0], cov=covariance).logpdf(gap)
    assert -0.5 * (distance + spread) - np.log(2.0 * np.pi) == pytest.approx(density)


def test_a_likely_place_that_nobody_can_reach_is_refused() -> None:
    # unsure by 20 m, so 6 m is likely; but 0.5 s after the last sighting nobody is 6 m further
    doubtful = expected(0.5, 20.0)
    origin, error = np.zeros(2), np.eye(2) * 0.01
    assert GATE.cost(doubtful, origin, 0.0, np.array([6.0, 0.0]), error) == FORBIDDEN
    assert GATE.cost(doubtful, origin, 0.0, np.array([2.4, 0.0]), error) < FORBIDDEN


def test_a_reachable_place_that_is_not_likely_is_refused() -> None:
    sure = expected(2.0, 0.1)
    origin, error = np.zeros(2), np.eye(2) * 0.01
    assert GATE.cost(sure, origin, 0.0, np.array([3.0, 0.0]), error) == FORBIDDEN
    assert GATE.cost(sure, origin, 0.0, np.array([0.3, 0.0]), error) < FORBIDDEN


def test_the_surer_track_takes_the_sighting() -> None:
    origin, error, place = np.zeros(2), np.eye(2) * 0.01, np.array([0.2, 0.0])
    costs = [GATE.cost(expected(1.0, sd), origin, 0.0, place, error) for sd in (0.2, 2.0)]
    assert costs[0] < costs[1]


@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.integers(1, 4).flatmap(
            lambda columns: st.lists(
                st.lists(st.one_of(st.floats(-5.0, 9.0), st.just(FORBIDDEN)), min_size=columns, max_size=columns),
                min_size=rows,
                max_size=rows,
            )
        )
    )
)
def test_assignment_is_the_best_of_all(table: list[list[float]]) -> None:
    costs = np.array(table)
    miss = 9.0
    rows, columns = costs.shape

    def total(choice: tuple[int, ...]) -> float:
        return sum(miss if column >= columns else float(costs[row, column]) for row, column in enumerate(choice))

    best = min(
        total(choice)
        for choice in itertools.product(range(columns + 1), repeat=rows)
        if len([c for c in choice if c < columns]) == len({c for c in choice if c < columns})
    )
    pairs = assign(costs, miss)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    found = sum(float(costs[row, column]) for row, column in pairs) + miss * (rows - len(pairs))
    assert found == pytest.approx(best)


def test_nothing_to_assign() -> None:
    assert assign(np.zeros((0, 3)), 1.0) == []
    assert assign(np.full((2, 2), FORBIDDEN), 1.0) == []
