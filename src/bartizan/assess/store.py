"""Labels of the best-first search, and which of them can be left out. `paths` proves the comparison right.

A label at a node is a way to go on from there to the end. Number 0 is the end of every path. The labels of a node
form a list; the one that made another needless last stands first, for it is likely to do so again.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.network import Graph
from bartizan.assess.prefixes import Flags, Floats, Ints
from bartizan.compiled import compiled_for_threads as compiled

Short = NDArray[np.int32]
Numbers = NDArray[np.uint64]

VALUE, NEAR, LEAST, MOST, EARLY, FLAT, WIDE, MEAN = range(8)


class Store(NamedTuple):
    """Labels, one row each.

    `node`, `arc` (that begins it), `after` (the label that the arc leads to), `next` (in the list of its node),
    `depth` (number of arcs), `elementary` (it enters no place twice), `sequence` (the number of its sequence of
    elements), `variance` [s²], `bound` (no path that ends with it has a lower value), `ranks` (n, 8): what is
    compared, the value, the standardised margins at the corners of what can lie before, and the mean [s]; `held`
    (n, words): areas remembered and obligations open, as bits. Sequences are numbered as they are met: `rest` and
    `passed` are what a sequence begins with and goes on with, `slots` finds it by them. `first`, per node: the first
    label of its list.
    """

    node: Short
    arc: Short
    after: Short
    next: Short
    depth: Short
    elementary: Flags
    sequence: Short
    rest: Short
    passed: Short
    variance: Floats
    bound: Floats
    ranks: Floats
    held: Numbers
    first: Short
    slots: Short

    @classmethod
    def empty(cls, nodes: int, capacity: int, words: int, end: int) -> Store:
        """Room for labels, with the end of every path in it."""
        columns: list[NDArray[Any]] = [np.zeros(capacity, dtype=np.int32) for _ in range(5)]
        columns.append(np.ones(capacity, dtype=np.bool_))
        columns += [np.zeros(capacity, dtype=np.int32) for _ in range(3)]
        columns += [np.zeros(capacity), np.zeros(capacity), np.zeros((capacity, 8))]
        columns.append(np.zeros((capacity, words), dtype=np.uint64))
        store = cls._make([*columns, np.full(nodes, -1, dtype=np.int32), _slots(capacity)])
        store.node[0], store.arc[0], store.next[0], store.first[end] = end, -1, -1, 0
        store.rest[0] = NEW
        return store

    @staticmethod
    def bytes_per_label(words: int) -> int:
        """What one label takes, with its place in the queue [bytes]."""
        return 8 * 4 + 1 + 8 * 2 + 8 * 8 + 8 * words + QUEUED + 4 * SLOTS

    def larger(self, capacity: int) -> Store:
        """The same labels with more room."""
        columns = []
        for name in self._fields[:-2]:
            old = getattr(self, name)
            new = np.zeros((capacity, *old.shape[1:]), dtype=old.dtype)
            new[: len(old)] = old
            columns.append(new)
        store = Store._make([*columns, self.first, _slots(capacity)])
        _enter_sequences(store, len(self.node))
        return store


QUEUED = 12  # bytes: a bound and a number
SLOTS = 4  # per label, at most
NEW = -1  # a sequence that no label has


def _slots(capacity: int) -> Short:
    """Empty slots, a power of two of them and at least two for each label."""
    return np.full(1 << (2 * capacity - 1).bit_length(), -1, dtype=np.int32)


@compiled
def slot_of(store: Store, rest: int, passed: int) -> int:
    """The slot of a sequence: where it stands, or the empty one where it would."""
    mask = np.int64(len(store.slots) - 1)
    mixed = np.uint64(rest + 1) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(passed + 2) * np.uint64(0xC2B2AE3D27D4EB4F)
    slot = np.int64(mixed ^ (mixed >> np.uint64(29))) & mask
    while store.slots[slot] >= 0:
        number = store.slots[slot]
        if store.rest[number] == rest and store.passed[number] == passed:
            break
        slot = (slot + 1) & mask
    return int(slot)


@compiled
def _enter_sequences(store: Store, count: int) -> None:
    """Find the sequences numbered up to `count` again in new slots."""
    for number in range(1, count):
        if store.rest[number] >= 0:
            store.slots[slot_of(store, store.rest[number], store.passed[number])] = number


@compiled
def add_sequence(store: Store, new: int, rest: int, passed: int) -> None:
    """Number the sequence of a label that stays: as a label before it, else with the label's own number."""
    slot = slot_of(store, rest, passed)
    store.rest[new] = NEW
    if store.slots[slot] < 0:
        store.slots[slot] = new
        store.rest[new], store.passed[new] = rest, passed
    store.sequence[new] = store.slots[slot]


