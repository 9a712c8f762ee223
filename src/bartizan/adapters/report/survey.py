"""The survey of a camera on a page: its error over the picture and the plan, what it covers, and what to see to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from markupsafe import Markup
from shapely import LineString, Point, Polygon

from bartizan.adapters.report.page import rendered
from bartizan.adapters.report.section import Head, Line, Row, Section, Table
from bartizan.adapters.report.svg import Drawing
from bartizan.app.calibration import EDITIONS, Calibrated, Cover, Survey
from bartizan.app.calibration.trial import grid_json
from bartizan.site.model import Shape
from bartizan.site.sight import eye_of
from bartizan.site.site import Site
from bartizan.watch.calibrate import Interval

TEMPLATE = "survey.html.j2"
WIDTH = 720.0
PLAN_WIDTH, PLAN_HEIGHT = 940.0, 620.0
MARGIN, KEY = 14.0, 46.0
# metres up to which an error is drawn in each shade, from the best on
SHADES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
# of the plan's ground that is drawn beyond what the site has a place for
BEYOND = 15.0
_SHOWN_EDITION = "2014"
Place = tuple[float, float]


def render(found: Calibrated) -> str:
    """The survey as one HTML page: no script, no outside reference, no picture of the scene."""
    camera = found.survey.camera
    return rendered(
        TEMPLATE,
        title=f"{camera.name or camera.id}: survey",
        found=found,
        camera=camera,
        sections=tuple(survey_sections(found)),
    )


def survey_sections(found: Calibrated) -> Iterator[Section]:
    """The sections of one camera's survey."""
    yield Section("What to see to", tuple(_concerns(found)))
    if found.walked is not None:
        yield _walkers(found)
    if found.survey.fit is not None:
        yield _points(found)
    yield Section(
        "Error over the picture",
        figure=_picture(found.survey, "error"),
        caption=(
            "One standard deviation of a person's place along its worst direction, for feet at each pixel: of the foot"
            + (" and of the calibration." if found.survey.known else "; that of the calibration is unknown.")
            + " Thin lines are the plan's grid. Where nothing is drawn, no place is within "
            f"{found.survey.params.observe.farthest:g} m{', or an obstacle hides it' if found.survey.past else ''}. "
            "The picture itself is left out: it may show people."
        ),
    )
    yield Section(
        "On the plan",
        figure=_plan(found, "plan"),
        caption=(
            f"Ground on which people have the detail of {EDITIONS[_SHOWN_EDITION].name}, darker for more; the outline "
            f"is where they are placed at all. {_in_the_way(found)}"
        ),
        tables=tuple(_classes(found.survey)),
    )
    yield Section("Zones", tables=(_zones(found),))


def _concerns(found: Calibrated) -> Iterator[Line]:
    if found.walked is not None and found.walked.doubt is not None:
        yield Line(found.walked.doubt[0].upper() + found.walked.doubt[1:] + ".", "warn")
    for one in found.concerns:
        yield Line(f"{one.about[0].upper()}{one.about[1:]}: {one.text}.", "warn" if one.level == "warn" else "")
    if not found.concerns:
        yield Line("Nothing: every limit is kept.", "met")


def _walkers(found: Calibrated) -> Section:
    walked = found.walked
    assert walked is not None  # noqa: S101 - the caller asked
    stance = walked.found
    rows = (
        _interval_row("focal length [pixels]", stance.focal, 0),
        _interval_row("tilt below the horizontal [degrees]", stance.tilt, 1),
        _interval_row("roll [degrees]", stance.roll, 1),
        _interval_row("height of the camera [m]", stance.height, 2),
    )
    lines = [
        Line(
            f"Found from {stance.used:,} of {stance.boxes:,} boxes of upright people and {stance.strides} stretches "
            f"that they walked; their heights scatter by {stance.scatter:.0%} about what the camera foretells."
        ),
        Line(
            f"People are taken to be {walked.people.mean:g} m tall on average, give or take {walked.people.unsure:g} m."
        ),
    ]
    if walked.placed is None:
        lines.append(Line("It is not on the plan yet: no point pair says where.", "warn"))
    else:
        lines.append(Line(f"Laid on the plan by point pairs, which make people {walked.placed.people:.2f} m tall."))
    heads = (Head("figure"), Head("value", True), Head("from", True), Head("to", True))
    return Section("From people who walked", tuple(lines), tables=(Table("With 90 % intervals.", heads, rows),))


