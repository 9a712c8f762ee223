"""`bartizan demo`: assess the bundled site, open the desk, play both stories through the real pipeline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import click

from bartizan.app.desk.feed import LiveFeed
from bartizan.app.exercise import Cases, ExerciseClock, ExerciseReport, ScriptStage
from bartizan.app.exercise.before import begins, the_night_before
from bartizan.app.exercise.exercise import Exercise
from bartizan.app.room import Room, open_room
from bartizan.app.study import study
from bartizan.cli import wiring
from bartizan.cli.drill import counted, outcome, refuse_missed, tell
from bartizan.cli.summary import summary
from bartizan.drill.scenario import Scenario, Scene
from bartizan.site.site import Site

STORIES = ("wanderer", "armed-entry")
STATES = (["night", "normal"], ["night", "heightened"])
SHOWN = 180.0  # seconds that the two stories take when somebody watches
USER = "officer"
GUARD = "Anna 2"  # the second guard of the post, by call sign


class Pace:
    """Lets a scene pass `speed` times as fast as it is written, on a monotonic clock."""

    def __init__(
        self, speed: float, now: Callable[[], float] = time.monotonic, wait: Callable[[float], None] = time.sleep
    ):
        self._speed, self._now, self._wait = speed, now, wait
        self._scene: Scene | None = None
        self._origin = 0.0

    def __call__(self, scene: Scene, t: float) -> None:
        """Wait until second `t` of the scene is due; a scene that lags is not hurried, its clock waits too."""
        if scene is not self._scene:
            self._scene, self._origin = scene, self._now() - t / self._speed
        ahead = self._origin + t / self._speed - self._now()
        if ahead > 0.0:
            self._wait(ahead)
        else:
            self._origin -= ahead


@click.command()
@click.option("--headless", is_flag=True, help="No desk page: play as fast as the machine allows, and end.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of the desk's page; any free one by itself.")
@click.option("--blind", multiple=True, metavar="CAMERA", help="This camera gives a black picture; may be repeated.")
@click.option("--end", is_flag=True, help="Close the desk when the stories are over, instead of waiting for Ctrl-C.")
def demo(*, headless: bool, port: int, blind: tuple[str, ...], end: bool) -> None:
    """Show both stories on the bundled, fictional site: the wanderer and the armed entry.

    Assesses the site, opens the desk on this machine alone and plays the stories in about three minutes. Exit status
    1 where a story's alarms or assessments did not come.
    """
    folder = wiring.bundled_site()
    site = wiring.load_site(folder)
    stories = [wiring.read_scenario(folder / "scenarios" / f"{name}.toml") for name in STORIES]
    for line in assessed(site):
        click.echo(line)
    with ExitStack() as open_parts:
        journal = open_parts.enter_context(wiring.kept_for_now())
        story = stories[0].scenes[0].start
        clock = ExerciseClock(begins(site, story))
        room = open_room(site, journal, clock, minds=False)
        feed = None if headless else LiveFeed()
        if feed is not None:
            _open_page(open_parts, room, feed, clock, port)
        click.echo(f"The night before: {the_night_before(room, clock, story, guard=GUARD, officer=USER)}")
        click.echo("")
        reports = _play(stories, room, clock, feed, blind)
        if feed is not None and not end:
            click.echo("The stories are over. The desk stays open: end it with Ctrl-C.")
            _until_stopped()
    refuse_missed(reports)


def assessed(site: Site) -> Iterator[str]:
    """Would the layers stop the man of the second story? In the normal and in the heightened posture."""
    yield "Would the layers stop an armed intruder at night before he reaches the registry?"
    yield ""
    yield from summary(
        study(
            site,
            threats=["armed-intruder"],
            targets=["registry"],
            responses=["guard-force"],
            states=STATES,
            count=1,
        )
    )
    yield ""


def _open_page(parts: ExitStack, room: Room, feed: LiveFeed, clock: ExerciseClock, port: int) -> None:
    server, password = wiring.exercise_page(room, site=room.site, live=feed, now=clock, user=USER, port=port)
    parts.enter_context(server)
    click.echo(f"The desk: {server.url}")
    click.echo(f"  log in as {USER}, password {password} (for this demo alone)")
    click.echo("")


def _play(
    stories: list[Scenario], room: Room, clock: ExerciseClock, feed: LiveFeed | None, blind: tuple[str, ...]
) -> list[ExerciseReport]:
    seconds = sum(story.seconds for story in stories)
    pace: Pace | None = None if feed is None else Pace(seconds / SHOWN)
    began = time.monotonic()
    reports = []
    with wiring.camera_threads() as workers:
        stage, cases = ScriptStage(room.desk, clock, pace), Cases(room, room.office.handover)
        exercise = Exercise(
            room.desk.site, room.desk, stage, cases=cases, feed=feed, tell=tell, blind=blind, workers=workers
        )
        for story in stories:
            click.echo(f"{story.name}: {story.about}")
            reports.append(exercise.play(story))
            click.echo("")
    for report in reports:
        for line in outcome(report):
            click.echo(line)
    total = counted(
        sum(one.rendered for one in reports), sum(one.detected for one in reports), sum(one.dropped for one in reports)
    )
    click.echo(f"both stories: {total}; {seconds:.0f} s played in {time.monotonic() - began:.0f} s")
    return reports


def _until_stopped() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("")
