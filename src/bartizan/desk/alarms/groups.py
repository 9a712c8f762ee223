"""A queue that stays short whatever comes: alarms that say the same thing stand in one row, with their number.

Rows are in the order in which people should look at them, and every row holds alarms of one priority, of one kind
(exercise or real), all shelved or none: nothing of high priority ever stands behind, or hides in, something of low.
While there are few alarms each has its own row. When there are more than fit, the least urgent are drawn together
first: those of one source, then those of one kind of report, then all of their class. What is urgent stays single while
there is room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import Any

from bartizan.desk.alarms.state import Alarm, rank
from bartizan.desk.event import instant
from bartizan.signal import Severity

MOST_ROWS = 20

_Class = tuple[bool, Severity, bool]
Urgency = tuple[bool, int, bool, bool, int]
Source = tuple[str | None, str | None, str | None, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A row: alarms that say the same thing.

    `first` is the alarm to deal with first: one that waits before one that somebody has, then the oldest. `kind`,
    `rule`, `zone`, `area`, `element` and `cameras` are what all of them have in common, else None or empty. `waiting`
    are those that nobody has taken.
    """

    first: str
    count: int
    waiting: int
    active: int
    priority: Severity
    exercise: bool
    shelved: bool
    kind: str | None
    rule: str | None
    zone: str | None
    area: str | None
    element: str | None
    cameras: tuple[str, ...]
    since: datetime
    latest: datetime
    alarms: tuple[str, ...]

    def to_json(self, most: int = 100) -> dict[str, Any]:
        """As plain JSON values; the ids of at most `most` alarms, the first to deal with first."""
        return {
            "first": self.first,
            "count": self.count,
            "waiting": self.waiting,
            "active": self.active,
            "priority": self.priority,
            "exercise": self.exercise,
            "shelved": self.shelved,
            "kind": self.kind,
            "rule": self.rule,
            "zone": self.zone,
            "area": self.area,
            "element": self.element,
            "cameras": list(self.cameras),
            "since": instant(self.since),
            "latest": instant(self.latest),
            "alarms": list(self.alarms[:most]),
        }


def urgency(alarm: Alarm) -> Urgency:
    """What orders a queue: shelved last, high priority first, real before exercise, not taken first, oldest first."""
    return (alarm.suppression is not None, -rank(alarm.priority), alarm.exercise, not alarm.waits, alarm.number)


def group(alarms: Iterable[Alarm], most: int = MOST_ROWS) -> tuple[Group, ...]:
    """The rows of a queue, the most urgent first: at most `most`, but never fewer than there are classes (12)."""
    return rows_of(sorted(alarms, key=urgency), most)


def rows_of(
    queue: Iterable[Alarm],
    most: int = MOST_ROWS,
    source: Callable[[Alarm], Source] = lambda alarm: source_of(alarm.signal),
) -> tuple[Group, ...]:
    """As `group`, of alarms that stand in the order of their urgency already; `source` is what `source_of` says."""
    classes: dict[_Class, list[Alarm]] = {}
    for alarm in queue:
        classes.setdefault((alarm.suppression is not None, alarm.priority, alarm.exercise), []).append(alarm)
    rows: list[Group] = []
    # their order is that of their first alarms: the queue was in order, and a dict keeps it
    for number, of_class in enumerate(classes.values()):
        # every class behind this one needs a row at least; what is more urgent takes what room there is
        room = most - len(rows) - (len(classes) - number - 1)
        rows += [_row_of(found, sources) for found, sources in _split(of_class, room, source)]
    return tuple(rows)


class Ranking:
    """The order and the sources of alarms, worked out once for every version of each.

    For who looks at the queue again and again while it holds thousands. Any thread may call.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[Alarm, Urgency, Source]] = {}

    def queue(self, alarms: Iterable[Alarm]) -> list[Alarm]:
        """The alarms in the order of their urgency; others are forgotten."""
        known = self._known
        fresh: dict[str, tuple[Alarm, Urgency, Source]] = {}
        for alarm in alarms:
            found = known.get(alarm.id)
            if found is None or found[0] is not alarm:
                found = (alarm, urgency(alarm), source_of(alarm.signal))
            fresh[alarm.id] = found
        self._known = fresh
        return [found[0] for found in sorted(fresh.values(), key=itemgetter(1))]

    def source(self, alarm: Alarm) -> Source:
        """As `source_of`, of an alarm that stood in the queue."""
        found = self._known.get(alarm.id)
        return source_of(alarm.signal) if found is None else found[2]


def source_of(signal: Mapping[str, Any]) -> Source:
    """What two reports share that say the same thing: kind, rule, place, and the sensor or cameras that told it."""
    because = signal.get("because")
    teller = _name(because.get("sensor")) if isinstance(because, Mapping) else None
    zone, area, element = _name(signal.get("zone")), _name(signal.get("area")), _name(signal.get("element"))
    # where a report has no place, who told it is what it is about: a camera that is blind
    if teller is None and not (zone or area or element):
        teller = ",".join(str(one) for one in signal.get("cameras") or ()) or None
    return (_name(signal.get("kind")), _name(signal.get("rule")), zone, area, element, teller)


def _name(found: Any) -> str | None:
    return found if isinstance(found, str) and found else None


def _split(
    alarms: list[Alarm], room: int, source_of: Callable[[Alarm], Source]
) -> list[tuple[list[Alarm], list[Source]]]:
    """The rows of a class, as fine as fit in, with their sources: each alone, by source, by kind of report, in one."""
    if len(alarms) <= room:
        return [([alarm], [source_of(alarm)]) for alarm in alarms]
    sources: dict[Source, list[Alarm]] = {}
    for alarm in alarms:
        sources.setdefault(source_of(alarm), []).append(alarm)
    if len(sources) <= room:
        return [(found, [source]) for source, found in sources.items()]
    kinds: dict[tuple[str | None, str | None], list[Source]] = {}
    for source in sources:
        kinds.setdefault(source[:2], []).append(source)
    if len(kinds) > room:
        return [(alarms, list(sources))]
    drawn = [(list(chain.from_iterable(sources[one] for one in of_kind)), of_kind) for of_kind in kinds.values()]
    return [(sorted(found, key=urgency), of_kind) for found, of_kind in drawn]


def _row_of(alarms: Sequence[Alarm], sources: Sequence[Source]) -> Group:
    kind, rule, zone, area, element, _ = (_common(told) for told in zip(*sources, strict=True))
    cameras = {tuple(alarm.signal.get("cameras") or ()) for alarm in alarms}
    return Group(
        first=alarms[0].id,
        count=len(alarms),
        waiting=sum(alarm.waits for alarm in alarms),
        active=sum(alarm.condition == "active" for alarm in alarms),
        priority=alarms[0].priority,
        exercise=alarms[0].exercise,
        shelved=alarms[0].suppression is not None,
        kind=kind,
        rule=rule,
        zone=zone,
        area=area,
        element=element,
        cameras=cameras.pop() if len(cameras) == 1 else (),
        since=min(alarm.raised_at for alarm in alarms),
        latest=max(alarm.raised_at for alarm in alarms),
        alarms=tuple(alarm.id for alarm in alarms),
    )


def _common(told: Iterable[str | None]) -> str | None:
    found = set(told)
    return found.pop() if len(found) == 1 else None
