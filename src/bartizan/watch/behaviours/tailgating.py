"""Tailgating: several go through an element close behind one another, where one at a time should.

Each crossing is one as of `bartizan.watch.behaviours.line_crossing`, half a metre deep. It is reported when `people`
different tracks crossed the same way, within `within` seconds and `apart` metres of one another, each pair of them;
whoever follows one of them as closely is added while it goes on, and it is over when nobody has for that long. One
signal names them all. Tracks that one walker could have left one after the other count as one. Source: the project's
own definition. What it does not mean stands in its page of the reference.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import Behaviour, BehaviourEvent, Condition, Phase, Progress
from bartizan.watch.behaviours.line_crossing import SENSES, crossings_of
from bartizan.watch.behaviours.parts.drawn import crossed_line
from bartizan.watch.behaviours.parts.each_track import EachTrack
from bartizan.watch.behaviours.parts.followed import TICK
from bartizan.watch.point import Link

KIND = "tailgating"
# so far beyond the line [m] somebody is across
DEPTH = 0.5
# a crossing is known when the walker is clear of the line; one that is known later [s] joins nobody
LATE = 10.0
# crossings, and links, remembered at once: more than go through any door in those seconds
MOST = 512

Place = tuple[float, float]


def behaviour(rule: Rule, site: Site) -> Behaviour:
    """Tailgating through the element or over the line of a rule. Raises where there is no line: see `drawn`."""
    line, name = crossed_line(rule, site)
    crossings = crossings_of(line, name, depth=DEPTH, sense=SENSES[str(rule.settings["direction"])])
    return Tailgating(
        crossings, name, within=rule.number("within"), apart=rule.number("apart"), people=int(rule.number("people"))
    )


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody crossed at `t` [s], at `place` [m], in a direction."""

    track: str
    t: float
    place: Place
    direction: str
    cameras: tuple[str, ...]


@dataclass(slots=True)
class _Group:
    """Those who crossed close behind one another, in the order in which they did."""

    about: str
    crossings: list[Crossing] = field(default_factory=list)


