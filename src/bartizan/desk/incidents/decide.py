"""What people may do to an incident: each function takes it and a command and returns the events, or refuses.

Nothing here changes anything: whoever keeps the incident appends the events and folds them. A command that asks for
what already is returns no event. What needs to know more than the incident itself (whether its alarms are assessed,
whether another incident is an exercise) is asked of the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bartizan.desk.errors import CommandError, StaleVersionError, TransitionError
from bartizan.desk.event import Event
from bartizan.desk.incidents import events as e
from bartizan.desk.incidents.state import (
    MANNERS,
    RELATIONS,
    SHARINGS,
    Incident,
    Manner,
    Relation,
    Sending,
    Sharing,
)
from bartizan.desk.procedures.run import require_step
from bartizan.desk.said import optional_text, person, text
from bartizan.site.procedure import Procedure

LONGEST_TITLE = 200
Events = tuple[Event, ...]


def title_of(words: str) -> str:
    """A title, checked: one printable line."""
    words = words.strip() if isinstance(words, str) else ""
    if not words or len(words) > LONGEST_TITLE or not words.isprintable():
        raise CommandError(f"an incident is called something in one line of 1 to {LONGEST_TITLE} characters")
    return words


def decide_join(incident: Incident, alarm: str, *, by: str, at: datetime) -> Events:
    """Let an alarm belong to it. It does already: nothing changes."""
    _open(incident, "given more alarms")
    if alarm in incident.alarms:
        return ()
    return (e.AlarmJoined(version=incident.version + 1, at=at, by=person(by), alarm=alarm),)


def decide_part(incident: Incident, alarm: str, *, by: str, at: datetime, reason: str) -> Events:
    """Take an alarm out that does not belong to it; one alarm at least stays, where it had any."""
    _open(incident, "changed")
    if alarm not in incident.alarms:
        return ()
    reason = text(reason, "reason")
    return (e.AlarmParted(version=incident.version + 1, at=at, by=person(by), alarm=alarm, reason=reason),)


def decide_title(incident: Incident, title: str, *, by: str, at: datetime) -> Events:
    """Call it something else."""
    _open(incident, "renamed")
    title = title_of(title)
    if title == incident.title:
        return ()
    return (e.Titled(version=incident.version + 1, at=at, by=person(by), title=title),)


def decide_classify(
    incident: Incident, kind: str, procedure: Procedure | None, *, by: str, at: datetime, version: int | None = None
) -> Events:
    """Say what kind of incident it is. Its procedure begins; what was done under another one stays as history."""
    _open(incident, "classified")
    if incident.kind == kind:
        return ()
    _current(incident, version)
    return (
        e.Classified(
            version=incident.version + 1, at=at, by=person(by), incident_kind=title_of(kind), procedure=procedure
        ),
    )


def decide_lead(incident: Incident, *, by: str, at: datetime) -> Events:
    """Lead it from now on. One leads; the last who says so."""
    _open(incident, "led")
    by = person(by)
    return () if incident.lead == by else (e.Led(version=incident.version + 1, at=at, by=by, lead=by),)


def decide_step(
    incident: Incident,
    step: str,
    *,
    by: str,
    at: datetime,
    answer: str | None = None,
    note: str | None = None,
    version: int | None = None,
) -> Events:
    """The present step of its procedure is done. Errors: TransitionError out of its turn; CommandError."""
    _open(incident, "led by a procedure")
    by = person(by)
    if step in _over(incident) and not _is_present(incident, step):
        return ()  # somebody pressed the key first: it is done once
    require_step(incident.run, step, answer)
    _current(incident, version)
    words = optional_text(note, "note")
    return (e.StepDone(version=incident.version + 1, at=at, by=by, step=step, answer=answer, note=words),)


def decide_skip(
    incident: Incident, step: str, *, by: str, at: datetime, reason: str, version: int | None = None
) -> Events:
    """Skip the present step, for a reason. The supervisor has to see it."""
    _open(incident, "led by a procedure")
    by, reason = person(by), text(reason, "reason")
    require_step(incident.run, step, None, skipping=True)
    _current(incident, version)
    return (e.StepSkipped(version=incident.version + 1, at=at, by=by, step=step, reason=reason),)


def decide_see_skip(incident: Incident, place: int, *, by: str, at: datetime) -> Events:
    """A supervisor has seen that the step at `place` (from 1) was skipped; not who skipped it."""
    by = person(by)
    steps = incident.steps
    if not 1 <= place <= len(steps) or not steps[place - 1].skipped:
        raise CommandError(f"step number {place} of incident {incident.number} was not skipped. Read it again")
    if steps[place - 1].seen_by is not None:
        return ()
    if steps[place - 1].by == by:
        raise TransitionError(f"{by} skipped this step. Somebody else has to see it")
    return (e.SkipSeen(version=incident.version + 1, at=at, by=by, place=place),)


def decide_send(incident: Incident, responder: str, *, by: str, at: datetime) -> Events:
    """Send a responder. Under way already: nothing changes."""
    _open(incident, "answered")
    if incident.sending(responder) is not None:
        return ()
    return (e.Sent(version=incident.version + 1, at=at, by=person(by), responder=responder),)


def decide_answered(incident: Incident, responder: str, *, by: str, at: datetime) -> Events:
    """The responder confirms. Errors: TransitionError where they were not sent."""
    sending = _sent(incident, responder)
    if sending.answered_at is not None:
        return ()
    return (e.Answered(version=incident.version + 1, at=at, by=person(by), responder=responder),)


def decide_arrived(incident: Incident, responder: str, *, by: str, at: datetime) -> Events:
    """The responder is on the scene. Errors: TransitionError where they were not sent."""
    sending = _sent(incident, responder)
    if sending.on_scene_at is not None:
        return ()
    return (e.Arrived(version=incident.version + 1, at=at, by=person(by), responder=responder),)


def decide_left(incident: Incident, responder: str, *, by: str, at: datetime) -> Events:
    """The responder is free again."""
    _sent(incident, responder)
    return (e.Left(version=incident.version + 1, at=at, by=person(by), responder=responder),)


def decide_contain(incident: Incident, how: str, *, by: str, at: datetime) -> Events:
    """Whoever it was can do no more harm. Contained already: nothing changes."""
    _open(incident, "contained")
    if incident.timers.contained is not None:
        return ()
    return (e.Contained(version=incident.version + 1, at=at, by=person(by), how=text(how, "outcome")),)


def decide_note(incident: Incident, words: str, *, by: str, at: datetime) -> Events:
    """Write something down; also when it is over."""
    return (e.Noted(version=incident.version + 1, at=at, by=person(by), text=text(words, "note")),)


def decide_media(incident: Incident, item: str, *, by: str, at: datetime) -> Events:
    """An item of the evidence belongs to it."""
    if item in incident.media:
        return ()
    return (e.MediaAdded(version=incident.version + 1, at=at, by=person(by), item=item),)


def decide_manner(incident: Incident, manner: Iterable[str], *, by: str, at: datetime) -> Events:
    """Say how it was done, of a closed list that holds conduct and nothing of how somebody looks."""
    _open(incident, "described")
    given = set(manner)
    if unknown := sorted(given - set(MANNERS)):
        raise CommandError(f"{unknown[0]!r:.40} is no manner. Choose of {', '.join(MANNERS)}")
    chosen: tuple[Manner, ...] = tuple(one for one in MANNERS if one in given)
    if chosen == incident.manner:
        return ()
    return (e.MannerSet(version=incident.version + 1, at=at, by=person(by), manner=chosen),)


def decide_link(incident: Incident, other: Incident, relation: Relation, *, by: str, at: datetime) -> Events:
    """Say that two incidents belong together. Errors: TransitionError where one is an exercise and one is not."""
    if relation not in RELATIONS:
        raise CommandError(f"{relation!r:.40} is no way to belong together. Choose of {', '.join(RELATIONS)}")
    if other.id == incident.id:
        raise CommandError(f"incident {incident.number} cannot be linked to itself. Name another one")
    if any(one.incident == other.id and one.kind == relation for one in incident.links):
        return ()
    return (e.Linked(version=incident.version + 1, at=at, by=person(by), incident=other.id, relation=relation),)


def decide_unlink(incident: Incident, other: str, *, by: str, at: datetime, reason: str) -> Events:
    """A link was wrong."""
    if all(one.incident != other for one in incident.links):
        return ()
    reason = text(reason, "reason")
    return (e.Unlinked(version=incident.version + 1, at=at, by=person(by), incident=other, reason=reason),)


def decide_decline(incident: Incident, offer: str, *, by: str, at: datetime) -> Events:
    """What was offered does not belong to it; it is not offered again."""
    if offer in incident.declined:
        return ()
    return (e.Declined(version=incident.version + 1, at=at, by=person(by), offer=text(offer, "name")),)


def decide_share(
    incident: Incident, sharing: Sharing, partners: Sequence[str], *, by: str, at: datetime, version: int | None = None
) -> Events:
    """Say how far it may travel, and which agencies may read it here. Nobody reads what is RED but who was there."""
    if sharing not in SHARINGS:
        raise CommandError(f"{sharing!r:.40} is no sharing level. Choose of {', '.join(SHARINGS)}")
    named = tuple(dict.fromkeys(partners))
    if sharing == "red" and named:
        raise CommandError("what is RED is read by nobody outside. Take the partners out, or choose another level")
    if (sharing, named) == (incident.sharing, incident.partners):
        return ()
    _current(incident, version)
    return (e.SharingSet(version=incident.version + 1, at=at, by=person(by), sharing=sharing, partners=named),)


def decide_hand_over(incident: Incident, partner: str, *, by: str, at: datetime, note: str | None = None) -> Events:
    """A partner agency has the case from now on. Work on it may go on here."""
    _open(incident, "handed over")
    if incident.sharing == "red":
        raise TransitionError(
            f"incident {incident.number} is RED: it goes to nobody. Choose another sharing level before handing it over"
        )
    if incident.state == "handed-over" and partner in incident.partners:
        return ()
    words = optional_text(note, "note")
    return (e.HandedOver(version=incident.version + 1, at=at, by=person(by), partner=partner, note=words),)


def decide_resolve(
    incident: Incident, outcome: str, *, by: str, at: datetime, waiting: Sequence[int] = (), version: int | None = None
) -> Events:
    """It is over. Every step of its procedure is done or skipped by then, and every alarm assessed.

    `waiting` are the numbers of its alarms that nobody has assessed.
    """
    _open(incident, "resolved")
    by, outcome = person(by), text(outcome, "outcome")
    present = None if incident.run is None else incident.run.step
    if present is not None:
        raise TransitionError(
            f"incident {incident.number} is at step {present.id!r} ({present.text[:60]}). "
            "Do the steps that are left, or skip them with a reason"
        )
    if waiting:
        numbers = ", ".join(map(str, waiting))
        raise TransitionError(f"incident {incident.number}: alarm {numbers} is not assessed. Say first what it was")
    _current(incident, version)
    return (e.Resolved(version=incident.version + 1, at=at, by=by, outcome=outcome),)


def decide_close(incident: Incident, *, by: str, at: datetime, version: int | None = None) -> Events:
    """Nothing is left to do: it is resolved, and the supervisor has seen what was skipped."""
    by = person(by)
    if incident.state in ("closed", "reviewed"):
        return ()
    if incident.state != "resolved":
        raise TransitionError(f"incident {incident.number} is {incident.state}. Resolve it first, then close it")
    if incident.unseen_skips:
        raise TransitionError(
            f"incident {incident.number}: {len(incident.unseen_skips)} skipped steps were seen by no supervisor. "
            "Ask one to look at them"
        )
    _current(incident, version)
    return (e.Closed(version=incident.version + 1, at=at, by=by),)


def decide_reopen(incident: Incident, reason: str, *, by: str, at: datetime, version: int | None = None) -> Events:
    """It is not over after all."""
    by, reason = person(by), text(reason, "reason")
    if incident.is_open:
        raise TransitionError(f"incident {incident.number} is {incident.state}, so it cannot be reopened")
    _current(incident, version)
    return (e.Reopened(version=incident.version + 1, at=at, by=by, reason=reason),)


def decide_review(incident: Incident, words: str, *, by: str, at: datetime, version: int | None = None) -> Events:
    """Somebody who did not lead it says how it was dealt with."""
    by, words = person(by), text(words, "review")
    if incident.state != "closed":
        raise TransitionError(f"incident {incident.number} is {incident.state}. It is reviewed once it is closed")
    if by == incident.lead:
        raise TransitionError(f"{by} led incident {incident.number}. Somebody else reviews it")
    _current(incident, version)
    return (e.Reviewed(version=incident.version + 1, at=at, by=by, text=words),)


def _over(incident: Incident) -> set[str]:
    return set() if incident.run is None else {one.step for one in incident.run.done}


def _is_present(incident: Incident, step: str) -> bool:
    return incident.run is not None and incident.run.present == step


def _sent(incident: Incident, responder: str) -> Sending:
    _open(incident, "answered")
    sending = incident.sending(responder)
    if sending is None:
        raise TransitionError(f"{responder!r:.60} is not on the way to incident {incident.number}. Send them first")
    return sending


def _current(incident: Incident, version: int | None) -> None:
    if version is not None and not incident.stale_below <= version <= incident.version:
        raise StaleVersionError(f"incident {incident.number}", version, incident.version)


def _open(incident: Incident, what: str) -> None:
    if not incident.is_open:
        raise TransitionError(f"incident {incident.number} is {incident.state} and cannot be {what}. Reopen it first")
