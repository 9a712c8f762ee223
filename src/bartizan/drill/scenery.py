"""What a camera sees of a site when nobody is there: ground, boxes that stand on it, lamps. From the plan alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.polygon import orient

from bartizan.site.model import Shape
from bartizan.site.site import Site

Floats = NDArray[np.float64]

# heights and thicknesses [m] that the plan does not tell, by kind; only for pictures, never for assessment
_BUILDINGS = {"building": 8.5, "house": 9.5, "gatehouse": 3.1, "guard-post": 3.0}
_BARRIERS = {  # kind: (thickness, lower edge, upper edge)
    "wall": (0.3, 0.0, 2.6),
    "fence": (0.1, 0.0, 2.2),
    "gate": (0.14, 0.0, 2.3),
    "door": (0.16, 0.0, 2.2),
    "window": (0.14, 1.0, 2.3),
}
_POST = (0.14, 4.6)  # lamp post: thickness, height
_BOLLARD = (0.22, 0.95)
_BOLLARD_GAP = 1.5
_GROUNDS = ("carriageway", "footway", "paving", "grass")


@dataclass(frozen=True, slots=True)
class Box:
    """A convex footprint [m], counter-clockwise, shape (n, 2), standing from `base` to `top` [m]."""

    kind: str
    footprint: Floats
    base: float
    top: float

    def outward(self) -> Floats:
        """Unit normals of the sides, shape (n, 2); side i runs from corner i to corner i + 1."""
        along = np.roll(self.footprint, -1, axis=0) - self.footprint
        return np.asarray(np.column_stack([along[:, 1], -along[:, 0]]) / np.hypot(*along.T)[:, None])

    def may_hide(self, eye: Floats, place: Floats) -> bool:
        """Whether the box can stand between an eye and something upright at a place, both (x, y).

        For a convex box: unless one of its sides has both the eye and the place before it.
        """
        normals = self.outward()
        before_eye = np.einsum("ij,ij->i", normals, eye - self.footprint) > 0.0
        before_place = np.einsum("ij,ij->i", normals, place - self.footprint) > 0.0
        return not bool(np.any(before_eye & before_place))


@dataclass(frozen=True, slots=True)
class Scenery:
    """Everything that stands still."""

    grounds: tuple[tuple[str, Polygon], ...]
    boxes: tuple[Box, ...]
    lamps: tuple[tuple[float, float], ...]


def scenery(site: Site) -> Scenery:
    """The ground, walls, doors, buildings and lamps of a site, from its plan and the shapes of its elements.

    Not modelled: roofs that are not flat, trees, furniture, shadows of the sun.
    """
    grounds: list[tuple[str, Polygon]] = []
    boxes: list[Box] = []
    lamps: list[tuple[float, float]] = []
    for kind, shape in site.plan.drawings:
        if kind in _GROUNDS and isinstance(shape, Polygon):
            grounds.append((kind, shape))
        elif kind in _BUILDINGS and isinstance(shape, Polygon):
            boxes.append(_building(kind, shape))
        elif kind == "lamp" and isinstance(shape, Point):
            lamps.append((shape.x, shape.y))
            boxes.append(_post("lamp", (shape.x, shape.y), *_POST))
        else:
            boxes.extend(_barrier(kind, shape))
    for element in site.elements:
        boxes.extend(_barrier(element.kind, element.shape))
    return Scenery(tuple(grounds), tuple(boxes), tuple(lamps))


def _building(kind: str, shape: Polygon) -> Box:
    # a hull keeps every footprint convex, which the occlusion test needs
    hull = shape.convex_hull
    ring = orient(hull if isinstance(hull, Polygon) else shape).exterior
    return Box(kind, np.asarray(ring.coords)[:-1], 0.0, _BUILDINGS[kind])


def _barrier(kind: str, shape: Shape | None) -> list[Box]:
    if not isinstance(shape, LineString):
        return []
    if kind == "bollards":
        count = max(2, round(shape.length / _BOLLARD_GAP) + 1)
        places = [shape.interpolate(share, normalized=True) for share in np.linspace(0.0, 1.0, count)]
        return [_post("bollard", (place.x, place.y), *_BOLLARD) for place in places]
    if kind not in _BARRIERS:
        return []
    thickness, base, top = _BARRIERS[kind]
    corners = np.asarray(shape.coords)
    return [_slab(kind, (start, stop), thickness, base, top) for start, stop in pairwise(corners)]


def _slab(kind: str, ends: tuple[Floats, Floats], thickness: float, base: float, top: float) -> Box:
    start, stop = ends
    along = (stop - start) / np.hypot(*(stop - start))
    aside = 0.5 * thickness * np.array([along[1], -along[0]])  # to the right of the way from start to stop
    return Box(kind, np.array([start + aside, stop + aside, stop - aside, start - aside]), base, top)


def _post(kind: str, at: tuple[float, float], thickness: float, top: float) -> Box:
    half = 0.5 * thickness
    x, y = at
    return Box(
        kind,
        np.array([[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]]),
        0.0,
        top,
    )
