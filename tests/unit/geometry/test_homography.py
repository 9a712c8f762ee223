from __future__ import annotations

import numpy as np
import pytest

from bartizan.errors import CalibrationError
from bartizan.geometry.homography import Homography
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.projection import CameraModel

SIZE = (640, 480)
CAMERA = Pinhole.looking(position=(2.0, -8.0, 5.0), at=(6.0, 9.0), focal_px=560.0, size=SIZE)
PLACES = np.array([[0.0, 2.0], [9.0, 3.0], [12.0, 20.0], [-1.0, 18.0], [5.0, 9.0], [3.0, 14.0]])


def pairs(count: int) -> list[list[float]]:
    return [[*map(float, row)] for row in np.column_stack([CAMERA.to_image(PLACES), PLACES])[:count]]


@pytest.mark.parametrize("count", [4, 6])
def test_exact_points_give_back_the_camera_that_took_them(count: int) -> None:
    model = Homography.from_points(pairs(count), SIZE)
    assert isinstance(model, CameraModel)
    pixels = np.array([[100.0, 300.0], [320.0, 240.0], [600.0, 470.0]])
    np.testing.assert_allclose(model.to_ground(pixels), CAMERA.to_ground(pixels), atol=1e-8)
    np.testing.assert_allclose(model.to_image(PLACES), CAMERA.to_image(PLACES), atol=1e-8)
    assert model.focal == pytest.approx(560.0, rel=1e-6)
    assert model.camera is not None
    np.testing.assert_allclose(model.camera.centre, (2.0, -8.0, 5.0), atol=1e-5)
    np.testing.assert_allclose(model.height_scale(PLACES), CAMERA.height_scale(PLACES), rtol=1e-6)
    np.testing.assert_allclose(
        model.ground_covariance(pixels, 2.0), CAMERA.ground_covariance(pixels, 2.0), rtol=1e-5, atol=1e-9
    )


def test_residuals_are_none_with_four_points_and_metres_with_more() -> None:
    assert Homography.from_points(pairs(4)).residuals is None
    exact = Homography.from_points(pairs(6)).residuals
    assert exact is not None
    assert len(exact) == 6
    assert max(exact) < 1e-8
    wrong = pairs(6)
    wrong[4][2] += 0.5  # one place noted half a metre too far east
    residuals = Homography.from_points(wrong).residuals
    assert residuals is not None
    assert 0.1 < residuals[4] < 0.6
    assert max(residuals) < 0.6


def test_above_the_horizon_there_is_no_ground_and_behind_the_camera_no_picture() -> None:
    model = Homography.from_points(pairs(4), SIZE)
    assert np.isnan(model.to_ground(np.array([[320.0, -400.0]]))).all()
    assert np.isnan(model.ground_covariance(np.array([[320.0, -400.0]]), 1.0)).all()
    assert np.isnan(model.to_image(np.array([[-6.0, -40.0]]))).all()
    assert np.isfinite(model.to_ground(np.array([[320.0, 240.0]]))).all()


def test_without_size_the_scale_is_that_of_the_rows() -> None:
    model = Homography.from_points(pairs(4))
    assert model.camera is None
    scale, true = model.height_scale(PLACES), CAMERA.height_scale(PLACES)
    assert np.all(scale > true * 0.97)
    assert np.all(scale < true * 1.45)  # 1 / cos(tilt), and the camera looks down on the nearest place by 27 degrees
    level = Pinhole.looking(position=(0.0, -30.0, 2.0), at=(0.0, 60.0), focal_px=900.0, size=SIZE)
    flat = Homography.from_points(np.column_stack([level.to_image(PLACES), PLACES])[:4].tolist())
    np.testing.assert_allclose(flat.height_scale(PLACES), level.height_scale(PLACES), rtol=0.02)


def test_a_camera_that_looks_straight_down_falls_back_to_the_local_scale() -> None:
    down: list[list[float]] = [[100, 100, 0, 10], [500, 100, 10, 10], [100, 400, 0, 2.5], [500, 400, 10, 2.5]]
    model = Homography.from_points(down, SIZE)
    assert model.camera is None
    np.testing.assert_allclose(model.height_scale(np.array([[5.0, 5.0]])), [40.0])


def test_moved_turns_and_shifts_the_plan() -> None:
    model = Homography.from_points(pairs(5), SIZE)
    moved = model.moved(shift=(100.0, -50.0), turn=90.0)
    pixels = np.array([[300.0, 200.0], [50.0, 400.0]])
    here = model.to_ground(pixels)
    there = np.column_stack([100.0 - here[:, 1], -50.0 + here[:, 0]])
    np.testing.assert_allclose(moved.to_ground(pixels), there, atol=1e-9)
    np.testing.assert_allclose(moved.height_scale(there), model.height_scale(here), rtol=1e-6)
    assert moved.residuals == model.residuals


GOOD = [[412, 300, 3.1, 8.0], [96, 310, -4.0, 7.5], [700, 402, 9.2, 2.1], [240, 560, 0.3, 0.4]]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (GOOD[:3], "at least four points, not 3"),
        ([], "at least four points, not 0"),
        ([*GOOD[:3], GOOD[0]], "points 1 and 4 have the same pixel"),
        ([*GOOD[:3], [1, 2, 9.2, 2.1]], "points 3 and 4 have the same place"),
        ([[100 * i, 50 * i, i, i * i] for i in range(5)], "lie on one line \\(pixels\\)"),
        ([[100 * i, 50 * i * i, i, 2 * i] for i in range(5)], "lie on one line \\(places\\)"),
        ([[0, 0, 0, 9], [100, 0, 5, 9], [200, 0, 9, 8], [100, 200, 5, 0]], "lie on one line \\(pixels\\)"),
        ([[0, 0, 0, 0], [100, 0, 10, 0], [100, 100, 10, 10], [0, 100, 0, 10]], "mirrored"),
        ([[0, 0, 0, 10], [100, 0, 0, 0], [0, 100, 10, 10], [100, 100, 10, 0.1]], "mirrored"),
        ([[0, 0, 0, 10], [100, 0, 10, 10], [100, 100, 0, 0], [0, 100, 10, 0.1]], "one camera"),
        ([*GOOD[:3], [1, 2, 3]], "four finite numbers"),
        ([*GOOD[:3], [1, 2, 3, float("nan")]], "four finite numbers"),
        ([*GOOD[:3], ["a", 2, 3, 4]], "four finite numbers"),
        (7, "four finite numbers"),
    ],
)
def test_points_that_make_no_camera_are_refused_with_a_cure(points: list[list[float]], words: str) -> None:
    with pytest.raises(CalibrationError, match=words):
        Homography.from_points(points)


def test_the_example_of_the_site_file_is_a_camera() -> None:
    model = Homography.from_points(GOOD, (768, 576))
    np.testing.assert_allclose(model.to_ground(np.array([[412.0, 300.0]])), [[3.1, 8.0]], atol=1e-9)
