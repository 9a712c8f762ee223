"""A case that was handed over: the package, to whom, under which level, and who fetched it since."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bartizan.desk.codec import Codec, none_or_more
from bartizan.desk.errors import HistoryError
from bartizan.desk.event import Event, instant
from bartizan.desk.sharing.tlp import Tlp


@dataclass(frozen=True, slots=True, kw_only=True)
class Made(Event):
    """A package was made for a partner. `manifest` is the SHA-256 of its manifest; `address` as of evidence."""

    kind = "made"
    package: str
    incident: str
    partner: str
    limit: Tlp
    level: Tlp
    exercise: bool
    why: str
    manifest: str
    size: int
    address: str
    items: tuple[str, ...]
    withheld: int
    until: datetime
    earlier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched(Event):
    """Somebody of the house took it to give it, or somebody of the partner fetched it (`agency`)."""

    kind = "fetched"
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(Event):
    """The desk's own copy is destroyed; what was given away stays given."""

    kind = "gone"
    reason: str


CODEC: Codec[Event] = Codec(Made, Fetched, Gone, readers={"withheld": none_or_more})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A package as it stands. `partners` is whom it was made for; `until` (UTC) the desk keeps its own copy."""

    id: str
    version: int
    incident: str
    partner: str
    limit: Tlp
    level: Tlp
    exercise: bool
    made_at: datetime
    made_by: str
    why: str
    manifest: str
    size: int
    address: str
    items: tuple[str, ...]
    withheld: int
    until: datetime
    earlier: str | None = None
    fetched: tuple[tuple[datetime, str], ...] = ()
    gone_at: datetime | None = None
    gone_why: str | None = None

    @property
    def partners(self) -> tuple[str, ...]:
        """Whose it is: what a partner may read is decided by it."""
        return (self.partner,)

    def to_json(self) -> dict[str, Any]:
        """The package as plain JSON values; absent is null, a key is never missing."""
        return {
            "id": self.id,
            "incident": self.incident,
            "partner": self.partner,
            "limit": self.limit,
            "level": self.level,
            "exercise": self.exercise,
            "made_at": instant(self.made_at),
            "made_by": self.made_by,
            "why": self.why,
            "manifest": self.manifest,
            "size": self.size,
            "items": list(self.items),
            "withheld": self.withheld,
            "until": instant(self.until),
            "earlier": self.earlier,
            "fetched": [{"at": instant(at), "by": by} for at, by in self.fetched],
            "gone_at": None if self.gone_at is None else instant(self.gone_at),
            "gone_why": self.gone_why,
        }


def apply(handed: Handed | None, event: Event) -> Handed:
    """The package after an event. Errors: HistoryError where it cannot follow."""
    if isinstance(event, Made):
        if handed is not None or event.version != 1:
            raise HistoryError("a package was made twice")
        return _first(event)
    if handed is None or event.version != handed.version + 1:
        raise HistoryError(f"event {event.version} ({event.kind}) of a package does not follow what is kept")
    if handed.gone_at is not None:
        raise HistoryError(f"event {event.version} ({event.kind}) of a package comes after its copy was destroyed")
    if isinstance(event, Fetched):
        return replace(handed, version=event.version, fetched=(*handed.fetched, (event.at, event.by)))
    if isinstance(event, Gone):
        return replace(handed, version=event.version, gone_at=event.at, gone_why=event.reason)
    raise HistoryError(f"a package has no event {event.kind}")


def _first(event: Made) -> Handed:
    return Handed(
        id=event.package,
        version=1,
        incident=event.incident,
        partner=event.partner,
        limit=event.limit,
        level=event.level,
        exercise=event.exercise,
        made_at=event.at,
        made_by=event.by,
        why=event.why,
        manifest=event.manifest,
        size=event.size,
        address=event.address,
        items=event.items,
        withheld=event.withheld,
        until=event.until,
        earlier=event.earlier,
    )
