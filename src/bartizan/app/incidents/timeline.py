"""All that happened in one incident, in order: its own events and those of its alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bartizan.app.desk.desk import Desk
from bartizan.app.ledger.journal import Record
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.event import instant
from bartizan.desk.incidents import Incident

_COMMON = frozenset({"schema", "kind", "version", "at", "by", "incident", "alarm"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened: when (UTC), by whom ("desk" where by nobody), to what, and what was said.

    `topic` is "incident" or "alarm" and `number` counts those for people; `kind` is the event's.
    """

    at: datetime
    by: str
    topic: str
    number: int
    kind: str
    details: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The moment as plain JSON values."""
        return {
            "at": instant(self.at),
            "by": self.by,
            "topic": self.topic,
            "number": self.number,
            "kind": self.kind,
            "details": dict(self.details),
        }


def timeline(ledger: Ledger, desk: Desk, incident: Incident) -> tuple[Moment, ...]:
    """Everything that happened in an incident, in the order of the journal; read from it, not from memory.

    Errors: StoreError where the journal cannot be read.
    """
    told = [(record.seq, "incident", incident.number, record) for record in ledger.read(f"incident/{incident.id}")]
    for alarm_id in incident.alarms:
        number = desk.alarm(alarm_id).number
        told += [(record.seq, "alarm", number, record) for record in ledger.read(f"alarm/{alarm_id}")]
    told.sort(key=lambda one: one[0])
    return tuple(_moment(topic, number, record) for _, topic, number, record in told)


def _moment(topic: str, number: int, record: Record) -> Moment:
    body = record.body
    details = {key: value for key, value in body.items() if key not in _COMMON}
    if record.kind in ("alarm-joined", "alarm-parted", "linked", "unlinked"):
        details["about"] = body.get("alarm") or body.get("incident")
    procedure, signal = details.get("procedure"), details.pop("signal", None)
    if isinstance(procedure, Mapping):
        details["procedure"] = procedure.get("name") or procedure.get("id")
    if isinstance(signal, Mapping):
        details["what"] = signal.get("kind")
    return Moment(at=record.at, by=str(body.get("by")), topic=topic, number=number, kind=record.kind, details=details)
