"""What of a time may be told in a digest beyond counts: the incidents, each by its own sharing level."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bartizan.desk.incidents import Incident
from bartizan.desk.outreach import Item, header_words


def items_of(incidents: Iterable[Incident], since: datetime, until: datetime) -> tuple[Item, ...]:
    """The real incidents opened from `since` up to `until`, one line each; no person, no place beyond their titles."""
    return tuple(
        Item(incident.sharing, header_words(f"Incident {incident.number}, {incident.title}: {incident.state}"))
        for incident in incidents
        if not incident.exercise and since <= incident.opened_at < until
    )
