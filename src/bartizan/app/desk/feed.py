"""What is happening right now: latest pictures, tracks, scene and counts, from the threads that see to those who look.

A `LiveFeed` holds only the latest of everything, so its memory is bounded whatever the rates are. A picture that is
replaced before anybody looked at it is counted as unseen; tracks, boxes and cameras beyond the bounds are counted as
dropped. Nothing here is evidence: what must last goes to the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

MAX_BOXES = 100  # per picture; a street full of people, and still a short message
MAX_TRACKS = 200  # on the plan at once
MAX_TRAIL = 40  # places per track: a short trail, not a history
MAX_CAMERAS = 64  # ids that may publish; more is a mistake of the publisher

T = TypeVar("T")
Image = NDArray[np.uint8]
Box = tuple[str | None, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """The latest picture of one camera.

    `t` in seconds of the stream; `image` is either JPEG bytes or BGR pixels of shape (height, width, 3), encoded
    only when somebody looks; `boxes` are (track or None, left, top, width, height) in pixels. `number` counts the
    pictures of this camera from 1, `unseen` those replaced before anybody looked.
    """

    camera: str
    t: float
    number: int
    image: bytes | Image
    boxes: tuple[Box, ...]
    unseen: int


@dataclass(frozen=True, slots=True)
class MovingTrack:
    """Somebody moving on the plan: place [m], the cameras that see them now, and where they just were."""

    track: str
    x: float
    y: float
    cameras: tuple[str, ...]
    trail: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is being shown: a title ("next day, 22:10"), its time (RFC 3339 or None), and whether it is an exercise."""

    title: str | None = None
    utc: str | None = None
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """Pictures received (or rendered), people detected, things dropped, since the feed began.

    `dropped` is what the publisher reports, `unseen` pictures nobody looked at, `cut` boxes, tracks, trails and
    cameras beyond the feed's own bounds.
    """

    received: int = 0
    detected: int = 0
    dropped: int = 0
    unseen: int = 0
    cut: int = 0


@dataclass(slots=True)
class _Slot:
    picture: Picture
    looked: bool = False


@dataclass(slots=True)
class _State:
    slots: dict[str, _Slot] = field(default_factory=dict)
    tracks: tuple[MovingTrack, ...] = ()
    tracks_t: float = 0.0
    scene: Scene = field(default_factory=Scene)
    counts: Counts = field(default_factory=Counts)


