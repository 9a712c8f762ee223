"""Rounds of the guards: a tour has checkpoints, each to be reached in its window; what is missed is an alarm.

A round is one walk of a tour. One that the site's timetable calls for exists from its due instant and is to be begun
by `begin_by`; any other is begun by hand. All windows are absolute instants (UTC), fixed in the event that begins the
round: a change of the site file, of the machine or of summer time moves none of them.

It does not model the way between checkpoints, nor whether it was the guard who held the badge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from bartizan.desk import event
from bartizan.desk.codec import Codec
from bartizan.desk.errors import HistoryError, TransitionError, UnknownThingError
from bartizan.desk.event import DESK, instant, instant_if
from bartizan.desk.said import person as name_of
from bartizan.desk.said import text
from bartizan.site.tour import Tour

LONGEST_LINGER = timedelta(hours=1)  # after its last window a round ends by itself
RoundState = Literal["due", "overdue", "under-way", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A checkpoint of a round: its window, and when it was reached or missed (UTC, or None)."""

    checkpoint: str
    opens: datetime
    closes: datetime
    reached_at: datetime | None = None
    reached_by: str | None = None
    missed_at: datetime | None = None

    @property
    def state(self) -> Literal["waiting", "reached", "late", "missed"]:
        """How it stands; "late" was missed and reached after all."""
        if self.reached_at is not None:
            return "reached" if self.missed_at is None else "late"
        return "waiting" if self.missed_at is None else "missed"


# ---- events


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(event.Event):
    """What happens to a round. `round` is its id."""

    round: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundDue(Event):
    """The timetable calls for a round of `tour`, due at `due` and to be begun by `begin_by` (UTC)."""

    kind = "round-due"
    tour: str
    due: datetime
    begin_by: datetime
    exercise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginMissed(Event):
    """Nobody began the round in time."""

    kind = "begin-missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundBegun(Event):
    """Somebody set out. `stops` have their windows as instants."""

    kind = "round-begun"
    tour: str
    stops: tuple[Stop, ...]
    exercise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached(Event):
    """A checkpoint was reached."""

    kind = "checkpoint-reached"
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed(Event):
    """The window of a checkpoint passed, and nobody had been there."""

    kind = "checkpoint-missed"
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundEnded(Event):
    """The round is over; `reason` where it was not walked to its end."""

    kind = "round-ended"
    reason: str | None = None


CODEC: Codec[Event] = Codec(RoundDue, BeginMissed, RoundBegun, Reached, Missed, RoundEnded)


