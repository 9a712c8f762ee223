"""A live run: the glimpses of all cameras of a site become tracks, and tracks become signals.

Live and replay are the same code: the clock is in the glimpses, and the same glimpses give the same signals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from bartizan.app.live.eye import Glimpse
from bartizan.app.live.foreign import ForeignSignals
from bartizan.app.live.wire import Armed, Ended, Held, Lost, Message, Notice, Report, Tick, Waiting, usable
from bartizan.geometry.projection import CameraModel
from bartizan.signal import Signal, SignalIds
from bartizan.site.site import Site
from bartizan.watch.health import HealthBook
from bartizan.watch.point import TrackPoint
from bartizan.watch.rules import RuleBook
from bartizan.watch.tracking.names import TrackNames
from bartizan.watch.tracking.track import Tracker, TrackerCounts, TrackerParams
from bartizan.watch.tracking.view import View

Box = tuple[float, float, float, float]
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one frame of one camera changed.

    `points`: every believed track at `t` [s], one point each. `earlier`: points from before a track was believed,
    which come once, when it is. `ended`: ids of tracks nobody will hear of again. `boxes`: (track, left, top, width,
    height in pixels) of the tracks in this camera's picture, predicted where it does not show them.
    """

    t: float
    camera: str
    points: tuple[TrackPoint, ...] = ()
    ended: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = ()
    boxes: tuple[tuple[str, Box], ...] = ()
    earlier: tuple[TrackPoint, ...] = ()


@dataclass(slots=True)
class LiveCounts:
    """What a run took and what it dropped; `notices` of others, and those of them that were `unpaired`."""

    frames: int = 0
    detections: int = 0
    observations: int = 0
    signals: int = 0
    unusable: int = 0
    notices: int = 0
    unpaired: int = 0
    tracks: TrackerCounts = field(default_factory=TrackerCounts)

    @property
    def dropped_frames(self) -> int:
        """Frames that came too late, twice, from a future of their own, or from one camera too many."""
        tracks = self.tracks
        return tracks.late_frames + tracks.repeated_frames + tracks.ahead_frames + tracks.stranger_frames

    @property
    def dropped_observations(self) -> int:
        """Detections without a place on the plan, and sightings that were unusable or one too many."""
        placeless = max(0, self.detections - self.observations)
        tracks = self.tracks
        dropped = tracks.unusable_observations + tracks.repeated_observations + tracks.surplus_observations
        return self.unusable + placeless + dropped


