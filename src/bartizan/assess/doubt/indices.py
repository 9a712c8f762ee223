"""Which figures drive the answer: first-order and total Sobol indices on scrambled Sobol points.

For a function f of independent inputs, the first-order index of an input is the share of the variance of f that
goes once this input is known, Var(E[f | x_i]) / Var(f); the total index is the share that stays while only this
input is unknown, E[Var(f | all others)] / Var(f). With two independent designs A and B, and AB_i being A with the
columns of input i taken from B::

    S_i  = mean(f(B) (f(AB_i) - f(A))) / V           (Saltelli et al. 2010, table 2 (b))
    ST_i = mean((f(A) - f(AB_i))^2) / (2 V)          (Jansen 1999; table 2 (f))

An input may hold several columns (the mean and the spread of one measured time); it is then one input of the sums.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import qmc

from bartizan.errors import InputError

Floats = NDArray[np.float64]

RESAMPLES = 400
SURE = 0.95  # the level of every confidence that is given for an estimate
CONFIDENCE = float(ndtri(0.5 + SURE / 2.0))  # standard errors to each side
NOTHING = 1e-12  # a range of P_I below this is rounding


@dataclass(frozen=True, slots=True)
class Design:
    """Two independent designs of `n` points, uniform on (0, 1), shape (n, columns); see `design`."""

    first: Floats
    second: Floats


@dataclass(frozen=True, slots=True)
class Indices:
    """Per input the indices and the half width of their 95 % confidence, shape (inputs,); `variance` of f."""

    first: Floats
    first_error: Floats
    total: Floats
    total_error: Floats
    variance: float


def most_columns() -> int:
    """How many columns a design may have."""
    return int(qmc.Sobol.MAXDIM) // 2


def design(columns: int, points: int, rng: np.random.Generator) -> Design:
    """Two designs whose joint columns are one scrambled Sobol sequence; `points` is a power of two.

    Raises InputError for more columns than the sequence has, or a number of points that is no power of two. Source:
    Sobol (1967); scrambling after Owen (1998), as in scipy.stats.qmc.
    """
    if points < 1 or points & (points - 1):
        raise InputError(f"{points} points of a Sobol sequence: give a power of two")
    if columns > most_columns():
        raise InputError(f"{columns:,} doubtful figures are more than the {most_columns():,} that can be drawn at once")
    if columns == 0:
        return Design(np.empty((points, 0)), np.empty((points, 0)))
    both = qmc.Sobol(2 * columns, scramble=True, rng=rng).random(points)
    return Design(both[:, :columns], both[:, columns:])


def sobol_indices(
    at: Callable[[Floats], Floats], drawn: Design, inputs: Sequence[Sequence[int]], rng: np.random.Generator
) -> Indices | None:
    """How much of the variance of a function each input causes, alone and with the others.

    `at` maps points, shape (n, columns), to values, shape (n,); `inputs` holds the columns of each input. Returns the
    indices with the half width of their 95 % confidence (bootstrap over the points, normal), or None where the
    function does not vary over the design: then nothing drives it. `rng` serves the bootstrap alone.
    """
    here, there = at(drawn.first), at(drawn.second)
    everything = np.concatenate((here, there))
    if np.ptp(everything) <= NOTHING:
        return None
    crossed = np.empty((len(inputs), len(here)))
    mixed = drawn.first.copy()
    for number, columns in enumerate(inputs):
        chosen = list(columns)
        mixed[:, chosen] = drawn.second[:, chosen]
        crossed[number] = at(mixed)
        mixed[:, chosen] = drawn.first[:, chosen]
    return estimated(here, there, crossed, rng)


def estimated(here: Floats, there: Floats, crossed: Floats, rng: np.random.Generator) -> Indices:
    """The indices from the values of f: at A and B, each (n,), and at every AB_i, (inputs, n), where f varies."""
    # the estimators are unbiased only about a mean of 0, and much less noisy there
    centre = 0.5 * (here.mean() + there.mean())
    here, there, crossed = here - centre, there - centre, crossed - centre
    points = len(here)
    alone = there * (crossed - here)
    moved = 0.5 * (here - crossed) ** 2
    squares = 0.5 * (here * here + there * there)
    sums = 0.5 * (here + there)

    # a bootstrap of means is a matrix of counts times the terms
    counts = rng.multinomial(points, np.full(points, 1.0 / points), size=RESAMPLES) / points
    variances = counts @ squares - (counts @ sums) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        firsts = (counts @ alone.T) / variances[:, None]
        totals = (counts @ moved.T) / variances[:, None]
    variance = float(squares.mean() - sums.mean() ** 2)
    return Indices(
        first=alone.mean(axis=1) / variance,
        first_error=CONFIDENCE * np.nanstd(firsts, axis=0),
        total=moved.mean(axis=1) / variance,
        total_error=CONFIDENCE * np.nanstd(totals, axis=0),
        variance=variance,
    )
