"""The exact engine on single draws of a problem: the figures of a draw go into its arrays, and nothing is read anew."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bartizan.assess.doubt.belief import Floats
from bartizan.assess.doubt.draws import Draws
from bartizan.assess.doubt.pool import Ground, Pool, Worked, worked_out
from bartizan.assess.network import network_of
from bartizan.assess.paths import MEMORY, WORK
from bartizan.assess.problem import Problem
from bartizan.assess.rounds import Rounds, Wanted
from bartizan.assess.task import Task
from bartizan.errors import InputError


class Solver:
    """The exact engine on the draws of a problem."""

    def __init__(self, problem: Problem, ground: Ground, draws: Draws) -> None:
        self.draws = draws
        self._problem = problem
        self._all = np.arange(len(problem.figures), dtype=np.int64)
        self._drawn: Callable[[int], tuple[Floats, Floats]] = lambda draw: draws.at(draw, self._all)
        self._figured = worked_out(problem.arrays.tasks, ground)

    def solved(self, draw: int) -> tuple[float, float, tuple[Task, ...]]:
        """A proved lower bound on the P_I of a draw, that of the path found, and its tasks as the problem has them.

        The two are equal where the path is proved the worst. InputError where no path was found within the work that
        a search may take.
        """
        values, spreads = self._drawn(draw)
        worked = self._figured(values, spreads)
        network = network_of(self._with(worked))
        answer = Rounds(network, Wanted(count=1, within=math.inf, memory=MEMORY, work=WORK)).run()
        if not answer.found:
            raise InputError(
                f"no path to target '{self._problem.target}' was found in a draw with {WORK:,} comparisons of labels. "
                "Join areas and elements that differ little"
            )
        value, walk = answer.found[0]
        arcs = [self._problem.graph.arcs[network.arcs[arc]] for arc in walk]
        tasks = tuple(task for arc in arcs for task in arc.tasks)
        return worked.outside * answer.lower, worked.outside * value, tasks

    def prepare(self) -> None:
        """Draw all draws at once, which takes less time than one by one, and more memory."""
        drawn = self.draws.of(self._all)
        both = np.concatenate((drawn.first, drawn.second))
        half = len(self._all)
        self._drawn = lambda draw: (both[draw, :half], both[draw, half:])

    def _with(self, worked: Worked) -> Problem:
        """The problem with the arrays of a draw; its graph keeps its own figures, which the search does not read."""
        p, mean, variance = worked.tasks
        there = replace(
            self._problem,
            response_mean=worked.response_mean,
            response_sd=math.sqrt(worked.response_variance),
            response_laws=(),
            response_rests_on=(),
        )
        arrays = replace(self._problem.arrays, p=p, mean=mean, sd=np.sqrt(variance), p_outside=worked.outside)
        # the place where the arrays are kept once they were worked out
        there.__dict__["arrays"] = arrays
        return there

    def excess(self, pool: Pool, draw: int) -> tuple[float, tuple[Task, ...]]:
        """By how much the pool's P_I in a draw may be too high, by the engine's bound; and the worst path there."""
        values, spreads = self.draws.at(draw, pool.used)
        least = float(pool.least(values[None], spreads[None])[0][0])
        lower, _, path = self.solved(draw)
        return least - lower, path
