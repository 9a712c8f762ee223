"""A line against shapely: the nearest point, and how often a walk crosses a polygon's edge."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

from bartizan.watch.behaviours.parts.along import HELD, follow
from bartizan.watch.behaviours.parts.perimeter import Line, crossings

metres = st.floats(-100.0, 100.0).map(lambda value: round(value, 3))
places = st.tuples(metres, metres)
# whole metres: steps through corners, along edges and onto the line are common
whole = st.tuples(st.integers(-4, 4), st.integers(-4, 4))


@given(corners=st.lists(places, min_size=2, max_size=8), place=places)
def test_the_nearest_point_is_shapelys(corners: list[tuple[float, float]], place: tuple[float, float]) -> None:
    assume(len(set(corners)) > 1)
    line, shape = Line.of(corners), LineString(corners)
    s, distance, _ = line.nearest(place)
    assert distance == pytest.approx(shape.distance(Point(place)), abs=1e-9)
    assert line.length == pytest.approx(shape.length, abs=1e-9)
    # of several nearest points either may be found; the one found is one of them
    assert shape.interpolate(s).distance(Point(place)) == pytest.approx(distance, abs=1e-6)
    assert line.at(s) == pytest.approx(shape.interpolate(s).coords[0], abs=1e-6)


@given(corners=st.lists(places, min_size=3, max_size=8), place=places)
def test_left_of_a_ring_drawn_anticlockwise_is_inside(
    corners: list[tuple[float, float]], place: tuple[float, float]
) -> None:
    polygon = Polygon(corners)
    assume(polygon.is_valid and polygon.area > 1.0 and polygon.boundary.distance(Point(place)) > 1e-3)
    ring = list(polygon.exterior.coords)
    assume(min(np.hypot(*np.diff(np.array(ring), axis=0).T)) > 1e-3)
    left = shapely.contains_xy(polygon, *place) == polygon.exterior.is_ccw
    assert Line.of(ring).nearest(place)[2] == (1 if left else -1)
    assert Line.of(ring[::-1]).nearest(place)[2] == (-1 if left else 1)


@given(corners=st.lists(whole, min_size=3, max_size=7), walk=st.lists(whole, min_size=2, max_size=12))
def test_every_step_crosses_an_edge_as_often_as_it_goes_in_or_out(corners: Any, walk: Any) -> None:
    polygon = Polygon(corners)
    assume(polygon.is_valid and polygon.area > 0.0)
    line = Line.of(list(polygon.exterior.coords))

    def inside(place: tuple[int, int]) -> int:
        # the walk is moved by a little, so that no place of it lies on an edge
        return int(shapely.contains_xy(polygon, place[0] + 1e-5, place[1] + 1e-10))

    left = 1 if polygon.exterior.is_ccw else -1
    for here, there in itertools.pairwise(walk):
        net, share = crossings(line.corners, *map(float, here), *map(float, there))
        assert net == left * (inside(here) - inside(there))
        assert 0.0 <= share <= 1.0


@given(corners=st.lists(whole, min_size=2, max_size=7), walk=st.lists(whole, min_size=2, max_size=12))
def test_reversing_a_line_swaps_forward_and_backward(corners: Any, walk: Any) -> None:
    assume(all(one != other for one, other in itertools.pairwise(corners)))
    line, back = Line.of(corners), Line.of(corners[::-1])
    steps = [(*map(float, here), *map(float, there)) for here, there in itertools.pairwise(walk)]
    assert [crossings(line.corners, *step)[0] for step in steps] == [
        -crossings(back.corners, *step)[0] for step in steps
    ]


@given(
    corners=st.lists(places, min_size=3, max_size=8),
    start=places,
    steps=st.lists(st.tuples(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0)), min_size=1, max_size=30),
)
def test_who_is_followed_along_a_convex_edge_outside_is_where_shapely_projects(
    corners: Any, start: Any, steps: Any
) -> None:
    hull: Any = LineString(corners).convex_hull
    assume(isinstance(hull, Polygon) and hull.area > 1.0)
    line = Line.of(list(hull.exterior.coords))
    x, y = start
    assume(not hull.buffer(0.01).contains(Point(x, y)))
    s, was, _ = line.nearest((x, y))
    for dx, dy in steps:
        if hull.buffer(0.01).contains(Point(x + dx, y + dy)):
            continue
        x, y = x + dx, y + dy
        s, was, code = follow(line.corners, line.starts, True, s, was, float(np.hypot(dx, dy)), x, y, 0.0, 1e6)
        assert code == HELD
        # outside of what is convex the nearest point is one, and it never leaps
        assert was == pytest.approx(hull.exterior.distance(Point(x, y)), abs=1e-6)
        there = line.nearest((x, y))[0]
        assert abs((s - there + line.length / 2.0) % line.length - line.length / 2.0) < 1e-5
