"""Trees of paths over the ground: sums along the best way on, real paths chosen by price, and prices themselves.

All are Dijkstra's algorithm (1959) over the network, backwards from the end or forwards from where paths begin. What
they find are real paths, whatever rule chose them: their mean M, variance S and value V (P_I to go, without P_C) are
worked out along them exactly.
"""

from __future__ import annotations

# ruff: noqa: PLR0917 - a kernel takes its numbers in a row
import math
from typing import NamedTuple

import numpy as np

from bartizan.assess.terrain.heap import Heap, empty_heap, least, lower
from bartizan.assess.terrain.network import (
    DIRECTIONS,
    Floats,
    Ints,
    Network,
    in_time,
    step_from,
)
from bartizan.compiled import compiled

WALKED = -1  # the arc of a step; a passage has its number
DEAREST = 1.0  # value a second: beyond it nobody is likely to come unseen, and any price will do
NOWHERE = -2  # the arc of a node from which nothing leads on


class Tree(NamedTuple):
    """From each node one real way on: mean `M` [s], variance `S` [s²], value `V`, the node `next` and `arc` to it."""

    mean: Floats
    variance: Floats
    value: Floats
    next: Ints
    arc: Ints


@compiled
def sums(network: Network, on_mean: float, on_variance: float) -> Floats:
    """The least of on_mean x M + on_variance x S over all ways on from each node, inf where there is none."""
    n = network
    cells = n.rows * n.columns
    done = n.legs * cells
    walk = on_mean + on_variance * n.spread
    heap = empty_heap(done + 1)
    lower(heap, done, 0.0)
    while heap.size[0] > 0:
        head = least(heap)
        key = heap.key[head]
        for number in range(n.first[head], n.first[head + 1]):
            cost = key + on_mean * n.mean[number] + on_variance * n.variance[number] + walk * n.walk[number]
            if cost < heap.key[n.tail[number]]:
                lower(heap, n.tail[number], cost)
        if head == done:
            continue
        leg = head // cells * cells
        for direction in range(DIRECTIONS):
            cell, time, _ = step_from(n.rows, n.columns, n.slow, n.hazard, n.blocked, head - leg, direction)
            if cell >= 0 and key + walk * time < heap.key[leg + cell]:
                lower(heap, leg + cell, key + walk * time)
    return heap.key


@compiled
def _offer(
    heap: Heap, tree: Tree, settled: np.ndarray, node: int, key: float,
    mean: float, variance: float, value: float, head: int, arc: int,
) -> None:  # fmt: skip
    if not settled[node] and key < heap.key[node]:
        tree.mean[node], tree.variance[node], tree.value[node] = mean, variance, value
        tree.next[node], tree.arc[node] = head, arc
        lower(heap, node, key)


@compiled
def priced_tree(network: Network, fastest: Floats, price: Floats, by_time: bool) -> Tree:
    """One real way on from each node: of those offered the one with the least value + price x excess over the fastest.

    `price`, shape (nodes + 1,): what a second more costs at each node, in value; `fastest` [s] the least mean delay
    left. With `by_time` the way on is the fastest, and prices are not looked at.
    """
    n = network
    cells = n.rows * n.columns
    done = n.legs * cells
    tree = Tree(
        np.full(done + 1, np.inf),
        np.zeros(done + 1),
        np.full(done + 1, np.inf),
        np.full(done + 1, -1, dtype=np.int64),
        np.full(done + 1, NOWHERE, dtype=np.int64),
    )
    tree.mean[done] = 0.0
    tree.value[done] = 0.0
    settled = np.zeros(done + 1, dtype=np.bool_)
    heap = empty_heap(done + 1)
    lower(heap, done, 0.0)
    while heap.size[0] > 0:
        head = least(heap)
        settled[head] = True
        m, s, v = tree.mean[head], tree.variance[head], tree.value[head]
        for number in range(n.first[head], n.first[head + 1]):
            mean, variance, value = prepended(n, number, m, s, v)
            node = n.tail[number]
            key = mean if by_time else value + price[node] * (mean - fastest[node])
            _offer(heap, tree, settled, node, key, mean, variance, value, head, number)
        if head == done:
            continue
        leg = head // cells * cells
        for direction in range(DIRECTIONS):
            cell, time, hazard = step_from(n.rows, n.columns, n.slow, n.hazard, n.blocked, head - leg, direction)
            node = leg + cell
            if cell < 0 or settled[node]:
                continue
            # what the key is at least, for 1 - p >= 1 - hazard: most steps go no further
            least_key = m + time if by_time else v * (1.0 - hazard) + price[node] * (m + time - fastest[node])
            if least_key >= heap.key[node]:
                continue
            mean, variance, value = walked(n, time, hazard, m, s, v)
            key = mean if by_time else value + price[node] * (mean - fastest[node])
            _offer(heap, tree, settled, node, key, mean, variance, value, head, WALKED)
    return tree


@compiled
def walked(
    network: Network, time: float, hazard: float, mean: float, variance: float, value: float
) -> tuple[float, float, float]:
    """Mean, variance and value to go when a walk comes before: noticed, if at all, in its middle."""
    spread = network.spread * time
    if hazard > 0.0:
        p = -math.expm1(-hazard)
        timely = in_time(
            0.5 * time + mean - network.response_mean, 0.25 * spread + variance + network.response_variance
        )
        value = p * timely + (1.0 - p) * value
    return time + mean, spread + variance, value


