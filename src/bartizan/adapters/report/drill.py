"""The report of an exercise: what happened when, what was noticed, how long people took beside what was assumed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bartizan.adapters.report.page import rendered
from bartizan.adapters.report.section import Head, Line, Row, Section, Table
from bartizan.adapters.report.svg import Drawing, fitted, ticks
from bartizan.adapters.report.words import probability, seconds, spread
from bartizan.app.exercise import Reaction, Review, SceneReport
from bartizan.app.figures import Gain, Gains

WIDTH, LABEL, TOP, ROW = 900.0, 250.0, 40.0, 34.0
_STEPS = (("acknowledged", "chance"), ("assessed", "chance-filled"), ("sent", "point"), ("on_scene", "badge critical"))


def render(review: Review, gains: Gains | None = None) -> str:
    """The report as one HTML page: no script, no outside reference, the same bytes for the same exercise.

    `gains`: what it can give back to the site; None for one that was played on no live desk.
    """
    report = review.report
    title = f"Exercise: {report.scenario}"
    outcome = "ended before its end" if report.stopped else "all came as it should" if report.passed else "missed"
    return rendered(
        "sections.html.j2",
        title=title,
        kicker="EXERCISE. Nothing in this report is real",
        heading=title,
        facts=[
            ("Outcome", outcome),
            ("Scenes", str(len(report.scenes))),
            ("Alarms", str(len(review.reactions))),
            ("Pictures rendered", f"{report.rendered:,}"),
            ("Hash of the site", report.site_hash),
        ],
        sections=(
            _outcome(review),
            _responses(review),
            *(() if gains is None else (_back(gains),)),
            *(_scene(review, scene, number) for number, scene in enumerate(report.scenes)),
        ),
    )


def _outcome(review: Review) -> Section:
    met = tuple(Line(f"{scene.name}: {words}", "met") for scene in review.report.scenes for words in scene.met)
    missed = tuple(Line(words, "short") for words in review.report.missed)
    return Section("What had to come", met + missed or (Line("The scenario expects nothing."),))


def _scene(review: Review, scene: SceneReport, number: int) -> Section:
    reactions = tuple(one for one in review.reactions if one.scene == scene.name)
    return Section(
        scene.name,
        (Line(f"It began at {scene.start:%Y-%m-%d %H:%M:%S} UTC."),),
        figure=_chart(reactions, f"scene-{number}") if reactions else None,
        caption="From each alarm: taken (ring), assessed (disc), somebody sent (dark ring), on the scene (last disc).",
        tables=(*([_reactions(reactions)] if reactions else []), _said(scene)),
    )


def _reactions(reactions: tuple[Reaction, ...]) -> Table:
    heads = (
        Head("alarm"),
        Head("came", number=True),
        Head("taken after", number=True),
        Head("assessed after", number=True),
        Head("sent after", number=True),
        Head("there after", number=True),
        Head("as what"),
        Head("clock when it came"),
    )
    rows = tuple(
        Row(
            (
                f"{one.number}: {one.what}",
                f"{seconds(one.t)} s",
                *(_seconds(value) for value in (one.acknowledged, one.assessed, one.sent, one.on_scene)),
                one.disposition or "not assessed",
                "–" if one.chance is None else f"{one.response}: {probability(one.chance)} in time",
            )
        )
        for one in reactions
    )
    return Table("What people did about each alarm, in seconds after it came.", heads, rows)


def _said(scene: SceneReport) -> Table:
    heads = (Head("second", number=True), Head("UTC"), Head("what"))
    rows = tuple(Row((seconds(one.t), f"{one.utc:%H:%M:%S}", one.what)) for one in scene.happenings)
    return Table("What happened.", heads, rows)


def _responses(review: Review) -> Section:
    if not review.responses:
        none = Line("No response got to the scene, so there is no time to compare.")
        return Section("Against the assessment", (none,))
    heads = (Head("response"), Head("scene"), Head("took", number=True), Head("assumed", number=True), Head("so"))
    rows = tuple(
        Row(
            (
                one.response,
                one.scene,
                f"{seconds(one.seconds)} s",
                spread(one.mean, one.sd),
                "–" if one.share is None else f"slower than {one.share:.0%} of what is assumed",
            )
        )
        for one in review.responses
    )
    caption = "From the first alarm to the scene, beside what the site says and the assessment reckons with."
    whose = "These are times of the script's officer: they show how the script runs, and measure nobody."
    lines = (Line(whose),) if review.scripted else ()
    return Section("Against the assessment", lines, tables=(Table(caption, heads, rows),))


def _back(gains: Gains) -> Section:
    """What the exercise can give back to the site, and what that would do."""
    heading = "Back to the site"
    if gains.trouble is not None:
        return Section(heading, (Line(f"What can be offered could not be worked out: {gains.trouble}", "short"),))
    if not gains.gains:
        return Section(heading, (Line("Nothing was measured often enough to be offered."),))
    heads = (
        Head("figure"),
        Head("the site says"),
        Head("measured"),
        Head("of how many", number=True),
        Head("left out", number=True),
        Head("moves P_I most"),
    )
    rows = tuple(
        Row(
            (
                f"{one.offer.at} {one.offer.key}",
                _spelt(one.offer.now),
                _spelt(one.offer.new),
                str(one.offer.measured),
                str(one.offer.left_out),
                _moved(one),
            )
        )
        for one in gains.gains
    )
    lines = (
        Line("Nothing is changed by itself: propose it on the page Proposals of the desk, and accept it there."),
        Line("Each alone, in the state and for the question where it counts most, against the site file as it stands."),
    )
    caption = "Figures that all exercises until now measured, this one among them."
    return Section(heading, lines, tables=(Table(caption, heads, rows),))


def _moved(gain: Gain) -> str:
    row = gain.row
    if row is None:
        return gain.reason or "nothing moves"
    asked = " · ".join(one for one in (row["threat"], row["target"], row["response"]) if one)
    state = ", ".join(row["state"]) or "as the file says"
    return f"{probability(row['before'])} → {probability(row['after'])}: {asked} ({state})"


def _spelt(value: Any) -> str:
    """A figure as the site file spells it, in one line, less its source, which is told beside it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_spelt(one)}" for key, one in value.items() if key != "source")
    return "nothing" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{seconds(value)} s"


