"""A muster: its events, the list that they make, and what people may do to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from bartizan.desk.codec import Codec
from bartizan.desk.errors import CommandError, HistoryError, TransitionError
from bartizan.desk.event import Event, instant
from bartizan.desk.said import optional_text, person

Whereabouts = Literal["missing", "safe", "hurt", "not-here"]
WHEREABOUTS: tuple[Whereabouts, ...] = get_args(Whereabouts)
MOST = 2_000  # names on one list


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(Event):
    """Everybody on the list is looked for."""

    kind = "begun"
    muster: str
    number: int
    exercise: bool
    incident: str | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked(Event):
    """Somebody was found, or is missing after all; who was not on the list is on it from now on."""

    kind = "marked"
    name: str
    whereabouts: Whereabouts
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """Nobody is looked for any more."""

    kind = "ended"
    note: str | None = None


CODEC: Codec[Event] = Codec(Begun, Marked, Ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on the list, and who said when where they are."""

    name: str
    whereabouts: Whereabouts = "missing"
    at: datetime | None = None
    by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Muster:
    """A muster as it stands. Everybody is missing until somebody says otherwise."""

    id: str
    number: int
    version: int
    exercise: bool
    incident: str | None
    begun_at: datetime
    begun_by: str
    people: tuple[Person, ...]
    ended_at: datetime | None = None
    ended_by: str | None = None
    note: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody is looked for."""
        return self.ended_at is None

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of those that nobody has found."""
        return tuple(one.name for one in self.people if one.whereabouts == "missing")

    def to_json(self) -> dict[str, Any]:
        """The muster as plain JSON values; instants as RFC 3339 in UTC, absent is null."""
        return {
            "id": self.id,
            "number": self.number,
            "version": self.version,
            "exercise": self.exercise,
            "incident": self.incident,
            "begun_at": instant(self.begun_at),
            "begun_by": self.begun_by,
            "people": [
                {
                    "name": one.name,
                    "whereabouts": one.whereabouts,
                    "at": None if one.at is None else instant(one.at),
                    "by": one.by,
                    "note": one.note,
                }
                for one in self.people
            ],
            "missing": list(self.missing),
            "ended_at": None if self.ended_at is None else instant(self.ended_at),
            "ended_by": self.ended_by,
            "note": self.note,
        }


def apply(muster: Muster | None, event: Event) -> Muster:
    """The muster after one more event. Errors: HistoryError where it cannot follow."""
    if muster is None:
        if not isinstance(event, Begun) or event.version != 1:
            raise HistoryError(f"a muster begins with {event.kind}. Restore the journal from a backup")
        return Muster(
            id=event.muster,
            number=event.number,
            version=1,
            exercise=event.exercise,
            incident=event.incident,
            begun_at=event.at,
            begun_by=event.by,
            people=tuple(Person(name=name) for name in event.names),
        )
    if event.version != muster.version + 1 or isinstance(event, Begun):
        raise HistoryError(f"muster {muster.number}: version {event.version} cannot follow {muster.version}")
    muster = replace(muster, version=event.version)
    if isinstance(event, Ended):
        return replace(muster, ended_at=event.at, ended_by=event.by, note=event.note)
    if isinstance(event, Marked):
        found = Person(name=event.name, whereabouts=event.whereabouts, at=event.at, by=event.by, note=event.note)
        if all(one.name != event.name for one in muster.people):
            return replace(muster, people=(*muster.people, found))
        return replace(muster, people=tuple(found if one.name == event.name else one for one in muster.people))
    raise HistoryError(f"muster {muster.number}: {event.kind} has no meaning for it")


def names_of(names: Iterable[str]) -> tuple[str, ...]:
    """The names of a list, checked, each once. Errors: CommandError where there is none, or too many."""
    found = tuple(dict.fromkeys(person(name) for name in names))
    if not 1 <= len(found) <= MOST:
        raise CommandError(f"a muster has 1 to {MOST} names, not {len(found)}")
    return found


def decide_mark(
    muster: Muster, name: str, whereabouts: Whereabouts, *, by: str, at: datetime, note: str | None = None
) -> tuple[Event, ...]:
    """Say where somebody is; who is not on the list comes onto it. The same again changes nothing."""
    by, name = person(by), person(name)
    if not muster.is_open:
        raise TransitionError(f"muster {muster.number} is over. Begin another one")
    if whereabouts not in WHEREABOUTS:
        raise CommandError(f"{whereabouts!r:.40} is no whereabouts. Choose of {', '.join(WHEREABOUTS)}")
    known = next((one for one in muster.people if one.name == name), None)
    remark = optional_text(note, "note")
    if known is not None and (known.whereabouts, known.note) == (whereabouts, remark) and known.at is not None:
        return ()
    if known is None and len(muster.people) >= MOST:
        raise CommandError(f"a muster has at most {MOST} names")
    return (Marked(version=muster.version + 1, at=at, by=by, name=name, whereabouts=whereabouts, note=remark),)


def decide_end(muster: Muster, *, by: str, at: datetime, note: str | None = None) -> tuple[Event, ...]:
    """End it. Where somebody is still missing, only with a note that says why. Over already: nothing changes."""
    by = person(by)
    if not muster.is_open:
        return ()
    remark = optional_text(note, "note")
    if muster.missing and remark is None:
        raise TransitionError(
            f"muster {muster.number}: {len(muster.missing)} are missing ({', '.join(muster.missing[:5])}). "
            "Find them, or end it with a note that says why"
        )
    return (Ended(version=muster.version + 1, at=at, by=by, note=remark),)
