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

import math
from typing import NamedTuple

import numpy as np

from bartizan.assess.compiled import compiled
from bartizan.assess.terrain.bound import least_in_time
from bartizan.assess.terrain.heap import empty_heap, least, lower
from bartizan.assess.terrain.network import DIRECTIONS, Floats, Ints, Network, step_from
from bartizan.assess.terrain.trees import WALKED, prepended, walked

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


@compiled
def label_search(network: Network, hazard: Floats, ratio: float, limit: float, memory: int, whole: bool) -> Found:
    """Every way on that may begin a path below `limit` (a value); `hazard` is `least_hazard`, `memory` most labels.

    With `whole` the limit stays as it is, so that with an infinite one the least value of each node is found; else
    it falls to the least value found.
    """
    n = network
    cells = n.rows * n.columns
    done = n.legs * cells
    due, noise = n.response_mean, n.response_variance
    node_of = np.empty(memory, dtype=np.int64)
    mean_of, variance_of, value_of = np.empty(memory), np.empty(memory), np.empty(memory)
    after_of, arc_of = np.empty(memory, dtype=np.int64), np.empty(memory, dtype=np.int64)
    older = np.empty(memory, dtype=np.int64)  # the label at the same node that was settled before
    newest = np.full(done + 1, -1, dtype=np.int64)
    heap = empty_heap(memory)
    node_of[0], mean_of[0], variance_of[0], value_of[0], after_of[0], arc_of[0] = done, 0.0, 0.0, 0.0, -1, WALKED
    lower(heap, 0, 0.0)
    made, best, full = 1, -1, False
    least_value = limit
    while heap.size[0] > 0 and not full:
        label = least(heap)
        head = node_of[label]
        m, s, v = mean_of[label], variance_of[label], value_of[label]
        beaten = least_total(m, s, v, hazard[head], due, noise, ratio) >= limit
        other = newest[head]
        while other >= 0 and not beaten:
            beaten = _stands_for(value_of[other], mean_of[other], variance_of[other] + noise, v, m, s + noise, due)
            other = older[other]
        if beaten:
            continue
        older[label] = newest[head]
        newest[head] = label
        if head < done and n.begins[head] and v < least_value:
            least_value, best = v, label
            if not whole:
                limit = v
        leg = head // cells * cells
        passages = n.first[head + 1] - n.first[head]
        for turn in range(passages + (0 if head == done else DIRECTIONS)):
            if turn < passages:
                number = n.first[head] + turn
                node = n.tail[number]
                mean, variance, value = prepended(n, number, m, s, v)
            else:
                number = WALKED
                cell, time, seen = step_from(
                    n.rows, n.columns, n.slow, n.hazard, n.blocked, head - leg, turn - passages
                )
                if cell < 0:
                    continue
                node = leg + cell
                mean, variance, value = walked(n, time, seen, m, s, v)
            if least_total(mean, variance, value, hazard[node], due, noise, ratio) >= limit:
                continue
            other = newest[node]
            beaten = False
            while other >= 0 and not beaten:
                beaten = _stands_for(
                    value_of[other], mean_of[other], variance_of[other] + noise, value, mean, variance + noise, due
                )
                other = older[other]
            if beaten:
                continue
            if made == memory:
                full = True
                break
            node_of[made], mean_of[made], variance_of[made], value_of[made] = node, mean, variance, value
            after_of[made], arc_of[made] = label, number
            lower(heap, made, mean)
            made += 1
    open_bound = math.inf
    if full:
        # the label at which it stopped was not gone on with wholly
        open_bound = least_total(m, s, v, hazard[head], due, noise, ratio)
        for place in range(heap.size[0]):
            one = heap.order[place]
            open_bound = min(
                open_bound,
                least_total(mean_of[one], variance_of[one], value_of[one], hazard[node_of[one]], due, noise, ratio),
            )
    return Found(
        node_of[:made], mean_of[:made], variance_of[:made], value_of[:made], after_of[:made], arc_of[:made],
        best, open_bound,
    )  # fmt: skip
