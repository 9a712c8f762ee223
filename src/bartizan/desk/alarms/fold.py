"""The state of an alarm is the fold of its events, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bartizan.desk.alarms.events import (
    Acknowledged,
    Assessed,
    AssessmentBegun,
    Cleared,
    Closed,
    ContactConfirmed,
    Event,
    Raised,
    Reactivated,
    Reopened,
    ResponseOnScene,
    ResponseSent,
    ShelfAgreed,
    ShelfDeclined,
    ShelfProposed,
    Shelved,
    Suppressed,
    Unshelved,
    Updated,
)
from bartizan.desk.alarms.state import Alarm, Dispatch, Shelf, ShelfProposal, Source, rank
from bartizan.desk.errors import HistoryError


def fold(events: Iterable[Event]) -> Alarm:
    """The alarm that these events make, in their order.

    Errors: HistoryError where there is no event, where the first does not raise it, where a version is skipped or
    told twice, or where an alarm is closed without a disposition.
    """
    alarm: Alarm | None = None
    for event in events:
        alarm = apply(alarm, event)
    if alarm is None:
        raise HistoryError("an alarm without events. Every alarm begins by being raised")
    return alarm


def apply(alarm: Alarm | None, event: Event) -> Alarm:
    """The alarm after one more event; `alarm` is None before the first."""
    if alarm is None:
        return _raise(event)
    if isinstance(event, Raised) or event.alarm != alarm.id or event.version != alarm.version + 1:
        raise HistoryError(
            f"alarm {alarm.number}: after version {alarm.version} comes {event.kind} of alarm {event.alarm} "
            f"as version {event.version}. The journal was altered or two desks wrote it: restore it from a backup"
        )
    alarm = replace(alarm, version=event.version)
    if isinstance(event, (Updated, Cleared, Reactivated)):
        return _report(alarm, event)
    if isinstance(event, (ResponseSent, ResponseOnScene, ContactConfirmed)):
        return _respond(alarm, event)
    if isinstance(event, (Shelved, ShelfProposed, ShelfAgreed, ShelfDeclined, Suppressed, Unshelved)):
        return _hush(alarm, event)
    return _handle(replace(alarm, stale_below=event.version), event)


def _raise(event: Event) -> Alarm:
    if not isinstance(event, Raised) or event.version != 1:
        raise HistoryError(
            f"alarm {event.alarm} begins with {event.kind} as version {event.version}, not by being raised. "
            "The journal is not whole: restore it from a backup"
        )
    signal = event.signal
    return Alarm(
        id=event.alarm,
        number=event.number,
        version=1,
        stale_below=1,
        source=Source(run=event.run, signal=signal["id"], t=signal["t"], kind=signal["kind"]),
        signal=signal,
        exercise=event.exercise,
        raised_at=event.at,
        known_at=event.known_at,
        heard_at=event.at,
        waits_since=event.at,
        priority=event.priority,
    )


def _report(alarm: Alarm, event: Updated | Cleared | Reactivated) -> Alarm:
    if isinstance(event, Cleared):
        return replace(alarm, signal=event.signal, heard_at=event.at, condition="cleared", cleared_at=event.at)
    if isinstance(event, Reactivated):
        signal = event.signal
        return replace(
            alarm,
            source=Source(run=event.run, signal=signal["id"], t=signal["t"], kind=signal["kind"]),
            earlier=(*alarm.earlier, alarm.source),
            signal=signal,
            heard_at=event.at,
            condition="active",
            cleared_at=None,
        )
    # a command formed before it grew worse was formed on another alarm
    worse = rank(event.priority) > rank(alarm.priority)
    return replace(
        alarm,
        signal=event.signal,
        heard_at=event.at,
        condition="active",
        cleared_at=None,
        priority=event.priority,
        stale_below=event.version if worse else alarm.stale_below,
    )


def _hush(alarm: Alarm, event: Shelved | ShelfProposed | ShelfAgreed | ShelfDeclined | Suppressed | Unshelved) -> Alarm:
    match event:
        case Shelved():
            shelf = Shelf(until=event.until, reason=event.reason, by=event.by, second=event.second)
            return replace(alarm, suppression=shelf, shelf_proposal=None)
        case Suppressed():
            shelf = Shelf(
                until=event.until, reason=event.reason, by=event.who, second=event.second, outage=event.outage
            )
            return replace(alarm, suppression=shelf)
        case ShelfProposed():
            proposal = ShelfProposal(
                until=event.until, reason=event.reason, by=event.by, at=event.at, lapses_at=event.lapses_at
            )
            return replace(alarm, shelf_proposal=proposal)
        case ShelfDeclined():
            return replace(alarm, shelf_proposal=None)
        case ShelfAgreed():
            asked = alarm.shelf_proposal
            if asked is None or asked.by == event.by:
                raise HistoryError(
                    f"alarm {alarm.number} is shelved as version {event.version} without two people. "
                    "The journal was altered: restore it from a backup"
                )
            shelf = Shelf(until=asked.until, reason=asked.reason, by=asked.by, second=event.by)
            return replace(alarm, suppression=shelf, shelf_proposal=None)
    # what is heard again waits anew: those who should have heard it have not
    return replace(alarm, suppression=None, waits_since=event.at)


def _respond(alarm: Alarm, event: ResponseSent | ResponseOnScene | ContactConfirmed) -> Alarm:
    if isinstance(event, ContactConfirmed):
        return replace(alarm, contact_confirmed=True, contact_confirmed_by=event.by, contact_confirmed_at=event.at)
    known = {dispatch.response: dispatch for dispatch in alarm.dispatches}
    dispatch = known.get(event.response, Dispatch(response=event.response))
    if isinstance(event, ResponseSent):
        dispatch = replace(dispatch, sent_at=event.at, sent_by=event.by)
    else:
        dispatch = replace(dispatch, on_scene_at=event.at, on_scene_by=event.by)
    known[event.response] = dispatch
    return replace(alarm, dispatches=tuple(known.values()))


def _handle(alarm: Alarm, event: Event) -> Alarm:
    match event:
        case Acknowledged():
            return replace(alarm, handling="acknowledged", acknowledged_by=event.by, acknowledged_at=event.at)
        case AssessmentBegun():
            return replace(alarm, handling="assessing")
        case Assessed():
            return replace(
                alarm,
                handling="assessing",
                disposition=event.disposition,
                assessed_by=event.by,
                assessed_at=event.at,
                note=event.note,
                duplicate_of=event.duplicate_of,
            )
        case Closed():
            if alarm.disposition is None:
                raise HistoryError(
                    f"alarm {alarm.number} is closed as version {event.version} without a disposition. "
                    "The journal was altered: restore it from a backup"
                )
            return replace(
                alarm,
                handling="closed",
                closed_by=event.by,
                closed_at=event.at,
                forced=event.forced,
                reason=event.reason,
                suppression=None,
                shelf_proposal=None,
            )
        case Reopened():
            return _reopen(alarm, event)
    raise HistoryError(f"alarm {alarm.number}: {type(event).__name__} has no meaning for an alarm")


def _reopen(alarm: Alarm, event: Reopened) -> Alarm:
    # the earlier handling stays in the events; what is open again has to be taken and judged again
    return replace(
        alarm,
        handling="reopened",
        waits_since=event.at,
        disposition=None,
        acknowledged_by=None,
        acknowledged_at=None,
        assessed_by=None,
        assessed_at=None,
        note=None,
        duplicate_of=None,
        closed_by=None,
        closed_at=None,
        forced=False,
        reason=event.reason,
    )
