"""The graph of tasks: every path that a threat may take to a target, and out again where it must.

A *node* is a moment between two tasks: the intruder stands in an area, has crossed it and is about to leave (one
node per area and leg; one per area, leg and element to leave by where the crossing depends on the pair), or stands
at the target, or is done. An *arc* is what leads from one node to the next: a way through an element with the
crossing of the area that is entered, or a way at the target.

How the words of a site are read:

- A leg is a sequence of ways, each followed by the crossing of the area entered. The area in which a leg begins has
  no crossing task, neither the outside area nor, on the way out, the target's own.
- An area shows as a step where it has a crossing (or one for the pair); without one, crossing it costs nothing and
  is no step.
- On the way in a path may pass through further outside areas; the way out ends in the first outside area, at once.
  A target in an outside area needs no way out.
- A pair in `crossing_between` may end at the target's id; that is the crossing of the target's area to the target.
- Without a threat, the intruder has whatever a way needs.
- The detection of a way or crossing is its own p_detection, else 1 - prod(1 - sensed transmitted assessed) over the
  sensors that cover it. Sensors count as independent, common causes or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bartizan.assess.task import Leg, StepKind, Task
from bartizan.errors import InputError
from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Crossing, Element, Sensor, Way
from bartizan.site.site import Site

DONE = 0  # the node after the last task
_Place = tuple[StepKind, str, str | None, Leg]
AT_TARGET = 1  # the node before the target's way


@dataclass(frozen=True, slots=True)
class Node:
    """A moment between two tasks: in which area (None when done), on which leg, to leave by which element.

    `left_by` is None where the element makes no difference to the crossing.
    """

    area: str | None
    leg: Leg
    left_by: str | None = None


@dataclass(frozen=True, slots=True)
class Arc:
    """From one node to another by a task and, where an area is entered and has one, its crossing.

    `through` names what is passed and in which direction: (element id, area left, area entered), or None for a way
    at the target. Paths that differ in these differ in areas and elements.
    """

    tail: int
    head: int
    task: Task
    crossing: Task | None
    through: tuple[str, str, str] | None

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


def compile_graph(site: Site, *, threat: str | None, target: str) -> TaskGraph:
    """Every path of `threat` to `target` as a graph of tasks; see the module for how a site is read.

    Raises UnknownIdError for an id that the site lacks, InputError where detection is possible and nobody says when
    in the task, MissingPartError for a walk without a speed.
    """
    return GraphCompiler(site, threat=threat, target=target).graph()


def p_covered(sensors: Iterable[Sensor]) -> float:
    """The probability that at least one of the sensors notices, passes it on and is believed; independent."""
    missed = 1.0
    for sensor in sensors:
        missed *= 1.0 - sensor.p_sensed.value * sensor.p_transmitted.value * sensor.p_assessed.value
    return 1.0 - missed


class GraphCompiler:
    """Reads a site once for a threat and a target, leg by leg. Nodes are numbered as they are met."""

    def __init__(self, site: Site, *, threat: str | None, target: str) -> None:
        self._site = site
        self._threat = None if threat is None else site.threat(threat)
        self._target = site.target(target)
        self._areas = {area.id: area for area in site.areas}
        site.area(self._target.area)
        at_target = Node(self._target.area, "in", self._target.id)
        self._nodes: dict[Node, int] = {Node(None, "out"): DONE, at_target: AT_TARGET}
        self._arcs: list[Arc] = []
        self._tasks: dict[_Place, Task] = {}
        self._covered: dict[str, list[Sensor]] = {}
        for sensor in site.sensors:
            for place in sensor.covers:
                self._covered.setdefault(place, []).append(sensor)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes met so far; a node's place here is its number."""
        return tuple(self._nodes)

    def graph(self) -> TaskGraph:
        """The whole graph, beginning in the outside areas."""
        inside = not self._areas[self._target.area].outside
        away = self._target.objective == "remove" and inside
        after = self._node(Node(self._target.area, "out")) if away else DONE
        for way in self.usable(self._target.ways):
            task = self._way_task("target", self._target.id, way, "in", ())
            self._arcs.append(Arc(AT_TARGET, after, task, None, None))
        for leg in ("in", "out") if away else ("in",):
            for element, left, entered in self.passages(leg):
                self._pass(element, left, entered, leg)
        nodes = self.nodes
        self._arcs.sort(key=lambda arc: _by_ids(arc, nodes[arc.head]))
        starts = [
            index
            for node, index in self._nodes.items()
            if node.leg == "in" and node.area is not None and self._areas[node.area].outside
        ]
        return TaskGraph(nodes=nodes, arcs=tuple(self._arcs), starts=tuple(starts))

    def _node(self, node: Node) -> int:
        return self._nodes.setdefault(node, len(self._nodes))

    def usable(self, ways: Iterable[Way]) -> Iterator[Way]:
        """The ways for which the threat has what they need."""
        return (way for way in ways if self._threat is None or way.needs <= self._threat.has)

    def passages(self, leg: Leg) -> list[tuple[Element, str, str]]:
        """Element, area left and area entered, as far as the leg allows: it ends where it arrives."""
        both = [
            (element, left, entered)
            for element in self._site.elements
            for left, entered in (element.between, element.between[::-1])
            if left != entered and (element.direction == "both" or left == element.between[0])
        ]
        target = self._target.area
        if leg == "in":
            return [(element, left, entered) for element, left, entered in both if left != target]
        return [
            (element, left, entered)
            for element, left, entered in both
            if entered != target and not self._areas[left].outside
        ]

    def departures(self, area: str, leg: Leg) -> list[tuple[Node, str | None]]:
        """The nodes of an area on a leg, each with the element to leave by (None: any)."""
        by_pair = bool(self._areas[area].crossing_between) and not (leg == "out" and area == self._target.area)
        if not by_pair:
            return [(Node(area, leg), None)]
        leaving = [element.id for element, left, _ in self.passages(leg) if left == area]
        return [(Node(area, leg, name), name) for name in dict.fromkeys(leaving)]

    def _pass(self, element: Element, left: str, entered: str, leg: Leg) -> None:
        """The arcs of one element in one direction on one leg."""
        tails = [self._node(node) for node, by in self.departures(left, leg) if by in (None, element.id)]
        heads = list(self.arrivals(element, entered, leg))
        for way in self.usable(element.ways):
            task = self.way_task(element, way, leg)
            for tail in tails:
                for head, crossing in heads:
                    self._arcs.append(Arc(tail, head, task, crossing, (element.id, left, entered)))

    def arrivals(self, element: Element, entered: str, leg: Leg) -> Iterator[tuple[int, Task | None]]:
        """Where entering an area leads to, with its crossing."""
        area = self._areas[entered]
        if leg == "out" and area.outside:
            yield DONE, None
        elif leg == "in" and entered == self._target.area:
            yield AT_TARGET, self.crossing_task(area, element.id, self._target.id, leg)
        else:
            for node, by in self.departures(entered, leg):
                if by != element.id:
                    yield self._node(node), self.crossing_task(area, element.id, by, leg)

    def way_task(self, element: Element, way: Way, leg: Leg) -> Task:
        """The task of one way through an element."""
        return self._way_task("element", element.id, way, leg, self._sensors(element.id, way.id))

    def _sensors(self, element: str, way: str) -> list[Sensor]:
        """The sensors that cover a way, each once, however often it is named."""
        covering = self._covered.get(element, []) + self._covered.get(f"{element}/{way}", [])
        return list({sensor.id: sensor for sensor in covering}.values())

    def _way_task(self, kind: StepKind, name: str, way: Way, leg: Leg, sensors: Iterable[Sensor]) -> Task:
        key = (kind, name, way.id, leg)
        if key not in self._tasks:
            self._tasks[key] = _task(key, way.p_detection, way, way.delay, list(sensors))
        return self._tasks[key]

    def crossing_task(self, area: Area, entered_by: str, left_by: str | None, leg: Leg) -> Task | None:
        """The task of crossing an area from one element to another, or to the target; None where it is no step."""
        crossing = area.crossing_from(entered_by, left_by)
        if crossing is None:
            return None
        sensors = self._covered.get(area.id, [])
        own = crossing.p_detection if crossing.p_detection.value > 0.0 or not sensors else None
        delay = crossing.delay_for(None if self._threat is None else self._threat.speed)
        return _task(("area", area.id, None, leg), own, crossing, delay, sensors)


def _by_ids(arc: Arc, head: Node) -> tuple[str, ...]:
    """Element, way, areas, next element: the order in which ties are broken, step by step."""
    element, *areas = arc.through or (arc.task.id,)
    return (element, arc.task.way or "", *areas, head.left_by or "")


def _task(place: _Place, own: Probability | None, part: Way | Crossing, delay: Duration, sensors: list[Sensor]) -> Task:
    kind, name, way, leg = place
    p_detection = own.value if own is not None else p_covered(sensors)
    figures = [own] if own is not None else [sensor.p_sensed for sensor in sensors]
    if p_detection > 0.0 and part.detect_at is None:
        what = f"{kind} '{name}'" if way is None else f"{kind} '{name}', way '{way}'"
        raise InputError(f"{what} can be noticed and lacks detect_at. Give 'begin', 'middle' or 'end'")
    given = [*(figure.source for figure in figures), delay.source]
    sources = dict.fromkeys(source for source in given if source is not None)
    return Task(
        kind=kind,
        id=name,
        way=way,
        leg=leg,
        p_detection=p_detection,
        detect_at=part.detect_at,
        delay_mean=delay.mean,
        delay_sd=delay.sd,
        source="; ".join(sources) or None,
        delay=delay,
    )
