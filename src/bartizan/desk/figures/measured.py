"""Figures that were measured, in the form in which a site file takes them: of so many trials, of so many times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bartizan.errors import InputError
from bartizan.quantity import LEAST_TRIALS, Duration, Probability


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """So many of so many trials did what they should; a trial is one attempt that somebody watched."""

    detected: int
    trials: int
    source: str

    def __post_init__(self) -> None:
        self.figure()

    def figure(self) -> Probability:
        """The probability that it states. Errors: InputError where no trials can have come out so."""
        return Probability.tested(self.detected, self.trials, self.source)

    def spelt(self) -> dict[str, object]:
        """As a site file spells it."""
        return {"detected": self.detected, "trials": self.trials, "source": self.source}


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """The mean and the standard deviation [s] of so many measured times."""

    mean: float
    sd: float
    trials: int
    source: str

    def figure(self) -> Duration:
        """The time that it states."""
        return Duration(self.mean, self.sd, source=self.source, trials=self.trials)

    def spelt(self) -> dict[str, object]:
        """As a site file spells it, to the tenth of a second: nobody stops the time closer by hand."""
        return {"mean": round(self.mean, 1), "sd": round(self.sd, 1), "trials": self.trials, "source": self.source}


def measured_time(times: Sequence[float], source: str) -> Timed:
    """Mean and standard deviation of times [s]; the deviation with n - 1, for the mean comes from the same times.

    Errors: InputError where there are fewer than two, or one of them is no time.
    """
    if len(times) < LEAST_TRIALS:
        raise InputError(
            f"{len(times)} measured times say nothing of their spread. Measure {LEAST_TRIALS} or more, then offer them"
        )
    if any(not math.isfinite(seconds) or seconds < 0.0 for seconds in times):
        raise InputError("a measured time is 0 s or more. Leave out what is none")
    mean = math.fsum(times) / len(times)
    sd = math.sqrt(math.fsum((seconds - mean) ** 2 for seconds in times) / (len(times) - 1))
    return Timed(mean=mean, sd=sd, trials=len(times), source=source)
