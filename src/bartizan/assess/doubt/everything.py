"""Every path of a problem, where there are few enough: then the worst of them is the worst, whatever the figures."""

from __future__ import annotations

from collections.abc import Iterator

from bartizan.assess.task import Task
from bartizan.assess.taskgraph import DONE, Arc, TaskGraph

STEPS_PER_PATH = 50  # of a search that runs into many dead ends before it finds as many paths as are asked for

Tasks = tuple[Task, ...]
_Pending = frozenset[tuple[str, int]]


def every_path(graph: TaskGraph, most: int) -> list[Tasks] | None:
    """Every path of the graph as its tasks, with every choice of ways; None where there are more than `most`.

    On a leg no area is entered twice, and what must have been left open was opened on an earlier leg. Paths stand in
    the order in which a search backwards from the end meets them.
    """
    search = _Backwards(graph, most * STEPS_PER_PATH)
    found: list[Tasks] = []
    for path in search.paths():
        if len(found) >= most:
            return None
        found.append(path)
    return None if search.exhausted else found


class _Backwards:
    """A depth-first search from the end of every path towards its beginning."""

    def __init__(self, graph: TaskGraph, steps: int) -> None:
        self._graph = graph
        self._steps = steps
        self._begins = frozenset(graph.starts)
        reached = _reached(graph)
        self._into: dict[int, list[Arc]] = {}
        for arc in graph.arcs:
            if arc.tail in reached:
                self._into.setdefault(arc.head, []).append(arc)
        self.exhausted = False

    def paths(self) -> Iterator[Tasks]:
        """One path after another; ends early, and says so, when the steps are used up."""
        # what is to be done next: node, tasks from there on, where one has been, what must have been opened
        rest: list[tuple[int, Tasks, frozenset[tuple[int, str]], _Pending]] = [(DONE, (), frozenset(), frozenset())]
        while rest:
            node, after, visited, pending = rest.pop()
            if node in self._begins and not pending:
                yield after
            for arc in reversed(self._into.get(node, [])):
                self._steps -= 1
                tail = self._graph.nodes[arc.tail]
                place = (tail.stage, tail.area or "")
                if place not in visited:
                    owed = frozenset(one for one in pending if one[0] != arc.opens or one[1] <= tail.stage)
                    if arc.needs_open is not None:
                        owed |= {(arc.needs_open, tail.stage)}
                    rest.append((arc.tail, (*arc.tasks, *after), visited | {place}, owed))
            if self._steps < 0:
                self.exhausted = True
                return


def _reached(graph: TaskGraph) -> set[int]:
    """The nodes that can be come to at all."""
    leading: dict[int, list[int]] = {}
    for arc in graph.arcs:
        leading.setdefault(arc.tail, []).append(arc.head)
    reached = set(graph.starts)
    rest = list(reached)
    while rest:
        new = set(leading.get(rest.pop(), [])) - reached
        reached |= new
        rest.extend(new)
    return reached
