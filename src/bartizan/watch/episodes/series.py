"""Counts over time: one bucket per hour of the clock, each with how long it was watched; hours of the week, days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Window = Literal["hour", "day", "week"]
HOUR: Window = "hour"
DAY: Window = "day"
WEEK: Window = "week"
WINDOWS: tuple[Window, ...] = (HOUR, DAY, WEEK)

# how far back the base reaches: half a year holds every hour of the week 26 times, and seasons go by
REACH = timedelta(weeks=26)
_HOURS = 24
_WEEK_HOURS = 7 * _HOURS
# days of a sort are alike: Monday to Friday, Saturday and Sunday
_WORKDAYS, _FREE = (0, 1, 2, 3, 4), (5, 6)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One window: `cell` is its hour of the week (0: Monday midnight), its weekday, or 0 for a week.

    `begins` (UTC) with the first hour that was watched, `day` its first date by the clock of the site, `count` of
    episodes, `hours` it was watched, on so many `dates`.
    """

    cell: int
    begins: datetime
    day: date
    count: int
    hours: float
    dates: int = 1


@dataclass(slots=True)
class Series:
    """The counts of one zone and kind, by hour (UTC); `zone` is the site's time zone, by which hours of the week go.

    In a time zone that is half an hour off, an hour of the week is one that begins at half past.
    """

    zone: ZoneInfo
    counts: dict[datetime, int] = field(default_factory=dict)
    seconds: dict[datetime, float] = field(default_factory=dict)

    def add(self, hour: datetime, count: int, seconds: float) -> None:
        """So many episodes more, and so long watched, in the hour that begins at `hour` (UTC)."""
        if count:
            self.counts[hour] = self.counts.get(hour, 0) + count
        if seconds > 0.0:
            self.seconds[hour] = min(3600.0, self.seconds.get(hour, 0.0) + seconds)

    def forget(self, now: datetime) -> None:
        """Drop what lies further back than the base reaches."""
        for held in (self.counts, self.seconds):
            for hour in [hour for hour in held if hour < now - REACH]:
                del held[hour]

    def buckets(self, window: Window) -> list[Bucket]:
        """The windows that were watched, in the order of time."""
        if window == HOUR:
            return [self._hour(hour) for hour in sorted(self.seconds)]
        found: dict[date, list[Bucket]] = {}
        for hour in sorted(self.seconds):
            bucket = self._hour(hour)
            found.setdefault(first_date(bucket.day, window), []).append(bucket)
        return [
            Bucket(
                cell_of(hours[0].cell, window),
                hours[0].begins,
                day,
                sum(hour.count for hour in hours),
                sum(hour.hours for hour in hours),
                len({hour.day for hour in hours}),
            )
            for day, hours in found.items()
        ]

    def _hour(self, hour: datetime) -> Bucket:
        wall = hour.astimezone(self.zone)
        cell = wall.weekday() * _HOURS + wall.hour
        return Bucket(cell, hour, wall.date(), self.counts.get(hour, 0), self.seconds[hour] / 3600.0)


def first_date(day: date, window: Window) -> date:
    """The date with which the window of a date begins: weeks begin on Monday."""
    return day - timedelta(days=day.weekday()) if window == WEEK else day


def cell_of(hour: int, window: Window) -> int:
    """The cell of the window in which an hour of the week lies."""
    return {HOUR: hour, DAY: hour // _HOURS, WEEK: 0}[window]


def dates(buckets: Iterable[Bucket]) -> int:
    """On how many dates something was watched."""
    return sum({bucket.day: bucket.dates for bucket in buckets}.values())


def neighbours(cell: int, window: Window) -> frozenset[int]:
    """The cells that are like one, without itself: the hours within one of it on days of its sort; days of its sort."""
    if window == WEEK:
        return frozenset()
    if window == DAY:
        return frozenset(_sort(cell)) - {cell}
    weekday, hour = divmod(cell, _HOURS)
    alike = {(day * _HOURS + hour + step) % _WEEK_HOURS for day in _sort(weekday) for step in (-1, 0, 1)}
    return frozenset(alike) - {cell}


def _sort(weekday: int) -> tuple[int, ...]:
    return _WORKDAYS if weekday in _WORKDAYS else _FREE


def before(buckets: Iterable[Bucket], begins: datetime) -> Iterator[Bucket]:
    """The buckets that began before an instant, as far back as the base reaches."""
    return (bucket for bucket in buckets if begins - REACH <= bucket.begins < begins)
