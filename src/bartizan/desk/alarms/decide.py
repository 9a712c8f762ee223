"""What people may do to an alarm: each function takes the alarm and a command and returns the events, or refuses.

Nothing here changes anything: the desk appends the events and folds them. A command that asks for what already is
(the same person acknowledges twice) returns no event. The table of transitions is docs/reference/alarm-states.md.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bartizan.desk.alarms.errors import AckLostError
from bartizan.desk.alarms.events import (
    Acknowledged,
    Assessed,
    AssessmentBegun,
    Closed,
    ContactConfirmed,
    Event,
    Reopened,
    ResponseOnScene,
    ResponseSent,
    ShelfAgreed,
    ShelfDeclined,
    ShelfProposed,
    Shelved,
    Suppressed,
    Unshelved,
)
from bartizan.desk.alarms.state import DISPOSITIONS, Alarm, Disposition
from bartizan.desk.errors import CommandError, StaleVersionError, TransitionError
from bartizan.desk.event import DESK, instant
from bartizan.desk.said import optional_text, person, text

LONGEST_SHELF = timedelta(hours=8)  # one shift: who comes on duty hears what is still active
PROPOSAL_STANDS = timedelta(minutes=10)  # who agrees later agrees to another situation


def decide_acknowledge(alarm: Alarm, *, by: str, at: datetime, version: int | None = None) -> tuple[Event, ...]:
    """Take the alarm. One person wins; the same person again changes nothing.

    Errors: AckLostError with the winner; TransitionError where it is closed; StaleVersionError.
    """
    by = person(by)
    if not alarm.is_open:
        raise _closed(alarm, "acknowledged")
    if not alarm.waits:
        if alarm.acknowledged_by == by:
            return ()
        assert alarm.acknowledged_by is not None  # noqa: S101 - what waits no longer was taken by somebody
        assert alarm.acknowledged_at is not None  # noqa: S101
        raise AckLostError(alarm.number, alarm.acknowledged_by, alarm.acknowledged_at)
    _current(alarm, version)
    return (Acknowledged(alarm=alarm.id, version=alarm.version + 1, at=at, by=by),)


def decide_begin_assessment(alarm: Alarm, *, by: str, at: datetime, version: int | None = None) -> tuple[Event, ...]:
    """Say that somebody is finding out what it is. Begun already: nothing changes."""
    by = person(by)
    _taken(alarm, "assessed")
    if alarm.handling == "assessing":
        return ()
    _current(alarm, version)
    return (AssessmentBegun(alarm=alarm.id, version=alarm.version + 1, at=at, by=by),)


def decide_assess(
    alarm: Alarm,
    disposition: Disposition,
    *,
    by: str,
    at: datetime,
    note: str | None = None,
    duplicate_of: str | None = None,
    force: bool = False,
    version: int | None = None,
) -> tuple[Event, ...]:
    """Say what it turned out to be.

    Any disposition but "real" also closes the alarm where its condition is cleared, or where `force` is given with a
    `note` as the reason; otherwise it closes by itself when the condition clears. "duplicate" needs `duplicate_of`.
    A later assessment replaces an earlier one while the alarm is open.
    """
    by = person(by)
    note = optional_text(note, "note")
    _taken(alarm, "assessed")
    if disposition not in DISPOSITIONS:
        raise CommandError(f"{disposition!r} is no disposition. Choose one of {', '.join(DISPOSITIONS)}")
    if (disposition == "duplicate") != (duplicate_of is not None):
        raise CommandError("the disposition duplicate, and no other, names the alarm it is a duplicate of")
    if duplicate_of == alarm.id:
        raise CommandError(f"alarm {alarm.number} cannot be a duplicate of itself. Name the other alarm")
    if force and disposition == "real":
        raise CommandError("a real alarm is not closed by its assessment. Assess it, then close it")
    if force and note is None:
        raise CommandError("closing an alarm that is still active needs a reason. Give a note")
    _current(alarm, version)
    assessed = Assessed(
        alarm=alarm.id,
        version=alarm.version + 1,
        at=at,
        by=by,
        disposition=disposition,
        note=note,
        duplicate_of=duplicate_of,
    )
    active = alarm.condition == "active"
    if disposition == "real" or (active and not force):
        return (assessed,)
    closed = Closed(
        alarm=alarm.id, version=alarm.version + 2, at=at, by=by, forced=active, reason=note if active else None
    )
    return (assessed, closed)


def decide_close(
    alarm: Alarm, *, by: str, at: datetime, force: bool = False, reason: str | None = None, version: int | None = None
) -> tuple[Event, ...]:
    """Close an assessed alarm. While its condition is active this needs `force` and a `reason`."""
    by = person(by)
    reason = optional_text(reason, "reason")
    _taken(alarm, "closed")
    if alarm.disposition is None:
        raise TransitionError(f"alarm {alarm.number} is not assessed. Say first what it was; then close it")
    active = alarm.condition == "active"
    if active and not (force and reason):
        raise TransitionError(
            f"alarm {alarm.number} is still active. Wait until it clears, or force its closing and give the reason"
        )
    _current(alarm, version)
    return (Closed(alarm=alarm.id, version=alarm.version + 1, at=at, by=by, forced=active, reason=reason),)


def decide_reopen(alarm: Alarm, *, by: str, at: datetime, reason: str, version: int | None = None) -> tuple[Event, ...]:
    """Open a closed alarm again; it has to be acknowledged and assessed anew."""
    by, reason = person(by), text(reason, "reason")
    if alarm.is_open:
        raise TransitionError(f"alarm {alarm.number} is not closed, so it cannot be reopened")
    _current(alarm, version)
    return (Reopened(alarm=alarm.id, version=alarm.version + 1, at=at, by=by, reason=reason),)


def decide_send(alarm: Alarm, response: str, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Send a response. Sent already: nothing changes. An alarm need not be acknowledged for help to go."""
    by = person(by)
    _open(alarm, "answered")
    if any(sent.response == response and sent.sent_at is not None for sent in alarm.dispatches):
        return ()
    return (ResponseSent(alarm=alarm.id, version=alarm.version + 1, at=at, by=by, response=response),)


