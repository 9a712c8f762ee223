"""`bartizan watch` of files, which have an end: each picture is looked at, however long it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random

from bartizan import __version__
from bartizan.app.album import Album
from bartizan.app.live import LiveRun, Sighting, Traces, watch_boxes, watch_pictures, watch_tracks
from bartizan.app.live.recorded import replay
from bartizan.cli import wiring, wiring_live
from bartizan.cli.watch_live import LiveTask
from bartizan.cli.watch_words import Teller, many
from bartizan.errors import MissingPartError
from bartizan.signal import SignalIds
from bartizan.site.site import Site
from bartizan.watch.rules import RuleBook


def tracks(task: LiveTask, path: Path, teller: Teller) -> None:
    """Apply the rules to tracks made elsewhere."""
    head = task.head
    book = RuleBook(task.site, SignalIds(head.run), head.start, states=head.states, explain=task.explain is not None)
    teller.begin(task.site, book, ())
    table = wiring.read_tracks(path)
    moments = ((t, [(row.track, row.x, row.y) for row in rows]) for t, rows in table.moments())
    for t, people, signals in watch_tracks(task.site, moments, run=head.run, book=book):
        teller.tell(signals, t)
        teller.progress(f"t = {t:.1f} s, {people} in view")
    teller.done(f"{many(len(table), 'place')} of {many(table.count, 'track')}")
    teller.explain(book, task.explain)


def cameras(
    task: LiveTask, files: Mapping[str, str], fps: float | None, out: Mapping[str, str], teller: Teller, *, boxes: bool
) -> None:
    """Watch the videos of cameras, or boxes found in them; write tracks to the files in `out`."""
    with ExitStack() as parts:
        keep = None if task.record is None else parts.enter_context(wiring_live.recorder(task.record, task.head))
        live = task.head.live(task.site, keep, explain=task.explain is not None)
        album = None if task.pictures is None else wiring_live.album(task.site, task.pictures, task.head.start)
        sightings = _from_boxes(task, files, fps, live) if boxes else _from_videos(task, files, fps, live, album)
        teller.begin(task.site, live.book, tuple(files))
        traces = {Path(file): Traces(name) for name, file in out.items()}
        _follow(sightings, live, teller, traces)
        wiring.write_mot({path: trace.rows() for path, trace in traces.items()})
        said(live, teller)
        if album is not None:
            teller.note(album.counts.words)
    teller.explain(live.book, task.explain)


def recording(site: Site, path: Path, explain: str | None, teller: Teller) -> None:
    """Play a recorded run again."""
    head, messages = wiring_live.read_recording(path)
    for words in head.differences(site, __version__):
        teller.note(f"{path}: {words}")
    live = head.live(site, explain=explain is not None)
    teller.begin(site, live.book, head.health or ())
    _follow(replay(messages, live), live, teller, {})
    said(live, teller)
    teller.explain(live.book, explain)


def _follow(sightings: Iterator[Sighting], live: LiveRun, teller: Teller, traces: Mapping[Path, Traces]) -> None:
    for sighting in sightings:
        teller.tell(sighting.signals, sighting.t)
        for trace in traces.values():
            trace.add(sighting)
        counts = live.counts
        teller.progress(f"t = {sighting.t:.1f} s, {counts.frames} pictures, {len(sighting.points)} in view")
    teller.tell(live.finish())


def said(live: LiveRun, teller: Teller) -> None:
    """Say what a run came to."""
    counts = live.counts
    teller.done(
        f"{many(counts.frames, 'picture')}, {many(counts.detections, 'detection')}, "
        f"{many(counts.tracks.tracks, 'track')}; dropped {many(counts.dropped_frames, 'picture')} and "
        f"{many(counts.dropped_observations, 'detection')}"
    )


def _from_videos(
    task: LiveTask, files: Mapping[str, str], fps: float | None, live: LiveRun, album: Album | None
) -> Iterator[Sighting]:
    sources = {}
    for name, file in files.items():
        camera = task.site.camera(name)
        sources[name] = wiring_live.open_source(
            file,
            camera,
            fps or camera.fps,
            seconds=lambda: 0.0,
            rng=Random(0),  # noqa: S311 - files need no pauses
        )
    detectors = wiring_live.detectors(task.path)
    return watch_pictures(task.site, sources, live, detectors, None if album is None else album.take)


def _from_boxes(task: LiveTask, files: Mapping[str, str], fps: float | None, live: LiveRun) -> Iterator[Sighting]:
    boxes = {}
    for name, file in files.items():
        rate = fps or task.site.camera(name).fps
        if rate is None:
            raise MissingPartError(
                f"boxes count frames, and nothing says how many camera '{name}' takes a second. "
                "Give --fps, or fps in site.toml"
            )
        boxes[name] = wiring.read_boxes(Path(file), rate)
    return watch_boxes(task.site, boxes, live)
