"""An item of evidence: a picture, clip or paper as it was received, and everything that was done with it since.

The item is the fold of its events, which are its chain of custody; its content lies elsewhere, encrypted under a key of
its own. Erasing destroys that key: the events stay, and their chain still verifies. Sources for what is recorded: Home
Office, "Recovery and Acquisition of Video Evidence", version 3.0 (2022), for the master copy and derived ones; ICO,
"Guidance on video surveillance", for the log of disclosures (date, recipient, why).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bartizan.desk.codec import Codec, none_or_more
from bartizan.desk.errors import CommandError, HistoryError, TransitionError
from bartizan.desk.event import Event, instant
from bartizan.desk.sharing.tlp import LEVELS, Tlp

LARGEST = 512 * 1024 * 1024  # bytes of one item
LONGEST_TEXT = 4_000
_ABOUT = re.compile(r"(alarm|incident)/[A-Za-z0-9._-]{1,100}", re.ASCII)
_TYPE = re.compile(r"[a-z]{1,20}/[A-Za-z0-9.+-]{1,80}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


# ---- what can happen to an item


@dataclass(frozen=True, slots=True, kw_only=True)
class Received(Event):
    """It came. `address` is the SHA-256 of what lies in the store (encrypted), `seal` that of a salt and the content.

    Neither tells anything of the content to who has not the key. `until` is when it is erased unless something holds
    it (None: never by itself); `parent` the item that it was derived from.
    """

    kind = "received"
    item: str
    about: str
    media_type: str
    size: int
    address: str
    seal: str
    exercise: bool
    tlp: Tlp
    parent: str | None = None
    note: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked(Event):
    """Somebody looked at it, for `why`."""

    kind = "looked"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied(Event):
    """A copy went to `to` (a partner, a person), in the package `package` where it was one."""

    kind = "copied"
    to: str
    why: str
    package: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Event):
    """A legal hold: nothing erases it until the hold is lifted. The hold is named by this event's version."""

    kind = "held"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted(Event):
    """The hold that event `hold` laid on it is lifted."""

    kind = "lifted"
    hold: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked(Event):
    """Who may be told of it: its level."""

    kind = "marked"
    tlp: Tlp


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptUntil(Event):
    """It stays until another instant."""

    kind = "kept-until"
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased(Event):
    """Its key is destroyed, and with it the content."""

    kind = "erased"
    reason: str


CODEC: Codec[Event] = Codec(
    Received, Looked, Copied, Held, Lifted, Marked, KeptUntil, Erased, readers={"size": none_or_more}
)


