"""What every event of the desk says, whatever it happens to. State is the fold of events and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import ClassVar

from bartizan.desk.errors import HistoryError

DESK = "desk"  # who acted where no person did: a sensor reported, or time ran out


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact: the version that it makes (1, 2, 3, ... within its thing), the instant (UTC), and who.

    Who is a person, or "desk" where no person did it. Each kind of event names its `kind`.
    """

    kind: ClassVar[str]
    version: int
    at: datetime
    by: str

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, datetime) and value.tzinfo is not UTC:
                raise HistoryError(
                    f"event {self.version} ({self.kind}): {entry.name} {value!r} is not in UTC. Give UTC"
                )


def instant(moment: datetime) -> str:
    """An instant as RFC 3339 in UTC with microseconds, so that text sorts as time does."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def instant_if(moment: datetime | None) -> str | None:
    """The same; None of none."""
    return None if moment is None else instant(moment)
