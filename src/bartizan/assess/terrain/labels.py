"""Every path over the ground that could be worse than the worst known: exact, where there are not too many.

A label at a node is a way on: mean M and variance S of the delay left, and the value V to go (P_I without P_C if
nothing was noticed before). Labels are made backwards from the end, the least M first, so that nothing that comes
later at a node has less mean. Two things end a label.

**Another is never higher.** Label 1 stands for label 2 at its node where V1 <= V2, M1 <= M2, and P(R|A) is never
higher with label 1 whatever delay a and variance b come before. With x = M - RFT, T = S + s_RFT^2 and s = sqrt(T) that
is (x1 + a) / sqrt(T1 + b) <= (x2 + a) / sqrt(T2 + b) for all a, b >= 0. Let T1 >= T2: for a fixed b both sides are
linear in a, the left no steeper, so a = 0 decides; and the ratio of the spreads falls to 1 with b, where x1 <= x2 is
enough, so b = 0 decides. Let T1 < T2: where x2 + a < 0 it holds; elsewhere the two cross at
z = (M2 - M1) / (s2 - s1), which rises with b, and from CERTAIN standard deviations on both count as 1, which errs by
less than 1e-16. So z >= CERTAIN at b = 0 decides.

**It cannot become the worst.** All that lies before a label is noticed with at least its own M left; so with G the
least P(R|A) of all M' >= M and of variances up to S + q (M' - M) (see `bound`), and h the least hazard on the way
there, the path is worth at least G - (G - V) exp(-h) where V <= G, else G. Labels at or above `limit` are dropped.

So when the search ends, no path is below the least of `limit` and of the values found. When it meets the bound of
memory, what it had still to look at bounds all else.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - a kernel takes its numbers in a row
import math
from typing import NamedTuple

import numpy as np

from bartizan.assess.terrain.bound import least_in_time
from bartizan.assess.terrain.heap import Heap, empty_heap, least, lower
from bartizan.assess.terrain.network import DIRECTIONS, Floats, Ints, Network, step_from
from bartizan.assess.terrain.trees import WALKED, prepended, walked
from bartizan.compiled import compiled

CERTAIN = 8.3  # standard deviations


class Found(NamedTuple):
    """The labels made: `node`, `mean`, `variance`, `value`, the label `after` and the `arc` to it; how it ended.

    `best`: the label of the least value at which a path can begin, -1 where none is below the limit. `open_bound`:
    the least that a label not looked at any more can come to, inf where all were.
    """

    node: Ints
    mean: Floats
    variance: Floats
    value: Floats
    after: Ints
    arc: Ints
    best: int
    open_bound: float


@compiled
def least_hazard(network: Network) -> Floats:
    """The least hazard of all ways from where paths begin to each node, shape (nodes + 1,)."""
    n = network
    cells = n.rows * n.columns
    done = n.legs * cells
    heads = np.empty(len(n.tail), dtype=np.int64)
    for head in range(done + 1):
        heads[n.first[head] : n.first[head + 1]] = head
    order = np.argsort(n.tail, kind="mergesort")
    first = np.searchsorted(n.tail[order], np.arange(done + 2))
    heap = empty_heap(done + 1)
    for node in range(done):
        if n.begins[node]:
            lower(heap, node, 0.0)
    while heap.size[0] > 0:
        node = least(heap)
        if node == done:
            continue
        key = heap.key[node]
        for place in range(first[node], first[node + 1]):
            number = order[place]
            cost = key + n.walk_hazard[number] - math.log1p(-n.p[number]) if n.p[number] < 1.0 else math.inf
            if cost < heap.key[heads[number]]:
                lower(heap, heads[number], cost)
        leg = node // cells * cells
        for direction in range(DIRECTIONS):
            cell, _, hazard = step_from(n.rows, n.columns, n.slow, n.hazard, n.blocked, node - leg, direction)
            if cell >= 0 and key + hazard < heap.key[leg + cell]:
                lower(heap, leg + cell, key + hazard)
    return heap.key


@compiled
def _stands_for(
    value: float, mean: float, total: float, other_value: float, other_mean: float, other_total: float, due: float
) -> bool:
    """Whether one label is never higher than another; `total` is T of the module."""
    if value > other_value or mean > other_mean:
        return False
    if total == other_total:
        return True
    x, y = mean - due, other_mean - due
    if total > other_total:
        if x >= 0.0:
            return True
        if other_total <= 0.0:
            return y > 0.0
        return x * math.sqrt(other_total) <= y * math.sqrt(total)
    return other_mean - mean >= CERTAIN * (math.sqrt(other_total) - math.sqrt(total))


@compiled
def least_total(
    mean: float, variance: float, value: float, hazard: float, due: float, noise: float, ratio: float
) -> float:
    """What a path with this way on is worth at least; see the module."""
    timely = least_in_time(mean - due, variance + noise, variance + noise, ratio)
    if timely <= value:
        return timely
    return timely - (timely - value) * math.exp(-hazard)


class _Stock(NamedTuple):
    """Labels as they are made, as in Found; `older`: the one settled before at its node; `newest` one of each node."""

    node: Ints
    mean: Floats
    variance: Floats
    value: Floats
    after: Ints
    arc: Ints
    older: Ints
    newest: Ints


@compiled
def _beaten(stock: _Stock, node: int, mean: float, total: float, value: float, noise: float, due: float) -> bool:
    """Whether a settled label at the node stands for a new one."""
    other = stock.newest[node]
    while other >= 0:
        of_other = stock.variance[other] + noise
        if _stands_for(stock.value[other], stock.mean[other], of_other, value, mean, total, due):
            return True
        other = stock.older[other]
    return False


@compiled
def _grow(
    network: Network, stock: _Stock, heap: Heap, hazard: Floats, ratio: float, limit: float, label: int, made: int
) -> tuple[int, bool]:
    """Make the labels that go on from one backwards; how many there are now, and whether there was room for all."""
    n = network
    cells = n.rows * n.columns
    due, noise = n.response_mean, n.response_variance
    head, m, s, v = stock.node[label], stock.mean[label], stock.variance[label], stock.value[label]
    leg = head // cells * cells
    passages = n.first[head + 1] - n.first[head]
    for turn in range(passages + (DIRECTIONS if head < n.legs * cells else 0)):
        if turn < passages:
            number = n.first[head] + turn
            node = n.tail[number]
            mean, variance, value = prepended(n, number, m, s, v)
        else:
            number = WALKED
            cell, time, seen = step_from(n.rows, n.columns, n.slow, n.hazard, n.blocked, head - leg, turn - passages)
            if cell < 0:
                continue
            node = leg + cell
            mean, variance, value = walked(n, time, seen, m, s, v)
        if least_total(mean, variance, value, hazard[node], due, noise, ratio) >= limit:
            continue
        if _beaten(stock, node, mean, variance + noise, value, noise, due):
            continue
        if made == len(stock.node):
            return made, False
        stock.node[made], stock.mean[made], stock.variance[made], stock.value[made] = node, mean, variance, value
        stock.after[made], stock.arc[made] = label, number
        lower(heap, made, mean)
        made += 1
    return made, True


@compiled
def label_search(network: Network, hazard: Floats, ratio: float, limit: float, memory: int, whole: bool) -> Found:
    """Every way on that may begin a path below `limit` (a value); `hazard` is `least_hazard`, `memory` most labels.

    With `whole` the limit stays as it is, so that with an infinite one the least value of each node is found; else
    it falls to the least value found.
    """
    n = network
    done = n.legs * n.rows * n.columns
    due, noise = n.response_mean, n.response_variance
    stock = _Stock(
        np.empty(memory, dtype=np.int64), np.empty(memory), np.empty(memory), np.empty(memory),
        np.empty(memory, dtype=np.int64), np.empty(memory, dtype=np.int64), np.empty(memory, dtype=np.int64),
        np.full(done + 1, -1, dtype=np.int64),
    )  # fmt: skip
    heap = empty_heap(memory)
    stock.node[0], stock.mean[0], stock.variance[0], stock.value[0] = done, 0.0, 0.0, 0.0
    stock.after[0], stock.arc[0] = -1, WALKED
    lower(heap, 0, 0.0)
    made, best, room, least_value, label = 1, -1, True, limit, 0
    while heap.size[0] > 0 and room:
        label = least(heap)
        head, m, s, v = stock.node[label], stock.mean[label], stock.variance[label], stock.value[label]
        if least_total(m, s, v, hazard[head], due, noise, ratio) >= limit:
            continue
        if _beaten(stock, head, m, s + noise, v, noise, due):
            continue
        stock.older[label] = stock.newest[head]
        stock.newest[head] = label
        if head < done and n.begins[head] and v < least_value:
            least_value, best = v, label
            limit = limit if whole else v
        made, room = _grow(n, stock, heap, hazard, ratio, limit, label, made)
    open_bound = math.inf
    if not room:
        # the label at which it stopped was not gone on with wholly
        lower(heap, label, 0.0)
        for place in range(heap.size[0]):
            one = heap.order[place]
            h = hazard[stock.node[one]]
            total = least_total(stock.mean[one], stock.variance[one], stock.value[one], h, due, noise, ratio)
            open_bound = min(open_bound, total)
    return Found(
        stock.node[:made], stock.mean[:made], stock.variance[:made], stock.value[:made], stock.after[:made],
        stock.arc[:made], best, open_bound,
    )  # fmt: skip
