"""What the report says of one case, as words ready for its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from bartizan.adapters.report.diagram import sequence_diagram
from bartizan.adapters.report.names import Names
from bartizan.adapters.report.plan import plan_drawing
from bartizan.adapters.report.section import Line, Section
from bartizan.adapters.report.timeline import timeline_chart
from bartizan.adapters.report.words import LEAST_SHOWN, figure, probability, seconds, spread
from bartizan.app.study import Case, Study
from bartizan.app.study.figures import sources_in_words
from bartizan.assess.result import Path


class StepRow(NamedTuple):
    """One task of the worst path."""

    number: int
    name: str
    id: str
    noticed: str
    at: str
    delay: str
    left: str
    timely: str
    first: str
    critical: bool


class ThinRow(NamedTuple):
    """What one task would give; `most_...`: no other gives more."""

    number: int
    name: str
    detected: str
    delayed: str
    most_detected: bool
    most_delayed: bool


class Part(NamedTuple):
    """One way of a path; `other`: the worst path does not use it."""

    words: str
    other: bool


class PathRow(NamedTuple):
    """One of the worst paths."""

    p_interruption: str
    parts: tuple[Part, ...]
    total: str


class FigureRow(NamedTuple):
    """One figure with its source."""

    of: str
    name: str
    value: str
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The part of the report that is about one case."""

    case: Case
    anchor: str
    heading: str
    threat: str
    target: str
    state: str
    response: str
    p_interruption: str
    critical: str
    met: str
    met_look: str
    verdict: tuple[Line, ...]
    diagram: Markup | None
    chart: Markup | None
    plan: Markup | None
    returns: bool
    steps: tuple[StepRow, ...]
    thin: tuple[ThinRow, ...]
    paths: tuple[PathRow, ...]
    figures: tuple[FigureRow, ...]
    unsourced: int
    sections: tuple[Section, ...]


def page_of(case: Case, number: int, study: Study, sections: tuple[Section, ...] = ()) -> Page:
    """The page of one case; `number` tells it from the others in the same report; `sections` follow its paths."""
    worst, site, result = case.worst, case.site, case.result
    names = Names(site)
    figures = tuple(_figure_rows(case, names))
    met = case not in study.short
    index = result.critical_detection_point
    several = result.target is not None and "," in result.target
    return Page(
        case=case,
        anchor=f"case-{number}",
        heading=_heading(case, names),
        threat=names.threat(result.threat),
        target=names.target(result.target) if result.target else "–",
        state=names.state(result.state),
        response=names.response(result.response) if result.response else "–",
        p_interruption="no path" if worst is None else probability(worst.p_interruption),
        critical="–" if worst is None or index is None else f"{index + 1}. {names.step(worst.steps[index])}",
        met="met" if met else "not met",
        met_look="met" if met else "short",
        verdict=tuple(_verdict(case, study, names)),
        # both are drawn towards one target
        diagram=None if site is None or several else sequence_diagram(case, f"layers-{number}"),
        chart=None if worst is None else _chart(case, worst, number, names),
        plan=None if site is None or several else plan_drawing(case, f"plan-{number}"),
        returns=worst is not None and any(step.leg == "out" for step in worst.steps),
        steps=() if worst is None else tuple(_step_rows(worst, names)),
        thin=() if worst is None else tuple(_thin_rows(case, worst, names)),
        paths=tuple(_path_row(path, result.paths[0], names) for path in result.paths),
        figures=figures,
        unsourced=sum(row.source is None for row in figures),
        sections=sections,
    )


def options_in_words(study: Study) -> Iterator[tuple[str, str]]:
    """What was asked, as (name, value) in words; what was left open is not repeated."""
    words = {
        "threats": "Threats asked for",
        "targets": "Targets asked for",
        "states": "States asked for",
        "responses": "Responses asked for",
        "require": "Required P_I",
        "paths": "Paths listed",
        "response_mean": "Mean response time",
        "response_sd": "Its standard deviation",
        "p_communication": "Probability of communication",
        "communication": "Communication counted",
        "forced": "What was forced",
        "insider": "Insider who helps",
        "all_targets": "All targets wanted",
        "within": "Paths within this of the worst",
        "bound": "Bound at the pessimistic ends",
    }
    for key, value in study.options.items():
        if value is None or value is False:
            continue
        if isinstance(value, str | bool):
            said = "yes" if value is True else str(value).replace("-", " ")
        elif isinstance(value, list):
            said = "; ".join((", ".join(item) or "as written") if isinstance(item, list) else item for item in value)
        else:
            said = f"{value:g}" + (" s" if key.startswith("response_") else "")
        yield words[key], said


def _heading(case: Case, names: Names) -> str:
    result = case.result
    if result.target is None:
        return "The path of the sheet"
    state = f", {names.state(result.state)}" if result.state else ""
    force = f", answered by {names.response(result.response)}" if result.response else ""
    return f"{names.threat(result.threat)} to {names.target(result.target)}{state}{force}"


