"""The events of a hand-over of a shift, and the hand-over that they make."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from bartizan.desk.codec import Codec
from bartizan.desk.errors import HistoryError
from bartizan.desk.event import Event, instant
from bartizan.desk.evidence import canonical

HandoverState = Literal["draft", "signed", "accepted", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(Event):
    """Somebody begins to hand their shift over."""

    kind = "begun"
    handover: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked(Event):
    """A line for who comes: visitors expected, keys counted, a camera that is down."""

    kind = "remarked"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Event):
    """Who goes signs the situation as it stands."""

    kind = "signed"
    situation: Mapping[str, Any]
    digest: str

    def __post_init__(self) -> None:
        Event.__post_init__(self)
        object.__setattr__(self, "situation", MappingProxyType(dict(self.situation)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Event):
    """Who comes signs the same situation."""

    kind = "accepted"
    digest: str
    remark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Event):
    """It did not take place."""

    kind = "withdrawn"
    reason: str


CODEC: Codec[Event] = Codec(Begun, Remarked, Signed, Accepted, Withdrawn)


def digest_of(situation: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over the one text of a situation. Errors: InputError where it does not fit JSON."""
    return hashlib.sha256(canonical(dict(situation))).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A line that somebody wrote for who comes."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A hand-over as it stands: who goes (`outgoing`), who comes (`incoming`), what both signed."""

    id: str
    number: int
    version: int
    outgoing: str
    begun_at: datetime
    state: HandoverState = "draft"
    remarks: tuple[Remark, ...] = ()
    situation: Mapping[str, Any] = field(default_factory=dict)
    digest: str | None = None
    signed_at: datetime | None = None
    incoming: str | None = None
    accepted_at: datetime | None = None
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to sign."""
        return self.state in ("draft", "signed")

    def to_json(self) -> dict[str, Any]:
        """The hand-over as plain JSON values; instants as RFC 3339 in UTC, absent is null."""
        return {
            "id": self.id,
            "number": self.number,
            "version": self.version,
            "state": self.state,
            "outgoing": self.outgoing,
            "begun_at": instant(self.begun_at),
            "remarks": [{"at": instant(one.at), "by": one.by, "text": one.text} for one in self.remarks],
            "situation": dict(self.situation) if self.digest is not None else None,
            "digest": self.digest,
            "signed_at": None if self.signed_at is None else instant(self.signed_at),
            "incoming": self.incoming,
            "accepted_at": None if self.accepted_at is None else instant(self.accepted_at),
            "reason": self.reason,
        }


def apply(handover: Handover | None, event: Event) -> Handover:
    """The hand-over after one more event. Errors: HistoryError where it cannot follow."""
    if handover is None:
        if not isinstance(event, Begun) or event.version != 1:
            raise HistoryError(f"a hand-over begins with {event.kind}. Restore the journal from a backup")
        return Handover(id=event.handover, number=event.number, version=1, outgoing=event.by, begun_at=event.at)
    if event.version != handover.version + 1:
        raise HistoryError(
            f"hand-over {handover.number}: version {event.version} follows {handover.version}. "
            "Restore the journal from a backup"
        )
    return _after(replace(handover, version=event.version), event)


def _after(handover: Handover, event: Event) -> Handover:
    match event:
        case Remarked():
            remark = Remark(at=event.at, by=event.by, text=event.text)
            return replace(handover, remarks=(*handover.remarks, remark))
        case Signed():
            if digest_of(event.situation) != event.digest:
                raise HistoryError(f"hand-over {handover.number}: what was signed is not what is kept")
            return replace(handover, state="signed", situation=event.situation, digest=event.digest, signed_at=event.at)
        case Accepted():
            if event.digest != handover.digest or event.by == handover.outgoing:
                raise HistoryError(f"hand-over {handover.number}: it was accepted by who gave it, or something else")
            remarks = handover.remarks
            if event.remark is not None:
                remarks = (*remarks, Remark(at=event.at, by=event.by, text=event.remark))
            return replace(handover, state="accepted", incoming=event.by, accepted_at=event.at, remarks=remarks)
        case Withdrawn():
            return replace(handover, state="withdrawn", reason=event.reason)
    raise HistoryError(f"hand-over {handover.number}: {event.kind} has no meaning for it")
