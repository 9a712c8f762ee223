"""`bartizan watch` of cameras that go on: here in processes of their own, or on other machines behind a broker."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bartizan.app.live.arming import Arming
from bartizan.app.live.eye import model_of
from bartizan.app.live.gather import Arrivals, Gathering, Taken, Trouble
from bartizan.app.live.intake import Intake
from bartizan.app.live.join import WAIT, Join
from bartizan.app.live.recorded import RunHead
from bartizan.app.live.rehearsal import rehearse_run
from bartizan.app.live.run import LiveRun
from bartizan.app.live.wire import Ended, encode
from bartizan.cli import wiring, wiring_live
from bartizan.cli.bus_options import Bus
from bartizan.cli.camera_job import CameraJob, GoAhead
from bartizan.cli.data_folder import data_folder
from bartizan.cli.watch_words import Teller, many
from bartizan.errors import MissingPartError
from bartizan.signal import Signal
from bartizan.site.site import Site

BUS_WAIT = 3.0  # seconds: a network and a broker lie between the cameras
SHOW = 0.5  # seconds between two pictures of a camera that could be kept
DRAIN = 10.0  # seconds that the last messages have to be taken
_TURN = 0.5  # seconds between two looks at whether to stop


@dataclass(frozen=True, slots=True)
class LiveTask:
    """What is watched: the site and its path, the head of the run, where it is kept and what is to be explained."""

    path: Path
    site: Site
    head: RunHead
    record: Path | None = None
    explain: str | None = None
    pictures: Path | None = None

    def seeded(self, seed: int) -> LiveTask:
        """The task with another seed."""
        return replace(self, head=replace(self.head, seed=seed))


class Clock:
    """The clock of a live run: `now` [s] since `epoch`, which is `zero` (UTC).

    `start` (UTC) is when the first picture of a file was taken, where somebody knows.
    """

    def __init__(self, start: datetime | None) -> None:
        self.epoch = time.monotonic()
        self.zero = datetime.now(UTC)
        self._start = start

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.monotonic() - self.epoch

    def go(self) -> bytes:
        """The word that the workers begin with: files begin now."""
        begin = self.now()
        if self._start is not None:
            self.zero = self._start - timedelta(seconds=begin)
        return GoAhead(begin, self.zero).write()


def watch_here(task: LiveTask, sources: Mapping[str, str], fps: float | None, teller: Teller) -> None:
    """Watch cameras of this machine, each in a process of its own, until they are over or Ctrl-C."""
    for camera in sources:
        model_of(task.site.camera(camera))
    clock = Clock(task.head.start)
    asked = jobs(task.path, task.site, sources, fps, clock, show=None if task.pictures is None else SHOW)
    with ExitStack() as parts:
        over = parts.enter_context(stopping())
        rehearse_run(task.site)
        fleet = parts.enter_context(wiring_live.camera_workers(asked, clock.go))
        task = begun(task, clock, tuple(sources))
        run = run_of(task, parts)
        teller.begin(task.site, run.book, tuple(sources), why=task.explain)
        gathering = gathering_of(task, run, Join(sources, wait=WAIT), clock.now, teller)
        album = None if task.pictures is None else wiring_live.album(task.site, task.pictures, task.head.start)
        gather(gathering, fleet, over, run=run, teller=teller, tell=None if album is None else album.told)
        done(task, gathering, run, teller)
        if album is not None:
            teller.note(album.counts.words)


def watch_elsewhere(task: LiveTask, bus: Bus, publish: bool, teller: Teller) -> None:
    """Watch the cameras of other machines, until they are all over or Ctrl-C; `publish` tells the broker of signals."""
    cameras = reporting(task.site)
    rehearse_run(task.site)
    clock = Clock(task.head.start)
    clock.go()
    task = begun(task, clock, cameras)
    intake = Intake(task.site.watch_hash, cameras, task.head.start)
    with ExitStack() as parts:
        over = parts.enter_context(stopping())
        run = run_of(task, parts)
        heard = parts.enter_context(wiring_live.subscriber(bus, intake, clock.now))

        def also(signal: Signal) -> None:
            if publish:
                heard.say(f"signal/{signal.kind}", json.dumps(signal.to_json()).encode())

        teller.begin(task.site, run.book, cameras, also=also, why=task.explain)
        gathering = gathering_of(task, run, Join(cameras, wait=BUS_WAIT), clock.now, teller)
        gather(gathering, heard, over, run=run, teller=teller)
        done(task, gathering, run, teller)
    refused = intake.counts.words()
    for words in (
        f"{many(intake.counts.taken, 'message')} taken",
        f"refused: {refused}" if refused else "",
        f"{many(intake.missing, 'message')} never came" if intake.missing else "",
        f"{many(heard.full, 'message')} came while too much waited, to be sent again" if heard.full else "",
        f"{many(heard.unsaid, 'signal')} that no broker came for" if heard.unsaid else "",
        heard.line.last,
    ):
        if words:
            teller.note(words)


def send(
    task: LiveTask, sources: Mapping[str, str], fps: float | None, bus: Bus, *, spool: Path, teller: Teller
) -> None:
    """Hand what the cameras of this machine tell to a broker, until they are over or Ctrl-C."""
    for camera in sources:
        model_of(task.site.camera(camera))
    clock = Clock(task.head.start)
    asked = jobs(task.path, task.site, sources, fps, clock)
    told = 0
    with ExitStack() as parts:
        over = parts.enter_context(stopping())
        to = parts.enter_context(wiring_live.publisher(bus, spool))
        fleet = parts.enter_context(wiring_live.camera_workers(asked, clock.go))
        left = set(sources)
        while left and not over() and to.failed is None:
            arrival = fleet.next(_TURN)
            if isinstance(arrival, Trouble):
                teller.note(f"camera '{arrival.camera}': {arrival.words}")
            elif arrival is not None:
                told += 1
                to.tell(arrival.sender, arrival.number, arrival.camera, encode(arrival))
                if isinstance(arrival, Ended):
                    left.discard(arrival.camera)
            teller.progress(f"t = {clock.now():.1f} s, {told} messages told; {to.line.last or 'the broker is there'}")
        if to.failed is not None:
            raise to.failed
        drained = to.drain(DRAIN if not left else _TURN)
        words = "" if drained else f"; {spool} holds what nobody has taken yet: the next run sends it"
        dropped = to.spool_dropped
        teller.note(
            f"{many(told, 'message')} told{words}"
            + "".join(f"; {count:,} dropped in all because the queue was {why}" for why, count in dropped.items())
            + (f"; {to.unwritten:,} not written in time" if to.unwritten else "")
        )


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Whether to stop: Ctrl-C and SIGTERM are the ordinary end of what has no end, and not an error."""
    over = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: over.set())
    try:
        yield over.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def begun(task: LiveTask, clock: Clock, health: tuple[str, ...] | None) -> LiveTask:
    """The task when its cameras have begun: those in `health` must be well from now on."""
    return replace(task, head=replace(task.head, start=clock.zero, health=health, began=clock.now()))


