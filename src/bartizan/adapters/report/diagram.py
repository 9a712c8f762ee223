"""The adversary sequence diagram: areas as bands from outside to the target, elements between, the worst path on it."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from bartizan.adapters.report.layers import Box, Layout, Place, areas_along, lay_out
from bartizan.adapters.report.svg import Drawing, fitted
from bartizan.adapters.report.words import probability, seconds
from bartizan.app.study import Case
from bartizan.assess.result import Path, Step
from bartizan.site.model import Element
from bartizan.site.site import Site

NAME, DETAIL = 13.0, 11.0  # sizes of type
LANE = 33.0  # where the path runs in an area's band, below its name
BADGE = 9.5


def sequence_diagram(case: Case, name: str) -> Markup:
    """The diagram of the case's site in the state studied, for its target, with its worst path; as inline SVG."""
    site, target_id = case.site, case.result.target
    assert site is not None and target_id is not None  # noqa: PT018, S101 - a sheet has no diagram
    target = site.target(target_id)
    layout = lay_out(site, target, case.result.paths)
    worst = case.worst
    drawing = Drawing(
        name,
        layout.width,
        layout.height,
        title="Adversary sequence diagram",
        description=_description(site, worst),
    )
    steps = worst.steps if worst is not None else ()
    on_path = {step.id: step for step in reversed(steps) if step.kind == "element"}
    for element in site.elements:
        if element.id in layout.elements:
            _connect(drawing, layout, element)
    area = layout.areas[target.area]
    _elbow(drawing, (area.nearest(layout.target.middle), area.y + area.height), (layout.target.middle, layout.target.y))
    _draw_areas(drawing, site, layout)
    if worst is not None:
        _draw_path(drawing, site, layout, worst)
    _name_areas(drawing, site, layout)
    for element in site.elements:
        if element.id in layout.elements:
            _draw_element(drawing, layout.elements[element.id], element, on_path.get(element.id))
    _draw_target(drawing, layout.target, target.name or target.id, steps)
    for box, count in layout.hidden:
        drawing.text(box.middle, box.y + box.height / 2.0 + 4.0, f"and {count} more", "detail", anchor="middle")
    if worst is not None:
        _draw_badges(drawing, layout, worst)
    return drawing.markup()


def _description(site: Site, worst: Path | None) -> str:
    if worst is None:
        return f"{len(site.areas)} areas and {len(site.elements)} elements; no path leads to the target."
    way = ", then ".join(step.id for step in worst.steps if step.kind != "area")
    return f"{len(site.areas)} areas and {len(site.elements)} elements. The worst path: {way}."


def _connect(drawing: Drawing, layout: Layout, element: Element) -> None:
    box = layout.elements[element.id]
    for (top, start), side in zip(_ends(layout, element), (-1.0, 1.0), strict=True):
        level = layout.depth[element.between[0]] == layout.depth[element.between[1]]
        x = box.middle + (side * box.width / 4.0 if level else 0.0)
        _elbow(drawing, start, (x, box.y if top else box.y + box.height))


def _ends(layout: Layout, element: Element) -> Iterator[tuple[bool, Place]]:
    """For each of the two areas: whether the element hangs below it, and where its connector leaves the band."""
    box = layout.elements[element.id]
    for area in element.between:
        band = layout.areas[area]
        above = band.y < box.y
        yield above, (band.nearest(box.middle), band.y + band.height if above else band.y)


def _elbow(drawing: Drawing, start: Place, end: Place, look: str = "link") -> None:
    middle = (start[1] + end[1]) / 2.0
    drawing.path([start, (start[0], middle), (end[0], middle), end], look, radius=6.0)


def _draw_areas(drawing: Drawing, site: Site, layout: Layout) -> None:
    for area in site.areas:
        band = layout.areas[area.id]
        look = "band outside" if area.outside else "band"
        drawing.rectangle(band.x, band.y, band.width, band.height, look, round_by=6.0, says=area.name or area.id)


def _name_areas(drawing: Drawing, site: Site, layout: Layout) -> None:
    """After the path, so that it does not strike out a name."""
    for area in site.areas:
        band = layout.areas[area.id]
        words = (area.name or area.id) + ("  (outside)" if area.outside else "")
        drawing.text(band.x + 12.0, band.y + 18.0, fitted(words, band.width - 24.0, NAME), "name area-name")


def _draw_element(drawing: Drawing, box: Box, element: Element, step: Step | None) -> None:
    name = element.name or element.id
    look = "element" if step is None else "element worst"
    ways = ", ".join(way.id for way in element.ways)
    drawing.rectangle(box.x, box.y, box.width, box.height, look, round_by=6.0, says=f"{name} ({element.id}): {ways}")
    drawing.text(box.middle, box.y + 21.0, fitted(name, box.width - 30.0, NAME), "name", anchor="middle")
    words = f"{element.kind}: {ways}" if step is None else f"{step.way}, {_noticed(step)}"
    drawing.text(box.middle, box.y + 38.0, fitted(words, box.width - 14.0, DETAIL), "detail", anchor="middle")


