"""What becomes due on an incident by itself: steps and stages whose time ran out, stages that its alarms reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bartizan.desk.alarms.state import Alarm
from bartizan.desk.event import DESK, Event
from bartizan.desk.incidents.events import RanLate, Reached
from bartizan.desk.incidents.state import Incident, Stage
from bartizan.desk.procedures import due, overdue

_OF_ALARMS: tuple[Stage, ...] = ("acknowledged", "assessed", "dispatched", "on_scene")


def decide_pass_time(incident: Incident, *, at: datetime) -> tuple[Event, ...]:
    """The present step, and stages of the procedure's times, that should have been reached by `at` (UTC)."""
    run = incident.run
    if run is None or not incident.is_open:
        return ()
    late: list[tuple[str, datetime]] = []
    limit = due(run)
    if limit is not None and overdue(run, at):
        late.append((f"step/{run.present}", limit))
    for stage, seconds in run.procedure.times.items():
        limit = incident.timers.raised + timedelta(seconds=seconds)
        told = f"timer/{stage}" in incident.late
        if not told and at >= limit and getattr(incident.timers, stage, None) is None:
            late.append((f"timer/{stage}", limit))
    return tuple(
        RanLate(version=incident.version + 1 + number, at=at, by=DESK, what=what, limit=by)
        for number, (what, by) in enumerate(late)
    )


def decide_reached(incident: Incident, alarms: Iterable[Alarm], *, at: datetime) -> tuple[Event, ...]:
    """The stages that the incident's alarms say were reached, or were reached earlier than it knew."""
    found: list[Event] = []
    reached = _reached(alarms)
    for stage in ("raised", *_OF_ALARMS):
        moment = reached.get(stage)
        known: datetime | None = getattr(incident.timers, stage)
        if moment is not None and (known is None or moment < known):
            found.append(Reached(version=incident.version + 1 + len(found), at=at, by=DESK, stage=stage, moment=moment))
    return tuple(found)


def _reached(alarms: Iterable[Alarm]) -> Mapping[Stage, datetime]:
    """When each stage was reached first by any of these alarms."""
    moments: dict[Stage, list[datetime]] = {stage: [] for stage in ("raised", *_OF_ALARMS)}
    for alarm in alarms:
        moments["raised"].append(alarm.known_at)
        if alarm.acknowledged_at is not None:
            moments["acknowledged"].append(alarm.acknowledged_at)
        if alarm.assessed_at is not None:
            moments["assessed"].append(alarm.assessed_at)
        for sent in alarm.dispatches:
            if sent.sent_at is not None:
                moments["dispatched"].append(sent.sent_at)
            if sent.on_scene_at is not None:
                moments["on_scene"].append(sent.on_scene_at)
    return {stage: min(found) for stage, found in moments.items() if found}
