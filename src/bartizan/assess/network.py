"""The arrays that the search for the worst paths runs on: arcs, their figures, and what can lie before each node.

Only arcs that a path can use are kept; they stay in the order of ids, which decides ties. `paths` proves what is
said here about comparisons; `prefixes` bounds what can lie before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from bartizan.assess.prefixes import Flags, Floats, Ints, before, links, parts, usable_arcs
from bartizan.assess.problem import Problem
from bartizan.assess.taskgraph import DONE
from bartizan.compiled import compiled_for_threads as compiled

# beyond 8.3 standard deviations a normal probability is 0 or 1 to within half a unit of the last place
SURE = 8.3
ROOT_HALF = math.sqrt(0.5)


class Graph(NamedTuple):
    """What the compiled search reads.

    Arcs: `tail`, `head`, `through` (equal where the same is passed), `opens` and `needs_open` (-1: none), shape (n,);
    `figures` (n, 8): p, weight, mean [s], variance [s²] of the way and of the crossing after it. `into`: where the
    arcs into each node begin in `by_head`. Nodes: `place`, `leg`, `starts`; `anything`, `certain`: whether a task can
    come before, and one noticed with certainty; `corners` (nodes, 6, 2): delay and variance at the points by which
    labels are compared. `response`: mean [s] and variance [s²].
    """

    tail: Ints
    head: Ints
    through: Ints
    opens: Ints
    needs_open: Ints
    figures: Floats
    into: Ints
    by_head: Ints
    place: Ints
    leg: Ints
    starts: Flags
    anything: Flags
    certain: Flags
    corners: Floats
    response: Floats


@dataclass(frozen=True, slots=True)
class Network:
    """A problem as arrays: `graph`; `arcs`, the number of each kept arc in the problem; `part`, the strongly
    connected part of each node, of which arcs lead to lower ones; `high`, the most variance over delay of a task [s];
    `most`, above the mean [s] and variance [s²] of every path; `longest`, the most arcs that a path has."""

    graph: Graph
    arcs: Ints
    part: Ints
    high: float
    most: tuple[float, float]
    longest: int

    def comparing_less(self) -> Network:
        """The same with labels compared as if nothing came before: quick, and what is found proves nothing."""
        return replace(self, graph=self.graph._replace(corners=np.zeros_like(self.graph.corners)))

    def with_arcs(self, kept: Flags) -> Network:
        """The same with some of its arcs alone."""
        graph, chosen = self.graph, np.flatnonzero(kept)
        columns = {
            name: np.ascontiguousarray(getattr(graph, name)[chosen])
            for name in ("tail", "head", "through", "opens", "needs_open", "figures")
        }
        into = links(columns["head"], len(graph.place))
        graph = graph._replace(**columns, into=into.begins, by_head=into.arcs)
        return replace(self, graph=graph, arcs=self.arcs[chosen])


@compiled
def p_timely(margin: float, variance: float) -> float:
    """P(R|A) for the margin mean left - response mean [s]; without spread the step, a tie not being in time."""
    if variance > 0.0:
        return 0.5 * math.erfc(-margin / math.sqrt(variance) * ROOT_HALF)
    return 1.0 if margin > 0.0 else 0.0


@compiled
def prepended(  # noqa: PLR0917 - compiled: arrays one by one, loops in one piece
    figures: Floats, arc: int, mean: float, variance: float, value: float, response: Floats
) -> tuple[float, float, float]:
    """Mean, variance and value to go when the crossing and then the way of an arc come before."""
    for first in (4, 0):
        p, weight, m, v = figures[arc, first], figures[arc, first + 1], figures[arc, first + 2], figures[arc, first + 3]
        if p > 0.0:
            margin, spread = weight * m + mean - response[0], weight * weight * v + variance + response[1]
            timely = p_timely(margin, spread)
            value = p * timely + (1.0 - p) * value
        mean += m
        variance += v
    return mean, variance, value


def network_of(problem: Problem) -> Network:
    """The network of a problem: the arcs that a path can use, with figures and bounds."""
    arrays = problem.arrays
    tail, head, area, leg, starts, end = arrays.tail, arrays.head, arrays.area, arrays.leg, arrays.starts, DONE
    per_task = np.stack((arrays.p, arrays.weight, arrays.mean, arrays.sd * arrays.sd), axis=1)
    # the last row is of no task at all
    per_task = np.concatenate((per_task, np.zeros((1, 4))))
    figures = np.concatenate((per_task[arrays.task], per_task[arrays.crossing]), axis=1)
    response = (problem.response_mean, problem.response_sd)
    nodes = len(area)
    place = _places(area, leg)
    places = int(place.max()) + 1
    root = places  # leads to every place in which a path may begin
    begins = np.zeros(places + 1, dtype=np.bool_)
    begins[place[starts]] = True
    first = np.flatnonzero(begins).astype(np.int64)
    tails = np.concatenate((place[tail], np.full(len(first), root, dtype=np.int64)))
    heads = np.concatenate((place[head], first))
    forward, backward = links(tails, places + 1), links(heads, places + 1)
    use = usable_arcs(forward, backward, tails, heads, root, int(place[end]))[: len(tail)]
    kept = np.flatnonzero(use).astype(np.int64)
    figures = np.ascontiguousarray(figures[kept])
    at, to = np.ascontiguousarray(place[tail[kept]]), np.ascontiguousarray(place[head[kept]])
    forward = links(at, places + 1)
    all_of_them = np.ones(len(kept), dtype=np.bool_)
    part, count = parts(forward, to, all_of_them)
    ahead = before((at, to), all_of_them, begins, figures, part, count)
    rates = ahead.high[np.isfinite(ahead.high)]
    high = math.inf if np.isposinf(ahead.high).any() else float(rates.max(initial=0.0))
    in_links = links(head[kept], nodes)
    mask = np.zeros(nodes, dtype=np.bool_)
    mask[starts] = True
    graph = Graph(
        tail=tail[kept], head=head[kept], through=arrays.through[kept],
        opens=arrays.opens[kept], needs_open=arrays.needs_open[kept], figures=figures,
        into=in_links.begins, by_head=in_links.arcs, place=place, leg=leg, starts=mask,
        anything=ahead.anything[place], certain=ahead.certain[place],
        corners=_corners(ahead.mean, ahead.variance, ahead.low, ahead.high, high, response)[place],
        response=np.array([response[0], response[1] * response[1]]),
    )  # fmt: skip
    return Network(
        graph=graph, arcs=kept, part=part[place], high=high,
        most=(float(ahead.mean[place[end]]), float(ahead.variance[place[end]])),
        longest=len(np.unique(at)),
    )  # fmt: skip


def _places(area: Ints, leg: Ints) -> Ints:
    """A number for each area on each leg; nodes without an area stand alone."""
    alone = np.where(area < 0, -1 - np.arange(len(area)), area)
    _, place = np.unique(np.stack((leg, alone)), axis=1, return_inverse=True)
    return place.reshape(-1).astype(np.int64)


def _corners(  # noqa: PLR0917 - compiled: arrays one by one, loops in one piece
    mean: Floats, variance: Floats, low: Floats, high: Floats, highest: float, response: tuple[float, float]
) -> Floats:
    """Per place six points (delay [s], variance [s²]): the corners of what can lie before, then of the box round it.

    0: nothing; 1, 2: the most delay with the least and most variance; 3: the least delay with the most variance; and
    4, 5: the most delay with no variance, the most variance with no delay. Beyond the delay after which every
    response is in time, nothing matters.
    """
    most = np.minimum(mean, _certainly_in_time(highest, response))
    # without a spread of the response, labels without spread are steps, which only the box compares rightly
    wedge = np.isfinite(high) & (high > 0.0) & np.isfinite(low) & (response[1] > 0.0)
    low, high = np.where(wedge, low, 0.0), np.where(wedge, high, 1.0)
    # no beginning has more delay than its variance allows
    most = np.minimum(most, np.divide(variance, low, out=np.full(len(mean), math.inf), where=low > 0.0))
    largest = np.where(wedge, np.minimum(variance, high * most), variance)
    least, first = low * most, np.where(wedge, largest / high, 0.0)
    zero = np.zeros(len(mean))
    points = ((zero, zero), (most, least), (most, largest), (first, largest), (most, zero), (zero, largest))
    return np.stack([np.stack(point, axis=1) for point in points], axis=1)


def _certainly_in_time(high: float, response: tuple[float, float]) -> float:
    """The delay y [s] beyond which y - C exceeds SURE times the largest possible deviation."""
    mean, sd = response
    if not math.isfinite(high):
        return math.inf
    # x = y - C solves x² = SURE² (s² + high (C + x))
    half = SURE * SURE * high / 2.0
    return mean + half + math.sqrt(half * half + SURE * SURE * (sd * sd + high * mean))
