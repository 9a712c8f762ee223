"""Where an alarm is, as the beginning of every way onward to a target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bartizan.assess.journey import Journey
from bartizan.assess.onward import First
from bartizan.assess.task import WEIGHT
from bartizan.assess.taskgraph import AT_TARGET, TaskGraph
from bartizan.errors import UnknownIdError
from bartizan.site.model import Area, Element, Target, Way
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True)
class Beginning:
    """The graph of what can follow a place, and per node at which it goes on what lies between."""

    graph: TaskGraph
    firsts: dict[int, list[First]]


def find_place(site: Site, place: str) -> tuple[Area | None, Element | None, Way | None]:
    """The area, or the element and perhaps its way, that "area", "element" or "element/way" names.

    Raises UnknownIdError where the site has none of that name.
    """
    if "/" in place:
        return None, site.element(place.partition("/")[0]), site.way(place)
    for area in site.areas:
        if area.id == place:
            return area, None, None
    for element in site.elements:
        if element.id == place:
            return None, element, None
    raise UnknownIdError(f"no area and no element has the id '{place}'. Name one of the site's, or \"element/way\"")


def beginnings(site: Site, place: str, *, threat: str | None, target: Target) -> Iterator[Beginning]:
    """How every way onward from a place to a target begins. `clock` says how a place is read."""
    area, element, way = find_place(site, place)
    journey = Journey(site, threat=threat, targets=(target.id,))
    graph = journey.graph()
    if area is not None:
        firsts = _from_area(journey, site, area, target)
        yield _without(graph, journey, area.id, firsts)
    elif element is not None:
        passages = [passage for passage in journey.passages() if passage[0].id == element.id]
        inwards = [passage for passage in passages if not site.area(passage[2]).outside]
        for _, left, entered in inwards or passages:
            ways = [way] if way is not None else journey.ways(element, left) or element.ways
            firsts = {}
            for head, crossing in journey.arrivals(journey.first, element, entered):
                tasks = [journey.reader.way(element, one, "in") for one in ways]
                firsts[head] = [
                    First(
                        (task,) if crossing is None else (task, crossing),
                        # a way that does not say when it is noticed: at its begin
                        1.0 if task.detect_at is None else WEIGHT[task.detect_at],
                    )
                    for task in tasks
                ]
            yield _without(graph, journey, left, firsts)


def _from_area(journey: Journey, site: Site, area: Area, target: Target) -> dict[int, list[First]]:
    """The nodes of an area, each after every crossing that may lead to it; none from an outside area."""
    if area.id == target.area:
        nodes: dict[int, str | None] = {AT_TARGET: target.id}
    else:
        nodes = {
            index: node.left_by
            for index, node in enumerate(journey.nodes)
            if node.area == area.id and node.leg == "in" and index != AT_TARGET
        }
    if area.outside:
        return {index: [First()] for index in nodes}
    entering = [element.id for element in site.elements if area.id in element.between]
    firsts = {}
    for index, left_by in nodes.items():
        entered_by = [name for name in entering if name != left_by] or entering
        crossings = dict.fromkeys(journey.reader.crossing(area, name, left_by, "in") for name in entered_by)
        firsts[index] = [First(() if task is None else (task,)) for task in crossings]
    return firsts


def _without(graph: TaskGraph, journey: Journey, area: str, firsts: dict[int, list[First]]) -> Beginning:
    """The graph as it goes on: on the way in nothing leads back into the area that was left."""
    arcs = tuple(arc for arc in graph.arcs if arc.through is None or arc.task.leg == "out" or arc.through[2] != area)
    return Beginning(TaskGraph(nodes=journey.nodes, arcs=arcs, starts=tuple(firsts)), firsts)
