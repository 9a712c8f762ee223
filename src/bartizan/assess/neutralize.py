"""Who wins when the response meets the intruders: the duel, one casualty at a time, exactly.

With x responders and y adversaries standing, the next casualty is an adversary with probability A, so

    P(x, y) = A P(x, y - 1) + (1 - A) P(x - 1, y)      P(x, 0) = 1      P(0, y) = 0
    linear law: A = p                                  square law: A = r x / (r x + y)

Under the linear law each shot down is answered one for one (an ambush, a doorway), under the square law everybody
fires at once. Every step is a mean of two probabilities, so nothing cancels and nothing overflows.

A `pace` adds time: the wait for the next casualty is exponential with this mean, whoever stands. That is a Markov
chain in continuous time whose jumps are those above. It jumps at one rate in every state in which both sides stand,
so that the state after t seconds is the sum over n of Poisson(n; t / pace) times the state after n jumps; and as
x + y jumps end every fight, that sum is finite and exact. With it `reinforced` follows responders who arrive on the
way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaln

from bartizan.compiled import compiled
from bartizan.errors import InputError
from bartizan.site.model import Engagement
from bartizan.site.site import Site

Floats = NDArray[np.float64]
DuelLaw = Literal["linear", "square"]

MAX_SIDE = 20_000  # a side; the work grows with the product of both
MAX_ADVANTAGE = 1e12  # beyond, a single responder beats any MAX_SIDE in any case
MAX_WORK = 10**9  # states times jumps of a fight with reinforcements


@dataclass(frozen=True, slots=True)
class Duel:
    """How a fight goes: its law, the responders' advantage (p, or r), and mean seconds between casualties.

    `pace` None: not known, and the fight takes no time where time matters. Raises InputError for a figure out of
    range.
    """

    law: DuelLaw
    advantage: float
    pace: float | None = None

    def __post_init__(self) -> None:
        most, what = (1.0, "p of the linear law") if self.law == "linear" else (MAX_ADVANTAGE, "r of the square law")
        if self.law not in ("linear", "square"):
            raise InputError(f"the law of a duel is {self.law!r}. Give 'linear' or 'square'")
        if not 0.0 <= self.advantage <= most:
            raise InputError(f"the advantage is {self.advantage!r}. Give {what}, from 0 to {most:g}")
        if self.pace is not None and not (math.isfinite(self.pace) and self.pace >= 0.0):
            raise InputError(f"the pace is {self.pace!r}. Give mean seconds between casualties, 0 or more")

    @classmethod
    def of(cls, engagement: Engagement) -> Duel:
        """The duel that an engagement of a site describes."""
        return cls(engagement.law, engagement.advantage, engagement.pace)


def win_probability(duel: Duel, responders: int, adversaries: int) -> float:
    """How likely do the responders win the duel?

    `responders` x, `adversaries` y: persons, 0 to MAX_SIDE each. Returns P(x, y) in [0, 1], exact up to some x + y
    roundings; with nobody to beat it is 1, with nobody to beat them 0. Raises InputError for other numbers.

    Source: Brown, "Markov analysis of the stochastic duel", Operations Research 11 (1963) 418. Not modelled: who
    surrenders, flees or takes cover, ammunition, and a fight in which one shot hits several.
    """
    return float(win_table(duel, responders, adversaries)[responders])


def win_table(duel: Duel, responders: int, adversaries: int) -> Floats:
    """P(x, y) for x = 0 ... `responders` and y = `adversaries`, shape (responders + 1,); see `win_probability`."""
    for who, number in (("responders", responders), ("adversaries", adversaries)):
        if not 0 <= number <= MAX_SIDE:
            raise InputError(f"{number} {who} are no side of a duel. Give 0 to {MAX_SIDE:,}")
    row = np.ones(responders + 1)
    if adversaries > 0:
        _win(duel.law == "square", duel.advantage, adversaries, row)
    return row


@compiled
def _win(square: bool, advantage: float, adversaries: int, row: Floats) -> None:
    """Turn P(., 0), held in `row`, into P(., adversaries), one adversary after the other."""
    row[0] = 0.0
    for y in range(1, adversaries + 1):
        for x in range(1, len(row)):
            theirs = advantage * x if square else advantage
            ours = float(y) if square else 1.0 - advantage
            row[x] = (theirs * row[x] + ours * row[x - 1]) / (theirs + ours)


def reinforced(duel: Duel, arrivals: Sequence[tuple[float, int]], adversaries: int, *, stay: bool) -> float:
    """How likely do responders win who arrive one group after the other, at times that are known?

    `arrivals`: (seconds after the fight began, persons), in the order of time, the first at 0. `adversaries`:
    persons. `stay`: whether adversaries who have beaten everybody there meet those who come later as well; else they
    have won and are gone. Returns the probability, exact; a duel without a pace is over at once. Raises InputError
    for arrivals out of order or a fight too large. Not modelled: arrivals at random times, which `simulate` has.
    """
    _check_arrivals(arrivals, adversaries)
    if adversaries == 0:
        return 1.0
    total = sum(number for _, number in arrivals)
    standing = np.zeros((total + 1, adversaries + 1))
    standing[arrivals[0][1], adversaries] = 1.0
    won = 0.0
    there = arrivals[0][1]
    for (before, _), (now, number) in pairwise(arrivals):
        standing = _after(duel, standing, there, now - before)
        won += float(standing[1:, 0].sum())
        standing[:, 0] = 0.0
        if not stay:
            standing[0] = 0.0
        standing = np.roll(standing, number, axis=0)  # nobody is in the rows that wrap round
        there += number
    tables = np.stack([win_table(duel, total, y) for y in range(adversaries + 1)], axis=1)
    return won + float(np.sum(standing * tables))


def _check_arrivals(arrivals: Sequence[tuple[float, int]], adversaries: int) -> None:
    times = [time for time, _ in arrivals]
    if not times or times[0] != 0.0 or not all(map(math.isfinite, times)) or times != sorted(times):
        raise InputError(f"the arrivals are at {times} s. Give the first at 0 and the others in order")
    if any(number < 0 for _, number in arrivals) or adversaries < 0:
        raise InputError("a side has less than nobody. Give numbers of persons, 0 or more")
    total = sum(number for _, number in arrivals)
    work = (total + 1) * (adversaries + 1) * (total + adversaries) * len(arrivals)
    if max(total, adversaries) > MAX_SIDE or work > MAX_WORK:
        raise InputError(f"{total} against {adversaries} are too many to follow in time. Simulate the fight instead")


def _after(duel: Duel, standing: Floats, there: int, seconds: float) -> Floats:
    """The probabilities of who stands, shape (x, y), so many seconds later."""
    jumps = there + standing.shape[1] - 1
    expected = seconds / duel.pace if duel.pace else math.inf
    x = np.arange(standing.shape[0], dtype=np.float64)[:, None]
    y = np.arange(standing.shape[1], dtype=np.float64)[None, :]
    fighting = (x > 0) & (y > 0)
    theirs = np.broadcast_to(duel.advantage * x if duel.law == "square" else duel.advantage, standing.shape)
    ours = np.broadcast_to(y if duel.law == "square" else 1.0 - duel.advantage, standing.shape)
    hit = np.divide(theirs, theirs + ours, out=np.zeros_like(standing), where=fighting)
    lost = np.where(fighting, 1.0 - hit, 0.0)
    later = np.zeros_like(standing)
    for jump in range(jumps):
        later += _poisson(jump, expected) * standing
        onward = np.where(fighting, 0.0, standing)
        onward[:, :-1] += (hit * standing)[:, 1:]
        onward[:-1] += (lost * standing)[1:]
        standing = onward
    # after so many jumps nobody fights any more, and further ones change nothing
    beyond = 1.0 if math.isinf(expected) or jumps == 0 else float(gammainc(jumps, expected))
    return later + beyond * standing


def _poisson(number: int, expected: float) -> float:
    if math.isinf(expected):
        return 0.0
    if expected == 0.0:
        return 1.0 if number == 0 else 0.0
    return math.exp(number * math.log(expected) - expected - float(gammaln(number + 1.0)))


def neutralization(site: Site, threat: str | None, response: str) -> float | None:
    """P_N: how likely a response that is there in time stops a threat; None where the site does not say.

    The response's own p_neutralization where it has one; else the duel of its strength against the threat's count
    under the engagement for both, or under that for the response and any threat. `threat` None: one person. Raises
    UnknownIdError for an id that the site lacks, InputError for a duel out of range.
    """
    force = site.response(response)
    if force.p_neutralization is not None:
        return force.p_neutralization.value
    duel = duel_between(site, threat, response)
    if duel is None:
        return None
    return win_probability(duel, force.strength, persons(site, threat))


def duel_between(site: Site, threat: str | None, response: str) -> Duel | None:
    """The duel that the site gives for a response and a threat; None where it gives none."""
    found = [one for one in site.engagements if one.response == response and one.threat in (threat, None)]
    return Duel.of(min(found, key=lambda one: one.threat is None)) if found else None


def persons(site: Site, threat: str | None) -> int:
    """How many a threat is; one where no threat is named."""
    return 1 if threat is None else site.threat(threat).count
