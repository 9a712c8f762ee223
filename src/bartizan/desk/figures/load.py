"""The load on an operator: how many alarms a minute, an hour, a day, and whether that can be worked through.

The limits are those usually quoted of EEMUA Publication 191 and ANSI/ISA-18.2; they are shown as typical and claim
no compliance (see docs/explanation).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from bartizan.desk.figures.interval import Interval, rate, share
from bartizan.desk.figures.life import Life, Origin
from bartizan.errors import InputError

MINUTE, WINDOW, HOUR, DAY = timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)
FLOOD_BEGINS = 10  # more than so many in ten minutes, of one position
FLOOD_ENDS = 5  # fewer than so many in ten minutes
CHATTER = 3  # as often within a minute, from one source
FLEETING = timedelta(seconds=10)  # gone before anybody can look
STALE = DAY  # without a break
TOP = 10
LEAST_SOURCES = 200  # of fewer, ten bear more than 5 % even where all tell the same

LIMITS: Mapping[str, float] = MappingProxyType(
    {
        "per_ten_minutes": 1.0,
        "per_hour": 6.0,
        "per_day": 150.0,
        "busiest_minute": 2.0,
        "busiest_ten_minutes": 10.0,
        "busiest_hour": 15.0,
        "windows_over": 0.01,
        "flood_share": 0.01,
        "chattering": 0.0,
        "stale": 5.0,
        "top_share": 0.05,
    }
)
"""What is usually held to be workable, of one position: above it the figure is marked."""

MIX: Mapping[str, float] = MappingProxyType({"high": 0.05, "medium": 0.15, "low": 0.80})
"""The mix of priorities that is usually advised."""


class Peak(NamedTuple):
    """The most alarms in any stretch of one length, and when the first of them came; None where there were none."""

    alarms: int
    begins: datetime | None


class Flood(NamedTuple):
    """Windows of ten minutes in which more came than anybody can deal with."""

    begins: datetime
    ends: datetime
    alarms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the operators of `positions` had to hear in `hours`; rates, peaks and floods are of one position.

    `sounded` counts calls for attention, of which an alarm whose condition comes back makes several; `suppressed` are
    those that were none because what they are about was out of service. `standing` were
    active at the end, `stale` are those that ever were for a day on end. `chattering`: sources that called three times
    within a minute, with how often they did in all. `top`: the ten sources that called most, with their part of all;
    `sources` is how many called at all.
    """

    positions: int
    hours: float
    sounded: int
    suppressed: int
    per_ten_minutes: Interval
    per_hour: Interval
    per_day: Interval
    busiest_minute: Peak
    busiest_ten_minutes: Peak
    busiest_hour: Peak
    windows: int
    windows_over: int
    floods: tuple[Flood, ...]
    standing: int
    stale: int
    fleeting: int
    chattering: tuple[tuple[Origin, int], ...]
    priorities: Mapping[str, tuple[int, Interval]]
    top: tuple[tuple[Origin, int, float], ...]
    sources: int

    @property
    def flood_hours(self) -> float:
        """How long floods lasted in all [h]."""
        return sum((flood.ends - flood.begins) / HOUR for flood in self.floods)

    @property
    def judged(self) -> Mapping[str, float]:
        """The figures that `LIMITS` speaks of, by the same names."""
        return {
            "per_ten_minutes": self.per_ten_minutes.value,
            "per_hour": self.per_hour.value,
            "per_day": self.per_day.value,
            "busiest_minute": self.busiest_minute.alarms / self.positions,
            "busiest_ten_minutes": self.busiest_ten_minutes.alarms / self.positions,
            "busiest_hour": self.busiest_hour.alarms / self.positions,
            "windows_over": self.windows_over / self.windows if self.windows else 0.0,
            "flood_share": self.flood_hours / self.hours,
            "chattering": float(len(self.chattering)),
            "stale": self.stale / (self.hours / 24.0),
            "top_share": sum(part for _, _, part in self.top),
        }

    @property
    def over(self) -> tuple[str, ...]:
        """Which figures are above what is usually held to be workable; of few sources the busiest ten say nothing."""
        above = [name for name, value in self.judged.items() if value > LIMITS[name]]
        return tuple(name for name in above if name != "top_share" or self.sources >= LEAST_SOURCES)


