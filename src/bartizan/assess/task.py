"""A task: what an intruder does next on a path, what may notice it, how long it takes, and what figures say so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from bartizan.errors import InputError
from bartizan.quantity import Duration
from bartizan.site.model import DetectAt

StepKind = Literal["element", "area", "target"]
Leg = Literal["in", "out"]
# how the message gets through: one chance for the whole intrusion, or one for each alarm
Communication = Literal["once", "per-alarm"]
# what was forced: closed again when one comes back, or still open
Forced = Literal["closes", "stays-open"]

# a task that nothing notices shows the delay left when it is over: the reading that promises least
WEIGHT: dict[DetectAt | None, float] = {"begin": 1.0, "middle": 0.5, "end": 0.0, None: 0.0}


@dataclass(frozen=True, slots=True)
class RestsOn:
    """The figures that a task was worked out from, as numbers of `Problem.figures`.

    `detection` holds groups of sensors, each a tuple of sensors, each a tuple of the figures that are multiplied:
    p = 1 - prod over groups (1 - max over the group's sensors of the product of its figures). A way's own
    p_detection is one group of one sensor of one figure. `delay` is None where no figure of the site gives it.
    """

    detection: tuple[tuple[tuple[int, ...], ...], ...] = ()
    delay: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task of a path: what may notice it and how long it takes.

    `p_detection` in [0, 1]; `delay_mean`, `delay_sd` in seconds; `detect_at` says when in the task it is noticed,
    and is required where it can be. `delay` is the whole law of that time; None: a normal one. `rests_on` names
    figures where a site gave them. Raises InputError for a figure out of range.
    """

    kind: StepKind
    id: str
    way: str | None = None
    leg: Leg = "in"
    p_detection: float = 0.0
    detect_at: DetectAt | None = None
    delay_mean: float = 0.0
    delay_sd: float = 0.0
    source: str | None = None
    delay: Duration | None = None
    rests_on: RestsOn = RestsOn()

    @property
    def law(self) -> Duration:
        """The law of the delay [s]: as given, else normal with this mean and spread, fixed where it has none."""
        if self.delay is not None:
            return self.delay
        return Duration(self.delay_mean, self.delay_sd, "normal" if self.delay_sd > 0.0 else "fixed", self.source)

    def __post_init__(self) -> None:
        name = f"task '{self.id if self.way is None else f'{self.id}/{self.way}'}'"
        if not 0.0 <= self.p_detection <= 1.0:
            raise InputError(f"{name}: p_detection = {self.p_detection!r} is no probability. Give 0 to 1")
        if self.detect_at not in WEIGHT:
            raise InputError(f"{name}: detect_at = {self.detect_at!r}. Give 'begin', 'middle' or 'end'")
        if self.detect_at is None and self.p_detection > 0.0:
            raise InputError(f"{name} can be noticed and lacks detect_at. Give 'begin', 'middle' or 'end'")
        for key, seconds in (("delay_mean", self.delay_mean), ("delay_sd", self.delay_sd)):
            require_seconds(f"{name}: {key}", seconds)


def require_seconds(what: str, seconds: float) -> None:
    """Raise InputError unless `seconds` is a finite number, 0 or more."""
    if not (math.isfinite(seconds) and seconds >= 0.0):
        raise InputError(f"{what} = {seconds!r} is no time in seconds. Give a number, 0 or more")
