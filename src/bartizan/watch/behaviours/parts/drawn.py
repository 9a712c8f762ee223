"""What a rule is drawn on: the perimeter, the line to be crossed, or the thing to be neared, as the site draws it.

Plans draw a fence as a line and as a box as thick as its wall, a pavement as a strip. What is long and thin is one
way on the ground and not a ring: it is *folded*, that is, its edge is cut in two halves that lie along one another,
and one of them is taken. Where a rule needs what the site does not draw, the error names rule, thing and cure.
"""

from __future__ import annotations

import math

from shapely import LineString, Point, Polygon, hausdorff_distance, maximum_inscribed_circle
from shapely.ops import substring

from bartizan.errors import MissingPartError
from bartizan.geometry.shapes import Shape
from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.behaviours.parts.perimeter import Line

# a strip is at least so many times as long as wide; shorter pieces of ground are walked around, not along
SLENDER = 3.0
# an element drawn as a box up to this thick [m] is gone through, not into
THICK = 2.0
# where an edge is tried to be cut in two halves, evenly along half of it
_CUTS = 64


def paced_line(rule: Rule, site: Site) -> tuple[Line, str]:
    """The line that a pacing rule measures along, and what to call it.

    A zone or an element that is a strip no wider than the band is paced along and not around.
    """
    shape, name = _shape(rule, site)
    if isinstance(shape, Polygon):
        length, width = _sides(shape)
        strip = width <= rule.number("band") and length >= SLENDER * width
        # of a strip the long side alone: its short sides lead nowhere along it
        shape = _between(folded(shape), width / 2.0) if strip else shape.exterior
    return _line(shape, rule, name), name


def ring_of(rule: Rule, site: Site) -> tuple[Line, tuple[float, float, float], str]:
    """The closed line that a rule of laps measures along, the largest circle in it (x, y, radius), and its name.

    A line whose ends lie no further apart than the band is closed across the gap, as a fence at its gate.
    """
    shape, name = _shape(rule, site)
    ring: Shape | None = shape
    if isinstance(shape, LineString):
        gap = math.dist(shape.coords[0], shape.coords[-1])
        enough = len(shape.coords) > 2 and gap <= rule.number("band")
        ring = Polygon(shape.coords) if enough else None
    if not isinstance(ring, Polygon) or not ring.is_valid or ring.area == 0.0:
        raise MissingPartError(
            f"rule '{rule.id}' counts laps around {name}, which encloses no ground. "
            "Draw it so that it ends where it began and does not touch itself, or name a zone"
        )
    circle = maximum_inscribed_circle(Polygon(ring.exterior))
    x, y = circle.coords[0]
    return _line(ring.exterior, rule, name), (float(x), float(y), float(circle.length)), name


def crossed_line(rule: Rule, site: Site) -> tuple[Line, str]:
    """The line whose crossing a rule watches, and what to call it: its own line or the element's.

    A box no thicker than 2 m is folded to a line without a left and a right: then `direction` must be "both".
    """
    if rule.line is not None:
        return _line(rule.line, rule, "the line"), "the line"
    shape, name = _shape(rule, site)
    if isinstance(shape, Polygon):
        if _sides(shape)[1] > THICK:
            return _line(shape.exterior, rule, name), name
        if rule.settings.get("direction", "both") != "both":
            raise MissingPartError(
                f"rule '{rule.id}' asks for a direction through {name}, which is drawn as a box and has no left and "
                'right. Give the rule its own `line` across the way through, or direction = "both"'
            )
        shape = folded(shape)
    return _line(shape, rule, name), name


def neared(rule: Rule, site: Site) -> tuple[Shape, str]:
    """What a rule of approaches or passes is about, and what to call it; a point, a line or a polygon."""
    return _shape(rule, site)


def folded(polygon: Polygon) -> LineString:
    """One half of the edge of a polygon, cut where the two halves lie closest along one another."""
    ring = LineString(polygon.exterior.coords)
    half = ring.length / 2.0
    twice = LineString([*ring.coords, *list(ring.coords)[1:]])
    corners = {ring.project(Point(place)) % half for place in ring.coords}
    starts = sorted(corners | {half * n / _CUTS for n in range(_CUTS)})
    halves = [(substring(twice, at, at + half), substring(twice, at + half, at + 2.0 * half)) for at in starts]
    one, _ = min(halves, key=lambda pair: round(hausdorff_distance(*pair), 9))
    return LineString(list(one.coords))


def _between(line: LineString, less: float) -> LineString:
    """A line without so many metres at either end."""
    return LineString(list(substring(line, less, line.length - less).coords))


def _sides(polygon: Polygon) -> tuple[float, float]:
    """Length and width [m] of the rectangle with the same area and circumference; twice the same for a disc."""
    quarter, area = polygon.exterior.length / 4.0, Polygon(polygon.exterior).area
    apart = math.sqrt(max(quarter * quarter - area, 0.0))
    return quarter + apart, quarter - apart


def _shape(rule: Rule, site: Site) -> tuple[Shape, str]:
    if rule.element is not None:
        element = site.element(rule.element)
        name = element.name or element.id
        if element.shape is None:
            raise MissingPartError(
                f"rule '{rule.id}' is about the element '{element.id}', which is not drawn. "
                f"Add line = [[x, y], ...] or feature = \"...\" to the element '{element.id}', or name a zone"
            )
        return element.shape, name
    if rule.zone is None:
        raise MissingPartError(f'rule \'{rule.id}\' names no place. Add element = "..." or zone = "..." to it')
    zone = site.zone(rule.zone)
    return zone.polygon, zone.name or zone.id


def _line(shape: Shape, rule: Rule, name: str) -> Line:
    if isinstance(shape, Point) or shape.length == 0.0:
        raise MissingPartError(
            f"rule '{rule.id}' ({rule.kind}) needs the length of {name}, which is drawn as a point. "
            "Draw it as a line of at least two different places"
        )
    if not shape.is_simple:
        raise MissingPartError(
            f"rule '{rule.id}' ({rule.kind}) cannot tell along and beside on {name}, which crosses or touches itself. "
            "Draw it as a line that does not, or as two"
        )
    return Line.of(list(shape.coords))
