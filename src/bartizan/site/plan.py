"""The plan: the frame of all coordinates, the features of its file, and the shapes of things."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bartizan.errors import Fault, InputError
from bartizan.geometry import shapes
from bartizan.geometry.shapes import Frame, Place, Shape
from bartizan.site.entries import PlanEntry
from bartizan.site.faults import PathOf, fault
from bartizan.site.model import Plan

_LARGEST = 50_000


@dataclass
class Ground:
    """What shapes are made with: the frame of the plan, and the features of its file by id."""

    entry: PlanEntry | None
    frame: Frame | None
    features: dict[str, Shape] = field(default_factory=dict)
    drawings: list[tuple[str | None, str, Shape]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    # a plan that could not be read must not make every feature an unknown one
    read: bool = True

    def place(self, place: Place) -> tuple[float, float]:
        """x, y [m] of a place in the plan's frame. Raises InputError where it lies too far off."""
        return (float(place[0]), float(place[1])) if self.frame is None else self.frame.to_plan(place)

    def places(self, places: Sequence[Place]) -> list[tuple[float, float]]:
        """x, y [m] of places in the plan's frame. Raises InputError where one lies too far off."""
        return [self.place(place) for place in places]

    def plan(self, used: set[str]) -> Plan:
        """The plan with the drawings that belong to nothing in `used`."""
        drawings = tuple((kind, shape) for name, kind, shape in self.drawings if name not in used)
        if self.entry is None:
            return Plan()
        origin = None if self.frame is None else self.frame.origin
        return Plan(
            crs=self.entry.crs, file=self.entry.file, origin=origin, bearing=self.entry.bearing, drawings=drawings
        )


def ground(entry: PlanEntry | None, attachments: Mapping[str, Any]) -> Ground:
    """The ground of a site whose plan is `entry`; `attachments` holds the parsed GeoJSON under the file's name."""
    if entry is None:
        return Ground(None, None)
    frame = Frame((entry.origin[0], entry.origin[1]), entry.bearing) if entry.origin is not None else None
    found = Ground(entry, frame)
    if entry.file is not None:
        if entry.file in attachments:
            _read_features(found, attachments[entry.file], entry.file)
        else:
            found.read = False
            message = "the plan's file was not handed over with the document"
            found.faults.append(fault(("plan", "file"), entry.file, message, "Put the file into the site folder"))
    return found


def _read_features(found: Ground, collection: Any, file: str) -> None:
    features = collection.get("features") if isinstance(collection, Mapping) else None
    if not isinstance(features, list) or collection.get("type") != "FeatureCollection":
        found.read = False
        cure = 'Write { "type": "FeatureCollection", "features": [...] }'
        found.faults.append(fault((), None, "is not a GeoJSON FeatureCollection", cure, file))
        return
    for number, feature in enumerate(features[:_LARGEST]):
        _read_feature(found, feature, ("features", number), file)
    if len(features) > _LARGEST:
        message = f"has more than {_LARGEST} features"
        found.faults.append(fault(("features",), len(features), message, "Cut the plan to the site", file))


def _read_feature(found: Ground, feature: Any, path: PathOf, file: str) -> None:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        cure = 'Write { "type": "Feature", "id": ..., "geometry": {...}, "properties": {...} }'
        found.faults.append(fault(path, None, "is not a GeoJSON Feature", cure, file))
        return
    listed = feature.get("properties")
    properties = listed if isinstance(listed, Mapping) else {}
    in_properties = "id" not in feature
    name = properties.get("id") if in_properties else feature["id"]
    key = (*path, "properties", "id") if in_properties else (*path, "id")
    if name is not None and not isinstance(name, str | int):
        found.faults.append(fault(key, name, "is not an id", "Write text in quotes", file))
        return
    name = None if name is None else str(name)
    kind = properties.get("kind")
    try:
        shape = _shape(found, feature.get("geometry"))
    except InputError as error:
        cure = "Correct the feature, or take it out"
        found.faults.append(fault((*path, "geometry"), None, str(error), cure, file))
        shape = None
    if name is not None and name in found.features:
        found.faults.append(fault(key, name, "two features have one id", "Rename one of them", file))
    elif shape is not None:
        found.drawings.append((name, kind if isinstance(kind, str) else "drawing", shape))
    if name is not None and shape is not None:
        found.features.setdefault(name, shape)


def _shape(found: Ground, geometry: Any) -> Shape:
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if not isinstance(kind, str) or kind not in _MAKERS:
        raise InputError(f"a geometry is one of {', '.join(_MAKERS)}, not {kind!r}")
    depth, make = _MAKERS[kind]
    return make(_positions(found, geometry.get("coordinates"), depth))


def _positions(found: Ground, coordinates: Any, depth: int) -> Any:
    if not isinstance(coordinates, list):
        raise InputError(f"coordinates are lists of numbers, not {coordinates!r:.60}")
    if depth:
        return [_positions(found, inner, depth - 1) for inner in coordinates]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in coordinates)
    if len(coordinates) not in (2, 3) or not numbers:
        raise InputError(f"a position is two numbers (a third, the height, is not used), not {coordinates!r:.60}")
    try:
        return found.place([float(value) for value in coordinates[:2]])
    except OverflowError:
        raise InputError("a coordinate is too large to be a place") from None


def _polygon(rings: list[Any]) -> Shape:
    if not rings:
        raise InputError("a polygon needs a ring of corners")
    return shapes.polygon(rings[0], rings[1:])


_MAKERS: dict[str, tuple[int, Callable[[Any], Shape]]] = {
    "Point": (0, shapes.point),
    "LineString": (1, shapes.line),
    "Polygon": (2, _polygon),
}
