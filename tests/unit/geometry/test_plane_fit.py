from __future__ import annotations

import numpy as np
import pytest

from bartizan.errors import CalibrationError
from bartizan.geometry.homography import Homography
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.plane_fit import CLICK, PLACE, widened

SIZE = (768, 576)
CAMERA = Pinhole.looking(position=(2.0, -8.0, 5.0), at=(6.0, 9.0), focal_px=700.0, size=SIZE)
PIXELS = np.array(
    [[100, 300], [380, 320], [700, 310], [90, 500], [400, 550], [700, 520], [250, 420], [600, 430.0]], dtype=np.float64
)
PLACES = CAMERA.to_ground(PIXELS)
ASKED = np.array([[400.0, 450.0], [120.0, 320.0], [380.0, 260.0]])


def noisy(rng: np.random.Generator, count: int) -> list[list[float]]:
    pixels = PIXELS[:count] + CLICK * rng.standard_normal((count, 2))
    places = PLACES[:count] + PLACE * rng.standard_normal((count, 2))
    rows: list[list[float]] = np.column_stack([pixels, places]).tolist()
    return rows


def test_four_points_say_nothing_of_their_error() -> None:
    model = Homography.from_points(noisy(np.random.default_rng(1), 4), SIZE)
    assert model.residuals is None
    assert model.fit is not None
    assert model.fit.misses is None
    assert model.fit.scale is None
    assert model.fit.freedom == 0
    assert model.fit.leverage == (1.0,) * 4
    assert model.calibration_covariance(ASKED) is None


@pytest.mark.parametrize("count", [5, 6, 8])
def test_leverage_adds_up_to_half_the_parameters(count: int) -> None:
    # the trace of the hat matrix is the number of parameters, 8, and each point has two numbers
    fit = Homography.from_points(noisy(np.random.default_rng(2), count), SIZE).fit
    assert fit is not None
    assert sum(fit.leverage) == pytest.approx(4.0, rel=1e-6)
    assert fit.freedom == 2 * count - 8


def test_the_error_that_the_fit_tells_is_the_error_that_it_makes() -> None:
    """Over many draws the place is within the ellipse told for half of them as often as not."""
    rng, inside, draws = np.random.default_rng(3), np.zeros(len(ASKED)), 60
    for _ in range(draws):
        model = Homography.from_points(noisy(rng, 6), SIZE)
        covariance = model.calibration_covariance(ASKED)
        assert covariance is not None
        off = model.to_ground(ASKED) - CAMERA.to_ground(ASKED)
        # the median of the squared length of a two-dimensional normal is 2 ln 2
        inside += np.einsum("ni,nij,nj->n", off, np.linalg.inv(covariance), off) < 2.0 * np.log(2.0)
    # three standard errors of a share of 0.5 in 60 draws are 0.19
    assert np.all(inside / draws > 0.31)
    assert np.all(inside / draws < 0.69)


def test_few_numbers_left_over_widen_the_error() -> None:
    assert widened(2) == pytest.approx(1.3213, abs=1e-3)  # Student's t table: 84.13 % at 2 degrees of freedom
    assert widened(10_000) == pytest.approx(1.0, abs=1e-3)


def test_a_point_noted_wrongly_is_found_and_does_not_move_the_others() -> None:
    pairs = np.array(noisy(np.random.default_rng(4), 8))
    pairs[6, 2:] += [5.0, 3.0]
    model = Homography.from_points(pairs.tolist(), SIZE)
    assert model.fit is not None
    assert model.residuals is not None
    assert int(np.argmin(model.fit.weights)) == 6
    assert model.fit.weights[6] < 0.2
    assert model.residuals[6] == pytest.approx(np.hypot(5.0, 3.0), abs=0.5)
    assert np.hypot(*(model.to_ground(ASKED) - CAMERA.to_ground(ASKED)).T).max() < 0.5


# points 0 and 2 hold up the far corners alone: wrong ones there cannot be told from right ones, and have high leverage
@pytest.mark.parametrize("number", [1, 3, 4, 5, 6])
def test_of_seven_points_one_that_others_check_may_be_wrong(number: int) -> None:
    pairs = np.array(noisy(np.random.default_rng(9), 7))
    pairs[number, 2:] += [3.0, 2.0]
    fit = Homography.from_points(pairs.tolist(), SIZE).fit
    assert fit is not None
    assert int(np.argmin(fit.weights)) == number
    assert fit.weights[number] < 0.5


def test_a_third_of_many_points_may_be_wrong() -> None:
    rng = np.random.default_rng(5)
    pixels = np.column_stack([rng.uniform(20, 700, 60), rng.uniform(260, 560, 60)])
    places = CAMERA.to_ground(pixels)
    places[:18] = places[rng.permutation(18)]
    model = Homography.from_points(np.column_stack([pixels, places]).tolist(), SIZE)
    assert np.hypot(*(model.to_ground(ASKED) - CAMERA.to_ground(ASKED)).T).max() < 0.05


def test_the_order_of_points_means_nothing_but_the_order_of_what_is_told() -> None:
    pairs = noisy(np.random.default_rng(6), 8)
    one, other = Homography.from_points(pairs, SIZE), Homography.from_points(pairs[::-1], SIZE)
    np.testing.assert_allclose(one.to_ground(ASKED), other.to_ground(ASKED), atol=1e-6)
    assert one.residuals is not None
    assert other.residuals is not None
    np.testing.assert_allclose(one.residuals, other.residuals[::-1], atol=1e-6)


def test_the_error_turns_with_the_plan_and_adds_to_the_foots() -> None:
    model = Homography.from_points(noisy(np.random.default_rng(7), 7), SIZE)
    own = model.calibration_covariance(ASKED)
    moved = model.moved((10.0, -4.0), 90.0).calibration_covariance(ASKED)
    assert own is not None
    assert moved is not None
    np.testing.assert_allclose(moved[:, 0, 0], own[:, 1, 1], rtol=1e-6)
    np.testing.assert_allclose(moved[:, 1, 1], own[:, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(moved[:, 0, 1], -own[:, 0, 1], rtol=1e-6)
    bare = Homography(model.matrix, None, SIZE)
    whole = model.ground_covariance(ASKED, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(whole, bare.ground_covariance(ASKED, np.array([1.0, 2.0, 3.0])) + own, rtol=1e-9)
    for number, sigma in enumerate((1.0, 2.0, 3.0)):
        np.testing.assert_allclose(
            bare.ground_covariance(ASKED, np.array([1.0, 2.0, 3.0]))[number],
            bare.ground_covariance(ASKED, sigma)[number],
        )


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), 1e300])
def test_a_number_that_is_none_is_refused_or_found(wrong: float) -> None:
    pairs = noisy(np.random.default_rng(8), 6)
    pairs[2][3] = wrong
    with pytest.raises(CalibrationError):
        Homography.from_points(pairs, SIZE)
