"""What is out of service: by whom, for which work order, until when; the outage is the fold of its events.

Somebody takes things out of service for a work order and for a time that is limited. Alone, they quiet what is of low
or medium priority; what is of high priority is quieted once a second person has agreed, under their own log-in. It
ends when its time is over, or earlier when somebody says so.

Source: the state "out of service" of ANSI/ISA-18.2, beside "shelved" and "suppressed by design".
It does not model the work itself, nor what the site is worth meanwhile: that is a state of the site, for `assess`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bartizan.desk.codec import Codec
from bartizan.desk.errors import CommandError, HistoryError, TransitionError
from bartizan.desk.event import DESK, Event, instant, instant_if
from bartizan.desk.said import optional_text, person, text

LONGEST = timedelta(hours=72)  # a weekend: what takes longer is looked at again
MOST_THINGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOut(Event):
    """Somebody took `things` ("camera/north") out of service until `until` (UTC), for the work order `order`."""

    kind = "taken-out"
    outage: str
    number: int
    things: tuple[str, ...]
    order: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed(Event):
    """A second person agreed: what is of high priority is quiet as well."""

    kind = "agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack(Event):
    """In service again: by a person, or by "desk" because the time is over."""

    kind = "put-back"
    reason: str | None = None


CODEC: Codec[Event] = Codec(TakenOut, Agreed, PutBack)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Things that are, or were, out of service. `second` agreed to it as the second person. Instants in UTC."""

    id: str
    number: int
    version: int
    things: tuple[str, ...]
    order: str
    reason: str
    by: str
    begun_at: datetime
    until: datetime
    second: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_reason: str | None = None

    @property
    def stands(self) -> bool:
        """Whether the things are out of service."""
        return self.ended_at is None

    def to_json(self) -> dict[str, Any]:
        """The outage as plain JSON values; instants as RFC 3339 in UTC, absent is null."""
        return {
            "id": self.id,
            "number": self.number,
            "version": self.version,
            "things": list(self.things),
            "order": self.order,
            "reason": self.reason,
            "by": self.by,
            "begun_at": instant(self.begun_at),
            "until": instant(self.until),
            "second": self.second,
            "ended_at": instant_if(self.ended_at),
            "ended_by": self.ended_by,
            "ended_reason": self.ended_reason,
        }


def apply(outage: Outage | None, event: Event) -> Outage:
    """The outage after one more event; None before the first. Errors: HistoryError where it cannot follow."""
    if outage is None:
        if not isinstance(event, TakenOut) or event.version != 1:
            raise HistoryError(f"an outage begins with {event.kind}. Restore the journal from a backup")
        return Outage(
            id=event.outage,
            number=event.number,
            version=1,
            things=event.things,
            order=event.order,
            reason=event.reason,
            by=event.by,
            begun_at=event.at,
            until=event.until,
        )
    if event.version != outage.version + 1 or not outage.stands:
        raise HistoryError(
            f"outage {outage.number}: {event.kind} cannot come as version {event.version} after {outage.version}. "
            "Restore the journal from a backup"
        )
    outage = replace(outage, version=event.version)
    if isinstance(event, Agreed) and outage.second is None and not _same(event.by, outage.by):
        return replace(outage, second=event.by)
    if isinstance(event, PutBack):
        return replace(outage, ended_at=event.at, ended_by=event.by, ended_reason=event.reason)
    raise HistoryError(
        f"outage {outage.number}: {event.kind} by {event.by} has no meaning for it. Restore the journal from a backup"
    )


def decide_take_out(
    id: str,  # noqa: A002 - the field is named id
    number: int,
    things: Sequence[str],
    *,
    by: str,
    at: datetime,
    until: datetime,
    order: str,
    reason: str,
) -> TakenOut:
    """Take things of the site, as "kind/id", out of service. Errors: CommandError.

    `until` (UTC) is at most 72 hours ahead; `order` names the work order, `reason` says what is done.
    """
    named = tuple(dict.fromkeys(things))
    if not 1 <= len(named) <= MOST_THINGS:
        raise CommandError(f"an outage names 1 to {MOST_THINGS} things, not {len(named)}")
    if not at < until <= at + LONGEST:
        raise CommandError(
            f"a thing is out of service until a later instant within {LONGEST.days * 24} hours, not {instant(until)}. "
            "Take it out again when that is over"
        )
    return TakenOut(
        version=1,
        at=at,
        by=person(by),
        outage=id,
        number=number,
        things=named,
        order=text(order, "work order"),
        reason=text(reason, "reason"),
        until=until,
    )


def decide_agree(outage: Outage, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Agree, as the second person. Agreed already: nothing changes. Errors: TransitionError."""
    by = person(by)
    _standing(outage)
    if _same(by, outage.by):
        raise TransitionError(
            f"{outage.by} took this out of service: a second person agrees that what is of high priority is quiet too. "
            "Ask somebody else to log in and agree"
        )
    return () if outage.second is not None else (Agreed(version=outage.version + 1, at=at, by=by),)


def decide_put_back(outage: Outage, *, by: str, at: datetime, reason: str | None = None) -> tuple[Event, ...]:
    """Put it back in service. Back already: nothing changes."""
    by, words = person(by), optional_text(reason, "reason")
    return (PutBack(version=outage.version + 1, at=at, by=by, reason=words),) if outage.stands else ()


def decide_pass_time(outage: Outage, at: datetime) -> tuple[Event, ...]:
    """Its time is over at `at` (UTC): it is back in service."""
    if not outage.stands or at < outage.until:
        return ()
    return (PutBack(version=outage.version + 1, at=at, by=DESK),)


def _standing(outage: Outage) -> None:
    if not outage.stands:
        raise TransitionError(f"outage {outage.number} is over: it is back in service. Take it out anew")


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
