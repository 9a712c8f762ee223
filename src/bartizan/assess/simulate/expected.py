"""P_I with less chance in it: delays are drawn, and detection, calls and each force's last part are worked out.

Given the delays, task i is the first to notice with a probability that is known, and force k, called with c_k, is in
time with P(R_k < left_i). So each attack gives a probability where plain simulation gives 0 or 1:

    sum_i first_i (1 - prod_k (1 - c_k P(R_k < left_i)))

Its mean is P_I, its variance never more than that of the plain answer (Rao and Blackwell). Of a response in parts
the last is worked out and the others are drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.laws import cdf
from bartizan.assess.simulate import kernel
from bartizan.assess.simulate.attack import Attack, Force
from bartizan.assess.simulate.draw import coded
from bartizan.assess.simulate.run import AT_MOST, BLOCK, check, generator
from bartizan.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """P_I, its standard error, and from how many attacks."""

    p_interruption: float
    standard_error: float
    attacks: int


def expect_interruption(attack: Attack, *, seed: int, standard_error: float = 1e-3, at_most: int = AT_MOST) -> Expected:
    """How likely is this attack interrupted by a first arrival? As `simulate`, with fewer attacks for the same error.

    Parameters and errors are those of `simulate`. Returns P_I; the standard error is 0 where no time spreads. Raises
    InputError also for a call at each alarm and for more than one responder needed, which are simulated only. Source:
    conditional Monte Carlo (Rao 1945, Blackwell 1947). Not modelled: the fight.
    """
    check(seed, standard_error, at_most)
    if attack.communication != "once" or attack.need != 1:
        raise InputError("calls at each alarm, and several responders who are needed, can only be simulated in full")
    plan = attack.plan()
    total = squares = 0.0
    for number in count():
        values = _block(attack, plan, seed, number)
        total += float(values.sum())
        squares += float(values @ values)
        attacks = (number + 1) * BLOCK
        mean = total / attacks
        error = math.sqrt(max(squares / attacks - mean * mean, 0.0) / (attacks - 1))
        if error <= standard_error or attacks >= at_most:
            return Expected(p_interruption=mean, standard_error=error, attacks=attacks)
    raise AssertionError  # count() never ends


def _block(attack: Attack, plan: kernel.Plan, seed: int, number: int) -> Floats:
    left = np.empty((BLOCK, len(plan.detecting)))
    words = generator(seed, number)
    kernel.left_at_each(plan, left, words)
    missed = np.ones_like(left)
    for force in attack.forces:
        missed *= 1.0 - force.p_called * _in_time(force, left, words)
    first = np.diff(plan.cumulative, prepend=0.0)
    return np.asarray((1.0 - missed) @ first, dtype=np.float64)


def _in_time(force: Force, left: Floats, words: NDArray[np.uint64]) -> Floats:
    """P(R < left), strictly: a tie is not in time."""
    *drawn, last = force.parts
    laws = coded(drawn)
    spare = left
    for part in range(len(drawn)):
        spare = spare - kernel.many(laws, part, len(left), words)[:, None]
    return cdf(last, np.nextafter(spare, -math.inf))
