"""The state of an incident is the fold of its events, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bartizan.desk.errors import HistoryError
from bartizan.desk.event import DESK, Event
from bartizan.desk.incidents import events as e
from bartizan.desk.incidents.state import Entry, Incident, Link, Sending, Stage, Timers
from bartizan.desk.procedures import begin, done, skipped


def apply(incident: Incident | None, event: Event) -> Incident:
    """The incident after one more event; `incident` is None before the first.

    Errors: HistoryError where the event cannot follow.
    """
    if incident is None:
        return _open(event)
    if isinstance(event, e.Opened) or event.version != incident.version + 1:
        raise HistoryError(
            f"incident {incident.number}: after version {incident.version} comes {event.kind} as version "
            f"{event.version}. The journal was altered or two desks wrote it: restore it from a backup"
        )
    # what the desk notes by itself makes nobody's command stale
    stale = incident.stale_below if event.by == DESK else event.version
    incident = replace(incident, version=event.version, stale_below=stale)
    for step in (_work, _told, _procedure, _people, _belonging, _judged, _end):
        after = step(incident, event)
        if after is not None:
            return after
    raise HistoryError(f"incident {incident.number}: {event.kind} has no meaning for an incident")


def _open(event: Event) -> Incident:
    if not isinstance(event, e.Opened) or event.version != 1:
        raise HistoryError(
            f"an incident begins with {event.kind} as version {event.version}, not by being opened. "
            "The journal is not whole: restore it from a backup"
        )
    return Incident(
        id=event.incident,
        number=event.number,
        version=1,
        stale_below=1,
        title=event.title,
        kind=None,
        exercise=event.exercise,
        opened_at=event.at,
        opened_by=event.by,
        timers=Timers(raised=event.raised),
        sharing=event.sharing,
    )


def _work(incident: Incident, event: Event) -> Incident | None:
    match event:
        case e.Titled():
            return replace(incident, title=event.title)
        case e.Led():
            return replace(_begun(incident), lead=event.lead)
        case e.Noted():
            return replace(incident, entries=(*incident.entries, Entry(at=event.at, by=event.by, text=event.text)))
        case e.MediaAdded():
            return replace(incident, media=(*incident.media, event.item))
        case e.MannerSet():
            return replace(incident, manner=event.manner)
    return None


def _told(incident: Incident, event: Event) -> Incident | None:
    match event:
        case e.RanLate():
            run = incident.run
            if event.what.startswith("step/") and run is not None:
                incident = replace(incident, run=replace(run, told=True))
            return replace(incident, late=(*incident.late, event.what))
        case e.Reached():
            return replace(incident, timers=_reached(incident.timers, event.stage, event.moment))
    return None


def _procedure(incident: Incident, event: Event) -> Incident | None:
    run = incident.run
    match event:
        case e.Classified():
            fresh = None if event.procedure is None else begin(event.procedure, event.at)
            return replace(incident, kind=event.incident_kind, earlier=incident.steps, run=fresh)
        case e.StepDone() | e.StepSkipped():
            step = None if run is None else run.step
            if run is None or step is None or step.id != event.step:
                raise HistoryError(f"incident {incident.number}: step {event.step!r} is over out of its turn")
            if isinstance(event, e.StepSkipped):
                run = skipped(run, step, at=event.at, by=event.by, reason=event.reason)
            else:
                run = done(run, step, at=event.at, by=event.by, answer=event.answer, note=event.note)
            return replace(_begun(incident), run=run, lead=incident.lead or event.by)
        case e.SkipSeen():
            return _seen(incident, event)
    return None


def _seen(incident: Incident, event: e.SkipSeen) -> Incident:
    steps = list(incident.steps)
    if event.place > len(steps):
        raise HistoryError(f"incident {incident.number}: step number {event.place} was seen and is not over")
    steps[event.place - 1] = replace(steps[event.place - 1], seen_by=event.by, seen_at=event.at)
    before = len(incident.earlier)
    run = None if incident.run is None else replace(incident.run, done=tuple(steps[before:]))
    return replace(incident, earlier=tuple(steps[:before]), run=run)


def _people(incident: Incident, event: Event) -> Incident | None:
    match event:
        case e.Sent():
            fresh = Sending(responder=event.responder, sent_at=event.at, sent_by=event.by)
            timers = _reached(incident.timers, "dispatched", event.at)
            return replace(_begun(incident), sendings=(*incident.sendings, fresh), timers=timers)
        case e.Answered():
            return _sending(incident, event.responder, "answered_at", event.at)
        case e.Arrived():
            timers = _reached(incident.timers, "on_scene", event.at)
            return replace(_sending(incident, event.responder, "on_scene_at", event.at), timers=timers)
        case e.Left():
            return _sending(incident, event.responder, "left_at", event.at)
        case e.Contained():
            entry = Entry(at=event.at, by=event.by, text=event.how)
            timers = _reached(incident.timers, "contained", event.at)
            return replace(incident, entries=(*incident.entries, entry), timers=timers)
    return None


def _sending(incident: Incident, responder: str, field: str, at: datetime) -> Incident:
    present = incident.sending(responder)
    if present is None:
        raise HistoryError(f"incident {incident.number}: {responder} was never sent, or has left")
    changed: Sending
    if field == "answered_at":
        changed = replace(present, answered_at=at)
    elif field == "on_scene_at":
        changed = replace(present, on_scene_at=at)
    else:
        changed = replace(present, left_at=at)
    return replace(incident, sendings=tuple(changed if one is present else one for one in incident.sendings))


def _belonging(incident: Incident, event: Event) -> Incident | None:
    match event:
        case e.AlarmJoined():
            return replace(incident, alarms=(*incident.alarms, event.alarm))
        case e.AlarmParted():
            return replace(incident, alarms=tuple(one for one in incident.alarms if one != event.alarm))
        case e.Linked():
            link = Link(kind=event.relation, incident=event.incident, by=event.by, at=event.at)
            return replace(incident, links=(*_others(incident, event.incident), link))
        case e.Unlinked():
            return replace(incident, links=_others(incident, event.incident))
    return None


def _judged(incident: Incident, event: Event) -> Incident | None:
    match event:
        case e.Declined():
            return replace(incident, declined=(*incident.declined, event.offer))
        case e.SharingSet():
            return replace(incident, sharing=event.sharing, partners=event.partners)
    return None


def _others(incident: Incident, other: str) -> tuple[Link, ...]:
    return tuple(one for one in incident.links if one.incident != other)


def _end(incident: Incident, event: Event) -> Incident | None:
    match event:
        case e.HandedOver():
            partners = incident.partners if event.partner in incident.partners else (*incident.partners, event.partner)
            timers = _reached(incident.timers, "handed_over", event.at)
            return replace(incident, state="handed-over", partners=partners, timers=timers)
        case e.Resolved():
            return replace(
                incident, state="resolved", outcome=event.outcome, resolved_at=event.at, resolved_by=event.by
            )
        case e.Closed():
            return replace(incident, state="closed", closed_at=event.at, closed_by=event.by)
        case e.Reopened():
            return replace(
                incident,
                state="in-progress",
                outcome=None,
                resolved_at=None,
                resolved_by=None,
                closed_at=None,
                closed_by=None,
                reviewed_at=None,
                reviewed_by=None,
                review=None,
            )
        case e.Reviewed():
            return replace(incident, state="reviewed", reviewed_at=event.at, reviewed_by=event.by, review=event.text)
    return None


def _begun(incident: Incident) -> Incident:
    return replace(incident, state="in-progress") if incident.state == "new" else incident


def _reached(timers: Timers, stage: Stage, moment: datetime) -> Timers:
    """The timers with a stage reached at `moment`; of several moments the earliest counts."""
    known: datetime | None = getattr(timers, stage)
    if known is not None and known <= moment:
        return timers
    changed: Timers = replace(timers, **{stage: moment})
    return changed
