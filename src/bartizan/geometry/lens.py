"""What a lens does to a picture: radial and tangential distortion, and its inverse.

Points are ideal picture coordinates (x / z, y / z of the camera's frame, no unit), shape (n, 2). The coefficients
are in OpenCV's order: k1, k2, p1, p2, k3, k4, k5, k6; those left out are zero.

Source: Brown, "Close-range camera calibration", Photogrammetric Engineering 37 (1971); the rational form of k4 to
k6 as in OpenCV's camera model. Not modelled: thin-prism and tilted-sensor terms, fisheye lenses.
"""

from __future__ import annotations

import numpy as np

from bartizan.geometry.projection import Points

COUNTS = (0, 1, 2, 4, 5, 8)
"""How many coefficients make sense together."""

# beyond this ideal radius (79 degrees off the axis) the polynomial is no longer a lens
WIDEST = 5.0
_STEPS = 30
_CLOSE = 1e-9


def _eight(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    return coefficients + (0.0,) * (8 - len(coefficients))


def radial_limit(coefficients: tuple[float, ...]) -> float:
    """The ideal radius up to which the distorted radius still grows; beyond it the picture would fold over."""
    k1, k2, _, _, k3, k4, k5, k6 = _eight(coefficients)
    radii = np.linspace(0.0, WIDEST, 5001)
    squared = radii**2
    with np.errstate(divide="ignore", invalid="ignore"):
        above = 1.0 + squared * (k1 + squared * (k2 + squared * k3))
        below = 1.0 + squared * (k4 + squared * (k5 + squared * k6))
        growth = np.diff(radii * above / below)
    falling = np.flatnonzero(~(growth > 0.0))
    return float(radii[falling[0]]) if len(falling) else WIDEST


def distort(points: Points, coefficients: tuple[float, ...]) -> Points:
    """Where the lens puts ideal points, shape (n, 2)."""
    if not any(coefficients):
        return points
    k1, k2, p1, p2, k3, k4, k5, k6 = _eight(coefficients)
    x, y = points[:, 0], points[:, 1]
    squared = x * x + y * y
    radial = (1.0 + squared * (k1 + squared * (k2 + squared * k3))) / (
        1.0 + squared * (k4 + squared * (k5 + squared * k6))
    )
    bent_x = x * radial + 2.0 * p1 * x * y + p2 * (squared + 2.0 * x * x)
    bent_y = y * radial + p1 * (squared + 2.0 * y * y) + 2.0 * p2 * x * y
    return np.column_stack([bent_x, bent_y])


def undistort(points: Points, coefficients: tuple[float, ...], limit: float) -> Points:
    """The ideal points, shape (n, 2), that the lens puts at `points`; NaN where there is none within `limit`.

    Newton's method on both coordinates, from the point drawn in to the radius that the lens can reach.
    """
    if not any(coefficients):
        return points
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        radius = np.hypot(points[:, 0], points[:, 1])
        ideal = points * np.minimum(1.0, 0.7 * limit / np.maximum(radius, 1e-12))[:, None]
        for _ in range(_STEPS):
            miss = distort(ideal, coefficients) - points
            if not np.any(np.abs(miss) > 1e-14):
                break
            ideal = _inside(ideal - _newton(ideal, coefficients, miss), limit)
        found = np.abs(distort(ideal, coefficients) - points).max(axis=1, initial=0.0) < _CLOSE
        found &= np.hypot(ideal[:, 0], ideal[:, 1]) < limit
    return np.where(found[:, None], ideal, np.nan)


def _newton(ideal: Points, coefficients: tuple[float, ...], miss: Points) -> Points:
    """One Newton step, shape (n, 2), by the derivatives of the distortion."""
    k1, k2, p1, p2, k3, k4, k5, k6 = _eight(coefficients)
    x, y = ideal[:, 0], ideal[:, 1]
    squared = x * x + y * y
    above = 1.0 + squared * (k1 + squared * (k2 + squared * k3))
    below = 1.0 + squared * (k4 + squared * (k5 + squared * k6))
    radial = above / below
    # of the radial factor by the squared radius, twice: x and y come out of the square with a factor of two
    slope = 2.0 * (
        k1 + squared * (2.0 * k2 + squared * 3.0 * k3) - radial * (k4 + squared * (2.0 * k5 + squared * 3.0 * k6))
    )
    slope /= below
    x_by_x = radial + x * x * slope + 2.0 * p1 * y + 6.0 * p2 * x
    y_by_y = radial + y * y * slope + 2.0 * p2 * x + 6.0 * p1 * y
    crossed = x * y * slope + 2.0 * p1 * x + 2.0 * p2 * y
    determinant = x_by_x * y_by_y - crossed * crossed
    change = [y_by_y * miss[:, 0] - crossed * miss[:, 1], x_by_x * miss[:, 1] - crossed * miss[:, 0]]
    return np.column_stack(change) / determinant[:, None]


def _inside(points: Points, limit: float) -> Points:
    radius = np.hypot(points[:, 0], points[:, 1])
    return np.asarray(points * np.minimum(1.0, 0.999 * limit / np.maximum(radius, 1e-12))[:, None])
