"""Which labels can be left out: the comparison of labels at one node, compiled. `paths` proves it right."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled

Ints = NDArray[np.int64]
Numbers = NDArray[np.uint64]
Words = NDArray[np.uint64]


class Compared(NamedTuple):
    """What labels are compared by, one row per label; the last three are per arc and, twice, per node.

    `after` is the label that the arc leads to, 0 at the end; `sequence` is equal where the elements passed are, and
    seldom else; `ranks` (n, 6): the value, four standardised margins and, where
    nothing spreads, the mean, else nan; `visited` (n, words): the areas remembered.
    `through` numbers what an arc passes; `anything`: whether a task can come before a node; `certain`: whether one
    that is noticed with certainty can.
    """

    node: Ints
    arc: Ints
    after: Ints
    sequence: Numbers
    ranks: NDArray[np.float64]
    visited: Words
    through: Ints
    anything: NDArray[np.bool_]
    certain: NDArray[np.bool_]


@compiled
def _comes_first(labels: Compared, one: int, other: int) -> bool:
    """Whether one label comes no later than another in the order of ids."""
    while labels.arc[one] == labels.arc[other] and labels.after[one] != labels.after[other]:
        one, other = labels.after[one], labels.after[other]
    return bool(labels.arc[one] <= labels.arc[other])


@compiled
def _same_sequence(labels: Compared, one: int, other: int) -> bool:
    """Whether two labels pass the same elements in the same directions."""
    if labels.sequence[one] != labels.sequence[other]:
        return False
    while labels.through[labels.arc[one]] == labels.through[labels.arc[other]]:
        one, other = labels.after[one], labels.after[other]
        if one == other:
            return True
        if one == 0 or other == 0:
            return False
    return False


@compiled
def _never_higher(labels: Compared, one: int, other: int) -> bool:
    """Whether one label's value is not above another's whatever comes before."""
    if labels.ranks[one, 0] > labels.ranks[other, 0]:
        return False
    if labels.anything[labels.node[one]]:
        for column in range(1, 6):
            if labels.ranks[one, column] > labels.ranks[other, column]:
                return False
    return True


@compiled
def _beats(labels: Compared, one: int, other: int) -> bool:
    """Whether one label may stand for another: never higher, as free to go on, and first where they are equal."""
    for word in range(labels.visited.shape[1]):
        if labels.visited[one, word] & ~labels.visited[other, word]:
            return False
    surely_lower = labels.ranks[one, 0] < labels.ranks[other, 0] and not labels.certain[labels.node[one]]
    return bool(surely_lower or _comes_first(labels, one, other))


@compiled
def _beaten_at(labels: Compared, kept: Ints, new: int, beaters: Ints) -> int:
    """The place in `kept` of the label that makes the new one needless, or -1.

    That is one of its own sequence, or the last of as many different sequences as `beaters` holds.
    """
    found = 0
    for place in range(len(kept)):
        one = kept[place]
        if not _never_higher(labels, one, new) or not _beats(labels, one, new):
            continue
        if len(beaters) == 1 or _same_sequence(labels, one, new):
            return place
        known = False
        for index in range(found):
            known = known or _same_sequence(labels, one, beaters[index])
        if not known:
            beaters[found] = one
            found += 1
        if found == len(beaters):
            return place
    return -1


@compiled
def unbeaten(labels: Compared, order: Ints, begins: Ints, first: int, count: int) -> NDArray[np.bool_]:
    """Which labels stay: all before number `first`, and the new ones that `count` different sequences do not beat.

    `order`, `begins`: the old labels node by node. The new ones stand in the order of node and value.
    """
    total = len(labels.node)
    stays = np.ones(total, dtype=np.bool_)
    kept = np.empty(total, dtype=np.int64)
    beaters = np.empty(count, dtype=np.int64)
    size = 0
    for new in range(first, total):
        node = labels.node[new]
        if new == first or node != labels.node[new - 1]:
            size = begins[node + 1] - begins[node]
            kept[:size] = order[begins[node] : begins[node + 1]]
        place = _beaten_at(labels, kept[:size], new, beaters)
        if place >= 0:
            stays[new] = False
            # what beats one label is likely to beat the next: let it be asked earlier
            kept[place], kept[place // 2] = kept[place // 2], kept[place]
        else:
            kept[size] = new
            size += 1
    return stays