# ---- an item as it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A legal hold: its name (the version of its event), who laid it, when (UTC), why."""

    name: int
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item, as it stands after its events. Instants in UTC.

    `sha256` is that of the content as received, in hex; it is known while the key is there, and None afterwards.
    """

    id: str
    version: int
    about: str
    media_type: str
    size: int
    address: str
    seal: str
    exercise: bool
    tlp: Tlp
    received_at: datetime
    received_by: str
    parent: str | None = None
    note: str | None = None
    until: datetime | None = None
    holds: tuple[Hold, ...] = ()
    erased_at: datetime | None = None
    erased_by: str | None = None
    erased_why: str | None = None
    looks: int = 0
    copies: int = 0
    packages: tuple[str, ...] = ()
    sha256: str | None = field(default=None)

    @property
    def is_held(self) -> bool:
        """Whether a legal hold lies on it."""
        return bool(self.holds)

    def to_json(self) -> dict[str, Any]:
        """The item as plain JSON values; absent is null, a key is never missing."""
        return {
            "id": self.id,
            "version": self.version,
            "about": self.about,
            "media_type": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "seal": self.seal,
            "exercise": self.exercise,
            "tlp": self.tlp,
            "received_at": instant(self.received_at),
            "received_by": self.received_by,
            "parent": self.parent,
            "note": self.note,
            "until": None if self.until is None else instant(self.until),
            "holds": [
                {"name": one.name, "by": one.by, "at": instant(one.at), "reason": one.reason} for one in self.holds
            ],
            "erased_at": None if self.erased_at is None else instant(self.erased_at),
            "erased_by": self.erased_by,
            "erased_why": self.erased_why,
            "looks": self.looks,
            "copies": self.copies,
        }


def apply(item: Item | None, event: Event) -> Item:
    """The item after an event. Errors: HistoryError where it cannot follow."""
    if isinstance(event, Received):
        if item is not None or event.version != 1:
            raise HistoryError("an item of evidence came twice")
        return _first(event)
    if item is None or event.version != item.version + 1:
        raise HistoryError(f"event {event.version} ({event.kind}) of an item of evidence does not follow what is kept")
    if item.erased_at is not None:
        raise HistoryError(f"event {event.version} ({event.kind}) of an item of evidence comes after its erasure")
    step = _STEPS.get(type(event))
    if step is None:
        raise HistoryError(f"an item of evidence has no event {event.kind}")
    after: Item = step(item, event)
    return replace(after, version=event.version)


def _first(event: Received) -> Item:
    return Item(
        id=event.item,
        version=1,
        about=event.about,
        media_type=event.media_type,
        size=event.size,
        address=event.address,
        seal=event.seal,
        exercise=event.exercise,
        tlp=event.tlp,
        received_at=event.at,
        received_by=event.by,
        parent=event.parent,
        note=event.note,
        until=event.until,
    )


def _looked(item: Item, _: Looked) -> Item:
    return replace(item, looks=item.looks + 1)


def _copied(item: Item, event: Copied) -> Item:
    packages = item.packages if event.package is None else (*item.packages, event.package)
    return replace(item, copies=item.copies + 1, packages=packages)


def _held(item: Item, event: Held) -> Item:
    hold = Hold(name=event.version, by=event.by, at=event.at, reason=event.reason)
    return replace(item, holds=(*item.holds, hold))


def _lifted(item: Item, event: Lifted) -> Item:
    if all(hold.name != event.hold for hold in item.holds):
        raise HistoryError(f"the hold {event.hold} that is lifted does not lie on the item")
    return replace(item, holds=tuple(hold for hold in item.holds if hold.name != event.hold))


def _erased(item: Item, event: Erased) -> Item:
    if item.is_held:
        raise HistoryError("an item under a legal hold was erased")
    return replace(item, erased_at=event.at, erased_by=event.by, erased_why=event.reason)


_STEPS: Mapping[type[Event], Any] = {
    Looked: _looked,
    Copied: _copied,
    Held: _held,
    Lifted: _lifted,
    Marked: lambda item, event: replace(item, tlp=event.tlp),
    KeptUntil: lambda item, event: replace(item, until=event.until),
    Erased: _erased,
}


# ---- what people may do with it


def decide_receive(
    name: str,
    *,
    about: str,
    media_type: str,
    size: int,
    address: str,
    seal: str,
    exercise: bool,
    tlp: Tlp,
    by: str,
    at: datetime,
    parent: Item | None = None,
    note: str | None = None,
    until: datetime | None = None,
) -> tuple[Event, ...]:
    """Take something into evidence. Errors: CommandError naming what does not fit."""
    require_fitting(about, media_type, size)
    if parent is not None and (parent.erased_at is not None or parent.exercise != exercise):
        raise CommandError(f"item {parent.id} cannot be the parent: it is erased, or is an exercise and this is not")
    if any(_HASH.fullmatch(digest) is None for digest in (address, seal)):
        raise CommandError("an item is kept under hashes of 64 hexadecimal digits")
    event = Received(
        version=1,
        at=at,
        by=_words(by, "name"),
        item=name,
        about=about,
        media_type=media_type,
        size=size,
        address=address,
        seal=seal,
        exercise=exercise,
        tlp=tlp,
        parent=None if parent is None else parent.id,
        note=None if note is None else _words(note, "note"),
        until=until,
    )
    return (event,)


def require_fitting(about: str, media_type: str, size: int) -> None:
    """Errors: CommandError where nothing of this kind can be taken into evidence."""
    if _ABOUT.fullmatch(about) is None:
        raise CommandError(f"{about!r:.80} is nothing that evidence can be about. Give alarm/ID or incident/ID")
    if _TYPE.fullmatch(media_type) is None:
        raise CommandError(f"{media_type!r:.60} is no type of media. Give one such as image/jpeg")
    if not 0 < size <= LARGEST:
        raise CommandError(f"an item of evidence has 1 to {LARGEST:,} bytes, not {size:,}")


def decide_look(item: Item, *, why: str, by: str, at: datetime) -> tuple[Event, ...]:
    """Look at it: the reason is part of its custody."""
    _there(item, "looked at")
    return (Looked(version=item.version + 1, at=at, by=_words(by, "name"), why=_words(why, "reason")),)


def decide_copy(
    item: Item, *, to: str, why: str, by: str, at: datetime, package: str | None = None
) -> tuple[Event, ...]:
    """Give a copy away."""
    _there(item, "copied")
    event = Copied(
        version=item.version + 1,
        at=at,
        by=_words(by, "name"),
        to=_words(to, "recipient"),
        why=_words(why, "reason"),
        package=package,
    )
    return (event,)


def decide_hold(item: Item, *, reason: str, by: str, at: datetime) -> tuple[Event, ...]:
    """Lay a legal hold on it. There may be several, each with its own reason."""
    _there(item, "held")
    return (Held(version=item.version + 1, at=at, by=_words(by, "name"), reason=_words(reason, "reason")),)


def decide_lift(item: Item, hold: int, *, reason: str, by: str, at: datetime) -> tuple[Event, ...]:
    """Lift one hold. Errors: TransitionError where it does not lie on it."""
    _there(item, "let go")
    if all(one.name != hold for one in item.holds):
        raise TransitionError(f"no hold {hold} lies on item {item.id}. Read it again")
    event = Lifted(version=item.version + 1, at=at, by=_words(by, "name"), hold=hold, reason=_words(reason, "reason"))
    return (event,)


def decide_mark(item: Item, tlp: Tlp, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Give it another level. The same one: nothing changes."""
    _there(item, "marked")
    if tlp not in LEVELS:
        raise CommandError(f"{tlp!r:.40} is no sharing level. Choose one of {', '.join(LEVELS)}")
    return () if item.tlp == tlp else (Marked(version=item.version + 1, at=at, by=_words(by, "name"), tlp=tlp),)


