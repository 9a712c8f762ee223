"""Gathering: several people stand together in a zone for a while.

Once a second the tracks seen in the zone within the last LATELY seconds are looked at, each at its mean place since
the last look. Who passes does not count: only who has kept within `radius` metres of one place for as long as that
takes at PASSING. They are together where a disc of `radius` holds `people` of them or more; discs that share somebody
are one group (`discs`), which began when the last of the first `people` had come to it. A group goes on as long as
`people` of those found together are within twice the radius of where its middle was at first, though all its members
may change meanwhile; for up to `grace` seconds there may be fewer. It is raised once it has lasted `after`
seconds: one signal for the group.

Does not model what holds people together: a bus queue, a family and a demonstration are all gatherings. Errors of
places are not minded beyond the mean: `radius` should be well above them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled
from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import BehaviourEvent, Condition, Phase, Progress
from bartizan.watch.behaviours.parts.discs import together
from bartizan.watch.behaviours.parts.dwell import TICK, see
from bartizan.watch.behaviours.parts.each_track import CameraMarks
from bartizan.watch.behaviours.parts.polygon import Ground
from bartizan.watch.behaviours.parts.roster import MOST, Roster, record_of
from bartizan.watch.point import Link

KIND = "gathering"

LOOK = 1.0  # seconds between two looks
LATELY = 2.0  # who was not seen for this long [s] is not counted
PASSING = 0.6  # metres per second: who gets on faster than that passes
_AGAIN = 15.0  # seconds between two reports while it goes on

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

PRESENT = record_of(
    ("seen", np.float64),  # the last sighting in the zone; -inf once it was seen outside
    ("sum_x", np.float64),  # of the sightings since the last look
    ("sum_y", np.float64),
    ("sightings", np.int64),
    ("known", np.bool_),  # seen before, and since when [s] it has kept about which place
    ("rest_from", np.float64),
    ("rest_x", np.float64),
    ("rest_y", np.float64),
    ("about", np.int64),  # how many the fullest disc with this one in its middle or on its edge holds
    ("group", np.int64),  # number of the group, 0 for none
)


@dataclass(slots=True)
class _Group:
    """People together about `first` [m]; `since` and `last` [s] are the first and the last look that found them so."""

    number: int
    first: tuple[float, float]
    since: float
    last: float
    members: frozenset[str] = frozenset()
    at: tuple[float, float] = (0.0, 0.0)
    most: int = 0
    across: float = 0.0
    cameras: set[str] = field(default_factory=set)
    open: bool = False
    reported: float = 0.0


def behaviour(rule: Rule, site: Site) -> Gathering:
    """Gathering as `rule` has it, in its zone."""
    return Gathering(
        Ground(site.zone(str(rule.zone)).polygon).holds,
        people=int(rule.number("people")),
        radius=rule.number("radius"),
        after=rule.number("after"),
        grace=rule.number("grace"),
    )


class Gathering:
    """One rule for groups; settings as above, `holds` says which places lie in its zone."""

    kind = KIND

    def __init__(
        self,
        holds: Callable[[Floats], Bools],
        *,
        people: int,
        radius: float,
        after: float,
        grace: float,
        most: int = MOST,
    ) -> None:
        self._holds = holds
        self._people, self._radius, self._after, self._grace = people, radius, after, grace
        # how long it takes until somebody who came is known to stay
        self._linger = radius / PASSING
        self._roster = Roster(PRESENT, most=most)
        self._cameras = CameraMarks()
        self._next = -math.inf
        self._groups: list[_Group] = []
        self._count = 0

    @property
    def dropped(self) -> int:
        """Points of tracks that found no room."""
        return self._roster.dropped

    def step(self, batch: Batch, links: Iterable[Link] = ()) -> tuple[BehaviourEvent, ...]:
        """Take the points of one moment; what they give is found when time passes."""
        if len(batch):
            inside = self._holds(batch.places)
            rows = self._roster.rows(batch.tracks, inside & batch.observed)
            marks = self._cameras.marks(batch)
            _note(self._roster.records, rows, marks, inside, batch.times, batch.places, batch.observed, self._radius)
        return ()

    def pass_time(self, t: float) -> tuple[BehaviourEvent, ...]:
        """Let time pass to `t` [s]: look who stands together, where it is time for it."""
        if t < self._next:
            return ()
        self._next = t + LOOK - TICK
        return tuple(self._look(t))

    def end(self, tracks: Iterable[str], t: float) -> tuple[BehaviourEvent, ...]:
        """These tracks are over: they no longer count; a group is over when it is not found again."""
        self._roster.release(self._roster.known(tracks).tolist())
        return ()

    def finish(self, t: float) -> tuple[BehaviourEvent, ...]:
        """The stream is over: every group that is open ends."""
        events = [self._event("ended", group, t) for group in self._groups if group.open]
        self._roster.release(self._roster.all().tolist())
        self._groups, self._next = [], -math.inf
        return tuple(events)

    def progress(self, track: str) -> Progress | None:
        """How many are with this track, and for how long; None where it is not in the zone."""
        row = self._roster.row(track)
        if row is None:
            return None
        record = self._roster.records[row]
        about = int(record["about"])
        seconds = max((g.last - g.since for g in self._groups if g.number == int(record["group"])), default=0.0)
        return Progress(
            track=track,
            conditions=(
                Condition("together", about, self._people, "people", about >= self._people),
                Condition("for", seconds, self._after, "s", seconds >= self._after - TICK),
            ),
        )

    def _look(self, t: float) -> list[BehaviourEvent]:
        records, rows = self._roster.records, self._roster.all()
        gone = records["seen"][rows] < t - LATELY - TICK
        self._roster.release(rows[gone].tolist())
        rows = rows[~gone]
        records["about"][rows], records["group"][rows] = 0, 0
        rows = self._middles(rows)
        rows = rows[t - records["rest_from"][rows] >= self._linger - TICK]
        groups, records["about"][rows] = together(self._places(rows), self._people, self._radius)
        events: list[BehaviourEvent] = []
        found = [rows[groups == n] for n in range(int(groups.max(initial=-1)) + 1)]
        for who, group in self._matched(found, t):
            self._renew(group, who, t)
            records["group"][who] = group.number
            events += self._due(group, t)
        records["cameras"][self._roster.all()] = 0
        return events + self._over(t)

    def _middles(self, rows: Ints) -> Ints:
        """Put everybody at the mean of the sightings since the last look; returns the same rows."""
        records = self._roster.records
        seen = rows[records["sightings"][rows] > 0]
        for place, added in (("x", "sum_x"), ("y", "sum_y")):
            records[place][seen] = records[added][seen] / records["sightings"][seen]
            records[added][seen] = 0.0
        records["sightings"][seen] = 0
        return rows

    def _places(self, rows: Ints) -> Floats:
        return np.column_stack([self._roster.records["x"][rows], self._roster.records["y"][rows]])

    def _names(self, rows: Ints) -> frozenset[str]:
        return frozenset(map(self._roster.name, rows.tolist()))

    def _matched(self, found: list[Ints], t: float) -> list[tuple[Ints, _Group]]:
        """Those who were found together, each with the known group that they continue, or a new one."""
        pairs = []
        for which, who in enumerate(found):
            names, places, came = self._names(who), self._places(who), self._came(who)
            for group in self._groups:
                if came - group.last > self._grace + TICK:
                    continue
                from_first = np.hypot(*(places - group.first).T)
                if np.count_nonzero(from_first <= 2.0 * self._radius) >= self._people:
                    pairs.append((-len(names & group.members), group.since, group.number, which, group))
        pairs.sort(key=lambda pair: pair[:4])
        taken: dict[int, _Group] = {}
        used: set[int] = set()
        for _, _, number, which, group in pairs:
            if which not in taken and number not in used:
                taken[which] = group
                used.add(number)
        return [(who, taken[which] if which in taken else self._begin(who, t)) for which, who in enumerate(found)]

    def _begin(self, rows: Ints, t: float) -> _Group:
        x, y = self._places(rows).mean(axis=0)
        self._count += 1
        self._groups.append(_Group(self._count, (float(x), float(y)), since=self._came(rows), last=t))
        return self._groups[-1]

    def _came(self, rows: Ints) -> float:
        """When the last of the first `people` of these had come [s]."""
        return float(np.sort(self._roster.records["rest_from"][rows])[self._people - 1])

    def _renew(self, group: _Group, rows: Ints, t: float) -> None:
        places = self._places(rows)
        middle = places.mean(axis=0)
        group.last, group.members = t, self._names(rows)
        group.at = (float(middle[0]), float(middle[1]))
        group.most = max(group.most, len(rows))
        group.across = float(np.hypot(*(places - middle).T).max())
        marks = np.bitwise_or.reduce(self._roster.records["cameras"][rows], axis=0)
        group.cameras |= set(self._cameras.names(marks))

    def _due(self, group: _Group, t: float) -> list[BehaviourEvent]:
        seconds = group.last - group.since
        if not group.open and seconds >= self._after - TICK:
            group.open, group.reported = True, seconds
            return [self._event("raised", group, t)]
        if group.open and seconds >= group.reported + _AGAIN - TICK:
            group.reported = seconds
            return [self._event("updated", group, t)]
        return []

    def _over(self, t: float) -> list[BehaviourEvent]:
        """Groups are over of which nobody who came within the grace can still turn out to stay."""
        until = t - self._grace - self._linger - LOOK
        over = [group for group in self._groups if group.last < until]
        if over:
            self._groups = [group for group in self._groups if group.last >= until]
        return [self._event("ended", group, t) for group in over if group.open]

    def _event(self, phase: Phase, group: _Group, t: float) -> BehaviourEvent:
        seconds = group.last - group.since
        figures: dict[str, Any] = {
            "people": len(group.members),
            "most": group.most,
            "seconds": round(seconds, 3),
            "within": round(group.across, 2),
            "radius": self._radius,
        }
        return BehaviourEvent(
            phase=phase,
            about=f"group {group.number}",
            tracks=tuple(sorted(group.members)),
            t=t,
            since=group.since,
            at=group.at,
            text=(
                f"{len(group.members)} people together for {seconds:.0f} s, {group.most} at most; "
                f"all within {group.across:.1f} m of their middle"
            ),
            cameras=tuple(sorted(group.cameras)),
            figures=figures,
        )


@compiled
def _note(  # noqa: PLR0917 - compiled: arrays one by one
    records: Any, rows: Any, marks: Any, inside: Any, times: Any, places: Any, observed: Any, radius: float
) -> None:
    for n in range(len(rows)):
        if rows[n] < 0 or not observed[n]:
            continue
        record = records[rows[n]]
        if not inside[n]:
            record.seen = -math.inf
            continue
        t, x, y = times[n], places[n, 0], places[n, 1]
        still = record.known and t - record.seen <= LATELY
        if not still or math.hypot(x - record.rest_x, y - record.rest_y) > radius:
            record.known, record.rest_from, record.rest_x, record.rest_y = True, t, x, y
        record.seen = t
        record.sum_x += x
        record.sum_y += y
        record.sightings += 1
        see(record, marks[n])
