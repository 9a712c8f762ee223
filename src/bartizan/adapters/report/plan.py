"""The plan with the worst path on it, where the site has geometry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup
from shapely import LineString, Point, Polygon

from bartizan.adapters.report.layers import areas_along
from bartizan.adapters.report.svg import Drawing, fitted
from bartizan.app.study import Case
from bartizan.site.model import Shape
from bartizan.site.site import Site

WIDTH = 940.0
MOST_HEIGHT = 720.0
MARGIN = 14.0
FOOT = 34.0  # room for the scale bar
LEAD = 42.0  # how far outside the first element the path is begun, in units of the drawing
LEAST_EXTENT = 1.0  # metres: a plan of one point has no size of its own

Place = tuple[float, float]


class _Frame:
    """Metres of the plan to units of the drawing: y north is up."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        bounds = [shape.bounds for shape in shapes]
        self.west, south = min(b[0] for b in bounds), min(b[1] for b in bounds)
        east, self.north = max(b[2] for b in bounds), max(b[3] for b in bounds)
        across, up = max(east - self.west, LEAST_EXTENT), max(self.north - south, LEAST_EXTENT)
        self.scale = min((WIDTH - 2.0 * MARGIN) / across, (MOST_HEIGHT - 2.0 * MARGIN) / up)
        self.width = across * self.scale + 2.0 * MARGIN
        self.height = up * self.scale + 2.0 * MARGIN

    def __call__(self, x: float, y: float) -> Place:
        return MARGIN + (x - self.west) * self.scale, MARGIN + (self.north - y) * self.scale


def plan_drawing(case: Case, name: str) -> Markup | None:
    """The plan of the case's site with its worst path; None where no area or element has a shape."""
    site = case.site
    if site is None or not _located(site):
        return None
    frame = _Frame([*_located(site), *(shape for _, shape in site.plan.drawings)])
    description = f"{len(site.areas)} areas and {len(site.elements)} elements, in their places."
    drawing = Drawing(name, frame.width, frame.height + FOOT, title="Plan", description=description)
    for kind, shape in site.plan.drawings:
        _draw(drawing, frame, shape, "drawn", says=kind)
    for area in site.areas:
        if area.shape is not None:
            look = "ground outside" if area.outside else "ground"
            _draw(drawing, frame, area.shape, look, says=area.name or area.id)
    steps = case.worst.steps if case.worst is not None else ()
    worst = {step.id for step in steps if step.kind == "element"}
    for element in site.elements:
        if element.shape is not None:
            look = "barrier worst" if element.id in worst else "barrier"
            _draw(drawing, frame, element.shape, look, says=element.name or element.id)
    for leg, look in (("in", "route"), ("out", "route back")):
        route = [frame(*place) for place in _route(site, case, leg)]
        if len(route) > 1:
            drawing.path(_led(route) if leg == "in" else route, look, radius=8.0)
            drawing.circle(*route[-1], 6.0, "start")
    for area in site.areas:
        if isinstance(area.shape, Polygon):
            _label(drawing, frame, area.name or area.id, area.shape)
    _scale_bar(drawing, frame)
    return drawing.markup()


def _located(site: Site) -> list[Shape]:
    areas, elements, targets = site.areas, site.elements, site.targets
    shapes = [*(x.shape for x in areas), *(x.shape for x in elements), *(x.shape for x in targets)]
    return [shape for shape in shapes if shape is not None]


def _draw(drawing: Drawing, frame: _Frame, shape: Shape, look: str, *, says: str) -> None:
    if isinstance(shape, Point):
        drawing.circle(*frame(shape.x, shape.y), 4.0, look, says=says)
    elif isinstance(shape, LineString):
        drawing.path([frame(x, y) for x, y, *_ in shape.coords], f"{look} open", says=says)
    else:
        drawing.path([frame(x, y) for x, y, *_ in shape.exterior.coords[:-1]], look, closed=True, says=says)


def _label(drawing: Drawing, frame: _Frame, words: str, shape: Polygon) -> None:
    inside = shape.representative_point()
    west, _, east, _ = shape.bounds
    x, y = frame(inside.x, inside.y)
    drawing.text(x, y, fitted(words, max((east - west) * frame.scale, 60.0), 11.0), "detail area-name", anchor="middle")


def _route(site: Site, case: Case, leg: str) -> Iterator[Place]:
    """Where each element of one leg stands, in order, in metres; what has no shape is left out."""
    worst = case.worst
    if worst is None or case.result.target is None:
        return
    target = site.target(case.result.target)
    home = target.shape or site.area(target.area).shape
    steps = [step for step in worst.steps if step.leg == leg and step.kind == "element"]
    shapes: list[Shape | None] = [site.element(step.id).shape for step in steps]
    if not steps:
        return
    if leg == "in":
        first = site.area(areas_along(site, worst.steps)[0]).shape
        yield from _start(first, shapes[0])
    for shape in (*shapes, home) if leg == "in" else (home, *shapes):
        if shape is not None:
            middle = _middle(shape)
            yield middle.x, middle.y


def _start(area: Shape | None, element: Shape | None) -> Iterator[Place]:
    """A place in the outside area, on the side of the first element from which it is reached."""
    if area is None or element is None:
        return
    inside = area.representative_point()
    yield inside.x, inside.y


def _middle(shape: Shape) -> Point:
    if isinstance(shape, LineString):
        return shape.interpolate(0.5, normalized=True)
    return shape.representative_point()


def _led(route: Sequence[Place]) -> list[Place]:
    """The route begun `LEAD` before its second place at most: where in an outside area it starts means nothing."""
    (x0, y0), (x1, y1) = route[0], route[1]
    length = math.hypot(x0 - x1, y0 - y1)
    share = min(1.0, LEAD / length) if length else 0.0
    return [(x1 + share * (x0 - x1), y1 + share * (y0 - y1)), *route[1:]]


def _scale_bar(drawing: Drawing, frame: _Frame) -> None:
    longest = 0.25 * frame.width / frame.scale
    power = 10.0 ** math.floor(math.log10(longest))
    metres = max(factor * power for factor in (1.0, 2.0, 5.0) if factor * power <= longest)
    y = frame.height + 12.0
    drawing.line((MARGIN, y), (MARGIN + metres * frame.scale, y), "finish")
    drawing.text(MARGIN + metres * frame.scale + 8.0, y + 4.0, f"{metres:g} m", "detail")