def decide_on_scene(alarm: Alarm, response: str, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Say that a response is on the scene, sent or not. On the scene already: nothing changes."""
    by = person(by)
    _open(alarm, "answered")
    if any(there.response == response and there.on_scene_at is not None for there in alarm.dispatches):
        return ()
    return (ResponseOnScene(alarm=alarm.id, version=alarm.version + 1, at=at, by=by, response=response),)


def decide_confirm_contact(alarm: Alarm, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Say that the response has answered. Confirmed already: nothing changes."""
    by = person(by)
    _open(alarm, "answered")
    if alarm.contact_confirmed:
        return ()
    return (ContactConfirmed(alarm=alarm.id, version=alarm.version + 1, at=at, by=by),)


def decide_dispose(
    alarm: Alarm,
    disposition: Disposition,
    *,
    by: str,
    at: datetime,
    note: str | None = None,
    duplicate_of: str | None = None,
    version: int | None = None,
) -> tuple[Event, ...]:
    """Take the alarm, where nobody has, and say what it was, in one go. Errors: as `decide_assess`."""
    taken = decide_acknowledge(alarm, by=by, at=at, version=version) if alarm.waits else ()
    if taken:
        alarm = replace(alarm, version=taken[-1].version, handling="acknowledged")
        version = None
    said = decide_assess(alarm, disposition, by=by, at=at, note=note, duplicate_of=duplicate_of, version=version)
    return (*taken, *said)


def decide_shelve(
    alarm: Alarm, *, by: str, at: datetime, until: datetime, reason: str, version: int | None = None
) -> tuple[Event, ...]:
    """Keep the alarm quiet until an instant, at most eight hours ahead; its record stays in every list.

    Where the alarm needs two, this is a proposal, which replaces an earlier one: it is quiet once a second person
    agrees (`decide_agree`) within ten minutes.
    """
    by, reason = person(by), text(reason, "reason")
    _open(alarm, "shelved")
    until = _utc(until)
    if not at < until <= at + LONGEST_SHELF:
        raise CommandError(
            f"an alarm is shelved until a later instant within {LONGEST_SHELF.seconds // 3600} hours, "
            f"not until {instant(until)}"
        )
    _current(alarm, version)
    version = alarm.version + 1
    if alarm.needs_two:
        lapses = min(at + PROPOSAL_STANDS, until)
        return (
            ShelfProposed(alarm=alarm.id, version=version, at=at, by=by, until=until, reason=reason, lapses_at=lapses),
        )
    return (Shelved(alarm=alarm.id, version=version, at=at, by=by, until=until, reason=reason),)


def decide_agree(alarm: Alarm, *, by: str, at: datetime, version: int | None = None) -> tuple[Event, ...]:
    """Agree, as the second person, that the alarm be kept quiet as was proposed.

    Errors: TransitionError where nothing is proposed, the proposal has lapsed, or it is one's own; StaleVersionError.
    """
    by = person(by)
    _open(alarm, "shelved")
    asked = alarm.shelf_proposal
    if asked is None or at >= asked.lapses_at:
        raise TransitionError(f"nobody proposes to shelve alarm {alarm.number} now. Propose it; another person agrees")
    if by.casefold() == asked.by.casefold():
        raise TransitionError(
            f"alarm {alarm.number} is active and of high priority: a second person agrees to shelve it, "
            f"not {asked.by} who proposed it. Ask somebody else to log in and agree"
        )
    _current(alarm, version)
    return (ShelfAgreed(alarm=alarm.id, version=alarm.version + 1, at=at, by=by),)


def decide_decline(alarm: Alarm, *, by: str, at: datetime, reason: str | None = None) -> tuple[Event, ...]:
    """Decline, or take back, a proposal to shelve. None: nothing changes."""
    by, reason = person(by), optional_text(reason, "reason")
    if alarm.shelf_proposal is None:
        return ()
    return (ShelfDeclined(alarm=alarm.id, version=alarm.version + 1, at=at, by=by, reason=reason),)


def decide_unshelve(alarm: Alarm, *, by: str, at: datetime, version: int | None = None) -> tuple[Event, ...]:
    """Let the alarm be heard again. Not shelved: nothing changes."""
    by = person(by)
    if alarm.suppression is None:
        return ()
    _current(alarm, version)
    return (Unshelved(alarm=alarm.id, version=alarm.version + 1, at=at, by=by),)


def decide_suppress(
    alarm: Alarm, *, outage: str, who: str, second: str | None, until: datetime, reason: str, at: datetime
) -> tuple[Event, ...]:
    """Keep quiet an alarm of what `who` took out of service until `until` (UTC). Quiet already: nothing changes.

    Without a `second` person what is active and of high priority stays loud.
    """
    if not alarm.is_open or alarm.suppression is not None or (second is None and alarm.needs_two):
        return ()
    version = alarm.version + 1
    return (
        Suppressed(
            alarm=alarm.id,
            version=version,
            at=at,
            by=DESK,
            outage=outage,
            who=who,
            second=second,
            until=until,
            reason=reason,
        ),
    )


def decide_hear_again(alarm: Alarm, *, at: datetime) -> tuple[Event, ...]:
    """What it is about is in service again. Not suppressed for that: nothing changes."""
    if alarm.suppression is None or alarm.suppression.outage is None:
        return ()
    return (Unshelved(alarm=alarm.id, version=alarm.version + 1, at=at, by=DESK),)


def decide_pass_time(alarm: Alarm, *, at: datetime) -> tuple[Event, ...]:
    """What becomes due by `at` of itself: a shelf that has run out is heard again, a proposal that has lapsed goes."""
    events: list[Event] = []
    asked = alarm.shelf_proposal
    if asked is not None and at >= asked.lapses_at:
        reason = "nobody agreed in time"
        events.append(ShelfDeclined(alarm=alarm.id, version=alarm.version + 1, at=at, by=DESK, reason=reason))
    if alarm.suppression is not None and at >= alarm.suppression.until:
        events.append(Unshelved(alarm=alarm.id, version=alarm.version + len(events) + 1, at=at, by=DESK))
    return tuple(events)


def _utc(moment: datetime) -> datetime:
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise CommandError(f"an instant has an offset from UTC, not {moment!r:.60}. Write it with Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as fault:
        raise CommandError(f"{moment!r:.60} is out of range") from fault


def _current(alarm: Alarm, version: int | None) -> None:
    if version is not None and not alarm.stale_below <= version <= alarm.version:
        raise StaleVersionError(f"alarm {alarm.number}", version, alarm.version)


def _open(alarm: Alarm, what: str) -> None:
    if not alarm.is_open:
        raise _closed(alarm, what)


def _taken(alarm: Alarm, what: str) -> None:
    _open(alarm, what)
    if alarm.waits:
        raise TransitionError(f"alarm {alarm.number} is not acknowledged. Acknowledge it; then it can be {what}")


def _closed(alarm: Alarm, what: str) -> TransitionError:
    when = "" if alarm.closed_at is None else f" at {alarm.closed_at:%H:%M:%S} UTC"
    return TransitionError(
        f"alarm {alarm.number} was closed by {alarm.closed_by}{when} and cannot be {what}. Reopen it first"
    )
