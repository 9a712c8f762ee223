"""The motion law against its definition, and the filter against the textbook formulae."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from bartizan.watch.tracking.motion import MotionLaw, MotionState, begin, predict, update

LAW = MotionLaw(speed=0.6, memory=4.0)
ERROR = np.array([[0.09, 0.02], [0.02, 0.16]])


def a_state() -> MotionState:
    state = begin(0.0, np.array([1.0, 2.0]), ERROR, LAW)
    return update(predict(state, 0.4, LAW), np.array([1.5, 2.1]), ERROR)


@given(st.floats(0.001, 5.0), st.floats(0.001, 5.0))
def test_two_steps_are_one(first: float, second: float) -> None:
    start = a_state()
    middle = start.t + first
    stepwise = predict(predict(start, middle, LAW), middle + second, LAW)
    at_once = predict(start, middle + second, LAW)
    np.testing.assert_allclose(stepwise.mean, at_once.mean, rtol=1e-9, atol=1e-12)
    # cancellation in the smallest steps: 1e-9 m² is far below any error of sight
    np.testing.assert_allclose(stepwise.covariance, at_once.covariance, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("seconds", [0.02, 0.5, 3.0, 30.0])
def test_doubt_is_the_integral_of_the_process(seconds: float) -> None:
    # dv = -v / memory dt + sqrt(2 speed² / memory) dW: the response of place and velocity to noise s seconds ago
    def velocity(s: float) -> float:
        return float(np.exp(-s / LAW.memory))

    def place(s: float) -> float:
        return LAW.memory * float(-np.expm1(-s / LAW.memory))

    rate = 2.0 * LAW.speed**2 / LAW.memory
    still = MotionState(0.0, np.zeros(4), np.zeros((4, 4)))
    covariance = predict(still, seconds, LAW).covariance
    for (row, column), product in {
        (0, 0): lambda s: place(s) ** 2,
        (0, 2): lambda s: place(s) * velocity(s),
        (2, 2): lambda s: velocity(s) ** 2,
    }.items():
        expected = rate * quad(product, 0.0, seconds)[0]
        assert covariance[row, column] == pytest.approx(expected, rel=1e-6)
        assert covariance[row + 1, column + 1] == pytest.approx(expected, rel=1e-6)
    assert covariance[0, 1] == covariance[0, 3] == 0.0


def test_a_velocity_lasts_at_first_and_fades_later() -> None:
    state = MotionState(0.0, np.array([0.0, 0.0, 1.2, 0.0]), np.eye(4))
    assert predict(state, 0.2, LAW).mean[0] == pytest.approx(0.24, rel=0.03)
    assert predict(state, 1000.0, LAW).mean[0] == pytest.approx(1.2 * LAW.memory)


@pytest.mark.parametrize("ago", [0.0, 0.4])
def test_update_weighs_by_information(ago: float) -> None:
    state = a_state()
    after = update(state, np.array([2.0, 2.0]), ERROR, ago)
    # what is seen is the place `ago` seconds before
    observe = np.array([[1.0, 0.0, -ago, 0.0], [0.0, 1.0, 0.0, -ago]])
    information = np.linalg.inv(state.covariance) + observe.T @ np.linalg.inv(ERROR) @ observe
    mean = np.linalg.solve(
        information,
        np.linalg.inv(state.covariance) @ state.mean + observe.T @ np.linalg.inv(ERROR) @ np.array([2.0, 2.0]),
    )
    np.testing.assert_allclose(after.covariance, np.linalg.inv(information), rtol=1e-9)
    np.testing.assert_allclose(after.mean, mean, rtol=1e-9)


def test_backwards_the_walk_is_undone() -> None:
    state = a_state()
    forth_and_back = predict(predict(state, state.t + 0.1, LAW), state.t, LAW)
    np.testing.assert_allclose(forth_and_back.mean[:2], state.mean[:2], atol=0.02)
    assert forth_and_back.covariance[0, 0] > state.covariance[0, 0]


@pytest.mark.parametrize("seconds", [0.05, 0.5, 1.0])
def test_backwards_the_doubt_grows_as_forwards(seconds: float) -> None:
    state = MotionState(7.0, np.array([1.0, 2.0, 0.8, -0.4]), np.zeros((4, 4)))
    before, after = predict(state, 7.0 - seconds, LAW), predict(state, 7.0 + seconds, LAW)
    np.testing.assert_allclose(before.covariance[:2, :2], after.covariance[:2, :2], rtol=1e-12)
    np.testing.assert_allclose(before.mean[:2], [1.0 - 0.8 * seconds, 2.0 + 0.4 * seconds], rtol=1e-12)
