"""An alarm as it stands: four axes that move independently, and who did what when.

- `condition`: what the sensor says (active, cleared);
- `handling`: what people do about it (raised, acknowledged, assessing, closed, reopened);
- `disposition`: what it turned out to be; needed to close;
- `suppression`: whether it may make itself heard (None, or a `Shelf` until an instant: a person put it there, or
  what it is about is out of service).

An `Alarm` is the fold of its events (`bartizan.desk.alarms.fold`) and is never changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bartizan.desk.alarms.hidden import hidden_from
from bartizan.desk.event import instant, instant_if
from bartizan.signal import Severity

Condition = Literal["active", "cleared"]
Handling = Literal["raised", "acknowledged", "assessing", "closed", "reopened"]
Disposition = Literal["real", "nuisance", "false", "test", "exercise", "duplicate", "unresolved"]

PRIORITIES: tuple[Severity, ...] = ("low", "medium", "high")
DISPOSITIONS: tuple[Disposition, ...] = ("real", "nuisance", "false", "test", "exercise", "duplicate", "unresolved")


_RANKS: dict[Severity, int] = {priority: weight for weight, priority in enumerate(PRIORITIES)}


def rank(priority: Severity) -> int:
    """How much a priority weighs: 0 low, 1 medium, 2 high."""
    return _RANKS[priority]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What opened an alarm: the run, the signal's id in it, its time in seconds of the stream and its kind."""

    run: str
    signal: str
    t: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A response on this alarm. `sent_at` is None where it was on the scene without being sent. Instants in UTC."""

    response: str
    sent_at: datetime | None = None
    sent_by: str | None = None
    on_scene_at: datetime | None = None
    on_scene_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The alarm makes no sound until `until` (UTC). `second` is the other person who agreed, where one had to.

    `outage` is the id of what keeps it quiet where the thing that it is about is out of service; None: it was shelved.
    """

    until: datetime
    reason: str
    by: str
    second: str | None = None
    outage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfProposal:
    """Somebody asks that the alarm be kept quiet until `until`; another agrees before `lapses_at` (both UTC)."""

    until: datetime
    reason: str
    by: str
    at: datetime
    lapses_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm, as it stands after its events.

    `id` is opaque; `number` counts alarms for people. `signal` is the latest report as the JSON object of the signal
    contract. `raised_at` is when the desk had it; `known_at` when the thing itself was first known (the report's own
    time where it can be believed), and is the t0 of the interruption clock; `heard_at` when the sensor last reported;
    `waits_since` when it last began to wait for somebody: raised, reopened, or no longer shelved.
    `earlier` are the reports that it repeats: each had cleared when the next one came.
    All instants are UTC. `version` counts events; a command formed on a version below `stale_below` is refused.
    `exercise` never changes.
    """

    id: str
    number: int
    version: int
    stale_below: int
    source: Source
    signal: Mapping[str, Any]
    exercise: bool
    raised_at: datetime
    known_at: datetime
    heard_at: datetime
    waits_since: datetime
    priority: Severity
    condition: Condition = "active"
    handling: Handling = "raised"
    disposition: Disposition | None = None
    suppression: Shelf | None = None
    shelf_proposal: ShelfProposal | None = None
    earlier: tuple[Source, ...] = ()
    cleared_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    assessed_by: str | None = None
    assessed_at: datetime | None = None
    note: str | None = None
    duplicate_of: str | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    forced: bool = False
    reason: str | None = None
    dispatches: tuple[Dispatch, ...] = ()
    contact_confirmed: bool = False
    contact_confirmed_by: str | None = None
    contact_confirmed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether people still have to deal with it."""
        return self.handling != "closed"

    @property
    def needs_two(self) -> bool:
        """Whether one person alone cannot keep it quiet: it is active and of high priority."""
        return self.condition == "active" and self.priority == "high"

    @property
    def hidden_from(self) -> str | None:
        """The person on whose screens it must neither be seen nor heard: who called for help in silence."""
        return hidden_from(self.source.run, self.signal)

    @property
    def waits(self) -> bool:
        """Whether nobody has taken it: raised or reopened, and not acknowledged since."""
        return self.handling in ("raised", "reopened")

    def to_json(self) -> dict[str, Any]:
        """The alarm as plain JSON values; instants as RFC 3339 in UTC, absent is null, a key is never missing."""
        return {
            "id": self.id,
            "number": self.number,
            "version": self.version,
            "run": self.source.run,
            "signal": dict(self.signal),
            "exercise": self.exercise,
            "priority": self.priority,
            "condition": self.condition,
            "handling": self.handling,
            "disposition": self.disposition,
            "suppression": None
            if self.suppression is None
            else {
                "until": instant(self.suppression.until),
                "reason": self.suppression.reason,
                "by": self.suppression.by,
                "second": self.suppression.second,
                "outage": self.suppression.outage,
            },
            "shelf_proposal": None
            if self.shelf_proposal is None
            else {
                "until": instant(self.shelf_proposal.until),
                "reason": self.shelf_proposal.reason,
                "by": self.shelf_proposal.by,
                "at": instant(self.shelf_proposal.at),
                "lapses_at": instant(self.shelf_proposal.lapses_at),
            },
            "repeats": len(self.earlier),
            "raised_at": instant(self.raised_at),
            "known_at": instant(self.known_at),
            "heard_at": instant(self.heard_at),
            "waits_since": instant(self.waits_since),
            "cleared_at": instant_if(self.cleared_at),
            "acknowledged_by": self.acknowledged_by,
            "acknowledged_at": instant_if(self.acknowledged_at),
            "assessed_by": self.assessed_by,
            "assessed_at": instant_if(self.assessed_at),
            "note": self.note,
            "duplicate_of": self.duplicate_of,
            "closed_by": self.closed_by,
            "closed_at": instant_if(self.closed_at),
            "forced": self.forced,
            "reason": self.reason,
            "dispatches": [
                {
                    "response": dispatch.response,
                    "sent_at": instant_if(dispatch.sent_at),
                    "sent_by": dispatch.sent_by,
                    "on_scene_at": instant_if(dispatch.on_scene_at),
                    "on_scene_by": dispatch.on_scene_by,
                }
                for dispatch in self.dispatches
            ],
            "contact_confirmed": self.contact_confirmed,
            "contact_confirmed_by": self.contact_confirmed_by,
            "contact_confirmed_at": instant_if(self.contact_confirmed_at),
        }
