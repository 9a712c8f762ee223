"""A stretch of time gone by, from the journal: every alarm that was open in it, with all that happened to it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bartizan.app.desk import Desk
from bartizan.desk.alarms import Alarm, Event
from bartizan.desk.event import instant
from bartizan.errors import InputError

LONGEST = timedelta(days=7)  # of one stretch: what is farther apart is looked at by itself
MOST_ALARMS = 500
LOOKED_AT = 1_000  # alarms raised last among which those of the stretch are looked for: each that sleeps is read once


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the journal says of a stretch, `begin` to `end` (UTC).

    `alarms` are plain JSON values, oldest first, each with its `events` and the `places` [m] where it was reported;
    `cut`: how many more there were, the oldest, that are not told; `since`: alarms that were raised before are not
    looked at, None where all were.
    """

    begin: datetime
    end: datetime
    alarms: tuple[Mapping[str, Any], ...]
    cut: int
    since: datetime | None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "begin": instant(self.begin),
            "end": instant(self.end),
            "alarms": list(self.alarms),
            "cut": self.cut,
            "since": None if self.since is None else instant(self.since),
        }


def past(desk: Desk, begin: datetime, end: datetime, sees: Callable[[Alarm], bool]) -> Past:
    """What was there to be seen from `begin` to `end` (UTC), of the alarms that `sees` lets through.

    Errors: InputError for a stretch that is none, or longer than a week. Not told: who was on the plan without an
    alarm, for that is kept nowhere.
    """
    if not begin < end:
        raise InputError("the stretch ends before it begins. Choose an end that is later")
    if end - begin > LONGEST:
        raise InputError(f"the stretch is longer than {LONGEST.days} days. Choose a shorter one")
    # an alarm may have begun before the stretch, and last into it
    known = desk.latest(LOOKED_AT)
    within = [one for one in known if _touches(one, begin, end) and sees(one)]
    told = within[-MOST_ALARMS:]
    return Past(
        begin=begin,
        end=end,
        alarms=tuple(_told(one, desk.history(one.id)) for one in told),
        cut=len(within) - len(told),
        since=known[0].raised_at if len(known) == LOOKED_AT and known[0].raised_at > begin else None,
    )


def _touches(alarm: Alarm, begin: datetime, end: datetime) -> bool:
    over = alarm.closed_at if not alarm.is_open else None
    return alarm.raised_at < end and (over is None or over >= begin)


def _told(alarm: Alarm, events: tuple[Event, ...]) -> dict[str, Any]:
    return {
        "id": alarm.id,
        "number": alarm.number,
        "priority": alarm.priority,
        "exercise": alarm.exercise,
        "disposition": alarm.disposition,
        "handling": alarm.handling,
        "signal": {
            key: alarm.signal.get(key) for key in ("kind", "rule", "zone", "area", "element", "cameras", "tracks", "at")
        },
        "raised_at": instant(alarm.raised_at),
        "closed_at": None if alarm.closed_at is None else instant(alarm.closed_at),
        "events": [{"at": instant(one.at), "kind": one.kind, "by": one.by} for one in events],
        "places": [{"at": instant(one.at), "place": place} for one in events if (place := _place(one)) is not None],
    }


def _place(event: Event) -> list[float] | None:
    """Where a report said that it was, in metres on the plan."""
    signal = getattr(event, "signal", None)
    at = signal.get("at") if isinstance(signal, Mapping) else None
    if not isinstance(at, list | tuple) or len(at) != 2:
        return None
    place = [float(v) for v in at if isinstance(v, int | float) and math.isfinite(v)]
    return place if len(place) == 2 else None
