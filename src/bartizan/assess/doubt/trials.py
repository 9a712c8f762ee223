"""Which single figure, if tested, would narrow the answer most, and how many trials that takes.

Preposterior analysis (Raiffa and Schlaifer 1961). The draws of the doubt are a sample of what the site may be: each
has its values of the figures and its P_I. A test of one figure has an outcome, whose chances follow from the draws;
given the outcome, the draws count by the likelihood of that outcome (importance weights), and the weighted draws are
the doubt that is left. Averaged over the outcomes that gives the width of the interval to be expected after the test,
and the chance that the question whether P_I is enough is then settled.

A probability is tested by n trials, each detected or not. A time is tested by n runs, taken as normal: where it rests
on runs, both its mean and its spread are learnt from them; where only its mean is in doubt, its spread is known.

No test tells more than the figure itself. Where the weights of a sharp test rest on few draws, the width given is
therefore not below that with the figure known exactly, which is worked out from the draws in bins of its values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, gammaln, ndtri
from scipy.stats import binom

from bartizan.assess.doubt.belief import EDGE

Floats = NDArray[np.float64]

OUTCOMES = 96  # outcomes drawn where there are too many to take each: their mean is good to about a hundredth
FEW_TRIALS = 64  # up to here every number of successes is taken with its chance
IN_BIN = 96  # a figure known exactly is its draws in bins of so many: fewer say little of an interval
MOST_BINS = 48
SPREAD_BINS = 4  # within each bin of the mean, where the spread of a run is learnt too
MOST_TRIALS = 10_000
LEAST = 1e-300  # a probability below this is none
LIKELY = 0.8  # a test that settles the question with this chance is worth its name: the usual power of a test

Kind = Literal["trials", "runs", "runs, spread known"]


@dataclass(frozen=True, slots=True)
class Sample:
    """The draws as seen from one figure: its `values`, the `spreads` of one run [s] for a time, and `answers`.

    All of shape (n,). `kind` says what a test of the figure is.
    """

    kind: Kind
    values: Floats
    spreads: Floats
    answers: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What is to be expected of the doubt after a test: the width of the interval and the variance of P_I.

    `settled` is the chance that the interval then lies on one side of what is required; None: nothing is required.
    """

    width: float
    variance: float
    settled: float | None