def load_of(lives: Iterable[Life], since: datetime, until: datetime, positions: int = 1) -> Load:
    """What did `positions` operators have to hear from `since` up to, not including, `until`?

    Windows of ten minutes stand side by side from `since`; a last one that is not whole is not judged. Peaks are over
    windows wherever they lie. A flood begins with the window that brings one position more than ten alarms and ends
    with the first that brings fewer than five. Errors: InputError where the time is none, or nobody listens.

    Sources: EEMUA Publication 191 and ANSI/ISA-18.2 for what is counted. It does not know when the desk was not
    running, nor who sat at it: a position counts for the whole time.
    """
    if not since < until:
        raise InputError(f"a load needs some time: it begins at {since} and ends at {until}. Give an end after it")
    if positions < 1:
        raise InputError(f"a load is of one operator's position or more, not of {positions}. Give 1 or more")
    lives = tuple(lives)
    calls = sorted((at, life.origin) for life in lives for at in life.sounded if since <= at < until)
    times = [at for at, _ in calls]
    hours = (until - since) / HOUR
    counts = _windows(times, since, until)
    return Load(
        positions=positions,
        hours=hours,
        sounded=len(calls),
        suppressed=sum(since <= at < until for life in lives for at in life.suppressed),
        per_ten_minutes=rate(len(calls), hours * 6.0 * positions),
        per_hour=rate(len(calls), hours * positions),
        per_day=rate(len(calls), hours / 24.0 * positions),
        busiest_minute=_peak(times, MINUTE),
        busiest_ten_minutes=_peak(times, WINDOW),
        busiest_hour=_peak(times, HOUR),
        windows=len(counts),
        windows_over=sum(count > FLOOD_BEGINS * positions for count in counts),
        floods=_floods(counts, since, positions),
        standing=sum(_active(life, until) for life in lives),
        stale=sum(_stale(life, since, until) for life in lives),
        fleeting=sum(_fleeting(life, since, until) for life in lives),
        chattering=_chattering(calls),
        priorities=_mix(lives, since, until),
        top=_top(calls),
        sources=len({origin for _, origin in calls}),
    )


def _windows(times: Sequence[datetime], since: datetime, until: datetime) -> list[int]:
    """How many came in each whole window of ten minutes."""
    counts = [0] * ((until - since) // WINDOW)
    for at in times:
        number = (at - since) // WINDOW
        if number < len(counts):
            counts[number] += 1
    return counts


def _peak(times: Sequence[datetime], length: timedelta) -> Peak:
    """The most within `length`; two that are exactly so far apart are not in one."""
    found = Peak(0, None)
    for index, begins in enumerate(times):
        count = bisect_left(times, begins + length) - index
        if count > found.alarms:
            found = Peak(count, begins)
    return found


def _floods(counts: Sequence[int], since: datetime, positions: int) -> tuple[Flood, ...]:
    floods = []
    begun: int | None = None
    for number, count in enumerate([*counts, 0]):
        if begun is None and count > FLOOD_BEGINS * positions:
            begun = number
        elif begun is not None and (count < FLOOD_ENDS * positions or number == len(counts)):
            floods.append(Flood(since + begun * WINDOW, since + number * WINDOW, sum(counts[begun:number])))
            begun = None
    return tuple(floods)


def _active(life: Life, at: datetime) -> bool:
    return any(begun < at and (ended is None or ended >= at) for begun, ended in life.active)


def _stale(life: Life, since: datetime, until: datetime) -> bool:
    """Whether it became a day old, without a break, within the time."""
    return any(
        since <= begun + STALE < until and (ended is None or ended - begun > STALE) for begun, ended in life.active
    )


def _fleeting(life: Life, since: datetime, until: datetime) -> int:
    return sum(
        ended is not None and since <= begun < until and ended - begun < FLEETING for begun, ended in life.active
    )


def _chattering(calls: Sequence[tuple[datetime, Origin]]) -> tuple[tuple[Origin, int], ...]:
    by_origin: dict[Origin, list[datetime]] = {}
    for at, origin in calls:
        by_origin.setdefault(origin, []).append(at)
    found = [(origin, len(times)) for origin, times in by_origin.items() if _peak(times, MINUTE).alarms >= CHATTER]
    return tuple(sorted(found, key=lambda one: (-one[1], one[0])))


def _mix(lives: Iterable[Life], since: datetime, until: datetime) -> Mapping[str, tuple[int, Interval]]:
    counts = Counter(life.priority for life in lives if since <= life.raised_at < until)
    return {name: (counts[name], share(counts[name], counts.total())) for name in ("high", "medium", "low")}


def _top(calls: Sequence[tuple[datetime, Origin]]) -> tuple[tuple[Origin, int, float], ...]:
    counts = Counter(origin for _, origin in calls)
    first = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:TOP]
    return tuple((origin, count, count / len(calls)) for origin, count in first)
