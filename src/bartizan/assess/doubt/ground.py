"""A problem seen from its figures: what all its paths share, and the same problem with the figures of a draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bartizan.assess.doubt.belief import Floats
from bartizan.assess.doubt.pool import Ground
from bartizan.assess.figures import Figure
from bartizan.assess.problem import Problem
from bartizan.assess.task import Task
from bartizan.quantity import Duration

SAME = 1e-9  # of P_I: the engine and the pool add in another order


def points_of(figures: Sequence[Figure]) -> tuple[Floats, Floats]:
    """The points of figures and the spreads of one outcome [s], 0 for a probability; each (figures,)."""
    spreads = [figure.value.sd if isinstance(figure.value, Duration) else 0.0 for figure in figures]
    return np.array([figure.point for figure in figures], dtype=np.float64), np.array(spreads, dtype=np.float64)


def ground_of(problem: Problem) -> Ground:
    """What every path of a problem shares."""
    points, spreads = points_of(problem.figures)
    rests = problem.response_rests_on or (None,) * len(problem.response_laws)
    fixed = [law for law, number in zip(problem.response_laws, rests, strict=True) if number is None]
    return Ground(
        points=points,
        spreads=spreads,
        response=tuple(number for number in rests if number is not None),
        response_mean=sum(law.mean for law in fixed),
        response_sd=math.sqrt(sum(law.sd**2 for law in fixed)),
        communication=problem.p_communication_rests_on,
        p_communication=problem.p_communication,
        per_alarm=problem.communication == "per-alarm",
    )


def own_tasks(problem: Problem, tasks: Sequence[Task]) -> tuple[Task, ...]:
    """The tasks as the problem itself has them, given those of a path of the same problem with other figures."""
    keys = {_key(task) for task in tasks}
    found = {_key(task): task for task in problem.graph.distinct_tasks() if _key(task) in keys}
    return tuple(found[_key(task)] for task in tasks)


def drawn_problem(problem: Problem, values: Floats, spreads: Floats, runs: frozenset[int]) -> Problem:
    """The problem with other figures; those of `runs` also with a spread [s] of their own, `spreads` by number."""
    there = problem.with_values(values)
    if not runs:
        return there
    changed = []
    for task in there.graph.distinct_tasks():
        if task.rests_on.delay in runs:
            sd = float(spreads[task.rests_on.delay])
            changed.append((task, replace(task, delay_sd=sd, delay=_normal(task.delay_mean, sd))))
    laws = tuple(
        _normal(law.mean, float(spreads[number])) if number is not None and number in runs else law
        for law, number in zip(there.response_laws, there.response_rests_on or (None,), strict=True)
    )
    return replace(
        there,
        graph=there.graph.with_tasks(changed),
        response_laws=laws,
        response_sd=math.sqrt(sum(law.sd**2 for law in laws)),
    )


def _normal(mean: float, sd: float) -> Duration:
    return Duration(mean, sd, "normal" if sd > 0.0 else "fixed")


def _key(task: Task) -> tuple[object, ...]:
    """What a task keeps when its figures move."""
    fixed = task.delay_mean if task.rests_on.delay is None else None
    return (task.kind, task.id, task.way, task.leg, task.detect_at, task.rests_on, fixed)
