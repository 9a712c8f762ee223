"""How alike two cases at one site are: place, time of day and week, behaviour, manner; with the reasons.

Each of the four gives 0 to 1, and the score is their weighted mean over what both cases say. The weights are a choice,
not a measurement: they order what is offered to a person, who decides. Nothing here knows what anybody looks like.

What it does not model: how rare a behaviour is at this place. On a busy pavement much is alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ReasonKind = Literal["same-place", "near-place", "time", "weekday", "behaviour", "scouted", "manner", "days"]
Nearness = Callable[[str, str], float]

PLACE, BEHAVIOUR, TIME, MANNER = 0.4, 0.25, 0.2, 0.15
WEEKDAY = 0.3  # of the time: the day of the week against the time of day
ALIKE_FOR = 90.0  # minutes between two times of day at which they are alike no more
SCOUTED = 0.7  # who looked the place over before somebody came: not the same behaviour, and worth knowing
OFFERED = 0.4  # below this nobody is bothered with it
_DAY = 24 * 60

SCOUTING = frozenset(
    {"loitering", "wandering", "pacing", "laps", "repeated-pass", "approach", "left-object", "gathering"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is compared of a case: its places by id, when it was noticed (by the site's clock), what and how."""

    places: frozenset[str]
    moments: tuple[datetime, ...]
    kinds: frozenset[str]
    manner: frozenset[str] = frozenset()

    @property
    def scouts(self) -> bool:
        """Whether all of it is looking a place over, and nothing an attempt."""
        return bool(self.kinds) and self.kinds <= SCOUTING


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why two cases are alike: `about` are the ids, kinds or times that it is about."""

    kind: ReasonKind
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike: `score` from 0 to 1, and why, the weightiest reason first."""

    score: float
    reasons: tuple[Reason, ...] = field(default=())


def joined(traces: Iterable[Trace]) -> Trace:
    """One trace of several, as of an incident of its alarms."""
    every = tuple(traces)
    return Trace(
        places=frozenset().union(*(one.places for one in every)),
        moments=tuple(sorted(moment for one in every for moment in one.moments)),
        kinds=frozenset().union(*(one.kinds for one in every)),
        manner=frozenset().union(*(one.manner for one in every)),
    )


def likeness(new: Trace, old: Trace, near: Nearness) -> Likeness:
    """How alike an earlier case is to a new one. `near` says of two places by id how near they are, 0 to 1."""
    place, places = _place(new, old, near)
    behaviour, kinds = _behaviour(new, old)
    time, times = _time(new, old)
    parts = [(PLACE, place), (BEHAVIOUR, behaviour), (TIME, time)]
    reasons = [*places, *kinds, *times]
    if new.manner and old.manner:
        shared = new.manner & old.manner
        parts.append((MANNER, len(shared) / len(new.manner | old.manner)))
        if shared:
            reasons.append(Reason(kind="manner", about=tuple(sorted(shared))))
    days = sorted({moment.date() for moment in old.moments})
    if len(days) > 1:
        reasons.append(Reason(kind="days", about=tuple(day.isoformat() for day in days)))
    weight = sum(part for part, _ in parts)
    return Likeness(score=sum(part * value for part, value in parts) / weight, reasons=tuple(reasons))


class Sieve:
    """The score of many earlier cases of one moment each, told fast and without reasons; as `likeness` has it."""

    def __init__(self, new: Trace, near: Nearness) -> None:
        self._new, self._near = new, near
        self._minutes = tuple({minute_of(moment) for moment in new.moments})
        self._days = frozenset(moment.weekday() for moment in new.moments)
        self._known: dict[tuple[frozenset[str], frozenset[str]], float] = {}

    def score(self, old: Trace, minute: float, weekday: int) -> float:
        """How alike a case is that has no manner and one moment, at this `minute` of the day and `weekday`."""
        key = (old.places, old.kinds)
        rest = self._known.get(key)
        if rest is None:
            rest = PLACE * _place(self._new, old, self._near)[0] + BEHAVIOUR * _behaviour(self._new, old)[0]
            self._known[key] = rest
        best = float(_DAY)
        for one in self._minutes:
            apart = abs(one - minute)
            best = min(best, apart, _DAY - apart)
        time = (1.0 - WEEKDAY) * max(0.0, 1.0 - best / ALIKE_FOR) + (WEEKDAY if weekday in self._days else 0.0)
        return (rest + TIME * time) / (PLACE + BEHAVIOUR + TIME)


def minute_of(moment: datetime) -> float:
    """The minute of the day, by the moment's own clock."""
    return moment.hour * 60 + moment.minute + moment.second / 60


def _place(new: Trace, old: Trace, near: Nearness) -> tuple[float, list[Reason]]:
    shared = new.places & old.places
    if shared:
        return 1.0, [Reason(kind="same-place", about=tuple(sorted(shared)))]
    best, pair = max(
        ((near(one, other), (one, other)) for one in sorted(new.places) for other in sorted(old.places)),
        default=(0.0, ("", "")),
    )
    return best, [Reason(kind="near-place", about=pair)] if best > 0 else []


def _behaviour(new: Trace, old: Trace) -> tuple[float, list[Reason]]:
    shared = new.kinds & old.kinds
    if shared:
        return len(shared) / min(len(new.kinds), len(old.kinds)), [
            Reason(kind="behaviour", about=tuple(sorted(shared)))
        ]
    if old.scouts and new.kinds and not new.scouts:
        return SCOUTED, [Reason(kind="scouted", about=tuple(sorted(old.kinds)))]
    return 0.0, []


def _time(new: Trace, old: Trace) -> tuple[float, list[Reason]]:
    apart, one, other = min(
        ((_apart(one, other), one, other) for one in new.moments for other in old.moments),
        default=(float(_DAY), None, None),
    )
    alike = max(0.0, 1.0 - apart / ALIKE_FOR)
    reasons = []
    if alike > 0 and one is not None and other is not None:
        reasons.append(Reason(kind="time", about=(f"{one:%H:%M}", f"{other:%H:%M}")))
    days = {moment.weekday() for moment in new.moments} & {moment.weekday() for moment in old.moments}
    if days:
        reasons.append(Reason(kind="weekday", about=tuple(str(day) for day in sorted(days))))
    return (1.0 - WEEKDAY) * alike + (WEEKDAY if days else 0.0), reasons


def _apart(one: datetime, other: datetime) -> float:
    """Minutes between two times of day, the shorter way round the clock."""
    minutes = abs(minute_of(one) - minute_of(other))
    return min(minutes, _DAY - minutes)
