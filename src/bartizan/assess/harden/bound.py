"""Bounds on what any completion of a partial choice can reach, over a pool of attack paths; compiled.

Each path has a table of its value under every set of the upgrades that bear on it. The best that a path allows over
all completions bounds what the completion as a whole can reach, for the adversary may take that very path; the least
of these over the pool is the bound of the node. Nothing is asked of the table: it need not rise with the set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.compiled import compiled
from bartizan.assess.harden.choices import Choices
from bartizan.assess.harden.worth import Worth

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
States = NDArray[np.int8]

OPEN, TAKEN, LEFT = 0, 1, 2
STEEP = 40.0  # of `weakness`: a path 0.1 above another weighs a fiftieth


class Pool(NamedTuple):
    """Paths with their tables, one behind another.

    Per path: `bears` from `bears_at[i]` to `bears_at[i + 1]`, the upgrades that bear on it; from `sets_at[i]` on its
    local sets, those of the highest value first: `sets` and `values`; at `table_at[i]` plus a local set: `table` its
    value and `costs` its cost.
    """

    bears_at: Ints
    bears: Ints
    sets_at: Ints
    sets: Ints
    values: Floats
    table_at: Ints
    table: Floats
    costs: Ints

    def __len__(self) -> int:
        return len(self.bears_at) - 1


def pool_of(worths: Sequence[Worth], choices: Choices) -> Pool:
    """The arrays of a pool of paths."""
    bears: list[Ints] = []
    sets: list[Ints] = []
    costs: list[Ints] = []
    for worth in worths:
        had = np.flatnonzero(worth.table > -np.inf)
        sets.append(had[np.argsort(-worth.table[had], kind="stable")].astype(np.int64))
        bears.append(np.array(worth.bears, dtype=np.int64))
        cost = np.zeros(len(worth.table), dtype=np.int64)
        for k, one in enumerate(worth.bears):
            cost += choices.costs[one] * (np.arange(len(cost), dtype=np.int64) >> k & 1)
        costs.append(cost)
    return Pool(
        bears_at=_starts(bears),
        bears=_joined(bears),
        sets_at=_starts(sets),
        sets=_joined(sets),
        values=np.concatenate([np.zeros(0), *(worth.table[one] for worth, one in zip(worths, sets, strict=True))]),
        table_at=_starts(costs),
        table=np.concatenate([np.zeros(0), *(worth.table for worth in worths)]),
        costs=_joined(costs),
    )


def _starts(parts: Sequence[Ints]) -> Ints:
    return np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64)


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


@compiled
def least_value(pool: Pool, states: States) -> tuple[float, int]:
    """The least value over the pool when all that is open is left out, and the path that gives it; inf, -1."""
    least, worst = np.inf, -1
    for path in range(len(pool.bears_at) - 1):
        local = 0
        for at in range(pool.bears_at[path], pool.bears_at[path + 1]):
            if states[pool.bears[at]] == TAKEN:
                local |= 1 << (at - pool.bears_at[path])
        value = pool.table[pool.table_at[path] + local]
        if value < least:
            least, worst = value, path
    return least, worst


@compiled
def weakness(pool: Pool, states: States) -> float:
    """How weak the paths of the pool are together when all that is open is left out: weak ones weigh most."""
    total = 0.0
    for path in range(len(pool.bears_at) - 1):
        local = 0
        for at in range(pool.bears_at[path], pool.bears_at[path + 1]):
            if states[pool.bears[at]] == TAKEN:
                local |= 1 << (at - pool.bears_at[path])
        total += np.exp(-STEEP * pool.table[pool.table_at[path] + local])
    return total


@compiled
def most_value(pool: Pool, states: States, left: int, enough: float) -> float:
    """The most that any completion can reach within `left` more units of cost; stops early at `enough` or below.

    For each path the best of its local sets that agree with what is decided and can be paid for; over the pool the
    least. -inf where for some path no local set is left.
    """
    bound = np.inf
    for path in range(len(pool.bears_at) - 1):
        taken, out = 0, 0
        for at in range(pool.bears_at[path], pool.bears_at[path + 1]):
            bit = 1 << (at - pool.bears_at[path])
            state = states[pool.bears[at]]
            if state == TAKEN:
                taken |= bit
            elif state == LEFT:
                out |= bit
        paid = pool.costs[pool.table_at[path] + taken]
        best = -np.inf
        for at in range(pool.sets_at[path], pool.sets_at[path + 1]):
            local = pool.sets[at]
            if local & out == 0 and local & taken == taken and pool.costs[pool.table_at[path] + local] - paid <= left:
                best = pool.values[at]
                break
        if best < bound:
            bound = best
            if bound <= enough:
                return bound
    return bound


@compiled
def least_cost(pool: Pool, states: States, more_than: float) -> int:
    """What any completion must at least cost more, to reach more than a value; -1 where none reaches it.

    Each path must be brought above the value by one of its local sets. Path by path, the dearest first, the cheapest
    such set is counted by those of its open upgrades alone that no path before could use: what a completion spends on
    such groups of upgrades, no two of which overlap, adds up.
    """
    paths = len(pool.bears_at) - 1
    need = np.zeros(paths, dtype=np.int64)
    claimed = np.zeros(len(states), dtype=np.bool_)
    for path in range(paths):
        need[path] = _cheapest(pool, states, path, more_than, claimed)
        if need[path] < 0:
            return -1
    total = 0
    for path in np.argsort(-need):
        if need[path] == 0:
            break
        total += _cheapest(pool, states, path, more_than, claimed)
        for at in range(pool.bears_at[path], pool.bears_at[path + 1]):
            claimed[pool.bears[at]] = True
    return total


@compiled
def _cheapest(pool: Pool, states: States, path: int, more_than: float, claimed: NDArray[np.bool_]) -> int:
    """The least cost, of what is open and not claimed, at which a path gives more than a value; -1 where it cannot."""
    taken, out, counted = 0, 0, 0
    for at in range(pool.bears_at[path], pool.bears_at[path + 1]):
        bit = 1 << (at - pool.bears_at[path])
        upgrade = pool.bears[at]
        if states[upgrade] == TAKEN:
            taken |= bit
        elif states[upgrade] == LEFT:
            out |= bit
        elif not claimed[upgrade]:
            counted |= bit
    table = pool.table_at[path]
    if pool.table[table + taken] > more_than:
        return 0
    least = -1
    for at in range(pool.sets_at[path], pool.sets_at[path + 1]):
        if pool.values[at] <= more_than:
            break
        local = pool.sets[at]
        if local & out == 0 and local & taken == taken:
            cost = pool.costs[table + (local & counted)]
            if least < 0 or cost < least:
                least = cost
                if least == 0:
                    break
    return least
