"""The graph of tasks as arrays: what every engine takes, so that each need not read the graph anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.task import WEIGHT, Communication, Task
from bartizan.assess.taskgraph import TaskGraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NONE = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrays:
    """A graph of tasks in numbers; -1 stands for none. Nothing here may be written to.

    Per arc, in the order of the ids that breaks ties: `tail`, `head` (nodes), `task`, `crossing` (tasks, done in this
    order), `through` (what is passed and in which direction, -1 at a target: paths that differ here differ in areas
    and elements), `opens` (what stays open for later legs once the arc was gone) and `needs_open` (what must have
    been left open on an earlier leg). Per task: `p` in [0, 1], `weight` of the moment of detection, `mean`, `sd` [s].
    Per node: `area` (-1 when done), `leg` (a path goes from lower to higher legs and enters no area twice on one),
    `ends` (whether a leg ends here, before a target's way). `starts`: the nodes at which a path may begin.

    `p` is what can be noticed and told: under "per-alarm" the site's figure times the probability of communication,
    and then `p_outside` is 1; under "once" `p_outside` is that probability, and P_I = p_outside times the value.
    `tasks`, `areas`, `passages`, `openings` hold what the numbers of tasks, areas, `through` and `opens` stand for.
    """

    tail: Ints
    head: Ints
    task: Ints
    crossing: Ints
    through: Ints
    opens: Ints
    needs_open: Ints
    p: Floats
    weight: Floats
    mean: Floats
    sd: Floats
    p_outside: float
    area: Ints
    leg: Ints
    ends: NDArray[np.bool_]
    starts: Ints
    tasks: tuple[Task, ...]
    areas: tuple[str, ...]
    passages: tuple[tuple[str, str, str], ...]
    openings: tuple[str, ...]

    @classmethod
    def of(cls, graph: TaskGraph, p_communication: float, communication: Communication = "once") -> Arrays:
        """The arrays of a graph, under one of the two models of communication."""
        arcs = graph.arcs
        tasks = graph.distinct_tasks()
        task_number = {id(task): number for number, task in enumerate(tasks)}
        passages, through = _numbered(arc.through for arc in arcs)
        openings, opened = _numbered(name for pair in ((arc.opens, arc.needs_open) for arc in arcs) for name in pair)
        areas, area = _numbered(node.area for node in graph.nodes)
        per_alarm = communication == "per-alarm"
        p = np.array([task.p_detection for task in tasks], dtype=np.float64)
        ends = np.zeros(len(graph.nodes), dtype=np.bool_)
        ends[[arc.tail for arc in arcs if arc.through is None]] = True
        return cls(
            tail=_ints(arc.tail for arc in arcs),
            head=_ints(arc.head for arc in arcs),
            task=_ints(task_number[id(arc.task)] for arc in arcs),
            crossing=_ints(NONE if arc.crossing is None else task_number[id(arc.crossing)] for arc in arcs),
            through=through,
            opens=opened[::2].copy(),
            needs_open=opened[1::2].copy(),
            p=p * p_communication if per_alarm else p,
            weight=np.array([WEIGHT[task.detect_at] for task in tasks], dtype=np.float64),
            mean=np.array([task.delay_mean for task in tasks], dtype=np.float64),
            sd=np.array([task.delay_sd for task in tasks], dtype=np.float64),
            p_outside=1.0 if per_alarm else p_communication,
            area=area,
            leg=_ints(node.stage for node in graph.nodes),
            ends=ends,
            starts=_ints(graph.starts),
            tasks=tuple(tasks),
            areas=areas,
            passages=passages,
            openings=openings,
        )


def _ints(values: Any) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _numbered(names: Any) -> tuple[Any, Ints]:
    """The distinct names in the order in which they come, and the number of each; -1 for None."""
    numbers: dict[Any, int] = {}
    found = [NONE if name is None else numbers.setdefault(name, len(numbers)) for name in names]
    return tuple(numbers), np.array(found, dtype=np.int64)
