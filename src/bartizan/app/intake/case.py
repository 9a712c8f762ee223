"""Something that goes on at one input, from the signal that begins it to the one that ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from shapely import Point

from bartizan.signal import Phase, Severity, Signal, rfc3339
from bartizan.site.inputs import Input
from bartizan.site.site import Site

Slot = Literal["main", "held", "quiet"]
SLOTS: Mapping[str, Slot] = {
    "door-forced": "main",
    "door-open": "main",
    "sensor": "main",
    "tamper": "main",
    "sensor-fault": "main",
    "duress": "main",
    "badge-denied": "main",
    "door-held": "held",
    "sensor-silent": "quiet",
}
"""Every kind of signal that an input makes, and which of the things that may go on there at once it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A thing that goes on: its signal's id and kind, since when (UTC), how often it came, and its latest instant.

    `silent` says why it is recorded and not sounded. `ended` is None while it goes on.
    """

    id: str
    kind: str
    since: datetime
    last: datetime
    severity: Severity
    silent: str | None = None
    times: int = 1
    ended: datetime | None = None
    because: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where the signals of an input are: one of area, element and zone as the site has it, and a point [m]."""

    name: str
    area: str | None = None
    element: str | None = None
    zone: str | None = None
    at: tuple[float, float] | None = None


def spot_of(site: Site, source: Input) -> Spot:
    """The place that an input speaks of: its own, else that of its sensor."""
    sensor = None if source.sensor is None else site.sensor(source.sensor)
    place = source.place
    if place is None and sensor is not None:
        covered = sensor.covers[0].partition("/")[0]
        place = ("element" if any(one.id == covered for one in site.elements) else "area", covered)
    kind, id_ = place or ("", "")
    things: dict[str, tuple[Any, ...]] = {"element": site.elements, "area": site.areas, "zone": site.zones}
    thing = next((one for one in things.get(kind, ()) if one.id == id_), None)
    point = None if sensor is None else sensor.shape
    return Spot(
        name=source.name or getattr(thing, "name", None) or id_ or source.id,
        area=id_ if kind == "area" else getattr(thing, "area", None),
        element=id_ if kind == "element" else None,
        zone=id_ if kind == "zone" else None,
        at=(point.x, point.y) if isinstance(point, Point) else None,
    )


def begun(
    source: Input,
    kind: str,
    at: datetime,
    severity: Severity,
    *,
    silent: str | None,
    before: Case | None,
    because: Mapping[str, Any],
) -> tuple[Case, Phase]:
    """A case that begins at `at`, or goes on with the one before where that ended within `rejoin` seconds."""
    if before is not None and before.kind == kind and before.silent == silent and before.ended is not None:
        since_then = (at - before.ended).total_seconds()
        if since_then <= source.rejoin:
            last = max(at, before.last)
            again = replace(before, last=last, ended=None, times=before.times + 1, because=dict(because))
            return again, "updated"
    # two beginnings never share an instant: the id is made of it
    since = at if before is None or at > before.since else before.since + timedelta(microseconds=1)
    id_ = f"{source.id}-{kind}-{since.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
    return (
        Case(id=id_, kind=kind, since=since, last=since, severity=severity, silent=silent, because=dict(because)),
        "raised",
    )


def signal_of(source: Input, spot: Spot, case: Case, state: Phase) -> Signal:
    """The signal of a case at its latest instant; its times are Unix seconds."""
    return Signal(
        id=case.id,
        t=case.last.timestamp(),
        utc=rfc3339(case.last, "milliseconds"),
        kind=case.kind,
        state=state,
        zone=spot.zone,
        area=spot.area,
        element=spot.element,
        at=spot.at,
        since=case.since.timestamp(),
        severity=case.severity,
        silent=case.silent,
        because={"input": source.id, "sensor": source.sensor, "times": case.times, **case.because},
    )


def resumed(signal: Mapping[str, Any]) -> Case | None:
    """The case of a signal that the desk still holds as active; None where it is none of an input's."""
    because = signal.get("because")
    if signal.get("kind") not in SLOTS or not isinstance(because, Mapping) or signal.get("since") is None:
        return None
    told = {name: value for name, value in because.items() if name not in ("input", "sensor", "times")}
    try:
        return Case(
            id=signal["id"],
            kind=signal["kind"],
            since=datetime.fromtimestamp(signal["since"], UTC),
            last=datetime.fromtimestamp(signal["t"], UTC),
            severity=signal["severity"],
            silent=signal.get("silent"),
            times=int(because.get("times", 1)),
            because=told,
        )
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
