"""Which places stand together: those that a disc of a given radius holds so many of, compiled.

A disc that holds the most of some places can be moved until one of them is its middle or on its edge, so those discs
are all that need be tried: for every place the one about it, and, turned once around it, those with it on the edge
(the sweep of Chazelle and Lee, "On a circle placement problem", 1986). Only places within twice the radius can matter;
a grid of that width finds them. Places whose discs share one belong to one group.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# places exactly on the edge of a disc are in it, whatever the last digit of an angle is
_EDGE = 1e-9


def together(places: Floats, people: int, radius: float) -> tuple[Ints, Ints]:
    """For each of `places` [m] of shape (n, 2) its group, -1 for none, and how many the fullest disc tried holds.

    Groups are numbered by their first place. A group is one or more discs of `radius` [m], each with `people` or more.
    """
    width = max(2.0 * radius, 1.0)
    cells = np.floor((places - places.min(axis=0)) / width).astype(np.int64) if len(places) else np.zeros((0, 2), int)
    tall = int(cells[:, 1].max(initial=0)) + 3
    keys = cells[:, 0] * tall + cells[:, 1]
    order = np.argsort(keys, kind="stable")
    groups, most = _together(places, order, keys[order], tall, people, radius)
    found: dict[int, int] = {}
    return np.array([-1 if g < 0 else found.setdefault(g, len(found)) for g in groups.tolist()], np.int64), most


@compiled
def _together(  # noqa: PLR0917 - compiled: arrays one by one
    places: Floats, order: Ints, keys: Ints, tall: int, people: int, radius: float
) -> tuple[Ints, Ints]:
    many = len(places)
    group, inside = np.arange(many), np.zeros(many, np.bool_)
    most = np.ones(many, np.int64)
    near, active = np.empty(many, np.int64), np.empty(many, np.int64)
    for k in range(many):
        one = order[k]
        x, y = places[one, 0], places[one, 1]
        found, close = _neighbours(places, order, keys, keys[k], tall, x, y, radius, near)
        if close >= people:
            # those of the disc about it were put first
            most[one] = close
            _unite(group, inside, near, close)
        elif found > close:
            most[one] = _turn(places, one, near, found, people, radius, group, inside, active)
        else:
            most[one] = close
    for n in range(many):
        group[n] = _root(group, n) if inside[n] else -1
    return group, most


@compiled
def _neighbours(  # noqa: PLR0917 - compiled: arrays one by one
    places: Floats, order: Ints, keys: Ints, key: int, tall: int, x: float, y: float, radius: float, near: Ints
) -> tuple[int, int]:
    """Who is within twice the radius, those within it first, itself included; how many, and how many of these."""
    found, close = 0, 0
    for column in range(-1, 2):
        start = _first(keys, key + column * tall - 1)
        for k in range(start, len(keys)):
            if keys[k] > key + column * tall + 1:
                break
            other = order[k]
            far = math.hypot(places[other, 0] - x, places[other, 1] - y)
            if far <= radius * (1.0 + _EDGE):
                near[found] = near[close]
                near[close] = other
                close, found = close + 1, found + 1
            elif far <= 2.0 * radius * (1.0 + _EDGE):
                near[found] = other
                found += 1
    return found, close


@compiled
def _first(keys: Ints, least: int) -> int:
    """The first of sorted keys that is not below `least`."""
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) // 2
        if keys[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _turn(  # noqa: PLR0917 - compiled: arrays one by one
    places: Floats,
    one: int,
    near: Ints,
    found: int,
    people: int,
    radius: float,
    group: Ints,
    inside: Any,
    active: Ints,
) -> int:
    """Turn a disc once around a place on its edge; unite whom it holds where they are enough; the most it held."""
    angles, whose = np.empty(2 * found), np.empty(2 * found, np.int64)
    held = np.zeros(found, np.bool_)
    holding, events = 0, 0
    for k in range(found):
        dx, dy = places[near[k], 0] - places[one, 0], places[near[k], 1] - places[one, 1]
        far = math.hypot(dx, dy)
        if far == 0.0:
            held[k] = True
            holding += 1
            continue
        half = math.acos(min(1.0, far / (2.0 * radius))) + _EDGE
        middle = math.atan2(dy, dx)
        begins, ends = middle - half, middle + half
        # a stretch that runs over the half turn is held at the beginning already
        if begins < -math.pi or ends > math.pi:
            held[k] = True
            holding += 1
            begins, ends = (begins + 2.0 * math.pi, ends) if begins < -math.pi else (begins, ends - 2.0 * math.pi)
        angles[events], whose[events] = begins, k
        angles[events + 1], whose[events + 1] = ends, -1 - k
        events += 2
    most = holding
    if holding >= people:
        _unite_held(group, inside, near, held, found, active)
    for event in np.argsort(angles[:events]):
        k = whose[event]
        if k >= 0 and not held[k]:
            held[k] = True
            holding += 1
            most = max(most, holding)
            if holding >= people:
                _unite_held(group, inside, near, held, found, active)
        elif k < 0 and held[-1 - k]:
            held[-1 - k] = False
            holding -= 1
    return most


@compiled
def _unite_held(group: Ints, inside: Any, near: Ints, held: Any, found: int, active: Ints) -> None:  # noqa: PLR0917
    count = 0
    for k in range(found):
        if held[k]:
            active[count] = near[k]
            count += 1
    _unite(group, inside, active, count)


@compiled
def _unite(group: Ints, inside: Any, members: Ints, count: int) -> None:
    """These are in one group."""
    root = _root(group, members[0])
    inside[members[0]] = True
    for n in range(1, count):
        inside[members[n]] = True
        other = _root(group, members[n])
        if other != root:
            # the lower number leads, so that the order of places decides and nothing else
            root, other = min(root, other), max(root, other)
            group[other] = root


@compiled
def _root(group: Ints, n: int) -> int:
    while group[n] != n:
        group[n] = group[group[n]]
        n = group[n]
    return n
