"""Laws of every camera model: the way there and back, and motion of the plan."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from bartizan.geometry.homography import Homography
from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.tsai import Tsai

SIZE = (640, 480)


@st.composite
def pinholes(draw: st.DrawFn, distorted: bool = True) -> Pinhole:
    x, y = draw(st.floats(-50, 50)), draw(st.floats(-50, 50))
    height, away, bearing = draw(st.floats(2, 20)), draw(st.floats(4, 40)), draw(st.floats(0, 6.28))
    return Pinhole.looking(
        position=(x, y, height),
        at=(x + away * np.cos(bearing), y + away * np.sin(bearing)),
        focal_px=draw(st.floats(300, 1500)),
        size=SIZE,
        distortion=(draw(st.floats(-0.25, 0.25)), draw(st.floats(-0.02, 0.05))) if distorted else (),
    )


def tsai_of(camera: Pinhole, kappa1: float) -> Tsai:
    focal, pitch = 6.0, 6.0 / camera.camera_matrix[0][0]
    return Tsai(pitch, pitch, focal, kappa1, 320.0, 240.0, 1.0, camera.rotation, camera.translation)


PIXELS = st.lists(st.tuples(st.floats(0, 640), st.floats(0, 480)), min_size=1, max_size=8)


@given(pinholes(), PIXELS)
def test_pinhole_there_and_back(camera: Pinhole, pixels: list[tuple[float, float]]) -> None:
    points = np.array(pixels)
    ground = camera.to_ground(points)
    seen = np.isfinite(ground).all(axis=1) & (np.abs(ground).max(axis=1) < 1e4)
    assume(seen.any())
    np.testing.assert_allclose(camera.to_image(ground[seen]), points[seen], atol=1e-4)


@given(pinholes(distorted=False), st.floats(-0.005, 0.02), PIXELS)
def test_tsai_there_and_back(camera: Pinhole, kappa1: float, pixels: list[tuple[float, float]]) -> None:
    model, points = tsai_of(camera, kappa1), np.array(pixels)
    ground = model.to_ground(points)
    seen = np.isfinite(ground).all(axis=1) & (np.abs(ground).max(axis=1) < 1e4)
    assume(seen.any())
    np.testing.assert_allclose(model.to_image(ground[seen]), points[seen], atol=1e-4)


@given(pinholes(distorted=False), PIXELS)
def test_a_straight_tsai_camera_is_a_pinhole(camera: Pinhole, pixels: list[tuple[float, float]]) -> None:
    points = np.array(pixels)
    np.testing.assert_allclose(tsai_of(camera, 0.0).to_ground(points), camera.to_ground(points), rtol=1e-6, atol=1e-6)


@given(pinholes(distorted=False), PIXELS)
def test_a_homography_of_four_ground_points_is_the_camera(camera: Pinhole, pixels: list[tuple[float, float]]) -> None:
    corners = np.array([[20.0, 460.0], [620.0, 470.0], [500.0, 260.0], [150.0, 250.0]])
    ground = camera.to_ground(corners)
    assume(np.isfinite(ground).all() and np.abs(ground).max() < 500)
    model = Homography.from_points(np.column_stack([corners, ground]).tolist(), SIZE)
    points = np.array(pixels)
    there = camera.to_ground(points)
    near = np.isfinite(there).all(axis=1) & (np.abs(there).max(axis=1) < 500)
    np.testing.assert_allclose(model.to_ground(points[near]), there[near], rtol=1e-4, atol=1e-4)


@given(pinholes(), PIXELS, st.tuples(st.floats(-100, 100), st.floats(-100, 100)), st.floats(-360, 360))
def test_moving_the_plan_moves_the_places_and_keeps_the_picture(
    camera: Pinhole, pixels: list[tuple[float, float]], shift: tuple[float, float], turn: float
) -> None:
    points = np.array(pixels)
    here, there = camera.to_ground(points), camera.moved(shift, turn).to_ground(points)
    near = np.isfinite(here).all(axis=1) & (np.abs(here).max(axis=1) < 1e4)
    assume(near.any())
    angle = np.radians(turn)
    motion = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    np.testing.assert_allclose(there[near], here[near] @ motion.T + shift, rtol=1e-6, atol=1e-6)


@given(pinholes(), PIXELS)
def test_covariance_is_symmetric_and_grows_with_the_square_of_the_pixel_error(
    camera: Pinhole, pixels: list[tuple[float, float]]
) -> None:
    points = np.array(pixels)
    one, three = camera.ground_covariance(points, 1.0), camera.ground_covariance(points, 3.0)
    np.testing.assert_allclose(one, one.transpose(0, 2, 1))
    np.testing.assert_allclose(three, 9.0 * one)
    fine = np.isfinite(one).all(axis=(1, 2))
    assert np.all(np.linalg.eigvalsh(one[fine]) >= -1e-9 * np.abs(one[fine]).max(initial=1.0))
