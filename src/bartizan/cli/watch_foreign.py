"""`bartizan watch` of what other programs notice: over a broker, or from messages that were recorded."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bartizan.app.live.foreign import ticked, together
from bartizan.app.live.join import Join
from bartizan.app.live.rehearsal import rehearse_run
from bartizan.cli import wiring_live
from bartizan.cli.bus_options import Bus
from bartizan.cli.watch_files import said
from bartizan.cli.watch_inputs import Pair
from bartizan.cli.watch_live import Clock, LiveTask, begun, done, gather, gathering_of, run_of, stopping
from bartizan.cli.watch_words import Teller, many

if TYPE_CHECKING:
    from bartizan.adapters.foreign import ForeignCounts, Source

WAIT = 2.0  # seconds: messages of one moment come one by one, through a recorder and a broker
_SOURCES: tuple[Source, ...] = ("frigate", "onvif")


class _Foreign(Pair):
    """frigate=FILE or onvif=FILE."""

    def __init__(self) -> None:
        super().__init__("FILE", "a file of messages")
        self.name = "frigate|onvif=FILE"


FOREIGN = _Foreign()


def elsewhere(task: LiveTask, bus: Bus, source: Source, teller: Teller) -> None:
    """Watch what another program tells a broker, until Ctrl-C.

    Nobody minds the health of its cameras: they send nothing while nothing happens. What it says of their health is
    passed on.
    """
    rehearse_run(task.site)
    clock = Clock(None)
    clock.go()
    task = _foreign(begun(task, clock, None))
    cameras = tuple(camera.id for camera in task.site.cameras)
    reads = wiring_live.foreign_teller(source, task.site, clock.zero, clock.now)
    with ExitStack() as parts:
        over = parts.enter_context(stopping())
        run = run_of(task, parts)
        teller.begin(task.site, run.book, cameras, why=task.explain)
        heard = parts.enter_context(wiring_live.foreign_subscriber(bus, source, reads, clock.now))
        gathering = gathering_of(task, run, Join(cameras, wait=WAIT, whole=False), clock.now, teller)
        gather(gathering, heard, over, run=run, teller=teller)
        done(task, gathering, run, teller)
    _tell(source, reads.counts, teller)
    for words in (
        f"{many(heard.full, 'message')} dropped, which came while too much waited" if heard.full else "",
        f"{many(run.counts.unpaired, 'notice')} without a beginning or an end" if run.counts.unpaired else "",
        heard.line.last,
    ):
        if words:
            teller.note(words)


def files(task: LiveTask, given: Sequence[tuple[str, str]], teller: Teller) -> None:
    """Take messages that were recorded, at the times that stand in them."""
    named = [(known, Path(file)) for source, file in given for known in _SOURCES if source == known]
    if len(named) < len(given):
        raise click.UsageError("--foreign: give frigate=FILE or onvif=FILE")
    zero = task.head.start or wiring_live.foreign_began(named, task.site)
    task = _foreign(replace(task, head=replace(task.head, start=zero)))
    lines = wiring_live.foreign_lines(named, task.site, zero)
    with ExitStack() as parts:
        run = run_of(task, parts)
        teller.begin(task.site, run.book, tuple(camera.id for camera in task.site.cameras))
        for message in together(ticked(lines)):
            sighting = run.take(message)
            teller.tell(sighting.signals, sighting.t)
            teller.progress(f"t = {sighting.t:.1f} s, {lines.counts.lines} lines, {len(sighting.points)} in view")
        teller.tell(run.finish())
        said(run, teller)
    for name, reads in lines.counts.sources:
        _tell(name, reads, teller)
    for words in (
        f"{many(lines.counts.odd, 'line')} without topic and payload" if lines.counts.odd else "",
        f"{many(lines.counts.late, 'message')} too late to be put in order" if lines.counts.late else "",
        f"{many(run.counts.unpaired, 'notice')} without a beginning or an end" if run.counts.unpaired else "",
    ):
        if words:
            teller.note(words)
    teller.explain(run.book, task.explain)


def _foreign(task: LiveTask) -> LiveTask:
    return replace(task, head=replace(task.head, foreign=True))


def _tell(name: str, counts: ForeignCounts, teller: Teller) -> None:
    """Say what was read, and what was not and why."""
    refused = ", ".join(f"{count:,} {why}" for why, count in sorted(counts.refused.items(), key=lambda one: -one[1]))
    teller.note(f"{name}: {many(counts.taken, 'message')} taken{f'; refused: {refused}' if refused else ''}")
