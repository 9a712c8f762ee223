"""OpenStreetMap extracts: buildings, barriers, entrances, rooms and paths in metres."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from shapely import Polygon

from bartizan.adapters.plans.osm_file import OsmFile, Thing, read_osm_file
from bartizan.adapters.plans.placing import frame_of, window_of
from bartizan.adapters.plans.rings import joined
from bartizan.adapters.plans.source import refusal
from bartizan.adapters.plans.tags import is_area, kind_of
from bartizan.app.draft.drawing import Collector, Drawing, Placing
from bartizan.errors import InputError
from bartizan.geometry import shapes
from bartizan.geometry.shapes import Frame, Shape

_MULTIPOLYGON = "multipolygon"


def read_osm(path: Path, placing: Placing) -> Drawing:
    """The drawing in an OpenStreetMap extract, in metres about an origin, x east and y north unless turned.

    Features are what `tags.kind_of` knows. A way that names absent nodes is drawn in the pieces that are there; a
    building whose ring does not close or crosses itself is left out; each is told. Raises PlanError.
    """
    if placing.unit is not None:
        raise refusal(str(path), "is in degrees, and has no other unit", "Leave --unit away")
    found = read_osm_file(path)
    middle = found.middle()
    if middle is None:
        raise refusal(str(path), "holds no node with a place", "Give an extract with nodes, ways and relations")
    frame = frame_of(placing, middle, str(path))
    making = _Making(found, frame)
    for source, reason in found.faults:
        making.collect.drop(source.partition(" ")[0], source, reason)
    for thing in found.things:
        making.draw(thing)
    return Drawing(
        form="OpenStreetMap",
        file=path.name,
        features=tuple(making.collect.features),
        drops=tuple(making.collect.drops),
        read=found.counts,
        frame=frame,
        window=window_of(placing, frame),
        notes=("map data (c) OpenStreetMap contributors, Open Database Licence 1.0: say so where you show it",),
    )


class _Making:
    """The making of features from the things of one file."""

    def __init__(self, found: OsmFile, frame: Frame) -> None:
        self._found = found
        self._frame = frame
        self._ways = {thing.id: thing for thing in found.things if thing.kind == "way"}
        self.collect = Collector()

    def draw(self, thing: Thing) -> None:
        """Draw one thing, if it is anything that a plan shows."""
        if thing.kind == "relation" and thing.tags.get("type") != _MULTIPOLYGON:
            return
        kind = kind_of(thing.tags, node=thing.kind == "node")
        if kind is None:
            return
        if thing.kind == "node":
            place = self._found.place(thing.id)
            if place is not None:
                self._add(kind, thing, lambda: shapes.point(self._frame.to_plan(place)))
        elif thing.kind == "way":
            self._way(kind, thing)
        else:
            self._relation(kind, thing)

    def _way(self, kind: str, thing: Thing) -> None:
        closed = len(thing.nodes) > 3 and thing.nodes[0] == thing.nodes[-1]
        missing = sum(not self._found.has(node) for node in thing.nodes)
        if is_area(kind, thing.tags, closed=closed):
            if missing:
                self.collect.drop(kind, thing.source, f"{_nodes(missing)} absent from the file, so its ring has a gap")
            elif not closed:
                self.collect.drop(kind, thing.source, "its ring is not closed: the first and last node differ")
            else:
                self._add(kind, thing, lambda: shapes.polygon(self._places(thing.nodes)))
            return
        runs = list(self._runs(thing.nodes))
        if not runs:
            self.collect.drop(
                kind, thing.source, f"{_nodes(missing)} absent from the file, and no two that follow are there"
            )
            return
        if missing:
            pieces = f"{len(runs)} piece{'s' if len(runs) > 1 else ''}"
            reason = f"{_nodes(missing)} absent from the file: drawn in {pieces} without them"
            self.collect.drop(kind, thing.source, reason, whole=False)
        for run in runs:
            self._add(kind, thing, lambda run=run: shapes.line(self._places(run)))  # type: ignore[misc]

    def _relation(self, kind: str, thing: Thing) -> None:
        outer: list[list[int]] = []
        inner: list[list[int]] = []
        absent = {"outer": 0, "inner": 0}
        for what, name, role in thing.members:
            if what != "way":
                continue
            # an empty role is the outer ring's by custom
            side = "inner" if role == "inner" else "outer"
            way = self._ways.get(name)
            if way is None or not all(self._found.has(node) for node in way.nodes):
                absent[side] += 1
            else:
                (inner if side == "inner" else outer).append(way.nodes)
        rings, open_lines = joined(outer)
        holes, open_holes = joined(inner)
        if absent["outer"] or open_lines or not rings:
            gone = f"{absent['outer']} of its outer ways absent from the file" if absent["outer"] else "its outer ring"
            self.collect.drop(kind, thing.source, f"{gone}{'' if absent['outer'] else ' is not closed'}")
            return
        if absent["inner"] or open_holes:
            count = absent["inner"] + len(open_holes)
            reason = f"{count} of its holes left out: the ways are absent from the file or do not close"
            self.collect.drop(kind, thing.source, reason, whole=False)
        inside = [self._places(hole) for hole in holes]
        for ring in rings:
            self._add(kind, thing, lambda ring=ring: self._with_holes(self._places(ring), inside))  # type: ignore[misc]

    def _with_holes(self, ring: Sequence[Any], holes: Sequence[Sequence[Any]]) -> Polygon:
        whole = shapes.polygon(ring)
        return shapes.polygon(ring, [hole for hole in holes if whole.covers(shapes.polygon(hole))])

    def _add(self, kind: str, thing: Thing, make: Callable[[], Shape]) -> None:
        try:
            shape = make()
        except InputError as error:
            self.collect.drop(kind, thing.source, str(error))
            return
        self.collect.add(kind, thing.label, shape, thing.source, thing.tags.get("name"))

    def _places(self, nodes: Sequence[int]) -> list[tuple[float, float]]:
        return [self._frame.to_plan(place) for node in nodes if (place := self._found.place(node)) is not None]

    def _runs(self, nodes: Sequence[int]) -> Iterator[list[int]]:
        """The stretches of two nodes or more that are all there."""
        run: list[int] = []
        for node in [*nodes, None]:
            if node is not None and self._found.has(node):
                run.append(node)
                continue
            if len(run) > 1:
                yield run
            run = []


def _nodes(count: int) -> str:
    return f"{count} of its nodes {'is' if count == 1 else 'are'}"
