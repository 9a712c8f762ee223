"""A drill's script: scenes, who walks where, which sensors fire, what the operator does, what must come of it.

Nothing here is about pixels or detectors: an actor can be noticed only in a rendered picture, a sensor only fires where
the script says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from bartizan.errors import InputError
from bartizan.signal import Severity

Gait = Literal["walk", "run"]
Deed = Literal[
    "acknowledge",
    "assess",
    "send",
    "on-scene",
    "contact",
    "close",
    "open-incident",
    "join-incident",
    "link",
    "send-responder",
    "responder-there",
    "contain",
    "hand-over",
]
CASES: tuple[Deed, ...] = (
    "open-incident",
    "join-incident",
    "link",
    "send-responder",
    "responder-there",
    "contain",
    "hand-over",
)
"""What is done about an incident, and not about one alarm."""
Disposition = Literal["real", "nuisance", "false", "test", "exercise", "duplicate", "unresolved"]
Light = Literal["day", "night"]
Place = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Go straight to a place [m] at a speed [m/s]."""

    to: Place
    speed: float = 1.3
    gait: Gait = "walk"

    def __post_init__(self) -> None:
        _require(all(map(math.isfinite, self.to)), f"a place is two finite numbers of metres, not {self.to!r}")
        _require(0.1 <= self.speed <= 8.0, f"a person moves at 0.1 to 8 m/s, not {self.speed!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Stay for some seconds, turned towards a place where one is given; `busy` hands work at something."""

    seconds: float
    face: Place | None = None
    busy: bool = False

    def __post_init__(self) -> None:
        _require(0.0 < self.seconds < math.inf, f"a wait takes more than 0 s, not {self.seconds!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who walks a script: from where and when, and what they do step by step.

    `enters` in seconds of the scene; `height` in metres; `shade` is how light the clothes are, 0 to 1. After the last
    step the actor is gone, or stands there to the end of the scene where `stays` is set.
    """

    id: str
    enters: float
    start: Place
    steps: tuple[Walk | Wait, ...]
    height: float = 1.75
    shade: float = 0.25
    stays: bool = False

    def __post_init__(self) -> None:
        _require(self.enters >= 0.0, f"an actor enters at 0 s or later, not {self.enters!r}")
        _require(all(map(math.isfinite, self.start)), f"a place is two finite numbers of metres, not {self.start!r}")
        _require(1.0 <= self.height <= 2.3, f"a person is 1 to 2.3 m tall, not {self.height!r}")
        _require(0.0 <= self.shade <= 1.0, f"a shade lies between 0 (dark) and 1 (light), not {self.shade!r}")

    def seconds(self) -> float:
        """How long the steps take together [s]."""
        places = [self.start]
        total = 0.0
        for step in self.steps:
            if isinstance(step, Wait):
                total += step.seconds
            else:
                total += math.dist(places[-1], step.to) / step.speed
                places.append(step.to)
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorEvent:
    """A sensor of the site fires `t` seconds into the scene; `at` is the element, element/way or area it reports.

    Without `at` it reports the first place that the sensor covers.
    """

    t: float
    sensor: str
    at: str | None = None
    severity: Severity = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which alarms are meant: by rule, by sensor, or both None for any alarm."""

    rule: str | None = None
    sensor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """An alarm that must come by `by` seconds of the scene, and, where given, its assessment by `assessed_by`.

    `not_before` guards against an alarm that comes before there is a reason for it.
    """

    id: str
    match: Match
    by: float
    not_before: float = 0.0
    disposition: Disposition | None = None
    assessed_by: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the exercise's officer does at the desk, `after` seconds after the alarm of expectation `on` came.

    `incident` is the script's own word for the incident that a deed of `CASES` is about.
    """

    on: str
    after: float
    do: Deed
    disposition: Disposition | None = None
    note: str = ""
    response: str | None = None
    incident: str | None = None
    responder: str | None = None
    partner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One stretch of time, played without a gap: who, what fires, what the officer does, what must and must not come.

    `start` in UTC; `length` in seconds; `states` are states of the site; `name` is what people read ("Monday, 14:05").
    `seen_by` are cameras that must each see somebody: one that does not is blind, however well the others see.
    """

    id: str
    name: str
    start: datetime
    length: float
    states: tuple[str, ...] = ()
    light: Light = "day"
    actors: tuple[Actor, ...] = ()
    sensors: tuple[SensorEvent, ...] = ()
    orders: tuple[Order, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    forbidden: tuple[Match, ...] = ()
    only_expected: bool = False
    seen_by: tuple[str, ...] = ()

    def expectation(self, id: str) -> Expectation:  # noqa: A002 - the name the script uses
        """The expectation of that id."""
        return next(expectation for expectation in self.expectations if expectation.id == id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Scenes in the order they are played; between two of them time jumps."""

    name: str
    scenes: tuple[Scene, ...]
    about: str = ""

    def __post_init__(self) -> None:
        _require(bool(self.scenes), "a scenario needs at least one scene")
        for before, after in pairwise(self.scenes):
            over = before.start.timestamp() + before.length
            _require(
                after.start.timestamp() >= over,
                f"scene {after.id!r} starts before scene {before.id!r} is over: move its start",
            )

    @property
    def seconds(self) -> float:
        """Length of all scenes together [s]."""
        return sum(scene.length for scene in self.scenes)


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise InputError(message)
