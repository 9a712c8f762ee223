"""`bartizan drill`: play a scenario on a site through watch and desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from bartizan.app.exercise import Cases, ExerciseClock, ExerciseReport, Happening, ScriptStage, review
from bartizan.app.exercise.exercise import Exercise
from bartizan.app.exercise.rehearsals import Library
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import open_room
from bartizan.cli import wiring
from bartizan.cli.words import printable
from bartizan.drill.scenario import Scene
from bartizan.errors import CheckError


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.argument("scenario", type=click.Path(path_type=Path), required=False)
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write what came of it, .html or .pdf.")
@click.option("--blind", multiple=True, metavar="CAMERA", help="This camera gives a black picture; may be repeated.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Of the pictures' noise.")
def drill(site: Path, scenario: Path | None, *, report: Path | None, blind: tuple[str, ...], seed: int) -> None:
    """Play SCENARIO on SITE: cameras are rendered, and what they see goes through the real detector to a desk.

    SCENARIO is a file, or the name of one in SITE/scenarios; without, those are listed. Nothing is kept but the
    report. Exit status 1 where an alarm or an assessment did not come as the scenario says, or one came that must not.
    """
    if report is not None:
        wiring.require_place_for_report(report)
    guarded = wiring.load_site(site)
    library = wiring.scenario_library(site)
    if scenario is None:
        for line in listed(library):
            click.echo(line)
        return
    named = str(scenario) in library.names() or not (scenario.suffix or scenario.exists())
    script = library.read(str(scenario)) if named else wiring.read_scenario(scenario)
    clock = ExerciseClock(script.scenes[0].start)
    room = open_room(guarded, MemoryJournal(), clock, minds=False)
    desk = room.desk
    with wiring.camera_threads() as workers:
        stage, cases = ScriptStage(desk, clock), Cases(room, room.office.handover)
        exercise = Exercise(guarded, desk, stage, cases=cases, tell=tell, blind=blind, seed=seed, workers=workers)
        played = exercise.play(script)
    if report is not None:
        wiring.write_review(review(played, desk), report)
    for line in outcome(played):
        click.echo(line)
    refuse_missed([played])


def listed(library: Library) -> Iterator[str]:
    """The scenarios of a site, one a line."""
    if not library.names():
        yield "The site has no scenarios. Put them into its folder scenarios."
    for name in library.names():
        scenario = library.read(name)
        scenes = f"{len(scenario.scenes)} scene{'s' if len(scenario.scenes) > 1 else ''}"
        yield f"{name}: {printable(scenario.about or scenario.name)} ({scenes}, {scenario.seconds:.0f} s)"


def tell(scene: Scene, happening: Happening) -> None:
    """Print what happens as it happens: the second of the scene, the instant, the words."""
    click.echo(f"  {happening.t:6.1f} s  {happening.utc:%Y-%m-%d %H:%M:%S}Z  {printable(happening.what)}")


def outcome(report: ExerciseReport) -> Iterator[str]:
    """What came of a scenario, as lines."""
    yield f"{printable(report.scenario)}: {'all came as it should' if report.passed else 'MISSED'}"
    for scene in report.scenes:
        for words in scene.met:
            yield f"  met     {printable(scene.name)}: {printable(words)}"
        for words in scene.missed:
            yield f"  missed  {printable(scene.name)}: {printable(words)}"
    yield f"  {counted(report.rendered, report.detected, report.dropped)}"


def counted(rendered: int, detected: int, dropped: int) -> str:
    """The counts of an exercise in one line."""
    return f"{rendered:,} frames rendered, {detected:,} people detected in them, {dropped:,} lost on the way to tracks"


def refuse_missed(reports: list[ExerciseReport]) -> None:
    """Raises CheckError where anything was missed."""
    words = [f"{report.scenario}, {missed}" for report in reports for missed in report.missed]
    if words:
        raise CheckError("\n".join(words))
