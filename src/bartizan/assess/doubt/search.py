"""A pool of paths for a problem that has too many to weigh each: found by the exact engine, draw by draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import betaincinv

from bartizan.assess.doubt.draws import Draws
from bartizan.assess.doubt.ground import SAME
from bartizan.assess.doubt.indices import SURE
from bartizan.assess.doubt.pool import Ground, Pool
from bartizan.assess.doubt.result import Checked
from bartizan.assess.doubt.solver import Solver
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem

FIRST_PATHS = 20  # the worst at the points, to begin a pool with
EVERY_DRAW = 10_000_000  # arcs times draws: up to here every draw is solved, in some 30 s
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
    """A pool from draws that are solved exactly, and what further such draws say of it; empty where no path exists.

    Where the problem is small enough for its draws, all of them are solved, and the pool holds the worst path of each.
    """
    pool = Pool(ground, (path.tasks for path in worst_paths(problem, FIRST_PATHS)[0]))
    if not draws.doubtful or not len(pool):
        return pool, Checked(every_path=False, paths=len(pool))
    solver = Solver(problem, ground, draws)
    if len(problem.graph.arcs) * len(draws) <= EVERY_DRAW:
        return pool, _every_draw(solver, pool, progress)
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


def _every_draw(solver: Solver, pool: Pool, progress: Progress | None) -> Checked:
    """Take the worst path of every draw into the pool; a draw counts as missed where its path is not proved worst."""
    solver.prepare()
    total = len(solver.draws)
    gaps = []
    for draw in range(total):
        lower, value, path = solver.solved(draw)
        pool.add(path)
        gaps.append(value - lower)
        tell(progress, "draws solved exactly", draw, total)
    missed = sum(gap > SAME for gap in gaps)
    return Checked(
        every_path=False,
        paths=len(pool),
        draws=total,
        missed=missed,
        excess=max(0.0, *gaps) if missed else 0.0,
        share_at_most=missed / total,
    )


def _next(chosen: Iterator[int], count: int) -> list[int]:
    return [draw for draw, _ in zip(chosen, range(count), strict=False)]


def _at_most(missed: int, draws: int) -> float:
    """The share of misses that is surpassed with 95 % confidence only where it is smaller (Clopper and Pearson)."""
    if missed == draws:
        return 1.0
    return float(betaincinv(missed + 1.0, draws - missed, SURE))