def _chart(reactions: tuple[Reaction, ...], name: str) -> Markup:
    """One row for each alarm: from when it came to the last step that was taken."""
    ends = [one.t + max(_taken(one), default=0.0) for one in reactions]
    most = 1.05 * max(1.0, *ends)
    bottom = TOP + ROW * len(reactions)
    drawing = Drawing(
        name,
        WIDTH,
        bottom + 10.0,
        title="Alarms and what was done about them",
        description=f"{len(reactions)} alarms in {seconds(max(ends))} s.",
    )

    def at(t: float) -> float:
        return LABEL + (WIDTH - LABEL - 20.0) * t / most

    for t in ticks(0.0, most, 8):
        drawing.line((at(t), TOP - 8.0), (at(t), bottom), "grid zero" if t == 0.0 else "grid")
        drawing.text(at(t), TOP - 14.0, f"{t:,.6g}" + (" s" if t == 0.0 else ""), "tick", anchor="middle")
    for row, (one, end) in enumerate(zip(reactions, ends, strict=True)):
        y = TOP + ROW * (row + 0.5)
        drawing.text(8.0, y + 4.0, fitted(f"{one.number}: {one.what}", LABEL - 20.0, 13.0), "name")
        drawing.rectangle(at(one.t), y - 3.0, max(at(end) - at(one.t), 2.0), 6.0, "bar", round_by=3.0)
        for step, look in _STEPS:
            after = getattr(one, step)
            if after is not None:
                says = f"{step.replace('_', ' ')} after {seconds(after)} s"
                drawing.circle(at(one.t + after), y, 6.0, look, says=says)
    return drawing.markup()


def _taken(reaction: Reaction) -> list[float]:
    return [after for step, _ in _STEPS if (after := getattr(reaction, step)) is not None]
