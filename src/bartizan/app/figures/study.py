"""The study: load, quality and times of a desk, of what was real and of exercises apart, by week and by shift."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from typing import Any

from bartizan import __version__
from bartizan.desk.event import instant
from bartizan.desk.figures import (
    Bucket,
    Interval,
    Life,
    Link,
    Load,
    Quality,
    Quantile,
    chain_times,
    load_of,
    quality_of,
    rate,
    share,
    shifts,
    weeks,
)
from bartizan.desk.figures.load import LIMITS, MIX, Peak
from bartizan.desk.figures.period import SHIFTS
from bartizan.desk.figures.quality import JUDGED
from bartizan.errors import InputError

SCHEMA = 1
LEAST_DAYS = 30.0
"""Fewer days say little of a desk: the advice is thirty or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One week, or one shift of every day: calls of one position an hour, who was right, how fast people were."""

    name: str
    hours: float
    alarms: int
    per_hour: Interval
    nuisance_share: Interval
    false_share: Interval
    acknowledged: Link
    on_scene: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Everything about one kind of alarms: the real ones, or those of exercises."""

    alarms: int
    load: Load
    quality: tuple[Quality, ...]
    chain: Mapping[str, Link]
    weeks: tuple[Stretch, ...]
    shifts: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresStudy:
    """What a desk's record says of its work from `since` up to `until` (UTC); weeks and shifts by `zone`'s clock."""

    since: datetime
    until: datetime
    zone: str
    positions: int
    real: Part
    exercise: Part

    @property
    def days(self) -> float:
        """How long it is [days]."""
        return (self.until - self.since).total_seconds() / 86_400.0

    def to_json(self) -> dict[str, Any]:
        """The study as JSON: what is not known or has no end is null, a key is never missing."""
        return {
            "schema": SCHEMA,
            "bartizan": __version__,
            "since": instant(self.since),
            "until": instant(self.until),
            "zone": self.zone,
            "positions": self.positions,
            "enough_days": self.days >= LEAST_DAYS,
            "limits": dict(LIMITS),
            "mix": dict(MIX),
            "real": _part(self.real),
            "exercise": _part(self.exercise),
        }


def study_figures(
    lives: Sequence[Life],
    *,
    until: datetime,
    since: datetime | None = None,
    zone: tzinfo = UTC,
    positions: int = 1,
    begins: Sequence[time] = SHIFTS,
) -> FiguresStudy:
    """What does the desk's record say of its work up to, not including, `until`?

    `since`: from when; None is the day, by the clock of `zone`, of the first alarm. `positions`: how many operators
    share the load; `begins`: when shifts begin. Alarms raised before `since` count for what they did within the time
    (`load_of`), and for nothing else. Errors: InputError where the time is none, nobody listens, or no shift begins.
    """
    if since is None:
        since = _first_day(lives, until, zone)
    if not since < until:
        raise InputError(f"figures need some time: from {since} to {until} is none. Give --since before --until")
    parts = [
        _study(
            [life for life in lives if life.exercise is exercise],
            since,
            until,
            zone=zone,
            positions=positions,
            begins=begins,
        )
        for exercise in (False, True)
    ]
    return FiguresStudy(since=since, until=until, zone=str(zone), positions=positions, real=parts[0], exercise=parts[1])


def _first_day(lives: Sequence[Life], until: datetime, zone: tzinfo) -> datetime:
    first = min((life.raised_at for life in lives), default=until)
    day = datetime.combine(first.astimezone(zone).date(), time(), tzinfo=zone).astimezone(UTC)
    return day if day < until else until


def _study(
    lives: Sequence[Life], since: datetime, until: datetime, *, zone: tzinfo, positions: int, begins: Sequence[time]
) -> Part:
    within = [life for life in lives if since <= life.raised_at < until]
    return Part(
        alarms=len(within),
        load=load_of(lives, since, until, positions),
        quality=quality_of(within, (until - since).total_seconds() / 86_400.0),
        chain=chain_times(within, until),
        weeks=tuple(_stretch(one, lives, until, positions) for one in weeks(since, until, zone)),
        shifts=tuple(_stretch(one, lives, until, positions) for one in shifts(since, until, zone, begins)),
    )