def _interval_row(name: str, figure: Interval, digits: int) -> Row:
    return Row((name, *(f"{value:.{digits}f}" for value in (figure.value, figure.low, figure.high))))


def _points(found: Calibrated) -> Section:
    fit = found.survey.fit
    assert fit is not None  # noqa: S101 - the caller asked
    heads = (
        Head("point", True),
        Head("picture", True),
        Head("plan [m]", True),
        Head("miss [m]", True),
        Head("leverage", True),
        Head("believed", True),
    )
    rows = []
    for number, (x, y, east, north) in enumerate(fit.pairs):
        miss = "unknown" if fit.misses is None else f"{fit.misses[number]:.2f}"
        believed = "–" if fit.misses is None else f"{fit.weights[number]:.0%}"
        cells = (str(number + 1), f"{x:.0f}, {y:.0f}", f"{east:.2f}, {north:.2f}", miss)
        look = "first" if fit.misses is not None and fit.weights[number] < 0.5 else ""
        rows.append(Row((*cells, f"{fit.leverage[number]:.2f}", believed), look))
    if fit.misses is None:
        lines = (Line("Four points leave nothing to check: how wrong the camera is, is unknown.", "warn"),)
    else:
        rms = math.sqrt(sum(miss**2 for miss in fit.misses) / len(fit.misses))
        lines = (
            Line(f"The points lie {rms:.2f} m off (root mean square), with {fit.freedom} measured numbers left over."),
        )
    return Section("Point pairs", lines, tables=(Table("How well each point fits.", heads, tuple(rows)),))


def _classes(found: Survey) -> Iterator[Table]:
    for year, reached in found.editions.items():
        edition = EDITIONS[year]
        rows = tuple(Row((one.name, f"{one.least:g}", f"{one.area:,.0f}")) for one in reached)
        caption = f"{edition.name}: ground on which a person at a screen has each level. Source: {edition.source}."
        yield Table(caption, (Head("level"), Head("pixels per metre", True), Head("square metres", True)), rows)


def _in_the_way(found: Calibrated) -> str:
    """What was made of the things that stand between the camera and the ground."""
    if found.survey.past is False:
        return "The site has no obstacle that blocks sight: what stands in the way is not taken out."
    if found.survey.past is None:
        return "Where the camera hangs is not known, so that what stands in the way is not taken out."
    return "What lies behind obstacles that block sight is taken out, however low they are."


def _zones(found: Calibrated) -> Table:
    heads = (
        Head("zone"),
        Head("camera"),
        Head("covered", True),
        Head("whole person", True),
        Head("error, middle [m]", True),
        Head("worst [m]", True),
        Head("pixels per metre, worst", True),
        Head("looked down on [degrees]", True),
    )
    rows = tuple(Row(_zone_cells(one), "first" if one.camera == found.survey.camera.id else "") for one in found.covers)
    return Table("Which camera covers which zone: the best first.", heads, rows)


def _zone_cells(one: Cover) -> tuple[str, ...]:
    error, density = one.error, one.density
    return (
        one.zone.name or one.zone.id,
        one.camera,
        f"{one.share:.0%}",
        f"{one.whole:.0%}",
        "–" if error is None else f"{error[0]:.2f}",
        "–" if error is None else f"{error[1]:.2f}",
        "–" if density is None else f"{density[1]:.0f}",
        "–" if one.steepest is None else f"{one.steepest:.0f}",
    )


