"""`bartizan figures`: what does the desk's own record say of its work?"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from bartizan.app.figures import FiguresStudy, Part, lives_of, study_figures
from bartizan.cli import wiring, wiring_desk, wiring_store
from bartizan.cli.words import columns, printable
from bartizan.desk.figures import Interval, Link
from bartizan.desk.figures.load import LIMITS
from bartizan.desk.figures.period import SHIFTS

_LINKS = {
    "acknowledged": "raised to acknowledged",
    "assessed": "raised to assessed",
    "dispatched": "assessed to dispatched",
    "on_scene": "dispatched to on the scene",
    "contained": "on the scene to contained",
    "whole": "raised to on the scene",
}
_MOST = 10  # sources in words; all are in the JSON


class TimeOfDay(click.ParamType[time]):
    """A time of day, such as 06:00."""

    name = "HH:MM"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> time:
        """The time that was written."""
        if isinstance(value, time):
            return value
        try:
            return datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
        except ValueError:
            self.fail(f"{value!r} is no time of day. Write it as 06:00", param, ctx)


@click.command()
@click.argument("data", type=click.Path(path_type=Path, file_okay=False))
@click.option("--days", type=click.FloatRange(min=0.01, max=36_500.0), help="Only the last so many days.")
@click.option(
    "--positions", type=click.IntRange(1, 1_000), default=1, show_default=True, help="Operators who share the load."
)
@click.option("--zone", default="UTC", show_default=True, help="Weeks and shifts by this clock, as Europe/Vienna.")
@click.option("--shift", "shifts", type=TimeOfDay(), multiple=True, help="A shift begins then; give each. 06, 14, 22.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with plots (HTML, PDF).")
def figures(
    data: Path,
    *,
    days: float | None,
    positions: int,
    zone: str,
    shifts: Sequence[time],
    as_json: bool,
    report: Path | None,
) -> None:
    """What does the desk's own record in DATA say of its work: load, floods, who was right, how long people took?

    What was real and what was exercise are told apart. A desk that is open has the same on its page of figures.
    """
    if report is not None:
        wiring.require_place_for_report(report)
    try:
        clock = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.UsageError(
            f"--zone {printable(zone)}: there is no such clock. Write it as Europe/Vienna"
        ) from error
    with wiring_store.kept_journal(data) as journal:
        lives = lives_of(journal.read())
    until = datetime.now(UTC)
    study = study_figures(
        lives,
        since=None if days is None else until - timedelta(days=days),
        until=until,
        zone=clock,
        positions=positions,
        begins=shifts or SHIFTS,
    )
    if report is not None:
        wiring_desk.write_figures(study, data.resolve().name, report)
    if as_json:
        click.echo(json.dumps(study.to_json(), ensure_ascii=False, allow_nan=False, indent=2))
    else:
        for line in _words(study):
            click.echo(line)


def _words(study: FiguresStudy) -> Iterator[str]:
    yield f"{study.since:%Y-%m-%d %H:%M} to {study.until:%Y-%m-%d %H:%M} UTC, {study.days:.1f} days"
    for kind, part in (("real", study.real), ("exercise", study.exercise)):
        yield ""
        yield f"{kind}: {part.alarms} alarms"
        if part.alarms:
            yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    judged = [("", "here", "at most")]
    judged += [
        (name.replace("_", " "), f"{value:.3g}", f"{LIMITS[name]:g}{'  over' if name in part.load.over else ''}")
        for name, value in part.load.judged.items()
    ]
    yield from columns(judged, "<><", indent="  ")
    yield ""
    rows = [("", "median", "95 %", "waiting")]
    rows += [
        (_LINKS[link.name], _seconds(link.median.value), _range(link), str(link.waiting))
        for link in part.chain.values()
        if link.count or link.waiting
    ]
    yield from columns(rows, "<><>", indent="  ")
    yield ""
    rows = [("source", "alarms", "nuisance", "false")]
    rows += [
        (
            printable(f"{one.origin.kind} {one.origin.id}"),
            str(one.alarms),
            _share(one.nuisance_share),
            _share(one.false_share),
        )
        for one in part.quality[:_MOST]
    ]
    yield from columns(rows, "<><<", indent="  ")


def _range(link: Link) -> str:
    return f"{_seconds(link.median.low)} to {_seconds(link.median.high)}"


def _seconds(value: float) -> str:
    return f"{value:.0f} s" if math.isfinite(value) else "?"


def _share(found: Interval) -> str:
    return "-" if math.isnan(found.value) else f"{found.value:.0%} ({found.low:.0%} to {found.high:.0%})"
