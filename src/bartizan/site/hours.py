"""Hours: times of day on days of the week, by the clock on the wall of the site.

An interval that ends before it begins ends on the next day, and belongs to the day on which it begins: "mon 22:00 to
06:00" is Monday night. What counts is what the clock on the wall shows: on the night in which summer time begins
22:00 to 06:00 lasts seven hours, on the night in which it ends nine; an hour that the clock leaves out holds never,
one that it shows twice holds twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bartizan.errors import InputError

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60  # minutes


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """A time of day on days of the week: `days` as 0 (Monday) to 6, `begin` and `end` in minutes since midnight.

    `end` is not part of it; where it is not after `begin`, it lies on the next day.
    """

    begin: int
    end: int
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)

    def holds(self, wall: datetime) -> bool:
        """Whether they hold when the clock of the site shows `wall`."""
        minute = wall.hour * 60 + wall.minute
        if self.begin < self.end:
            return wall.weekday() in self.days and self.begin <= minute < self.end
        if minute >= self.begin:
            return wall.weekday() in self.days
        return minute < self.end and (wall.weekday() - 1) % 7 in self.days

    @property
    def words(self) -> str:
        """In words: "mon, tue 22:00 to 06:00"."""
        days = "" if len(self.days) == len(WEEK) else ", ".join(WEEK[day] for day in self.days) + " "
        return f"{days}{_clock(self.begin)} to {_clock(self.end)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def within(hours: Iterable[Hours], wall: datetime) -> bool:
    """Whether any of the hours hold when the clock of the site shows `wall`."""
    return any(one.holds(wall) for one in hours)


def words(hours: Iterable[Hours]) -> str:
    """All the hours in words."""
    return "; ".join(one.words for one in hours)


def instant(text: str, zone: ZoneInfo | None) -> datetime:
    """The instant (UTC) of a moment such as "2026-03-01T22:00" by the clock of `zone`, or "2026-03-01T21:00Z".

    Raises InputError where the zone is needed and None, and where the clock of the zone shows the moment twice or
    never because summer time ends or begins.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    if zone is None:
        raise InputError("is by the clock of the site, and the site has no time_zone")
    # PEP 495: the two readings differ where the clock shows it twice or leaves it out
    first = moment.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = moment.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first != second:
        twice = first < second
        raise InputError(f"is shown {'twice' if twice else 'never'} by the clock of {zone.key}, as summer time changes")
    return first


def wall_clock(start: datetime, seconds: float, zone: ZoneInfo | None) -> datetime:
    """What the clock of the site shows `seconds` after `start`; UTC where the site has no time zone."""
    return (start + timedelta(seconds=seconds)).astimezone(zone or UTC)
