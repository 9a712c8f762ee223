"""What one alarm went through: when it sounded, when people did what, what it turned out to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from bartizan.desk.alarms import Disposition, HistoryError
from bartizan.desk.alarms.events import (
    Acknowledged,
    Assessed,
    Cleared,
    Closed,
    Event,
    Raised,
    Reactivated,
    Reopened,
    ResponseOnScene,
    ResponseSent,
    Suppressed,
    Updated,
)
from bartizan.signal import Severity

TOLD_BY = ("sensor", "door", "source", "channel")
"""Keys of a signal's `because` that name who told it, beside its rule and its cameras."""


class Origin(NamedTuple):
    """Where an alarm came from: a "rule", a "sensor", a "camera", ..., by its id; of last resort its "kind"."""

    kind: str
    id: str


class Trip(NamedTuple):
    """A response sent to an alarm: when it was sent (None: it was there by itself) and when there (None: not yet)."""

    response: str
    sent_at: datetime | None
    on_scene_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One alarm's life. All instants in UTC; None is not, or not yet.

    `sounded` are the instants at which it asked for attention: when raised, and each time its condition came back.
    `suppressed` are those at which it did not, because what it is about was out of service.
    `active` are the stretches of its condition, the last without an end where it is still active. Of what people do
    twice (an alarm reopened) the first counts; the disposition is the last. `origins`: the first is its main one.
    """

    alarm: str
    number: int
    exercise: bool
    priority: Severity
    origins: tuple[Origin, ...]
    place: str | None
    raised_at: datetime
    sounded: tuple[datetime, ...]
    active: tuple[tuple[datetime, datetime | None], ...]
    suppressed: tuple[datetime, ...] = ()
    acknowledged_at: datetime | None = None
    assessed_at: datetime | None = None
    trips: tuple[Trip, ...] = ()
    contained_at: datetime | None = None
    closed_at: datetime | None = None
    disposition: Disposition | None = None

    @property
    def origin(self) -> Origin:
        """The main one of its origins."""
        return self.origins[0]

    @property
    def dispatched_at(self) -> datetime | None:
        """When the first response was sent."""
        return min((trip.sent_at for trip in self.trips if trip.sent_at is not None), default=None)

    @property
    def on_scene_at(self) -> datetime | None:
        """When the first response was there."""
        return min((trip.on_scene_at for trip in self.trips if trip.on_scene_at is not None), default=None)


def life_of(events: Iterable[Event], contained_at: datetime | None = None) -> Life:
    """The life that an alarm's events tell, in their order.

    `contained_at`: when the incident it belongs to was contained, which the alarm itself does not know. Errors:
    HistoryError where the first event does not raise it. Events that figures do not ask for are passed over.
    """
    life: Life | None = None
    for event in events:
        life = step(life, event)
    if life is None:
        raise HistoryError("an alarm without events has no life. Every alarm begins by being raised")
    return replace(life, contained_at=contained_at)


def step(life: Life | None, event: Event) -> Life:
    """The life after one more event; None before the first. Errors: HistoryError where that does not raise it."""
    return _begun(event) if life is None else _after(life, event)


def origins_of(signal: Mapping[str, Any]) -> tuple[Origin, ...]:
    """Who told a signal: its rule, who is named in `because`, its cameras; its kind where nobody is named."""
    because = signal.get("because")
    told = because if isinstance(because, Mapping) else {}
    found = [Origin("rule", str(signal["rule"]))] if signal.get("rule") else []
    found += [Origin(key, told[key]) for key in TOLD_BY if isinstance(told.get(key), str) and told[key]]
    found += [Origin("camera", str(camera)) for camera in signal.get("cameras") or ()]
    return tuple(dict.fromkeys(found)) or (Origin("kind", str(signal.get("kind"))),)


def _begun(event: Event) -> Life:
    if not isinstance(event, Raised):
        raise HistoryError(f"a life begins with {event.kind} and not by being raised. Give all events, the first first")
    return Life(
        alarm=event.alarm,
        number=event.number,
        exercise=event.exercise,
        priority=event.priority,
        origins=origins_of(event.signal),
        place=event.signal.get("element") or event.signal.get("area"),
        raised_at=event.at,
        sounded=(event.at,),
        active=((event.at, None),),
    )


def _after(life: Life, event: Event) -> Life:
    match event:
        case Updated() | Reactivated():
            life = _updated(life, event)
        case Suppressed() if life.sounded and life.sounded[-1] == event.at:
            # of what is out of service: it came, and nobody heard it
            life = replace(life, sounded=life.sounded[:-1], suppressed=(*life.suppressed, event.at))
        case Cleared() if life.active[-1][1] is None:
            life = replace(life, active=(*life.active[:-1], (life.active[-1][0], event.at)))
        case Acknowledged():
            life = replace(life, acknowledged_at=life.acknowledged_at or event.at)
        case Assessed():
            life = replace(life, assessed_at=life.assessed_at or event.at, disposition=event.disposition)
        case ResponseSent() | ResponseOnScene():
            life = replace(life, trips=_travelled(life.trips, event))
        case Closed():
            life = replace(life, closed_at=event.at)
        case Reopened():
            life = replace(life, closed_at=None, disposition=None)
    return life


def _updated(life: Life, event: Updated | Reactivated) -> Life:
    life = replace(life, priority=event.priority) if isinstance(event, Updated) else life
    if life.active[-1][1] is None:
        return life
    # the condition had cleared: it came back, and sounds again
    return replace(life, sounded=(*life.sounded, event.at), active=(*life.active, (event.at, None)))


def _travelled(trips: tuple[Trip, ...], event: ResponseSent | ResponseOnScene) -> tuple[Trip, ...]:
    known = {trip.response: trip for trip in trips}
    trip = known.get(event.response, Trip(event.response, None, None))
    if isinstance(event, ResponseSent):
        trip = trip._replace(sent_at=trip.sent_at or event.at)
    else:
        trip = trip._replace(on_scene_at=trip.on_scene_at or event.at)
    return tuple((known | {event.response: trip}).values())
