"""What the doubt about the figures does to the answer: frozen results and their JSON form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from bartizan.assess.task import Leg, StepKind, Task


class Place(NamedTuple):
    """A step of a path by name alone."""

    kind: StepKind
    id: str
    way: str | None
    leg: Leg

    @classmethod
    def of(cls, task: Task) -> Place:
        """Where a task is done."""
        return cls(task.kind, task.id, task.way, task.leg)

    @property
    def name(self) -> str:
        """As the site's file names it: element/way, target/way or area."""
        return self.id if self.way is None else f"{self.id}/{self.way}"

    def to_json(self) -> dict[str, Any]:
        """The place as an object of its four parts."""
        return self._asdict()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Where a number lies with probability `level`, central; the errors are half widths of 95 % confidence."""

    level: float
    low: float
    high: float
    low_error: float = 0.0
    high_error: float = 0.0

    @property
    def width(self) -> float:
        """high - low."""
        return self.high - self.low

    def to_json(self) -> dict[str, Any]:
        """The interval as an object."""
        return {
            "level": self.level,
            "low": self.low,
            "high": self.high,
            "low_error": self.low_error,
            "high_error": self.high_error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How far the worst path of every draw is known: exactly, or as the worst of a pool of `paths`.

    `every_path`: the pool holds every path. Else so many `draws` were solved exactly, which may be all of them; in
    `missed` of those the pool lacks the worst path, or it is not proved, by at most `excess` of P_I; `share_at_most`
    bounds, at 95 % confidence, the share of all draws of which that is true.
    """

    every_path: bool
    paths: int
    draws: int = 0
    missed: int = 0
    excess: float = 0.0
    share_at_most: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The check as an object."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One doubtful figure: what it may be, and what its doubt does to P_I.

    `at`, `key` in the grammar of change. `low`, `high`: its interval at the level of the answer (a probability, or a
    mean in seconds). `first`, `total`: Sobol indices with the half widths of their 95 % confidence; None where P_I
    does not move at all, or the figure is on no path that is ever the worst.
    """

    at: str
    key: str
    known: str
    source: str | None
    point: float
    low: float
    high: float
    first: float | None
    first_error: float | None
    total: float | None
    total_error: float | None

    def to_json(self) -> dict[str, Any]:
        """The figure as an object."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What testing one figure alone would be worth.

    `trials`: so many more of them leave an interval expected to be `width` wide and the variance of P_I times
    `variance`; `known`: its width if the figure were known exactly. `trials_for_width`: the fewest for the width that
    is wanted, `trials_to_settle` the fewest after which the interval lies with a chance of 80 % on one side of what
    is required, `settled` that chance after `trials`. None: not asked, or no number of trials of this figure does it.
    """

    at: str
    key: str
    trials: int
    width: float
    variance: float
    known: float
    settled: float | None
    trials_for_width: int | None
    trials_to_settle: int | None

    def to_json(self) -> dict[str, Any]:
        """The test as an object."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One path and the share of the draws in which it is the worst."""

    places: tuple[Place, ...]
    share: float

    def to_json(self) -> dict[str, Any]:
        """The path as an object."""
        return {"share": self.share, "steps": [place.to_json() for place in self.places]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """P_I with every doubtful figure at its pessimistic end.

    Each figure lies, by itself, within its central interval of `level`. `attained` is the least P_I that was found
    there, with its path; `proved` a number that no values within all those intervals, and no path, go below; None
    where the site has too many paths to prove one.
    """

    level: float
    attained: float
    proved: float | None
    places: tuple[Place, ...]

    @property
    def value(self) -> float:
        """The bound to rely on: the proved one where there is one."""
        return self.attained if self.proved is None else self.proved

    def to_json(self) -> dict[str, Any]:
        """The bound as an object."""
        return {
            "level": self.level,
            "value": self.value,
            "attained": self.attained,
            "proved": self.proved,
            "steps": [place.to_json() for place in self.places],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """P_I with its interval, what drives it, and what to test first.

    `p_interruption` is P_I at the points of all figures, `mean` and `sd` those of P_I over the draws. `enough` is the
    probability that P_I is at least what is required, None where nothing is. `drivers` and `worths` come most telling
    first. `doubtful` of `figures` carry doubt, and the rest count as exact. `reason` says in words why there is no
    doubt where there is none.
    """

    p_interruption: float
    mean: float
    sd: float
    interval: Interval
    enough: float | None
    draws: int
    figures: int
    doubtful: int
    checked: Checked
    drivers: tuple[Driver, ...]
    worths: tuple[Worth, ...]
    shares: tuple[Share, ...]
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The doubt as an object; absent is null, a key is never missing."""
        return {
            "p_interruption": self.p_interruption,
            "mean": self.mean,
            "sd": self.sd,
            "interval": self.interval.to_json(),
            "enough": self.enough,
            "draws": self.draws,
            "figures": self.figures,
            "doubtful": self.doubtful,
            "checked": self.checked.to_json(),
            "drivers": [driver.to_json() for driver in self.drivers],
            "worths": [worth.to_json() for worth in self.worths],
            "shares": [share.to_json() for share in self.shares],
            "reason": self.reason,
        }
