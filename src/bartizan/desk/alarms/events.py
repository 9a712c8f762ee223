"""What happens to an alarm. Each event is one fact: which alarm, its number in that alarm's life, when (UTC), who.

`version` counts 1, 2, 3, ... within the alarm without a gap; the order over all alarms is that of the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bartizan.desk import event
from bartizan.desk.alarms.state import Disposition
from bartizan.signal import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(event.Event):
    """What every event of an alarm says: the alarm's id besides version, instant and who."""

    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reported(Event):
    signal: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        Event.__post_init__(self)
        object.__setattr__(self, "signal", MappingProxyType(dict(self.signal)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised(_Reported):
    """A signal opened the alarm. `known_at`: when the thing itself was first known. `exercise` is fixed here."""

    kind = "raised"
    number: int
    run: str
    priority: Severity
    exercise: bool
    known_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated(_Reported):
    """The same thing goes on: the latest report, and the priority it has now (never lower than before)."""

    kind = "updated"
    priority: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared(_Reported):
    """The sensor reports that its condition is over."""

    kind = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reactivated(_Reported):
    """What had cleared came again under another run or id, soon enough to be the same alarm."""

    kind = "reactivated"
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged(Event):
    """Somebody took the alarm."""

    kind = "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentBegun(Event):
    """Somebody is finding out what it is."""

    kind = "assessment-begun"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed(Event):
    """What it turned out to be. `duplicate_of` is the other alarm's id where the disposition is "duplicate"."""

    kind = "assessed"
    disposition: Disposition
    note: str | None = None
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Event):
    """Dealt with. `forced`: closed although the condition was still active, for `reason`."""

    kind = "closed"
    forced: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(Event):
    """Back to be acknowledged and assessed anew, for `reason`."""

    kind = "reopened"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSent(Event):
    """A response was told to go."""

    kind = "response-sent"
    response: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOnScene(Event):
    """A response is where it can stop the intruder."""

    kind = "response-on-scene"
    response: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactConfirmed(Event):
    """The response has answered: communication is no longer in doubt."""

    kind = "contact-confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved(Event):
    """The alarm makes no sound until `until` (UTC). `second`: the other person who agreed."""

    kind = "shelved"
    until: datetime
    reason: str
    second: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfProposed(Event):
    """Somebody asks for a second person who agrees before `lapses_at` to keep it quiet until `until` (both UTC)."""

    kind = "shelf-proposed"
    until: datetime
    reason: str
    lapses_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfAgreed(Event):
    """A second person agreed: the alarm makes no sound until the instant that was proposed."""

    kind = "shelf-agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfDeclined(Event):
    """The proposal stands no longer: declined, taken back, lapsed (by "desk"), or overtaken by events."""

    kind = "shelf-declined"
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed(Event):
    """What it is about is out of service, taken out by `who` until `until` (UTC): the alarm makes no sound.

    `outage` is the outage's id, `second` the other person who agreed to it.
    """

    kind = "suppressed"
    outage: str
    who: str
    until: datetime
    reason: str
    second: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshelved(Event):
    """The alarm may be heard again."""

    kind = "unshelved"