def _verdict(case: Case, study: Study, names: Names) -> Iterator[Line]:
    path, result = case.worst, case.result
    yield Line(
        f"The response takes {spread(case.response_mean, case.response_sd)}; "
        f"the alarm reaches it with probability {probability(case.p_communication)}."
    )
    for note in case.notes:
        yield Line(note)
    if path is None:
        yield Line(f"No path: {result.reason}.")
        return
    require = study.options["require"]
    if require is not None:
        met = case not in study.short
        yield Line(f"The required {require:g} is {'met' if met else 'not met'}.", "met" if met else "short")
    if case.bound is not None:
        sure = "" if case.bound.proved is not None else ", found by search and not proved"
        yield Line(
            f"With every doubtful figure at the pessimistic end of its {case.bound.level:.0%} interval P_I is at least "
            f"{probability(case.bound.value)}{sure}."
        )
    yield Line(_critical_words(path, names))
    if result.certificate is not None:
        proof = result.certificate
        if proof.proved:
            yield Line(f"Proved worst: no path does better for the intruder; lower bound = value = {proof.value:.6f}.")
        else:
            yield Line(f"Not proved: the worst P_I lies from {proof.lower_bound:.6f} to {proof.value:.6f}.", "short")
    if result.p_effectiveness is None:
        yield Line("P_N and P_E are open: no engagement figure says how an interrupted intruder is stopped.")
    else:
        yield Line(f"P_N {probability(result.p_neutralization)}, P_E {probability(result.p_effectiveness)}.")
    if path.wide_spread:
        tasks = ", ".join(str(index + 1) for index in path.wide_spread)
        beside = "" if path.nonnegative is None else f" With non-negative delays P_I is {path.nonnegative:.3f}."
        yield Line(f"Wide spread: the standard deviation exceeds half the mean in task {tasks}.{beside}", "warn")
    yield from _under_laws(case, path)
    figures = case.rests_on
    if figures:
        look = "warn" if any(one.source is None for one in figures) else ""
        yield Line(f"Rests on {sources_in_words(figures)}.", look)


def _under_laws(case: Case, path: Path) -> Iterator[Line]:
    """What P_I is under the laws that the times have, where that says anything new."""
    order = case.result.law_order
    if order is None or path.any_law is None:
        return
    if order.changed:
        ranks = ", ".join(str(index + 1) for index in order.order)
        yield Line(
            f"Under the laws that its times have, none of them negative, P_I is {probability(path.any_law)}, and the "
            f"paths below stand in another order: {ranks}. A path beyond these may be worse still under those laws.",
            "warn",
        )
    elif abs(path.any_law - path.p_interruption) >= LEAST_SHOWN:
        yield Line(
            f"Under the laws that its times have, none of them negative, P_I is {probability(path.any_law)}; the paths "
            "below keep their order."
        )


def _critical_words(path: Path, names: Names) -> str:
    index = path.critical_detection_point
    if index is None:
        return "No critical detection point: by the means, detection comes too late in every task."
    words = f"Critical detection point: task {index + 1}, {names.step(path.steps[index])}."
    if path.last_detecting is None:
        return f"{words} Nothing detects at or before it."
    if path.last_detecting != index:
        return f"{words} The last task that detects in time is {path.last_detecting + 1}."
    return words


def _chart(case: Case, path: Path, number: int, names: Names) -> Markup:
    return timeline_chart(case, path, f"timeline-{number}", [names.step(step) for step in path.steps])


def _step_rows(path: Path, names: Names) -> Iterator[StepRow]:
    for index, step in enumerate(path.steps):
        seen = step.p_detection > 0.0
        yield StepRow(
            number=index + 1,
            name=names.step(step),
            id=names.id(step),
            noticed=probability(step.p_detection) if seen else "–",
            at=(step.detect_at or "–") if seen else "–",
            delay=spread(step.delay_mean, step.delay_sd) if step.delay_mean or step.delay_sd else "–",
            left=spread(step.mean_after, step.sd_after) if seen else "–",
            timely=probability(step.p_timely) if seen else "–",
            first=probability(step.p_first) if seen else "–",
            critical=index == path.critical_detection_point,
        )


def _thin_rows(case: Case, path: Path, names: Names) -> Iterator[ThinRow]:
    detected = max((thin.detected or 0.0 for thin in case.thin), default=0.0)
    delayed = max((thin.delayed or 0.0 for thin in case.thin), default=0.0)
    for thin in case.thin:
        yield ThinRow(
            number=thin.index + 1,
            name=names.step(path.steps[thin.index]),
            detected=probability(thin.detected),
            delayed=probability(thin.delayed),
            most_detected=thin.detected == detected,
            most_delayed=thin.delayed == delayed,
        )


def _path_row(path: Path, worst: Path, names: Names) -> PathRow:
    used = {(step.kind, step.id, step.way) for step in worst.steps}
    parts = tuple(
        Part(names.step(step), (step.kind, step.id, step.way) not in used) for step in path.steps if step.kind != "area"
    )
    total = f"{seconds(sum(step.delay_mean for step in path.steps))} s"
    return PathRow(probability(path.p_interruption), parts, total)


def _figure_rows(case: Case, names: Names) -> Iterator[FigureRow]:
    if case.worst is not None:
        for index, (step, figures) in enumerate(zip(case.worst.steps, case.figures, strict=False)):
            for one in figures:
                yield FigureRow(f"{index + 1}. {names.step(step)}", one.name, figure(one.value), one.source)
    for one in case.response_figures:
        yield FigureRow(names.response(case.result.response or ""), one.name, figure(one.value), one.source)
