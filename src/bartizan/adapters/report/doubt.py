"""The doubt about an answer, on a page: the interval, the figures that drive it, and what to test first."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from bartizan.adapters.report.section import Head, Line, Row, Section, Table
from bartizan.adapters.report.svg import Drawing, fitted
from bartizan.adapters.report.words import probability, seconds
from bartizan.assess.doubt.result import Doubt, Driver

WIDTH = 940.0
LABEL = 350.0  # room for the names of figures
FIGURES = 96.0  # room for numbers at the right
ROW = 30.0
TOP = 40.0
SCALE_TOP = 70.0
SHOWN = 12  # figures; the rest drives next to nothing


def doubt_section(doubt: Doubt, name: str) -> Section:
    """The section of one answer's doubt; `name` tells its drawings from others on the page."""
    lines = tuple(_lines(doubt))
    if doubt.reason is not None:
        return Section("How sure is this?", lines)
    tables = tuple(_tests(doubt)) if doubt.worths else ()
    return Section(
        "How sure is this, and what drives the doubt",
        lines,
        _drawing(doubt, name),
        "Above: where P_I lies. Below: the share of its variance that goes with each figure alone (dark) and with the "
        "figure and all that it acts on together with others (light), with 95 % confidence.",
        tables,
    )


def _lines(doubt: Doubt) -> Iterator[Line]:
    if doubt.reason is not None:
        yield Line(f"{doubt.reason[:1].upper()}{doubt.reason[1:]}.")
        return
    interval = doubt.interval
    yield Line(
        f"P_I lies between {probability(interval.low)} and {probability(interval.high)} with probability "
        f"{interval.level:g}; its point is {probability(doubt.p_interruption)}, its mean {probability(doubt.mean)}."
    )
    yield Line(f"{doubt.doubtful} of {doubt.figures} figures carry doubt; the others count as exact.")
    if doubt.enough is not None:
        look = "met" if doubt.enough >= interval.level else "warn"
        yield Line(f"P_I is what is required, or more, with probability {probability(doubt.enough)}.", look)
    if doubt.checked.every_path:
        yield Line(f"In each of {doubt.draws:,} draws the adversary chose the worst of all paths.")
    else:
        yield Line(
            f"In each of {doubt.draws:,} draws the adversary chose the worst of {doubt.checked.paths:,} paths; of "
            f"{doubt.checked.draws:,} draws solved exactly, {doubt.checked.missed:,} had another, which was lower by "
            f"{doubt.checked.excess:.4f} at most."
        )


def figure_name(at: str, key: str) -> str:
    """A figure as people would look it up: where it stands, and what it says."""
    return f"{at.partition('/')[2].replace('/way/', '/') or at}: {key}"


def _drawing(doubt: Doubt, name: str) -> Markup:
    drivers = [driver for driver in doubt.drivers if driver.total is not None][:SHOWN]
    height = SCALE_TOP + TOP + ROW * max(len(drivers), 1) + 8.0
    drawing = Drawing(
        name,
        WIDTH,
        height,
        title="Where P_I lies, and what drives it",
        description=f"The interval of P_I, and the shares of {len(drivers)} figures in its variance.",
    )
    _scale(drawing, doubt)
    _bars(drawing, drivers)
    return drawing.markup()


def _x(share: float) -> float:
    return LABEL + (WIDTH - LABEL - FIGURES) * min(max(share, 0.0), 1.0)


def _scale(drawing: Drawing, doubt: Doubt) -> None:
    drawing.text(20.0, 38.0, f"Probability of interruption, {doubt.interval.level:.0%}", "name")
    for tenth in range(0, 11, 2):
        share = tenth / 10
        drawing.line((_x(share), 22.0), (_x(share), 52.0), "grid")
        drawing.text(_x(share), 16.0, f"{share:g}", "tick", anchor="middle")
    low, high = _x(doubt.interval.low), _x(doubt.interval.high)
    drawing.rectangle(low, 30.0, max(high - low, 2.0), 14.0, "bar", round_by=2.0)
    drawing.line((_x(doubt.p_interruption), 24.0), (_x(doubt.p_interruption), 50.0), "finish")
    words = f"{probability(doubt.interval.low)} – {probability(doubt.interval.high)}"
    drawing.text(WIDTH - 4.0, 42.0, words, "number", anchor="end")


def _bars(drawing: Drawing, drivers: list[Driver]) -> None:
    drawing.text(20.0, SCALE_TOP + 18.0, "figure", "head")
    drawing.text(_x(0.0), SCALE_TOP + 18.0, "share of the variance", "head")
    drawing.text(WIDTH - 4.0, SCALE_TOP + 18.0, "alone / in all", "head", anchor="end")
    bottom = SCALE_TOP + TOP + ROW * len(drivers)
    for quarter in range(5):
        drawing.line((_x(quarter / 4), SCALE_TOP + 26.0), (_x(quarter / 4), bottom), "grid")
    for index, driver in enumerate(drivers):
        y = SCALE_TOP + TOP + ROW * index + ROW / 2.0 - 6.0
        label = figure_name(driver.at, driver.key)
        first, total = driver.first or 0.0, driver.total or 0.0
        drawing.text(20.0, y + 4.0, fitted(label, LABEL - 30.0, 13.0), "name")
        says = f"{label}: alone {first:.3f}, in all {total:.3f}"
        drawing.rectangle(_x(0.0), y - 8.0, _x(total) - _x(0.0), 16.0, "share-total", round_by=2.0, says=says)
        drawing.rectangle(_x(0.0), y - 4.0, _x(first) - _x(0.0), 8.0, "share-first", round_by=2.0, says=says)
        error = driver.total_error or 0.0
        drawing.line((_x(total - error), y), (_x(total + error), y), "whisker")
        drawing.text(WIDTH - 4.0, y + 4.0, f"{first:.2f} / {total:.2f}", "number", anchor="end")


def _tests(doubt: Doubt) -> Iterator[Table]:
    worths = doubt.worths[:SHOWN]
    known = {(driver.at, driver.key): driver for driver in doubt.drivers}
    trials = worths[0].trials
    heads = [
        Head("figure"),
        Head(f"may be ({doubt.interval.level:.0%})", True),
        Head("known by"),
        Head(f"width after {trials} trials more", True),
        Head("width if it were known", True),
    ]
    wanted = any(worth.trials_for_width is not None for worth in worths)
    settled = any(worth.settled is not None for worth in worths)
    if wanted:
        heads.append(Head("trials to the wanted width", True))
    if settled:
        heads += [Head("chance that they settle it", True), Head("trials to settle it", True)]
    rows: list[Row] = []
    for worth in worths:
        driver = known[worth.at, worth.key]
        cells = [figure_name(worth.at, worth.key), _range(driver), driver.known]
        cells += [f"{worth.width:.3f}", f"{worth.known:.3f}"]
        if wanted:
            cells.append(_count(worth.trials_for_width))
        if settled:
            cells += [probability(worth.settled), _count(worth.trials_to_settle)]
        rows.append(Row(tuple(cells), "first" if not rows else ""))
    yield Table(
        "What testing one figure alone would do to the width of the interval; the most telling test stands first.",
        tuple(heads),
        tuple(rows),
    )


def _count(trials: int | None) -> str:
    return "never alone" if trials is None else f"{trials:,}"


def _range(driver: Driver) -> str:
    """What a doubtful figure may be, for people: a probability, or a mean in seconds."""
    if driver.key.rpartition(".")[2].startswith("p_"):
        return f"{probability(driver.low)} to {probability(driver.high)}"
    return f"{seconds(driver.low)} to {seconds(driver.high)} s"