class Tailgating:
    """One rule of tailgating: crossings of the last seconds, and the groups that are reported and still open."""

    kind = KIND

    def __init__(self, crossings: EachTrack, name: str, *, within: float, apart: float, people: int) -> None:
        self._crossings = crossings
        self._name = name
        self._within = within
        self._apart = apart
        self._people = people
        self._recent: list[Crossing] = []
        self._groups: list[_Group] = []
        self._walker: dict[str, str] = {}
        self._count = 0
        self._shed = 0

    @property
    def dropped(self) -> int:
        """Points, and crossings, for which there was no room."""
        return self._crossings.dropped + self._shed

    def step(self, batch: Batch, links: Iterable[Link] = ()) -> tuple[BehaviourEvent, ...]:
        """Take the points of one moment; return what they give."""
        for link in links:
            # the first of a chain stands for the walker who could have left all of it
            if not link.rivals:
                self._walker[link.later] = self._walker.get(link.earlier, link.earlier)
        while len(self._walker) > MOST:
            del self._walker[next(iter(self._walker))]
        events: list[BehaviourEvent] = []
        for event in self._crossings.step(batch):
            if event.phase == "raised":
                events += self._crossed(_crossing(event), batch.t)
        return tuple(events)

    def pass_time(self, t: float) -> tuple[BehaviourEvent, ...]:
        """Let time pass to `t` [s]: groups that nobody follows any more are over."""
        self._crossings.pass_time(t)
        oldest = t - self._within - LATE - TICK
        self._recent = [one for one in self._recent if one.t >= oldest]
        over = [group for group in self._groups if group.crossings[-1].t < oldest]
        self._groups = [group for group in self._groups if group.crossings[-1].t >= oldest]
        return tuple([self._event("ended", group, t) for group in over])

    def end(self, tracks: Iterable[str], t: float) -> tuple[BehaviourEvent, ...]:
        """These tracks are over; whom they went through with is not."""
        self._crossings.end(tracks, t)
        return ()

    def finish(self, t: float) -> tuple[BehaviourEvent, ...]:
        """The stream is over: what is open ends, and all is forgotten."""
        self._crossings.finish(t)
        events = tuple([self._event("ended", group, t) for group in self._groups])
        self._recent, self._groups, self._walker = [], [], {}
        return events

    def progress(self, track: str) -> Progress | None:
        """How far this track is; None where it was never near."""
        crossing = self._crossings.progress(track)
        if crossing is None:
            return None
        mine = [one for one in self._recent if one.track == track]
        people = max((1 + len(self._behind(one)) for one in mine), default=0)
        asked = Condition("people close behind one another", people, self._people, "", people >= self._people)
        return Progress(track=track, conditions=(*crossing.conditions, asked))

    def _crossed(self, crossing: Crossing, t: float) -> list[BehaviourEvent]:
        for group in self._groups:
            if self._joins(group, crossing):
                group.crossings.append(crossing)
                group.crossings.sort(key=lambda one: one.t)
                return [self._event("updated", group, t)]
        self._recent.append(crossing)
        if len(self._recent) > MOST:
            self._recent.pop(0)
            self._shed += 1
        others = self._behind(crossing)
        if 1 + len(others) < self._people:
            return []
        self._count += 1
        group = _Group(f"{crossing.track}#{self._count}", sorted([crossing, *others], key=lambda one: one.t))
        self._groups.append(group)
        # whoever is named once is not named again in a second signal
        named = {id(one) for one in group.crossings}
        self._recent = [one for one in self._recent if id(one) not in named]
        return [self._event("raised", group, t)]

    def _joins(self, group: _Group, crossing: Crossing) -> bool:
        walkers = {self._who(one) for one in group.crossings}
        return self._who(crossing) not in walkers and any(self._close(one, crossing) for one in group.crossings)

    def _behind(self, crossing: Crossing) -> list[Crossing]:
        """Those who crossed so close to this one, and to one another, one crossing for each walker."""
        found: list[Crossing] = []
        for one in sorted(self._recent, key=lambda other: abs(other.t - crossing.t)):
            others = (crossing, *found)
            if all(self._close(one, other) and self._who(one) != self._who(other) for other in others):
                found.append(one)
        return found

    def _close(self, one: Crossing, other: Crossing) -> bool:
        near = abs(one.t - other.t) <= self._within + TICK and math.dist(one.place, other.place) <= self._apart
        return near and one.direction == other.direction

    def _who(self, crossing: Crossing) -> str:
        return self._walker.get(crossing.track, crossing.track)

    def _event(self, phase: Phase, group: _Group, t: float) -> BehaviourEvent:
        first, last = group.crossings[0], group.crossings[-1]
        seconds = last.t - first.t
        gaps = [later.t - earlier.t for earlier, later in zip(group.crossings, group.crossings[1:], strict=False)]
        figures = {
            "people": len(group.crossings),
            "seconds": round(seconds, 3),
            "closest": round(min(gaps, default=0.0), 3),
            "direction": first.direction,
            "crossed": [round(one.t, 3) for one in group.crossings],
        }
        return BehaviourEvent(
            phase=phase,
            about=group.about,
            tracks=tuple(one.track for one in group.crossings),
            t=t,
            since=first.t,
            at=last.place,
            text=f"{len(group.crossings)} went through {self._name} {first.direction} within {seconds:.1f} s",
            cameras=tuple(sorted({camera for one in group.crossings for camera in one.cameras})),
            figures=figures,
        )


def _crossing(event: BehaviourEvent) -> Crossing:
    x, y = event.figures["crossed_at"]
    return Crossing(event.tracks[0], event.since, (x, y), str(event.figures["direction"]), event.cameras)
