"""The whole problem under a set of upgrades, without reading the whole site anew.

The site is compiled once with those upgrades that may make or close paths; the tasks on whose figures the others bear
are taken from a small site of the elements concerned, and laid over the graph. What a task is depends only on the
upgrades that bear on its place, so most of them are known from sets asked before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bartizan.assess.harden.bearing import RESPONSE, TARGET, Bearing, Place
from bartizan.assess.harden.choices import members
from bartizan.assess.harden.excerpt import Excerpt, Novelties, Question
from bartizan.assess.harden.smallsite import Posed, SmallSite, pose
from bartizan.assess.problem import Problem
from bartizan.assess.task import Task
from bartizan.assess.taskgraph import Arc, Node, TaskGraph
from bartizan.site.model import Change
from bartizan.site.site import Site

_BASES_KEPT = 8
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Base:
    """A problem to lay tasks over: its arcs by place, and the areas whose crossings depend on the pair."""

    posed: Posed
    arcs: dict[Place, list[int]]


class Overlay:
    """The problems of one case."""

    def __init__(self, question: Question, site: Site, changes: Sequence[Sequence[Change]]) -> None:
        self._question = question
        self._document = site.document
        self._attachments = site.attachments
        self._changes = changes
        self._bearing = Bearing(self._document, question, changes)
        self._novelties = Novelties.of(change for listed in changes for change in listed)
        self._beside: dict[str, list[str]] = {}
        for element in [*self._document.get("element", []), *self._novelties.elements]:
            for area in element["between"]:
                self._beside.setdefault(area, []).append(element["id"])
        self._bases: dict[int, _Base] = {}
        self._tasks: dict[tuple[Place, int], dict[_Key, Task | None]] = {}
        self._responses: dict[int, Posed] = {}

    def posed(self, mask: int, whole: Callable[[int], Site]) -> Posed:
        """The problem under a set of upgrades; `whole` gives the whole site with any set of them.

        Raises InputError where there is none.
        """
        paths = mask & self._bearing.anywhere
        if paths not in self._bases:
            while len(self._bases) >= _BASES_KEPT:
                del self._bases[next(iter(self._bases))]
            posed = pose(whole(paths), self._question)
            self._bases[paths] = _Base(posed, _by_place(posed.problem))
        base = self._bases[paths]
        if paths == mask:
            return base.posed
        touched = [place for place in self._bearing.places(mask & ~paths) if place in base.arcs or place == RESPONSE]
        self._look_up(touched, mask)
        keys = {place: (place, mask & self._bearing.figures(place)) for place in touched}
        response = self._responses.get(mask & self._bearing.figures(RESPONSE))
        if response is None or any(key not in self._tasks for place, key in keys.items() if place != RESPONSE):
            return pose(whole(mask), self._question)
        arcs = list(base.posed.problem.graph.arcs)
        nodes = base.posed.problem.graph.nodes
        for place in touched:
            for number in base.arcs.get(place, ()):
                arc = _laid(arcs[number], nodes, place, self._tasks[keys[place]])
                if arc is None:
                    return pose(whole(mask), self._question)
                arcs[number] = arc
        graph = replace(base.posed.problem.graph, arcs=tuple(arcs))
        return Posed(_answered(base.posed.problem, response.problem, graph), response.p_neutralization)

    def _look_up(self, touched: Iterable[Place], mask: int) -> None:
        """Compile in one small site what is not known yet of these places under a set."""
        new = [place for place in touched if (place, mask & self._bearing.figures(place)) not in self._tasks]
        answers = mask & self._bearing.figures(RESPONSE)
        if not new and answers in self._responses:
            return
        elements: set[str] = set()
        for kind, name in new:
            elements.update([name] if kind == "element" else self._beside.get(name, ()) if kind == "area" else ())
        excerpt = Excerpt(self._document, self._question, elements, self._novelties)
        posed = SmallSite(excerpt, self._question, self._attachments).pose(self._changes[one] for one in members(mask))
        if posed is None:
            return
        self._responses[answers] = posed
        graph = posed.problem.graph
        found: dict[Place, dict[_Key, Task | None]] = {place: {} for place in new}
        for arc in graph.arcs:
            for place, key, task in _parts(arc, graph.nodes):
                if place in found:
                    found[place][key] = task
        for place in new:
            self._tasks[place, mask & self._bearing.figures(place)] = found[place]


def _by_place(problem: Problem) -> dict[Place, list[int]]:
    found: dict[Place, list[int]] = {}
    for number, arc in enumerate(problem.graph.arcs):
        for place, _, _ in _parts(arc, problem.graph.nodes):
            found.setdefault(place, []).append(number)
    return found


def _parts(arc: Arc, nodes: Sequence[Node]) -> list[tuple[Place, _Key, Task | None]]:
    """The tasks of an arc: the place of each, and what names it there."""
    way = arc.task.way or ""
    if arc.through is None:
        return [(TARGET, (way,), arc.task)]
    element, left, entered = arc.through
    leg = arc.task.leg
    return [
        (("element", element), (leg, way, left, entered), arc.task),
        (("area", entered), (leg, element, nodes[arc.head].left_by or ""), arc.crossing),
    ]


def _laid(arc: Arc, nodes: Sequence[Node], place: Place, tasks: dict[_Key, Task | None]) -> Arc | None:
    """The arc with the tasks that hold at a place; None where they are not known."""
    for number, (here, key, _) in enumerate(_parts(arc, nodes)):
        if here == place:
            if key not in tasks:
                return None
            task = tasks[key]
            if number == 0:
                return None if task is None else replace(arc, task=task)
            return replace(arc, crossing=task)
    return arc


def _answered(problem: Problem, other: Problem, graph: TaskGraph) -> Problem:
    """The problem with the response of another, and this graph."""
    return replace(
        problem,
        response_mean=other.response_mean,
        response_sd=other.response_sd,
        response_laws=other.response_laws,
        response_rests_on=other.response_rests_on,
        p_communication=other.p_communication,
        p_communication_rests_on=other.p_communication_rests_on,
        graph=graph,
    )
