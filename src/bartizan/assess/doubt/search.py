"""A pool of paths for a problem that has too many to weigh each: found by the exact engine, draw by draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import betaincinv

from bartizan.assess.doubt.belief import Runs
from bartizan.assess.doubt.draws import Draws
from bartizan.assess.doubt.ground import SAME, drawn_problem, own_tasks
from bartizan.assess.doubt.indices import SURE
from bartizan.assess.doubt.pool import Ground, Pool
from bartizan.assess.doubt.result import Checked
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem
from bartizan.assess.task import Task

FIRST_PATHS = 20  # the worst at the points, to begin a pool with
ROUND = 16  # draws solved exactly before it is asked whether that brought anything
ROUNDS = 8
FINAL = 32  # further draws, solved to say how good the pool is

Progress = Callable[[str, int, int], None]


def tell(progress: Progress | None, what: str, done: int, total: int) -> None:
    """Say how far something is, to whom it may concern."""
    if progress is not None:
        progress(what, done, total)


def searched(
    problem: Problem, ground: Ground, draws: Draws, rng: np.random.Generator, progress: Progress | None
) -> tuple[Pool, Checked]:
    """A pool from draws that are solved exactly, and what further such draws say of it; empty where no path exists."""
    solver = Solver(problem, draws)
    pool = Pool(ground, solver.at_points(FIRST_PATHS))
    if not draws.doubtful or not len(pool):
        return pool, Checked(every_path=False, paths=len(pool))
    chosen = iter(rng.permutation(len(draws)).tolist())
    done, total = 0, ROUNDS * ROUND + FINAL
    for _ in range(ROUNDS):
        missed = 0
        for draw in _next(chosen, ROUND):
            excess, path = solver.excess(pool, draw)
            if excess > SAME:
                missed += 1
                pool.add(path)
            done += 1
            tell(progress, "draws solved exactly", done, total)
        if not missed:
            break
    excesses, new = [], []
    for draw in _next(chosen, FINAL):
        excess, path = solver.excess(pool, draw)
        excesses.append(max(excess, 0.0))
        new.append(path)
        done += 1
        tell(progress, "draws solved exactly", done, total)
    missed = sum(excess > SAME for excess in excesses)
    checked = Checked(
        every_path=False,
        paths=len(pool),
        draws=len(excesses),
        missed=missed,
        excess=max(excesses),
        share_at_most=_at_most(missed, len(excesses)),
    )
    # only now: what these draws bring must not flatter their check
    for path in new:
        pool.add(path)
    return pool, checked


class Solver:
    """The exact engine on single draws of a problem."""

    def __init__(self, problem: Problem, draws: Draws) -> None:
        self._problem = problem
        self._draws = draws
        self._all = np.arange(len(problem.figures), dtype=np.int64)
        self._runs = frozenset(one.number for one in draws.doubtful.values() if isinstance(one.belief, Runs))

    def at_points(self, count: int) -> list[tuple[Task, ...]]:
        """The worst paths with every figure at its point."""
        return [own_tasks(self._problem, path.tasks) for path in worst_paths(self._problem, count)[0]]

    def excess(self, pool: Pool, draw: int) -> tuple[float, tuple[Task, ...]]:
        """By how much the pool's P_I in a draw may be too high, by the engine's bound; and the worst path there."""
        values, spreads = self._draws.at(draw, pool.used)
        least = float(pool.least(values[None], spreads[None])[0][0])
        there = drawn_problem(self._problem, *self._draws.at(draw, self._all), self._runs)
        paths, certificate = worst_paths(there)
        if certificate is None:  # the graph has a path, whatever the figures
            return 0.0, pool.paths[0]
        return least - certificate.lower_bound, own_tasks(self._problem, paths[0].tasks)


def _next(chosen: Iterator[int], count: int) -> list[int]:
    return [draw for draw, _ in zip(chosen, range(count), strict=False)]


def _at_most(missed: int, draws: int) -> float:
    """The share of misses that is surpassed with 95 % confidence only where it is smaller (Clopper and Pearson)."""
    if missed == draws:
        return 1.0
    return float(betaincinv(missed + 1.0, draws - missed, SURE))
