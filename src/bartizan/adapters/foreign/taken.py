"""What a message from elsewhere came to: observations, signals, or a refusal by name, counted."""

from __future__ import annotations

import math
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bartizan.signal import Observation, Phase, Severity, Signal, SignalIds, rfc3339
from bartizan.site.site import Site
from bartizan.watch.detection.detect import Detection

# what goes on at once; beyond it the oldest is forgotten, and counted as "forgotten"
_MOST = 10_000
# characters of a name that a message brings
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Taken:
    """What one message came to.

    `t` [s] of the stream and `camera` of the site go with detections [pixels] and observations [m]. `refused` names
    why nothing was taken; None where the message was read, though it may have nothing new in it.
    """

    t: float | None = None
    camera: str | None = None
    detections: tuple[Detection, ...] = ()
    observations: tuple[Observation, ...] = ()
    signals: tuple[Signal, ...] = ()
    refused: str | None = None


@dataclass(slots=True)
class ForeignCounts:
    """Messages that were read, and those refused by why."""

    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def of(self, taken: Taken) -> Taken:
        """Count it and give it on."""
        if taken.refused is None:
            self.taken += 1
        else:
            self.refused[taken.refused] += 1
        return taken


class Refused(Exception):  # noqa: N818 - it is no fault of anybody here: a message is not for us
    """A message is not taken; the argument is the name of why."""


@dataclass(frozen=True, slots=True)
class What:
    """What a signal from elsewhere says."""

    kind: str
    camera: str
    zone: str | None
    severity: Severity
    because: Mapping[str, Any]


@dataclass(slots=True)
class _Case:
    id: str
    since: float
    what: What


class Cases:
    """What goes on elsewhere, by a key of the source: each is raised once and ended once."""

    def __init__(self, site: Site, ids: SignalIds, start_utc: datetime, counts: ForeignCounts, exercise: bool) -> None:
        self._site, self._ids, self._start, self._counts = site, ids, start_utc, counts
        self._exercise = exercise
        self._open: OrderedDict[str, _Case] = OrderedDict()

    def raised(self, key: str, what: What, t: float) -> tuple[Signal, ...]:
        """It goes on: a signal where it is new."""
        if key in self._open:
            return ()
        while len(self._open) >= _MOST:
            self._open.popitem(last=False)
            self._counts.refused["forgotten"] += 1
        self._open[key] = _Case(next(self._ids), t, what)
        return (self._signal(self._open[key], "raised", t),)

    def ended(self, key: str, t: float) -> tuple[Signal, ...]:
        """It is over: a signal where it was on."""
        case = self._open.pop(key, None)
        return () if case is None else (self._signal(case, "ended", max(t, case.since)),)

    def going_on(self, begin: str) -> list[str]:
        """The keys of what goes on that begin so."""
        return [key for key in self._open if key.startswith(begin)]

    def _signal(self, case: _Case, state: Phase, t: float) -> Signal:
        what = case.what
        zone = next((zone for zone in self._site.zones if zone.id == what.zone), None)
        return Signal(
            id=case.id,
            t=t,
            utc=rfc3339(self._start + timedelta(seconds=t)),
            kind=what.kind,
            state=state,
            zone=None if zone is None else zone.id,
            area=None if zone is None else zone.area,
            element=zone.elements[0] if zone is not None and len(zone.elements) == 1 else None,
            cameras=(what.camera,),
            since=case.since,
            severity=what.severity,
            exercise=self._exercise,
            because=what.because,
        )


def number(value: Any, least: float, most: float, why: str) -> float:
    """A finite number in a range; Refused by the name `why` otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(why)
    try:
        found = float(value)
    except OverflowError:
        raise Refused(why) from None
    if not (math.isfinite(found) and least <= found <= most):
        raise Refused(why)
    return found


def text(value: Any, why: str) -> str:
    """A short text that can be shown; Refused by the name `why` otherwise."""
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST or not value.isprintable():
        raise Refused(why)
    return value.strip()


def seconds(moment: datetime, start_utc: datetime) -> float:
    """The time of the stream [s] of a moment; one without an offset is taken as UTC."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return (aware - start_utc).total_seconds()