@compiled
def rank(corners: Floats, node: int, response: Floats, ranks: Floats, new: int, variance: float) -> None:  # noqa: PLR0917 - compiled: arrays one by one, loops in one piece
    """Fill in what a label is compared by, from its mean and variance [s, s²]."""
    margin, spread = ranks[new, MEAN] - response[0], variance + response[1]
    for corner in range(6):
        x, t = margin + corners[node, corner, 0], spread + corners[node, corner, 1]
        if t > 0.0:
            ranks[new, NEAR + corner] = x / math.sqrt(t)
        else:
            ranks[new, NEAR + corner] = math.inf if x > 0.0 else -math.inf


@compiled
def _comes_first(arc: Short, after: Short, one: int, other: int) -> bool:
    """Whether one label comes no later than another in the order of ids."""
    while arc[one] == arc[other] and after[one] != after[other]:
        one, other = after[one], after[other]
    return bool(arc[one] <= arc[other])


@compiled
def _never_higher(ranks: Floats, one: int, other: int) -> bool:
    """Whether the value of one label is not above that of another whatever comes before, where something can."""
    if ranks[one, VALUE] > ranks[other, VALUE] or ranks[one, NEAR] > ranks[other, NEAR]:
        return False
    if ranks[one, MOST] > ranks[other, MOST]:
        return False
    if ranks[one, MEAN] <= ranks[other, MEAN]:
        return bool(ranks[one, LEAST] <= ranks[other, LEAST] and ranks[one, EARLY] <= ranks[other, EARLY])
    # two steps are told apart by their means alone
    if math.isinf(ranks[one, NEAR]) and math.isinf(ranks[other, NEAR]):
        return False
    return bool(ranks[one, FLAT] <= ranks[other, FLAT] and ranks[one, WIDE] <= ranks[other, WIDE])


@compiled
def _as_free(held: Numbers, depth: Short, elementary: Flags, one: int, other: int) -> bool:
    """Whether whatever can come before one label can come before the other that it is to stand for."""
    for word in range(held.shape[1]):
        if held[one, word] & ~held[other, word]:
            return False
    return bool(depth[one] <= depth[other] or elementary[one])


@compiled
def beaten(graph: Graph, store: Store, new: int, beaters: Ints) -> tuple[bool, int]:
    """Whether a label is needless, and how many labels it was compared with.

    It is where one of its own sequence of elements beats it, or as many different sequences as `beaters` holds.
    """
    # what a tuple holds is counted at each access: hence names for all that the loop needs
    ranks, following, sequence, held, firsts = store.ranks, store.next, store.sequence, store.held, store.first
    depth, elementary, arc, after = store.depth, store.elementary, store.arc, store.after
    node = store.node[new]
    anything, certain = graph.anything[node], graph.certain[node]
    value, enough = ranks[new, VALUE], len(beaters)
    before, one = -1, firsts[node]
    found = compared = 0
    while one >= 0:
        compared += 1
        never = _never_higher(ranks, one, new) if anything else ranks[one, VALUE] <= value
        if never and _as_free(held, depth, elementary, one, new):
            surely_lower = ranks[one, VALUE] < value and not certain
            if surely_lower or _comes_first(arc, after, one, new):
                known = False
                for index in range(found):
                    known = known or sequence[one] == beaters[index]
                if not known:
                    beaters[found] = sequence[one]
                    found += 1
                if found == enough or sequence[one] == sequence[new]:
                    if before >= 0:
                        following[before] = following[one]
                        following[one] = firsts[node]
                        firsts[node] = one
                    return True, compared
        before, one = one, following[one]
    return False, compared


@compiled
def drop_beaten_by(graph: Graph, store: Store, new: int) -> int:
    """Take what a label makes needless out of its node's list and mark it (bound infinite); how many compared."""
    ranks, followings, held, firsts = store.ranks, store.next, store.held, store.first
    depth, elementary, arc, after = store.depth, store.elementary, store.arc, store.after
    node = store.node[new]
    anything, certain = graph.anything[node], graph.certain[node]
    value = ranks[new, VALUE]
    before, one = -1, firsts[node]
    compared = 0
    while one >= 0:
        compared += 1
        following = followings[one]
        never = _never_higher(ranks, new, one) if anything else value <= ranks[one, VALUE]
        if never and _as_free(held, depth, elementary, new, one):
            never = (value < ranks[one, VALUE] and not certain) or _comes_first(arc, after, new, one)
        else:
            never = False
        if not never:
            before = one
        else:
            store.bound[one] = math.inf
            if before >= 0:
                followings[before] = following
            else:
                firsts[node] = following
        one = following
    return compared


@compiled
def enters_no_place_twice(graph: Graph, store: Store, new: int) -> bool:
    """Whether a label, of which the rest is known to be elementary or not, is so itself."""
    one = store.after[new]
    if not store.elementary[one]:
        return False
    place, leg = graph.place[store.node[new]], graph.leg[store.node[new]]
    while one > 0 and graph.leg[store.node[one]] == leg:
        if graph.place[store.node[one]] == place:
            return False
        one = store.after[one]
    return True