@compiled
def prepended(network: Network, number: int, mean: float, variance: float, value: float) -> tuple[float, float, float]:
    """Mean, variance and value to go when a passage comes before: its walk, and before that its task."""
    n = network
    mean, variance, value = walked(n, n.walk[number], n.walk_hazard[number], mean, variance, value)
    p, weight, m, s = n.p[number], n.weight[number], n.mean[number], n.variance[number]
    if p > 0.0:
        timely = in_time(weight * m + mean - n.response_mean, weight * weight * s + variance + n.response_variance)
        value = p * timely + (1.0 - p) * value
    return m + mean, s + variance, value


@compiled
def _slope(margin: float, variance: float) -> float:
    """By how much P(R|A) rises with a second more."""
    if variance <= 0.0:
        return 0.0
    z2 = margin * margin / variance
    return 0.3989422804014327 * math.exp(-0.5 * z2) / math.sqrt(variance)


@compiled
def _onward(
    heap: Heap, miss: Floats, spent: Floats, slope: Floats, tree: Tree, settled: np.ndarray, node: int,
    unseen: float, cost: float, rise: float,
) -> None:  # fmt: skip
    """Offer a node a way to it: probability of coming unseen, value so far, and what a second more would add."""
    key = cost + unseen * tree.value[node]
    if not settled[node] and key < heap.key[node]:
        miss[node], spent[node], slope[node] = unseen, cost, rise
        lower(heap, node, key)


@compiled
def _noticed(
    n: Network, number: int, tree: Tree, head: int, unseen: float, cost: float, rise: float
) -> tuple[float, float, float]:
    """Over a passage: what is left of the chance to come unseen, value and slope with what is noticed on it."""
    variance = tree.variance[head] + n.response_variance
    for part in range(2):
        if part == 0:
            p, left = n.p[number], n.weight[number] * n.mean[number] + n.walk[number]
        else:
            p, left = -math.expm1(-n.walk_hazard[number]), 0.5 * n.walk[number]
        margin = left + tree.mean[head] - n.response_mean
        cost += unseen * p * in_time(margin, variance)
        rise += unseen * p * _slope(margin, variance)
        unseen *= 1.0 - p
    return unseen, cost, rise


@compiled
def _heads(network: Network) -> Ints:
    """The head of each passage."""
    heads = np.empty(len(network.tail), dtype=np.int64)
    for head in range(len(network.first) - 1):
        heads[network.first[head] : network.first[head + 1]] = head
    return heads


@compiled
def prices(network: Network, tree: Tree, outward: Ints, out_first: Ints) -> tuple[Floats, Floats]:
    """What a second more of delay left is worth at each node, in value, and the least hazard on the way there.

    Forwards from where paths begin, each node by the way there that makes the best whole path with its own way on in
    `tree`. `outward` numbers the passages by their tails, those of tail t from `out_first[t]`. Returns the prices,
    shape (nodes + 1,), 0 where paths begin; any other figures would do as well, see `bound`.
    """
    n = network
    cells = n.rows * n.columns
    done = n.legs * cells
    miss, spent, slope = np.zeros(done + 1), np.zeros(done + 1), np.zeros(done + 1)
    settled = np.zeros(done + 1, dtype=np.bool_)
    heap = empty_heap(done + 1)
    for node in range(done):
        if n.begins[node] and tree.arc[node] != NOWHERE:
            _onward(heap, miss, spent, slope, tree, settled, node, 1.0, 0.0, 0.0)
    heads = _heads(n)
    while heap.size[0] > 0:
        node = least(heap)
        settled[node] = True
        if node == done:
            continue
        leg = node // cells * cells
        for place in range(out_first[node], out_first[node + 1]):
            number = outward[place]
            head = heads[number]
            if tree.arc[head] == NOWHERE and head != done:
                continue
            unseen, cost, rise = _noticed(n, number, tree, head, miss[node], spent[node], slope[node])
            _onward(heap, miss, spent, slope, tree, settled, head, unseen, cost, rise)
        for direction in range(DIRECTIONS):
            # steps are the same both ways: where one leads from is where its opposite leads to
            cell, time, hazard = step_from(n.rows, n.columns, n.slow, n.hazard, n.blocked, node - leg, direction)
            head = leg + cell
            if cell < 0 or settled[head] or tree.arc[head] == NOWHERE:
                continue
            p = -math.expm1(-hazard)
            margin = 0.5 * time + tree.mean[head] - n.response_mean
            variance = tree.variance[head] + n.response_variance
            _onward(
                heap, miss, spent, slope, tree, settled, head, miss[node] * (1.0 - p),
                spent[node] + miss[node] * p * in_time(margin, variance),
                slope[node] + miss[node] * p * _slope(margin, variance),
            )  # fmt: skip
    price = np.zeros(done + 1)
    for node in range(done + 1):
        if settled[node] and miss[node] > 0.0:
            price[node] = min(slope[node] / miss[node], DEAREST)
    return price, miss
