"""The compiled test of a place in a polygon says what shapely says, on the edge too."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import Polygon, affinity

from bartizan.watch.behaviours.parts.polygon import Ground, side_of

# shapely's own test is exact to 106 bits; next to 1 m that leaves nothing out that is larger than this [m]
FINEST = 1e-12

# small whole numbers meet corners, edges and horizontals; the others everything else
grid = st.integers(-4, 4).map(float)
plain = st.floats(-4.0, 4.0, allow_subnormal=False).filter(lambda x: x == 0.0 or abs(x) > FINEST)
numbers = grid | plain | st.floats(1e-9, 1e6) | st.floats(-1e6, -1e-9)
place = st.tuples(grid | plain, grid | plain)


@st.composite
def polygons(draw: st.DrawFn) -> Polygon:
    corners = draw(st.lists(place, min_size=3, max_size=9, unique=True))
    shell = Polygon(corners) if draw(st.booleans()) else shapely.convex_hull(shapely.multipoints(corners))
    assume(isinstance(shell, Polygon) and shell.is_valid and shell.area > 1e-9)
    holed = shell.difference(affinity.scale(shell, 0.4, 0.4, origin=shell.representative_point()))
    polygon = holed if draw(st.booleans()) and isinstance(holed, Polygon) and holed.is_valid else shell
    sizes = np.abs(shapely.get_coordinates(polygon))
    assume(bool(((sizes == 0.0) | (sizes > FINEST)).all()))
    assert isinstance(polygon, Polygon)
    return polygon


@given(polygons(), st.lists(st.tuples(numbers, numbers), max_size=30), st.data())
def test_as_shapely(polygon: Polygon, places: list[tuple[float, float]], data: st.DataObject) -> None:
    corners = shapely.get_coordinates(polygon)
    on_edges = []
    for _ in range(10):
        n = data.draw(st.integers(1, len(corners) - 1))
        share = data.draw(st.sampled_from([0.0, 0.5, 0.25, 1.0]) | st.floats(0.0, 1.0))
        on_edges.append(tuple(corners[n - 1] + share * (corners[n] - corners[n - 1])))
    asked = np.array([*places, *on_edges, *corners])
    expected = shapely.intersects_xy(polygon, asked[:, 0], asked[:, 1])
    assert Ground(polygon).holds(asked).tolist() == expected.tolist()


@given(st.integers(1, 2**20), st.integers(1, 2**20), st.integers(0, 60), st.floats(-1e3, 1e3, allow_subnormal=False))
def test_on_a_line_is_on_it_and_the_next_number_beside_it_is_not(a: int, b: int, power: int, shift: float) -> None:
    # (a, b) 2^-power times 0, 1 and 3 lie on one line exactly
    scale = math.ldexp(1.0, -power)
    x, y = a * scale, b * scale
    assert side_of(0.0, 0.0, 3.0 * x, 3.0 * y, x, y) == 0
    assert side_of(0.0, 0.0, 3.0 * x, 3.0 * y, x, math.nextafter(y, math.inf)) == 1
    assert side_of(0.0, 0.0, 3.0 * x, 3.0 * y, x, math.nextafter(y, -math.inf)) == -1
    assert side_of(x, y + shift, x, y + shift + 1e6, math.nextafter(x, math.inf), shift) == -1


@pytest.mark.parametrize("lost", [math.nan, math.inf, -math.inf])
def test_a_place_that_is_none_is_nowhere(lost: float) -> None:
    ground = Ground(Polygon([(0, 0), (4, 0), (4, 4), (0, 4)]))
    assert ground.holds(np.array([[lost, 2.0], [2.0, lost], [lost, lost]])).tolist() == [False] * 3
    assert ground.holds(np.empty((0, 2))).tolist() == []


def test_the_edge_of_a_hole_belongs_to_the_zone() -> None:
    ground = Ground(Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]]))
    asked = np.array([[3.0, 4.0], [3.0, 3.0], [4.5, 4.5], [1.0, 4.5], [7.0, 6.0], [9.0, 9.0], [9.1, 4.5]])
    assert ground.holds(asked).tolist() == [True, True, False, True, True, True, False]
