"""Is anybody there? What the desk must sound by itself when those who should hear it are missing.

Three things are watched, each only where the site's rules give it a time: that somebody is on duty, that a screen of
somebody on duty is alive, and that each person on duty gives a sign of life when asked.

It does not model illness, sleep with open eyes, or somebody who answers for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bartizan.desk.duty.presence import Roster
from bartizan.site.duty import DutyRules

LapseKind = Literal["desk-unmanned", "desk-unwatched", "no-sign-of-life"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """Something that holds and must be sounded: of whom (None: of all), since when, and when it fell due (UTC)."""

    kind: LapseKind
    person: str | None
    since: datetime
    due: datetime


def lapses(
    roster: Roster | None, beats: Mapping[str, datetime], rules: DutyRules, at: datetime, opened: datetime
) -> tuple[Lapse, ...]:
    """What is amiss at `at` (UTC).

    `beats`: when a screen of each person was last heard of; `opened`: since when this run of the desk listens, before
    which no screen could be heard.
    """
    if roster is None:
        return ()
    if not roster.people:
        since = roster.vacant_since or roster.begun_at
        return _fallen("desk-unmanned", None, since, rules.unmanned_after, at)
    latest = max((beats[one.person] for one in roster.people if one.person in beats), default=None)
    arrived = max(one.since for one in roster.people)
    last = max(moment for moment in (latest, arrived, opened) if moment is not None)
    found = _fallen("desk-unwatched", None, last, rules.unwatched_after, at)
    if rules.answer_every is None:
        return found
    allowed = rules.answer_every + rules.answer_within
    for one in roster.people:
        found += _fallen("no-sign-of-life", one.person, one.answered_at, allowed, at)
    return found


def asked(roster: Roster | None, rules: DutyRules, at: datetime) -> tuple[tuple[str, datetime], ...]:
    """Who is to give a sign of life now, and until when (UTC); those who are late already stay in it."""
    if roster is None or rules.answer_every is None:
        return ()
    every, within = timedelta(seconds=rules.answer_every), timedelta(seconds=rules.answer_within)
    return tuple(
        (one.person, one.answered_at + every + within) for one in roster.people if at >= one.answered_at + every
    )


def _fallen(
    kind: LapseKind, person: str | None, since: datetime, seconds: float | None, at: datetime
) -> tuple[Lapse, ...]:
    if seconds is None:
        return ()
    due = since + timedelta(seconds=seconds)
    return (Lapse(kind=kind, person=person, since=since, due=due),) if at >= due else ()
