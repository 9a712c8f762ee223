"""Areas joined by elements, as a graph: who can pass where, and where one comes from outside."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bartizan.site.model import Element, Threat, Way
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True)
class Passage:
    """An element taken in one direction: from one area into another."""

    element: Element
    start: str
    end: str


def passages(site: Site) -> Iterator[Passage]:
    """Every element in each direction in which it can be passed, in the order of the file."""
    for element in site.elements:
        yield Passage(element, *element.between)
        if element.direction == "both":
            yield Passage(element, element.between[1], element.between[0])


def can_use(threat: Threat | None, way: Way) -> bool:
    """Whether a threat has what a way needs, and is enough persons; without a threat nothing is asked."""
    return threat is None or (way.needs <= threat.has and way.needs_count <= threat.count)


def usable_ways(threat: Threat | None, ways: Iterable[Way]) -> tuple[Way, ...]:
    """The ways that a threat can use."""
    return tuple(way for way in ways if can_use(threat, way))


def serves(element: Element, way: Way, start: str) -> bool:
    """Whether a way leads through its element from the side of the area `start`."""
    forward = start == element.between[0]
    return (forward or element.direction == "both") and way.direction in ("both", "forward" if forward else "backward")


def outside_areas(site: Site) -> tuple[str, ...]:
    """The ids of the areas in which an intruder may start."""
    return tuple(area.id for area in site.areas if area.outside)


def reachable(site: Site, starts: Iterable[str], threat: Threat | None = None) -> frozenset[str]:
    """The ids of the areas that a threat can come to from `starts`, these included."""
    onward: dict[str, list[str]] = {}
    for passage in passages(site):
        ways = usable_ways(threat, passage.element.ways)
        if any(serves(passage.element, way, passage.start) for way in ways):
            onward.setdefault(passage.start, []).append(passage.end)
    found = set(starts)
    todo = deque(found)
    while todo:
        for area in onward.get(todo.popleft(), ()):
            if area not in found:
                found.add(area)
                todo.append(area)
    return frozenset(found)
