"""The answer at the pessimistic ends: what P_I is, at the least, when no doubtful figure is given the benefit.

Each doubtful figure is taken to lie within its own central interval. Less detection, less delay and a slower response
are the ends to expect, but EASI is not monotone in detection, nor in spread: where spreads are large, a perfect extra
sensor can lower P_I. So two numbers are given. `attained` is a P_I that the site really has at some ends: it starts at
the ends to expect, lets the adversary choose his path, tries each figure of that path at its other end, and lets him
choose again. `proved` is one that no values within the intervals, and no path, go below, by the bounds of `pool`; it
needs every path, and is None where there are too many. Where attained and proved agree, the bound is exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.doubt.belief import Belief, Runs, belief
from bartizan.assess.doubt.everything import every_path
from bartizan.assess.doubt.ground import SAME, drawn_problem, ground_of, own_tasks
from bartizan.assess.doubt.pool import Box, Pool
from bartizan.assess.doubt.result import Bound, Place
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem
from bartizan.assess.result import Path
from bartizan.errors import InputError

LEVEL = 0.9
MOST_PATHS = 20_000  # up to here the bound is proved over every path
TURNS = 8  # of the adversary's choice and the search for worse ends; each turn lowers P_I, and few are needed


def lower_bound(problem: Problem, level: float = LEVEL) -> Bound | None:
    """What P_I is at the least, with every doubtful figure at its pessimistic end.

    `level`: each figure lies within its central interval of this probability; 0.9 takes it at its 5 % or 95 %.
    Returns None where no path leads to the target. Raises InputError for a level that is none. What it is not: a
    quantile of P_I, for all figures are rarely at their worst together; it lies below.
    """
    if not 0.0 < level < 1.0:
        raise InputError(f"the level of the bound is {level!r}. Give more than 0 and less than 1")
    box = _Ends(problem, level)
    found = every_path(problem.graph, MOST_PATHS)
    if found is not None and not found:
        return None
    path = _solved(problem, box)
    if path is None:
        return None
    for _ in range(TURNS):
        if not box.turned(problem, path):
            break
        other = _solved(problem, box)
        if other is None or other.p_interruption > path.p_interruption - SAME:
            break
        path = other
    proved = None
    if found is not None:
        pool = Pool(ground_of(problem), found)
        proved = float(pool.bounds(box.ends.of(pool.used))[0].min())
    return Bound(
        level=level,
        attained=path.p_interruption,
        proved=proved,
        places=tuple(Place.of(task) for task in path.tasks),
    )


class _Ends:
    """The ends of every figure, and the values chosen within them; each array has one row per figure."""

    def __init__(self, problem: Problem, level: float) -> None:
        ground = ground_of(problem)
        self.ends = Box(*(row.copy() for row in (ground.points, ground.points, ground.spreads, ground.spreads)))
        self.values, self.spreads = ground.points.copy(), ground.spreads.copy()
        self.doubtful: dict[int, Belief] = {}
        for number, figure in enumerate(problem.figures):
            known = belief(figure.value)
            if known is None:
                continue
            self.doubtful[number] = known
            self.ends.low[number], self.ends.high[number] = known.interval(level)
            spreads = known.spread_interval(level)
            if spreads is not None:
                self.ends.narrow[number], self.ends.wide[number] = spreads
            self._take(number, *self._corners(number)[-1 if number in ground.response else 0])
        self.runs = frozenset(number for number, known in self.doubtful.items() if isinstance(known, Runs))
        self._ground = ground

    def _corners(self, number: int) -> list[tuple[float, float]]:
        """The corners of one figure: value and spread, the low value first; a spread moves with its mean, or alone."""
        low, high, narrow, wide = (float(row[number]) for row in self.ends)
        if isinstance(self.doubtful[number], Runs):
            return [(low, wide), (low, narrow), (high, narrow), (high, wide)]
        return [(low, narrow), (high, wide)]

    def _take(self, number: int, value: float, spread: float) -> None:
        self.values[number], self.spreads[number] = value, spread

    def turned(self, problem: Problem, path: Path) -> bool:
        """Put the figures of a path at the ends that lower its P_I, one after the other; whether any was moved."""
        pool = Pool(self._ground, (own_tasks(problem, path.tasks),))
        used = pool.used
        least = self._weighed(pool, used)
        moved = False
        for number in used.tolist():
            if number not in self.doubtful:
                continue
            before = float(self.values[number]), float(self.spreads[number])
            for corner in self._corners(number):
                self._take(number, *corner)
                value = self._weighed(pool, used)
                if value < least - SAME:
                    least, before, moved = value, corner, True
            self._take(number, *before)
        return moved

    def _weighed(self, pool: Pool, used: NDArray[np.int64]) -> float:
        return float(pool.each(self.values[used], self.spreads[used])[0])


def _solved(problem: Problem, box: _Ends) -> Path | None:
    """The worst path at the values chosen."""
    paths, _ = worst_paths(drawn_problem(problem, box.values, box.spreads, box.runs))
    return paths[0] if paths else None
