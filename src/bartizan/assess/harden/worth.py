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

from bartizan.assess.compiled import compiled
from bartizan.assess.harden.bearing import RESPONSE, TARGET, Bearing, Place
from bartizan.assess.harden.choices import Choices, members
from bartizan.assess.harden.excerpt import Excerpt, Move, Novelties, Question, elements_of
from bartizan.assess.harden.smallsite import SmallSite
from bartizan.assess.task import WEIGHT, Task
from bartizan.assess.taskgraph import DONE, Arc, TaskGraph
from bartizan.assess.timeline import Floats
from bartizan.site.model import Change
from bartizan.site.site import Site

LIMIT = 1 << 15  # sets of one path that are kept: some 30 ms of arithmetic
BITS = 40  # upgrades that bear on one path: far above what LIMIT lets through
Figures = tuple[float, float, float, float]  # p, weight, mean, sd; of the response: mean, sd, P_C, P_N
Ints = NDArray[np.int64]
_NOTHING: Figures = (0.0, 0.0, 0.0, 0.0)
_Slot = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """One path of one case, and what it gives.

    `bears`: the upgrades that bear on it, ascending; bit k of a local set is upgrade `bears[k]`. `sets`, ascending,
    shape (n,): the local sets that can be had within the budget, and `values` what the path gives under each, inf
    where it does not exist (or nobody can say).
    """

    case: int
    moves: tuple[Move, ...]
    bears: tuple[int, ...]
    sets: Ints
    values: Floats

    def under(self, mask: int) -> float:
        """What the path gives under a set of upgrades; -inf where the set cannot be had within the budget."""
        local = sum(1 << k for k, one in enumerate(self.bears) if mask >> one & 1)
        at = int(np.searchsorted(self.sets, local))
        return float(self.values[at]) if at < len(self.sets) and self.sets[at] == local else -math.inf


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
        self._known: dict[tuple[_Slot, int], Figures] = {}

    def worth(self, moves: tuple[Move, ...], budget: int) -> Worth | None:
        """What a path gives under every choice within a budget [whole units]; None where these are too many."""
        places = _places(self._question, moves, self._novelties, self._document)
        exists = self._bearing.paths(places)
        bears = exists | self._bearing.figures(RESPONSE)
        for place in places:
            bears |= self._bearing.figures(place)
        order = tuple(members(bears))
        sets = self._sets(order, budget)
        if sets is None:
            return None
        excerpt = Excerpt(self._document, self._question, elements_of(moves), self._novelties)
        small = SmallSite(excerpt, self._question, self._attachments)
        values = np.full(len(sets), np.inf)
        present = sets & _local(exists, order)
        for one in np.unique(present):
            chosen = np.flatnonzero(present == one)
            values[chosen] = self._values(small, moves, sets[chosen], order)
        return Worth(self._number, moves, order, sets, values)

    def _sets(self, order: Sequence[int], budget: int) -> Ints | None:
        """The local sets that can be had within a budget, ascending; None where they are too many."""
        if len(order) > BITS:
            return None
        choices = self._choices
        sets = np.zeros(1, dtype=np.int64)
        costs = np.zeros(1, dtype=np.int64)
        for k, one in enumerate(order):
            fits = (costs + choices.costs[one] <= budget) & (sets & _local(choices.bars[one], order) == 0)
            sets = np.concatenate((sets, sets[fits] | 1 << k))
            costs = np.concatenate((costs, costs[fits] + choices.costs[one]))
            if len(sets) > LIMIT:
                return None
        for k, one in enumerate(order):
            needs = _local(choices.needs[one], order)
            sets = sets[(sets >> k & 1 == 0) | (sets & needs == needs)]
        return np.sort(sets)

    def _values(self, small: SmallSite, moves: tuple[Move, ...], sets: Ints, order: Sequence[int]) -> Floats:
        """The value of a path under each set; all sets agree in what bears on whether the path exists."""
        fewest = sets[np.argsort([int(one).bit_count() for one in sets], kind="stable")]
        arcs = self._traced(small, moves, _spread(int(fewest[0]), order))
        if arcs is None:
            return np.full(len(sets), np.inf)
        known = np.ones(len(sets), dtype=bool)
        slots = [*_slots(arcs, moves), (_RESPONSE, RESPONSE)]
        index = np.zeros((len(slots), len(sets)), dtype=np.int64)
        figures: list[Figures] = []
        for row, (slot, place) in enumerate(slots):
            bears = _local(self._bearing.figures(place), order)
            keys, first = np.unique(fewest & bears, return_index=True)
            told = []
            for local, at in zip(keys.tolist(), first.tolist(), strict=True):
                key = slot, _spread(local, order)
                if key not in self._known:
                    self._traced(small, moves, _spread(int(fewest[at]), order))
                told.append(self._known.get(key))
            place_of = np.searchsorted(keys, sets & bears)
            known &= np.array([one is not None for one in told])[place_of]
            index[row] = place_of + len(figures)
            figures += [one or _NOTHING for one in told]
        values = path_values(index, np.array(figures), self._question.communication == "per-alarm")
        values[~known] = np.inf
        return values

    def _traced(self, small: SmallSite, moves: tuple[Move, ...], mask: int) -> list[Arc] | None:
        """The arcs of a path under a set of upgrades, and what they say of every task noted for later."""
        posed = small.pose(self._changes[one] for one in members(mask))
        arcs = None if posed is None else _trace(posed.problem.graph, moves)
        if posed is None or arcs is None:
            return None
        problem, p_neutralization = posed
        for (slot, place), task in zip(_slots(arcs, moves), _tasks(arcs), strict=True):
            self._known[slot, mask & self._bearing.figures(place)] = _figures(task)
        response = (problem.response_mean, problem.response_sd, problem.p_communication)
        share = p_neutralization if self._effective and p_neutralization is not None else 1.0
        self._known[_RESPONSE, mask & self._bearing.figures(RESPONSE)] = (*response, share)
        return arcs


