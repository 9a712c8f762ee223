"""Shapes on the plan in metres: constructors that check at birth, and degrees brought to the plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon, get_coordinates
from shapely.validation import explain_validity

from bartizan.errors import InputError

Place = Sequence[float]
Shape = Point | LineString | Polygon

# a plan is a site, not a country; beyond this a coordinate is a slip of the pen or of another frame
LIMIT = 1_000_000.0
# the plan is flat: at 20 km the tangent plane lies 31 m above the ground and 0.1 m short of it
REACH = 20_000.0

# WGS84 (NIMA TR8350.2, 2000, table 3.1): semi-major axis [m] and flattening
_AXIS = 6_378_137.0
_FLATTENING = 1.0 / 298.257223563
_STEPS = 8  # of the way from metres back to degrees
_SQUARED_ECCENTRICITY = _FLATTENING * (2.0 - _FLATTENING)


def _checked(places: Sequence[Place]) -> list[tuple[float, float]]:
    checked = []
    for place in places:
        if len(place) != 2 or not all(math.isfinite(value) for value in place):
            raise InputError(f"a place is two finite numbers, x and y, not {list(place)!r}")
        if max(abs(place[0]), abs(place[1])) > LIMIT:
            raise InputError(f"a place lies within {LIMIT:.0f} m of the origin, not at {list(place)!r}")
        checked.append((float(place[0]), float(place[1])))
    return checked


def point(place: Place) -> Point:
    """A point from x, y [m]. Raises InputError where a coordinate is not finite or out of reach."""
    return Point(_checked([place])[0])


def line(places: Sequence[Place]) -> LineString:
    """A line from at least two places [m]. Raises InputError where it has no length."""
    shape = LineString(corners) if len(corners := _checked(places)) > 1 else None
    if shape is None or shape.length == 0.0:
        raise InputError("a line needs at least two different places")
    return shape


def polygon(places: Sequence[Place], holes: Sequence[Sequence[Place]] = ()) -> Polygon:
    """A polygon from at least three corners [m], open or closed, either way round, with holes.

    Raises InputError where it crosses itself or encloses nothing.
    """
    corners = _checked(places)
    if len(set(corners)) < 3:
        raise InputError("a polygon needs at least three different corners")
    rings = [_checked(hole) for hole in holes]
    if any(len(set(ring)) < 3 for ring in rings):
        raise InputError("a hole of a polygon needs at least three different corners")
    shape = Polygon(corners, rings)
    if not shape.is_valid:
        raise InputError(f"a polygon must not cross itself: {explain_validity(shape)}")
    if shape.area == 0.0:
        raise InputError("a polygon must enclose some ground: its corners lie on one line")
    return shape


@dataclass(frozen=True, slots=True)
class Frame:
    """The plan's frame on the ellipsoid: metres about `origin`, the y axis looking along `bearing`.

    `origin` is longitude, latitude [degrees, WGS84]; `bearing` [degrees] is clockwise from north. Places are taken
    from the ellipsoid to earth-centred axes and from there to east and north in the plane that touches the
    ellipsoid at the origin (Hofmann-Wellenhof, Lichtenegger, Wasle: GNSS, 2008, sections 8.2 and 8.3). Not
    modelled: height. Raises InputError where the origin is not a place on earth.
    """

    origin: tuple[float, float]
    bearing: float = 0.0

    def __post_init__(self) -> None:
        _require_degrees(self.origin)
        if not math.isfinite(self.bearing) or abs(self.bearing) > 360.0:
            raise InputError(f"a bearing lies between -360 and 360 degrees, not {self.bearing!r}")

    def to_plan(self, place: Place) -> tuple[float, float]:
        """x, y [m] of longitude, latitude [degrees]. Raises InputError beyond 20 km, where the plan is not flat."""
        _require_degrees(place)
        longitude, latitude = (math.radians(value) for value in self.origin)
        dx, dy, dz = (
            there - here for there, here in zip(_earth_centred(place), _earth_centred(self.origin), strict=True)
        )
        east = -math.sin(longitude) * dx + math.cos(longitude) * dy
        outward = math.cos(longitude) * dx + math.sin(longitude) * dy
        north = -math.sin(latitude) * outward + math.cos(latitude) * dz
        if math.hypot(east, north) > REACH or math.cos(latitude) * outward + math.sin(latitude) * dz < -REACH:
            raise InputError(
                f"{list(place)!r} lies more than {REACH / 1000:.0f} km from the origin {list(self.origin)!r}; "
                "longitude comes first, then latitude"
            )
        turn = math.radians(self.bearing)
        return (
            east * math.cos(turn) - north * math.sin(turn),
            east * math.sin(turn) + north * math.cos(turn),
        )

    def to_degrees(self, place: Place) -> tuple[float, float]:
        """Longitude, latitude [degrees] of x, y [m], the inverse of `to_plan`. Raises InputError beyond 20 km."""
        turn = math.radians(self.bearing)
        latitude = math.radians(self.origin[1])
        degree = math.pi / 180.0 * _AXIS
        found = self.origin
        # each step is right but for the curvature between there and the origin: a factor of 1000 nearer at 20 km
        for _ in range(_STEPS):
            x, y = self.to_plan(found)
            dx, dy = place[0] - x, place[1] - y
            east, north = dx * math.cos(turn) + dy * math.sin(turn), dy * math.cos(turn) - dx * math.sin(turn)
            found = (found[0] + east / (degree * math.cos(latitude)), found[1] + north / degree)
        return found


def _require_degrees(place: Place) -> None:
    if len(place) != 2 or not all(math.isfinite(value) for value in place):
        raise InputError(f"a place is two finite numbers, longitude and latitude, not {list(place)!r}")
    if abs(place[0]) > 180.0 or abs(place[1]) > 90.0:
        raise InputError(f"longitude lies within 180 and latitude within 90 degrees, not {list(place)!r}")


def _earth_centred(place: Place) -> tuple[float, float, float]:
    longitude, latitude = math.radians(place[0]), math.radians(place[1])
    radius = _AXIS / math.sqrt(1.0 - _SQUARED_ECCENTRICITY * math.sin(latitude) ** 2)
    return (
        radius * math.cos(latitude) * math.cos(longitude),
        radius * math.cos(latitude) * math.sin(longitude),
        radius * (1.0 - _SQUARED_ECCENTRICITY) * math.sin(latitude),
    )


def distance(one: Shape, other: Shape) -> float:
    """The least distance [m] between two shapes, as the crow flies."""
    return float(one.distance(other))


def coordinates(shape: Shape) -> list[list[float]]:
    """The x, y [m] of every corner, rings one after the other."""
    return [[float(x), float(y)] for x, y in get_coordinates(shape).tolist()]


def segments_of(shapes: Iterable[Shape]) -> NDArray[np.float64]:
    """The straight pieces of lines and of the edges of polygons, shape (n, 4): x, y [m] of both ends."""
    pieces = [np.empty((0, 4))]
    for shape in shapes:
        rings = [shape.exterior, *shape.interiors] if isinstance(shape, Polygon) else [shape]
        for ring in rings:
            if isinstance(ring, LineString):
                places = get_coordinates(ring)
                pieces.append(np.concatenate((places[:-1], places[1:]), axis=1))
    return np.concatenate(pieces)
