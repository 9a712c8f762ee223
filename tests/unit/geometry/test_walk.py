"""The way on foot: straight where it can be, else round the corners."""

from __future__ import annotations

import math

import numpy as np
import pytest
from shapely import LineString, Point, Polygon

from bartizan.geometry.walk import walk

SQUARE = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
# a yard round two sides of a house: the corner of the house is at (6, 6)
ELL = Polygon([(0, 0), (10, 0), (10, 10), (6, 10), (6, 6), (0, 6)])
COURT = Polygon([(0, 0), (12, 0), (12, 12), (0, 12)], [[(4, 4), (8, 4), (8, 8), (4, 8)]])


def test_straight_where_nothing_lies_between() -> None:
    assert walk(SQUARE, Point(0, 0), Point(3, 4)) == pytest.approx(5.0)
    assert walk(SQUARE, LineString([(0, 2), (0, 8)]), LineString([(10, 7), (10, 9)])) == pytest.approx(10.0)


def test_round_one_corner() -> None:
    assert walk(ELL, Point(0, 6), Point(6, 10)) == pytest.approx(6.0 + 4.0)
    assert walk(ELL, Point(0, 3), Point(9, 10)) == pytest.approx(math.hypot(6, 3) + math.hypot(3, 4))


def test_to_the_foot_on_a_line_and_not_to_its_middle() -> None:
    gate, door = LineString([(0, 1), (0, 5)]), LineString([(6.5, 10), (9.5, 10)])
    assert walk(ELL, gate, door) == pytest.approx(math.hypot(6, 1) + math.hypot(0.5, 4))


def test_round_a_hole_the_shorter_way() -> None:
    assert walk(COURT, Point(0, 5), Point(12, 5)) == pytest.approx(2 * math.hypot(4, 1) + 4.0)
    assert walk(COURT, Point(0, 6), Point(12, 6)) == pytest.approx(2 * math.hypot(4, 2) + 4.0)


def test_a_door_in_the_thickness_of_its_wall_stands_on_the_ground() -> None:
    inside = walk(ELL, Point(0, 6), Point(6, 10))
    beside = walk(ELL, Point(-0.3, 6), Point(6, 10.3))
    # the ground has grown by the 0.3 m, and the corner is cut by as much
    assert inside - 0.6 <= beside <= inside + 0.6


def test_what_is_far_off_the_ground_is_measured_as_the_crow_flies() -> None:
    assert walk(ELL, Point(-3, 8), Point(8, 8)) == 11.0


def test_too_many_corners_are_left_to_the_crow() -> None:
    teeth = [(x / 10, 5.0 + x % 2) for x in range(1, 800)]
    comb = Polygon([(0, 0), (80, 0), *reversed(teeth)])
    assert walk(comb, Point(0.5, 5.0), Point(79, 5.0)) == 78.5


def test_never_shorter_than_the_crow_and_the_same_both_ways_and_moved() -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        one, other = (Point(*rng.uniform(0, 12, 2)) for _ in range(2))
        there = walk(COURT, one, other)
        assert there >= one.distance(other)
        assert walk(COURT, other, one) == pytest.approx(there, abs=1e-5)


def test_agrees_with_a_fine_grid_of_steps() -> None:
    """Dijkstra on a grid with many directions: an upper bound that comes within 3 %."""
    rng = np.random.default_rng(2)
    n = 24
    free = np.ones((n + 1, n + 1), dtype=bool)
    free[9:16, 9:16] = False  # strictly inside the hole
    for _ in range(2):
        start, goal = (tuple(int(value) for value in rng.integers(0, 8, 2)) for _ in range(2))
        goal = (n - goal[0], n - goal[1])
        exact = walk(COURT, Point(start[0] / 2, start[1] / 2), Point(goal[0] / 2, goal[1] / 2))
        stepped = _grid(free, start, goal) / 2
        assert exact <= stepped + 1e-9
        assert stepped <= 1.03 * exact


def _grid(free: np.ndarray, start: tuple[int, ...], goal: tuple[int, ...]) -> float:
    steps = [(a, b) for a in range(-4, 5) for b in range(-4, 5) if math.gcd(a, b) == 1]
    best = {start: 0.0}
    todo = [start]
    while todo:
        here = min(todo, key=best.__getitem__)
        todo.remove(here)
        if here == goal:
            break
        for a, b in steps:
            there = (here[0] + a, here[1] + b)
            if not all(0 <= value < len(free) for value in there) or not _clear(free, here, there):
                continue
            length = best[here] + math.hypot(a, b)
            if length < best.get(there, math.inf) - 1e-12:
                best[there] = length
                todo.append(there) if there not in todo else None
    return best[goal]


def _clear(free: np.ndarray, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    line = np.linspace(one, other, 17)
    inside = np.all((line > 8) & (line < 16), axis=1)
    return bool(free[other]) and not inside.any()
