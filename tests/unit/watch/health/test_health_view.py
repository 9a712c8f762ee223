"""The view of a picture stays when light changes, and goes when edges run elsewhere."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.watch.health.view import GRID, compare, view_of

RNG = np.random.default_rng(7)
SCENE: NDArray[np.uint8] = np.asarray(
    cv2.resize(RNG.integers(40, 200, (9, 12)).astype(np.uint8), GRID, interpolation=cv2.INTER_NEAREST), np.uint8
)
VIEW = view_of(SCENE, None)


@pytest.mark.parametrize(
    "shown",
    [255 - SCENE, (0.5 * SCENE).astype(np.uint8), (0.6 * SCENE + 90).astype(np.uint8)],
    ids=["inverted", "dim", "veiled"],
)
def test_light_changes_nothing(shown: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    likeness, lost, kept = compare(view_of(shown, None), VIEW)
    assert likeness > 0.97
    assert lost == pytest.approx(0.0, abs=1e-6)
    assert kept > 0.97


def test_another_scene_is_not_alike() -> None:
    other = cv2.resize(RNG.integers(40, 200, (7, 10)).astype(np.uint8), GRID, interpolation=cv2.INTER_NEAREST)
    assert abs(compare(view_of(np.asarray(other, dtype=np.uint8), None), VIEW)[0]) < 0.3


def test_edges_across_are_the_opposite_of_edges_along() -> None:
    upright = np.tile(np.repeat(np.array([60, 180], np.uint8), 12), (GRID[1], GRID[0] // 24))
    lying = np.tile(np.repeat(np.array([60, 180], np.uint8), 12)[:, None], (GRID[1] // 24, GRID[0]))
    one, other = view_of(upright, None), view_of(lying, None)
    assert float(one[0].min()) >= -1e-3  # the cosine of twice 0
    assert float(other[0].max()) <= 1e-3  # of twice a quarter turn
    assert compare(one, other)[0] < 0.0


def test_half_of_a_view_is_half_lost() -> None:
    half = SCENE.copy()
    half[:, GRID[0] // 2 :] = 90
    likeness, lost, kept = compare(view_of(half, None), VIEW)
    assert lost == pytest.approx(0.5, abs=0.15)
    assert kept > 0.9
    assert likeness < 0.9


def test_what_is_hidden_has_no_edges() -> None:
    hidden = np.zeros(SCENE.shape, np.bool_)
    hidden[:, :40] = True
    view = view_of(SCENE, hidden)
    assert not view[:, :, :40].any()
    assert view[:, :, 45:].any()
