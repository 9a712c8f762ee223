"""GeoJSON plans (RFC 7946): in degrees, or in lengths where a person says so; indoor maps by their `type`."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bartizan.adapters.plans.placing import frame_of, window_of
from bartizan.adapters.plans.source import opened, refusal
from bartizan.adapters.plans.tags import kind_of
from bartizan.app.draft.drawing import UNITS, Collector, Drawing, Placing, slug
from bartizan.errors import InputError
from bartizan.geometry import shapes
from bartizan.geometry.shapes import REACH, Frame, Shape

MOST_BYTES = 64_000_000
MOST_FEATURES = 200_000
_DRAWING = "drawing"
# the keys by which the usual makers of plans say what a feature is: ours, WRLD, IMDF, and others
_KIND_KEYS = ("kind", "type", "feature_type", "category", "class")
# names of the one frame of RFC 7946 in the older form of GeoJSON
_DEGREES = ("CRS84", "EPSG::4326", "EPSG:4326", "WGS84")

Position = tuple[float, float]


def read_geojson(path: Path, placing: Placing) -> Drawing:
    """The drawing in a GeoJSON file, in metres.

    In degrees unless `placing.unit` says in which lengths it is. A feature's kind is its property `kind`, `type`,
    `feature_type`, `category` or `class`, else what its OpenStreetMap tags say, else "drawing". Raises PlanError
    where it is no GeoJSON, or its coordinates are neither degrees nor of a unit that is given.
    """
    file = str(path)
    features = _features(path, file, placing)
    lengths = placing.unit is not None
    frame = None if lengths else frame_of(placing, _middle(features, file), file)
    if lengths and placing.origin is not None:
        raise refusal(file, "is in lengths, and its place on earth is not used", "Leave --origin away")
    making = _Making(
        frame, UNITS[placing.unit] if placing.unit is not None else 1.0, placing.bearing if lengths else None
    )
    for number, feature in enumerate(features, 1):
        making.draw(number, feature)
    return Drawing(
        form="GeoJSON",
        file=path.name,
        features=tuple(making.collect.features),
        drops=tuple(making.collect.drops),
        read=dict(Counter(feature=len(features))),
        frame=frame,
        window=window_of(placing, frame),
    )


def _features(path: Path, file: str, placing: Placing) -> list[Any]:
    cure = "Save the plan as a GeoJSON FeatureCollection"
    with opened(path, MOST_BYTES) as stream:
        raw = stream.read()
    try:
        whole = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refusal(file, "is not text in UTF-8", cure, line=line) from error
    except json.JSONDecodeError as error:
        raise refusal(file, f"is not JSON ({error.msg})", cure, line=error.lineno) from error
    except RecursionError:
        raise refusal(file, "is nested too deeply", cure) from None
    except ValueError as error:
        raise refusal(file, f"is not JSON ({error})", cure) from error
    if isinstance(whole, Mapping) and whole.get("type") == "Feature":
        whole = {"type": "FeatureCollection", "features": [whole]}
    listed = whole.get("features") if isinstance(whole, Mapping) else None
    if not isinstance(listed, list) or whole.get("type") != "FeatureCollection":
        raise refusal(file, "is JSON, and no GeoJSON FeatureCollection", cure)
    if len(listed) > MOST_FEATURES:
        raise refusal(file, f"holds more than {MOST_FEATURES:,} features", "Cut the plan to the site")
    _refuse_other_frame(whole.get("crs"), file, placing)
    return listed


def _refuse_constant(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number of JSON")


def _refuse_other_frame(crs: Any, file: str, placing: Placing) -> None:
    """The older form of GeoJSON may name another frame than degrees; coordinates in it would be misread."""
    properties = crs.get("properties") if isinstance(crs, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    if name is None or placing.unit is not None or any(known in str(name) for known in _DEGREES):
        return
    message = "its coordinates are in another frame than degrees of WGS84"
    cure = "Save it in WGS84 (EPSG:4326), or give --unit m where they are metres on a flat plan"
    raise refusal(file, message, cure, key="crs", value=str(name))


def _middle(features: Sequence[Any], file: str) -> Position:
    """The median of all positions. Raises PlanError where they are no degrees, or further apart than a plan is flat."""
    places = [place for feature in features for place in _loose_positions(feature)]
    if not places:
        raise refusal(file, "holds no coordinates", "Give a plan with features that have a geometry")
    off = next((place for place in places if abs(place[0]) > 180.0 or abs(place[1]) > 90.0), None)
    if off is not None:
        message = f"{list(off)} is no longitude and latitude"
        cure = "Longitude comes first; where the file is in lengths say which: --unit m"
        raise refusal(file, message, cure)
    middle = len(places) // 2
    here = sorted(place[0] for place in places)[middle], sorted(place[1] for place in places)[middle]
    # more than half of the plan out of reach: metres or feet read as degrees, most likely
    reach = math.degrees(REACH / 6_371_000.0)
    far = sum(abs(place[1] - here[1]) > reach for place in places)
    if far > len(places) / 2:
        message = "spans more than 20 km when read in degrees"
        raise refusal(file, message, "Where the file is in lengths say which: --unit m")
    return here


def _loose_positions(part: Any) -> Iterator[Position]:
    """Every pair of numbers in the coordinates of a feature, wherever it stands; what is odd is told when drawn."""
    geometry = part.get("geometry") if isinstance(part, Mapping) else None
    todo = [geometry.get("coordinates")] if isinstance(geometry, Mapping) else []
    while todo:
        here = todo.pop()
        if not isinstance(here, list):
            continue
        if len(here) >= 2 and all(_is_number(value) for value in here[:2]):
            yield float(here[0]), float(here[1])
        else:
            todo += here


def _is_number(value: Any) -> bool:
    # a whole number of JSON may be too large for a float
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


class _Making:
    """The making of features: degrees by a frame, lengths by their unit and a turn."""

    def __init__(self, frame: Frame | None, metres: float, bearing: float | None) -> None:
        self._frame = frame
        self._metres = metres
        self._turn = math.radians(bearing or 0.0)
        self.collect = Collector()

    def draw(self, number: int, feature: Any) -> None:
        """Draw one feature, or say why not."""
        source = f"feature number {number}"
        if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
            self.collect.drop(_DRAWING, source, "is not a GeoJSON Feature")
            return
        listed = feature.get("properties")
        properties = listed if isinstance(listed, Mapping) else {}
        name = next(
            (
                value
                for value in (feature.get("id"), *(properties.get(k) for k in ("id", "@id")))
                if isinstance(value, str | int)
            ),
            None,
        )
        label = str(name) if name is not None else str(number)
        source = f"feature {label[:60]}" if name is not None else f"feature number {number}"
        geometry = feature.get("geometry")
        kind = _kind(properties, geometry)
        if not isinstance(geometry, Mapping):
            self.collect.drop(kind, source, "has no geometry")
            return
        text = properties.get("name")
        for what, coordinates in _single(geometry):
            try:
                shape = self._shape(what, coordinates)
            except InputError as error:
                self.collect.drop(kind, source, str(error), whole=what == geometry.get("type"))
            else:
                self.collect.add(kind, label, shape, source, text if isinstance(text, str) else None)

    def _shape(self, what: Any, coordinates: Any) -> Shape:
        makers: dict[Any, Callable[[], Shape]] = {
            "Point": lambda: shapes.point(self._place(coordinates)),
            "LineString": lambda: shapes.line(self._places(coordinates)),
            "Polygon": lambda: self._polygon(coordinates),
        }
        if not isinstance(what, str) or what not in makers:
            raise InputError(f"a geometry of type {str(what)[:40]!r} is not drawn")
        return makers[what]()

    def _polygon(self, rings: Any) -> Shape:
        if not isinstance(rings, list) or not rings:
            raise InputError("a polygon needs a ring of corners")
        places = [self._places(ring) for ring in rings]
        if any(ring and ring[0] != ring[-1] for ring in places):
            raise InputError("its ring is not closed: the first and last position differ")
        return shapes.polygon(places[0], places[1:])

    def _places(self, positions: Any) -> list[Position]:
        if not isinstance(positions, list):
            raise InputError(f"coordinates are lists of numbers, not {positions!r:.60}")
        return [self._place(position) for position in positions]

    def _place(self, position: Any) -> Position:
        if not isinstance(position, list) or len(position) < 2 or not all(_is_number(value) for value in position[:2]):
            raise InputError(f"a position is two numbers, not {position!r:.60}")
        x, y = float(position[0]), float(position[1])
        if self._frame is not None:
            return self._frame.to_plan((x, y))
        x, y = x * self._metres, y * self._metres
        cos, sin = math.cos(self._turn), math.sin(self._turn)
        return x * cos - y * sin, x * sin + y * cos


def _kind(properties: Mapping[str, Any], geometry: Any) -> str:
    for key in _KIND_KEYS:
        value = properties.get(key)
        if isinstance(value, str) and slug(value):
            return slug(value)
    tags = {key: value for key, value in properties.items() if isinstance(value, str)}
    node = isinstance(geometry, Mapping) and geometry.get("type") == "Point"
    return kind_of(tags, node=node) or _DRAWING


def _single(geometry: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """A geometry as its single parts: type and coordinates."""
    what, coordinates = geometry.get("type"), geometry.get("coordinates")
    if isinstance(what, str) and what.startswith("Multi") and isinstance(coordinates, list):
        for part in coordinates:
            yield what.removeprefix("Multi"), part
    else:
        yield what, coordinates
