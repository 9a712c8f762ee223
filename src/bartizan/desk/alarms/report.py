"""What a signal does: it opens an alarm, goes on with one, or clears one.

A signal is never lost for coming late: an update or an end whose beginning was never heard opens its alarm too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bartizan.desk.alarms.errors import SignalError
from bartizan.desk.alarms.events import Cleared, Closed, Event, Raised, Reactivated, Reopened, Unshelved, Updated
from bartizan.desk.alarms.groups import source_of
from bartizan.desk.alarms.state import PRIORITIES, Alarm, rank
from bartizan.desk.errors import ExerciseMixError
from bartizan.desk.event import DESK
from bartizan.signal import Severity, Signal

OLDEST_REPORT = timedelta(minutes=10)  # an older time of its own is taken for a wrong clock, not for a slow line
LARGEST_SIGNAL = 65_536  # characters of JSON
MOST_REPEATS = 100  # reports that one alarm repeats; the next one is an alarm of its own


def same(alarm: Alarm, signal: Signal, run: str) -> bool:
    """Whether the signal speaks of this alarm's thing; run and id are those of a report that the alarm holds.

    A second beginning under the same id is a redelivery where its time and kind are those of the first; otherwise a
    source has used the id again, and what it reports is something new.
    """
    if signal.state != "raised":
        return True
    told = (source for source in (alarm.source, *alarm.earlier) if (source.run, source.signal) == (run, signal.id))
    return any((source.t, source.kind) == (signal.t, signal.kind) for source in told)


def again(alarm: Alarm, signal: Signal, run: str, within: timedelta, at: datetime) -> bool:
    """Whether a new report is this alarm come again: it cleared no longer than `within` ago, and nobody has judged it.

    What is worse than the alarm, what a person reports, what names neither place nor teller, and what another run of an
    exercise brings is always its own.
    """
    return (
        alarm.is_open
        and alarm.condition == "cleared"
        and alarm.disposition is None
        and alarm.hidden_from is None
        and alarm.cleared_at is not None
        and at - alarm.cleared_at <= within
        and len(alarm.earlier) < MOST_REPEATS
        and signal.state == "raised"
        and signal.exercise == alarm.exercise
        and (not signal.exercise or run == alarm.source.run)
        and rank(signal.severity) <= rank(alarm.priority)
        and "reported_by" not in signal.because
        and any(one is not None for one in source_of(signal.to_json())[2:])
    )


def decide_reactivate(alarm: Alarm, signal: Signal, *, run: str, at: datetime) -> tuple[Event, ...]:
    """Go on with an alarm that has come again under another run or id. Errors: SignalError."""
    came = Reactivated(alarm=alarm.id, version=alarm.version + 1, at=at, by=DESK, signal=plain(signal), run=run)
    return (came, *_loud(alarm, alarm.priority, version=alarm.version + 2, at=at))


def decide_open(signal: Signal, *, id: str, number: int, run: str, at: datetime) -> tuple[Event, ...]:  # noqa: A002 - the field is named id
    """Open an alarm for a signal; where only its end was heard, clear it at once. Errors: SignalError."""
    kept = plain(signal)
    raised = Raised(
        alarm=id,
        version=1,
        at=at,
        by=DESK,
        number=number,
        run=run,
        signal=kept,
        priority=signal.severity,
        exercise=signal.exercise,
        known_at=_known_at(signal, at),
    )
    if signal.state == "ended":
        return (raised, Cleared(alarm=id, version=2, at=at, by=DESK, signal=kept))
    return (raised,)


def decide_report(alarm: Alarm, signal: Signal, *, run: str, at: datetime) -> tuple[Event, ...]:
    """Go on with an alarm or clear it. A report told before, or older than the last one, changes nothing.

    Clearing closes an alarm that was assessed as anything but real. An alarm that was closed reopens where its
    condition comes back after it had cleared, or where it grows worse.
    Errors: ExerciseMixError where the flag differs from the alarm's; SignalError.
    """
    if signal.exercise != alarm.exercise:
        kinds = ("an exercise", "real") if alarm.exercise else ("real", "an exercise")
        raise ExerciseMixError(
            f"alarm {alarm.number} is {kinds[0]} and signal {signal.id!r} says it is {kinds[1]}. "
            "Give an exercise a run of its own"
        )
    kept = plain(signal)
    if (alarm.source.run, alarm.source.signal) != (run, signal.id):
        return _report_of_earlier(alarm, signal, run, at)
    if signal.state == "raised" or signal.t < alarm.signal["t"] or kept == alarm.signal:
        return ()
    if signal.state == "ended":
        return _clear(alarm, kept, at)
    priority = max(signal.severity, alarm.priority, key=rank)
    events: tuple[Event, ...] = (
        Updated(alarm=alarm.id, version=alarm.version + 1, at=at, by=DESK, signal=kept, priority=priority),
    )
    back = alarm.condition == "cleared"
    if not alarm.is_open and (back or rank(priority) > rank(alarm.priority)):
        events += (_reopened(alarm, at, "its condition came back" if back else "it grew worse"),)
    return (*events, *_loud(alarm, priority, version=alarm.version + 1 + len(events), at=at))


def _report_of_earlier(alarm: Alarm, signal: Signal, run: str, at: datetime) -> tuple[Event, ...]:
    """A report that this alarm repeated goes on after all; what it says while a later one holds changes nothing."""
    old = run == alarm.source.run and signal.t <= alarm.signal["t"]
    if signal.state != "updated" or alarm.condition == "active" or old:
        return ()
    events = decide_reactivate(alarm, signal, run=run, at=at)
    return events if alarm.is_open else (*events, _reopened(alarm, at, "its condition came back"))


def _reopened(alarm: Alarm, at: datetime, reason: str) -> Reopened:
    return Reopened(alarm=alarm.id, version=alarm.version + 2, at=at, by=DESK, reason=reason)


def _loud(alarm: Alarm, priority: Severity, *, version: int, at: datetime) -> tuple[Event, ...]:
    """What one person shelved is heard again as soon as it is active and of high priority: that needs two."""
    shelf = alarm.suppression
    if shelf is None or shelf.second is not None or priority != "high":
        return ()
    return (Unshelved(alarm=alarm.id, version=version, at=at, by=DESK),)


def _clear(alarm: Alarm, kept: Mapping[str, Any], at: datetime) -> tuple[Event, ...]:
    if alarm.condition == "cleared":
        return ()
    cleared = Cleared(alarm=alarm.id, version=alarm.version + 1, at=at, by=DESK, signal=kept)
    if alarm.is_open and alarm.disposition not in (None, "real"):
        return (cleared, Closed(alarm=alarm.id, version=alarm.version + 2, at=at, by=DESK))
    return (cleared,)


def plain(signal: Signal) -> dict[str, Any]:
    """The signal as plain JSON values, such as the journal keeps. Errors: SignalError, naming signal and cause."""
    if not isinstance(signal.id, str) or not 1 <= len(signal.id) <= 200 or not signal.id.isprintable():
        raise SignalError(f"a signal has an id of 1 to 200 printable characters, not {signal.id!r:.60}")
    if not isinstance(signal.t, (int, float)) or not math.isfinite(signal.t):
        raise SignalError(f"signal {signal.id!r}: t is a number of seconds, not {signal.t!r:.60}")
    if signal.severity not in PRIORITIES or signal.state not in ("raised", "updated", "ended"):
        raise SignalError(
            f"signal {signal.id!r}: severity {signal.severity!r:.40} or state {signal.state!r:.40} is unknown. "
            "Use low, medium or high, and raised, updated or ended"
        )
    try:
        words = json.dumps(signal.to_json(), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as fault:
        raise SignalError(f"signal {signal.id!r} does not fit JSON: {fault}. Give plain finite values") from fault
    if len(words) > LARGEST_SIGNAL:
        raise SignalError(f"signal {signal.id!r} has {len(words)} characters; at most {LARGEST_SIGNAL} are kept")
    kept: dict[str, Any] = json.loads(words)
    return kept


def _known_at(signal: Signal, received: datetime) -> datetime:
    """The signal's own time where it has one that can be believed, else the time it was received."""
    if signal.utc is None:
        return received
    try:
        own = datetime.fromisoformat(signal.utc)
    except (TypeError, ValueError) as fault:
        raise SignalError(f"signal {signal.id!r}: utc {signal.utc!r:.60} is not RFC 3339") from fault
    if own.tzinfo is None:
        raise SignalError(f"signal {signal.id!r}: utc {signal.utc!r} has no offset. Write it with Z")
    try:
        own = own.astimezone(UTC)
    except OverflowError as fault:
        raise SignalError(f"signal {signal.id!r}: utc {signal.utc!r} is out of range") from fault
    return own if received - OLDEST_REPORT <= own <= received else received
