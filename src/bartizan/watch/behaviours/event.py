"""What a behaviour reports, and what every behaviour can be asked: the one interface between behaviours and rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bartizan.watch.batch import Batch
from bartizan.watch.point import Link

Phase = Literal["raised", "updated", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourEvent:
    """Something to report: a behaviour was recognised, goes on, is over.

    `about` names the occurrence within its behaviour and stays the same from `raised` to `ended`; while one is open
    no second one of the same name is raised. `tracks` took part and `cameras` saw them. `t` [s] when it was known,
    `since` [s] when it began, `at` [m] where. `text` says why in one line, without times of day; `figures` are the
    numbers behind it as plain JSON values, each named with its unit's sense (seconds, metres, counts). `linked`
    are earlier tracks that the same walker could have left, by place and time, and whose figures are added in.
    """

    phase: Phase
    about: str
    tracks: tuple[str, ...]
    t: float
    since: float
    at: tuple[float, float]
    text: str
    cameras: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    linked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one track is from being reported: its conditions, each measured against what is asked."""

    track: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a behaviour: "in the zone 41 s of 60 s" is `Condition("stay", 41.0, 60.0, "s", False)`."""

    name: str
    measured: float
    asked: float
    unit: str
    met: bool


class Behaviour(Protocol):
    """One behaviour with its parameters and what it remembers of every track; memory is bounded by the live tracks.

    Of one moment first `step` takes the points, then `end` the tracks that are over, then `pass_time` what has lapsed:
    `step` itself looks at no track but those of its points.
    """

    kind: str

    @property
    def dropped(self) -> int:
        """Points for which there was no room."""
        ...

    def step(self, batch: Batch, links: Iterable[Link] = ()) -> tuple[BehaviourEvent, ...]:
        """Take the points of one moment, and which tracks one walker could have left; return what they give."""
        ...

    def pass_time(self, t: float) -> tuple[BehaviourEvent, ...]:
        """Let time pass to `t` [s] without a point: what has lapsed is reported as ended."""
        ...

    def end(self, tracks: Iterable[str], t: float) -> tuple[BehaviourEvent, ...]:
        """These tracks are over: what was open of them is reported as ended, and they are forgotten."""
        ...

    def finish(self, t: float) -> tuple[BehaviourEvent, ...]:
        """The stream is over at `t` [s]: everything open ends."""
        ...

    def progress(self, track: str) -> Progress | None:
        """How far this track is; None where the behaviour knows nothing of it."""
        ...
