"""The timeline of one path: each task as a bar, each chance of detection as a point, against the time of response."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bartizan.adapters.report.svg import Drawing, fitted, ticks
from bartizan.adapters.report.words import probability, seconds, spread
from bartizan.app.study import Case
from bartizan.assess.result import Path, Step

WIDTH = 960.0
LABEL = 262.0  # left of the chart: the names of tasks
FIGURES = 140.0  # right of the chart: detection and timeliness
TOP = 46.0
ROW = 30.0
BAR = 14.0
DOT = 6.0  # radius of the point of a sure detection
WEIGHT = {"begin": 0.0, "middle": 0.5, "end": 1.0}  # how much of a task is over when it is noticed


@dataclass(frozen=True, slots=True)
class _Scale:
    """Seconds of the path to units of the drawing."""

    first: float
    last: float

    def __call__(self, t: float) -> float:
        return LABEL + (t - self.first) / (self.last - self.first) * (WIDTH - LABEL - FIGURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One task of the chart: it ends at `end` seconds, by the means."""

    index: int
    step: Step
    end: float
    label: str
    critical: bool


def timeline_chart(case: Case, path: Path, name: str, labels: Sequence[str]) -> Markup:
    """The chart of `path` under the case's response, by mean times, as inline SVG; `labels` names each task."""
    ends = _ends(path.steps)
    total = ends[-1]
    need = total - case.response_mean  # detection later than this is too late, by the means
    spare = 0.06 * max(total, case.response_mean, 1.0)
    whole_sd = math.hypot(*(step.delay_sd for step in path.steps))
    first = min(0.0, need - min(case.response_sd, 0.5 * case.response_mean)) - (spare if need < 0.0 else 0.0)
    scale = _Scale(first, max(total + min(whole_sd, 0.35 * max(total, 1.0)), total + spare))
    bottom = TOP + ROW * len(path.steps) + 10.0
    drawing = Drawing(
        name,
        WIDTH,
        bottom + 84.0,
        title="Timeline of delay against response",
        description=_description(case, path, total, need),
    )
    drawing.rectangle(scale(first), TOP - 6.0, max(scale(need) - scale(first), 0.0), bottom - TOP + 6.0, "in-time")
    _axis(drawing, scale, bottom)
    _heads(drawing)
    for index, step in enumerate(path.steps):
        critical = index == path.critical_detection_point
        _task(drawing, scale, _Row(index=index, step=step, end=ends[index], label=labels[index], critical=critical))
    drawing.line((scale(total), TOP - 6.0), (scale(total), bottom + 34.0), "finish")
    drawing.line((scale(need), TOP - 6.0), (scale(need), bottom + 34.0), "deadline")
    _response(drawing, scale, case, total, bottom)
    return drawing.markup()


def _ends(steps: Sequence[Step]) -> list[float]:
    ends, t = [], 0.0
    for step in steps:
        t += step.delay_mean
        ends.append(t)
    return ends


def _description(case: Case, path: Path, total: float, need: float) -> str:
    words = (
        f"The path takes {seconds(total)} s by the means and the response "
        f"{spread(case.response_mean, case.response_sd)}. "
    )
    if need <= 0.0:
        return words + "The response needs longer than the whole path: no detection is in time by the means."
    critical = path.critical_detection_point
    return words + (
        f"Detection must come within the first {seconds(need)} s. "
        + (f"The critical detection point is task {critical + 1}." if critical is not None else "")
    )


def _heads(drawing: Drawing) -> None:
    drawing.text(0.0, 16.0, "task", "head")
    drawing.text(WIDTH - FIGURES + 66.0, 16.0, "noticed", "head", anchor="end")
    drawing.text(WIDTH - 4.0, 16.0, "in time", "head", anchor="end")


def _axis(drawing: Drawing, scale: _Scale, bottom: float) -> None:
    for t in ticks(scale.first, scale.last, 7):
        drawing.line((scale(t), TOP - 6.0), (scale(t), bottom), "grid zero" if t == 0.0 else "grid")
        drawing.text(scale(t), TOP - 12.0, f"{t:,.6g}" + (" s" if t == 0.0 else ""), "tick", anchor="middle")


def _task(drawing: Drawing, scale: _Scale, row: _Row) -> None:
    step, end, label = row.step, row.end, row.label
    y = TOP + ROW * row.index + ROW / 2.0
    begin = end - step.delay_mean
    if row.critical:
        drawing.rectangle(0.0, y - ROW / 2.0 + 1.0, WIDTH, ROW - 2.0, "critical-row", round_by=4.0)
    drawing.text(20.0, y + 4.0, str(row.index + 1), "detail", anchor="end")
    drawing.text(28.0, y + 4.0, fitted(label, LABEL - 36.0, 13.0), "name")
    says = f"{label}: {spread(step.delay_mean, step.delay_sd)}"
    width = max(scale(end) - scale(begin), 1.5)
    drawing.rectangle(scale(begin), y - BAR / 2.0, width, BAR, "bar", round_by=2.0, says=says)
    if step.delay_sd:
        reach = min(scale(end + step.delay_sd), WIDTH - FIGURES)
        drawing.line((scale(end), y), (reach, y), "whisker")
        drawing.line((reach, y - 4.0), (reach, y + 4.0), "whisker")
    if step.p_detection and step.detect_at is not None:
        at = scale(begin + WEIGHT[step.detect_at] * step.delay_mean)
        says = f"noticed with {probability(step.p_detection)}; in time with {probability(step.p_timely)}"
        drawing.circle(at, y, DOT, "chance", says=says)
        # the area filled, not the radius, is in proportion to the probability
        drawing.circle(at, y, DOT * math.sqrt(step.p_detection), "chance-filled")
    seen = probability(step.p_detection) if step.p_detection else "–"
    timely = probability(step.p_timely) if step.p_detection else "–"
    drawing.text(WIDTH - FIGURES + 66.0, y + 4.0, seen, "number", anchor="end")
    drawing.text(WIDTH - 4.0, y + 4.0, timely, "number", anchor="end")


def _response(drawing: Drawing, scale: _Scale, case: Case, total: float, bottom: float) -> None:
    need = total - case.response_mean
    y = bottom + 24.0
    drawing.text(28.0, y + 4.0, "response", "name")
    drawing.rectangle(scale(need), y - 9.0, scale(total) - scale(need), 18.0, "response", round_by=2.0)
    if case.response_sd:
        low = max(scale(need - case.response_sd), LABEL)
        high = min(scale(need + case.response_sd), WIDTH - FIGURES)
        drawing.line((low, y), (high, y), "response-whisker")
        for x in (low, high):
            drawing.line((x, y - 5.0), (x, y + 5.0), "response-whisker")
    drawing.text(WIDTH - 4.0, y + 4.0, spread(case.response_mean, case.response_sd), "number", anchor="end")
    left, right = scale(need), scale(total)
    close = right - left < 250.0
    words = f"{seconds(need)} s: latest detection in time" if need > 0.0 else "too late from the start"
    drawing.text(left - (4.0 if close else 0.0), y + 34.0, words, "deadline-word", anchor="end" if close else "middle")
    drawing.text(right, y + 34.0, f"{seconds(total)} s: done", "finish-word", anchor="middle")
