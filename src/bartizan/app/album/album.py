"""Keeps a picture at a signal where the rule allows it, with everybody else blurred, and deletes it in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bartizan.app.album.ports import KeptPicture, PictureStore
from bartizan.app.live.eye import Glimpse
from bartizan.app.live.run import Sighting
from bartizan.errors import MissingPartError
from bartizan.signal import Signal
from bartizan.site.site import Site
from bartizan.watch.blur import Box, blur_others

Image = NDArray[np.uint8]

TIDY = timedelta(hours=1)  # how often what is over its time is deleted
OVERLAP = 0.5  # of a detection and the subject's box (intersection over union): less is somebody else


@dataclass(slots=True)
class AlbumCounts:
    """Pictures kept, deleted because their time was over, and signals that had no picture to be kept."""

    kept: int = 0
    deleted: int = 0
    without_picture: int = 0


class Album:
    """The album of one run.

    `start_utc` is the time of the stream's zero. Only signals of rules with `pictures = true` that sound keep any, one
    when they are raised and one each time they rise in severity, from every camera that shows one of their tracks at
    that moment. Raises MissingPartError where such a rule exists and the site does not say how long pictures stay, or
    where the time of day is not known: nothing may be kept for ever.
    """

    def __init__(self, site: Site, store: PictureStore, *, start_utc: datetime | None) -> None:
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
        self._severity: dict[str, str] = {}
        self._tidied: datetime | None = None
        self.counts = AlbumCounts()

    def take(self, sighting: Sighting, glimpse: Glimpse, image: Image | None) -> None:
        """See what a frame gave: `image`, shape (height, width, 3), BGR, or None where there is none to be kept."""
        if self._start is None or self._privacy is None:
            return
        now = self._start.astimezone(UTC) + timedelta(seconds=sighting.t)
        for signal in sighting.signals:
            if self._is_due(signal):
                self._keep(signal, sighting, glimpse, image, now)
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

    def _keep(self, signal: Signal, sighting: Sighting, glimpse: Glimpse, image: Image | None, now: datetime) -> None:
        assert self._privacy is not None  # noqa: S101 - `take` asked
        subjects = [box for track, box in sighting.boxes if track in signal.tracks]
        if image is None or not subjects:
            self.counts.without_picture += 1
            return
        others = [box for track, box in sighting.boxes if track not in signal.tracks]
        others += _of_others((one.box for one in glimpse.detections), subjects)
        about = KeptPicture(
            signal=signal.id,
            rule=str(signal.rule),
            camera=sighting.camera,
            taken=now,
            until=now + timedelta(days=self._privacy.pictures_days),
            purpose=self._privacy.purpose,
        )
        self._store.keep(about, blur_others(image, others, subjects))
        self.counts.kept += 1


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
