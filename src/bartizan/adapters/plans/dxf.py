"""DXF drawings: lines, arcs and curves of the model space in metres, blocks taken apart, layers as kinds."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bartizan.adapters.plans.dxf_curves import KINDS, corners
from bartizan.adapters.plans.dxf_frame import Lie, lie_of
from bartizan.adapters.plans.placing import window_of
from bartizan.adapters.plans.source import opened, refusal
from bartizan.app.draft.drawing import Collector, Drawing, Placing, slug
from bartizan.errors import InputError, MissingExtraError
from bartizan.geometry import shapes
from bartizan.geometry.shapes import LIMIT, Frame, Shape

if TYPE_CHECKING:
    from ezdxf.document import Drawing as Document

MOST_BYTES = 64_000_000  # the library holds some twenty times as much in memory
# a floor plan of a large building has some ten thousand; blocks within blocks may be a bomb of billions
MOST_ENTITIES = 200_000
DEEPEST = 16
TOLERANCE = 0.01  # metres that a flattened curve may lie off the true one

_SAME_PLACE = 1e-9  # of the drawing's own size: ends that differ by less are one


def read_dxf(path: Path, placing: Placing) -> Drawing:
    """The drawing in the model space of a DXF file, in metres.

    Curves are flattened to `TOLERANCE`. Blocks are taken apart wherever they are inserted; what lies on a layer that
    is off or frozen, and text, pictures, hatches and dimensions, is left out and counted. A closed polyline is an
    area. Raises PlanError, and MissingExtraError where ezdxf is not installed.
    """
    document = _document(path)
    lie = lie_of(document, placing, str(path))
    making = _Making(document, lie, str(path))
    read: Counter[str] = Counter()
    for entity in document.modelspace():
        read[entity.dxftype()] += 1
        making.draw(entity, ())
    frame = Frame(lie.place, lie.bearing) if lie.place is not None and lie.bearing is not None else None
    return Drawing(
        form="DXF",
        file=path.name,
        features=tuple(making.collect.features),
        drops=tuple(making.collect.drops),
        read=dict(read),
        frame=frame,
        window=window_of(placing, None),
        notes=lie.notes,
    )


def _document(path: Path) -> Document:
    try:
        from ezdxf.filemanagement import readfile  # noqa: PLC0415 an extra
        from ezdxf.lldxf.const import DXFError  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError.of("a DXF drawing", "dxf") from error
    with opened(path, MOST_BYTES) as stream:
        # the bound on its size is kept while it is read; ezdxf then reads the file by itself
        while stream.read(1 << 20):
            pass
    try:
        return readfile(path)
    except (
        DXFError,
        OSError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
    ) as error:
        # of a damaged file the library raises what its parts happen to raise
        first = str(error).partition("\n")[0][:120]
        message = f"is not a DXF file that can be read ({first or type(error).__name__})"
        raise refusal(str(path), message, "Save it again as DXF, 2018 or older") from error


class _Making:
    """The making of features from the entities of one drawing."""

    def __init__(self, document: Document, lie: Lie, file: str) -> None:
        self._lie = lie
        self._file = file
        self._seen = 0
        self._hidden = {layer.dxf.name.lower() for layer in document.layers if layer.is_off() or layer.is_frozen()}
        self.collect = Collector()

    def draw(self, entity: Any, within: tuple[Any, ...]) -> None:
        """Draw one entity; `within` holds the insertions of blocks that it came by, the outermost first."""
        self._count()
        kind, layer = self._kind(entity, within)
        what = entity.dxftype()
        source = self._source(entity, within)
        if layer.lower() in self._hidden:
            self.collect.drop(kind, source, f"{what} lies on the layer {layer[:60]!r}, which is off or frozen")
        elif what == "INSERT":
            self._insert(entity, within, kind, source)
        elif what == "POINT":
            self._add(kind, entity, within, source, lambda: self._point(entity.dxf.location))
        elif what in KINDS:
            self._curve(kind, entity, within, source)
        else:
            self.collect.drop(kind, source, f"{what} is not drawn")

    def _count(self) -> None:
        """Count an entity or a copy of a block, so that no bomb goes off unseen."""
        self._seen += 1
        if self._seen > MOST_ENTITIES:
            message = f"holds more than {MOST_ENTITIES:,} entities once its blocks are taken apart"
            raise refusal(self._file, message, "Cut it to the site, or purge its blocks")

    def _kind(self, entity: Any, within: tuple[Any, ...]) -> tuple[str, str]:
        """The kind by the layer, and the layer: on layer 0 of a block a thing takes the layer of the insertion."""
        layers = [entity.dxf.get("layer", "0"), *(insert.dxf.get("layer", "0") for insert in reversed(within))]
        layer = next((name for name in layers if name != "0"), "0")
        return (slug(layer) or "layer") if layer != "0" else "layer-0", layer

    def _insert(self, insert: Any, within: tuple[Any, ...], kind: str, source: str) -> None:
        if len(within) >= DEEPEST:
            raise refusal(self._file, f"blocks lie within blocks more than {DEEPEST} deep", "Take its blocks apart")
        if insert.block() is None:
            self.collect.drop(kind, source, f"the block {str(insert.dxf.name)[:60]!r} is not in the file")
            return
        copies = insert.multi_insert() if insert.mcount > 1 else [insert]
        lost: list[str] = []
        for copy in copies:
            self._count()
            for part in _parts(copy, lost):
                self.draw(part, (*within, insert))
        for why in lost:
            self.collect.drop(kind, source, f"a part of its block cannot be placed: {why[:80]}", whole=False)
        for _ in insert.attribs:
            self.collect.drop(kind, f"ATTRIB of {source}", "ATTRIB is not drawn")

    def _curve(self, kind: str, entity: Any, within: tuple[Any, ...], source: str) -> None:
        try:
            places, closed = self._flattened(entity)
        except InputError as error:
            self.collect.drop(kind, source, str(error))
            return
        if closed and len(set(places)) > 2:
            try:
                shape: Shape = shapes.polygon(places)
            except InputError as error:
                # a closed polyline is a line first: what crosses itself encloses nothing and is still there
                self.collect.drop(kind, source, f"{error}; drawn as a line, not as an area", whole=False)
            else:
                self.collect.add(kind, self._label(entity, within), shape, source)
                return
        self._add(kind, entity, within, source, lambda: shapes.line(places))

    def _flattened(self, entity: Any) -> tuple[list[tuple[float, float]], bool]:
        """The corners [m] of a curve, and whether it closes."""
        points, closed = corners(entity, TOLERANCE / self._lie.metres)
        places = [self._place(x, y) for x, y in points]
        if len(places) < 2:
            raise InputError(f"{entity.dxftype()} has no length")
        size = max(max(abs(x), abs(y)) for x, y in places)
        meets = math.dist(places[0], places[-1]) <= _SAME_PLACE * size
        if meets:
            # the last corner of a circle comes out a rounding error beside the first, and would cross it
            places[-1] = places[0]
        return places, (closed or meets) and len(places) > 3

    def _point(self, location: Any) -> Shape:
        return shapes.point(self._place(location.x, location.y))

    def _place(self, x: float, y: float) -> tuple[float, float]:
        if not (math.isfinite(x) and math.isfinite(y)):
            raise InputError(f"a coordinate is not a number: {x}, {y}")
        place = self._lie.to_plan(x, y)
        if max(abs(place[0]), abs(place[1])) > LIMIT:
            raise InputError(f"lies {max(abs(place[0]), abs(place[1])) / 1000:.3g} km from the origin: not on a site")
        return place

    def _add(self, kind: str, entity: Any, within: tuple[Any, ...], source: str, make: Any) -> None:
        try:
            shape = make()
        except InputError as error:
            self.collect.drop(kind, source, str(error))
            return
        self.collect.add(kind, self._label(entity, within), shape, source)

    def _label(self, entity: Any, within: tuple[Any, ...]) -> str:
        """The handle of the entity; a part of a block has that of the outermost insertion, and a number."""
        if not within:
            return str(entity.dxf.get("handle") or self._seen)
        return f"{within[0].dxf.get('handle')}-{self._seen}"

    def _source(self, entity: Any, within: tuple[Any, ...]) -> str:
        if not within:
            return f"{entity.dxftype()} #{self._label(entity, within)}"
        block = str(within[-1].dxf.name)[:40]
        return f"{entity.dxftype()} {self._seen} of block {block!r} inserted by #{within[0].dxf.get('handle')}"


def _parts(insert: Any, lost: list[str]) -> Iterator[Any]:
    """The parts of a block where it is inserted; why one could not be placed is added to `lost`."""
    parts = iter(insert.virtual_entities(skipped_entity_callback=lambda _part, why: lost.append(str(why))))
    while True:
        try:
            with np.errstate(all="ignore"):
                part = next(parts, None)
        except (ValueError, TypeError, ArithmeticError, AttributeError, IndexError) as error:
            # of a damaged part the library raises what it happens to raise, and then ends
            lost.append(f"{error}, and the parts after it are not there")
            return
        if part is None:
            return
        yield part
