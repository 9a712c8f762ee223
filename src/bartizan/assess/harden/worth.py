"""What one path gives under every choice of upgrades: the table from which the search takes its bounds.

A path is followed in the small site in which it stands alone (`excerpt`), with those upgrades that bear on it
(`bearing`). Its figures under a set are those of its tasks, each of which depends on few upgrades; so few small
sites are compiled, and the table is filled from them by arithmetic alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.harden.bearing import RESPONSE, TARGET, Bearing, Place
from bartizan.assess.harden.choices import Choices, members
from bartizan.assess.harden.excerpt import Excerpt, Move, Novelties, Question, elements_of
from bartizan.assess.harden.following import NOTHING, Figures, Slot, figures_of, slots_of, tasks_of, trace
from bartizan.assess.harden.readings import most_values
from bartizan.assess.harden.smallsite import SmallSite
from bartizan.assess.taskgraph import Arc
from bartizan.assess.timeline import Floats
from bartizan.site.model import Change
from bartizan.site.site import Site

LIMIT = 1 << 15  # sets of one path that are kept: some 30 ms of arithmetic
COARSE = 1 << 11  # where some upgrades are left free anyway
_NO_PATH = 2.0  # above every probability
BITS = 40  # upgrades that bear on one path: far above what LIMIT lets through
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Context:
    """Upgrades that are taken and that are left out, as masks."""

    taken: int
    out: int


ANY = Context(0, 0)


@dataclass(frozen=True, slots=True)
class Worth:
    """One path of one case, and what it gives in a context: under sets that have what is taken and not what is out.

    `bears`: the upgrades by which its readings differ; bit k of a local set is upgrade `bears[k]`. `sets`, ascending,
    shape (n,): the local sets that can be had within the budget, and `values` the most that the path gives under
    each, whatever of `free` is added; inf where it does not exist (or nobody can say).
    """

    case: int
    moves: tuple[Move, ...]
    bears: tuple[int, ...]
    sets: Ints
    values: Floats
    context: Context
    free: int

    def under(self, mask: int) -> float:
        """What the path gives under a set of upgrades; -inf where the set cannot be had within the budget."""
        local = sum(1 << k for k, one in enumerate(self.bears) if mask >> one & 1)
        at = int(np.searchsorted(self.sets, local))
        return float(self.values[at]) if at < len(self.sets) and self.sets[at] == local else -math.inf


@dataclass(frozen=True, slots=True)
class _Followed:
    """A path in its small site, with what is taken."""

    small: SmallSite
    moves: tuple[Move, ...]
    taken: int


class Ledger:
    """The paths of one case, worked out as they are met; what was found of a task serves every path with it."""

    def __init__(
        self,
        *,
        number: int,
        question: Question,
        site: Site,
        changes: Sequence[Sequence[Change]],
        choices: Choices,
        effective: bool,
    ) -> None:
        """`site` is in the state asked for; `changes[i]` is what upgrade i changes there; `effective`: P_E, not P_I."""
        self._number = number
        self._question = question
        self._document = site.document
        self._attachments = site.attachments
        self._changes = changes
        self._choices = choices
        self._effective = effective
        self._bearing = Bearing(self._document, question, changes)
        self._novelties = Novelties.of(change for listed in changes for change in listed)
        self._known: dict[tuple[Slot, int], Figures] = {}

    def worth(self, moves: tuple[Move, ...], budget: int, context: Context = ANY) -> Worth | None:
        """What a path gives under every choice within a budget [whole units] that agrees with a context.

        Where these are too many to keep, the upgrades that matter least are left free in each reading. None where it
        cannot be told: too many upgrades decide whether the path exists.
        """
        places = _places(self._question, moves, self._novelties, self._document)
        exists = self._bearing.paths(places)
        bears = exists | self._bearing.figures(RESPONSE)
        for place in places:
            bears |= self._bearing.figures(place)
        here = Context(context.taken & bears, context.out & bears)
        excerpt = Excerpt(self._document, self._question, elements_of(moves), self._novelties)
        small = SmallSite(excerpt, self._question, self._attachments)
        followed = _Followed(small, moves, here.taken)
        order = tuple(members(bears & ~(here.taken | here.out)))
        left = budget - self._choices.cost(here.taken)
        sets = self._sets(order, left, LIMIT)
        free = 0
        if sets is None:
            first = self._by_influence(followed, order, exists)
            count = len(first)
            while sets is None:
                count -= 1
                sets = self._sets(first[:count], left, COARSE)
            order, free = tuple(first[:count]), sum(1 << one for one in first[count:])
            if free & exists:
                return None
        values = np.full(len(sets), np.inf)
        present = sets & _local(exists, order)
        for one in np.unique(present):
            chosen = np.flatnonzero(present == one)
            values[chosen] = self._values(followed, sets[chosen], order, free)
        return Worth(self._number, moves, order, sets, values, here, free)

    def _by_influence(self, followed: _Followed, order: Sequence[int], exists: int) -> list[int]:
        """The upgrades that bear on a path: those that decide whether it exists, then those that change it most."""
        places = np.array([0, *(1 << k for k in range(len(order)))], dtype=np.int64)
        everything = (1 << len(order)) - 1
        alone = self._values(followed, places, order, 0)
        without = self._values(followed, everything & ~places, order, 0)
        alone[alone == np.inf] = _NO_PATH
        without[without == np.inf] = _NO_PATH
        moved = np.abs(alone[1:] - alone[0]) + np.abs(without[1:] - without[0])
        ranked = sorted(range(len(order)), key=lambda k: (not exists >> order[k] & 1, -moved[k], k))
        return [order[k] for k in ranked]

    def _sets(self, order: Sequence[int], budget: int, limit: int) -> Ints | None:
        """The local sets that can be had within a budget, ascending; None where they are more than a limit."""
        if len(order) > BITS:
            return None
        choices = self._choices
        sets = np.zeros(1, dtype=np.int64)
        costs = np.zeros(1, dtype=np.int64)
        for k, one in enumerate(order):
            fits = (costs + choices.costs[one] <= budget) & (sets & _local(choices.bars[one], order) == 0)
            sets = np.concatenate((sets, sets[fits] | 1 << k))
            costs = np.concatenate((costs, costs[fits] + choices.costs[one]))
            if len(sets) > limit:
                return None
        for k, one in enumerate(order):
            needs = _local(choices.needs[one], order)
            sets = sets[(sets >> k & 1 == 0) | (sets & needs == needs)]
        return np.sort(sets)

    def _values(self, followed: _Followed, sets: Ints, order: Sequence[int], free: int) -> Floats:
        """The most that a path gives under each set, whatever of `free` is added.

        All sets agree in what bears on whether the path exists.
        """
        base = followed.taken
        fewest = sets[np.argsort([int(one).bit_count() for one in sets], kind="stable")]
        arcs = self._traced(followed, base | _spread(int(fewest[0]), order))
        if arcs is None:
            return np.full(len(sets), np.inf)
        known = np.ones(len(sets), dtype=bool)
        slots = [*slots_of(arcs, followed.moves), (_RESPONSE, RESPONSE)]
        index = np.zeros((len(slots), len(sets)), dtype=np.int64)
        spans: list[tuple[Figures, Figures] | None] = []
        for row, (slot, place) in enumerate(slots):
            figures = self._bearing.figures(place)
            bears = _local(figures, order)
            keys, first = np.unique(fewest & bears, return_index=True)
            told = [
                self._span(followed, slot, base | _spread(int(fewest[at]), order), figures, free)
                for at in first.tolist()
            ]
            place_of = np.searchsorted(keys, sets & bears)
            known &= np.array([one is not None for one in told])[place_of]
            index[row] = place_of + len(spans)
            spans += told
        low = np.array([NOTHING if one is None else one[0] for one in spans])
        high = np.array([NOTHING if one is None else one[1] for one in spans])
        values = most_values(index, low, high, self._question.communication == "per-alarm")
        values[~known] = np.inf
        return values

    def _span(
        self, followed: _Followed, slot: Slot, mask: int, figures: int, free: int
    ) -> tuple[Figures, Figures] | None:
        """The least and the most of each figure of a task under a set, whatever of `free` is added; None: unknown."""
        found = []
        for added in _subsets(figures & free):
            more = mask | added
            for one in members(added):
                more |= self._choices.needs[one]
            if more & figures & ~(mask | added) or not self._choices.agrees(more):
                continue
            if (slot, more & figures) not in self._known:
                self._traced(followed, more)
            if (slot, more & figures) not in self._known:
                return None
            found.append(self._known[slot, more & figures])
        if not found:
            return None
        table = np.array(found)
        low, high = table.min(axis=0).tolist(), table.max(axis=0).tolist()
        return (low[0], low[1], low[2], low[3]), (high[0], high[1], high[2], high[3])

    def _traced(self, followed: _Followed, mask: int) -> list[Arc] | None:
        """The arcs of a path under a set of upgrades, and what they say of every task noted for later."""
        posed = followed.small.pose(self._changes[one] for one in members(mask))
        arcs = None if posed is None else trace(posed.problem.graph, followed.moves)
        if posed is None or arcs is None:
            return None
        problem, p_neutralization = posed
        for (slot, place), task in zip(slots_of(arcs, followed.moves), tasks_of(arcs), strict=True):
            self._known[slot, mask & self._bearing.figures(place)] = figures_of(task)
        response = (problem.response_mean, problem.response_sd, problem.p_communication)
        share = p_neutralization if self._effective and p_neutralization is not None else 1.0
        self._known[_RESPONSE, mask & self._bearing.figures(RESPONSE)] = (*response, share)
        return arcs


_RESPONSE: Slot = ("response",)


def _places(
    question: Question, moves: Sequence[Move], novelties: Novelties, document: Mapping[str, Any]
) -> list[Place]:
    """Every place that a path may touch."""
    elements = elements_of(moves)
    entries = [one for one in [*document["element"], *novelties.elements] if one["id"] in elements]
    areas = {area for one in entries for area in one["between"]} | novelties.beside
    areas |= {one["area"] for one in document["target"] if one["id"] == question.target}
    return [*(("element", name) for name in sorted(elements)), *(("area", name) for name in sorted(areas)), TARGET]


def _local(mask: int, order: Sequence[int]) -> int:
    """A set of upgrades as a local set of a path."""
    return sum(1 << k for k, one in enumerate(order) if mask >> one & 1)


def _spread(local: int, order: Sequence[int]) -> int:
    """A local set of a path as a set of upgrades."""
    return sum(1 << one for k, one in enumerate(order) if local >> k & 1)


def _subsets(mask: int) -> Iterator[int]:
    """Every part of a set, the empty one first."""
    part = 0
    while True:
        yield part
        if part == mask:
            return
        part = (part - mask) & mask
