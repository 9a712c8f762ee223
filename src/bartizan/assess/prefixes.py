"""What can lie before a node of the task graph: which arcs a path can use, and bounds that hold for every beginning.

A *place* is an area on a leg; a path enters no place twice. So an arc from place u to place v is of use only where u
can be reached without v (v does not dominate u), and the end from v without u. Dominators are found by iteration
over the reverse postorder (Cooper, Harvey and Kennedy 2001).

What is left is condensed into its strongly connected parts (Tarjan 1972). A beginning passes the parts in their
order, and within a part it enters each place at most once. So the most delay before a place is a longest path over
the parts, a part that is no single place adding the most that entering each of its places can cost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Links(NamedTuple):
    """The arcs out of each vertex: those of vertex v stand in `arcs[begins[v] : begins[v + 1]]`."""

    begins: Ints
    arcs: Ints


class Before(NamedTuple):
    """Per place: whether a task can come before it, and one that is noticed with certainty; the most delay [s] and
    variance [s²]; and `low`, `high`, between which variance over delay lies at every moment of detection [s]."""

    anything: Flags
    certain: Flags
    mean: Floats
    variance: Floats
    low: Floats
    high: Floats


def links(ends: Ints, vertices: int) -> Links:
    """Arcs grouped by the vertex at one of their ends, in their own order."""
    begins = np.zeros(vertices + 1, dtype=np.int64)
    np.cumsum(np.bincount(ends, minlength=vertices), out=begins[1:])
    return Links(begins, np.argsort(ends, kind="stable").astype(np.int64))


@compiled
def _postorder(forward: Links, heads: Ints, root: int) -> Ints:
    """Vertices that can be reached from the root, each after all that it leads to for the first time."""
    vertices = len(forward.begins) - 1
    seen = np.zeros(vertices, dtype=np.bool_)
    at = forward.begins[:-1].copy()
    stack = np.empty(vertices, dtype=np.int64)
    order = np.empty(vertices, dtype=np.int64)
    stack[0], depth, size = root, 1, 0
    seen[root] = True
    while depth:
        vertex = stack[depth - 1]
        if at[vertex] == forward.begins[vertex + 1]:
            order[size] = vertex
            size += 1
            depth -= 1
            continue
        head = heads[forward.arcs[at[vertex]]]
        at[vertex] += 1
        if not seen[head]:
            seen[head] = True
            stack[depth] = head
            depth += 1
    return order[:size]


@compiled
def _dominators(forward: Links, backward: Links, tails: Ints, heads: Ints, root: int) -> tuple[Ints, Ints]:
    """The immediate dominator of every vertex, -1 where the root does not lead to it; and numbers in postorder."""
    vertices = len(forward.begins) - 1
    order = _postorder(forward, heads, root)
    number = np.full(vertices, -1, dtype=np.int64)
    for place in range(len(order)):
        number[order[place]] = place
    dominator = np.full(vertices, -1, dtype=np.int64)
    dominator[root] = root
    changed = True
    while changed:
        changed = False
        for place in range(len(order) - 2, -1, -1):
            vertex = order[place]
            new = -1
            for index in range(backward.begins[vertex], backward.begins[vertex + 1]):
                one = tails[backward.arcs[index]]
                if dominator[one] < 0:
                    continue
                if new < 0:
                    new = one
                    continue
                other = new
                while one != other:
                    while number[one] < number[other]:
                        one = dominator[one]
                    while number[other] < number[one]:
                        other = dominator[other]
                new = one
            if new != dominator[vertex]:
                dominator[vertex] = new
                changed = True
    return dominator, number


@compiled
def _intervals(dominator: Ints, number: Ints, root: int) -> tuple[Ints, Ints]:
    """First and last number of each vertex's part of the tree: v dominates u where its interval holds that of u."""
    vertices = len(dominator)
    by_number = np.full(vertices, -1, dtype=np.int64)
    size = np.zeros(vertices, dtype=np.int64)
    count = 0
    for vertex in range(vertices):
        if number[vertex] >= 0:
            by_number[number[vertex]] = vertex
            count += 1
    for place in range(count):
        vertex = by_number[place]
        size[vertex] += 1
        if vertex != root:
            size[dominator[vertex]] += size[vertex]
    first = np.full(vertices, -1, dtype=np.int64)
    free = np.zeros(vertices, dtype=np.int64)
    first[root], free[root] = 0, 1
    for place in range(count - 2, -1, -1):
        vertex = by_number[place]
        above = dominator[vertex]
        first[vertex] = free[above]
        free[above] += size[vertex]
        free[vertex] = first[vertex] + 1
    return first, first + size


@compiled
def usable_arcs(forward: Links, backward: Links, tails: Ints, heads: Ints, root: int, end: int) -> Flags:  # noqa: PLR0917 - compiled: arrays one by one, loops in one piece
    """Which arcs between places a path from the root to the end can use, if it enters no place twice."""
    dominator, number = _dominators(forward, backward, tails, heads, root)
    first, last = _intervals(dominator, number, root)
    after, number_after = _dominators(backward, forward, heads, tails, end)
    first_after, last_after = _intervals(after, number_after, end)
    usable = np.zeros(len(tails), dtype=np.bool_)
    for arc in range(len(tails)):
        u, v = tails[arc], heads[arc]
        if dominator[u] < 0 or after[v] < 0:
            continue
        behind = first[v] <= first[u] < last[v]
        ahead = first_after[u] <= first_after[v] < last_after[u]
        usable[arc] = not behind and not ahead
    return usable


