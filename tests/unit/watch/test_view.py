"""What a camera sees of the ground: the short way to the answer and the long one through the lens agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bartizan
from bartizan.geometry.projection import CameraModel, Points
from bartizan.site.site import Site
from bartizan.watch.tracking.view import View


@pytest.fixture(scope="module")
def views(bundled: Site) -> dict[str, View]:
    return {
        camera.id: View(camera.model, camera.size)
        for camera in bundled.cameras
        if camera.model is not None and camera.size is not None
    }


@pytest.fixture(scope="module")
def bundled() -> Site:
    found: Site = bartizan.load(Path(__file__).parents[3] / "examples" / "chancery")
    return found


@pytest.mark.parametrize("camera", ["west", "east", "entrance", "forecourt"])
def test_both_ways_say_the_same(views: dict[str, View], camera: str) -> None:
    view = views[camera]
    assert view._sure is not None
    left, bottom, right, top = view._sure.bounds
    rng = np.random.default_rng(1)
    # as far around the picture as it is wide
    wide, high = right - left, top - bottom
    places = rng.uniform([left - wide, bottom - high], [right + wide, top + high], (20_000, 2))
    places = np.vstack([places, [[np.nan, 0.0], [np.inf, 0.0]]])
    seen, projected = view.sees(places), view._projected(places)
    np.testing.assert_array_equal(seen, projected)
    assert 0 < seen.sum() < len(places)


def test_the_short_way_is_taken_by_most_who_are_seen(views: dict[str, View]) -> None:
    asked = []

    class Counting:
        def __init__(self, model: CameraModel) -> None:
            self.model = model

        def __getattr__(self, name: str) -> object:
            asked.append(name)
            return getattr(self.model, name)

    view = views["west"]
    assert view._sure is not None
    inside = np.array([[*view._sure.representative_point().coords[0]]])
    counted = View(Counting(view.model), view.size)  # type: ignore[arg-type]
    asked.clear()
    assert counted.sees(inside).tolist() == [True]
    assert not asked


def test_a_camera_whose_bottom_row_sees_no_ground_asks_the_lens() -> None:
    class Sky:
        def to_ground(self, pixels: Points) -> Points:
            return np.full((len(pixels), 2), np.nan)

        def to_image(self, places: Points) -> Points:
            return np.tile([50.0, 50.0], (len(places), 1))

        def ground_covariance(self, pixels: Points, sigma: float | Points) -> Points:
            return np.tile(np.eye(2), (len(pixels), 1, 1))

        def height_scale(self, places: Points) -> Points:
            return np.full(len(places), 10.0)

    view = View(Sky(), (100, 100))
    assert view._sure is None
    assert view.sees(np.zeros((2, 2))).tolist() == [True, True]
