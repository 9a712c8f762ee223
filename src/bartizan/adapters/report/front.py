"""The front of cost against effect on a page, and the best set within a budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from markupsafe import Markup

from bartizan.adapters.report.section import Head, Line, Row, Section, Table
from bartizan.adapters.report.svg import Drawing, ticks
from bartizan.adapters.report.words import probability
from bartizan.assess.harden.result import Hardening, Point
from bartizan.site.site import Site

WIDTH = 940.0
HEIGHT = 340.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 24.0, 28.0, 52.0
DOT = 5.5
_MEASURES = {"p_interruption": "P_I", "p_effectiveness": "P_E"}
_IN_WORDS = {"p_interruption": "probability of interruption", "p_effectiveness": "P_I × P_N"}


def front_section(hardening: Hardening, site: Site, name: str) -> Section:
    """The section of a site's upgrades: what the budget buys best, and the whole front."""
    heading = "What money buys" if hardening.front else f"The best upgrades for {money(hardening.budget)}"
    drawing = _drawing(hardening, name) if len(hardening.front) > 1 else None
    caption = (
        "Each dot is the best set of upgrades within its cost: no set that costs as much or less leaves a better "
        f"{_MEASURES[hardening.measure]} in the worst case, the adversary choosing his path anew. The filled dot is "
        "what the budget buys. A ring that is broken is the best found, not proved."
    )
    table = _table(hardening, site)
    return Section(heading, tuple(_lines(hardening, site)), drawing, caption, (table,) if table else ())


def money(amount: Decimal) -> str:
    """An amount for reading."""
    whole = amount == amount.to_integral_value()
    return f"{amount:,.0f}" if whole else f"{amount.normalize():,}"


def _lines(hardening: Hardening, site: Site) -> Iterator[Line]:
    best, measure = hardening.best, _MEASURES[hardening.measure]
    now = hardening.front[0].value if hardening.front and not hardening.front[0].upgrades else None
    bought = _listed(best, site) if best.upgrades else "nothing"
    yield Line(f"Within {money(hardening.budget)} the best set is {bought}, for {money(best.cost)}.")
    before = "" if now is None else f", {probability(now)} without any"
    yield Line(f"It leaves {measure} {_value(best)} in the worst case{before}.")
    if best.proved:
        yield Line("Proved: no other set within the budget gives more.", "met")
    else:
        gap = "" if best.gap is None else f": another set may give {best.gap:.4f} more"
        yield Line(f"Not proved{gap}.", "warn")
    for one in hardening.never:
        yield Line(f"{_name(one.upgrade, site)} can never be had: {one.reason}.", "warn")
    for clash in hardening.clashes:
        names = " and ".join(_name(one, site) for one in clash.upgrades)
        # where it goes on to quote the changes, their place says enough
        yield Line(f"{names} exclude each other: {clash.reason.partition(': {')[0]}.")


def _table(hardening: Hardening, site: Site) -> Table | None:
    points = hardening.front or (hardening.best,)
    rows = []
    for point in points:
        look = "first" if point.upgrades == hardening.best.upgrades else ""
        proof = "proved" if point.proved else "not proved"
        rows.append(Row((money(point.cost), _value(point), proof, _listed(point, site) or "as it is"), look))
    heads = (Head("cost", True), Head(_MEASURES[hardening.measure], True), Head("proof"), Head("upgrades"))
    return Table("The best set for every cost at which more can be had.", heads, tuple(rows))


def _value(point: Point) -> str:
    return "no path is left" if point.value is None else probability(point.value)


def _name(upgrade: str, site: Site) -> str:
    return next((one.name or one.id for one in site.upgrades if one.id == upgrade), upgrade)


def _listed(point: Point, site: Site) -> str:
    return ", ".join(_name(upgrade, site) for upgrade in point.upgrades)


def _drawing(hardening: Hardening, name: str) -> Markup:
    points = [point for point in hardening.front if point.value is not None]
    measure = _IN_WORDS[hardening.measure]
    drawing = Drawing(
        name,
        WIDTH,
        HEIGHT,
        title="Cost against effect",
        description=f"The best {measure} for each of {len(hardening.front)} costs.",
    )
    dearest = float(max(point.cost for point in hardening.front)) or 1.0

    def x(cost: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * cost / dearest

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - value)

    for fifth in range(6):
        drawing.line((LEFT, y(fifth / 5)), (WIDTH - RIGHT, y(fifth / 5)), "grid zero" if fifth == 0 else "grid")
        drawing.text(LEFT - 8.0, y(fifth / 5) + 4.0, f"{fifth / 5:g}", "tick", anchor="end")
    for cost in ticks(0.0, dearest, 6):
        drawing.line((x(cost), y(0.0)), (x(cost), y(0.0) + 5.0), "grid zero")
        drawing.text(x(cost), y(0.0) + 20.0, f"{cost:,.6g}", "tick", anchor="middle")
    drawing.text(LEFT, TOP - 12.0, f"{measure}, worst case", "head")
    drawing.text(WIDTH - RIGHT, HEIGHT - 8.0, "cost", "head", anchor="end")
    _steps(drawing, [(x(float(point.cost)), y(point.value or 0.0)) for point in points], x(dearest))
    for point in points:
        look = "badge" if point.upgrades == hardening.best.upgrades else "chance"
        look += "" if point.proved else " unproved"
        says = f"{money(point.cost)}: {_value(point)}"
        drawing.circle(x(float(point.cost)), y(point.value or 0.0), DOT, look, says=says)
    return drawing.markup()


def _steps(drawing: Drawing, places: Sequence[tuple[float, float]], end: float) -> None:
    """A stair: between two costs nothing more can be had."""
    corners = [places[0]]
    for (_, before), (across, value) in pairwise(places):
        corners += [(across, before), (across, value)]
    corners.append((end, places[-1][1]))
    drawing.path(corners, "stair")
