"""Between which two pieces of ground does a thing on the plan stand: a door between rooms, a gate in a fence."""

from __future__ import annotations

from collections.abc import Mapping

from shapely import STRtree
from shapely.geometry import Polygon

from bartizan.geometry.shapes import Shape

# plans draw a door as a gap, a leaf or a box as thick as its wall: this far [m] it still belongs to the edge
EDGE = 0.5


class Grounds:
    """Pieces of ground [m] by name, asked for the two sides of what stands on their edges.

    Pieces may lie within one another: of a room in a house, the room is the inner piece. `edge` [m] is how far from
    an edge a thing may be drawn and still stand on it. Not modelled: storeys, and ground that no piece covers, which
    is one place with the name None.
    """

    def __init__(self, pieces: Mapping[str, Polygon], edge: float = EDGE) -> None:
        self._names = list(pieces)
        self._pieces = dict(pieces)
        self._edge = edge
        self._tree = STRtree(list(pieces.values()))

    def sides(self, shape: Shape) -> tuple[str | None, str | None] | None:
        """The two sides of a thing, the outer first; None of a side is ground that no piece covers.

        Returns None where the thing stands on no edge, or on the edges of three or more pieces of which none lies
        in another: then nobody but a person can say what it parts.
        """
        near = [self._names[index] for index in self._tree.query(shape, predicate="dwithin", distance=self._edge)]
        touched = [name for name in near if self._on_edge(shape, name)]
        inner = [name for name in touched if not any(self._within(other, name) for other in touched if other != name)]
        if len(inner) == 2:
            return inner[0], inner[1]
        if len(inner) != 1:
            return None
        around = [name for name in near if name not in touched and self._within(inner[0], name)]
        # the smallest piece around both: every larger one begins further out
        outer = min(around, key=lambda name: self._pieces[name].area, default=None)
        return outer, inner[0]

    def _on_edge(self, shape: Shape, name: str) -> bool:
        edge = self._pieces[name].boundary
        if not edge.dwithin(shape, self._edge):
            return False
        whole = shape.area or shape.length
        if whole == 0.0:
            return True
        # a fence that only ends at a house parts nothing of it
        along = shape.intersection(edge.buffer(self._edge))
        return bool((along.area if shape.area else along.length) >= whole / 2.0)

    def _within(self, inner: str, outer: str) -> bool:
        """Whether one piece lies in another, by the ground they share: drawn edges never agree to the millimetre."""
        small, large = self._pieces[inner], self._pieces[outer]
        return small.area < large.area and small.intersection(large).area > small.area / 2.0