_RESPONSE: _Slot = ("response",)


def _places(
    question: Question, moves: Sequence[Move], novelties: Novelties, document: Mapping[str, Any]
) -> list[Place]:
    """Every place that a path may touch."""
    elements = elements_of(moves)
    entries = [one for one in [*document["element"], *novelties.elements] if one["id"] in elements]
    areas = {area for one in entries for area in one["between"]} | novelties.beside
    areas |= {one["area"] for one in document["target"] if one["id"] == question.target}
    return [*(("element", name) for name in sorted(elements)), *(("area", name) for name in sorted(areas)), TARGET]


def _trace(graph: TaskGraph, moves: Sequence[Move]) -> list[Arc] | None:
    """The arcs that lead along these moves, from a start to the end; None where they do not."""
    leaving: dict[int, list[Arc]] = {}
    for arc in graph.arcs:
        leaving.setdefault(arc.tail, []).append(arc)

    def follow(node: int, index: int) -> list[Arc] | None:
        if index == len(moves):
            return [] if node == DONE else None
        for arc in leaving.get(node, ()):
            task = arc.task
            if Move(task.leg, task.kind, task.id, task.way or "") == moves[index]:
                rest = follow(arc.head, index + 1)
                if rest is not None:
                    return [arc, *rest]
        return None

    for start in graph.starts:
        arcs = follow(start, 0)
        if arcs is not None:
            return arcs
    return None


def _slots(arcs: Sequence[Arc], moves: Sequence[Move]) -> Iterator[tuple[_Slot, Place]]:
    """For each way and each crossing of a path, in order, what names it among those of all paths, and its place."""
    for index, (arc, move) in enumerate(zip(arcs, moves, strict=True)):
        left_by = moves[index + 1].id if index + 1 < len(moves) else ""
        if arc.through is None:
            yield ("target", move.way), TARGET
            yield ("nothing",), TARGET
        else:
            element, left, entered = arc.through
            yield ("way", move.leg, element, move.way, left, entered), ("element", element)
            yield ("crossing", move.leg, entered, element, left_by), ("area", entered)


def _tasks(arcs: Sequence[Arc]) -> Iterator[Task | None]:
    for arc in arcs:
        yield arc.task
        yield arc.crossing


def _figures(task: Task | None) -> Figures:
    if task is None:
        return _NOTHING
    return task.p_detection, WEIGHT[task.detect_at], task.delay_mean, task.delay_sd


def _local(mask: int, order: Sequence[int]) -> int:
    """A set of upgrades as a local set of a path."""
    return sum(1 << k for k, one in enumerate(order) if mask >> one & 1)


def _spread(local: int, order: Sequence[int]) -> int:
    """A local set of a path as a set of upgrades."""
    return sum(1 << one for k, one in enumerate(order) if local >> k & 1)


@compiled
def path_values(index: Ints, figures: Floats, per_alarm: bool) -> Floats:
    """P_I, or P_E, of many readings of one path at once.

    `index` (tasks + 1, n): per task in order, and last the response, which row of `figures` (m, 4) holds in a
    reading: p, weight, mean, sd; of the response mean, sd, P_C, P_N. `per_alarm`: every alarm has a communication of
    its own. Shape (n,).
    """
    tasks, readings = index.shape[0] - 1, index.shape[1]
    values = np.empty(readings)
    for reading in range(readings):
        response = figures[index[tasks, reading]]
        mean, variance, value = 0.0, 0.0, 0.0
        for task in range(tasks - 1, -1, -1):
            p, weight, m, s = figures[index[task, reading]]
            # in the order of the engine, so that a tie without spread is a tie here too
            margin = (weight * m + mean) - response[0]
            spread = weight * weight * (s * s) + variance + response[1] * response[1]
            if per_alarm:
                p *= response[2]
            if p > 0.0:
                if spread > 0.0:
                    timely = 0.5 * math.erfc(-margin / math.sqrt(2.0 * spread))
                else:
                    timely = 1.0 if margin > 0.0 else 0.0
                value = p * timely + (1.0 - p) * value
            mean += m
            variance += s * s
        values[reading] = response[3] * value * (1.0 if per_alarm else response[2])
    return values
