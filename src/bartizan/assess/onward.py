"""The worst way onward from a place: the one on which a response is least likely to come before it is done.

Labels are pairs (M, S), mean and variance of the delay from a node to the end. After s seconds the excess of a
normal T over s is sigma (X - z given X > z), z = (s - mu) / sigma, X standard normal. The normal hazard rises, so
X - z given X > z shrinks stochastically with z. Hence label 1 is never above label 2, for any response, where for
all delay a and variance b that can lie before it

    S1 + b <= S2 + b    and    (M1 + a - s) / sqrt(S1 + b) <= (M2 + a - s) / sqrt(S2 + b).

With S1 <= S2 the second, linear in a for fixed b, is tightest at the largest a, and linear in a monotone function of
b for fixed a: two corners decide. This is one comparison for all responses, by three numbers.

A label is also left out when no way to begin before it can bring any response below the chance that is already
known for some way: by `chance_at_least`, from the least mean and the least and most variance that can lie before it.
As in `paths` the search runs over walks that may revisit areas, and again with more memory until the ways found for
all responses are paths. So the chances are minima over all ways onward, to within the error of `chance`.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bartizan.assess.chance import ERROR, Arrival, chance, chance_at_least
from bartizan.assess.dominance import Ints
from bartizan.assess.labels import Labels, Network, Walk
from bartizan.assess.task import Task
from bartizan.assess.taskgraph import DONE, TaskGraph
from bartizan.assess.timeline import Floats
from bartizan.errors import InputError

LABELS = 1_000_000
ROUNDS_OF_LITTLE_MEMORY = 12


@dataclass(frozen=True, slots=True)
class First:
    """What lies between the place and the first node: its tasks, of the first of which the share `weight` is left."""

    tasks: tuple[Task, ...] = ()
    weight: float = 1.0

    @property
    def means(self) -> tuple[float, ...]:
        """Per task the mean delay left [s]."""
        return tuple(task.delay_mean * (1.0 if place else self.weight) for place, task in enumerate(self.tasks))

    @property
    def variances(self) -> tuple[float, ...]:
        """Per task the variance of the delay left [s²]."""
        return tuple((task.delay_sd * (1.0 if place else self.weight)) ** 2 for place, task in enumerate(self.tasks))

    @property
    def mean(self) -> float:
        """The mean delay left in all [s]."""
        return sum(self.means)

    @property
    def variance(self) -> float:
        """The variance of the delay left in all [s²]."""
        return sum(self.variances)


_Found = tuple[float, First, Walk]


@dataclass(frozen=True, slots=True)
class WayOnward:
    """One way onward: the chance of a response on it, its tasks, and what is left of the first of them.

    `means` [s] and `variances` [s²], one per task: what is left of each when the intruder was known at the place.
    """

    chance: float
    tasks: tuple[Task, ...]
    means: tuple[float, ...]
    variances: tuple[float, ...]


def worst_ways(
    graph: TaskGraph, firsts: Mapping[int, Sequence[First]], elapsed: float, arrivals: Sequence[Arrival]
) -> tuple[WayOnward, ...]:
    """The way onward of least mean, then for each arrival the one on which it is least likely to be in time.

    `graph.starts` are the nodes that `firsts` lead to; `elapsed` [s] since the intruder was known at the place.
    Returns nothing where no way leads on. Raises InputError where the search would need more than LABELS labels.
    """
    network = _Onward(graph, firsts, elapsed, arrivals)
    if network.quickest is None:
        return ()
    remember = network.no_memory()
    found: list[_Found] = []
    for round_number in range(1, ROUNDS_OF_LITTLE_MEMORY + 3 if arrivals else 1):
        labels = network.search(remember, 1, LABELS)
        if labels is None:
            raise InputError(f"the search for the worst way onward needs more than {LABELS:,} labels")
        found = network.worst(labels)
        if not network.remember_revisits(remember, [walk for _, _, walk in found]):
            break
        if round_number > ROUNDS_OF_LITTLE_MEMORY:
            remember = network.full_memory()
    return tuple(network.way(*one) for one in (network.quickest, *found))


class _Onward(Network):
    """Labels compared by (M, S) alone, from nodes that lie behind a place."""

    def __init__(
        self, graph: TaskGraph, firsts: Mapping[int, Sequence[First]], elapsed: float, arrivals: Sequence[Arrival]
    ) -> None:
        super().__init__(graph, elapsed, 0.0)
        self._elapsed = elapsed
        self._arrivals = arrivals
        self._firsts = firsts
        every = [first for some in firsts.values() for first in some]
        most = (max((one.mean for one in every), default=0.0), max((one.variance for one in every), default=0.0))
        self._most = self._most + np.array(most)[:, None]
        self._anything[:] = True
        self._certain[:] = False
        mean, variance = self._figures[2] + self._figures[6], self._figures[3] + self._figures[7]
        self._least_mean = self._least_before(mean, {node: min(f.mean for f in some) for node, some in firsts.items()})
        self._least_variance = self._least_before(
            variance, {node: min(f.variance for f in some) for node, some in firsts.items()}
        )
        self.quickest = self._quickest(mean)
        self._known = [self._reached(arrival) for arrival in arrivals]

    def _least_before(self, cost: Floats, begin: Mapping[int, float]) -> Floats:
        """Per node the least sum of a cost from a place to it; infinite where nothing leads there."""
        follows: dict[int, list[tuple[int, float]]] = {}
        for arc, price in zip(self.arcs, cost.tolist(), strict=True):
            follows.setdefault(arc.tail, []).append((arc.head, price))
        return np.array(_shortest(follows, begin, len(self._place))[0])

    def _quickest(self, mean: Floats) -> _Found | None:
        """The walk of least mean, with chance 1; None where there is no walk."""
        leads: dict[int, list[tuple[int, float]]] = {}
        best: dict[tuple[int, int], int] = {}
        for number, (arc, price) in enumerate(zip(self.arcs, mean.tolist(), strict=True)):
            leads.setdefault(arc.head, []).append((arc.tail, price))
            if price < mean[best.setdefault((arc.tail, arc.head), number)]:
                best[arc.tail, arc.head] = number
        cost, after = _shortest(leads, {DONE: 0.0}, len(self._place))
        begins = [(cost[node] + first.mean, node, first) for node, some in self._firsts.items() for first in some]
        total, node, first = min(begins, key=lambda one: one[:2], default=(math.inf, DONE, First()))
        if math.isinf(total):
            return None
        walk = []
        while node != DONE:
            walk.append(best[node, after[node]])
            node = after[node]
        return 1.0, first, tuple(walk)

    def _reached(self, arrival: Arrival) -> float:
        """A chance that some path has: that of the quickest walk, or 1 where that enters an area twice."""
        if self.quickest is None or self.remember_revisits(self.no_memory(), [self.quickest[2]]):
            return 1.0
        way = self.way(*self.quickest)
        mean, variance = np.array([sum(way.means)]), np.array([sum(way.variances)])
        return float(chance(mean, variance, self._elapsed, arrival)[0])

    def _prepended(self, arc: Ints, mean: Floats, variance: Floats, value: Floats) -> tuple[Floats, Floats, Floats]:
        del value
        figures = self._figures[:, arc]
        mean, variance = mean + figures[2] + figures[6], variance + figures[3] + figures[7]
        return mean, variance, variance

    def _ranks(self, node: Ints, mean: Floats, variance: Floats, value: Floats) -> Floats:
        ranks = super()._ranks(node, mean, variance, value)
        # of the corners only those with the most delay before decide
        ranks[:, 1:3] = 0.0
        return ranks

    def _worth(self, labels: Labels) -> Labels:
        """Without those that no beginning can bring below a chance already known, for any response."""
        mean = labels.mean + self._least_mean[labels.node]
        reached = np.isfinite(mean)
        labels, mean = labels[reached], mean[reached]
        least = labels.variance + self._least_variance[labels.node]
        most = labels.variance + self._most[1, labels.node]
        may_be_lower = np.zeros(len(labels), dtype=np.bool_)
        for arrival, known in zip(self._arrivals, self._known, strict=True):
            may_be_lower |= chance_at_least(mean, least, most, self._elapsed, arrival) <= known + ERROR
        return labels[may_be_lower]

    def worst(self, labels: Labels) -> list[_Found]:
        """For each arrival the least chance, how the way begins and its arcs; ties in the order of the labels."""
        begins = [
            (label, first)
            for label in np.flatnonzero(self._begins[labels.node]).tolist()
            for first in self._firsts[int(labels.node[label])]
        ]
        if not begins:
            return []
        mean = np.array([labels.mean[label] + first.mean for label, first in begins])
        variance = np.array([labels.variance[label] + first.variance for label, first in begins])
        found = []
        for arrival in self._arrivals:
            chances = chance(mean, variance, self._elapsed, arrival)
            best = int(np.argmin(chances))
            label, first = begins[best]
            found.append((float(chances[best]), first, labels.walk(label)))
        return found

    def way(self, value: float, first: First, walk: Walk) -> WayOnward:
        """A way as its tasks."""
        later = tuple(task for arc in walk for task in self.arcs[arc].tasks)
        return WayOnward(
            chance=value,
            tasks=first.tasks + later,
            means=first.means + tuple(task.delay_mean for task in later),
            variances=first.variances + tuple(task.delay_sd**2 for task in later),
        )


def _shortest(
    links: Mapping[int, Sequence[tuple[int, float]]], begin: Mapping[int, float], nodes: int
) -> tuple[list[float], list[int]]:
    """Least cost to every node (Dijkstra 1959), and the node that each is reached from."""
    cost, origin = [math.inf] * nodes, [DONE] * nodes
    queue = [(price, node, node) for node, price in begin.items()]
    heapq.heapify(queue)
    while queue:
        price, node, came_from = heapq.heappop(queue)
        if price >= cost[node]:
            continue
        cost[node], origin[node] = price, came_from
        for other, more in links.get(node, ()):
            if price + more < cost[other]:
                heapq.heappush(queue, (price + more, other, node))
    return cost, origin
