from __future__ import annotations

import numpy as np
import pytest

from bartizan.errors import CalibrationError
from bartizan.geometry import lens_fit
from bartizan.geometry.homography import Homography
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.projection import CameraModel
from bartizan.geometry.spread import Spread

SIZE = (768, 576)
CAMERA = Pinhole.looking(position=(2.0, -8.0, 5.0), at=(6.0, 6.0), focal_px=500.0, size=SIZE, distortion=(-0.2,))
PIXELS = np.array(
    [
        [60, 260],
        [380, 250],
        [700, 270],
        [50, 520],
        [400, 550],
        [720, 540],
        [250, 420],
        [600, 400],
        [200, 300],
        [560, 300.0],
    ],
    dtype=np.float64,
)
PLACES = CAMERA.to_ground(PIXELS)
ASKED = np.array([[400.0, 450.0], [120.0, 320.0], [730.0, 440.0]])


def test_exact_points_give_back_lens_and_camera() -> None:
    model = lens_fit.from_points(np.column_stack([PIXELS, PLACES]).tolist(), SIZE)
    assert isinstance(model, CameraModel)
    assert model.model.camera_matrix[0][0] == pytest.approx(500.0, rel=1e-4)
    assert model.model.distortion == pytest.approx((-0.2,), abs=1e-4)
    np.testing.assert_allclose(model.centre, (2.0, -8.0, 5.0), atol=1e-3)
    assert model.fit is not None
    assert model.fit.misses is not None
    assert max(model.fit.misses) < 1e-3
    assert sum(model.fit.leverage) == pytest.approx(4.0, rel=1e-3)


def test_with_a_bending_lens_it_places_better_than_a_flat_picture_and_tells_its_error() -> None:
    rng, inside, ratio = np.random.default_rng(1), 0.0, []
    draws = 5
    for _ in range(draws):
        pairs = np.column_stack(
            [PIXELS + rng.standard_normal(PIXELS.shape), PLACES + 0.05 * rng.standard_normal(PLACES.shape)]
        )
        model = lens_fit.from_points(pairs.tolist(), SIZE)
        flat = Homography.from_points(pairs.tolist(), SIZE)
        off = model.to_ground(ASKED) - CAMERA.to_ground(ASKED)
        ratio.append(np.hypot(*off.T).max() / np.hypot(*(flat.to_ground(ASKED) - CAMERA.to_ground(ASKED)).T).max())
        told = model.calibration_covariance(ASKED)
        inside += float(np.mean(np.einsum("ni,nij,nj->n", off, np.linalg.inv(told), off) < 9.21))  # 99 % of chi², 2
    assert np.median(ratio) < 0.5
    assert inside / draws > 0.85


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (PIXELS[:5], "at least 6 points"),
        (PIXELS[[0, 1, 2, 4, 6, 7]] * [0.05, 0.05] + [360, 400], "leave out lens"),
    ],
)
def test_points_that_do_not_tell_the_lens_are_refused(pixels: np.ndarray, words: str) -> None:
    rng = np.random.default_rng(2)
    places = CAMERA.to_ground(pixels) + 0.05 * rng.standard_normal(pixels.shape)
    with pytest.raises(CalibrationError, match=words):
        lens_fit.from_points(np.column_stack([pixels, places]).tolist(), SIZE)


def test_the_error_of_an_uncertain_camera_is_the_spread_of_what_it_might_be() -> None:
    straight = Pinhole.looking(position=(0.0, 0.0, 5.0), at=(0.0, 10.0), focal_px=600.0, size=SIZE)
    east, west = straight.moved((0.3, 0.0)), straight.moved((-0.3, 0.0))
    model = Spread(straight, (east, west), 0.5)
    pixels = np.array([[384.0, 288.0], [200.0, 500.0]])
    np.testing.assert_allclose(model.calibration_covariance(pixels), [[[0.09, 0.0], [0.0, 0.0]]] * 2, atol=1e-9)
    np.testing.assert_allclose(
        model.ground_covariance(pixels, 2.0),
        straight.ground_covariance(pixels, 2.0) + np.array([[0.09, 0.0], [0.0, 0.0]]),
        atol=1e-9,
    )
    turned = model.moved((5.0, 6.0), 90.0)
    np.testing.assert_allclose(turned.calibration_covariance(pixels), [[[0.0, 0.0], [0.0, 0.09]]] * 2, atol=1e-9)
    np.testing.assert_allclose(turned.centre, (5.0, 6.0, 5.0), atol=1e-9)
    above = np.array([[384.0, -900.0]])
    assert np.isnan(model.ground_covariance(above, 1.0)).all()
    with pytest.raises(CalibrationError, match="other cameras"):
        Spread(straight, (), 0.5)


def test_cameras_asked_at_once_answer_as_each_alone() -> None:
    rng = np.random.default_rng(3)
    others = tuple(
        Pinhole.looking(
            position=(*rng.normal(0.0, 2.0, 2), 5.0 + rng.uniform()), at=(1.0, 12.0), focal_px=500.0, size=SIZE
        )
        for _ in range(7)
    )
    pixels = np.column_stack([rng.uniform(0, 768, 20), rng.uniform(-300, 576, 20)])
    away = np.array([other.to_ground(pixels) - others[0].to_ground(pixels) for other in others])
    alone = np.einsum("kni,knj->nij", away, away) / 7.0
    np.testing.assert_allclose(Spread(others[0], others, 1.0 / 7.0).calibration_covariance(pixels), alone, rtol=1e-6)
    assert np.isnan(alone).any()
