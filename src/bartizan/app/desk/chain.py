"""Which alarms belong to one intrusion, when it was first known, and how deep it has come.

A chain holds the open alarms of one kind (exercise or real) inside the layers that are undisposed or real and that
follow one another within `window`: each later one became known no longer than that after an earlier one was last
heard of. Its t0 is the earliest `known_at`, its place the deepest. So an alarm deeper in moves the place and never
restarts the clock; one less deep, or a second one as deep, changes nothing. The delay from the deeper place on then
counts from t0 as well, which errs towards too little time, never too much.

A condition that has cleared does not end a chain: a door that shuts behind an intruder clears its contact. An
assessment does: what was nuisance, false, test, exercise, duplicate or unresolved drops out.

It does not model two intrusions at once on one site: they read as one chain, with the earlier start and the deeper
place, which errs towards too little time, never too much.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bartizan.app.desk.place import Place, Places
from bartizan.desk.alarms import Alarm

CHAIN_WINDOW = timedelta(minutes=30)  # longer than any crossing of the layers of a compact site


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Alarms of one intrusion, earliest first: since when it is known (UTC), and where it is."""

    alarms: tuple[Alarm, ...]
    since: datetime
    place: Place


def chain_of(alarm: Alarm, alarms: Iterable[Alarm], places: Places, window: timedelta = CHAIN_WINDOW) -> Chain | str:
    """The chain that the alarm belongs to, or in words why it has no place.

    `alarms` are the open alarms of the site. An alarm in an outside area, one from where nothing leads to a target,
    and one that is closed or was something else than real, is a chain of itself alone.
    """
    own = places.of(alarm)
    if isinstance(own, str):
        return own
    if not _counts(alarm, own):
        return Chain(alarms=(alarm,), since=alarm.known_at, place=own)
    members: list[tuple[Alarm, Place]] = []
    for other in alarms:
        place = places.of(other)
        if other.exercise == alarm.exercise and isinstance(place, Place) and _counts(other, place):
            members.append((other, place))
    members.sort(key=lambda member: (member[0].known_at, member[0].number))
    run: list[tuple[Alarm, Place]] = []
    for member in members:
        if run and member[0].known_at - max(before.heard_at for before, _ in run) > window:
            if any(before.id == alarm.id for before, _ in run):
                break
            run = []
        run.append(member)
    # another alarm as deep moves nothing: the earliest there says where
    _, place = min(run, key=lambda member: (member[1].depth, member[0].known_at, member[0].number))
    return Chain(alarms=tuple(member for member, _ in run), since=run[0][0].known_at, place=place)


def _counts(alarm: Alarm, place: Place) -> bool:
    return alarm.is_open and alarm.disposition in (None, "real") and not place.outside and place.depth != float("inf")
