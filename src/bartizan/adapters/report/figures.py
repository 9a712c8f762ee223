"""What a desk's record says of its work, on one page: load, floods, quality of sources, times, weeks and shifts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from bartizan.adapters.report.page import rendered
from bartizan.adapters.report.section import Head, Line, Row, Section, Table
from bartizan.adapters.report.whiskers import Value, whiskers
from bartizan.adapters.report.words import seconds
from bartizan.app.figures.study import LEAST_DAYS, FiguresStudy, Part, Stretch
from bartizan.desk.figures import Interval, Quantile
from bartizan.desk.figures.load import LIMITS, MIX

MOST_ROWS = 20
JUDGED = {
    "per_ten_minutes": "calls in ten minutes, on average",
    "per_hour": "calls an hour, on average",
    "per_day": "calls a day, on average",
    "busiest_minute": "most in a minute",
    "busiest_ten_minutes": "most in ten minutes",
    "busiest_hour": "most in an hour",
    "windows_over": "part of ten-minute windows with more than ten",
    "flood_share": "part of the time in a flood",
    "chattering": "sources that chatter",
    "stale": "alarms a day old, a day",
    "top_share": "part of all that the ten busiest sources tell",
}
LINKS = {
    "acknowledged": "raised to acknowledged",
    "assessed": "raised to assessed",
    "dispatched": "assessed to dispatched",
    "on_scene": "dispatched to on the scene",
    "contained": "on the scene to contained",
    "whole": "raised to on the scene",
}


def figures_page(study: FiguresStudy, site: str) -> str:
    """The study as one HTML page: no script, no outside reference, the same bytes for the same study."""
    return rendered(
        "sections.html.j2",
        title=f"Figures of the desk: {site}",
        kicker="What the desk's own record says of its work",
        heading=site,
        facts=[
            ("From", f"{study.since:%Y-%m-%d %H:%M} UTC"),
            ("Up to", f"{study.until:%Y-%m-%d %H:%M} UTC"),
            ("Operators", str(study.positions)),
            ("Real alarms", str(study.real.alarms)),
            ("Alarms of exercises", str(study.exercise.alarms)),
        ],
        sections=(*_sections(study, study.real, "real"), *_sections(study, study.exercise, "exercise")),
    )


def _sections(study: FiguresStudy, part: Part, kind: str) -> Iterator[Section]:
    mark = "" if kind == "real" else " (exercises)"
    if kind == "exercise" and not part.alarms:
        return
    yield _load(study, part, mark)
    yield _quality(part, kind, mark)
    yield _chain(part, kind, mark)
    for name, stretches in (("By week", part.weeks), ("By shift", part.shifts)):
        yield _stretches(name + mark, stretches, f"{kind}-{name[3:]}")


def _load(study: FiguresStudy, part: Part, mark: str) -> Section:
    load = part.load
    rows = tuple(
        Row((JUDGED[name], _number(value), _number(LIMITS[name])), "short" if name in load.over else "")
        for name, value in load.judged.items()
    )
    mix = tuple(
        Row((name, str(count), _share(part_), f"{MIX[name]:.0%}")) for name, (count, part_) in load.priorities.items()
    )
    floods = tuple(
        Row((f"{one.begins:%Y-%m-%d %H:%M}", f"{one.ends:%H:%M}", str(one.alarms))) for one in load.floods[:MOST_ROWS]
    )
    lines = [Line("Limits are those usually quoted of EEMUA 191 and ISA-18.2, of one operator; they claim nothing.")]
    if study.days < LEAST_DAYS:
        lines.append(Line(f"{study.days:.1f} days: thirty or more are needed to say much.", "warn"))
    lines.append(
        Line(
            f"Standing at the end: {load.standing}. Fleeting (under ten seconds): {load.fleeting}. "
            f"Suppressed because out of service: {load.suppressed}."
        )
    )
    heads = (Head("what one operator hears"), Head("here", True), Head("usually at most", True))
    tables = [
        Table("Load of one operator's position.", heads, rows),
        Table(
            "Priorities.",
            (Head("priority"), Head("alarms", True), Head("part, 95 %", True), Head("usually", True)),
            mix,
        ),
    ]
    if floods:
        tables.append(Table("Floods.", (Head("from (UTC)"), Head("to"), Head("calls", True)), floods))
    if load.chattering:
        chatter = tuple(Row((f"{one.kind} {one.id}", str(count))) for one, count in load.chattering[:MOST_ROWS])
        tables.append(
            Table("Sources that chatter: three within a minute.", (Head("source"), Head("calls", True)), chatter)
        )
    return Section(f"Load{mark}", tuple(lines), tables=tuple(tables))


def _quality(part: Part, kind: str, mark: str) -> Section:
    shown = part.quality[:MOST_ROWS]
    values = [
        Value(f"{one.origin.kind} {one.origin.id}", *one.nuisance_share, words=_share(one.nuisance_share))
        for one in shown
    ]
    heads = (
        Head("source"),
        *(
            Head(words, True)
            for words in ("alarms", "real", "nuisance", "false", "not judged", "nuisance a day", "false a day")
        ),
    )
    rows = tuple(
        Row(
            (
                f"{one.origin.kind} {one.origin.id}",
                *(str(count) for count in (one.alarms, one.real, one.nuisance, one.false, one.unjudged)),
                _ends(one.nuisance_a_day),
                _ends(one.false_a_day),
            )
        )
        for one in shown
    )
    drawing = whiskers(
        values, f"nuisance-{kind}", title="Nuisance alarms by source", unit="part of those judged", most=1.0
    )
    return Section(
        f"Who was right{mark}",
        figure=drawing if values else None,
        caption="The part of nuisance alarms among those judged real, nuisance or false, with its 95 % interval.",
        tables=(Table("Every source, the worst first.", heads, rows),) if rows else (),
        lines=() if rows else (Line("No alarm."),),
    )


def _chain(part: Part, kind: str, mark: str) -> Section:
    links = [link for link in part.chain.values() if link.count or link.waiting]
    values = [Value(LINKS[link.name], *link.median, words=_time(link.median)) for link in links]
    heads = (
        Head("from, to"),
        *(Head(words, True) for words in ("over", "waiting", "backwards", "median", "95 %", "nine in ten within")),
    )
    rows = tuple(
        Row(
            (
                LINKS[link.name],
                str(link.count),
                str(link.waiting),
                str(link.backwards),
                _seconds(link.median.value),
                f"{_seconds(link.median.low)} to {_seconds(link.median.high)}",
                _seconds(link.nine_in_ten.value),
            )
        )
        for link in links
    )
    return Section(
        f"Times of the chain{mark}",
        figure=whiskers(values, f"chain-{kind}", title="Medians of the chain", unit="seconds, median")
        if values
        else None,
        caption="Medians with their 95 % intervals; who still waits is counted as waiting, not left out.",
        tables=(Table("Each link of the chain.", heads, rows),) if rows else (),
        lines=() if rows else (Line("Nobody has done anything yet."),),
    )


def _stretches(heading: str, stretches: Sequence[Stretch], name: str) -> Section:
    values = [Value(one.name, *one.per_hour, words=f"{one.per_hour.value:.2g} an hour") for one in stretches]
    heads = (
        Head("when"),
        *(
            Head(words, True)
            for words in ("hours", "calls", "an hour", "nuisance", "false", "acknowledged in", "there in")
        ),
    )
    rows = tuple(
        Row(
            (
                one.name,
                f"{one.hours:.0f}",
                str(one.alarms),
                _ends(one.per_hour),
                _share(one.nuisance_share),
                _share(one.false_share),
                _seconds(one.acknowledged.median.value),
                _seconds(one.on_scene.median.value),
            )
        )
        for one in stretches
    )
    drawing = whiskers(values, name, title=heading, unit="calls an hour of one operator", limit=LIMITS["per_hour"])
    return Section(
        heading,
        figure=drawing if values else None,
        caption="Calls an hour of one operator with their 95 % intervals; the broken line is what is usually workable.",
        tables=(Table("Medians in seconds.", heads, rows),),
    )


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3g}"


def _share(found: Interval) -> str:
    return "–" if math.isnan(found.value) else f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%})"


def _ends(found: Interval) -> str:
    return "–" if math.isnan(found.value) else f"{found.value:.2g} ({found.low:.2g} to {found.high:.2g})"


def _time(found: Quantile) -> str:
    return _seconds(found.value)


def _seconds(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{seconds(value)} s" if math.isfinite(value) else "not known"
