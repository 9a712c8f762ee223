"""Who agreed to be written to, to what, and when they left: a subscriber's life, as a fold over events::

    asked -> confirmed -> left                       asked again after that begins a new round
      |          |
      v          v
    lapsed     paused -> confirmed                   three mails came back

A person who left as "never" is not written to again, not even to be asked whether they meant it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from bartizan.desk.codec import Codec
from bartizan.desk.errors import CommandError, HistoryError, TransitionError
from bartizan.desk.event import Event
from bartizan.desk.outreach.level import LEVELS, Level

Every = Literal["day", "week"]
Stage = Literal["asked", "confirmed", "paused", "lapsed", "left", "never"]
How = Literal["one-click", "page", "person", "never"]

CONFIRM_WITHIN = timedelta(hours=48)
ASK_AGAIN_AFTER = timedelta(hours=24)  # nobody's mailbox is filled by a stranger who types its address
MOST_BOUNCES = 3

PERSON = "themselves"  # who did it, where the desk knows no name


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent(Event):
    """Something about one subscriber."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(ConsentEvent):
    """Somebody typed an address and agreed to these versions; `terms_sha256` and `privacy_sha256` are of the texts.

    `who` is the keyed hash of the address (`bartizan.desk.outreach.who_is`).
    """

    kind = "asked"
    id: str
    who: str
    every: Every
    terms: str
    terms_sha256: str
    privacy: str
    privacy_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed(ConsentEvent):
    """The person who reads that mailbox says that it was them."""

    kind = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed(ConsentEvent):
    """Nobody confirmed in time. The address is forgotten."""

    kind = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(ConsentEvent):
    """No more mails, and how they said so. The address is forgotten."""

    kind = "left"
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(ConsentEvent):
    """So many mails came back that no more are sent until somebody looks."""

    kind = "paused"
    bounces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(ConsentEvent):
    """Mails are sent again."""

    kind = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Levelled(ConsentEvent):
    """A person of the desk says up to which sharing level this one may read."""

    kind = "levelled"
    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Digested(ConsentEvent):
    """The digest up to `until` is in the queue."""

    kind = "digested"
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One subscriber as they stand. `round` counts how often they asked; `level` is what they may read. UTC."""

    id: str
    version: int
    who: str
    stage: Stage
    every: Every
    level: Level
    round: int
    terms: str
    terms_sha256: str
    privacy: str
    privacy_sha256: str
    asked_at: datetime
    confirmed_at: datetime | None = None
    left_at: datetime | None = None
    digested: datetime | None = None


CONSENT: Final[Codec[ConsentEvent]] = Codec(Asked, Confirmed, Lapsed, Left, Paused, Resumed, Levelled, Digested)

_FROM: Mapping[type[ConsentEvent], tuple[Stage, ...]] = MappingProxyType(
    {
        Asked: ("asked", "lapsed", "left"),
        Confirmed: ("asked",),
        Lapsed: ("asked",),
        Left: ("asked", "confirmed", "paused"),
        Paused: ("confirmed",),
        Resumed: ("paused",),
        Levelled: ("asked", "confirmed", "paused"),
        Digested: ("confirmed",),
    }
)


def apply_consent(subscriber: Subscriber | None, event: ConsentEvent) -> Subscriber:
    """The subscriber after one more event; None before the first. Errors: HistoryError where it cannot follow."""
    if subscriber is None:
        if not isinstance(event, Asked) or event.version != 1:
            raise HistoryError(f"a subscriber begins with {event.kind}. Restore the journal from a backup")
        return _asked(event, 1)
    if event.version != subscriber.version + 1 or subscriber.stage not in _FROM[type(event)]:
        raise HistoryError(
            f"a subscriber who has {subscriber.stage}, version {subscriber.version}: {event.kind} cannot come as "
            f"version {event.version}. Restore the journal from a backup"
        )
    subscriber = replace(subscriber, version=event.version)
    match event:
        case Asked():
            subscriber = replace(_asked(event, subscriber.round + 1), version=event.version)
        case Confirmed():
            subscriber = replace(subscriber, stage="confirmed", confirmed_at=event.at)
        case Lapsed():
            subscriber = replace(subscriber, stage="lapsed", left_at=event.at)
        case Left():
            stage: Stage = "never" if event.how == "never" else "left"
            subscriber = replace(subscriber, stage=stage, left_at=event.at)
        case Paused():
            subscriber = replace(subscriber, stage="paused")
        case Resumed():
            subscriber = replace(subscriber, stage="confirmed")
        case Levelled():
            subscriber = replace(subscriber, level=event.level)
        case Digested():
            subscriber = replace(subscriber, digested=event.until)
    return subscriber


def _asked(event: Asked, round_: int) -> Subscriber:
    """Whoever asks anew begins at the least level: what they could read before was granted to who left."""
    return Subscriber(
        id=event.id,
        version=event.version,
        who=event.who,
        stage="asked",
        every=event.every,
        level="clear",
        round=round_,
        terms=event.terms,
        terms_sha256=event.terms_sha256,
        privacy=event.privacy,
        privacy_sha256=event.privacy_sha256,
        asked_at=event.at,
    )


def may_ask(subscriber: Subscriber | None, at: datetime) -> bool:
    """Whether somebody who types this address is sent a mail to confirm: not twice a day, never against "never"."""
    if subscriber is None:
        return True
    if subscriber.stage in ("confirmed", "paused", "never"):
        return False
    return not timedelta(0) <= at - subscriber.asked_at < ASK_AGAIN_AFTER


def decide_confirm(subscriber: Subscriber, at: datetime) -> tuple[ConsentEvent, ...]:
    """Confirm, once; confirmed already changes nothing. Errors: TransitionError where it is too late."""
    if subscriber.stage == "confirmed":
        return ()
    if subscriber.stage != "asked" or at - subscriber.asked_at > CONFIRM_WITHIN:
        raise TransitionError("this address is no longer waiting to be confirmed. Subscribe again")
    return (Confirmed(version=subscriber.version + 1, at=at, by=PERSON),)


def decide_leave(subscriber: Subscriber, how: How, at: datetime, by: str = PERSON) -> tuple[ConsentEvent, ...]:
    """Leave; who has left already leaves again without an event, but may still say never."""
    if subscriber.stage == "never" or (subscriber.stage in ("left", "lapsed") and how != "never"):
        return ()
    if subscriber.stage in ("left", "lapsed"):
        raise TransitionError("this address is forgotten already, and nothing more is sent to it")
    return (Left(version=subscriber.version + 1, at=at, by=by, how=how),)


def decide_due(subscriber: Subscriber, at: datetime) -> tuple[ConsentEvent, ...]:
    """What has become due: an address that nobody confirmed in time is forgotten."""
    if subscriber.stage == "asked" and at - subscriber.asked_at > CONFIRM_WITHIN:
        return (Lapsed(version=subscriber.version + 1, at=at, by="desk"),)
    return ()


def decide_level(subscriber: Subscriber, level: Level, at: datetime, by: str) -> tuple[ConsentEvent, ...]:
    """Say what they may read. Errors: CommandError for red, which no message carries; TransitionError."""
    if level == "red" or level not in LEVELS:
        raise CommandError(f"a message carries at most amber+strict, not {level!r:.20}. Tell it in the room instead")
    if subscriber.stage not in _FROM[Levelled]:
        raise TransitionError(f"this subscriber has {subscriber.stage}. Nothing is sent to them")
    if subscriber.level == level:
        return ()
    return (Levelled(version=subscriber.version + 1, at=at, by=by, level=level),)
