"""Best-first search for the worst paths: labels in the order of how low a path that ends with them can be.

What this compiles is proved in `paths`. The search stops by itself when no label left can begin one of the walks
asked for, and else when its memory or the work allowed to it is used up. Then the least bound of the labels left is a
lower bound on all that it has not found.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from bartizan.assess.completion import Table, grid_of, lookup
from bartizan.assess.network import ROOT_HALF, Graph, prepended
from bartizan.assess.prefixes import Floats, Ints
from bartizan.assess.queue import pop, push
from bartizan.assess.store import (
    MEAN,
    NEAR,
    NEW,
    VALUE,
    WIDE,
    Numbers,
    Short,
    Store,
    add_sequence,
    beaten,
    drop_beaten_by,
    enters_no_place_twice,
    rank,
    slot_of,
)
from bartizan.compiled import compiled_for_threads as compiled

SLACK = 1e-12  # bounds are worked out in double precision, in some hundred steps
PER_LABEL = 24  # comparisons that take as long as making one label
ENDED, SPENT, FULL = range(3)
SIZE, WAITING, WORK = range(3)  # of `Progress.counts`


class Memory(NamedTuple):
    """What labels must hold, as bits: `remember` (nodes, words); `area`, per place its bit or -1; `duty`, per opening
    the first of its two bits or -1; `duties` (words,): all those bits; `used`: whether there is any bit at all."""

    remember: Numbers
    area: Ints
    duty: Ints
    duties: Numbers
    used: bool


class Progress(NamedTuple):
    """Where a search stands: the queue (`keys`, `queued`), counts, the best complete labels of different sequences."""

    keys: Floats
    queued: Short
    counts: Ints
    best_value: Floats
    best_label: Ints


@compiled
def _set(words: Numbers, bit: int) -> None:
    words[bit >> 6] |= np.uint64(1) << np.uint64(bit & 63)


@compiled
def _has(words: Numbers, bit: int) -> bool:
    return bool(words[bit >> 6] & (np.uint64(1) << np.uint64(bit & 63)))


@compiled
def _clear(words: Numbers, bit: int) -> None:
    words[bit >> 6] &= ~(np.uint64(1) << np.uint64(bit & 63))


@compiled
def _hold(graph: Graph, memory: Memory, store: Store, new: int) -> bool:
    """Fill in what a label holds; whether it may be made at all."""
    one, arc = store.after[new], store.arc[new]
    held, node, head = store.held[new], store.node[new], store.node[one]
    bit = memory.area[graph.place[node]]
    if bit >= 0 and _has(store.held[one], bit):
        return False
    for word in range(len(held)):
        held[word] = store.held[one, word]
    bit = memory.area[graph.place[head]]
    if bit >= 0:
        _set(held, bit)
    if graph.leg[node] != graph.leg[head]:
        # what a later leg needs may be opened from here on
        for opening in range(len(memory.duty)):
            bit = memory.duty[opening]
            if bit >= 0 and _has(held, bit + 1):
                _clear(held, bit + 1)
                _set(held, bit)
    opening = graph.opens[arc]
    if opening >= 0 and memory.duty[opening] >= 0:
        _clear(held, memory.duty[opening])
    opening = graph.needs_open[arc]
    if opening >= 0 and memory.duty[opening] >= 0:
        _set(held, memory.duty[opening] + 1)
    for word in range(len(held)):
        held[word] &= memory.remember[node, word]
    return True


@compiled
def _complete(graph: Graph, memory: Memory, store: Store, label: int) -> bool:
    """Whether a label is a whole walk."""
    if not graph.starts[store.node[label]]:
        return False
    for word in range(store.held.shape[1]):  # noqa: SIM110 - compiled: arrays one by one, loops in one piece
        if store.held[label, word] & memory.duties[word]:
            return False
    return True


@compiled
def _register(store: Store, progress: Progress, label: int) -> None:
    """Keep a whole walk where it is among the best of different sequences."""
    values, labels = progress.best_value, progress.best_label
    value = store.ranks[label, VALUE]
    if value >= values[-1]:
        return
    at = len(values) - 1
    for place in range(len(values)):
        if labels[place] >= 0 and store.sequence[labels[place]] == store.sequence[label]:
            if values[place] <= value:
                return
            at = place
            break
    while at > 0 and values[at - 1] > value:
        values[at], labels[at] = values[at - 1], labels[at - 1]
        at -= 1
    values[at], labels[at] = value, label


@compiled
def least_possible(ranks: Floats, label: int) -> float:
    """P_I is a mean of the value to go and of probabilities before it: not below the least of them."""
    z = min(ranks[label, NEAR], ranks[label, WIDE])
    return float(min(ranks[label, VALUE], 0.5 * math.erfc(-z * ROOT_HALF)))


@compiled
def highest_of_use(progress: Progress, known: float, within: float) -> float:
    """The value above which no walk is of use any more."""
    return float(min(known, progress.best_value[-1], progress.best_value[0] + within))


@compiled
def explore(  # noqa: C901, PLR0912, PLR0915, PLR0917 - compiled: arrays one by one, loops in one piece
    graph: Graph, table: Table, memory: Memory, store: Store, progress: Progress, known: float, within: float,
    deepest: int, work: int, order: Floats,
) -> int:  # fmt: skip
    """Go on with a search until it ENDED, its work is SPENT or the store is FULL.

    `known`: the value of the last of as many paths as are wanted; walks within `within` of the best are wanted.
    `order`, per node: whole numbers; labels are taken in this order of their nodes, then of their bounds.
    """
    # what a tuple holds is counted at each access: hence names for all that the loops need
    counts, keys, queued = progress.counts, progress.keys, progress.queued
    tails, through, figures, response = graph.tail, graph.through, graph.figures, graph.response
    into, by_head, corners, starts = graph.into, graph.by_head, graph.corners, graph.starts
    nodes, arcs, after, depth, bounds = store.node, store.arc, store.after, store.depth, store.bound
    ranks, variances, sequence = store.ranks, store.variance, store.sequence
    beaters = np.empty(len(progress.best_value), dtype=np.int64)
    several = len(beaters) > 1
    tabled, grid, tabulated = table.bound, grid_of(table), table.bound.shape[0] > 0
    limit = highest_of_use(progress, known, within) + SLACK
    while counts[WAITING] > 0:
        if counts[WORK] > work:
            return SPENT
        node = nodes[queued[0]]
        if counts[SIZE] + into[node + 1] - into[node] > len(nodes):
            return FULL
        counts[WAITING] -= 1
        label = pop(keys, queued, counts[WAITING])
        if bounds[label] > limit or depth[label] >= deepest:
            continue
        for index in range(into[node], into[node + 1]):
            arc = by_head[index]
            new = counts[SIZE]
            tail = tails[arc]
            nodes[new], arcs[new], after[new] = tail, arc, label
            if memory.used and not _hold(graph, memory, store, new):
                continue
            counts[WORK] += PER_LABEL
            mean, variance, value = prepended(
                figures, arc, ranks[label, MEAN], variances[label], ranks[label, VALUE], response
            )
            bound = bounds[label]
            if tabulated:
                bound = max(bound, lookup(tabled, grid, tail, (mean, variance), value))
                if bound > limit:
                    continue
            ranks[new, VALUE], ranks[new, MEAN] = value, mean
            rank(corners, tail, response, ranks, new, variance)
            if limit < math.inf:
                bound = max(bound, least_possible(ranks, new))
                if bound > limit:
                    continue
            variances[new], bounds[new], depth[new] = variance, bound, depth[label] + 1
            sequence[new] = store.slots[slot_of(store, sequence[label], through[arc])] if several else NEW
            needless, compared = beaten(graph, store, new, beaters)
            counts[WORK] += compared
            if needless:
                continue
            store.elementary[new] = enters_no_place_twice(graph, store, new)
            counts[WORK] += depth[new]
            if several:
                add_sequence(store, new, sequence[label], through[arc])
            else:
                sequence[new] = new
                counts[WORK] += drop_beaten_by(graph, store, new)
            store.next[new] = store.first[tail]
            store.first[tail] = new
            counts[SIZE] += 1
            push(keys, queued, counts[WAITING], order[tail] + bound / 2.0, new)
            counts[WAITING] += 1
            if starts[tail] and _complete(graph, memory, store, new):
                _register(store, progress, new)
                limit = highest_of_use(progress, known, within) + SLACK
    return ENDED


@compiled
def keeps_duties(graph: Graph, store: Store, label: int) -> bool:
    """Whether everything that a whole walk finds open was opened on an earlier leg of it."""
    one = label
    while one > 0:
        wanted = graph.needs_open[store.arc[one]]
        if wanted >= 0:
            met = False
            other = label
            while other != one:
                earlier = graph.leg[store.node[other]] < graph.leg[store.node[one]]
                if earlier and graph.opens[store.arc[other]] == wanted:
                    met = True
                    break
                other = store.after[other]
            if not met:
                return False
        one = store.after[one]
    return True


@compiled
def dive(graph: Graph, table: Table, store: Store, progress: Progress, width: int, per_node: int) -> None:  # noqa: PLR0917 - compiled: arrays one by one, loops in one piece
    """Find good paths quickly: of each length only the `width` most promising labels go on, `per_node` at a node.

    Every label enters no place twice, and what it finds open was opened: what is registered are paths.
    """
    counts = progress.counts
    first, last = 0, 1
    taken = np.zeros(len(graph.place), dtype=np.int64)
    tabled, grid = table.bound, grid_of(table)
    while last > first and last + width <= len(store.node):
        most = 0
        for label in range(first, last):
            most += graph.into[store.node[label] + 1] - graph.into[store.node[label]]
        bounds, made = np.empty(most), 0
        arcs, labels = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
        for label in range(first, last):
            node = store.node[label]
            for index in range(graph.into[node], graph.into[node + 1]):
                arc = graph.by_head[index]
                mean, variance, value = prepended(
                    graph.figures, arc, store.ranks[label, 7], store.variance[label], store.ranks[label, 0],
                    graph.response,
                )  # fmt: skip
                bound = lookup(tabled, grid, graph.tail[arc], (mean, variance), value)
                if bound < progress.best_value[-1]:
                    bounds[made], arcs[made], labels[made] = bound, arc, label
                    made += 1
        first = last
        taken[:] = 0
        for place in np.argsort(bounds[:made], kind="mergesort"):
            arc, label = arcs[place], labels[place]
            tail = graph.tail[arc]
            if last - first == width or last == len(store.node):
                break
            if taken[tail] == per_node:
                continue
            store.node[last], store.arc[last], store.after[last] = tail, arc, label
            if not enters_no_place_twice(graph, store, last):
                continue
            mean, variance, value = prepended(
                graph.figures, arc, store.ranks[label, 7], store.variance[label], store.ranks[label, 0], graph.response
            )
            store.ranks[last, 0], store.ranks[last, 7], store.variance[last] = value, mean, variance
            add_sequence(store, last, store.sequence[label], graph.through[arc])
            store.elementary[last] = True
            taken[tail] += 1
            if graph.starts[tail] and keeps_duties(graph, store, last):
                _register(store, progress, last)
            last += 1
    counts[SIZE] = last


@compiled
def least_waiting(store: Store, progress: Progress) -> float:
    """The least bound of the labels that wait."""
    least = math.inf
    for place in range(progress.counts[WAITING]):
        least = min(least, store.bound[progress.queued[place]])
    return least
