"""Who is near enough to a line to be followed along it, against shapely."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString

from bartizan.watch.behaviours.parts.followed import Along

RING = [(0.0, 0.0), (60.0, 0.0), (60.0, 40.0), (20.0, 55.0), (0.0, 40.0), (0.0, 0.0)]
WAY = [(0.0, 0.0), (30.0, 5.0), (30.0, 40.0)]


@pytest.mark.parametrize("corners", [RING, WAY])
def test_near_a_line_is_what_shapely_says(corners: list[tuple[float, float]]) -> None:
    places = np.random.default_rng(3).uniform(-30.0, 90.0, (4_000, 2))
    held = Along(np.array(corners), 15.0).holds(places)
    away = np.asarray(shapely.distance(LineString(corners), shapely.points(places)))
    clear = np.abs(away - 15.0) > 1e-9
    assert np.array_equal(held[clear], (away <= 15.0)[clear])
    # the middle of a ring is far from it, and within the box about it
    assert held.mean() < 0.7
