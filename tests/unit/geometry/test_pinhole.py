from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from bartizan.errors import CalibrationError
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.projection import CameraModel

SIZE = (640, 480)


def camera(distortion: tuple[float, ...] = ()) -> Pinhole:
    return Pinhole.looking(position=(0.0, 0.0, 5.0), at=(0.0, 10.0), focal_px=500.0, size=SIZE, distortion=distortion)


def test_a_camera_that_looks_north_sees_what_trigonometry_says() -> None:
    model = camera()
    assert isinstance(model, CameraModel)
    np.testing.assert_allclose(model.centre, (0.0, 0.0, 5.0), atol=1e-12)
    np.testing.assert_allclose(model.to_image(np.array([[0.0, 10.0]])), [[320.0, 240.0]])
    tilt = math.atan2(5.0, 10.0)
    below = math.atan2(100.0, 500.0)
    expected = 5.0 / math.tan(tilt + below)
    np.testing.assert_allclose(model.to_ground(np.array([[320.0, 340.0]])), [[0.0, expected]], atol=1e-12)
    east = model.to_image(np.array([[1.0, 10.0]]))[0]
    assert east[0] == pytest.approx(320.0 + 500.0 / math.hypot(5.0, 10.0))
    horizon = 240.0 - 500.0 * math.tan(tilt)
    assert np.isnan(model.to_ground(np.array([[320.0, horizon - 1.0]]))).all()
    assert model.to_ground(np.array([[320.0, horizon + 1.0]]))[0, 1] > 1000.0


@pytest.mark.parametrize(
    "distortion",
    [
        (-0.2,),
        (-0.2, 0.05),
        (-0.3, 0.1, 0.001, -0.002),
        (0.1, -0.05, 0.001, 0.0, 0.01),
        (0.1, 0.02, 0, 0, 0, 0.3, 0.01, 0),
    ],
)
def test_distortion_is_that_of_opencv(distortion: tuple[float, ...]) -> None:
    model = camera(distortion)
    generator = np.random.default_rng(7)
    places = np.column_stack([generator.uniform(-4, 4, 50), generator.uniform(8, 30, 50), generator.uniform(0, 2, 50)])
    rotation, _ = cv2.Rodrigues(np.array(model.rotation))
    expected, _ = cv2.projectPoints(
        places,
        rotation,
        np.array(model.translation),
        np.array(model.camera_matrix),
        np.array(distortion + (0.0,) * (8 - len(distortion))),
    )
    np.testing.assert_allclose(model.to_image(places), expected[:, 0], atol=1e-7)
    ground = places[:, :2]
    np.testing.assert_allclose(model.to_ground(model.to_image(ground)), ground, atol=1e-6)


def test_places_beyond_the_reach_of_the_lens_are_not_folded_into_the_picture() -> None:
    model = camera((-0.3,))  # the radius grows up to r = 1 / sqrt(0.9)
    wide = np.array([[14.0, 6.0]])
    assert np.isnan(model.to_image(wide)).all()
    assert np.isfinite(camera().to_image(wide)).all()
    assert np.isnan(model.to_ground(np.array([[2000.0, 400.0]]))).all()


def test_moved_turns_and_shifts_the_plan() -> None:
    model = camera((-0.1,))
    moved = model.moved(shift=(3.0, -7.0), turn=30.0)
    pixels = np.array([[100.0, 400.0], [500.0, 250.0]])
    here = model.to_ground(pixels)
    cosine, sine = math.cos(math.radians(30)), math.sin(math.radians(30))
    there = np.column_stack(
        [3.0 + cosine * here[:, 0] - sine * here[:, 1], -7.0 + sine * here[:, 0] + cosine * here[:, 1]]
    )
    np.testing.assert_allclose(moved.to_ground(pixels), there, atol=1e-9)
    np.testing.assert_allclose(moved.centre, (3.0, -7.0, 5.0), atol=1e-12)
    with pytest.raises(CalibrationError, match="finite"):
        model.moved(shift=(math.nan, 0.0))


def test_height_scale_is_the_picture_of_an_upright_person() -> None:
    model = camera()
    feet, heads = model.to_image(np.array([[1.0, 12.0, 0.0], [1.0, 12.0, 1.75]]))
    expected = math.hypot(*(feet - heads)) / 1.75
    assert model.height_scale(np.array([[1.0, 12.0]]))[0] == pytest.approx(expected)


def test_covariance_agrees_with_sampled_pixel_errors() -> None:
    model = camera((-0.15, 0.02))
    pixel = np.array([[410.0, 330.0]])
    sigma = 0.5
    shaken = pixel + np.random.default_rng(1).normal(0.0, sigma, (200_000, 2))
    sampled = np.cov(model.to_ground(shaken).T)
    # 200,000 samples: the standard error of a variance is sqrt(2 / n) = 0.3 % of it
    np.testing.assert_allclose(model.ground_covariance(pixel, sigma)[0], sampled, rtol=0.02, atol=1e-6)


EYE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
INNER = ((500.0, 0.0, 320.0), (0.0, 500.0, 240.0), (0.0, 0.0, 1.0))


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"camera_matrix": ((0.0, 0, 1), (0, 5.0, 1), (0, 0, 1))}, "camera matrix must read"),
        ({"camera_matrix": ((5.0, 0, 1), (3.0, 5.0, 1), (0, 0, 1))}, "camera matrix must read"),
        ({"camera_matrix": ((5.0, 0), (0, 5.0))}, "camera matrix is not a matrix of 3 x 3"),
        ({"camera_matrix": "none"}, "camera matrix is not a matrix of 3 x 3"),
        ({"rotation": ((2.0, 0, 0), (0, 1, 0), (0, 0, 1))}, "rotation is not a rotation"),
        ({"rotation": ((-1.0, 0, 0), (0, 1, 0), (0, 0, 1))}, "rotation is not a rotation"),
        ({"rotation": ((math.nan, 0, 0), (0, 1, 0), (0, 0, 1))}, "rotation is not a matrix"),
        ({"translation": (0.0, 1.0)}, "translation is not three finite numbers"),
        ({"distortion": (0.1, 0.2, 0.3)}, "distortion is a list of 0, 1, 2, 4, 5, 8"),
        ({"distortion": (math.inf,)}, "finite numbers"),
    ],
)
def test_parts_that_make_no_camera_are_refused(parts: dict[str, object], words: str) -> None:
    given = {"camera_matrix": INNER, "rotation": EYE, "translation": (0.0, 0.0, 5.0), **parts}
    with pytest.raises(CalibrationError, match=words):
        Pinhole(**given)  # type: ignore[arg-type]


def test_a_camera_over_its_own_aim_is_refused() -> None:
    with pytest.raises(CalibrationError, match="straight down"):
        Pinhole.looking(position=(1.0, 2.0, 5.0), at=(1.0, 2.0), focal_px=500.0, size=SIZE)


def test_models_are_values() -> None:
    assert camera((-0.1,)) == camera((-0.1,))
    assert hash(camera()) == hash(camera())
    assert camera() != camera((-0.1,))