class Tests:
    """Tests of one figure, of any number of trials, on the same draws and the same luck.

    `level`: of the interval; `require`: the P_I that is enough, or None. `rng` draws the luck once, so that more
    trials are compared with fewer without noise between them.
    """

    __test__ = False  # a test of a figure, not one of pytest's

    def __init__(self, sample: Sample, level: float, require: float | None, rng: np.random.Generator) -> None:
        order = np.argsort(sample.answers, kind="stable")
        self._answers = sample.answers[order]
        self._values = sample.values[order]
        self._spreads = sample.spreads[order]
        self._kind = sample.kind
        if sample.kind == "trials":
            # a probability of 0 or 1 is left a little short of it: 0 log 0 has no value in floating point
            p = np.clip(self._values, LEAST, 1.0 - EDGE)
            self._logs = np.log(p), np.log1p(-p)
        self._tail = (1.0 - level) / 2.0
        self._enough = None if require is None else int(np.searchsorted(self._answers, require, side="left"))
        # the truths of the outcomes: evenly through the figure's draws, so that every part of its doubt counts
        by_value = np.argsort(self._values, kind="stable")
        strata = (np.arange(OUTCOMES) + rng.random(OUTCOMES)) / OUTCOMES
        self._truths = by_value[np.minimum((strata * len(by_value)).astype(np.int64), len(by_value) - 1)]
        self._luck = np.stack([rng.permutation((np.arange(OUTCOMES) + rng.random(OUTCOMES)) / OUTCOMES) for _ in "ab"])
        self._known = self._exactly_known(by_value)

    @property
    def known(self) -> After:
        """What would be left if the figure were known exactly."""
        return self._known

    def after(self, trials: int) -> After:
        """What is to be expected after `trials` trials, 1 or more."""
        likelihood, chances = self._outcomes(trials)
        if likelihood is None:
            return self._known
        weights = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        found = self._left(weights, chances)
        if chances @ (1.0 / (weights * weights).sum(axis=1)) >= IN_BIN:
            return found
        return After(
            width=max(found.width, self._known.width),
            variance=max(found.variance, self._known.variance),
            settled=found.settled,
        )

    def trials_for_width(self, width: float) -> int | None:
        """The fewest trials after which the interval is expected to be at most `width` wide; None: no number is."""
        return self._fewest(lambda left: left.width <= width)

    def trials_to_settle(self) -> int | None:
        """The fewest trials that settle with chance LIKELY whether P_I is enough; None: no number up to MOST_TRIALS."""
        return self._fewest(lambda left: left.settled is not None and left.settled >= LIKELY)

    def _fewest(self, enough: Callable[[After], bool]) -> int | None:
        """By doubling and bisection: what is left falls with the number of trials."""
        if not enough(self.after(MOST_TRIALS)):
            return None
        high = 1
        while not enough(self.after(high)):
            high = min(2 * high, MOST_TRIALS)
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(self.after(middle)) else (middle, high)
        return high

    def _outcomes(self, trials: int) -> tuple[Floats | None, Floats]:
        """Log-likelihood of each outcome in each draw, (outcomes, n), and the outcomes' chances; None: it tells all."""
        alike = np.full(OUTCOMES, 1.0 / OUTCOMES)
        if self._kind != "trials":
            return self._runs(trials), alike
        if trials > FEW_TRIALS:
            detected = np.asarray(binom.ppf(self._luck[0], trials, self._values[self._truths]), dtype=np.float64)
            return self._detected(detected, trials), alike
        detected = np.arange(trials + 1.0)
        likelihood = self._detected(detected, trials)
        orders = gammaln(trials + 1.0) - gammaln(detected + 1.0) - gammaln(trials - detected + 1.0)
        chances = np.exp(likelihood + orders[:, None]).mean(axis=1)
        possible = chances > 0.0
        return likelihood[possible], chances[possible] / chances.sum()

    def _detected(self, detected: Floats, trials: int) -> Floats:
        hit, miss = self._logs
        return np.multiply.outer(detected, hit) + np.multiply.outer(trials - detected, miss)

    def _runs(self, runs: int) -> Floats | None:
        """The likelihood of mean and spread of so many normal runs, or of their mean where the spread is known."""
        true_spread = self._spreads[self._truths]
        if not true_spread.all():
            return None
        mean = self._values[self._truths] + true_spread / np.sqrt(runs) * ndtri(self._luck[0])
        squares = runs * (mean[:, None] - self._values[None, :]) ** 2
        if self._kind == "runs":
            # n = 1 has no spread of its own
            degrees = runs - 1.0
            own = true_spread**2 * (2.0 * gammaincinv(degrees / 2.0, self._luck[1]) if degrees else 0.0)
            squares += own[:, None]
        spread = self._spreads[None, :]
        likelihood = -squares / (2.0 * spread**2)
        if self._kind == "runs":
            likelihood -= runs * np.log(spread)
        return np.asarray(likelihood)

    def _left(self, weights: Floats, chances: Floats) -> After:
        """What is left after outcomes with these chances under which the draws weigh so much, (outcomes, n)."""
        below = np.cumsum(weights, axis=1)
        last = len(self._answers) - 1
        ends = [
            self._answers[np.minimum([np.searchsorted(row, at) for row in below], last)]
            for at in (self._tail, 1.0 - self._tail)
        ]
        mean = weights @ self._answers
        variance = weights @ self._answers**2 - mean**2
        settled = None
        if self._enough is not None:
            short = below[:, self._enough - 1] if self._enough else np.zeros(len(below))
            settled = float(chances @ ((short <= self._tail) | (short >= 1.0 - self._tail)))
        return After(
            width=float(chances @ (ends[1] - ends[0])),
            variance=float(chances @ np.maximum(variance, 0.0)),
            settled=settled,
        )

    def _exactly_known(self, by_value: NDArray[np.intp]) -> After:
        """The draws in bins of the figure's values, each bin by itself."""
        count = max(1, min(MOST_BINS, len(by_value) // IN_BIN))
        bins = np.array_split(by_value, count)
        if self._kind == "runs" and count >= SPREAD_BINS:
            wide = np.array_split(by_value, count // SPREAD_BINS)
            parted = [one[np.argsort(self._spreads[one], kind="stable")] for one in wide]
            bins = [part for one in parted for part in np.array_split(one, SPREAD_BINS)]
        weights = np.zeros((len(bins), len(by_value)))
        for row, chosen in zip(weights, bins, strict=True):
            row[chosen] = 1.0 / len(chosen)
        return self._left(weights, np.array([len(chosen) for chosen in bins]) / len(by_value))
