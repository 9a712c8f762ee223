"""`bartizan watch`: who is out there now, and is one of them staying too long?"""

from __future__ import annotations

import json
import math
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bartizan.app.live import LiveRun, Sighting, Traces, watch_boxes, watch_pictures, watch_tracks
from bartizan.cli import wiring
from bartizan.cli.moments import Moment
from bartizan.cli.watch_rules import explained, notes, rule_options, unexplained
from bartizan.cli.words import printable
from bartizan.errors import InputError, MissingPartError, VideoError
from bartizan.signal import Signal, SignalIds
from bartizan.site.site import Site
from bartizan.watch.rules import RuleBook

REFRESH = 0.5  # seconds between two updates of the progress line
MAX_FPS = 1000.0  # as in a site file
RUN = re.compile(r"[A-Za-z0-9_.-]{1,80}")


class Pair(click.ParamType[tuple[str, str]]):
    """ID=FILE."""

    name = "ID=FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the first equals sign."""
        if isinstance(value, tuple):
            return value
        camera, sign, file = str(value).partition("=")
        if not (camera and sign and file):
            self.fail(f"{value!r} is not ID=FILE: the id of a camera of the site, '=', a file", param, ctx)
        return camera, file


@click.command()
@click.argument("site", type=click.Path(path_type=Path))
@click.option("--camera", "cameras", type=Pair(), multiple=True, help="Watch this video; may be repeated.")
@click.option("--detections", type=Pair(), multiple=True, help="Boxes found elsewhere, MOTChallenge text.")
@click.option("--tracks", type=click.Path(path_type=Path), metavar="FILE", help="Tracks made elsewhere: t,track,x,y.")
@click.option(
    "--fps",
    type=click.FloatRange(min=0.0, max=MAX_FPS, min_open=True),
    help="Pictures a second, where the file is wrong.",
)
@click.option("--mot-out", type=Pair(), multiple=True, help="Write a camera's tracks as MOTChallenge text.")
@click.option("--start", type=Moment(), help="The time of the first picture.")
@click.option("--run", default="run", show_default=True, metavar="NAME", help="Begins every id of a track or signal.")
@rule_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def watch(
    site: Path,
    *,
    cameras: Sequence[tuple[str, str]],
    detections: Sequence[tuple[str, str]],
    tracks: Path | None,
    fps: float | None,
    mot_out: Sequence[tuple[str, str]],
    start: datetime | None,
    run: str,
    states: Sequence[str],
    explain: str | None,
    as_json: bool,
) -> None:
    """Who is out there, and does somebody stay where nobody should?

    Follows people on the plan of SITE and prints what its rules raise. It watches the videos named by --camera, or
    boxes or tracks that were made elsewhere, or else the cameras' own sources. Exit status: 0 also where something
    was raised; 2 where an input cannot be read.
    """
    if bool(cameras) + bool(detections) + (tracks is not None) > 1:
        raise click.UsageError("give one of --camera, --detections and --tracks")
    if fps is not None and not math.isfinite(fps):
        raise click.UsageError("--fps is a number of pictures a second")
    if RUN.fullmatch(run) is None:
        raise click.UsageError("--run: give at most 80 letters, digits, '-', '_' and '.'; it stands in every id")
    if tracks is not None and (mot_out or fps is not None):
        raise click.UsageError("--mot-out and --fps are for cameras; --tracks has places and times of its own")
    read = wiring.load_site(site)
    teller = _Teller(as_json)
    if not read.rules:
        teller.note("the site has no rule: people are followed, and nothing is raised")
    if tracks is not None:
        book = RuleBook(read, SignalIds(run), start, states=states, explain=explain is not None)
        teller.begin(read, book, ())
        _watch_tracks(read, tracks, run, book, teller)
        teller.explain(book, explain)
        return
    live = LiveRun(read, run=run, start_utc=start, states=states, explain=explain is not None)
    files = _pairs("--camera/--detections", cameras or detections) or _sources(read)
    out = _pairs("--mot-out", mot_out)
    _check_out(out, files, site)
    sightings = (_from_boxes if detections else _from_videos)(read, files, fps, live)
    teller.begin(read, live.book, tuple(files))
    _watch_cameras(sightings, live, out, teller)
    teller.explain(live.book, explain)


def _watch_tracks(site: Site, path: Path, run: str, book: RuleBook, teller: _Teller) -> None:
    table = wiring.read_tracks(path)
    moments = ((t, [(row.track, row.x, row.y) for row in rows]) for t, rows in table.moments())
    for t, people, signals in watch_tracks(site, moments, run=run, book=book):
        teller.tell(signals)
        teller.progress(f"t = {t:.1f} s, {people} in view")
    teller.done(f"{_many(len(table), 'place')} of {_many(table.count, 'track')}")


def _from_videos(site: Site, files: Mapping[str, str], fps: float | None, live: LiveRun) -> Iterator[Sighting]:
    for name, file in files.items():
        if "://" in file:
            raise VideoError(f"camera '{name}': {file} is a stream, and this version reads files. Give a video file")
    sources = {name: wiring.open_video(Path(file), name, fps or site.camera(name).fps) for name, file in files.items()}
    return watch_pictures(site, sources, live)


