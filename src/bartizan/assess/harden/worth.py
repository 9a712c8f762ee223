"""What one path gives under every choice of upgrades: the table from which the search takes its bounds.

A path is followed in the small site in which it stands alone (`excerpt`), with those upgrades that bear on it
(`bearing`). Its figures under a set are those of its tasks, each of which depends on few upgrades; so few small
sites are compiled, and the table is filled from them by arithmetic alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bartizan.assess.harden.bearing import RESPONSE, TARGET, Bearing, Place
from bartizan.assess.harden.choices import Choices, members
from bartizan.assess.harden.excerpt import Excerpt, Move, Novelties, Question, elements_of
from bartizan.assess.harden.smallsite import SmallSite
from bartizan.assess.task import WEIGHT, Task
from bartizan.assess.taskgraph import DONE, Arc, TaskGraph
from bartizan.assess.timeline import Floats, p_timely
from bartizan.site.model import Change
from bartizan.site.site import Site

LIMIT = 12  # upgrades that bear on one path: 4,096 sets of them
Figures = tuple[float, float, float, float]  # p, weight, mean, sd; of the response: mean, sd, P_C, P_N
_NOTHING: Figures = (0.0, 0.0, 0.0, 0.0)
_Slot = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """One path of one case, and what it gives.

    `bears`: the upgrades that bear on it, ascending; bit k of a local set is upgrade `bears[k]`. `table`: by local
    set the value of the path, inf where it does not exist (or nobody can say), -inf where the set cannot be had.
    """

    case: int
    moves: tuple[Move, ...]
    bears: tuple[int, ...]
    table: Floats

    def under(self, mask: int) -> float:
        """What the path gives under a set of upgrades."""
        return float(self.table[sum(1 << k for k, one in enumerate(self.bears) if mask >> one & 1)])


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

    def worth(self, moves: tuple[Move, ...]) -> Worth | None:
        """What a path gives under every choice; None where too many upgrades bear on it."""
        places = _places(self._question, moves, self._novelties, self._document)
        exists = self._bearing.paths(places)
        bears = exists | self._bearing.figures(RESPONSE)
        for place in places:
            bears |= self._bearing.figures(place)
        order = tuple(members(bears))
        if len(order) > LIMIT:
            return None
        excerpt = Excerpt(self._document, self._question, elements_of(moves), self._novelties)
        small = SmallSite(excerpt, self._question, self._attachments)
        masks = [sum(1 << one for k, one in enumerate(order) if local >> k & 1) for local in range(1 << len(order))]
        table = np.full(len(masks), -np.inf)
        alike: dict[int, list[int]] = {}
        for local, mask in enumerate(masks):
            if self._can_be_had(mask, bears):
                alike.setdefault(mask & exists, []).append(local)
        for group in alike.values():
            table[group] = self._values(small, moves, [masks[local] for local in group])
        return Worth(self._number, moves, order, table)

    def _can_be_had(self, mask: int, bears: int) -> bool:
        """Whether some set that can be had holds of `bears` exactly these."""
        choices = self._choices
        return all(choices.needs[one] & bears & ~mask == 0 and choices.bars[one] & mask == 0 for one in members(mask))

    def _values(self, small: SmallSite, moves: tuple[Move, ...], masks: Sequence[int]) -> Floats:
        """The value of a path under each set; all sets agree in what bears on whether the path exists."""
        fewest = min(masks, key=int.bit_count)
        arcs = self._traced(small, moves, fewest)
        values = np.full(len(masks), np.inf)
        if arcs is None:
            return values
        known = np.ones(len(masks), dtype=bool)
        columns = []
        for slot, place in [*_slots(arcs, moves), (_RESPONSE, RESPONSE)]:
            keys = [mask & self._bearing.figures(place) for mask in masks]
            first: dict[int, int] = {}
            for key, mask in sorted(zip(keys, masks, strict=True), key=lambda pair: pair[1].bit_count()):
                first.setdefault(key, mask)
            for key, mask in first.items():
                if (slot, key) not in self._known:
                    self._traced(small, moves, mask)
            found = [self._known.get((slot, key)) for key in keys]
            known &= np.array([one is not None for one in found])
            columns.append([one or _NOTHING for one in found])
        figures = np.array(columns, dtype=np.float64)
        values[known] = _values(figures[:-1, known], figures[-1, known])
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


def _values(tasks: Floats, response: Floats) -> Floats:
    """P_I, or P_E, of many readings of one path at once: `tasks` (n, sets, 4), `response` (sets, 4)."""
    mean = np.zeros(tasks.shape[1])
    variance = np.zeros(tasks.shape[1])
    value = np.zeros(tasks.shape[1])
    for p, weight, m, s in (task.T for task in tasks[::-1]):
        timely = _timely(weight * m + mean, weight * weight * s * s + variance, response)
        value = p * timely + (1.0 - p) * value
        mean, variance = mean + m, variance + s * s
    return np.asarray(response[:, 2] * response[:, 3] * value)


def _timely(mean: Floats, variance: Floats, response: Floats) -> Floats:
    """P(R|A) where the response differs from reading to reading: the margin is all that counts."""
    return p_timely(mean - response[:, 0], variance + response[:, 1] * response[:, 1], 0.0, 0.0)
