"""Keeps a picture at a signal where the rule allows it, with everybody else blurred, and deletes it in time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bartizan.app.album.ports import KeptPicture, PictureStore
from bartizan.app.live.eye import Glimpse
from bartizan.app.live.gather import Taken
from bartizan.app.live.run import Sighting
from bartizan.errors import MissingPartError
from bartizan.signal import Signal
from bartizan.site.privacy import Privacy
from bartizan.site.site import Site
from bartizan.watch.blur import Box, blur_others

Image = NDArray[np.uint8]

TIDY = timedelta(hours=1)  # how often what is over its time is deleted
LATELY = 1.0  # seconds: an older picture shows somebody somewhere else
OVERLAP = 0.5  # of a detection and the subject's box (intersection over union): less is somebody else


@dataclass(slots=True)
class AlbumCounts:
    """Pictures kept, deleted because their time was over, and signals that had no picture to be kept."""

    kept: int = 0
    deleted: int = 0
    without_picture: int = 0

    @property
    def words(self) -> str:
        """In words, for people."""
        said = f"{self.kept:,} pictures kept, {self.deleted:,} deleted because their time was over"
        return said + (f"; {self.without_picture:,} signals had no picture" if self.without_picture else "")


@dataclass(frozen=True, slots=True)
class _Shown:
    """What one camera showed last: when, the picture, who was followed where in it, and all that was detected."""

    t: float
    image: Image | bytes
    boxes: tuple[tuple[str, Box], ...]
    detections: tuple[Box, ...]


class Album:
    """The album of one run.

    `start_utc` is the time of the stream's zero; `decode` makes a picture of a JPEG, or None of what is none. Only
    signals of rules with `pictures = true` that sound keep any, one when they are raised and one each time they rise
    in severity, from every camera that shows one of their tracks, or did within LATELY. Raises MissingPartError where
    such a rule exists and the site does not say how long pictures stay, or where the time of day is not known: nothing
    may be kept for ever.
    """

    def __init__(
        self,
        site: Site,
        store: PictureStore,
        *,
        start_utc: datetime | None,
        decode: Callable[[bytes], Image | None] = lambda jpeg: None,
    ) -> None:
        self._rules = {rule.id for rule in site.rules if rule.pictures}
        if self._rules and site.privacy is None:
            raise MissingPartError(
                "rules keep pictures, and nothing says how long. Add [privacy] with pictures_days and purpose"
            )
        if self._rules and start_utc is None:
            raise MissingPartError(
                "pictures are kept for so many days, and the time of day is not known. Give --start, or keep none"
            )
        self._privacy = site.privacy
        self._start = start_utc
        self._store = store
        self._decode = decode
        self._shown: dict[str, _Shown] = {}
        self._severity: dict[str, str] = {}
        self._tidied: datetime | None = None
        self.counts = AlbumCounts()

    def told(self, taken: Taken) -> None:
        """See what a message of a worker gave, with the picture that it may hold."""
        if taken.report is None:
            self.take(taken.sighting)
        else:
            self.take(taken.sighting, taken.report.glimpse, taken.report.picture)

    def take(self, sighting: Sighting, glimpse: Glimpse | None = None, image: Image | bytes | None = None) -> None:
        """See what a frame gave; `image`, shape (height, width, 3), BGR, or a JPEG, is of the frame of `glimpse`."""
        if self._start is None or self._privacy is None or not math.isfinite(sighting.t):
            return
        if image is not None and glimpse is not None:
            found = tuple(one.box for one in glimpse.detections)
            self._shown[sighting.camera] = _Shown(sighting.t, image, sighting.boxes, found)
        now = self._start.astimezone(UTC) + timedelta(seconds=sighting.t)
        for signal in sighting.signals:
            if self._is_due(signal):
                self._keep(signal, sighting.t, self._privacy)
        self.tidy(now)

    def tidy(self, now: datetime) -> None:
        """Delete what is over its time, now and then."""
        if self._tidied is None or now - self._tidied >= TIDY:
            self._tidied = now
            self.counts.deleted += self._store.delete_until(now)

    def _is_due(self, signal: Signal) -> bool:
        if signal.rule not in self._rules or signal.silent is not None:
            return False
        if signal.state == "ended":
            self._severity.pop(signal.id, None)
            return False
        rises = self._severity.get(signal.id) != signal.severity
        self._severity[signal.id] = signal.severity
        return rises

    def _keep(self, signal: Signal, t: float, privacy: Privacy) -> None:
        """Keep what the cameras show of a signal's tracks."""
        kept = 0
        for camera, shown in self._shown.items():
            subjects = [box for track, box in shown.boxes if track in signal.tracks]
            if not subjects or abs(t - shown.t) > LATELY:
                continue
            image = self._decode(shown.image) if isinstance(shown.image, bytes) else shown.image
            if image is None:
                continue
            others = [box for track, box in shown.boxes if track not in signal.tracks]
            others += _of_others(shown.detections, subjects)
            assert self._start is not None  # noqa: S101 - `take` asked
            taken = self._start.astimezone(UTC) + timedelta(seconds=shown.t)
            about = KeptPicture(
                signal=signal.id,
                rule=str(signal.rule),
                camera=camera,
                taken=taken,
                until=taken + timedelta(days=privacy.pictures_days),
                purpose=privacy.purpose,
            )
            self._store.keep(about, blur_others(image, others, subjects))
            kept += 1
        self.counts.kept += kept
        self.counts.without_picture += not kept


def _of_others(found: Iterable[Box], subjects: Iterable[Box]) -> list[Box]:
    """What was found in the picture without the subjects themselves: each is at most one of them."""
    left = list(found)
    for subject in subjects:
        own = max(left, key=lambda box: _overlap(box, subject), default=None)
        if own is not None and _overlap(own, subject) >= OVERLAP:
            left.remove(own)
    return left


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(0.0, wide) * max(0.0, high)
    whole = one[2] * one[3] + other[2] * other[3] - shared
    return shared / whole if whole > 0.0 else 0.0