def _draw_target(drawing: Drawing, box: Box, name: str, steps: tuple[Step, ...]) -> None:
    drawing.rectangle(box.x, box.y, box.width, box.height, "target", round_by=box.height / 2.0, says=name)
    drawing.text(box.middle, box.y + 21.0, fitted(name, box.width - 40.0, NAME), "name", anchor="middle")
    act = next((step for step in steps if step.kind == "target"), None)
    words = "target" if act is None else f"{act.way}, {_noticed(act)}"
    drawing.text(box.middle, box.y + 38.0, fitted(words, box.width - 34.0, DETAIL), "detail", anchor="middle")


def _noticed(step: Step) -> str:
    seen = f"noticed {probability(step.p_detection)}, " if step.p_detection else ""
    return f"{seen}{seconds(step.delay_mean)} s"


def _draw_path(drawing: Drawing, site: Site, layout: Layout, worst: Path) -> None:
    for leg, look in (("in", "route"), ("out", "route back")):
        places = _route(site, layout, worst, leg)
        if len(places) > 1:
            drawing.path(places, look, radius=9.0)
    start = _route(site, layout, worst, "in")
    if start:
        drawing.circle(*start[0], 5.0, "start")


def _route(site: Site, layout: Layout, worst: Path, leg: str) -> list[Place]:
    """The line of one leg: through the middle of each element, along the lane of each area."""
    areas = areas_along(site, worst.steps)
    shift = 0.0 if leg == "in" else 10.0  # the way out runs beside the way in
    elements = [step for step in worst.steps if step.kind == "element"]
    places: list[Place] = []
    for index, step in enumerate(elements):
        if step.leg != leg or not areas:
            continue
        box = layout.elements[step.id]
        here, there = layout.areas[areas[index]], layout.areas[areas[index + 1]]
        places += _through(box, here, there, shift)
    if places and areas:
        turn = sum(step.leg == "in" for step in elements)
        band, box = layout.areas[areas[turn]], layout.target
        reach = _drop(band, box.middle + shift, box.y, shift)
        places = [*places, *reach] if leg == "in" else [*reversed(reach), *places]
    return places


def _through(box: Box, here: Box, there: Box, shift: float) -> list[Place]:
    """From the lane of one area through an element's box to the lane of the next."""
    enter, leave = (box.y if band.y < box.y else box.y + box.height for band in (here, there))
    # two areas of one layer: in at one side of the box's top, out at the other
    side = 0.0 if enter != leave else box.width / 4.0 * (1.0 if here.middle > there.middle else -1.0)
    inside = [] if enter != leave else [(box.middle + shift + x, enter + 8.0) for x in (side, -side)]
    return [
        *_drop(here, box.middle + shift + side, enter, shift),
        *inside,
        *reversed(_drop(there, box.middle + shift - side, leave, shift)),
    ]


def _drop(band: Box, x: float, y: float, shift: float) -> list[Place]:
    """From the lane of an area to the edge of a box at (x, y), at right angles."""
    start = band.nearest(x)
    edge = band.y + band.height if band.y < y else band.y
    # the way out turns a little apart from the way in
    middle = (edge + y) / 2.0 + 0.4 * shift
    return [(start, band.y + LANE + 0.6 * shift), (start, middle), (x, middle), (x, y)]


def _draw_badges(drawing: Drawing, layout: Layout, worst: Path) -> None:
    """The number of each task at its place, as in the table; the critical detection point is marked."""
    for index, step in enumerate(worst.steps):
        if step.kind == "area" and not (step.p_detection or step.delay_mean or step.delay_sd):
            continue
        x, y = _badge_place(layout, worst, index)
        critical = index == worst.critical_detection_point
        drawing.circle(x, y, BADGE, "badge critical" if critical else "badge")
        drawing.text(x, y + 3.8, str(index + 1), "badge-number", anchor="middle")
        if critical:
            _mark_critical(drawing, layout, step, (x, y))


def _mark_critical(drawing: Drawing, layout: Layout, step: Step, badge: Place) -> None:
    """The words stand right of the box, or over the lane, where no line runs."""
    box = {"element": layout.elements.get(step.id), "target": layout.target}.get(step.kind)
    x, y = (badge[0] + BADGE, badge[1] - 10.0) if box is None else (box.x + box.width, box.y + box.height / 2.0 + 4.0)
    drawing.text(x + 8.0, y, "critical detection point", "critical-word")


def _badge_place(layout: Layout, worst: Path, index: int) -> Place:
    step = worst.steps[index]
    if step.kind == "target":
        return layout.target.x + 14.0, layout.target.y + 3.0
    if step.kind == "element":
        box = layout.elements[step.id]
        return (box.x + 2.0 if step.leg == "in" else box.x + box.width - 2.0), box.y + 2.0
    band = layout.areas[step.id]
    around = [worst.steps[near] for near in (index - 1, index + 1) if 0 <= near < len(worst.steps)]
    boxes = [layout.target if near.kind == "target" else layout.elements[near.id] for near in around]
    shift = 0.0 if step.leg == "in" else 10.0
    middles = [band.nearest(box.middle + shift) for box in boxes]
    # the badge of the way out stands beside that of the way in
    return sum(middles) / len(middles) + 2.4 * shift, band.y + LANE + shift * 0.6
