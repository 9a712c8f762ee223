"""The curves of a DXF drawing as corners, all of them on the true curve and close enough together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bartizan.errors import InputError

MOST_CORNERS = 20_000  # of one curve
_EIGHTH = math.pi / 4.0  # radians: a circle smaller than the tolerance still looks round
_SPLINE_FRAME = 16  # flag of a vertex that only steers a fitted curve and does not lie on it

Place = tuple[float, float]
KINDS = frozenset({"LINE", "LWPOLYLINE", "POLYLINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE"})


def corners(entity: Any, tolerance: float) -> tuple[list[Place], bool]:
    """Corners x, y [units of the drawing] of a curve seen from above, and whether it closes.

    Chords lie within `tolerance` [units] of the curve. Raises InputError where it cannot be read, or would need more
    than `MOST_CORNERS`.
    """
    try:
        places, closed = _corners(entity, tolerance)
    except (TypeError, ValueError, ArithmeticError, AttributeError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{entity.dxftype()} cannot be read ({str(error)[:80]})") from error
    return places, closed


def _corners(entity: Any, tolerance: float) -> tuple[list[Place], bool]:
    dxf = entity.dxf
    match entity.dxftype():
        case "LINE":
            return [(dxf.start.x, dxf.start.y), (dxf.end.x, dxf.end.y)], False
        case "ARC" | "CIRCLE":
            whole = entity.dxftype() == "CIRCLE"
            begin = 0.0 if whole else math.radians(dxf.start_angle)
            turn = 2.0 * math.pi if whole else math.radians((dxf.end_angle - dxf.start_angle) % 360.0) or 2.0 * math.pi
            centre = complex(dxf.center.x, dxf.center.y)
            first = centre + dxf.radius * complex(math.cos(begin), math.sin(begin))
            points = [first, *_arc(centre, first, turn, tolerance)]
            return _seen(entity, points, dxf.center.z), whole
        case "LWPOLYLINE":
            vertices = [(complex(x, y), bulge) for x, y, bulge in entity.get_points("xyb")]
            return _seen(entity, _bulged(vertices, entity.closed, tolerance), dxf.elevation), bool(entity.closed)
        case "POLYLINE":
            return _polyline(entity, tolerance)
        case "ELLIPSE" | "SPLINE":
            closed = bool(entity.closed) if entity.dxftype() == "SPLINE" else False
            return _counted((vertex.x, vertex.y) for vertex in entity.flattening(tolerance)), closed
        case other:
            raise InputError(f"{other} is not drawn")


def _polyline(entity: Any, tolerance: float) -> tuple[list[Place], bool]:
    vertices = [vertex for vertex in entity.vertices if not vertex.dxf.get("flags", 0) & _SPLINE_FRAME]
    closed = bool(entity.is_closed)
    if entity.is_3d_polyline:
        places = [(vertex.dxf.location.x, vertex.dxf.location.y) for vertex in vertices]
        return (places + places[:1] if closed else places), closed
    if not entity.is_2d_polyline:
        raise InputError("a POLYLINE that is a mesh is not drawn")
    flat = [
        (complex(vertex.dxf.location.x, vertex.dxf.location.y), float(vertex.dxf.get("bulge", 0.0)))
        for vertex in vertices
    ]
    return _seen(entity, _bulged(flat, closed, tolerance), entity.dxf.elevation.z), closed


def _bulged(vertices: Sequence[tuple[complex, float]], closed: bool, tolerance: float) -> list[complex]:
    """The corners of a polyline; between two vertices it runs straight, or on the arc of the first one's bulge.

    A bulge is the tangent of a quarter of the arc's angle, positive to the left (DXF Reference, LWPOLYLINE).
    """
    points = [vertices[0][0]] if vertices else []
    following = [vertex for vertex, _ in vertices[1:]] + ([vertices[0][0]] if closed and vertices else [])
    for (here, bulge), there in zip(vertices, following, strict=False):
        chord = there - here
        if abs(bulge) * abs(chord) / 2.0 < tolerance / 10.0:
            points.append(there)
            continue
        centre = (here + there) / 2.0 + 1j * chord * (1.0 / bulge - bulge) / 4.0
        points += _arc(centre, here, 4.0 * math.atan(bulge), tolerance)
        points[-1] = there
        _require(len(points))
    return points


def _arc(centre: complex, first: complex, turn: float, tolerance: float) -> list[complex]:
    """The corners after the first of an arc that turns by `turn` [radians] about its centre."""
    radius = abs(first - centre)
    if not math.isfinite(radius):
        raise InputError("an arc has no finite radius")
    # the middle of a chord lies 1 - cos(half its angle) of the radius off the arc
    step = 2.0 * math.acos(max(1.0 - tolerance / radius, -1.0)) if radius > 0.0 else _EIGHTH
    count = math.ceil(abs(turn) / max(min(step, _EIGHTH), 1e-9))
    _require(count)
    return [
        centre + (first - centre) * complex(math.cos(turn * i / count), math.sin(turn * i / count))
        for i in range(1, count + 1)
    ]


def _seen(entity: Any, points: Iterable[complex], z: Any) -> list[Place]:
    """Places of an entity's own plane (its extrusion) in the plane of the drawing."""
    ocs = entity.ocs()
    height = float(getattr(z, "z", z) or 0.0)
    if not ocs.transform:
        return [(point.real, point.imag) for point in points]
    return [(place.x, place.y) for place in ocs.points_to_wcs([(point.real, point.imag, height) for point in points])]


def _counted(places: Iterable[Place]) -> list[Place]:
    def bounded() -> Iterator[Place]:
        for number, place in enumerate(places, start=1):
            _require(number)
            yield place

    return list(bounded())


def _require(count: int) -> None:
    if count > MOST_CORNERS:
        raise InputError(f"needs more than {MOST_CORNERS:,} corners")
