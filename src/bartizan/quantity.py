"""A figure: its value, its unit, its doubt and where it comes from.

Two kinds are enough for a site: a `Probability` (a number in [0, 1]) and a `Duration` (seconds, never negative in
the mean). Both are frozen, check themselves at birth and carry their source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from bartizan.errors import InputError

LEAST_TRIALS = 2  # of one measured time nobody knows the spread

Law = Literal["normal", "lognormal", "gamma", "triangular", "pert", "uniform", "fixed"]


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise InputError(message)


@dataclass(frozen=True, slots=True)
class Probability:
    """A probability with its doubt and its source.

    `value` is the point used by every closed form. The doubt is one of: nothing; a PERT law given by `low`, `mode`,
    `high` (its point is the PERT mean); or `detected` of `trials` (its point is that of the Jeffreys posterior).
    """

    value: float
    source: str | None = None
    low: float | None = None
    mode: float | None = None
    high: float | None = None
    detected: int | None = None
    trials: int | None = None

    def __post_init__(self) -> None:
        _require(
            math.isfinite(self.value) and 0.0 <= self.value <= 1.0,
            f"a probability lies between 0 and 1, not {self.value!r}",
        )

    @classmethod
    def pert(cls, low: float, mode: float, high: float, source: str | None = None) -> Probability:
        """A PERT law on [low, high] with the given mode; its point is the mean, (low + 4 mode + high) / 6.

        Source: Malcolm, Roseboom, Clark and Fazar (1959), the mean of the PERT estimate.
        """
        _require(0.0 <= low <= mode <= high <= 1.0, f"needs 0 <= low <= mode <= high <= 1, not {low}, {mode}, {high}")
        return cls((low + 4.0 * mode + high) / 6.0, source, low=low, mode=mode, high=high)

    @classmethod
    def tested(cls, detected: int, trials: int, source: str | None = None) -> Probability:
        """`detected` successes in `trials`; the point is (detected + 1/2) / (trials + 1), never 0 and never 1.

        Source: the mean of the posterior under Jeffreys' prior, Beta(1/2, 1/2).
        """
        _require(trials >= 1 and 0 <= detected <= trials, f"needs 0 <= detected <= trials, not {detected} of {trials}")
        return cls((detected + 0.5) / (trials + 1.0), source, detected=detected, trials=trials)


@dataclass(frozen=True, slots=True)
class Duration:
    """A time in seconds: mean, standard deviation, law and source.

    `mean` and `sd` are always those of the time itself, whatever the law. Triangular and PERT laws keep `low`,
    `mode`, `high`; a uniform law keeps `low` and `high`.

    The doubt about the figures themselves is one of: nothing; `trials`, where `mean` and `sd` are those of so many
    measured times; or `mean_low`, `mean_high`, between which the true mean lies (a PERT law with `mean` as its mode).
    """

    mean: float
    sd: float
    law: Law = "normal"
    source: str | None = None
    low: float | None = None
    mode: float | None = None
    high: float | None = None
    trials: int | None = None
    mean_low: float | None = None
    mean_high: float | None = None

    def __post_init__(self) -> None:
        _require(math.isfinite(self.mean) and self.mean >= 0.0, f"a mean time is 0 s or more, not {self.mean!r}")
        _require(math.isfinite(self.sd) and self.sd >= 0.0, f"a standard deviation is 0 s or more, not {self.sd!r}")
        _require(self.law != "fixed" or self.sd == 0.0, f"a fixed time has no spread, not sd = {self.sd!r}")
        _require(self.law not in ("lognormal", "gamma") or self.mean > 0.0, f"a {self.law} time needs a mean above 0 s")
        self._check_doubt()

    def _check_doubt(self) -> None:
        _require(
            self.trials is None or self.trials >= LEAST_TRIALS,
            f"a spread needs {LEAST_TRIALS} trials or more, not {self.trials!r}",
        )
        low, high = self.mean_low, self.mean_high
        _require((low is None) == (high is None), "mean_low and mean_high stand together. Give both or none")
        if low is not None and high is not None:
            _require(self.trials is None, "the doubt about a mean comes from trials or from its bounds, one of the two")
            _require(
                0.0 <= low <= self.mean <= high and math.isfinite(high),
                f"needs 0 <= mean_low <= mean <= mean_high, not {low}, {self.mean}, {high}",
            )

    def scaled(self, mean: float) -> Duration:
        """The same law with another mean [s]: all of it grows in proportion, so the spread keeps its share.

        Where there is nothing to grow from (a mean of 0) the spread stays; where nothing is left, the time is
        fixed at 0. The doubt about the mean does not carry over: whoever scales has settled it.
        """
        if mean == self.mean:
            return self
        if mean == 0.0:
            return Duration.fixed(0.0, self.source)
        if self.mean == 0.0:
            return Duration(mean, self.sd, "normal" if self.sd > 0.0 else "fixed", self.source)
        ratio = mean / self.mean
        low, mode, high = (None if part is None else part * ratio for part in (self.low, self.mode, self.high))
        return Duration(mean, self.sd * ratio, self.law, self.source, low, mode, high)

    @classmethod
    def fixed(cls, seconds: float, source: str | None = None) -> Duration:
        """Exactly `seconds`."""
        return cls(seconds, 0.0, "fixed", source)

    @classmethod
    def triangular(cls, low: float, mode: float, high: float, source: str | None = None) -> Duration:
        """A triangular law; mean (a + b + c) / 3, variance (a² + b² + c² - ab - ac - bc) / 18."""
        _require(0.0 <= low <= mode <= high, f"needs 0 <= low <= mode <= high, not {low}, {mode}, {high}")
        mean = (low + mode + high) / 3.0
        # the sum of squared gaps is the same variance without the cancellation of the textbook form
        variance = ((high - low) ** 2 + (mode - low) ** 2 + (high - mode) ** 2) / 36.0
        return cls(mean, math.sqrt(variance), "triangular", source, low, mode, high)

    @classmethod
    def pert(cls, low: float, mode: float, high: float, source: str | None = None) -> Duration:
        """A PERT law (beta with shape 4): mean (a + 4 b + c) / 6, variance (mean - a)(c - mean) / 7."""
        _require(0.0 <= low <= mode <= high, f"needs 0 <= low <= mode <= high, not {low}, {mode}, {high}")
        mean = (low + 4.0 * mode + high) / 6.0
        return cls(mean, math.sqrt((mean - low) * (high - mean) / 7.0), "pert", source, low, mode, high)

    @classmethod
    def uniform(cls, low: float, high: float, source: str | None = None) -> Duration:
        """A uniform law on [low, high]."""
        _require(0.0 <= low <= high, f"needs 0 <= low <= high, not {low}, {high}")
        return cls((low + high) / 2.0, (high - low) / math.sqrt(12.0), "uniform", source, low, None, high)


ZERO = Duration.fixed(0.0)
NEVER = Probability(0.0)
CERTAIN = Probability(1.0)
