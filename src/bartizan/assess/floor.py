"""A floor under P_I that is quick to find on large plans: labels that need not be compared by variance.

With y the mean delay left when a task is noticed, the variance left lies between 0 and `high` times y, where `high` is
the most variance over mean of any task. Phi((y - C) / sqrt(S + s_RFT²)) falls with S where y > C, and rises with it
elsewhere; so it is at least its value at S = high y where y > C, and at S = 0 elsewhere. Both rise with y. Taken for
every task, they give each walk a value that is not above its own, and that rises with the value V and the mean M to go:
a label is needless where another of the same node has no more of either. Labels are taken in the order of M, which
never falls along a walk; so a label is needless exactly where V is not below the least V taken at its node before.
Walks may revisit places and pass what was never opened: there are more of them than paths, and the least value over
all of them is a floor under the value of every path.

V is rounded down to a multiple of GRAIN, which keeps the floor a floor, and bounds the labels of a node.
"""

from __future__ import annotations

import math

import numpy as np

from bartizan.assess.network import ROOT_HALF, Graph, Network
from bartizan.assess.prefixes import Floats, Ints
from bartizan.assess.queue import pop, push
from bartizan.assess.taskgraph import DONE
from bartizan.compiled import compiled_for_threads as compiled

GRAIN = 2e-6  # of a probability; lost at most once a task
LABELS = 20_000_000  # some 500 MB


def floor_under(network: Network, labels: int = LABELS) -> float:
    """What no path of the network has a lower value than, without P_C; 0 where `labels` did not suffice to say.

    Not modelled: it is a bound alone, and no path need attain it.
    """
    return float(_floor(network.graph, network.high, labels, DONE))


@compiled
def _in_time(left: float, mean: float, variance: float, high: float) -> float:
    """The least that P(R|A) can be with a mean delay `left` [s], whatever its variance."""
    margin = left - mean
    spread = variance + high * left if margin > 0.0 else variance
    if spread > 0.0:
        return 0.5 * math.erfc(-margin / math.sqrt(spread) * ROOT_HALF)
    return 1.0 if margin > 0.0 else 0.0


@compiled
def _floor(graph: Graph, high: float, most: int, end: int) -> float:
    """The least value over all walks; 0 where more than `most` labels would wait."""
    tails, figures, into, by_head, starts = graph.tail, graph.figures, graph.into, graph.by_head, graph.starts
    mean, variance = graph.response[0], graph.response[1]
    least = np.full(len(starts), math.inf)
    room = 4096
    keys, queued, values = np.empty(room), np.empty(room, dtype=np.int64), np.empty(room)
    nodes, free, unused = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int64), 0
    made = size = 1
    keys[0], queued[0], values[0], nodes[0] = 0.0, 0, 0.0, end
    lowest = math.inf
    while size > 0:
        size -= 1
        left, label = keys[0], pop(keys, queued, size)
        node, value = nodes[label], values[label]
        free[unused] = label
        unused += 1
        # no walk on from here is lower than what is known: P_I to go is a mean of V and of chances that only rise
        if value >= least[node] or min(value, _in_time(left, mean, variance, high)) >= lowest:
            continue
        least[node] = value
        if starts[node]:
            lowest = min(lowest, value)
        for index in range(into[node], into[node + 1]):
            arc = by_head[index]
            longer, more = left, value
            for first in (4, 0):
                p, delay = figures[arc, first], figures[arc, first + 2]
                if p > 0.0:
                    timely = _in_time(figures[arc, first + 1] * delay + longer, mean, variance, high)
                    more = p * timely + (1.0 - p) * more
                longer += delay
            more = math.floor(more / GRAIN) * GRAIN
            tail = tails[arc]
            if more >= least[tail]:
                continue
            if unused > 0:
                unused -= 1
                new = free[unused]
            else:
                if made == most:
                    return 0.0
                if made == room:
                    room *= 2
                    keys, queued = _grown(keys, room), _grown_whole(queued, room)
                    values, free = _grown(values, room), _grown_whole(free, room)
                    wider = np.empty(room, dtype=np.int32)
                    wider[:made] = nodes
                    nodes = wider
                new = made
                made += 1
            values[new], nodes[new] = more, tail
            push(keys, queued, size, longer, new)
            size += 1
    return lowest


@compiled
def _grown(numbers: Floats, room: int) -> Floats:
    wider = np.empty(room)
    wider[: len(numbers)] = numbers
    return wider


@compiled
def _grown_whole(numbers: Ints, room: int) -> Ints:
    wider = np.empty(room, dtype=np.int64)
    wider[: len(numbers)] = numbers
    return wider
