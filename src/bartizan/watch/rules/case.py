"""A case: what one signal speaks of, from when it is raised until it ends; one occurrence, or a group of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bartizan.signal import Phase, Severity, Signal
from bartizan.watch.behaviours.event import BehaviourEvent
from bartizan.watch.rules.setting import Setting

Place = tuple[float, float]

# members of a group that its signal tells one by one; all its tracks are listed in any case
_TOLD = 20
# occurrences of a group that are over and still remembered for the telling
_MOST_PAST = 100


@dataclass(slots=True)
class Occurrence:
    """Something that a behaviour reports under a rule, while it lasts; `silent` as of the last look."""

    rule: int
    event: BehaviourEvent
    withheld: str | None = None
    silent: str | None = None
    patrol: str | None = None
    vouched: tuple[str, ...] = ()
    case: Case | None = None

    @property
    def key(self) -> tuple[int, str]:
        """What names it while it is open."""
        return self.rule, self.event.about


@dataclass(slots=True)
class Case:
    """What one signal speaks of. `sounded` [s]: since when it is; `joined` [s]: when the last member came."""

    id: str
    setting: Setting
    element: str | None
    severity: Severity
    silent: str | None
    joined: float
    sounded: float | None = None
    steps: int = 0
    members: dict[str, BehaviourEvent] = field(default_factory=dict)
    past: list[BehaviourEvent] = field(default_factory=list)
    count: int = 0

    def join(self, event: BehaviourEvent, t: float) -> None:
        """One more occurrence belongs to it."""
        self.members[event.about] = event
        self.joined = t
        self.count += 1

    def leave(self, event: BehaviourEvent) -> None:
        """An occurrence of it is over."""
        self.members.pop(event.about, None)
        self.past.append(event)
        del self.past[:-_MOST_PAST]

    def over(self, t: float) -> bool:
        """Whether nothing of it lasts and nobody else can join at `t` [s]."""
        alone = self.silent is not None or self.setting.rule.group_seconds <= 0.0
        return not self.members and (alone or t > self.joined + self.setting.rule.group_seconds)

    def takes(self, event: BehaviourEvent, t: float, where: Mapping[str, Place]) -> bool:
        """Whether a new occurrence at `t` [s] belongs to it: near in time to the last, near in place to anybody in it.

        `where` [m]: where tracks were seen last.
        """
        rule = self.setting.rule
        if rule.group_seconds <= 0.0 or self.silent is not None or t > self.joined + rule.group_seconds:
            return False
        near = _places(event, where)
        mine = [place for one in self._events() for place in _places(one, where)]
        return any(math.dist(one, other) <= rule.group_metres for one in near for other in mine)

    def due(self, t: float, seen: Mapping[str, float]) -> bool:
        """Whether the next step of escalation is due: it has gone on for so long, and somebody of it was seen since."""
        steps = self.setting.rule.escalate
        if self.sounded is None or self.steps >= len(steps):
            return False
        when = self.sounded + steps[self.steps].after
        return t >= when and any(
            seen.get(track, -math.inf) >= when for one in self.members.values() for track in one.tracks
        )

    def escalate(self) -> None:
        """Take the next step."""
        self.severity = self.setting.rule.escalate[self.steps].severity
        self.steps += 1

    def _events(self) -> list[BehaviourEvent]:
        return [*self.past, *self.members.values()]

    def signal(
        self,
        phase: Phase,
        t: float,
        *,
        utc: str | None,
        words: Callable[[float], str],
        linked: Iterable[str],
        exercise: bool,
    ) -> Signal:
        """The signal of this moment."""
        events = self._events()
        last = max(events, key=lambda event: event.t)
        tracks = sorted({track for event in events for track in event.tracks})
        zone, rule = self.setting.zone, self.setting.rule
        others = {*linked, *(track for event in events for track in event.linked)} - set(tracks)
        return Signal(
            id=self.id,
            t=t,
            utc=utc,
            kind=rule.kind,
            rule=rule.id,
            state=phase,
            zone=None if zone is None else zone.id,
            area=None if zone is None else zone.area,
            element=self.element,
            cameras=tuple(sorted({camera for event in events for camera in event.cameras})),
            tracks=tuple(tracks),
            at=(round(last.at[0], 3), round(last.at[1], 3)),
            since=min(event.since for event in events),
            severity=self.severity,
            exercise=exercise,
            linked=tuple(sorted(others)),
            silent=self.silent,
            because=self._because(events, last, words),
        )

    def _because(
        self, events: list[BehaviourEvent], last: BehaviourEvent, words: Callable[[float], str]
    ) -> dict[str, Any]:
        since = words(min(event.since for event in events))
        text = f"{last.text}; since {since}"
        found: dict[str, Any] = {}
        if self.count > 1:
            tracks = {track for event in events for track in event.tracks}
            text = f"{len(tracks)} tracks near one another; the last to be reported {last.text}; since {since}"
            told = sorted(events, key=lambda event: (event.since, event.about))[-_TOLD:]
            found["count"] = self.count
            found["members"] = [_member(event, event.about in self.members) for event in told]
        else:
            found |= last.figures
        if self.steps:
            step = self.setting.rule.escalate[self.steps - 1]
            text += f"; {step.severity}, as it has gone on for {step.after:.0f} s"
            found["escalated"] = step.after
        return {"text": text, **found}


def _member(event: BehaviourEvent, lasts: bool) -> dict[str, Any]:
    return {
        "tracks": sorted(event.tracks),
        "since": event.since,
        "at": [round(event.at[0], 3), round(event.at[1], 3)],
        "lasts": lasts,
        "text": event.text,
    }


def _places(event: BehaviourEvent, where: Mapping[str, Place]) -> list[Place]:
    return [event.at, *(where[track] for track in event.tracks if track in where)]
