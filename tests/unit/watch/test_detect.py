"""The detector on drawn scenes: textured ground, sensor noise, figures of which only their size is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.errors import InputError
from bartizan.geometry.pinhole import Pinhole
from bartizan.watch.detection.detect import BackgroundDetector, Detection

SIZE = (640, 480)
CAMERA = Pinhole.looking(position=(0.0, -14.0, 5.0), at=(0.0, 2.0), focal_px=620.0, size=SIZE)
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Figure:
    """An upright figure: place [m], height [m], colours of coat and trousers (BGR), phase of the stride [rad]."""

    x: float
    y: float
    height: float = 1.75
    coat: tuple[int, int, int] = (50, 40, 60)
    trousers: tuple[int, int, int] = (90, 60, 40)
    stride: float = 0.0


class Scene:
    """A still, textured ground in front of the camera; every picture has fresh noise of `noise` grey levels."""

    def __init__(self, seed: int = 5, noise: float = 3.0) -> None:
        self._generator = np.random.default_rng(seed)
        coarse = self._generator.normal(0, 1, (SIZE[1] // 8, SIZE[0] // 8)).astype(np.float32)
        fine = self._generator.normal(0, 1, (SIZE[1], SIZE[0])).astype(np.float32)
        texture = 10 * cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC) + 5 * cv2.GaussianBlur(fine, (5, 5), 0)
        ground = np.array([118.0, 126.0, 130.0]) + texture[:, :, None]
        ground[:150] = np.array([140.0, 150.0, 175.0]) + 0.7 * texture[:150, :, None]
        ground[230:250, 100:500] += 35.0  # a kerb
        self.ground = ground.astype(np.float32)
        # noise is drawn once and looked at through a window that moves: as good as fresh, and much cheaper
        size = (SIZE[1] + 64, SIZE[0] + 64, 3)
        self._noise = self._generator.normal(0.0, noise, size).astype(np.float32)

    def picture(self, figures: Sequence[Figure] = (), light: float = 1.0) -> Picture:
        """The scene with figures in it, those in front over those behind."""
        drawn = self.ground.copy()
        for figure in sorted(figures, key=lambda one: -one.y):
            draw(drawn, figure)
        down, right = self._generator.integers(0, 64, 2)
        drawn *= np.float32(light)
        drawn += self._noise[down : down + SIZE[1], right : right + SIZE[0]]
        return np.asarray(np.clip(drawn, 0, 255, out=drawn).astype(np.uint8))


def draw(picture: NDArray[np.float32], figure: Figure) -> None:
    """Paint head, coat and two legs at the size that the camera gives them."""
    foot, head = CAMERA.to_image(np.array([[figure.x, figure.y, 0.0], [figure.x, figure.y, figure.height]]))
    tall = foot[1] - head[1]
    swing = 0.11 * tall * np.sin(figure.stride)
    centre, hip = foot[0], foot[1] - 0.48 * tall
    for side in (-1, 1):
        ankle = (centre + side * (0.05 * tall + swing), foot[1])
        line(picture, (centre + side * 0.04 * tall, hip), ankle, 0.075 * tall, figure.trousers)
    line(picture, (centre, foot[1] - 0.80 * tall), (centre, hip), 0.23 * tall, figure.coat)
    size = (max(1, round(0.055 * tall)), max(1, round(0.075 * tall)))
    cv2.ellipse(picture, (round(centre), round(foot[1] - 0.92 * tall)), size, 0, 0, 360, (130, 150, 190), -1)


def line(
    picture: NDArray[np.float32],
    start: tuple[float, float],
    end: tuple[float, float],
    wide: float,
    colour: tuple[int, int, int],
) -> None:
    half = wide / 2.0
    corners = [
        (start[0] - half, start[1]),
        (start[0] + half, start[1]),
        (end[0] + half, end[1]),
        (end[0] - half, end[1]),
    ]
    cv2.fillPoly(picture, [np.rint(corners).astype(np.int32)], colour)


def walker(x: float, y: float, speed: float, t: float) -> Figure:
    """Somebody who starts at x and walks along y at `speed` [m/s] to the right."""
    return Figure(x + speed * t, y, stride=5.0 * t)


def watch(
    scene: Scene,
    figures: Callable[[float], Sequence[Figure]],
    seconds: float,
    fps: float = 5.0,
    light: Callable[[float], float] = lambda _: 1.0,
) -> Iterator[tuple[float, list[Detection], Sequence[Figure]]]:
    """Run a fresh detector over the scene."""
    detector = BackgroundDetector(CAMERA, SIZE)
    for number in range(round(seconds * fps)):
        t = number / fps
        there = figures(t)
        yield t, detector.detect(t, scene.picture(there, light(t))), there


def places(detections: Sequence[Detection]) -> NDArray[np.float64]:
    boxes = np.array([detection.box for detection in detections]).reshape(-1, 4)
    return CAMERA.to_ground(np.column_stack([boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3]]))


def misses(detections: Sequence[Detection], figure: Figure) -> float:
    """Distance [m] of the nearest detection."""
    found = places(detections)
    return float(np.hypot(found[:, 0] - figure.x, found[:, 1] - figure.y).min()) if len(found) else np.inf


@pytest.mark.parametrize("noise", [1.0, 3.0, 6.0])
def test_an_empty_scene_shows_nobody(noise: float) -> None:
    assert sum(len(seen) for _, seen, _ in watch(Scene(noise=noise), lambda _: (), 120, fps=2)) == 0


@pytest.mark.parametrize("fps", [5.0, 25.0])
def test_a_walker_is_found_within_a_metre(fps: float) -> None:
    errors = [
        (misses(seen, there[0]), len(seen))
        for t, seen, there in watch(Scene(), lambda t: [walker(-6.0, 3.0, 1.3, t)], 9, fps=fps)
        if t > 1.5
    ]
    near = [error for error, _ in errors if error < 1.0]
    assert len(near) >= 0.95 * len(errors)
    assert np.median(near) < 0.35
    assert sum(count for _, count in errors) <= 1.03 * len(errors)


def test_two_people_whose_silhouettes_touch_are_two() -> None:
    def couple(t: float) -> Sequence[Figure]:
        # the one behind is seen 14 pixels to the right of the one in front, whose coat is 16 pixels wide
        front = walker(-5, 2, 1.2, t)
        return [front, Figure(1.075 * front.x + 0.39, 3.2, stride=front.stride)] if t > 2 else ()

    counts, errors = [], []
    for t, seen, there in watch(Scene(), couple, 9):
        if t > 3:
            counts.append(len(seen))
            errors += [misses(seen, figure) for figure in there]
    assert np.mean(np.array(counts) == 2) >= 0.9
    assert np.mean(np.array(errors) < 1.0) >= 0.9


def test_somebody_who_stands_still_for_five_minutes_stays_found() -> None:
    def comes_and_stands(t: float) -> Sequence[Figure]:
        return () if t < 3 else [Figure(min(-6 + 1.3 * (t - 3), 1.0), 1.0, stride=5 * t if t < 8.4 else 0.4)]

    lost = wrong = total = 0
    for t, seen, there in watch(Scene(), comes_and_stands, 320, fps=2):
        if t > 6:
            total += 1
            lost += misses(seen, there[0]) > 0.8
            wrong += len(seen) > 1
    assert total > 600
    assert lost <= 0.01 * total
    assert wrong <= 0.01 * total


def test_somebody_there_from_the_start_leaves_no_ghost_when_walking_on() -> None:
    def stands_then_walks(t: float) -> Sequence[Figure]:
        return [Figure(-1.0 + 1.3 * max(0.0, t - 8.0), 1.0, stride=5 * t if t > 8 else 0.0)]

    ghosts = [
        len(seen) - (misses(seen, there[0]) < 1.0) for t, seen, there in watch(Scene(), stands_then_walks, 30) if t > 13
    ]
    assert sum(ghosts) <= 0.05 * len(ghosts)


def test_lights_switched_on_are_not_a_crowd_and_people_are_found_again() -> None:
    late = []
    for t, seen, there in watch(Scene(), lambda t: [walker(-7, 3, 0.6, t)], 20, light=lambda t: 0.35 if t < 8 else 1.0):
        if 8 <= t < 12:
            assert len(seen) <= 2
        if t > 13:
            late.append(misses(seen, there[0]) < 1.0 and len(seen) <= 2)
    assert np.mean(late) > 0.9


def test_slow_change_of_light_shows_nobody() -> None:
    seen = [len(seen) for _, seen, _ in watch(Scene(), lambda _: (), 90, fps=2, light=lambda t: 1.0 - 0.005 * t)]
    assert sum(seen) == 0


def test_a_low_box_and_a_flickering_lamp_are_nobody() -> None:
    scene, detector = Scene(), BackgroundDetector(CAMERA, SIZE)
    seen = 0
    for number in range(150):
        picture = scene.picture()
        if number > 30:
            picture[400:425, 200:330] = (30, 60, 90)  # a crate, 25 pixels tall where a person has 230
        if number % 2:
            picture[60:66, 300:306] = 255
        seen += len(detector.detect(number / 5, picture))
    assert seen == 0


def test_the_same_stream_gives_the_same_detections() -> None:
    first, second = (
        [seen for _, seen, _ in watch(Scene(seed=9), lambda t: [walker(-5, 2, 1.2, t)], 6)] for _ in range(2)
    )
    assert first == second
    assert any(first)


def test_time_that_runs_back_starts_again() -> None:
    scene, detector = Scene(), BackgroundDetector(CAMERA, SIZE)
    for number in range(20):
        detector.detect(number / 5, scene.picture())
    detector.detect(4.2, scene.picture([Figure(0, 3)]))
    assert len(detector.detect(4.4, scene.picture([Figure(0, 3)]))) == 1
    assert detector.detect(0.0, scene.picture([Figure(0, 3)])) == []


@pytest.mark.parametrize("shape", [(480, 641, 3), (480, 640), (0, 0, 3)])
def test_a_picture_of_another_size_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="640 x 480"):
        BackgroundDetector(CAMERA, SIZE).detect(0.0, np.zeros(shape, np.uint8))


def test_a_camera_that_sees_no_ground_sees_nobody() -> None:
    sky = Pinhole((*CAMERA.camera_matrix,), ((1, 0, 0), (0, 0, -1), (0, 1, 0)), (0.0, 5.0, 0.0))  # it looks level
    detector = BackgroundDetector(sky, (640, 240))  # and only the half above the horizon is kept
    for number in range(12):
        picture = np.full((240, 640, 3), 100, np.uint8)
        picture[50:150, 300:340] = 250 if number > 8 else 100
        assert detector.detect(number / 5, picture) == []
