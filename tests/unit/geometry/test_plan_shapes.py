"""Shapes check themselves at birth; degrees come to the plan as the ellipsoid has it."""

from __future__ import annotations

import math

import pytest

from bartizan.errors import InputError
from bartizan.geometry import shapes
from bartizan.geometry.shapes import Frame


def test_a_polygon_may_be_open_or_closed_and_run_either_way() -> None:
    corners = [(0, 0), (4, 0), (4, 3), (0, 3)]
    for ring in (corners, [*corners, corners[0]], corners[::-1]):
        assert shapes.polygon(ring).area == 12.0
    assert shapes.polygon(corners, [[(1, 1), (2, 1), (2, 2)]]).area == 11.5


@pytest.mark.parametrize(
    ("corners", "message"),
    [
        ([(0, 0), (1, 0)], "at least three different corners"),
        ([(0, 0), (1, 0), (0, 0), (1, 0)], "at least three different corners"),
        ([(0, 0), (1, 1), (1, 0), (0, 1)], "must not cross itself"),
        ([(0, 0), (math.nan, 1), (1, 0)], "two finite numbers"),
        ([(0, 0), (1, 1, 1), (1, 0)], "two finite numbers"),
        ([(0, 0), (2e6, 1), (1, 0)], "within 1000000 m"),
    ],
)
def test_a_polygon_that_is_none_is_refused(corners: list[tuple[float, ...]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        shapes.polygon(corners)
    with pytest.raises(InputError):
        shapes.polygon([(-5, -5), (5, -5), (5, 5), (-5, 5)], [corners])


def test_a_line_and_a_point_are_refused_where_they_are_none() -> None:
    assert shapes.line([(0, 0), (3, 4)]).length == 5.0
    assert shapes.point((1, 2)).coords[0] == (1, 2)
    for places in ([], [(0, 0)], [(1, 1), (1, 1)]):
        with pytest.raises(InputError, match="two different places"):
            shapes.line(places)
    with pytest.raises(InputError, match="two finite numbers"):
        shapes.point((math.inf, 0))


def test_distance_is_the_least() -> None:
    assert shapes.distance(shapes.line([(0, 0), (10, 0)]), shapes.point((5, 3))) == 3.0


@pytest.mark.parametrize(
    ("latitude", "east", "north"),
    [
        # metres in one degree at the equator, 45 and 60 degrees: tables of the WGS84 ellipsoid
        (0, 111_319.5, 110_574.3),
        (45, 78_846.8, 111_131.7),
        (60, 55_800.0, 111_412.2),
    ],
)
def test_a_degree_is_as_long_as_the_tables_of_the_ellipsoid_say(latitude: float, east: float, north: float) -> None:
    frame = Frame((10.0, latitude))
    step = 0.001
    x, y = frame.to_plan((10.0 + step, latitude))
    # the parallel curves towards the pole, by less than a millimetre in 100 m
    assert (x, y) == pytest.approx((east * step, 0.0), abs=0.01)
    x, y = frame.to_plan((10.0, latitude + step))
    assert (x, y) == pytest.approx((0.0, north * step), abs=0.01)


def test_the_bearing_is_the_direction_in_which_the_plans_y_axis_looks() -> None:
    origin = (16.37, 48.2)
    north = Frame(origin).to_plan((16.37, 48.201))
    assert north[1] > 100
    # where the y axis looks east, what lies north lies to the left
    assert Frame(origin, 90).to_plan((16.37, 48.201)) == pytest.approx((-north[1], 0), abs=1e-6)
    assert Frame(origin, -90).to_plan((16.37, 48.201)) == pytest.approx((north[1], 0), abs=1e-6)


def test_a_frame_refuses_what_is_not_near_it() -> None:
    frame = Frame((16.37, 48.2))
    for place in ((48.2, 16.37), (-163.63, -48.2), (16.37, 49.0)):
        with pytest.raises(InputError, match="longitude comes first"):
            frame.to_plan(place)
    with pytest.raises(InputError, match="longitude lies within 180"):
        frame.to_plan((181, 0))
    with pytest.raises(InputError, match="two finite numbers"):
        frame.to_plan((math.nan, 0))
    with pytest.raises(InputError, match="a bearing lies between"):
        Frame((0, 0), 400)
