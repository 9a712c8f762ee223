from __future__ import annotations

import math

import numpy as np
import pytest

from bartizan.errors import CalibrationError
from bartizan.geometry.pinhole import Pinhole
from bartizan.watch.calibrate import Found, People, Stance, StanceParams, find_stance, placed, walkers
from bartizan.watch.detection.detect import Detection

SIZE = (640, 480)
CAMERA = Pinhole.looking(position=(0.0, 0.0, 5.0), at=(0.0, 13.0), focal_px=620.0, size=SIZE)
TILT = math.degrees(math.atan2(5.0, 13.0))
QUICK = StanceParams(draws=200, resamples=20)


def crowd(
    camera: Pinhole, rng: np.random.Generator, count: int = 24, mean: float = 1.72
) -> list[tuple[float, list[Detection]]]:
    """People of several heights who walk straight through the picture, their boxes a little wrong."""
    frames: dict[int, list[Detection]] = {}
    for _ in range(count):
        tall, pace = mean * (1.0 + 0.05 * rng.standard_normal()), 1.3 + 0.2 * rng.standard_normal()
        ends = camera.to_ground(np.column_stack([rng.uniform(60, 580, 2), rng.uniform(170, 450, 2)]))
        length, start = float(np.hypot(*(ends[1] - ends[0]))), rng.uniform(0.0, 90.0)
        for n in range(int(min(length / pace, 20.0) * 5)):
            at = ends[0] + (ends[1] - ends[0]) * pace * n / 5.0 / length
            foot, head = camera.to_image(np.array([[*at, 0.0], [*at, tall]]))
            size = float(foot[1] - head[1]) * (1.0 + 0.03 * rng.standard_normal())
            if math.isfinite(size):
                seen = Detection((float(foot[0]) - 0.18 * size, float(foot[1]) - size, 0.36 * size, size), 1.0)
                frames.setdefault(round(start * 5) + n, []).append(seen)
    return [(number / 5.0, frames[number]) for number in sorted(frames)]


@pytest.fixture(scope="module")
def found() -> Found:
    rng = np.random.default_rng(4)
    return find_stance(walkers(crowd(CAMERA, rng), SIZE), People(), rng, QUICK)


def test_a_stance_foretells_what_its_camera_shows() -> None:
    stance = Stance(700.0, 0.35, 0.06, 1.75 / 6.0)
    camera = stance.camera(SIZE, 1.75)
    assert camera.centre == pytest.approx((0.0, 0.0, 6.0))
    feet = np.array([[320.0, 240.0], [80.0, 460.0], [600.0, 300.0]])
    ground = camera.to_ground(feet)
    heads = camera.to_image(np.column_stack([ground, np.full(3, 1.75)]))
    np.testing.assert_allclose(stance.box_heights(feet, SIZE), feet[:, 1] - heads[:, 1], rtol=1e-9)
    np.testing.assert_allclose(stance.ground(feet, SIZE) * 6.0, ground, rtol=1e-9, atol=1e-9)
    above = np.array([[320.0, -400.0]])
    assert np.isnan(stance.box_heights(above, SIZE)).all()
    assert np.isnan(stance.ground(above, SIZE)).all()


def test_the_roll_is_that_of_the_horizon() -> None:
    # above 0 the horizon falls to the right: far ground on the right lies lower in the picture
    camera = Stance(700.0, 0.2, 0.1, 0.3).camera(SIZE, 1.75)
    left, right = camera.to_image(np.array([[-4000.0, 9000.0], [4000.0, 9000.0]]))
    assert right[1] > left[1]


def test_the_camera_is_within_what_is_told_of_it(found: Found) -> None:
    for figure, truth in ((found.focal, 620.0), (found.tilt, TILT), (found.height, 5.0), (found.roll, 0.0)):
        assert figure.low <= truth <= figure.high
    assert found.focal.value == pytest.approx(620.0, rel=0.35)
    assert found.tilt.value == pytest.approx(TILT, abs=5.0)
    assert found.height.value == pytest.approx(5.0, rel=0.2)
    assert found.used > 0.95 * found.boxes
    assert found.scatter == pytest.approx(0.06, abs=0.03)  # 5 % between people and 3 % of the boxes


