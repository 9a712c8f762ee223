"""What the page draws: bounds of the site, zones as a camera sees them, and nothing where there is nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely import Polygon

from bartizan.adapters.web.drawing import FAR, drawing, ground_view, zone_outline
from bartizan.geometry.projection import Points
from bartizan.site.document import build


class Overhead:
    """A camera that looks straight down: a pixel is a centimetre, (0, 0) is at the plan's (0, 4.8)."""

    def to_ground(self, pixels: Points) -> Points:
        """Metres of pixels."""
        return np.column_stack((pixels[:, 0] / 100.0, 4.8 - pixels[:, 1] / 100.0))

    def to_image(self, places: Points) -> Points:
        """Pixels of metres; behind the camera where x is negative."""
        pixels = np.column_stack((places[:, 0] * 100.0, (4.8 - places[:, 1]) * 100.0))
        return np.where(places[:, :1] < 0.0, np.nan, pixels)

    def ground_covariance(self, pixels: Points, sigma: float | NDArray[np.float64]) -> Points:
        """Not asked for here."""
        raise NotImplementedError

    def height_scale(self, places: Points) -> Any:
        """Not asked for here."""
        raise NotImplementedError


SIZE = (640, 480)


def test_a_zone_in_sight_keeps_its_corners() -> None:
    (piece,) = zone_outline(Overhead(), Polygon([(1, 1), (2, 1), (2, 2), (1, 2)]), SIZE)
    assert {(x, y) for x, y in piece} >= {(100.0, 380.0), (200.0, 380.0), (200.0, 280.0), (100.0, 280.0)}
    assert piece[0] == piece[-1], "closed"


def test_a_zone_that_reaches_behind_the_camera_is_broken_there() -> None:
    pieces = zone_outline(Overhead(), Polygon([(-3, 1), (3, 1), (3, 2), (-3, 2)]), SIZE)
    points = np.array([point for piece in pieces for point in piece])
    assert np.isfinite(points).all()
    assert points[:, 0].min() == 0.0
    assert all(piece[0] != piece[-1] for piece in pieces), "no line joins the two ends across the picture"


def test_points_far_off_the_picture_are_left_out() -> None:
    pieces = zone_outline(Overhead(), Polygon([(1, 1), (500, 1), (500, 2), (1, 2)]), SIZE)
    assert max(x for piece in pieces for x, _ in piece) <= SIZE[0] / 2 + FAR * SIZE[0]


def test_a_zone_out_of_sight_has_no_outline() -> None:
    assert zone_outline(Overhead(), Polygon([(10, 1), (12, 1), (12, 2)]), SIZE) == []


def test_the_ground_in_view_is_that_of_the_picture() -> None:
    view = ground_view(Overhead(), None, SIZE)
    assert view is not None
    assert Polygon(view).area == pytest.approx(6.4 * 4.8, rel=1e-3)


def test_a_site_without_a_plan_is_drawn_as_names_alone() -> None:
    shown = drawing(
        build(
            {
                "schema": 1,
                "site": {"name": "Layers alone"},
                "area": [{"id": "street", "outside": True}, {"id": "yard"}],
                "element": [{"id": "gate", "kind": "gate", "between": ["street", "yard"], "way": [{"id": "open"}]}],
            }
        )
    )
    assert shown["bounds"] is None
    assert [area["shape"] for area in shown["areas"]] == [None, None]
    assert shown["elements"][0]["ways"] == {"open": "open"}
    assert shown["cameras"] == []
