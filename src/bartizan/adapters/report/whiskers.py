"""A drawing of values with their intervals, one below another: a dot, a whisker, and what they are called."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from bartizan.adapters.report.svg import Drawing, fitted, ticks

WIDTH, LABEL, RIGHT, TOP, ROW, BOTTOM = 900.0, 260.0, 150.0, 14.0, 30.0, 40.0


class Value(NamedTuple):
    """One row: what it is called, its value and interval, and both in words."""

    name: str
    value: float
    low: float
    high: float
    words: str


def whiskers(
    values: Sequence[Value], name: str, *, title: str, unit: str, most: float | None = None, limit: float | None = None
) -> Markup:
    """The drawing; `unit` stands below its axis, which ends at `most` or where the largest finite end lies.

    `limit` is drawn as a line. A whisker without an end runs to the edge; a row without a value has no dot.
    """
    ends = [end for one in values for end in (one.value, one.high) if math.isfinite(end)]
    last = most if most is not None else max([*ends, limit or 0.0], default=0.0) or 1.0
    height = TOP + ROW * len(values) + BOTTOM
    said = "; ".join(f"{one.name}: {one.words}" for one in values)
    drawing = Drawing(name, WIDTH, height, title=title, description=said or "Nothing was measured.")
    floor = height - BOTTOM

    def x(value: float) -> float:
        return LABEL + (WIDTH - LABEL - RIGHT) * min(value, last) / last

    for tick in ticks(0.0, last, 6):
        drawing.line((x(tick), TOP), (x(tick), floor), "grid zero" if tick == 0.0 else "grid")
        drawing.text(x(tick), floor + 16.0, f"{tick:,.6g}", "tick", anchor="middle")
    drawing.text(WIDTH - RIGHT, height - 6.0, unit, "head", anchor="end")
    if limit is not None:
        drawing.line((x(limit), TOP), (x(limit), floor), "deadline")
    for number, one in enumerate(values):
        y = TOP + ROW * (number + 0.5)
        drawing.text(0.0, y + 4.0, fitted(one.name, LABEL - 12.0, 12.0), "name")
        drawing.line((x(one.low), y), (x(one.high) if math.isfinite(one.high) else WIDTH - RIGHT, y), "whisker")
        if math.isfinite(one.value):
            drawing.circle(x(one.value), y, 5.0, "chance-filled", says=one.words)
        drawing.text(WIDTH - RIGHT + 10.0, y + 4.0, one.words, "detail")
    return drawing.markup()
