"""Weeks and shifts, in the site's own time: a shift over the change of the clocks has an hour more or less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bartizan.errors import InputError

SHIFTS = (time(6), time(14), time(22))
"""When shifts begin, where nobody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A name and the stretches of time (UTC, from, up to) that bear it."""

    name: str
    pieces: tuple[tuple[datetime, datetime], ...]

    @property
    def hours(self) -> float:
        """How long they are in all [h]."""
        return sum((end - begin) / timedelta(hours=1) for begin, end in self.pieces)

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in one of them."""
        return any(begin <= at < end for begin, end in self.pieces)


def weeks(since: datetime, until: datetime, zone: tzinfo) -> tuple[Bucket, ...]:
    """The calendar weeks from `since` to `until`, Monday to Sunday by the clock of `zone`; the first and last cut.

    Names as ISO 8601 has them: 2026-W48.
    """
    found = []
    day = since.astimezone(zone).date()
    monday = day - timedelta(days=day.weekday())
    while (begin := _instant(monday, time(), zone)) < until:
        end = _instant(monday + timedelta(weeks=1), time(), zone)
        year, week, _ = monday.isocalendar()
        found.append(Bucket(name=f"{year}-W{week:02d}", pieces=((max(begin, since), min(end, until)),)))
        monday += timedelta(weeks=1)
    return tuple(found)


def shifts(since: datetime, until: datetime, zone: tzinfo, begins: Sequence[time] = SHIFTS) -> tuple[Bucket, ...]:
    """The shifts of every day from `since` to `until`; each begins at one of `begins` and lasts until the next.

    Errors: InputError where no shift is named, or one twice.
    """
    starts = sorted(begins)
    if not starts or len(set(starts)) != len(starts):
        raise InputError("shifts begin at one time of day or at several that differ. Give each once, such as 06:00")
    pieces: dict[str, list[tuple[datetime, datetime]]] = {}
    day = since.astimezone(zone).date() - timedelta(days=1)
    last = until.astimezone(zone).date()
    while day <= last:
        for index, start in enumerate(starts):
            over = index + 1 == len(starts)
            end_day, end = (day + timedelta(days=1), starts[0]) if over else (day, starts[index + 1])
            begin_at, end_at = max(_instant(day, start, zone), since), min(_instant(end_day, end, zone), until)
            name = f"{start:%H:%M} to {end:%H:%M}"
            if begin_at < end_at:
                pieces.setdefault(name, []).append((begin_at, end_at))
        day += timedelta(days=1)
    return tuple(Bucket(name=name, pieces=tuple(found)) for name, found in sorted(pieces.items()))


def _instant(day: date, at: time, zone: tzinfo) -> datetime:
    """A time of day on a day, in UTC; where clocks are put forward over it, the instant after the gap."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
