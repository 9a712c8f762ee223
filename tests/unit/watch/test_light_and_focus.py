"""What tells people from light and weather: what shines through, how sharp an outline is, what was there before."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.watch.detection.ghost import SHARPEST, outline, scene_sharpness
from bartizan.watch.detection.lately import Lately
from bartizan.watch.detection.shine import shine

HIGH, WIDE = 120, 160
BODY = np.array([80.0, 100.0, 60.0, 0.0, 34.0])  # foot x and y, height, lean, pixels per metre


def ground(seed: int = 1) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).normal(0.0, 7.0, (HIGH, WIDE)).astype(np.float32)
    return np.repeat((120.0 + cv2.GaussianBlur(noise, (3, 3), 0))[:, :, None], 3, axis=2)


def box(rows: slice, columns: slice) -> NDArray[np.float32]:
    mask = np.zeros((HIGH, WIDE), np.float32)
    mask[rows, columns] = 1.0
    return mask


@pytest.mark.parametrize("share", [0.5, 1.6])
def test_the_ground_shines_through_another_light_and_not_through_somebody(share: float) -> None:
    scene, part = ground(), box(slice(20, 100), slice(40, 120))
    lit, hidden = scene.copy(), scene.copy()
    lit[part > 0] *= share
    hidden[part > 0] = share * ground(seed=2)[part > 0]
    inner = (slice(30, 90), slice(50, 110))
    assert shine(lit.clip(0, 255).astype(np.uint8), scene, part)[inner].mean() > 0.8
    assert shine(hidden.clip(0, 255).astype(np.uint8), scene, part)[inner].mean() < 0.02


def test_a_blurred_body_is_not_as_sharp_as_one_in_focus() -> None:
    scene = np.full((HIGH, WIDE, 3), 120.0, np.float32)
    part = box(slice(41, 100), slice(73, 87))
    sharp = scene - 80.0 * part[:, :, None]
    soft = scene - 80.0 * cv2.GaussianBlur(part, (0, 0), 4.0)[:, :, None]
    found = [outline(picture.astype(np.uint8), scene, part, BODY).sharpness for picture in (sharp, soft)]
    assert found[0] > 0.6 * SHARPEST > found[1]


def test_a_shadow_leaves_one_share_of_the_light_and_a_dressed_person_does_not() -> None:
    scene, part = ground(), box(slice(41, 100), slice(70, 90))
    shadow, person = scene.copy(), scene.copy()
    shadow[part > 0] *= 0.5
    person[41:52, 70:90], person[52:75, 70:90], person[75:100, 70:90] = 150.0, 40.0, 80.0
    assert outline(shadow.astype(np.uint8), scene, part, BODY).is_shadow
    assert not outline(person.astype(np.uint8), scene, part, BODY).is_shadow


def test_the_sharpness_of_a_camera_is_read_off_its_scene() -> None:
    scene = np.full((HIGH, WIDE, 3), 60.0, np.float32)
    assert scene_sharpness(scene) == SHARPEST  # nothing to read it off
    scene[:, 80:] = 200.0
    assert scene_sharpness(scene) == SHARPEST
    # the slope of a blurred edge: 1 / (3.5 sqrt(2 pi)) of it in a pixel, where 7 pixels lead over 0.6 of it: 0.19
    soft = np.asarray(cv2.GaussianBlur(scene, (0, 0), 3.5), dtype=np.float32)
    assert 0.17 < scene_sharpness(soft) < 0.6 * SHARPEST


def test_who_was_near_before_is_believed_and_what_is_new_is_not() -> None:
    empty, here, near, far = (np.zeros((HIGH, WIDE), np.float32) for _ in range(4))
    here[40:100, 73:87], near[40:100, 63:77], far[40:100, 13:27] = 1.0, 1.0, 1.0
    for before, expected in ((empty, False), (here, True), (near, True), (far, False)):
        lately = Lately()
        lately.remember(1.0, before)
        lately.remember(1.2, here)
        assert lately.was_there(1.2, BODY) is expected
    slow = Lately()
    slow.remember(0.0, empty)
    slow.remember(1.0, here)
    assert slow.was_there(1.0, BODY)  # a second ago says nothing


def test_in_clutter_two_earlier_pictures_are_asked() -> None:
    here = np.zeros((HIGH, WIDE), np.float32)
    here[40:100, 73:87] = 1.0
    clutter = np.zeros((HIGH, WIDE), np.float32)
    clutter[::4, ::4] = 0.3
    for flakes, expected in ((0.0, True), (1.0, False)):
        lately = Lately()
        for t, picture in ((1.0, 0.0 * here), (1.2, here), (1.4, here)):
            lately.remember(t, np.maximum(picture, flakes * clutter))
        assert lately.was_there(1.4, BODY) is expected
