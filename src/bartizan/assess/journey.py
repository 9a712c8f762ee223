"""The journeys that a site allows: its elements, areas and targets as the graph of tasks, leg by leg.

- A leg is a sequence of ways, each followed by the crossing of the area entered. The area in which a leg begins has
  no crossing task, neither the outside area nor, on a later leg, that of the target which was just acted on.
- On the way in a path may pass through further outside areas; the way out ends in the first outside area, at once.
  Who stands outside after the last target needs no way out.
- Without a threat, the intruder has whatever a way needs, and is as many as it needs.
- A way serves the sides that its own direction and its element's both allow.
- Several targets: all of them, in whatever order is worst, one leg each. A leg leads to one target and ends where
  that one's area is entered. What is done already is a set, so a graph has one copy of the site for each set and
  each next target: n 2^(n-1) legs on the way in, and where anything is to be removed one way out from each target.
- What was forced (ways with `opens`) closes again, or under "stays-open" stays open: then a later leg passes that
  element without delay and without detection, in every direction that the element allows. A way may still be used
  as on the first leg.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from bartizan.assess.reading import Reader
from bartizan.assess.task import Forced, Leg, Task
from bartizan.assess.taskgraph import AT_TARGET, DONE, Arc, Node, TaskGraph, starts_of
from bartizan.errors import InputError
from bartizan.site.graph import can_use, serves
from bartizan.site.model import Area, Element, Target, Threat, Way
from bartizan.site.site import Site

MOST_TARGETS = 8  # all of eight are 1024 legs; beyond, the order alone has more cases than anybody reads
MOST_ARCS = 2_000_000  # some 2 GB


@dataclass(frozen=True, slots=True)
class Stage:
    """One leg: `done` are the targets acted on before it, `to` the next one; the way out begins at `last`.

    `begins` are the areas in which it may begin after another leg.
    """

    number: int
    done: frozenset[str]
    begins: frozenset[str]
    to: Target | None = None
    last: Target | None = None

    @property
    def leg(self) -> Leg:
        """Whether it leads to a target or out."""
        return "out" if self.to is None else "in"


class Journey:
    """Reads a site once for a threat and its targets. Nodes are numbered as they are met."""

    def __init__(self, site: Site, *, threat: str | None, targets: tuple[str, ...], forced: Forced = "closes") -> None:
        self._site = site
        self._threat: Threat | None = None if threat is None else site.threat(threat)
        self._targets = tuple(site.target(name) for name in targets)
        self._areas = {area.id: area for area in site.areas}
        self._outside = frozenset(area.id for area in site.areas if area.outside)
        self._keeps = forced == "stays-open"
        self._require_sense(targets)
        self.reader = Reader(site, self._threat)
        self._leaving: dict[str, list[tuple[Element, str]]] = {area.id: [] for area in site.areas}
        for element in site.elements:
            for left, entered in (element.between, element.between[::-1]):
                if left != entered and (element.direction == "both" or left == element.between[0]):
                    self._leaving[left].append((element, entered))
        self._stages = self._legs()
        done, at_target = Node(None, "out", None, len(self._stages)), self._before(self._stages[0], self._targets[0])
        self._nodes: dict[Node, int] = {done: DONE, at_target: AT_TARGET}
        self._passing: dict[tuple[str, int], list[tuple[int, str | None]]] = {}
        self._arcs: list[Arc] = []

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The nodes met so far; a node's place here is its number."""
        return tuple(self._nodes)

    def graph(self) -> TaskGraph:
        """The whole graph, beginning in the outside areas."""
        for stage in self._stages:
            self._act(stage)
            for area in self._areas.values():
                for element, entered in self._leaving[area.id]:
                    self._pass(stage, element, area.id, entered)
            if len(self._arcs) > MOST_ARCS:
                names = ", ".join(f"'{target.id}'" for target in self._targets)
                raise InputError(
                    f"all of {names} make more than {MOST_ARCS:,} ways to go on. Ask for fewer targets at once"
                )
        nodes = self.nodes
        self._arcs.sort(key=lambda arc: (*_by_ids(arc, nodes[arc.head]), nodes[arc.tail].stage, nodes[arc.head].stage))
        first = frozenset(stage.number for stage in self._stages if not stage.done)
        return TaskGraph(nodes=nodes, arcs=tuple(self._arcs), starts=starts_of(nodes, self._outside, first))

    def _require_sense(self, targets: tuple[str, ...]) -> None:
        for target in self._targets:
            self._site.area(target.area)
        if not targets or len(set(targets)) < len(targets):
            raise InputError(f"the targets are {', '.join(targets) or 'none'}. Name one or more, each once")
        if len(targets) > MOST_TARGETS:
            raise InputError(
                f"all of {len(targets)} targets were asked for. Ask for at most {MOST_TARGETS} at once, for every "
                "order is looked at"
            )

    def _legs(self) -> list[Stage]:
        """The legs in an order in which no path goes back."""
        stages: list[Stage] = []
        by_id = {target.id: target for target in self._targets}
        for size in range(len(by_id)):
            for done in combinations(by_id, size):
                for name, target in by_id.items():
                    if name not in done:
                        begins = frozenset(by_id[one].area for one in done)
                        stages.append(Stage(len(stages), frozenset(done), begins, target))
        if any(target.objective == "remove" for target in self._targets):
            for last in self._targets:
                if last.area not in self._outside:
                    stages.append(Stage(len(stages), frozenset(by_id), frozenset({last.area}), last=last))
        return stages

    @property
    def first(self) -> Stage:
        """The first leg to the first target."""
        return self._stages[0]

    def ways(self, element: Element, left: str) -> list[Way]:
        """The ways of an element that the threat can use from the side of an area."""
        return [way for way in element.ways if can_use(self._threat, way) and serves(element, way, left)]

    def passages(self) -> list[tuple[Element, str, str]]:
        """Element, area left and area entered on the first leg, which ends where it arrives."""
        return [
            (element, left, entered)
            for left, leaving in self._leaving.items()
            for element, entered in leaving
            if left != self._targets[0].area
        ]

    def arrivals(self, stage: Stage, element: Element, entered: str) -> Iterator[tuple[int, Task | None]]:
        """Where entering an area leads to on a leg, with its crossing."""
        area = self._areas[entered]
        if stage.to is None and area.outside:
            yield DONE, None
        elif stage.to is not None and entered == stage.to.area:
            crossing = self.reader.crossing(area, element.id, stage.to.id, stage.leg)
            yield self._node(self._before(stage, stage.to)), crossing
        else:
            for node, by in self._departures(area, stage):
                if by != element.id:
                    yield node, self.reader.crossing(area, element.id, by, stage.leg)

    def _before(self, stage: Stage, target: Target) -> Node:
        return Node(target.area, "in", target.id, stage.number, "before")

    def _node(self, node: Node) -> int:
        return self._nodes.setdefault(node, len(self._nodes))

    def _departures(self, area: Area, stage: Stage) -> list[tuple[int, str | None]]:
        """The nodes of an area that is passed on a leg, each with the element to leave by (None: any)."""
        key = (area.id, stage.number)
        if key not in self._passing:
            by: list[str | None] = [None]
            if area.crossing_between:
                by = list(dict.fromkeys(element.id for element, _ in self._leaving[area.id]))
            self._passing[key] = [(self._node(Node(area.id, stage.leg, name, stage.number)), name) for name in by]
        return self._passing[key]

    def _tails(self, stage: Stage, element: Element, left: str) -> Iterator[int]:
        """The nodes from which an element may be taken: those of who passes the area, and of who begins there."""
        begins = left in stage.begins
        if begins:
            yield self._node(Node(left, stage.leg, None, stage.number, "after"))
        if not begins or stage.last is None:
            for node, by in self._departures(self._areas[left], stage):
                if by in (None, element.id):
                    yield node

    def _pass(self, stage: Stage, element: Element, left: str, entered: str) -> None:
        """The arcs of one element in one direction on one leg."""
        if stage.to is not None and left == stage.to.area:
            return
        if stage.last is not None and (entered == stage.last.area or left in self._outside):
            return
        gone: list[tuple[Task, str | None, str | None]] = [
            (self.reader.way(element, way, stage.leg), element.id if self._stays_open(stage, way) else None, None)
            for way in self.ways(element, left)
        ]
        if stage.done and self._keeps and any(way.opens and can_use(self._threat, way) for way in element.ways):
            gone.append((self.reader.left_open(element, stage.leg), None, element.id))
        if not gone:
            return
        through = (element.id, left, entered)
        heads = list(self.arrivals(stage, element, entered))
        for tail in self._tails(stage, element, left):
            for task, opens, needs_open in gone:
                for head, crossing in heads:
                    self._arcs.append(Arc(tail, head, task, crossing, through, opens, needs_open))

    def _stays_open(self, stage: Stage, way: Way) -> bool:
        """Whether it matters later that somebody went this way."""
        more = len(self._targets) - len(stage.done) > 1 or self._stages[-1].to is None
        return self._keeps and way.opens and stage.to is not None and more

    def _act(self, stage: Stage) -> None:
        """The arcs of the ways at the target to which a leg leads, each to every leg that may follow."""
        target = stage.to
        if target is None:
            return
        tail = self._node(self._before(stage, target))
        for way in target.ways:
            if can_use(self._threat, way):
                task = self.reader.act(target, way)
                for head in self._after(stage, target):
                    self._arcs.append(Arc(tail, head, task, None, None))

    def _after(self, stage: Stage, target: Target) -> Iterator[int]:
        """The nodes at which the legs after a target begin; the end where nothing is left to do."""
        done = stage.done | {target.id}
        follow = [after for after in self._stages if after.done == done and after.last in (None, target)]
        for after in follow:
            if after.to is not None and after.to.area == target.area:
                yield self._node(self._before(after, after.to))
            else:
                yield self._node(Node(target.area, after.leg, None, after.number, "after"))
        if not follow:
            yield DONE


def compile_graph(site: Site, *, threat: str | None, targets: tuple[str, ...], forced: Forced = "closes") -> TaskGraph:
    """Every path of `threat` to all `targets` as a graph of tasks; see the module for how a site is read.

    Raises UnknownIdError for an id that the site lacks, InputError where detection is possible and nobody says when
    in the task or too many targets are asked for, MissingPartError for a walk without a speed.
    """
    return Journey(site, threat=threat, targets=targets, forced=forced).graph()


def _by_ids(arc: Arc, head: Node) -> tuple[str, ...]:
    """Element, way, areas, next element: the order in which ties are broken, step by step."""
    element, *areas = arc.through or (arc.task.id,)
    return (element, arc.task.way or "", *areas, head.left_by or "")
