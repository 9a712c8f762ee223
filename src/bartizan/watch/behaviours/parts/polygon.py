"""Which places lie in a polygon with holes, compiled; its edge, that of its holes included, belongs to it.

A place is inside where a ray from it crosses the rings an odd number of times. On which side of an edge it lies is
the sign of a determinant, taken exactly: from the rounded value where its error cannot change the sign, else as an
exact sum (Shewchuk, "Adaptive precision floating-point arithmetic and fast robust geometric predicates", 1997). So it
agrees with shapely's `intersects_xy`, which the property tests hold it to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, get_coordinates

from bartizan.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_HALF = 2.0**-53
# Shewchuk's bound of the error of the rounded determinant, as a share of the sum of its two products
_SAFE = (3.0 + 16.0 * _HALF) * _HALF
_SPLITTER = 2.0**27 + 1.0


class Ground:
    """A polygon [m] as arrays: its rings one after the other, the shell first."""

    def __init__(self, polygon: Polygon) -> None:
        rings = [get_coordinates(ring) for ring in (polygon.exterior, *polygon.interiors)]
        self._corners: Floats = np.ascontiguousarray(np.concatenate(rings), np.float64)
        self._ends: Ints = np.cumsum([len(ring) for ring in rings]).astype(np.int64)
        self._box = tuple(float(side) for side in polygon.bounds)

    def holds(self, places: Floats) -> Bools:
        """For each of `places` [m] of shape (n, 2) whether it lies in the polygon or on its edge."""
        return _hold(np.ascontiguousarray(places, np.float64), self._corners, self._ends, self._box)


@compiled
def _hold(places: Floats, corners: Floats, ends: Ints, box: tuple[float, ...]) -> Bools:
    low_x, low_y, high_x, high_y = box
    found = np.zeros(len(places), np.bool_)
    for n in range(len(places)):
        x, y = places[n, 0], places[n, 1]
        if low_x <= x <= high_x and low_y <= y <= high_y:
            found[n] = holds(x, y, corners, ends)
    return found


@compiled
def holds(x: float, y: float, corners: Floats, ends: Ints) -> bool:
    """Whether a place lies in the rings or on one of them; the n-th ring ends before corner `ends[n]`."""
    odd = False
    start = 0
    for end in ends:
        for n in range(start + 1, end):
            ax, ay, bx, by = corners[n - 1, 0], corners[n - 1, 1], corners[n, 0], corners[n, 1]
            if ax < x and bx < x:
                continue
            if ay == y and by == y:
                if min(ax, bx) <= x <= max(ax, bx):
                    return True
            elif min(ay, by) <= y <= max(ay, by):
                side = side_of(ax, ay, bx, by, x, y)
                if side == 0:
                    return True
                # of an edge that ends on the ray only the upper end counts, so that a corner is crossed once
                if (ay > y) != (by > y) and (side > 0) == (by > ay):
                    odd = not odd
        start = end
    return odd


@compiled
def side_of(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> int:  # noqa: PLR0917 - three places
    """1 where a place lies to the left of the line from a to b, -1 to the right, 0 on it; exact."""
    one, other = (ax - x) * (by - y), (ay - y) * (bx - x)
    rough = one - other
    if abs(rough) > _SAFE * (abs(one) + abs(other)):
        return 1 if rough > 0.0 else -1
    terms = np.zeros(16)
    _products(terms, 0, _difference(ax, x), _difference(by, y), 1.0)
    _products(terms, 8, _difference(ay, y), _difference(bx, x), -1.0)
    return _sign_of_sum(terms)


@compiled
def _products(terms: Floats, start: int, a: tuple[float, float], b: tuple[float, float], sign: float) -> None:
    """The product of two unrounded differences, as eight numbers whose sum it is."""
    place = start
    for p in a:
        for q in b:
            terms[place], terms[place + 1] = _product(sign * p, q)
            place += 2


@compiled
def _difference(a: float, b: float) -> tuple[float, float]:
    """a - b as its rounded value and what was rounded off."""
    return _sum(a, -b)


@compiled
def _sum(a: float, b: float) -> tuple[float, float]:
    total = a + b
    share = total - a
    return total, (a - (total - share)) + (b - share)


@compiled
def _product(a: float, b: float) -> tuple[float, float]:
    """a b as its rounded value and what was rounded off (Dekker 1971)."""
    product = a * b
    a_high = _SPLITTER * a - (_SPLITTER * a - a)
    b_high = _SPLITTER * b - (_SPLITTER * b - b)
    a_low, b_low = a - a_high, b - b_high
    return product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


@compiled
def _sign_of_sum(terms: Floats) -> int:
    """The sign of an unrounded sum: parts that do not overlap, of which the largest decides."""
    parts = np.zeros(len(terms))
    for count in range(len(terms)):
        carried = terms[count]
        for n in range(count):
            carried, parts[n] = _sum(carried, parts[n])
        parts[count] = carried
    for n in range(len(parts) - 1, -1, -1):
        if parts[n] != 0.0:
            return 1 if parts[n] > 0.0 else -1
    return 0
