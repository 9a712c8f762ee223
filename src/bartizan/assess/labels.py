"""Label setting backwards over the graph of tasks: the search behind the worst paths.

A label at a node is a way to go on from there to the end: the mean M and variance S of the delay that is left, and
V, the probability of interruption (without P_C) if nothing has been noticed before the node. `paths` says what the
search proves, and why the comparison of labels is right. Labels are made level by level (by number of arcs) in
arrays; what is compiled is the comparison alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.dominance import Compared, Ints, Numbers, Words, unbeaten
from bartizan.assess.task import WEIGHT, Task
from bartizan.assess.taskgraph import AT_TARGET, DONE, Arc, TaskGraph
from bartizan.assess.timeline import Floats, p_timely
from bartizan.assess.upstream import upstream

Walk = tuple[int, ...]


@dataclass(slots=True)
class Labels:
    """Labels in the order in which they were made; number 0 is the end of every path.

    `node`, `arc` (that begins it), `after` (the label that the arc leads to), `sequence` (a number that is equal for
    equal sequences of elements), shape (n,); `mean` [s], `variance` [s²], `value`, shape (n,); `ranks` (n, 6): what
    is compared, the value, four standardised margins and, where nothing spreads, the mean; `visited` (n, words): the
    areas remembered, as bits.
    """

    node: Ints
    arc: Ints
    after: Ints
    sequence: Numbers
    mean: Floats
    variance: Floats
    value: Floats
    ranks: Floats
    visited: Words

    @classmethod
    def of_end(cls, words: int) -> Labels:
        """The one label after the last task."""
        zero = np.zeros(1, dtype=np.int64)
        return cls(
            zero, zero - 1, zero, zero.astype(np.uint64), np.zeros(1), np.zeros(1), np.zeros(1), np.zeros((1, 6)),
            np.zeros((1, words), dtype=np.uint64),
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.node)

    def __getitem__(self, chosen: NDArray[Any] | slice) -> Labels:
        return Labels(*(getattr(self, name)[chosen] for name in self.__slots__))

    def __add__(self, other: Labels) -> Labels:
        return Labels(*(np.concatenate((getattr(self, name), getattr(other, name))) for name in self.__slots__))

    def walk(self, label: int) -> Walk:
        """The arcs of a label, in the order in which they are gone."""
        arcs = []
        while label:
            arcs.append(int(self.arc[label]))
            label = int(self.after[label])
        return tuple(arcs)


class Network:
    """A graph of tasks and a response as arrays; the arcs keep the order of ids, which decides ties."""

    def __init__(self, graph: TaskGraph, response_mean: float, response_sd: float) -> None:
        before, usable = upstream(graph)
        names = dict.fromkeys(node.area for node in graph.nodes if node.area is not None)
        areas = {name: number for number, name in enumerate(names)}
        self._response_mean = response_mean
        self._response_variance = response_sd * response_sd
        self._response_sd = response_sd
        self.arcs: tuple[Arc, ...] = tuple(graph.arcs[index] for index in usable)
        passages = {through: number for number, through in enumerate(dict.fromkeys(arc.through for arc in self.arcs))}
        self._tail = np.array([arc.tail for arc in self.arcs], dtype=np.int64)
        self._through = np.array([passages[arc.through] for arc in self.arcs], dtype=np.int64)
        head = np.array([arc.head for arc in self.arcs], dtype=np.int64)
        self._by_head = np.argsort(head, kind="stable")
        self._into = np.searchsorted(head[self._by_head], np.arange(len(graph.nodes) + 1))
        figures = [_figures(arc.crossing) + _figures(arc.task) for arc in self.arcs]
        self._figures = np.array(figures, dtype=np.float64).reshape(-1, 8).T
        self._place = [(node.leg, node.area) for node in graph.nodes]
        # where a leg ends, what was visited is forgotten
        self._fresh = _mask(len(graph.nodes), (DONE, AT_TARGET))
        self._begins = _mask(len(graph.nodes), graph.starts)
        self._anything = np.array([one.anything for one in before])
        self._certain = np.array([one.certain for one in before])
        self._most = np.array([(one.mean, one.variance) for one in before]).T
        self._words = max(1, math.ceil(len(names) / 64))
        self._bits = np.zeros((len(graph.nodes), self._words), dtype=np.uint64)
        for node, one in enumerate(graph.nodes):
            if one.area is not None:
                self._bits[node, areas[one.area] >> 6] = np.uint64(1 << (areas[one.area] & 63))
        self._nodes = np.arange(len(graph.nodes) + 1)
        self._levels = 2 + len({(node.area, node.leg) for node in graph.nodes})

    def no_memory(self) -> Words:
        """Per node the areas that its labels must remember, as bits: none."""
        return np.zeros_like(self._bits)

    def full_memory(self) -> Words:
        """Per node every area; none where a leg ends."""
        memory = np.full_like(self._bits, np.iinfo(np.uint64).max)
        memory[self._fresh] = 0
        return memory

    def search(self, remember: Words, count: int, limit: int) -> Labels | None:
        """Every label that may begin one of the `count` worst walks under this memory; None: more than `limit`."""
        labels = Labels.of_end(self._words)
        first = 0
        for _ in range(self._levels):
            new = self._worth(self._longer(labels, first, remember))
            if not len(new):
                break
            order = np.argsort(labels.node, kind="stable")
            begins = np.searchsorted(labels.node[order], self._nodes)
            first, labels = len(labels), labels + new
            labels = labels[unbeaten(self._compared(labels), order, begins, first, count)]
            if len(labels) > limit:
                return None
        return labels

    def _worth(self, labels: Labels) -> Labels:
        """The labels that can still matter, whatever the others are: here all."""
        return labels

    def _compared(self, labels: Labels) -> Compared:
        return Compared(
            node=labels.node,
            arc=labels.arc,
            after=labels.after,
            sequence=labels.sequence,
            ranks=labels.ranks,
            visited=labels.visited,
            through=self._through,
            anything=self._anything,
            certain=self._certain,
        )

    def _longer(self, labels: Labels, first: int, remember: Words) -> Labels:
        """Labels from number `first`, each made longer by every arc to its node, in the order of node and value."""
        old = np.arange(first, len(labels))
        node = labels.node[old]
        ways = self._into[node + 1] - self._into[node]
        after = np.repeat(old, ways)
        arc = self._by_head[np.arange(len(after)) + np.repeat(self._into[node] - np.cumsum(ways) + ways, ways)]
        tail = self._tail[arc]
        seen = labels.visited[after]
        free = ~(seen & self._bits[tail]).any(axis=1) | self._fresh[tail]
        if not free.all():
            arc, after, tail, seen = arc[free], after[free], tail[free], seen[free]
        # what a leg's end remembers is nothing
        visited = (seen | self._bits[labels.node[after]]) & remember[tail]
        mean, variance, value = self._prepended(arc, labels.mean[after], labels.variance[after], labels.value[after])
        sequence = _next_number(labels.sequence[after], self._through[arc])
        order = np.lexsort((mean, value, tail))
        return Labels(
            tail, arc, after, sequence, mean, variance, value, self._ranks(tail, mean, variance, value), visited
        )[order]

    def _prepended(self, arc: Ints, mean: Floats, variance: Floats, value: Floats) -> tuple[Floats, Floats, Floats]:
        """Mean, variance and value to go when the crossing and then the way of an arc come before."""
        figures = self._figures[:, arc]
        for p, weight, m, v in (figures[:4], figures[4:]):
            timely = p_timely(weight * m + mean, weight * weight * v + variance, self._response_mean, self._response_sd)
            mean, variance, value = m + mean, v + variance, p * timely + (1.0 - p) * value
        return mean, variance, value

    def _ranks(self, node: Ints, mean: Floats, variance: Floats, value: Floats) -> Floats:
        """The value; the standardised margin with nothing and with the most before; the mean where nothing spreads."""
        most_mean, most_variance = self._most[:, node]
        margin = np.empty((len(node), 4))
        margin[:, :2] = (mean - self._response_mean)[:, None]
        margin[:, 2:] = margin[:, :2] + most_mean[:, None]
        spread = np.empty((len(node), 4))
        spread[:, ::2] = (variance + self._response_variance)[:, None]
        spread[:, 1::2] = spread[:, ::2] + most_variance[:, None]
        # nan compares as no hindrance
        without_spread = np.where(spread[:, :1] > 0.0, np.nan, mean[:, None])
        return np.concatenate((value[:, None], _standardised(margin, spread), without_spread), axis=1)

    def remember_revisits(self, remember: Words, walks: Iterable[Sequence[int]]) -> bool:
        """Let the nodes between two visits of an area remember it; whether there was any such visit."""
        revisited = False
        for walk in walks:
            nodes = self._tail[list(walk)].tolist()
            last: dict[tuple[str, str | None], int] = {}
            for place, node in enumerate(nodes):
                here = self._place[node]
                if here in last:
                    revisited = True
                    remember[nodes[last[here] + 1 : place]] |= self._bits[node]
                last[here] = place
        return revisited


def _figures(task: Task | None) -> tuple[float, float, float, float]:
    if task is None:
        return 0.0, 0.0, 0.0, 0.0
    return task.p_detection, WEIGHT[task.detect_at], task.delay_mean, task.delay_sd * task.delay_sd


def _mask(size: int, chosen: Iterable[int]) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=np.bool_)
    mask[list(chosen)] = True
    return mask


def _standardised(margin: Floats, variance: Floats) -> Floats:
    """margin / sd; without spread the step: in time only where the margin is above 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > 0.0, margin / np.sqrt(variance), np.where(margin > 0.0, np.inf, -np.inf))


def _next_number(sequence: Numbers, through: Ints) -> Numbers:
    """A number for a longer sequence; equal for equal ones, and seldom equal for others (Knuth's multiplier)."""
    return sequence * np.uint64(6364136223846793005) + (through.astype(np.uint64) + np.uint64(1442695040888963407))
