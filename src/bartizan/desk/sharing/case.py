"""A case as it is handed over: what is known of an incident, each part with the level of who may be told it.

The case is filled by `bartizan.app.handover` from the desk's own records, and is what `bartizan.desk.sharing.release`
cuts down to what a recipient may see. It knows nothing of files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bartizan.desk.sharing.tlp import Tlp

Path = tuple[str | int, ...]
"""Where a value stands in a case: ("entries", 3, "by")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the site is. Degrees in WGS 84, both or neither; `precision` in metres."""

    name: str
    latitude: float | None = None
    longitude: float | None = None
    precision: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAlarm:
    """An alarm of the case. `where` in words; `because` is what the source gave as its reasons, as plain values."""

    id: str
    number: int
    kind: str
    priority: str
    raised_at: datetime
    cleared_at: datetime | None = None
    zone: str | None = None
    element: str | None = None
    cameras: tuple[str, ...] = ()
    disposition: str | None = None
    note: str | None = None
    acknowledged_by: str | None = None
    because: tuple[tuple[str, str], ...] = ()
    tlp: Tlp = "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEntry:
    """A line of the timeline: what happened when, who did it, in words."""

    at: datetime
    what: str
    text: str | None = None
    by: str | None = None
    tlp: Tlp = "green"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLink:
    """Another incident that belongs to this one; `kind` as the desk has it."""

    kind: str
    incident: str
    number: int
    title: str
    opened_at: datetime
    tlp: Tlp = "amber"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMedium:
    """A picture, clip or paper. `size` in bytes; `sha256` of its content as received, in hex; `parent` it derives from.

    `seal` is what the ledger said of it when it came, and `salt` opens the seal: SHA-256 of salt and content.
    """

    id: str
    sha256: str
    size: int
    media_type: str
    received_at: datetime
    about: str
    seal: str
    salt: str
    received_by: str | None = None
    parent: str | None = None
    note: str | None = None
    tlp: Tlp = "amber"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCustody:
    """One step of the custody of a medium: what was done with it, when, by whom, and why."""

    item: str
    at: datetime
    what: str
    by: str | None = None
    why: str | None = None
    tlp: Tlp = "amber"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A record of the journal with its proof: its number, its whole text, its salt, and the hashes up to the root."""

    seq: int
    text: str
    salt: str
    proof: tuple[str, ...]
    tlp: Tlp = "amber+strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One incident, whole.

    `tlp` is the level of the incident itself; nothing of it is shared below that. `determination` and `state` as the
    desk has them; `head` is the signed head of the journal's tree that the records are proved against.
    """

    id: str
    number: int
    title: str
    kind: str | None
    exercise: bool
    state: str
    opened_at: datetime
    place: Place
    tlp: Tlp = "amber"
    determination: str = "suspected"
    criticality: int | None = None
    summary: str | None = None
    opened_by: str | None = None
    lead: str | None = None
    manner: tuple[str, ...] = ()
    stages: tuple[tuple[str, datetime], ...] = ()
    closed_at: datetime | None = None
    outcome: str | None = None
    alarms: tuple[CaseAlarm, ...] = ()
    entries: tuple[CaseEntry, ...] = ()
    links: tuple[CaseLink, ...] = ()
    media: tuple[CaseMedium, ...] = ()
    custody: tuple[CaseCustody, ...] = ()
    records: tuple[CaseRecord, ...] = ()
    head: dict[str, Any] | None = field(default=None)
