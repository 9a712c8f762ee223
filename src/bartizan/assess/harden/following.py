"""Following one path through a graph of tasks: its arcs, and what each of its tasks is called on every path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bartizan.assess.harden.bearing import TARGET, Place
from bartizan.assess.harden.excerpt import Move
from bartizan.assess.task import WEIGHT, Task
from bartizan.assess.taskgraph import DONE, Arc, TaskGraph

Figures = tuple[float, float, float, float]  # p, weight, mean, sd; of the response: mean, sd, P_C, P_N
Slot = tuple[str, ...]
NOTHING: Figures = (0.0, 0.0, 0.0, 0.0)


def trace(graph: TaskGraph, moves: Sequence[Move]) -> list[Arc] | None:
    """The arcs that lead along these moves, from a start to the end; None where they do not."""
    leaving: dict[int, list[Arc]] = {}
    for arc in graph.arcs:
        leaving.setdefault(arc.tail, []).append(arc)

    def follow(node: int, index: int) -> list[Arc] | None:
        if index == len(moves):
            return [] if node == DONE else None
        for arc in leaving.get(node, ()):
            task = arc.task
            if Move(task.leg, task.kind, task.id, task.way or "") == moves[index]:
                rest = follow(arc.head, index + 1)
                if rest is not None:
                    return [arc, *rest]
        return None

    for start in graph.starts:
        arcs = follow(start, 0)
        if arcs is not None:
            return arcs
    return None


def slots_of(arcs: Sequence[Arc], moves: Sequence[Move]) -> Iterator[tuple[Slot, Place]]:
    """For each way and each crossing of a path, in order, what names it among those of all paths, and its place."""
    for index, (arc, move) in enumerate(zip(arcs, moves, strict=True)):
        left_by = moves[index + 1].id if index + 1 < len(moves) else ""
        if arc.through is None:
            yield ("target", move.way), TARGET
            yield ("nothing",), TARGET
        else:
            element, left, entered = arc.through
            yield ("way", move.leg, element, move.way, left, entered), ("element", element)
            yield ("crossing", move.leg, entered, element, left_by), ("area", entered)


def tasks_of(arcs: Sequence[Arc]) -> Iterator[Task | None]:
    """Each way and each crossing of a path, in order; None where an area is crossed without a task."""
    for arc in arcs:
        yield arc.task
        yield arc.crossing


def figures_of(task: Task | None) -> Figures:
    """The figures of a task; of none, those that change nothing."""
    if task is None:
        return NOTHING
    return task.p_detection, WEIGHT[task.detect_at], task.delay_mean, task.delay_sd
