"""Watches the cameras of a site for an open desk, at the pace of the clock, until stopped or out of pictures."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bartizan.app.desk import Desk
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.live import Eye, FrameSource, LiveRun, Showing
from bartizan.errors import VideoError
from bartizan.signal import Signal, rfc3339
from bartizan.site.site import Site

LAG = 1.0  # seconds behind the clock after which a picture is dropped unseen instead of being looked at late

Picture = tuple[float, str, NDArray[np.uint8] | None, str]
"""t [s], camera, its picture; or None where its pictures are over, and why."""


class DutyWatch:
    """Watches until it is stopped, or until no camera has a picture any more.

    `sources` gives each camera's pictures by its id; they all begin at `began` (UTC), and a picture is looked at when
    `seconds` (a monotonic clock) has come to its time. `wait(s)` waits that long and says whether to stop. `run`
    names the run in the ids of tracks and signals, and must never be used twice on one journal.

    A camera whose pictures end or break is itself an alarm of the kind "camera-lost": an eye that is shut is not a
    quiet night. A picture more than LAG late is dropped and counted in the feed.

    Errors: UnknownIdError and MissingPartError for a camera that the site lacks or that has no model, InputError for
    pictures of another size than the site says, when made; those of the desk in `watch`.
    """

    def __init__(
        self,
        site: Site,
        sources: Mapping[str, FrameSource],
        desk: Desk,
        live: LiveFeed,
        *,
        run: str,
        began: datetime,
        seconds: Callable[[], float],
        wait: Callable[[float], bool],
    ) -> None:
        self._eyes = {name: Eye.of(site.camera(name), source) for name, source in sources.items()}
        self._sources = dict(sources)
        self._desk, self._feed = desk, live
        self._run, self._began = run, began
        self._seconds, self._wait = seconds, wait
        self._live = LiveRun(site, run=run, start_utc=began)
        self._showing = Showing(live)
        self._late = 0

    def watch(self) -> None:
        """Watch; returns when stopped or when no camera has a picture any more."""
        start = self._seconds()
        pictures = heapq.merge(*(_pictures(name, source) for name, source in self._sources.items()), key=_time)
        for t, camera, image, why in pictures:
            ahead = start + t - self._seconds()
            if self._wait(max(0.0, ahead)):
                break
            if image is None:
                self._lost(t, camera, why)
            elif ahead < -LAG:
                self._late += 1
                self._count()
            else:
                self._see(t, camera, image)
        for signal in self._live.finish():
            self._desk.take(signal, self._run)
        self._feed.publish_tracks(0.0, [])

    def _see(self, t: float, camera: str, image: NDArray[np.uint8]) -> None:
        sighting = self._live.take(self._eyes[camera].see(t, image))
        # the alarm first: a picture may be lost, an alarm may not
        for signal in sighting.signals:
            self._desk.take(signal, self._run)
        self._showing.show(sighting, image)
        self._count()

    def _count(self) -> None:
        counts = self._live.counts
        dropped = counts.dropped_frames + counts.dropped_observations + self._late
        self._feed.publish_counts(counts.frames + self._late, counts.detections, dropped)

    def _lost(self, t: float, camera: str, why: str) -> None:
        self._desk.submit(
            Signal(
                id=f"{self._run}/lost/{camera}",
                t=t,
                utc=rfc3339(self._began + timedelta(seconds=t)),
                kind="camera-lost",
                state="raised",
                cameras=(camera,),
                severity="medium",
                because={"text": why},
            ),
            self._run,
        )


def _pictures(name: str, source: FrameSource) -> Iterator[Picture]:
    t = 0.0
    why = "its pictures have ended"
    try:
        for t, image in source:
            yield t, name, image, ""
    except VideoError as error:
        why = str(error)
    yield t, name, None, why


def _time(picture: Picture) -> float:
    return picture[0]
