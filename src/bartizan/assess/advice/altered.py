"""A problem with something altered: the tasks of some places, the arcs that can be gone, the response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem
from bartizan.assess.task import Leg, StepKind, Task
from bartizan.assess.taskgraph import Arc
from bartizan.quantity import Duration

Change = Callable[[Task], Task]
Tasks = tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is done: an element, an area that is crossed, a target; with all ways there, on every leg."""

    kind: StepKind
    id: str

    @classmethod
    def of(cls, task: Task) -> Place:
        """The place of a task."""
        return cls(task.kind, task.id)

    def holds(self, task: Task) -> bool:
        """Whether a task is done here."""
        return task.kind == self.kind and task.id == self.id


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst path of a problem: its P_I, and its tasks as the unaltered problem has them."""

    p_interruption: float
    tasks: Tasks


def at(place: Place, change: Change) -> Change:
    """The change made at one place, and nowhere else."""
    return lambda task: change(task) if place.holds(task) else task


def noticed(p_detection: float) -> Change:
    """Noticed at the beginning with this probability."""
    return lambda task: replace(task, p_detection=p_detection, detect_at="begin")


def longer(seconds: float) -> Change:
    """So much longer [s] on average, at equal spread."""

    def change(task: Task) -> Task:
        mean = task.delay_mean + seconds
        law = Duration(mean, task.delay_sd, "normal" if task.delay_sd > 0.0 else "fixed", task.source)
        return replace(task, delay_mean=mean, delay=law)

    return change


def faster(problem: Problem, seconds: float) -> Problem:
    """The problem with a response that is so much faster [s] on average, at equal spread."""
    mean = max(problem.response_mean - seconds, 0.0)
    law = Duration(mean, problem.response_sd, "normal" if problem.response_sd > 0.0 else "fixed")
    return replace(problem, response_mean=mean, response_laws=(law,), response_rests_on=(None,))


def worst(problem: Problem, change: Change | None = None) -> Worst | None:
    """The worst path when every task is changed so; None where no path leads to the target.

    The path is given with its tasks as they are without the change.
    """
    before: dict[int, Task] = {}
    altered = problem
    if change is not None:
        pairs = []
        for task in problem.graph.distinct_tasks():
            new = change(task)
            if new is not task:
                pairs.append((task, new))
                before[id(new)] = task
        altered = replace(problem, graph=problem.graph.with_tasks(pairs))
    paths, _ = worst_paths(altered)
    if not paths:
        return None
    return Worst(paths[0].p_interruption, tuple(before.get(id(task), task) for task in paths[0].tasks))


def without(problem: Problem, gone: Callable[[Arc], bool]) -> Problem:
    """The problem without some of its arcs."""
    graph = replace(problem.graph, arcs=tuple(arc for arc in problem.graph.arcs if not gone(arc)))
    return replace(problem, graph=graph)


def on_leg(arc: Arc, leg: Leg) -> bool:
    """Whether an arc passes an element on a leg."""
    return arc.through is not None and arc.task.leg == leg


def value(problem: Problem, tasks: Sequence[Task], change: Change | None = None) -> float:
    """P_I of one path of the problem, its tasks changed so."""
    return problem.p_interruption(tasks if change is None else [change(task) for task in tasks])
