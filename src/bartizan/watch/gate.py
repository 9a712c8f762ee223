"""The gate: may this sighting be of that person? And which sighting belongs to whom, all at once.

A sighting passes where it is likely under what is known of the person (Mahalanobis distance) and where a person could
have walked to it in the seconds since the last sighting. The first alone would let a track that has been blind for
seconds take anybody; the second alone would let a badly seen person take the neighbour's sighting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from bartizan.watch.motion import MotionState, Vector

Costs = NDArray[np.float64]

FORBIDDEN = math.inf


@dataclass(frozen=True, slots=True)
class Gate:
    """What a sighting must pass.

    `likely`: the largest squared Mahalanobis distance in two dimensions (9.21 holds 99 % of true sightings, the
    chi-square law of two degrees of freedom). `speed`: the fastest that anybody is believed to move [m/s].
    `slack` [m]: what may be lost to the errors of the two places, on top of what can be walked.
    """

    likely: float
    speed: float
    slack: float

    def reachable(self, start: Vector, end: Vector, seconds: float) -> bool:
        """Whether somebody can come from `start` to `end` [m] in so many seconds."""
        return math.hypot(end[0] - start[0], end[1] - start[1]) <= self.slack + self.speed * abs(seconds)

    def cost(self, expected: MotionState, last_at: Vector, last_t: float, at: Vector, error: Vector) -> float:
        """How ill a sighting fits: squared Mahalanobis distance plus the logarithm of its determinant; inf outside.

        `expected` is the state predicted to the time of the sighting; `last_at` [m] and `last_t` [s] are the last
        place where the person was seen; `at` [m] and `error` [m²] are the sighting. The determinant keeps a track
        that is expected almost anywhere from taking the sighting of one that is expected exactly there.
        """
        if not self.reachable(last_at, at, expected.t - last_t):
            return FORBIDDEN
        distance, spread = mahalanobis(at - expected.mean[:2], expected.covariance[:2, :2] + error)
        return distance + spread if distance <= self.likely else FORBIDDEN


def mahalanobis(gap: Vector, covariance: Vector) -> tuple[float, float]:
    """The squared Mahalanobis distance of `gap` [m], shape (2,), and the log-determinant of its covariance [m²]."""
    a, b, c = float(covariance[0, 0]), float(covariance[0, 1]), float(covariance[1, 1])
    x, y = float(gap[0]), float(gap[1])
    determinant = a * c - b * b
    return (c * x * x - 2.0 * b * x * y + a * y * y) / determinant, math.log(determinant)


def assign(costs: Costs, miss: float) -> list[tuple[int, int]]:
    """The pairs (row, column) of least total cost, each row and column at most once.

    `costs` has shape (rows, columns), with inf where a pair is forbidden. A row left without a column costs `miss`,
    so that a pair dearer than `miss` is never made. Source: Kuhn (1955), in the form of Jonker and Volgenant (1987)
    that SciPy solves.
    """
    rows, columns = costs.shape
    if rows == 0 or columns == 0:
        return []
    # a pair above the miss is never of use: cutting it there keeps the sums finite
    square = np.full((rows, columns + rows), miss)
    square[:, :columns] = np.minimum(costs, miss + 1.0)
    row_of, column_of = linear_sum_assignment(square)
    return [
        (int(row), int(column))
        for row, column in zip(row_of, column_of, strict=True)
        if column < columns and costs[row, column] <= miss
    ]
