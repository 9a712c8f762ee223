"""When what an alarm told of was contained: the incident knows, and the alarm does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bartizan.desk.incidents import Incident


def contained_by(incidents: Iterable[Incident]) -> Mapping[str, datetime]:
    """Of each alarm that belongs to an incident when that was contained (UTC), by the alarm's id."""
    return {
        alarm: incident.timers.contained
        for incident in incidents
        if incident.timers.contained is not None
        for alarm in incident.alarms
    }
