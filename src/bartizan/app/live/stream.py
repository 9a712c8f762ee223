"""Whole streams through a live run: pictures, boxes found elsewhere, or tracks made elsewhere."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from bartizan.app.live.eye import Eye, Glimpse, default_detector, glimpse, model_of
from bartizan.app.live.ports import DetectorFactory, FrameSource, Picture
from bartizan.app.live.run import LiveRun, Sighting
from bartizan.errors import MissingPartError
from bartizan.geometry.projection import CameraModel
from bartizan.signal import Signal, SignalIds
from bartizan.site.site import Site
from bartizan.watch.detection.detect import Detection
from bartizan.watch.point import TrackPoint
from bartizan.watch.rules import RuleBook

Moment = tuple[float, Iterable[tuple[str, float, float]]]
"""A time [s] and who is where at it: (track, x, y) with x and y in metres."""

Boxes = tuple[float, Iterable[Detection]]
"""A time [s] and what was found in the camera's picture."""


def watch_pictures(
    site: Site,
    sources: Mapping[str, FrameSource],
    run: LiveRun,
    detectors: DetectorFactory = default_detector,
    shown: Callable[[Sighting, Glimpse, Picture], None] | None = None,
) -> Iterator[Sighting]:
    """Watch the pictures of several cameras at once, in the order of their times.

    `sources` gives each camera's pictures by its id; all start at the same moment; `detectors` makes the detector of
    each; `shown` is shown every picture with what it gave. One `Sighting` comes for each picture; the caller calls
    `run.finish()` at the end. Errors: UnknownIdError for a camera that the site does not have, MissingPartError for
    one without a model, InputError for one whose pictures are of another size than the site says, all before the
    first picture; those of a source when it breaks.
    """
    eyes = [(Eye.of(site.camera(name), source, detectors), source) for name, source in sources.items()]
    glimpses = heapq.merge(*(_seen(eye, source) for eye, source in eyes), key=lambda seen: seen[0].t)
    for seen, picture in glimpses:
        sighting = run.take(seen)
        if shown is not None:
            shown(sighting, seen, picture)
        yield sighting


def watch_boxes(site: Site, boxes: Mapping[str, Iterable[Boxes]], run: LiveRun) -> Iterator[Sighting]:
    """Watch boxes that a detector elsewhere found in the pictures of several cameras.

    As `watch_pictures`, with each camera's detections by time in place of its pictures.
    """
    streams = [_placed(name, model_of(site.camera(name)), stream) for name, stream in boxes.items()]
    glimpses = heapq.merge(*streams, key=lambda seen: seen.t)
    for seen in glimpses:
        yield run.take(seen)


def watch_tracks(
    site: Site,
    moments: Iterable[Moment],
    *,
    run: str,
    start_utc: datetime | None = None,
    book: RuleBook | None = None,
) -> Iterator[tuple[float, int, tuple[Signal, ...]]]:
    """Apply the rules of a site to tracks that were made elsewhere: by another tracker, a radar, a lidar.

    Gives (t [s], people at that time, signals) for each moment, and once more at the end for what was still open.
    `book`: the rule book to use, else one of its own. Raises MissingPartError where the site has no rule.
    """
    if not site.rules:
        raise MissingPartError("the site has no rule, so that tracks alone raise nothing. Give it a zone and a rule")
    book = book or RuleBook(site, SignalIds(run), start_utc)
    t = 0.0
    for t, people in moments:
        points = [TrackPoint(t=t, track=track, at=(x, y)) for track, x, y in people]
        yield t, len(points), book.step(points, t)
    yield t, 0, book.finish(t)


def _seen(eye: Eye, source: FrameSource) -> Iterator[tuple[Glimpse, Picture]]:
    for t, image in source:
        yield eye.see(t, image), image


def _placed(camera: str, model: CameraModel, stream: Iterable[Boxes]) -> Iterator[Glimpse]:
    for t, found in stream:
        yield glimpse(camera, model, t, tuple(found))