def _picture(found: Survey, name: str) -> Markup:
    width, height = found.size
    scale = WIDTH / width
    drawing = Drawing(
        name,
        WIDTH,
        height * scale + KEY,
        title="Error over the picture",
        description=f"The error of a place for each part of the picture, {width} by {height} pixels.",
    )
    drawing.rectangle(0.0, 0.0, WIDTH, height * scale, "band")
    raster = found.raster
    for row in range(0, len(raster.y) - 1, 4):
        for first, last, shade in _strips(raster.error[row : row + 5], found.params.observe.farthest):
            x, y = raster.x[first] * scale, raster.y[row] * scale
            end = raster.y[min(row + 4, len(raster.y) - 1)] * scale
            drawing.rectangle(x, y, raster.x[last] * scale - x, end - y, f"shade shade-{shade}")
    grid = grid_json(found.model, found.size)
    for line in () if grid is None else grid["lines"]:
        for piece in _within([(x * scale, y * scale) for x, y in line], WIDTH, height * scale):
            drawing.path(piece, "grid-line")
    if found.fit is not None:
        _marks(drawing, found, scale)
    _key(drawing, height * scale + 14.0, "" if grid is None else f"grid of {grid['step']:g} m")
    return drawing.markup()


def _marks(drawing: Drawing, found: Survey, scale: float) -> None:
    """The points, and a line from each to where the model puts its place."""
    fit = found.fit
    assert fit is not None  # noqa: S101 - the caller asked
    pairs = np.array(fit.pairs)
    back = found.model.to_image(pairs[:, 2:])
    for number, ((x, y, *_), (u, v)) in enumerate(zip(fit.pairs, back, strict=True), start=1):
        if fit.misses is not None and np.isfinite([u, v]).all():
            drawing.line((x * scale, y * scale), (float(u) * scale, float(v) * scale), "miss")
        drawing.circle(x * scale, y * scale, 5.0, "point", says=f"point {number}")
        drawing.text(x * scale + 8.0, y * scale + 4.0, str(number), "name on-ground")


def _strips(errors: np.ndarray, farthest: float) -> Iterator[tuple[int, int, int]]:
    """Stretches of columns of one shade, by the worst error of the rows given."""
    worst = errors.max(axis=0)
    cells = np.maximum(worst[:-1], worst[1:])
    shades = [_shade(float(value), farthest) for value in cells]
    first = 0
    for column in range(1, len(shades) + 1):
        if column == len(shades) or shades[column] != shades[first]:
            shade = shades[first]
            if shade is not None:
                yield first, column, shade
            first = column


def _shade(error: float, farthest: float) -> int | None:
    if not error <= farthest:
        return None
    return next((number for number, most in enumerate(SHADES) if error <= most), len(SHADES))


def _key(drawing: Drawing, y: float, more: str) -> None:
    x = 0.0
    words = [*(f"{most:g} m" for most in SHADES), "more"]
    for number, word in enumerate(words):
        drawing.rectangle(x, y, 18.0, 14.0, f"shade shade-{number}")
        drawing.text(x + 23.0, y + 11.5, word, "detail")
        x += 78.0
    drawing.text(x + 8.0, y + 11.5, more, "detail")


def _within(line: Sequence[Place], width: float, height: float) -> Iterator[list[Place]]:
    """The pieces of a line inside the picture."""
    frame = Polygon([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)])
    cut = LineString(line).intersection(frame)
    for part in getattr(cut, "geoms", (cut,)):
        if isinstance(part, LineString) and not part.is_empty:
            yield [(float(x), float(y)) for x, y, *_ in part.coords]