@compiled
def parts(forward: Links, heads: Ints, use: Flags) -> tuple[Ints, int]:
    """The strongly connected part of every vertex over the arcs in use, numbered so that arcs lead to lower ones."""
    vertices = len(forward.begins) - 1
    part = np.full(vertices, -1, dtype=np.int64)
    met = np.full(vertices, -1, dtype=np.int64)
    low = np.zeros(vertices, dtype=np.int64)
    at = forward.begins[:-1].copy()
    calls = np.empty(vertices, dtype=np.int64)
    stack = np.empty(vertices, dtype=np.int64)
    count = clock = height = 0
    for begin in range(vertices):
        if met[begin] >= 0:
            continue
        calls[0], depth = begin, 1
        while depth:
            vertex = calls[depth - 1]
            if met[vertex] < 0:
                met[vertex] = low[vertex] = clock
                clock += 1
                stack[height] = vertex
                height += 1
            deeper = False
            while at[vertex] < forward.begins[vertex + 1]:
                arc = forward.arcs[at[vertex]]
                head = heads[arc]
                if use[arc] and met[head] < 0:
                    calls[depth] = head
                    depth += 1
                    deeper = True
                    break
                if use[arc] and part[head] < 0:
                    low[vertex] = min(low[vertex], low[head])
                at[vertex] += 1
            if deeper:
                continue
            if low[vertex] == met[vertex]:
                while part[vertex] < 0:
                    height -= 1
                    part[stack[height]] = count
                count += 1
            depth -= 1
    return part, count


@compiled
def _most(part: Ints, count: int, tails: Ints, heads: Ints, use: Flags, cost: Floats, begins: Flags) -> Floats:  # noqa: PLR0917 - compiled: arrays one by one, loops in one piece
    """Per place the most that a beginning up to it can cost; -1 where none leads to it."""
    within = np.zeros(len(part), dtype=np.float64)
    for arc in np.flatnonzero(use):
        if part[tails[arc]] == part[heads[arc]]:
            within[heads[arc]] = max(within[heads[arc]], cost[arc])
    inner = np.zeros(count, dtype=np.float64)
    enter = np.full(count, -1.0)
    for place in range(len(part)):
        inner[part[place]] += within[place]
        if begins[place]:
            enter[part[place]] = 0.0
    order = np.argsort(-part[tails])  # arcs lead to lower parts
    for arc in order:
        above, below = part[tails[arc]], part[heads[arc]]
        if use[arc] and above != below and enter[above] >= 0.0:
            enter[below] = max(enter[below], enter[above] + inner[above] + cost[arc])
    most = np.empty(len(part), dtype=np.float64)
    for place in range(len(part)):
        most[place] = enter[part[place]] + inner[part[place]] if enter[part[place]] >= 0.0 else -1.0
    return most


@compiled
def _extreme(part: Ints, count: int, tails: Ints, heads: Ints, use: Flags, rate: Floats, begins: Flags) -> Floats:  # noqa: PLR0917 - compiled: arrays one by one, loops in one piece
    """Per place the highest rate of an arc that can lie before it; -inf where there is none."""
    highest = np.full(count, -np.inf)
    reached = np.zeros(count, dtype=np.bool_)
    for place in range(len(part)):
        if begins[place]:
            reached[part[place]] = True
    order = np.argsort(-part[tails])
    # arcs within a part stand before those out of it, for both begin in the same part
    for within in (True, False):
        for arc in order:
            above, below = part[tails[arc]], part[heads[arc]]
            if use[arc] and within and above == below:
                highest[below] = max(highest[below], rate[arc])
    for arc in order:
        above, below = part[tails[arc]], part[heads[arc]]
        if use[arc] and above != below and reached[above]:
            reached[below] = True
            highest[below] = max(highest[below], highest[above], rate[arc])
    return highest[part]


def before(ends: tuple[Ints, Ints], use: Flags, begins: Flags, figures: Floats, part: Ints, count: int) -> Before:  # noqa: PLR0917 - compiled: arrays one by one, loops in one piece
    """What can lie before each place. `figures` (arcs, 8): p, weight, mean [s], variance [s²] of way and crossing."""
    tails, heads = ends
    mean, variance = figures[:, 2] + figures[:, 6], figures[:, 3] + figures[:, 7]
    most_mean = _most(part, count, tails, heads, use, mean, begins)
    most_variance = _most(part, count, tails, heads, use, variance, begins)
    low, high = _rates(figures)
    sure = np.where((figures[:, 0] == 1.0) | (figures[:, 4] == 1.0), 1.0, 0.0)
    certain = _extreme(part, count, tails, heads, use, sure, begins)
    return Before(
        anything=certain > -np.inf,
        certain=certain == 1.0,
        mean=np.maximum(most_mean, 0.0),
        variance=np.maximum(most_variance, 0.0),
        low=-_extreme(part, count, tails, heads, use, -low, begins),
        high=_extreme(part, count, tails, heads, use, high, begins),
    )


def _rates(figures: Floats) -> tuple[Floats, Floats]:
    """Per arc the least and most variance over delay [s] of its tasks, whole or in part; without any delay none."""
    low, high = np.full(len(figures), np.inf), np.zeros(len(figures))
    for first in (0, 4):
        p, weight, mean, variance = figures[:, first : first + 4].T
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(variance > 0.0, variance / mean, np.where(mean > 0.0, 0.0, np.nan))
        # noticed in its middle, a task has half its delay and a quarter of its variance before the next
        part = np.where((p > 0.0) & (weight > 0.0), weight, 1.0)
        low, high = np.fmin(low, rate * part), np.fmax(high, rate)
    return low, high
