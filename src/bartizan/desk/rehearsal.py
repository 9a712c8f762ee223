"""An exercise on the live desk, as the journal knows it: begun by somebody, ended, with what was made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from bartizan.desk.codec import Codec
from bartizan.desk.errors import HistoryError
from bartizan.desk.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalEvent(Event):
    """Something about one exercise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun(RehearsalEvent):
    """Somebody began an exercise of the scenario `name`; `site` is the hash of the site that it is played on."""

    kind = "begun"
    id: str
    name: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(RehearsalEvent):
    """It is over; `stopped`: before its end. `missed` in words; `review` as `bartizan.app.exercise` writes it."""

    kind = "ended"
    stopped: bool
    missed: tuple[str, ...]
    review: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(RehearsalEvent):
    """It could not go on, for `reason`."""

    kind = "failed"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One exercise as it stands; `ended_at` is None while it goes on. Instants in UTC."""

    id: str
    version: int
    name: str
    site: str
    begun_at: datetime
    begun_by: str
    ended_at: datetime | None = None
    stopped: bool = False
    missed: tuple[str, ...] = ()
    reason: str | None = None
    review: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


REHEARSALS: Final[Codec[RehearsalEvent]] = Codec(Begun, Ended, Failed)


def apply_rehearsal(rehearsal: Rehearsal | None, event: RehearsalEvent) -> Rehearsal:
    """The exercise after one more event; None before the first. Errors: HistoryError where it cannot follow."""
    if isinstance(event, Begun) and rehearsal is None and event.version == 1:
        return Rehearsal(id=event.id, version=1, name=event.name, site=event.site, begun_at=event.at, begun_by=event.by)
    goes_on = rehearsal is not None and rehearsal.ended_at is None
    if rehearsal is not None and goes_on and event.version == rehearsal.version + 1:
        over = replace(rehearsal, version=event.version, ended_at=event.at)
        if isinstance(event, Ended):
            return replace(over, stopped=event.stopped, missed=event.missed, review=event.review)
        if isinstance(event, Failed):
            return replace(over, reason=event.reason)
    raise HistoryError(
        f"exercise: {event.kind} cannot come as version {event.version}. Restore the journal from a backup"
    )
