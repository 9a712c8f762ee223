"""What people may do with a hand-over of a shift: the hand-over and a command in, the events or a refusal out."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bartizan.desk.errors import TransitionError
from bartizan.desk.event import Event
from bartizan.desk.said import optional_text, person, text
from bartizan.desk.shifts.life import Accepted, Handover, Remarked, Signed, Withdrawn, digest_of


def decide_note(handover: Handover, words: str, *, by: str, at: datetime) -> tuple[Event, ...]:
    """Write a line for who comes. Once it is signed, what is written no longer belongs to what was signed."""
    by = person(by)
    if handover.state != "draft":
        raise TransitionError(
            f"hand-over {handover.number} is {handover.state}. Write it into the log-book, or withdraw and begin anew"
        )
    return (Remarked(version=handover.version + 1, at=at, by=by, text=text(words, "remark")),)


def decide_sign(handover: Handover, situation: Mapping[str, Any], *, by: str, at: datetime) -> tuple[Event, ...]:
    """Who goes signs the situation. Only they can; signed already, they may sign a newer one."""
    by = person(by)
    if not handover.is_open:
        raise TransitionError(f"hand-over {handover.number} is {handover.state}. Begin another one")
    if by != handover.outgoing:
        raise TransitionError(
            f"hand-over {handover.number} is {handover.outgoing}'s: they sign first, under their own log-in"
        )
    digest = digest_of(situation)
    if digest == handover.digest:
        return ()
    return (Signed(version=handover.version + 1, at=at, by=by, situation=situation, digest=digest),)


def decide_accept(
    handover: Handover, digest: str, *, by: str, at: datetime, remark: str | None = None
) -> tuple[Event, ...]:
    """Who comes signs the same: `digest` is of the situation that they have read. Never who goes."""
    by = person(by)
    if handover.state == "accepted" and handover.incoming == by:
        return ()
    if handover.state != "signed" or handover.digest is None:
        raise TransitionError(f"hand-over {handover.number} is {handover.state}. {handover.outgoing} signs it first")
    if by == handover.outgoing:
        raise TransitionError(f"{by} hands over and cannot take it too. Who comes signs under their own log-in")
    if not hmac.compare_digest(digest.encode(), handover.digest.encode()):
        raise TransitionError(
            f"hand-over {handover.number} was signed anew since it was read. Read it again, then sign"
        )
    words = optional_text(remark, "remark")
    return (Accepted(version=handover.version + 1, at=at, by=by, digest=handover.digest, remark=words),)


def decide_withdraw(handover: Handover, reason: str, *, by: str, at: datetime) -> tuple[Event, ...]:
    """It does not take place. Whoever is logged in may say so: the one who began it may be gone."""
    by, reason = person(by), text(reason, "reason")
    if not handover.is_open:
        raise TransitionError(f"hand-over {handover.number} is {handover.state} already")
    return (Withdrawn(version=handover.version + 1, at=at, by=by, reason=reason),)
