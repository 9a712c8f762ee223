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
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from bartizan.compiled import compiled
from bartizan.watch.tracking.motion import MotionState, Vector

Costs = NDArray[np.float64]

FORBIDDEN = math.inf

# from so many cells on, a table is taken apart into crowds that share nobody before it is solved
_WORTH_PARTING = 2500


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

    def reachable(self, distance: float, seconds: float) -> bool:
        """Whether somebody can come so far [m] in so many seconds."""
        return distance <= self.slack + self.speed * abs(seconds)

    def cost(self, expected: MotionState, last_at: Vector, last_t: float, at: Vector, error: Vector) -> float:
        """How ill a sighting fits: squared Mahalanobis distance plus the logarithm of its determinant; inf outside.

        `expected` is the state predicted to the time of the sighting; `last_at` [m] and `last_t` [s] are the last
        place where the person was seen; `at` [m] and `error` [m²] are the sighting. The determinant keeps a track
        that is expected almost anywhere from taking the sighting of one that is expected exactly there.
        """
        since = np.array([expected.t - last_t])
        return float(
            self.costs(expected.mean[None], expected.covariance[None], last_at[None], since, at[None], error[None])[
                0, 0
            ]
        )

    def costs(  # noqa: PLR0917 - arrays of one frame, named alike wherever they go
        self, means: Vector, covariances: Vector, last_at: Vector, since: Vector, at: Vector, errors: Vector
    ) -> Costs:
        """`cost` for each of n tracks and m sightings, shape (n, m).

        `means` (n, 4) and `covariances` (n, 4, 4) are the tracks' states at the time of the sightings; `last_at`
        (n, 2) [m] and `since` (n,) [s] say where and how long before they were last seen; `at` (m, 2) [m] and
        `errors` (m, 2, 2) [m²] are the sightings.
        """
        reach = self.slack + self.speed * np.abs(since)
        found: Costs = _costs(means, covariances, last_at, reach, at, errors, self.likely)
        return found


def mahalanobis(gap: Vector, covariance: Vector) -> tuple[float, float]:
    """The squared Mahalanobis distance of `gap` [m], shape (2,), and the log-determinant of its covariance [m²]."""
    distance, determinant = _mahalanobis(gap[0], gap[1], covariance[0, 0], covariance[0, 1], covariance[1, 1])
    return float(distance), math.log(determinant)


def assign(costs: Costs, miss: float) -> list[tuple[int, int]]:
    """The pairs (row, column) of least total cost, each row and column at most once.

    `costs` has shape (rows, columns), with inf where a pair is forbidden. A row left without a column costs `miss`,
    so that a pair dearer than `miss` is never made. Source: Kuhn (1955), in the form of Jonker and Volgenant (1987)
    that SciPy solves; a large table is solved crowd by crowd, for rows that share no column do not touch each other.
    """
    rows, columns = costs.shape
    if rows == 0 or columns == 0:
        return []
    if costs.size < _WORTH_PARTING:
        return _least(costs, miss)
    row, column = np.nonzero(costs <= miss)
    joined = coo_array((np.ones(len(row)), (row, rows + column)), shape=(rows + columns, rows + columns))
    _, crowd = connected_components(joined, directed=False)
    pairs: list[tuple[int, int]] = []
    for one in np.unique(crowd[row]).tolist():
        these, those = np.flatnonzero(crowd[:rows] == one), np.flatnonzero(crowd[rows:] == one)
        pairs += [(int(these[i]), int(those[j])) for i, j in _least(costs[np.ix_(these, those)], miss)]
    return sorted(pairs)


def _least(costs: Costs, miss: float) -> list[tuple[int, int]]:
    rows, columns = costs.shape
    # a pair above the miss is never of use: cutting it there keeps the sums finite
    square = np.full((rows, columns + rows), miss)
    np.minimum(costs, miss + 1.0, out=square[:, :columns])
    row_of, column_of = linear_sum_assignment(square)
    return [
        (row, column)
        for row, column in zip(row_of.tolist(), column_of.tolist(), strict=True)
        if column < columns and costs[row, column] <= miss
    ]


@compiled
def _mahalanobis(x: float, y: float, a: float, b: float, c: float) -> tuple[float, float]:
    """The squared distance of (x, y) under the covariance ((a, b), (b, c)), and its determinant."""
    determinant = a * c - b * b
    return (c * x * x - 2.0 * b * x * y + a * y * y) / determinant, determinant


@compiled
def _costs(  # noqa: PLR0917 - a kernel takes arrays by place
    means: Vector, covariances: Vector, last_at: Vector, reach: Vector, at: Vector, errors: Vector, likely: float
) -> Costs:
    costs = np.full((len(means), len(at)), np.inf)
    for row in range(len(means)):
        for column in range(len(at)):
            away = math.hypot(at[column, 0] - last_at[row, 0], at[column, 1] - last_at[row, 1])
            if not away <= reach[row]:
                continue
            a = covariances[row, 0, 0] + errors[column, 0, 0]
            b = covariances[row, 0, 1] + errors[column, 0, 1]
            c = covariances[row, 1, 1] + errors[column, 1, 1]
            x, y = at[column, 0] - means[row, 0], at[column, 1] - means[row, 1]
            distance, determinant = _mahalanobis(x, y, a, b, c)
            if distance <= likely:
                costs[row, column] = distance + math.log(determinant)
    return costs