def _stretch(bucket: Bucket, lives: Sequence[Life], now: datetime, positions: int) -> Stretch:
    within = [life for life in lives if bucket.holds(life.raised_at)]
    calls = sum(bucket.holds(at) for life in lives for at in life.sounded)
    judged = [life.disposition for life in within if life.disposition in JUDGED]
    chain = chain_times(within, now)
    return Stretch(
        name=bucket.name,
        hours=bucket.hours,
        alarms=calls,
        per_hour=rate(calls, bucket.hours * positions),
        nuisance_share=share(judged.count("nuisance"), len(judged)),
        false_share=share(judged.count("false"), len(judged)),
        acknowledged=chain["acknowledged"],
        on_scene=chain["on_scene"],
    )


def _part(part: Part) -> dict[str, Any]:
    return {
        "alarms": part.alarms,
        "load": _load(part.load),
        "quality": [_quality(one) for one in part.quality],
        "chain": [_link(link) for link in part.chain.values()],
        "weeks": [_stretched(one) for one in part.weeks],
        "shifts": [_stretched(one) for one in part.shifts],
    }


def _load(load: Load) -> dict[str, Any]:
    return {
        "hours": load.hours,
        "sounded": load.sounded,
        "suppressed": load.suppressed,
        "per_ten_minutes": _ends(load.per_ten_minutes),
        "per_hour": _ends(load.per_hour),
        "per_day": _ends(load.per_day),
        "busiest_minute": _peak(load.busiest_minute),
        "busiest_ten_minutes": _peak(load.busiest_ten_minutes),
        "busiest_hour": _peak(load.busiest_hour),
        "windows": load.windows,
        "windows_over": load.windows_over,
        "floods": [
            {"begins": instant(one.begins), "ends": instant(one.ends), "alarms": one.alarms} for one in load.floods
        ],
        "flood_hours": load.flood_hours,
        "standing": load.standing,
        "stale": load.stale,
        "fleeting": load.fleeting,
        "chattering": [
            {"origin": origin.kind, "id": origin.id, "alarms": alarms} for origin, alarms in load.chattering
        ],
        "priorities": {
            name: {"alarms": count, "share": _ends(part)} for name, (count, part) in load.priorities.items()
        },
        "top": [
            {"origin": origin.kind, "id": origin.id, "alarms": alarms, "share": part}
            for origin, alarms, part in load.top
        ],
        "sources": load.sources,
        "judged": dict(load.judged),
        "over": list(load.over),
    }


def _quality(one: Quality) -> dict[str, Any]:
    return {
        "origin": one.origin.kind,
        "id": one.origin.id,
        "alarms": one.alarms,
        "real": one.real,
        "nuisance": one.nuisance,
        "false": one.false,
        "unjudged": one.unjudged,
        "nuisance_a_day": _ends(one.nuisance_a_day),
        "false_a_day": _ends(one.false_a_day),
        "nuisance_share": _ends(one.nuisance_share),
        "false_share": _ends(one.false_share),
    }


def _stretched(one: Stretch) -> dict[str, Any]:
    return {
        "name": one.name,
        "hours": one.hours,
        "alarms": one.alarms,
        "per_hour": _ends(one.per_hour),
        "nuisance_share": _ends(one.nuisance_share),
        "false_share": _ends(one.false_share),
        "acknowledged": _link(one.acknowledged),
        "on_scene": _link(one.on_scene),
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "name": link.name,
        "count": link.count,
        "waiting": link.waiting,
        "backwards": link.backwards,
        "median": _ends(link.median),
        "nine_in_ten": _ends(link.nine_in_ten),
    }


def _peak(peak: Peak) -> dict[str, Any]:
    return {"alarms": peak.alarms, "begins": None if peak.begins is None else instant(peak.begins)}


def _ends(found: Interval | Quantile) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in found._asdict().items()}
