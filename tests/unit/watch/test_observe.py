from __future__ import annotations

import numpy as np
import pytest

from bartizan.geometry.pinhole import Pinhole
from bartizan.watch.detection.detect import Detection
from bartizan.watch.detection.observe import ObserveParams, observe

CAMERA = Pinhole.looking(position=(0.0, 0.0, 5.0), at=(0.0, 15.0), focal_px=600.0, size=(640, 480))


def standing(x: float, y: float, score: float = 0.8) -> Detection:
    """The box of somebody at a place."""
    foot, head = CAMERA.to_image(np.array([[x, y, 0.0], [x, y, 1.75]]))
    tall = float(foot[1] - head[1])
    return Detection((float(foot[0]) - 0.2 * tall, float(foot[1]) - tall, 0.4 * tall, tall), score)


def test_the_middle_of_the_lower_edge_is_the_place() -> None:
    one, two = observe("north", CAMERA, 3.5, [standing(1.0, 12.0), standing(-2.0, 20.0, 0.4)])
    assert one.at == pytest.approx((1.0, 12.0))
    assert two.at == pytest.approx((-2.0, 20.0))
    assert (one.t, one.camera, one.score, two.score) == (3.5, "north", 0.8, 0.4)
    assert one.box == standing(1.0, 12.0).box


def test_the_covariance_is_that_of_a_foot_shaken_in_proportion_to_the_person() -> None:
    box = standing(2.0, 14.0)
    (seen,) = observe("north", CAMERA, 0.0, [box], ObserveParams(foot=0.02, least=0.1))
    foot = np.array([box.box[0] + box.box[2] / 2, box.box[1] + box.box[3]])
    shaken = foot + np.random.default_rng(4).normal(0.0, 0.02 * box.box[3], (200_000, 2))
    sampled = np.cov(CAMERA.to_ground(shaken).T)
    xx, xy, yy = seen.covariance
    # to first order: 2 % of the person is 1.4 pixels, over which the ground is nearly straight
    np.testing.assert_allclose([[xx, xy], [xy, yy]], sampled, rtol=0.05, atol=2e-4)


def test_the_error_grows_with_the_distance_most_along_the_view() -> None:
    near, far = observe("north", CAMERA, 0.0, [standing(0.0, 8.0), standing(0.0, 30.0)])
    assert far.covariance[2] > near.covariance[2]
    assert far.covariance[2] > 10.0 * far.covariance[0]


def test_feet_without_ground_and_places_without_worth_are_left_out() -> None:
    tall = 20.0
    horizon = 240.0 - 600.0 * 5.0 / 15.0
    sky = Detection((300.0, horizon - 30.0 - tall, 8.0, tall), 0.9)
    edge = Detection((300.0, horizon + 2.0 - tall, 8.0, tall), 0.9)  # 2 pixels below the horizon: over a kilometre
    seen = observe("north", CAMERA, 0.0, [sky, standing(0.0, 10.0), edge])
    assert [one.at for one in seen] == [pytest.approx((0.0, 10.0))]
    assert observe("north", CAMERA, 0.0, []) == []
    kept = observe("north", CAMERA, 0.0, [sky, standing(0.0, 10.0), edge], ObserveParams(farthest=1e9))
    assert len(kept) == 2