class LiveRun:
    """Follows everybody on a site through all its cameras and applies its rules.

    `run` names the run in the ids of tracks and signals. `start_utc` is the time of the stream's zero; without it
    signals carry no `utc`. `exercise` marks every signal as of an exercise. `keep` is told of everything that the run
    takes, before it takes it: the same again, in the same order, gives the same signals. `seed` is that of the run's
    generator, which draws the ids of tracks.

    `health` names the cameras that must send pictures from `began` [s] on: they give signals where they are not well.
    None: nobody minds. `states` are the states of the site that hold, and `explain` keeps what `book.explain` tells.
    """

    def __init__(
        self,
        site: Site,
        *,
        run: str,
        start_utc: datetime | None = None,
        exercise: bool = False,
        params: TrackerParams | None = None,
        keep: Callable[[Message], None] | None = None,
        seed: int = 0,
        health: Collection[str] | None = None,
        began: float = 0.0,
        states: Sequence[str] = (),
        explain: bool = False,
    ) -> None:
        views = {
            camera.id: View(camera.model, camera.size)
            for camera in site.cameras
            if camera.model is not None and camera.size is not None
        }
        ids = SignalIds(run)
        self._tracker = Tracker(params, run, views, names=TrackNames(run, seed))
        self.book = RuleBook(site, ids, start_utc, exercise, states=states, explain=explain)
        self._health = (
            None if health is None else HealthBook(site, ids, start_utc, exercise, cameras=health, began=began)
        )
        self._foreign = ForeignSignals(site, ids, start_utc, exercise)
        self._views = {camera.id: _Boxes(camera.model) for camera in site.cameras if camera.model is not None}
        self._now = -math.inf
        self._site = site.watch_hash if keep is not None else ""
        self._keep = keep
        self._number = 0
        self.counts = LiveCounts(tracks=self._tracker.counts)

    def take(self, told: Glimpse | Message) -> Sighting:
        """Take what one frame shows, or that a camera is over or time goes by, and say what it changed.

        Everything comes in the order of time, with the time of the run.
        """
        told = self._noted(told)
        if isinstance(told, Tick | Ended | Waiting | Lost | Armed | Held):
            return self._passed(told)
        if isinstance(told, Notice):
            return self._noticed(told)
        ill: tuple[Signal, ...] = ()
        if isinstance(told, Report) and told.health is not None and self._health is not None:
            ill = self._health.step(told.t, told.camera, told.health)
        glimpse = told.glimpse if isinstance(told, Report) else told
        self.counts.frames += 1
        self.counts.detections += len(glimpse.detections)
        self.counts.observations += len(glimpse.observations)
        update = self._tracker.step(glimpse.t, glimpse.camera, glimpse.observations)
        # a time that is none, or that no other camera bears out, is dropped and counted: the clock of the rules stays
        self._now = max(self._now, self._tracker.now)
        signals = (*ill, *self.book.step(update.points, self._now, update.ended, update.links))
        self.counts.signals += len(signals)
        points = {point.track: point for point in update.points}
        ended = tuple(track.track for track in update.ended)
        view = self._views.get(glimpse.camera)
        for other in self._views.values():
            other.forget(ended)
        return Sighting(
            t=glimpse.t,
            camera=glimpse.camera,
            points=tuple(points.values()),
            ended=ended,
            signals=signals,
            boxes=() if view is None else view.boxes(points.values()),
            earlier=tuple(point for point in update.points if points[point.track] is not point),
        )

    def finish(self) -> tuple[Signal, ...]:
        """The stream is over: every track ends, and every signal that is still open."""
        signals = self.book.finish(self._now) + self._foreign.finish(self._now)
        if self._health is not None:
            signals += self._health.finish(self._now)
        self._tracker.finish()
        self.counts.signals += len(signals)
        return signals

    def _noted(self, told: Glimpse | Message) -> Glimpse | Message:
        """What is taken, after it was told to whoever keeps it."""
        if self._keep is None or not math.isfinite(told.t):
            return told
        if isinstance(told, Glimpse):
            self._number += 1
            told, left_out = usable(told)
            self.counts.unusable += left_out
            self._keep(
                Report(
                    sender="here",
                    number=self._number,
                    site=self._site,
                    camera=told.camera,
                    t=told.t,
                    detections=told.detections,
                    observations=told.observations,
                )
            )
        else:
            self._keep(told.without_picture() if isinstance(told, Report) else told)
        return told

    def _noticed(self, told: Notice) -> Sighting:
        """Somebody else's signal is passed on; the clock of the rules is not his."""
        signals = self._foreign.take(told)
        self.counts.notices += 1
        self.counts.unpaired = self._foreign.unpaired
        self.counts.signals += len(signals)
        return Sighting(t=told.t, camera=told.camera, signals=signals)

    def _passed(self, told: Tick | Ended | Waiting | Lost | Armed | Held) -> Sighting:
        """Time goes by without a picture."""
        if math.isfinite(told.t):
            self._now = max(self._now, told.t)
        if isinstance(told, Armed):
            signals = self.book.arm(told.rule, told.armed, self._now)
        elif isinstance(told, Held):
            signals = self.book.hold(told.states, self._now)
        else:
            signals = self.book.step((), self._now)
        if self._health is not None and isinstance(told, Ended | Lost):
            signals += self._health.ended(self._now, told.camera, told.why)
        elif self._health is not None and isinstance(told, Tick):
            signals += self._health.pass_time(self._now)
        self.counts.signals += len(signals)
        return Sighting(t=told.t, camera="" if isinstance(told, Tick | Armed | Held) else told.camera, signals=signals)


@dataclass(slots=True)
class _Boxes:
    """Where tracks are in one camera's picture; keeps the last box of each and the place it was at."""

    model: CameraModel
    held: dict[str, tuple[Box, Place]] = field(default_factory=dict)

    def boxes(self, points: Iterable[TrackPoint]) -> tuple[tuple[str, Box], ...]:
        """The box of each track that this camera shows, or has shown and whose track goes on."""
        found: list[tuple[str, Box]] = []
        unseen = []
        for point in points:
            if point.observed and point.box is not None:
                self.held[point.track] = (point.box, point.at)
                found.append((point.track, point.box))
            elif point.track in self.held:
                unseen.append(point)
        if unseen:
            held = [self.held[point.track] for point in unseen]
            moved = self._moved([box for box, _ in held], [at for _, at in held], [point.at for point in unseen])
            found += [(point.track, box) for point, box in zip(unseen, moved, strict=True) if box is not None]
        return tuple(found)

    def forget(self, tracks: Sequence[str]) -> None:
        """Drop what is known of tracks that ended."""
        for track in tracks:
            self.held.pop(track, None)

    def _moved(self, boxes: Sequence[Box], start: Sequence[Place], end: Sequence[Place]) -> list[Box | None]:
        """The boxes of people who were at `start` [m] and are at `end` [m] now; None where the camera sees no such."""
        places = np.array([*start, *end])
        feet, scales = self.model.to_image(places), self.model.height_scale(places)
        many = len(boxes)
        moved: list[Box | None] = []
        for index, (left, top, width, height) in enumerate(boxes):
            figures = np.array([*feet[index], *feet[many + index], scales[index], scales[many + index]])
            if not np.isfinite(figures).all() or figures[4] <= 0.0 or figures[5] <= 0.0:
                moved.append(None)
                continue
            x = left + width / 2.0 + float(figures[2] - figures[0])
            y = top + height + float(figures[3] - figures[1])
            grown = float(figures[5] / figures[4])
            moved.append((x - width * grown / 2.0, y - height * grown, width * grown, height * grown))
        return moved
