"""The cameras of an open desk: processes of this machine, or other machines behind a broker."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bartizan.app.desk.feed import LiveFeed
from bartizan.app.live import LiveRun
from bartizan.app.live.arming import Arming, Postures
from bartizan.app.live.eye import model_of
from bartizan.app.live.foreign import EVENT_PACE
from bartizan.app.live.gather import Arrivals, Gathering
from bartizan.app.live.intake import Intake
from bartizan.app.live.join import WAIT, Join
from bartizan.app.live.rehearsal import rehearse_run
from bartizan.app.live.watching import DutyWatch
from bartizan.app.room import Room
from bartizan.cli import wiring, wiring_live
from bartizan.cli.bus_options import Bus
from bartizan.cli.watch_foreign import WAIT as FOREIGN_WAIT
from bartizan.cli.watch_live import BUS_WAIT, Clock, jobs, reporting
from bartizan.cli.watch_rules import Counts
from bartizan.site.site import Site

if TYPE_CHECKING:
    from bartizan.adapters.foreign import Source

SHOW = 0.2  # seconds between two pictures of a camera that are shown
PICTURES = "pictures"  # where pictures are kept that rules allow, in the data folder
STOP_LIMIT = 10.0  # seconds for the run to take what has come


@dataclass(frozen=True, slots=True)
class Cameras:
    """Cameras at work: what they tell, which they are, the clock of their run, and how long they wait for another.

    `source` is who tells of them where that is another program, which speaks when something changes and is silent
    otherwise: nobody minds their health, and their episodes are not counted.
    """

    arrivals: Arrivals
    names: tuple[str, ...]
    clock: Clock
    wait: float
    source: Source | None = None


@contextmanager
def cameras_here(path: Path, site: Site, sources: Mapping[str, str]) -> Iterator[Cameras]:
    """The cameras of this machine, each in a process of its own. Raises InputError where one cannot be watched."""
    for camera in sources:
        model_of(site.camera(camera))
    rehearse_run(site)
    clock = Clock(None)
    with wiring_live.camera_workers(jobs(path, site, sources, None, clock, show=SHOW), clock.go) as fleet:
        yield Cameras(fleet, tuple(sources), clock, WAIT)


@contextmanager
def cameras_elsewhere(site: Site, bus: Bus) -> Iterator[Cameras]:
    """The cameras of other machines, behind a broker."""
    names = reporting(site)
    rehearse_run(site)
    clock = Clock(None)
    clock.go()
    intake = Intake(site.watch_hash, names, clock.zero)
    with wiring_live.subscriber(bus, intake, clock.now) as heard:
        yield Cameras(heard, names, clock, BUS_WAIT)


@contextmanager
def cameras_of(source: Source, site: Site, bus: Bus) -> Iterator[Cameras]:
    """The cameras that another program tells a broker of."""
    rehearse_run(site)
    clock = Clock(None)
    clock.go()
    reads = wiring_live.foreign_teller(source, site, clock.zero, clock.now)
    with wiring_live.foreign_subscriber(bus, source, reads, clock.now) as heard:
        yield Cameras(heard, tuple(camera.id for camera in site.cameras), clock, FOREIGN_WAIT, source)


@contextmanager
def on_duty(
    cameras: Cameras,
    site: Site,
    room: Room,
    feed: LiveFeed,
    *,
    folder: Path,
    stop: Callable[[], None],
) -> Iterator[None]:
    """Watch in a thread of its own; where watching fails, `stop` is called, and the error is raised at the end.

    The states of the site that hold in the `room` hold for the rules, also those set later. `folder`
    is where orders of arming, counts of episodes and kept pictures lie.
    """
    room.siting.set_up("watch", lambda site: site.watch_hash)
    clock, states, foreign = cameras.clock, room.posture.states, cameras.source is not None
    name = f"{cameras.source or 'watch'}-{clock.zero:%Y%m%dT%H%M%S.%fZ}"
    run = LiveRun(
        site,
        run=name,
        seed=secrets.randbits(63),
        start_utc=clock.zero,
        params=EVENT_PACE if foreign else None,
        health=None if foreign else cameras.names,
        states=states,
        began=clock.now(),
    )
    arming = Arming(site, wiring.orders_file(folder), room.ledger.utc)
    postures = Postures(lambda: room.posture.states, states)
    gathering = Gathering(
        run,
        Join(cameras.names, wait=cameras.wait, whole=not foreign),
        now=clock.now,
        arming=arming.changes,
        posture=postures.changes,
    )
    counts = Counts(folder, name)
    if not foreign:
        counts.begin(site, run.book, cameras.names)
    album = wiring_live.album(site, folder / PICTURES, clock.zero)
    duty = DutyWatch(room.desk, feed, run, gathering, name=name, episodes=counts.take, album=album.told)
    over = threading.Event()
    failed: list[BaseException] = []

    def watch() -> None:
        try:
            duty.watch(cameras.arrivals, over.is_set)
        except BaseException as error:  # noqa: BLE001 - raised again below, in the main thread
            failed.append(error)
            stop()
        finally:
            for trouble in counts.done():
                click.echo(f"bartizan: {trouble}", err=True)

    thread = threading.Thread(target=watch, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(STOP_LIMIT)
    if failed:
        raise failed[0]


def at_work(parts: ExitStack, path: Path, site: Site, sources: Mapping[str, str], bus: Bus | None) -> Cameras | None:
    """The cameras that a desk watches, where it watches any."""
    if bus is not None:
        return parts.enter_context(cameras_elsewhere(site, bus))
    return parts.enter_context(cameras_here(path, site, sources)) if sources else None
