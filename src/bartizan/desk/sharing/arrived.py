"""A partner's package that came in: quarantined as it arrived, shown, then taken over or turned away by a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from bartizan.desk.codec import Codec, any_words, none_or_more
from bartizan.desk.errors import HistoryError
from bartizan.desk.event import Event, instant

ArrivedState = Literal["quarantined", "accepted", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Event):
    """It came. `sha256` is that of the file; `partner` whose key signed it, None where it is nobody's known here.

    `faults` are what was found wrong with it; with any it is never taken over.
    """

    kind = "arrived"
    arrival: str
    sha256: str
    size: int
    address: str
    faults: tuple[str, ...]
    fingerprint: str | None
    partner: str | None
    sender: str
    package: str
    title: str
    incident: int
    exercise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(Event):
    """A person took it over, as `about`: "alarm/ID" or "incident/ID"; `items` are the evidence that came of it."""

    kind = "accepted"
    about: str
    items: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(Event):
    """A person turned it away; the quarantined copy is destroyed."""

    kind = "refused"
    reason: str


CODEC: Codec[Event] = Codec(
    Arrived,
    Accepted,
    Refused,
    readers={"sender": any_words, "package": any_words, "title": any_words, "incident": none_or_more},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A package from outside, as it stands after its events. Instants in UTC."""

    id: str
    version: int
    sha256: str
    size: int
    address: str
    faults: tuple[str, ...]
    fingerprint: str | None
    partner: str | None
    sender: str
    package: str
    title: str
    incident: int
    exercise: bool
    arrived_at: datetime
    arrived_by: str
    state: ArrivedState = "quarantined"
    about: str | None = None
    items: tuple[str, ...] = ()
    decided_at: datetime | None = None
    decided_by: str | None = None
    words: str | None = None

    @property
    def may_be_accepted(self) -> bool:
        """Whether a person may take it over: proved, and of a partner that the site knows."""
        return self.state == "quarantined" and not self.faults and self.partner is not None

    def to_json(self) -> dict[str, Any]:
        """The arrival as plain JSON values; absent is null, a key is never missing."""
        return {
            "id": self.id,
            "state": self.state,
            "sha256": self.sha256,
            "size": self.size,
            "faults": list(self.faults),
            "fingerprint": self.fingerprint,
            "partner": self.partner,
            "from": self.sender,
            "package": self.package,
            "title": self.title,
            "incident": self.incident,
            "exercise": self.exercise,
            "arrived_at": instant(self.arrived_at),
            "arrived_by": self.arrived_by,
            "may_be_accepted": self.may_be_accepted,
            "about": self.about,
            "items": list(self.items),
            "decided_at": None if self.decided_at is None else instant(self.decided_at),
            "decided_by": self.decided_by,
            "words": self.words,
        }


def apply(arrival: Arrival | None, event: Event) -> Arrival:
    """The arrival after an event. Errors: HistoryError where it cannot follow."""
    if isinstance(event, Arrived):
        if arrival is not None or event.version != 1:
            raise HistoryError("a package arrived twice under one id")
        return _first(event)
    if arrival is None or event.version != arrival.version + 1 or arrival.state != "quarantined":
        raise HistoryError(f"event {event.version} ({event.kind}) of an arrival does not follow what is kept")
    decided = replace(arrival, version=event.version, decided_at=event.at, decided_by=event.by)
    if isinstance(event, Accepted):
        if not arrival.may_be_accepted:
            raise HistoryError("a package that is not proved was taken over")
        return replace(decided, state="accepted", about=event.about, items=event.items, words=event.note)
    if isinstance(event, Refused):
        return replace(decided, state="refused", words=event.reason)
    raise HistoryError(f"an arrival has no event {event.kind}")


def _first(event: Arrived) -> Arrival:
    return Arrival(
        id=event.arrival,
        version=1,
        sha256=event.sha256,
        size=event.size,
        address=event.address,
        faults=event.faults,
        fingerprint=event.fingerprint,
        partner=event.partner,
        sender=event.sender,
        package=event.package,
        title=event.title,
        incident=event.incident,
        exercise=event.exercise,
        arrived_at=event.at,
        arrived_by=event.by,
    )