def decide_keep(item: Item, until: datetime, *, reason: str, by: str, at: datetime) -> tuple[Event, ...]:
    """Let it stay until another instant, later than now."""
    _there(item, "kept longer")
    if until <= at:
        raise CommandError(f"it is to stay until {instant(until)}, which is over. Give a later instant, or erase it")
    event = KeptUntil(
        version=item.version + 1, at=at, by=_words(by, "name"), until=until, reason=_words(reason, "reason")
    )
    return (event,)


def decide_erase(item: Item, *, reason: str, by: str, at: datetime) -> tuple[Event, ...]:
    """Destroy its key. Errors: TransitionError under a legal hold. Erased already: nothing changes."""
    if item.erased_at is not None:
        return ()
    if item.is_held:
        held = item.holds[0]
        raise TransitionError(
            f"item {item.id} is under a legal hold of {held.by} ({held.reason:.80}). Lift the hold first"
        )
    return (Erased(version=item.version + 1, at=at, by=_words(by, "name"), reason=_words(reason, "reason")),)


def told(event: Event) -> Mapping[str, Any]:
    """A step of the custody as plain JSON values: when, what, who, and the words that go with it."""
    why = getattr(event, "why", None) or getattr(event, "reason", None) or getattr(event, "note", None)
    return {"at": instant(event.at), "what": event.kind, "by": event.by, "why": why, "to": getattr(event, "to", None)}


def _there(item: Item, what: str) -> None:
    if item.erased_at is not None:
        raise TransitionError(
            f"item {item.id} was erased by {item.erased_by} at {instant(item.erased_at)} and cannot be {what}"
        )


def _words(text: str, what: str) -> str:
    text = text.strip() if isinstance(text, str) else ""
    if not 0 < len(text) <= LONGEST_TEXT or not all(letter.isprintable() or letter == "\n" for letter in text):
        raise CommandError(f"a {what} has 1 to {LONGEST_TEXT} readable characters, not {text[:40]!r}")
    return text
