"""What can lie before a node: bounds that hold for every path, needed to compare what may follow it.

A path enters no area twice on a leg. So before it stands at a node it can only have entered areas that lie between
an outside area and here without passing either twice over, each at most once, by an arc that can be used at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bartizan.assess.task import Leg
from bartizan.assess.taskgraph import AT_TARGET, Arc, TaskGraph


@dataclass(frozen=True, slots=True)
class Upstream:
    """For one node: the most delay [s] and variance [s²] that can lie before it, and whether anything can.

    `certain`: a task before it may be noticed with certainty, so that what follows may make no difference.
    """

    anything: bool = False
    mean: float = 0.0
    variance: float = 0.0
    certain: bool = False


class _Leg:
    """The arcs of one leg that can be used at all, and the areas in which it begins."""

    def __init__(self, arcs: Sequence[Arc], begins: set[str]) -> None:
        self.begins = begins
        self._link(arcs)
        # an arc is of use only where its tail can be reached without having been where it leads
        free = {entered: _reached(self._next, begins - {entered}, entered) for _, entered in self._pairs}
        self.arcs = [arc for arc in arcs if arc.through is not None and arc.through[1] in free[arc.through[2]]]
        self._link(self.arcs)

    def _link(self, arcs: Iterable[Arc]) -> None:
        self._pairs = {arc.through[1:] for arc in arcs if arc.through is not None}
        self._next: dict[str, set[str]] = {}
        self._previous: dict[str, set[str]] = {}
        for left, entered in self._pairs:
            self._next.setdefault(left, set()).add(entered)
            self._previous.setdefault(entered, set()).add(left)

    def before(self, area: str) -> Upstream:
        """What can lie on this leg before a moment at which `area` has been entered and crossed."""
        between: set[str] = set()
        for begin in self.begins - {area}:
            between |= _reached(self._next, {begin}, area) & (_reached(self._previous, {area}, begin) | {begin})
        if not between & self.begins:
            return Upstream()
        means = dict.fromkeys((*between, area), 0.0)
        variances = dict(means)
        certain = False
        for arc in self.arcs:
            if arc.through is None or arc.through[2] not in means or arc.through[1] not in between:
                continue
            place = arc.through[2]
            means[place] = max(means[place], sum(task.delay_mean for task in arc.tasks))
            variances[place] = max(variances[place], sum(task.delay_sd**2 for task in arc.tasks))
            certain = certain or any(task.p_detection == 1.0 for task in arc.tasks)
        # the area in which the path begins was not entered
        begins = between & self.begins
        return Upstream(
            anything=True,
            mean=sum(means.values()) - min(means[begin] for begin in begins),
            variance=sum(variances.values()) - min(variances[begin] for begin in begins),
            certain=certain,
        )


def upstream(graph: TaskGraph) -> tuple[tuple[Upstream, ...], tuple[int, ...]]:
    """Per node what can lie before it, and the indices of the arcs that a path can use at all."""
    target = graph.nodes[AT_TARGET].area
    at_target = [arc for arc in graph.arcs if arc.tail == AT_TARGET]
    way_in = _Leg(_of_leg(graph, "in"), {graph.nodes[start].area or "" for start in graph.starts})
    way_out = _Leg(_of_leg(graph, "out"), {target or ""})
    used = {id(arc) for arc in (*way_in.arcs, *way_out.arcs, *at_target)}

    def joined(one: Upstream, other: Upstream, tasks: Sequence[Arc]) -> Upstream:
        return Upstream(
            anything=True,
            mean=one.mean + other.mean + max((arc.task.delay_mean for arc in tasks), default=0.0),
            variance=one.variance + other.variance + max((arc.task.delay_sd**2 for arc in tasks), default=0.0),
            certain=one.certain or other.certain or any(arc.task.p_detection == 1.0 for arc in tasks),
        )

    to_target = way_in.before(target or "")
    by_place: dict[tuple[str | None, Leg], Upstream] = {}
    for node in graph.nodes:
        place = (node.area, node.leg)
        if place in by_place or node.area is None:
            continue
        if node.leg == "in":
            by_place[place] = way_in.before(node.area)
        else:
            by_place[place] = joined(way_out.before(node.area), to_target, at_target)
    befores = tuple(by_place.get((node.area, node.leg), Upstream()) for node in graph.nodes)
    return befores, tuple(index for index, arc in enumerate(graph.arcs) if id(arc) in used)


def _reached(links: Mapping[str, set[str]], sources: Iterable[str], avoiding: str) -> set[str]:
    """The areas that the links lead to from `sources`, these included, without entering `avoiding`."""
    reached = set(sources)
    rest = list(reached)
    while rest:
        new = links.get(rest.pop(), set()) - reached - {avoiding}
        reached |= new
        rest.extend(new)
    return reached


def _of_leg(graph: TaskGraph, leg: Leg) -> list[Arc]:
    return [arc for arc in graph.arcs if arc.through is not None and arc.task.leg == leg]
