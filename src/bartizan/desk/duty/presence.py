"""Who is on duty: people come, go, and give a sign of life. One roster per desk, the fold of its events.

A page that is open says that a screen is alive; a sign of life says that a person is. Only the second is an event:
pages beat every few seconds and are watched by `bartizan.app.duty.duty`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bartizan.desk import event
from bartizan.desk.codec import Codec
from bartizan.desk.errors import HistoryError, TransitionError
from bartizan.desk.event import instant
from bartizan.desk.said import person as name_of

ROSTER = "roster"  # the id of the one roster: its stream is "duty/roster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(event.Event):
    """What happens to the roster: version, instant and who."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchBegun(Event):
    """From now on the desk minds that somebody is on duty. The first event of every roster."""

    kind = "watch-begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Came(Event):
    """A person came on duty. `by` is who said so."""

    kind = "came"
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Went(Event):
    """A person went off duty."""

    kind = "went"
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """A person on duty gave a sign of life."""

    kind = "answered"
    person: str


CODEC: Codec[Event] = Codec(WatchBegun, Came, Went, Answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """A person on duty: since when, and when they last gave a sign of life (UTC)."""

    person: str
    since: datetime
    answered_at: datetime

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"person": self.person, "since": instant(self.since), "answered_at": instant(self.answered_at)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who is on duty, in the order in which they came. `vacant_since`: since when nobody is (UTC), else None."""

    version: int
    begun_at: datetime
    people: tuple[OnDuty, ...] = ()
    vacant_since: datetime | None = None

    def find(self, person: str) -> OnDuty | None:
        """This person, where on duty."""
        return next((one for one in self.people if one.person == person), None)


def apply(roster: Roster | None, happened: Event) -> Roster:
    """The roster after one more event; `roster` is None before the first. Errors: HistoryError."""
    if roster is None:
        if not isinstance(happened, WatchBegun) or happened.version != 1:
            raise HistoryError(f"the roster begins with {happened.kind}. Restore the journal from a backup")
        return Roster(version=1, begun_at=happened.at, vacant_since=happened.at)
    if happened.version != roster.version + 1 or isinstance(happened, WatchBegun):
        raise HistoryError(
            f"the roster: after version {roster.version} comes {happened.kind} as version {happened.version}. "
            "The journal was altered or two desks wrote it: restore it from a backup"
        )
    roster = replace(roster, version=happened.version)
    match happened:
        case Came():
            here = OnDuty(person=happened.person, since=happened.at, answered_at=happened.at)
            return replace(roster, people=(*_others(roster, happened.person), here), vacant_since=None)
        case Went():
            left = _others(roster, happened.person)
            return replace(roster, people=left, vacant_since=None if left else roster.vacant_since or happened.at)
        case Answered():
            people = tuple(
                replace(one, answered_at=happened.at) if one.person == happened.person else one for one in roster.people
            )
            return replace(roster, people=people)
    raise HistoryError(f"the roster: {happened.kind} has no meaning for it")


def _others(roster: Roster, person: str) -> tuple[OnDuty, ...]:
    return tuple(one for one in roster.people if one.person != person)


def decide_begin(roster: Roster | None, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Begin to mind who is on duty. Begun already: nothing changes."""
    return () if roster is not None else (WatchBegun(version=1, at=at, by=by),)


def decide_come(roster: Roster | None, person: str, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Put a person on duty; the first ever begins the roster. On duty already: nothing changes."""
    person, by = name_of(person), name_of(by)
    if roster is not None and roster.find(person) is not None:
        return ()
    begun = decide_begin(roster, by=by, at=at)
    version = (0 if roster is None else roster.version) + len(begun) + 1
    return (*begun, Came(version=version, at=at, by=by, person=person))


def decide_go(roster: Roster | None, person: str, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Take a person off duty. Not on duty: nothing changes. Errors: CommandError."""
    person, by = name_of(person), name_of(by)
    if roster is None or roster.find(person) is None:
        return ()
    return (Went(version=roster.version + 1, at=at, by=by, person=person),)


def decide_answer(roster: Roster | None, person: str, *, at: datetime) -> tuple[Event, ...]:
    """A sign of life of a person on duty. Errors: TransitionError where they are not on duty."""
    person = name_of(person)
    if roster is None or roster.find(person) is None:
        raise TransitionError(f"{person} is not on duty. Come on duty first")
    return (Answered(version=roster.version + 1, at=at, by=person, person=person),)