# ---- state


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One walk of a tour, as it stands. Instants in UTC."""

    id: str
    version: int
    tour: str
    exercise: bool
    state: RoundState
    due: datetime | None = None
    begin_by: datetime | None = None
    begun_at: datetime | None = None
    by: str | None = None
    stops: tuple[Stop, ...] = ()
    ended_at: datetime | None = None
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do or to wait for."""
        return self.state != "ended"

    def stop(self, checkpoint: str) -> Stop:
        """One stop. Errors: UnknownThingError."""
        for stop in self.stops:
            if stop.checkpoint == checkpoint:
                return stop
        known = ", ".join(stop.checkpoint for stop in self.stops)
        raise UnknownThingError(f"round {self.id} has no checkpoint {checkpoint!r:.60}. It has {known}")

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; instants as RFC 3339 in UTC, absent is null."""
        return {
            "id": self.id,
            "tour": self.tour,
            "state": self.state,
            "exercise": self.exercise,
            "due": instant_if(self.due),
            "begin_by": instant_if(self.begin_by),
            "begun_at": instant_if(self.begun_at),
            "by": self.by,
            "ended_at": instant_if(self.ended_at),
            "reason": self.reason,
            "stops": [
                {
                    "checkpoint": stop.checkpoint,
                    "opens": instant(stop.opens),
                    "closes": instant(stop.closes),
                    "state": stop.state,
                    "reached_at": instant_if(stop.reached_at),
                    "reached_by": stop.reached_by,
                }
                for stop in self.stops
            ],
        }


def apply(walk: Round | None, happened: Event) -> Round:
    """The round after one more event; `walk` is None before the first. Errors: HistoryError."""
    if walk is None:
        return _first(happened)
    if happened.round != walk.id or happened.version != walk.version + 1 or isinstance(happened, RoundDue):
        raise HistoryError(
            f"round {walk.id}: after version {walk.version} comes {happened.kind} of round {happened.round} "
            f"as version {happened.version}. Restore the journal from a backup"
        )
    walk = replace(walk, version=happened.version)
    match happened:
        case BeginMissed():
            return replace(walk, state="overdue")
        case RoundBegun():
            return replace(walk, state="under-way", begun_at=happened.at, by=happened.by, stops=happened.stops)
        case Reached():
            return _stopped(walk, happened.checkpoint, reached_at=happened.at, reached_by=happened.by)
        case Missed():
            return _stopped(walk, happened.checkpoint, missed_at=happened.at)
        case RoundEnded():
            return replace(walk, state="ended", ended_at=happened.at, reason=happened.reason)
    raise HistoryError(f"round {walk.id}: {happened.kind} has no meaning for it")


def _first(happened: Event) -> Round:
    if happened.version == 1 and isinstance(happened, RoundDue):
        return Round(
            id=happened.round,
            version=1,
            tour=happened.tour,
            exercise=happened.exercise,
            state="due",
            due=happened.due,
            begin_by=happened.begin_by,
        )
    if happened.version == 1 and isinstance(happened, RoundBegun):
        return Round(
            id=happened.round,
            version=1,
            tour=happened.tour,
            exercise=happened.exercise,
            state="under-way",
            begun_at=happened.at,
            by=happened.by,
            stops=happened.stops,
        )
    raise HistoryError(f"round {happened.round} begins with {happened.kind}. Restore the journal from a backup")


def _stopped(walk: Round, checkpoint: str, **changed: Any) -> Round:
    if all(stop.checkpoint != checkpoint for stop in walk.stops):
        raise HistoryError(f"round {walk.id} has no checkpoint {checkpoint!r:.60}. Restore the journal from a backup")
    stops = tuple(replace(stop, **changed) if stop.checkpoint == checkpoint else stop for stop in walk.stops)
    return replace(walk, stops=stops)


# ---- what people and time do


def decide_due(id: str, tour: Tour, due: datetime, *, at: datetime, exercise: bool = False) -> tuple[Event, ...]:  # noqa: A002
    """The timetable calls for a round."""
    return (
        RoundDue(
            round=id,
            version=1,
            at=at,
            by=DESK,
            tour=tour.id,
            due=due,
            begin_by=due + timedelta(seconds=tour.grace),
            exercise=exercise,
        ),
    )


def decide_begin(
    walk: Round | None,
    id: str,  # noqa: A002 - the field is named id
    tour: Tour,
    *,
    by: str,
    at: datetime,
    exercise: bool = False,
) -> tuple[Event, ...]:
    """Set out, on a round that is due (`walk`), or on one by hand (None). Errors: TransitionError, CommandError."""
    by = name_of(by)
    if walk is not None and walk.state not in ("due", "overdue"):
        raise TransitionError(f"round {walk.id} is {walk.state} and cannot be begun. Begin another one")
    stops = tuple(
        Stop(
            checkpoint=one.id,
            opens=at + timedelta(seconds=one.opens),
            closes=at + timedelta(seconds=one.closes),
        )
        for one in tour.checkpoints
    )
    flag_of = exercise if walk is None else walk.exercise
    version = 1 if walk is None else walk.version + 1
    return (RoundBegun(round=id, version=version, at=at, by=by, tour=tour.id, stops=stops, exercise=flag_of),)


def decide_reach(walk: Round, checkpoint: str, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Be at a checkpoint; the last one ends the round. Reached already: nothing changes.

    Behind its window it was missed first, also where no time has passed on the desk since.
    Errors: TransitionError where the round is not under way or the window is not open yet; UnknownThingError.
    """
    by = name_of(by)
    _under_way(walk)
    stop = walk.stop(checkpoint)
    if stop.reached_at is not None:
        return ()
    if at < stop.opens:
        raise TransitionError(
            f"checkpoint {checkpoint} of round {walk.id} counts from {stop.opens:%H:%M:%S} UTC on. Wait there"
        )
    events: list[Event] = []
    if stop.state == "waiting" and at >= stop.closes:
        events.append(Missed(round=walk.id, version=walk.version + 1, at=at, by=DESK, checkpoint=checkpoint))
    version = walk.version + len(events) + 1
    events.append(Reached(round=walk.id, version=version, at=at, by=by, checkpoint=checkpoint))
    if all(other.reached_at is not None for other in walk.stops if other.checkpoint != checkpoint):
        events.append(RoundEnded(round=walk.id, version=version + 1, at=at, by=DESK))
    return tuple(events)


def decide_end(walk: Round, *, by: str, at: datetime, reason: str) -> tuple[Event, ...]:
    """Break a round off, with a reason; what it has not reached stays so. Ended already: nothing changes."""
    by, reason = name_of(by), text(reason, "reason")
    if not walk.is_open:
        return ()
    return (RoundEnded(round=walk.id, version=walk.version + 1, at=at, by=by, reason=reason),)


def decide_pass_time(walk: Round, at: datetime) -> tuple[Event, ...]:
    """What has become due by `at` (UTC): a round not begun, windows that have passed, a round long over."""
    if walk.state == "due" and walk.begin_by is not None and at >= walk.begin_by:
        return (BeginMissed(round=walk.id, version=walk.version + 1, at=at, by=DESK),)
    if walk.state != "under-way":
        return ()
    events: list[Event] = []
    for stop in walk.stops:
        if stop.state == "waiting" and at >= stop.closes:
            version = walk.version + len(events) + 1
            events.append(Missed(round=walk.id, version=version, at=at, by=DESK, checkpoint=stop.checkpoint))
    over = max((stop.closes for stop in walk.stops), default=at) + LONGEST_LINGER
    if at >= over:
        version = walk.version + len(events) + 1
        reason = "an hour after its last window"
        events.append(RoundEnded(round=walk.id, version=version, at=at, by=DESK, reason=reason))
    return tuple(events)


def _under_way(walk: Round) -> None:
    if walk.state != "under-way":
        raise TransitionError(f"round {walk.id} is {walk.state}, not under way. Begin it first")
