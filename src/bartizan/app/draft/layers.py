"""What of a drawing may be layers: areas and the elements between them, proposed without a single figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from shapely import LineString, Polygon

from bartizan.app.draft.drawing import Feature
from bartizan.geometry.sides import Grounds

OUTSIDE = "outside"

# the words of a kind that make it an element, and the kind that a site then gives it
ELEMENT_WORDS = {
    "entrance": "door",
    "door": "door",
    "window": "window",
    "glaz": "window",
    "gate": "gate",
    "turnstile": "gate",
    "fence": "fence",
    "hedge": "fence",
    "wall": "wall",
}
# rows of stones and kerbs stop vehicles, not people on foot
NOT_ELEMENTS = ("bollard", "kerb", "block", "rock", "collision", "cycle", "debris", "jersey", "log", "height")
AREA_WORDS = (
    "building",
    "room",
    "outline",
    "stair",
    "elevator",
    "lift",
    "corridor",
    "hall",
    "area",
    "inaccessible",
    "space",
    "unit",
    "yard",
)
ENCLOSING = ("fence", "wall")


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaDraft:
    """An area that the drawing suggests; `feature` None: its ground is what smaller areas in it leave over."""

    id: str
    name: str | None
    feature: str | None
    outside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementDraft:
    """An element that the drawing suggests, between two areas."""

    id: str
    kind: str
    name: str | None
    between: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The areas and elements that a drawing suggests; `left` counts by kind what parts no two areas of the drawing."""

    areas: tuple[AreaDraft, ...] = ()
    elements: tuple[ElementDraft, ...] = ()
    left: tuple[tuple[str, int], ...] = field(default=())


def element_kind(kind: str) -> str | None:
    """The kind of element that a kind of drawing is, by its words; None where it is none."""
    words = kind.lower()
    if any(word in words for word in NOT_ELEMENTS):
        return None
    return next((found for word, found in ELEMENT_WORDS.items() if word in words), None)


def propose(features: Sequence[Feature]) -> Layers:
    """The areas and elements that a drawing suggests.

    An area is a building, a room, or the ground inside a fence or wall that closes. An element is a door, window,
    gate, fence or wall that stands on the edge of one or two of them. Only areas with an element are proposed. What
    parts no two areas, or touches three, is left a drawing and counted. Nobody is asked how likely or how long: no
    figure is made.
    """
    pieces = {feature.id: ground for feature in features if (ground := _ground(feature)) is not None}
    grounds = Grounds(pieces)
    elements: list[ElementDraft] = []
    left: Counter[str] = Counter()
    for feature in features:
        kind = element_kind(feature.kind)
        if kind is None:
            continue
        sides = (None, feature.id) if feature.id in pieces else grounds.sides(feature.shape)
        if sides is None:
            left[feature.kind] += 1
            continue
        elements.append(
            ElementDraft(id=feature.id, kind=kind, name=feature.name, between=(_area_id(sides[0]), _area_id(sides[1])))
        )
    if not elements:
        return Layers(left=tuple(sorted(left.items())))
    used = {area for element in elements for area in element.between}
    return Layers(
        areas=tuple(_areas(features, pieces, used)), elements=tuple(elements), left=tuple(sorted(left.items()))
    )


def _ground(feature: Feature) -> Polygon | None:
    if element_kind(feature.kind) in ENCLOSING:
        # a fence that closes encloses ground; a wall drawn as thick as it is does not
        if isinstance(feature.shape, LineString) and feature.shape.is_ring:
            return Polygon(feature.shape)
        return None
    if not isinstance(feature.shape, Polygon) or element_kind(feature.kind) is not None:
        return None
    return feature.shape if any(word in feature.kind for word in AREA_WORDS) else None


def _area_id(piece: str | None) -> str:
    return OUTSIDE if piece is None else f"in-{piece}"


def _areas(features: Sequence[Feature], pieces: dict[str, Polygon], used: set[str]) -> list[AreaDraft]:
    areas = [AreaDraft(id=OUTSIDE, name="Outside", feature=None, outside=True)]
    drawn = [piece for piece in pieces if _area_id(piece) in used]
    for feature in features:
        if feature.id not in drawn:
            continue
        ground = pieces[feature.id]
        around = any(
            other != feature.id
            and pieces[other].area < ground.area
            and pieces[other].intersection(ground).area > pieces[other].area / 2.0
            for other in drawn
        )
        # a fence is a line: its own feature is the element's place, and the ground inside has none in the file
        own = not around and isinstance(feature.shape, Polygon)
        areas.append(AreaDraft(id=_area_id(feature.id), name=feature.name, feature=feature.id if own else None))
    return areas