def test_the_same_seed_gives_the_same_camera_and_things_that_are_no_people_are_left_out(found: Found) -> None:
    rng = np.random.default_rng(4)
    frames = crowd(CAMERA, rng)
    again = find_stance(walkers(frames, SIZE), People(), rng, QUICK)
    assert again == found
    noise = np.random.default_rng(9)
    for _, boxes in frames[::2]:
        tall = noise.uniform(120.0, 200.0)
        x, foot = noise.uniform(100.0, 500.0), noise.uniform(tall + 10.0, 470.0)
        boxes.append(Detection((x, foot - tall, 0.4 * tall, tall), 1.0))
    other = find_stance(walkers(frames, SIZE), People(), np.random.default_rng(4), QUICK)
    assert other.used < 0.9 * other.boxes
    assert other.tilt.low <= TILT <= other.tilt.high


def test_what_is_known_is_kept() -> None:
    rng = np.random.default_rng(5)
    seen = walkers(crowd(CAMERA, rng), SIZE)
    known = StanceParams(draws=200, resamples=10, focal=620.0, camera_height=5.0)
    found = find_stance(seen, People(mean=1.2), rng, known)
    assert found.focal.value == pytest.approx(620.0)
    assert found.height.value == pytest.approx(5.0)
    assert found.people == pytest.approx(1.72, abs=0.12)  # told, not taken: the camera's height sets the scale
    assert found.tilt.value == pytest.approx(TILT, abs=2.0)


def test_too_few_boxes_one_distance_and_nonsense_are_refused_in_words() -> None:
    rng = np.random.default_rng(6)
    with pytest.raises(CalibrationError, match="too few"):
        find_stance(walkers(crowd(CAMERA, rng, count=1)[:20], SIZE), People(), rng, QUICK)
    row = [(t / 5.0, [Detection((60.0 + t, 200.0, 30.0, 80.0), 1.0)]) for t in range(200)]
    with pytest.raises(CalibrationError, match=r"one distance|no camera"):
        find_stance(walkers(row, SIZE), People(), rng, QUICK)
    upside = [
        (t / 5.0, [Detection((float(rng.uniform(60, 500)), y, 0.36 * h, h), 1.0)])
        for t, y in enumerate(rng.uniform(20.0, 300.0, 200))
        for h in (160.0 - 0.4 * y,)
    ]
    with pytest.raises(CalibrationError, match=r"no camera|agree"):
        find_stance(walkers(upside, SIZE), People(), rng, QUICK)


def pairs_of(*pixels: tuple[float, float]) -> list[list[float]]:
    flat = np.array(pixels)
    moved = CAMERA.moved((20.0, -7.0), 35.0)
    rows: list[list[float]] = np.column_stack([flat, moved.to_ground(flat)]).tolist()
    return rows


@pytest.mark.parametrize(
    ("pixels", "at"),
    [
        ([(320.0, 300.0)], (20.0, -7.0)),
        ([(120.0, 420.0), (500.0, 260.0)], None),
        ([(120.0, 420.0), (500.0, 260.0), (330.0, 300.0)], None),
    ],
)
def test_pairs_lay_the_camera_on_the_plan(
    found: Found, pixels: list[tuple[float, float]], at: tuple[float, float] | None
) -> None:
    lying = placed(found, SIZE, pairs_of(*pixels), np.random.default_rng(1), at)
    # well inside the picture a place is as good as its told error, three sigmas
    asked = np.array([[320.0, 320.0], [250.0, 400.0], [420.0, 360.0]])
    truth = CAMERA.moved((20.0, -7.0), 35.0).to_ground(asked)
    off = lying.camera.to_ground(asked) - truth
    told = lying.camera.ground_covariance(asked, 1.0)
    assert np.all(np.einsum("ni,nij,nj->n", off, np.linalg.inv(told), off) < 11.8)
    assert np.hypot(*off.T).max() < 1.0
    assert lying.people == pytest.approx(1.72, rel=0.2)
    assert (lying.misses is None) == (len(pixels) + (at is not None) == 2)


@pytest.mark.parametrize(
    ("pairs", "at", "words"),
    [
        ([[320, 300, 0, 10]], None, "two point pairs"),
        ([[320, 300, 0, 10], [321, 300, 0.1, 10]], None, "within a metre"),
        ([[320, 300, 0, 10], [320, -900, 0, 90]], None, "above the horizon"),
        ([[320, 300, 0, math.nan], [100, 300, 5, 5]], None, "finite"),
    ],
)
def test_pairs_that_lay_nothing_are_refused(found: Found, pairs: list[list[float]], at: None, words: str) -> None:
    with pytest.raises(CalibrationError, match=words):
        placed(found, SIZE, pairs, np.random.default_rng(1), at)