class _Frame:
    """Metres of the plan to units of the drawing: y north is up."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        self.west, south, east, self.north = bounds
        across, up = max(east - self.west, 1.0), max(self.north - south, 1.0)
        self.scale = min((PLAN_WIDTH - 2.0 * MARGIN) / across, (PLAN_HEIGHT - 2.0 * MARGIN) / up)
        self.width, self.height = across * self.scale + 2.0 * MARGIN, up * self.scale + 2.0 * MARGIN
        self.box = Polygon([(self.west, south), (east, south), (east, self.north), (self.west, self.north)])

    def __call__(self, x: float, y: float) -> Place:
        return MARGIN + (x - self.west) * self.scale, MARGIN + (self.north - y) * self.scale


def _plan(found: Calibrated, name: str) -> Markup:
    site, survey = found.site, found.survey
    frame = _Frame(_bounds(site, survey))
    drawing = Drawing(
        name,
        frame.width,
        frame.height + KEY,
        title="Coverage on the plan",
        description="What the camera sees, by detail.",
    )
    for area in site.areas:
        _draw(drawing, frame, area.shape, "ground outside" if area.outside else "ground", area.name or area.id)
    for one in survey.editions[_SHOWN_EDITION]:
        _draw(drawing, frame, one.shape, "density", f"{one.name}: {one.least:g} pixels per metre")
    _draw(drawing, frame, survey.reach, "reach", "where people are placed")
    for kind, shape in site.plan.drawings if site.plan is not None else ():
        _draw(drawing, frame, shape, "drawn", kind)
    for element in site.elements:
        _draw(drawing, frame, element.shape, "barrier", element.name or element.id)
    for obstacle in site.obstacles:
        if "sight" in obstacle.blocks:
            _draw(drawing, frame, obstacle.shape, "barrier", obstacle.name or obstacle.id)
    for zone in site.zones:
        _draw(drawing, frame, zone.polygon, "zone", zone.name or zone.id)
        inside = zone.polygon.representative_point()
        drawing.text(*frame(inside.x, inside.y), zone.name or zone.id, "detail area-name", anchor="middle")
    eye = eye_of(survey.camera)
    if eye is not None:
        drawing.circle(
            *frame(float(eye[0, 0]), float(eye[0, 1])), 6.0, "start", says=survey.camera.name or survey.camera.id
        )
    _plan_key(drawing, frame, survey)
    return drawing.markup()


def _plan_key(drawing: Drawing, frame: _Frame, survey: Survey) -> None:
    x, y = MARGIN, frame.height + 12.0
    for number, one in enumerate(survey.editions[_SHOWN_EDITION]):
        if one.area > 0.0:
            # ground of a class lies on that of all classes below it
            for _ in range(number + 1):
                drawing.rectangle(x, y, 18.0, 14.0, "density")
            drawing.text(x + 23.0, y + 11.5, f"{one.name} ({one.least:g}/m)", "detail")
            x += 128.0


def _bounds(site: Site, survey: Survey) -> tuple[float, float, float, float]:
    """The site's places and the nearest of what the camera sees."""
    own = [one.shape for one in site.areas] + [one.shape for one in site.elements] + [one.shape for one in site.cameras]
    shapes: list[Shape] = [shape for shape in own if shape is not None]
    shapes += [zone.polygon for zone in site.zones]
    near = [one.shape for one in survey.editions[_SHOWN_EDITION] if one.shape is not None]
    if near:
        shapes.append(near[0])
    elif not shapes and survey.reach is not None:
        shapes.append(survey.reach)
    if not shapes:
        return (0.0, 0.0, BEYOND, BEYOND)
    bounds = np.array([shape.bounds for shape in shapes])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    return (float(west), float(south), float(east), float(north))


def _draw(drawing: Drawing, frame: _Frame, shape: Shape | None, look: str, says: str) -> None:
    if shape is None:
        return
    cut = shape.intersection(frame.box)
    for part in getattr(cut, "geoms", (cut,)):
        if part.is_empty:
            continue
        if isinstance(part, Point):
            drawing.circle(*frame(part.x, part.y), 4.0, look, says=says)
        elif isinstance(part, LineString):
            drawing.path([frame(x, y) for x, y, *_ in part.coords], f"{look} open", says=says)
        elif isinstance(part, Polygon):
            drawing.path([frame(x, y) for x, y, *_ in part.exterior.coords[:-1]], look, closed=True, says=says)
