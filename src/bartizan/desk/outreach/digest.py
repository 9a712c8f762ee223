"""What happened in a day or a week, in counts alone unless the reader may know more. Exercises are not in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType

from bartizan.desk.alarms import Alarm
from bartizan.desk.outreach.consent import Every
from bartizan.desk.outreach.level import LEVELS, Level, within

SENT_AT = time(6)  # by the clock of the site
MOST_ITEMS = 50

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "subject.day": "{site}: the day to {date}",
        "subject.week": "{site}: the week to {date}",
        "period": "From {since} to {until}.",
        "alarms": "Alarms: {count}",
        "priority": "  of priority {name}: {count}",
        "disposition": "  assessed as {name}: {count}",
        "open": "  still open: {count}",
        "none": "No alarms.",
        "items": "What may be told to you (TLP:{level}):",
        "item": "- {words} (TLP:{level})",
        "more": "- and {count} more",
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """A line that tells more than counts, with how far it may go."""

    level: Level
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many alarms, by priority and by what they turned out to be; `open` were not closed yet."""

    alarms: int
    priorities: Mapping[str, int]
    dispositions: Mapping[str, int]
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A digest as text: its subject and its lines. `level`: the highest level of what is in it."""

    subject: str
    lines: tuple[str, ...]
    level: Level


def period_of(at: datetime, every: Every, zone: tzinfo) -> tuple[datetime, datetime]:
    """The last whole day or week before `at` that a digest speaks of (UTC): to six in the morning, weeks to Monday."""
    local = at.astimezone(zone)
    day = local.date() - timedelta(days=local.weekday() if every == "week" else 0)
    length = timedelta(days=7 if every == "week" else 1)
    if _instant(day, zone) > at:
        day -= length
    return _instant(day - length, zone), _instant(day, zone)


def _instant(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, SENT_AT, tzinfo=zone).astimezone(UTC)


def counts_of(alarms: Iterable[Alarm], since: datetime, until: datetime) -> Counts:
    """The real alarms raised from `since` up to `until`."""
    within_time = [alarm for alarm in alarms if not alarm.exercise and since <= alarm.raised_at < until]
    return Counts(
        alarms=len(within_time),
        priorities=Counter(alarm.priority for alarm in within_time),
        dispositions=Counter(alarm.disposition for alarm in within_time if alarm.disposition is not None),
        open=sum(alarm.is_open for alarm in within_time),
    )


def digest_of(
    counts: Counts,
    items: Iterable[Item],
    *,
    site: str,
    every: Every,
    since: datetime,
    until: datetime,
    zone: tzinfo,
    reader: Level,
) -> Digest:
    """The digest for one reader: counts, and of the items those that the reader's level allows. Red never."""
    told = [item for item in items if within(item.level, reader)]
    begin, end = since.astimezone(zone), until.astimezone(zone)
    lines = [WORDS["period"].format(since=f"{begin:%Y-%m-%d %H:%M}", until=f"{end:%Y-%m-%d %H:%M %Z}"), ""]
    lines += _counted(counts)
    if told:
        # "clear" is in everybody's reach, so a reader of it is shown what is clear
        lines += ["", WORDS["items"].format(level=reader.upper())]
        lines += [WORDS["item"].format(words=one.words, level=one.level.upper()) for one in told[:MOST_ITEMS]]
        lines += [WORDS["more"].format(count=len(told) - MOST_ITEMS)] if len(told) > MOST_ITEMS else []
    subject = WORDS[f"subject.{every}"].format(site=site, date=f"{end:%Y-%m-%d}")
    highest: Level = max((item.level for item in told), key=LEVELS.index, default="clear")
    return Digest(subject=subject, lines=tuple(lines), level=highest)


def _counted(counts: Counts) -> list[str]:
    if not counts.alarms:
        return [WORDS["none"]]
    lines = [WORDS["alarms"].format(count=counts.alarms)]
    lines += [
        WORDS["priority"].format(name=name, count=counts.priorities[name])
        for name in ("high", "medium", "low")
        if counts.priorities.get(name)
    ]
    lines += [
        WORDS["disposition"].format(name=name, count=count) for name, count in sorted(counts.dispositions.items())
    ]
    lines += [WORDS["open"].format(count=counts.open)] if counts.open else []
    return lines