def _from_boxes(site: Site, files: Mapping[str, str], fps: float | None, live: LiveRun) -> Iterator[Sighting]:
    boxes = {}
    for name, file in files.items():
        rate = fps or site.camera(name).fps
        if rate is None:
            raise MissingPartError(
                f"boxes count frames, and nothing says how many camera '{name}' takes a second. "
                "Give --fps, or fps in site.toml"
            )
        boxes[name] = wiring.read_boxes(Path(file), rate)
    return watch_boxes(site, boxes, live)


def _watch_cameras(sightings: Iterator[Sighting], live: LiveRun, out: Mapping[str, str], teller: _Teller) -> None:
    traces = {Path(file): Traces(name) for name, file in out.items()}
    for sighting in sightings:
        teller.tell(sighting.signals)
        for trace in traces.values():
            trace.add(sighting)
        counts = live.counts
        teller.progress(f"t = {sighting.t:.1f} s, {counts.frames} pictures, {len(sighting.points)} in view")
    teller.tell(live.finish())
    wiring.write_mot({path: trace.rows() for path, trace in traces.items()})
    counts = live.counts
    teller.done(
        f"{_many(counts.frames, 'picture')}, {_many(counts.detections, 'detection')}, "
        f"{_many(counts.tracks.tracks, 'track')}; dropped {_many(counts.dropped_frames, 'picture')} and "
        f"{_many(counts.dropped_observations, 'detection')}"
    )


def _check_out(out: Mapping[str, str], files: Mapping[str, str], site: Path) -> None:
    """What would keep the files from being written is said before an hour is spent on what is in them."""
    kept = {Path(file).resolve() for file in files.values()} | {site.resolve(), (site / "site.toml").resolve()}
    if len(set(out.values())) < len(out):
        raise click.UsageError("--mot-out: each camera needs a file of its own")
    for name, file in out.items():
        if name not in files:
            raise click.UsageError(f"--mot-out: camera '{name}' is not watched")
        place = Path(file)
        if not place.parent.is_dir() or (place.exists() and not place.is_file()):
            raise InputError(
                f"--mot-out {file}: cannot be written: its folder is missing, or no plain file is there. Name another"
            )
        if place.resolve() in kept:
            raise InputError(
                f"--mot-out {file}: cannot be written: it is what is read, and would be lost. Name another"
            )


def _sources(site: Site) -> dict[str, str]:
    """The cameras of the site that say where their pictures come from."""
    found = {camera.id: camera.source for camera in site.cameras if camera.source is not None}
    if not found:
        raise MissingPartError("there is nothing to watch. Give --camera ID=FILE, --tracks or --detections")
    return found


def _pairs(option: str, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise click.UsageError(f"{option}: a camera is named twice")
    return found


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


class _Teller:
    """Prints signals on stdout as they come, and on stderr how far the run is (on a terminal) and what it came to."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._shows = sys.stderr.isatty()
        self._next = 0.0
        self._raised = 0
        self._silent = 0

    def tell(self, signals: Iterable[Signal]) -> None:
        """Print signals, one a line."""
        for signal in signals:
            self._raised += signal.state == "raised" and signal.silent is None
            self._silent += signal.state == "raised" and signal.silent is not None
            self._wipe()
            click.echo(json.dumps(signal.to_json(), ensure_ascii=False) if self._as_json else _words(signal))

    def begin(self, site: Site, book: RuleBook, cameras: Sequence[str]) -> None:
        """Say what a person should know before the run begins."""
        for words in notes(site, book, cameras):
            self.note(words)

    def explain(self, book: RuleBook, about: str | None) -> None:
        """Say why something did or did not give a signal, where that was asked for."""
        if about is not None:
            for line in explained(book, about, self._as_json):
                click.echo(line)
            for words in unexplained(book, about):
                self.note(words)

    def progress(self, words: str) -> None:
        """Show how far the run is, now and then."""
        now = time.monotonic()
        if self._shows and now >= self._next:
            self._next = now + REFRESH
            click.echo(f"\r\x1b[K{words}", err=True, nl=False)

    def note(self, words: str) -> None:
        """Say something that is no signal."""
        self._wipe()
        click.echo(f"bartizan: {words}", err=True)

    def done(self, words: str) -> None:
        """Say what the run came to."""
        quiet = f", {self._silent:,} recorded and not sounded"
        self.note(f"{words}; {_many(self._raised, 'signal')} raised{quiet if self._silent else ''}")

    def _wipe(self) -> None:
        if self._shows:
            click.echo("\r\x1b[K", err=True, nl=False)
            self._next = 0.0


def _words(signal: Signal) -> str:
    when = f"{signal.t:9.1f} s" if signal.utc is None else signal.utc
    where = f"in {signal.zone}" if signal.zone is not None else f"at {signal.element or 'a line'}"
    what = f"{when}  {signal.state:7}  {signal.kind} {where} by {', '.join(signal.tracks)}"
    quiet = "" if signal.silent is None else f", not sounded: {signal.silent}"
    return printable(f"{what}: {signal.because.get('text', '')} [{signal.id}, {signal.severity}{quiet}]")