class LiveFeed:
    """The latest of everything that moves, safe to publish into from any thread and to read from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state = _State()
        self._watchers: set[FeedWatcher] = set()

    def publish_picture(self, camera: str, t: float, image: bytes | Image, boxes: Iterable[Box] = ()) -> None:
        """Replace the latest picture of `camera`. `image` is kept, not copied: do not write into it afterwards."""
        kept, cut = _bounded(boxes, MAX_BOXES)
        with self._lock:
            state = self._state
            before = state.slots.get(camera)
            if before is None and len(state.slots) >= MAX_CAMERAS:
                state.counts = replace(state.counts, cut=state.counts.cut + 1)
                return
            number, unseen = 1, 0
            if before is not None:
                number = before.picture.number + 1
                unseen = before.picture.unseen + (0 if before.looked else 1)
                state.counts = replace(state.counts, unseen=state.counts.unseen + (0 if before.looked else 1))
            if cut:
                state.counts = replace(state.counts, cut=state.counts.cut + cut)
            state.slots[camera] = _Slot(Picture(camera, float(t), number, image, kept, unseen))
        self._tell("picture:" + camera)

    def publish_tracks(
        self,
        t: float,
        tracks: Iterable[tuple[str, float, float, Sequence[str], Sequence[tuple[float, float]]]],
    ) -> None:
        """Replace who is on the plan: (track, x [m], y [m], cameras that see them, trail of places, newest last)."""
        kept, cut = _bounded(tracks, MAX_TRACKS)
        moving = tuple(
            MovingTrack(
                str(track),
                float(x),
                float(y),
                tuple(cameras),
                tuple((float(px), float(py)) for px, py in tuple(trail)[-MAX_TRAIL:]),
            )
            for track, x, y, cameras, trail in kept
        )
        with self._lock:
            self._state.tracks, self._state.tracks_t = moving, float(t)
            if cut:
                self._state.counts = replace(self._state.counts, cut=self._state.counts.cut + cut)
        self._tell("tracks")

    def publish_scene(self, title: str | None, utc: str | None = None, exercise: bool = False) -> None:
        """Say what is being shown; `exercise` puts the exercise banner on every page."""
        with self._lock:
            self._state.scene = Scene(title, utc, exercise)
        self._tell("scene")

    def publish_counts(self, received: int, detected: int, dropped: int = 0) -> None:
        """Totals since the publisher began: pictures received or rendered, people detected, things dropped."""
        with self._lock:
            self._state.counts = replace(self._state.counts, received=received, detected=detected, dropped=dropped)
        self._tell("counts")

    def clear(self) -> None:
        """Show nothing any more: no pictures, nobody on the plan, no scene. Counts stay."""
        with self._lock:
            state = self._state
            state.slots, state.tracks, state.scene = {}, (), Scene()
        self._tell("tracks")
        self._tell("scene")

    def look(self, camera: str) -> Picture | None:
        """The latest picture of `camera`, noted as seen; None before the first."""
        with self._lock:
            slot = self._state.slots.get(camera)
            if slot is None:
                return None
            slot.looked = True
            return slot.picture

    def cameras(self) -> tuple[str, ...]:
        """The cameras that have published, in the order of their first picture."""
        with self._lock:
            return tuple(self._state.slots)

    def news_of(self, camera: str) -> tuple[int, float] | None:
        """(number, t) of the latest picture of `camera` without looking at it; None before the first."""
        with self._lock:
            slot = self._state.slots.get(camera)
            return None if slot is None else (slot.picture.number, slot.picture.t)

    def tracks(self) -> tuple[float, tuple[MovingTrack, ...]]:
        """(t, everybody on the plan) of the latest word."""
        with self._lock:
            return self._state.tracks_t, self._state.tracks

    def scene(self) -> Scene:
        """What is being shown."""
        with self._lock:
            return self._state.scene

    def counts(self) -> Counts:
        """Received, detected, dropped, unseen and cut, so far."""
        with self._lock:
            return self._state.counts

    def watch(self) -> FeedWatcher:
        """A `FeedWatcher` for the running asyncio loop; close it when done."""
        watcher = FeedWatcher(self, asyncio.get_running_loop())
        with self._lock:
            self._watchers.add(watcher)
        return watcher

    def _forget(self, watcher: FeedWatcher) -> None:
        with self._lock:
            self._watchers.discard(watcher)

    def _tell(self, topic: str) -> None:
        with self._lock:
            watchers = tuple(self._watchers)
        for watcher in watchers:
            watcher.hear(topic)


class FeedWatcher:
    """Waits for news of a feed in one asyncio loop; news of one topic that arrives twice is one piece of news.

    Topics are "tracks", "scene", "counts" and "picture:CAMERA", so what is pending is bounded by the cameras.
    """

    def __init__(self, feed: LiveFeed, loop: asyncio.AbstractEventLoop) -> None:
        self._feed = feed
        self._loop = loop
        self._lock = Lock()
        self._topics: set[str] = set()
        self._woken = asyncio.Event()

    def __enter__(self) -> FeedWatcher:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def hear(self, topic: str) -> None:
        """Note news of `topic`; called by the feed from any thread."""
        with self._lock:
            wake = not self._topics
            self._topics.add(topic)
        if wake:
            try:
                self._loop.call_soon_threadsafe(self._woken.set)
            except RuntimeError:  # the loop has ended: nobody waits any more
                self.close()

    async def wait(self) -> frozenset[str]:
        """The topics with news since the last call; waits until there is one."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            with self._lock:
                topics, self._topics = frozenset(self._topics), set()
            if topics:
                return topics

    def close(self) -> None:
        """Hear nothing more."""
        self._feed._forget(self)


def _bounded(things: Iterable[T], bound: int) -> tuple[tuple[T, ...], int]:
    everything = tuple(things)
    return everything[:bound], max(0, len(everything) - bound)
