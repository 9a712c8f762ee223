"""The graph of tasks: every path that a threat may take to a target, and out again where it must.

A *node* is a moment between two tasks: the intruder stands in an area, has crossed it and is about to leave (one
node per area and leg; one per area, leg and element to leave by where the crossing depends on the pair), or stands
at a target, or is done. An *arc* is what leads from one node to the next: a way through an element with the
crossing of the area that is entered, or a way at a target. `journey` makes the graph of a site; `reading` says how
its words become tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bartizan.assess.task import Leg, Task

Moment = Literal["passing", "before", "after"]

DONE = 0  # the node after the last task
AT_TARGET = 1  # the node before the target's way; of several targets, before that of the first on the first leg


@dataclass(frozen=True, slots=True)
class Node:
    """A moment between two tasks: in which area (None when done), on which leg, to leave by which element.

    `left_by` is None where the element makes no difference to the crossing; before a target it is the target's id.
    `moment`: passing through, before a target's way, or after it, where the next leg begins. `stage` numbers the
    legs: a path goes from lower to higher stages, and each ends at one place. With one target, 0 is the way in and 1
    the way out.
    """

    area: str | None
    leg: Leg
    left_by: str | None = None
    stage: int = 0
    moment: Moment = "passing"


@dataclass(frozen=True, slots=True)
class Arc:
    """From one node to another by a task and, where an area is entered and has one, its crossing.

    `through` names what is passed and in which direction: (element id, area left, area entered), or None for a way
    at the target. Paths that differ in these differ in areas and elements. `opens`: the element that stays open for
    later legs once this arc was gone; `needs_open`: the element that must have been left open on an earlier leg, so
    that this arc can be gone at all.
    """

    tail: int
    head: int
    task: Task
    crossing: Task | None
    through: tuple[str, str, str] | None
    opens: str | None = None
    needs_open: str | None = None

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The task and, where there is one, the crossing, in the order in which they are done."""
        return (self.task,) if self.crossing is None else (self.task, self.crossing)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskGraph:
    """Nodes, arcs in the order of their ids (element, way, area left), and the nodes at which a path may begin."""

    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]
    starts: tuple[int, ...]

    def with_tasks(self, changed: Sequence[tuple[Task, Task]]) -> TaskGraph:
        """The same graph with other tasks in the place of some: pairs of the old one (itself) and the new."""
        # by identity: a task takes long to hash
        new = {id(old): task for old, task in changed}

        def exchanged(arc: Arc) -> Arc:
            task, crossing = new.get(id(arc.task), arc.task), new.get(id(arc.crossing), arc.crossing)
            if task is arc.task and crossing is arc.crossing:
                return arc
            return Arc(arc.tail, arc.head, task, crossing, arc.through, arc.opens, arc.needs_open)

        return TaskGraph(nodes=self.nodes, arcs=tuple(exchanged(arc) for arc in self.arcs), starts=self.starts)

    def distinct_tasks(self) -> list[Task]:
        """Every task of the graph once, in the order in which the arcs name them."""
        found: dict[int, Task] = {}
        for arc in self.arcs:
            for task in arc.tasks:
                found.setdefault(id(task), task)
        return list(found.values())


def starts_of(nodes: Sequence[Node], outside: frozenset[str], stages: frozenset[int]) -> tuple[int, ...]:
    """The nodes at which a path may begin: those of the first stages in outside areas."""
    return tuple(
        number
        for number, node in enumerate(nodes)
        if node.leg == "in" and node.stage in stages and node.area in outside
    )
