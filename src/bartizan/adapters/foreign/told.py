"""Messages of other programs as a run takes them: places as reports, what they noticed as notices."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from bartizan.adapters.foreign.frigate import FrigateReader
from bartizan.adapters.foreign.onvif import OnvifReader
from bartizan.adapters.foreign.taken import ForeignCounts, Taken
from bartizan.app.live.eye import Glimpse
from bartizan.app.live.intake import AHEAD
from bartizan.app.live.wire import FARTHEST, Notice, Report, usable
from bartizan.signal import Signal, SignalIds
from bartizan.site.site import Site

Source = Literal["frigate", "onvif"]
SOURCES: tuple[Source, ...] = ("frigate", "onvif")

_BEHIND = 10.0  # seconds: a notice that is told later than this has a clock of its own, as one from the future has
_LARGEST = 1 << 20  # bytes of a message


class ForeignTeller:
    """Reads one source's messages for a run of `site` that began at `zero` (UTC).

    `now` [s] is the run's clock where it is live: a notice whose own time is far from it is told with the time of its
    arrival, for an alarm is not lost because a camera's clock is wrong. None: messages of a file, with times of their
    own. Frigate's topics end in "events" and "reviews", those of ONVIF in the camera's id; an ONVIF notification is
    JSON as zeep makes it, or XML. Errors: none; what is not taken is named and counted in `counts`.
    """

    def __init__(self, source: Source, site: Site, zero: datetime, now: Callable[[], float] | None = None) -> None:
        self._site, self._zero, self._now = site.hash, zero, now
        self._sender, self._number = secrets.token_hex(8), 0
        self._latest = 0.0
        ids = SignalIds(source)
        self._frigate = FrigateReader(site, ids=ids, start_utc=zero) if source == "frigate" else None
        self._onvif = None if source == "frigate" else OnvifReader(site, ids=ids, start_utc=zero)

    @property
    def counts(self) -> ForeignCounts:
        """Messages that were read, and those refused by why; also those that were read and could not be told."""
        return self._reader.counts

    @property
    def _reader(self) -> FrigateReader | OnvifReader:
        reader = self._onvif if self._frigate is None else self._frigate
        assert reader is not None  # noqa: S101 - one of the two is made
        return reader

    def read(self, topic: str, payload: bytes) -> Sequence[Report | Notice]:
        """What a message says to the run."""
        told: list[Report | Notice] = []
        for taken in self._taken(topic, payload):
            if taken.refused is not None or taken.t is None or taken.camera is None:
                continue
            if not (math.isfinite(taken.t) and abs(taken.t) <= FARTHEST):
                self.counts.refused["far-from-start"] += 1
                continue
            self._latest = taken.t
            if taken.detections or taken.observations:
                told.append(self._report(taken, taken.t, taken.camera))
            told += [self._notice(signal, taken.camera) for signal in taken.signals]
        return told

    def _taken(self, topic: str, payload: bytes) -> Sequence[Taken]:
        if self._frigate is not None:
            return (self._frigate.read(topic, payload),)
        assert self._onvif is not None  # noqa: S101 - one of the two is made
        camera = topic.rpartition("/")[2]
        arrived = self._latest if self._now is None else self._now()
        if payload.lstrip()[:1] == b"<":
            return self._onvif.read_xml(camera, payload, arrived)
        return (self._onvif.read(camera, _notification(payload), arrived),)

    def _report(self, taken: Taken, t: float, camera: str) -> Report:
        kept, left_out = usable(Glimpse(t, camera, taken.detections, taken.observations))
        return Report(
            **self._head(t, camera), detections=kept.detections, observations=kept.observations, unusable=left_out
        )

    def _notice(self, signal: Signal, camera: str) -> Notice:
        t, because = signal.t, {name: str(value) for name, value in signal.because.items()}
        if self._now is not None and not self._now() - _BEHIND <= t <= self._now() + AHEAD:
            t, because["clock"] = self._now(), "arrival"
        return Notice(
            **self._head(t, camera),
            case=signal.id,
            kind=signal.kind,
            state="ended" if signal.state == "ended" else "raised",
            zone=signal.zone,
            severity=signal.severity,
            because=because,
        )

    def _head(self, t: float, camera: str) -> dict[str, Any]:
        self._number += 1
        return {
            "sender": self._sender,
            "number": self._number,
            "site": self._site,
            "camera": camera,
            "t": t,
            "zero": self._zero,
        }


def _notification(payload: bytes) -> Any:
    """The notification in a payload; None, which no reader takes, where it is none."""
    try:
        return None if len(payload) > _LARGEST else json.loads(payload)
    # a deep nest of brackets ends in RecursionError, a number of 5,000 digits in ValueError
    except (ValueError, RecursionError):
        return None
