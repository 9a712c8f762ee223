"""A line on the ground: where its corners decide sides and crossings, and what is no line."""

from __future__ import annotations

import itertools
import math

import pytest

from bartizan.errors import InputError
from bartizan.watch.behaviours.parts.perimeter import Line, crossings

BENT = Line.of([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)])
ROUND = Line.of([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0)])


def test_arc_length_distance_and_side() -> None:
    assert BENT.nearest((4.0, 3.0)) == (4.0, 3.0, 1)
    assert BENT.nearest((4.0, -2.0)) == (4.0, 2.0, -1)
    assert BENT.nearest((13.0, 6.0)) == (16.0, 3.0, -1)
    assert BENT.nearest((4.0, 0.0)) == (4.0, 0.0, 0)
    assert (BENT.length, BENT.closed) == (20.0, False)
    assert (ROUND.length, ROUND.closed) == (40.0, True)


@pytest.mark.parametrize("place", [(13.0, -1.0), (11.0, -9.0), (12.0, -2.0)])
def test_behind_a_corner_the_side_is_that_of_both_stretches(place: tuple[float, float]) -> None:
    s, distance, side = BENT.nearest(place)
    assert (s, side) == (10.0, -1)
    assert distance == math.dist(place, (10.0, 0.0))


def test_beyond_an_end_the_side_is_that_of_the_stretch_carried_on() -> None:
    assert BENT.nearest((-3.0, 1.0))[2] == 1
    assert BENT.nearest((-3.0, -1.0))[2] == -1
    assert BENT.nearest((11.0, 14.0))[2] == -1


def test_a_place_along_it() -> None:
    assert BENT.at(16.0) == (10.0, 6.0)
    assert BENT.at(-5.0) == (0.0, 0.0)
    assert ROUND.at(45.0) == (5.0, 0.0)


@pytest.mark.parametrize("places", [[], [(1.0, 1.0)], [(1.0, 1.0), (1.0, 1.0)]])
def test_what_has_no_length_is_no_line(places: list[tuple[float, float]]) -> None:
    with pytest.raises(InputError, match="at least two different places"):
        Line.of(places)


def test_a_corner_that_is_no_place_is_refused() -> None:
    with pytest.raises(InputError, match="two finite numbers"):
        Line.of([(0.0, 0.0), (math.nan, 1.0)])


def test_corners_given_twice_count_once() -> None:
    line = Line.of([(0.0, 0.0), (0.0, 0.0), (10.0, 0.0), (10.0, 0.0), (10.0, 10.0)])
    assert line.corners.tolist() == BENT.corners.tolist()


def step(line: Line, start: tuple[float, float], end: tuple[float, float]) -> int:
    return int(crossings(line.corners, *start, *end)[0])


def test_forward_is_from_left_to_right() -> None:
    assert step(BENT, (5.0, 2.0), (5.0, -2.0)) == 1
    assert step(BENT, (5.0, -2.0), (5.0, 2.0)) == -1
    assert step(BENT, (-1.0, 2.0), (-1.0, -2.0)) == 0
    # in and out again
    assert step(ROUND, (-1.0, 5.0), (11.0, 5.0)) == 0


def test_a_walk_through_a_corner_or_that_rests_on_the_line_crosses_once() -> None:
    through = [(5.0, 5.0), (10.0, 0.0), (15.0, -5.0)]
    assert sum(step(BENT, a, b) for a, b in itertools.pairwise(through)) == 1
    resting = [(5.0, 2.0), (5.0, 0.0), (5.0, 0.0), (7.0, 0.0), (7.0, -2.0)]
    assert sum(step(BENT, a, b) for a, b in itertools.pairwise(resting)) == 1
    touching = [(5.0, 2.0), (5.0, 0.0), (6.0, 2.0)]
    assert sum(step(BENT, a, b) for a, b in itertools.pairwise(touching)) == 0


def test_where_on_the_step_it_crosses() -> None:
    net, share = crossings(BENT.corners, 5.0, 3.0, 5.0, -1.0)
    assert (net, share) == (1, 0.75)
