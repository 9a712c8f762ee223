"""The ground as a network for the kernels: cells joined by sixteen steps, and passages through elements.

A *node* is a cell on one leg; the last node, `done`, is the end of every path. From a cell one steps to sixteen
others: its four sides, its four corners, and eight a knight's move away. A step is a straight line between the middles
of two cells; it takes the time and meets the hazard of the ground under it, each cell by the length of the line that
lies in it: half and half to a side or corner, a quarter each of four cells for a knight's move. So lengths are exact
on ground of one kind, and a walk is never told shorter than it is; a straight walk in an odd direction is told at most
2.8 % longer (sixteen directions: 1 / cos of half the widest angle between two that add up).

A *passage* is a way through an element with the walk over it, or an act at a target: task first, then the walk.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - a kernel takes its numbers in a row
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.uint16]
Flags = NDArray[np.bool_]

DIRECTIONS = 16
# row and column of each step; the first of every two opposite ones is followed by the other
STEPS = np.array(
    [
        (0, 1), (0, -1), (1, 0), (-1, 0),
        (1, 1), (-1, -1), (1, -1), (-1, 1),
        (1, 2), (-1, -2), (2, 1), (-2, -1), (1, -2), (-1, 2), (2, -1), (-2, 1),
    ],
    dtype=np.int64,
)  # fmt: skip
SIDES, CORNERS = 4, 8  # the first 4 steps go to a side, the next 4 over a corner, the rest are knight's moves
LONGER = 1.028  # a walk on the raster over the straight line, at most


class Network(NamedTuple):
    """What the kernels search. All times in seconds, hazards as -log of the probability of not being noticed.

    `slow`, `hazard`, shape (cells,): time and hazard of walking one side of a cell, inf time where nobody walks;
    `blocked`, shape (cells,): bit d is set where step d cannot be gone. Node = leg x cells + cell; `legs` of them and
    `done`. Passages in the order of their heads, those of head h from `first[h]` to `first[h + 1]`: `tail`, the
    task's `p`, `weight`, `mean`, `variance`, and the walk's `walk` time and `walk_hazard`. `begins`, shape (nodes,).
    `spread` [s]: variance of a walk over its time.
    """

    rows: int
    columns: int
    legs: int
    slow: Floats
    hazard: Floats
    blocked: Bits
    first: Ints
    tail: Ints
    p: Floats
    weight: Floats
    mean: Floats
    variance: Floats
    walk: Floats
    walk_hazard: Floats
    begins: Flags
    spread: float
    response_mean: float
    response_variance: float

    @property
    def cells(self) -> int:
        """How many cells one leg has."""
        return self.rows * self.columns

    @property
    def done(self) -> int:
        """The node after the last task."""
        return self.legs * self.rows * self.columns


@compiled
def normal(z: float) -> float:
    """The standard normal law."""
    return 0.5 * math.erfc(-z * 0.7071067811865476)


@compiled
def in_time(margin: float, variance: float) -> float:
    """P(R|A) for a mean margin [s] with a variance [s²]; without one the step, a tie not in time."""
    if variance > 0.0:
        return normal(margin / math.sqrt(variance))
    return 1.0 if margin > 0.0 else 0.0


@compiled
def step_from(
    rows: int, columns: int, slow: Floats, hazard: Floats, blocked: Bits, head: int, direction: int
) -> tuple[int, float, float]:
    """The cell from which a step leads to the cell `head`, its time and its hazard; -1 where there is none."""
    row, column = head // columns, head % columns
    dr, dc = STEPS[direction, 0], STEPS[direction, 1]
    r, c = row - dr, column - dc
    if r < 0 or c < 0 or r >= rows or c >= columns:
        return -1, 0.0, 0.0
    cell = r * columns + c
    if (blocked[cell] >> direction) & 1 or slow[cell] == math.inf:
        return -1, 0.0, 0.0
    if direction < CORNERS:
        length = 0.5 if direction < SIDES else 0.7071067811865476
        return cell, length * (slow[cell] + slow[head]), length * (hazard[cell] + hazard[head])
    one = cell + (np.sign(dc) if abs(dc) == 2 else np.sign(dr) * columns)
    other = head - (one - cell)
    length = 0.5590169943749475  # a quarter of the root of 5
    return (
        cell,
        length * (slow[cell] + slow[one] + slow[other] + slow[head]),
        length * (hazard[cell] + hazard[one] + hazard[other] + hazard[head]),
    )