def run_of(task: LiveTask, parts: ExitStack) -> LiveRun:
    """The run of a task, kept in the file that the task names."""
    keep = None if task.record is None else parts.enter_context(wiring_live.recorder(task.record, task.head))
    return task.head.live(task.site, keep, explain=task.explain is not None)


def jobs(
    path: Path,
    site: Site,
    sources: Mapping[str, str],
    fps: float | None,
    clock: Clock,
    *,
    show: float | None = None,
) -> Iterable[CameraJob]:
    """What each camera's worker is asked to do; `show` as in `CameraJob`."""
    place = str(path.resolve())
    for camera, source in sources.items():
        rate = fps or site.camera(camera).fps
        yield CameraJob(site=place, camera=camera, source=source, fps=rate, epoch=clock.epoch, show=show)


def reporting(site: Site) -> tuple[str, ...]:
    """The cameras of a site that other machines may report of. Raises MissingPartError where there is none."""
    cameras = tuple(camera.id for camera in site.cameras if camera.model is not None)
    if not cameras:
        raise MissingPartError("no camera of the site has a model, so that nobody can report of one. Give it one")
    return cameras


def gathering_of(task: LiveTask, run: LiveRun, join: Join, now: Callable[[], float], teller: Teller) -> Gathering:
    """What gathers for a run: troubles are printed, and what people arm and disarm meanwhile is minded."""
    orders = wiring.orders_file(data_folder(task.path, None))
    arming = Arming(task.site, orders, lambda: datetime.now(UTC))
    return Gathering(
        run,
        join,
        now=now,
        tell=lambda trouble: teller.note(f"camera '{trouble.camera}': {trouble.words}"),
        arming=arming.changes,
    )


def gather(
    gathering: Gathering,
    arrivals: Arrivals,
    over: Callable[[], bool],
    *,
    run: LiveRun,
    teller: Teller,
    tell: Callable[[Taken], None] | None = None,
) -> None:
    """Gather what arrives until `over`, and print what comes of it; `tell` hears of it too."""
    for taken in gathering.watch(arrivals, over):
        teller.tell(taken.sighting.signals, taken.sighting.t)
        if tell is not None:
            tell(taken)
        dropped = gathering.counts.dropped + run.counts.dropped_frames
        if taken.report is not None:
            seen = f"{run.counts.frames} pictures, {len(taken.sighting.points)} in view, {dropped} dropped"
            teller.progress(f"t = {taken.sighting.t:.1f} s, {seen}")


def done(task: LiveTask, gathering: Gathering, run: LiveRun, teller: Teller) -> None:
    """End the run, and say what it came to."""
    teller.tell(run.finish())
    counts, way = run.counts, gathering.counts
    late = sum(way.join.late.values())
    on_the_way = [
        f"{late:,} too late" if late else "",
        f"{way.ahead.total():,} ahead of the clock" if way.ahead else "",
        f"{sum(way.unsent.values()):,} not handed over in time" if any(way.unsent.values()) else "",
        f"{sum(one.dropped for one in way.sources.values()):,} at their streams" if way.sources else "",
        f"{way.troubles.total():,} times a worker died" if way.troubles else "",
    ]
    lost = ", ".join(words for words in on_the_way if words)
    teller.done(
        f"{many(counts.frames, 'picture')}, {many(counts.detections, 'detection')}, "
        f"{many(counts.tracks.tracks, 'track')}; dropped {many(way.dropped + counts.dropped_frames, 'picture')} and "
        f"{many(counts.dropped_observations, 'detection')}{f' ({lost})' if lost else ''}"
    )
    teller.explain(run.book, task.explain)
