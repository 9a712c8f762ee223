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

from bartizan.assess.harden.choices import Choices, members
from bartizan.assess.harden.worth import Worth
from bartizan.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
States = NDArray[np.int8]

OPEN, TAKEN, LEFT = 0, 1, 2
STEEP = 40.0  # of `weakness`: a path 0.1 above another weighs a fiftieth


class Pool(NamedTuple):
    """Paths with what they give, one behind another.

    Per path: `given` from `given_at[i]` to `given_at[i + 1]`, what must be decided for it to say anything, upgrade u
    taken being 2 u and left out 2 u + 1; `bears` from `bears_at[i]` on, the upgrades that bear on it; from
    `sets_at[i]` on its local sets: `known`, ascending, and `known_values`; and `sets`, those of the highest value
    first, with `values` and `costs`. `prices`: of every upgrade.
    """

    given_at: Ints
    given: Ints
    bears_at: Ints
    bears: Ints
    sets_at: Ints
    known: Ints
    known_values: Floats
    sets: Ints
    values: Floats
    costs: Ints
    prices: Ints


def pool_of(worths: Sequence[Worth], choices: Choices) -> Pool:
    """The arrays of a pool of paths."""
    prices = np.array(choices.costs, dtype=np.int64)
    best_first = [np.argsort(-worth.values, kind="stable") for worth in worths]
    bears = [np.array(worth.bears, dtype=np.int64) for worth in worths]
    sets = [worth.sets[order] for worth, order in zip(worths, best_first, strict=True)]
    given = [
        np.array(
            [*(2 * one for one in members(worth.context.taken)), *(2 * one + 1 for one in members(worth.context.out))],
            dtype=np.int64,
        )
        for worth in worths
    ]
    return Pool(
        given_at=_starts(given),
        given=_joined(given),
        bears_at=_starts(bears),
        bears=_joined(bears),
        sets_at=_starts(sets),
        known=_joined([worth.sets for worth in worths]),
        known_values=np.concatenate([np.zeros(0), *(worth.values for worth in worths)]),
        sets=_joined(sets),
        values=np.concatenate(
            [np.zeros(0), *(one.values[order] for one, order in zip(worths, best_first, strict=True))]
        ),
        costs=_joined([_costs(own, one, prices) for own, one in zip(sets, bears, strict=True)]),
        prices=prices,
    )


def _costs(sets: Ints, bears: Ints, prices: Ints) -> Ints:
    costs = np.zeros(len(sets), dtype=np.int64)
    for k, one in enumerate(bears):
        costs += prices[one] * (sets >> k & 1)
    return costs


def _starts(parts: Sequence[Ints]) -> Ints:
    return np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64)


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


@compiled
def _silent(pool: Pool, states: States, path: int) -> bool:
    """Whether a path says nothing here, because what it presumes is not decided."""
    for at in range(pool.given_at[path], pool.given_at[path + 1]):
        presumed = LEFT if pool.given[at] & 1 else TAKEN
        if states[pool.given[at] >> 1] != presumed:
            return True
    return False


@compiled
def _decided(pool: Pool, states: States, path: int) -> tuple[int, int]:
    """The local sets of what is taken and of what is left out."""
    taken, out = 0, 0
    first = pool.bears_at[path]
    for at in range(first, pool.bears_at[path + 1]):
        state = states[pool.bears[at]]
        if state == TAKEN:
            taken |= 1 << (at - first)
        elif state == LEFT:
            out |= 1 << (at - first)
    return taken, out


@compiled
def _value(pool: Pool, path: int, local: int) -> float:
    """What a path gives under a local set; -inf where it cannot be had."""
    low, high = pool.sets_at[path], pool.sets_at[path + 1]
    at = low + np.searchsorted(pool.known[low:high], local)
    return pool.known_values[at] if at < high and pool.known[at] == local else -np.inf


@compiled
def _price(pool: Pool, path: int, local: int) -> int:
    """What the upgrades of a local set cost."""
    price, at = 0, pool.bears_at[path]
    while local:
        if local & 1:
            price += pool.prices[pool.bears[at]]
        local >>= 1
        at += 1
    return price


@compiled
def least_value(pool: Pool, states: States) -> tuple[float, int]:
    """The least value over the pool when all that is open is left out, and the path that gives it; inf, -1."""
    least, worst = np.inf, -1
    for path in range(len(pool.bears_at) - 1):
        if _silent(pool, states, path):
            continue
        value = _value(pool, path, _decided(pool, states, path)[0])
        if value < least:
            least, worst = value, path
    return least, worst


@compiled
def weakness(pool: Pool, states: States) -> float:
    """How weak the paths of the pool are together when all that is open is left out: weak ones weigh most."""
    total = 0.0
    for path in range(len(pool.bears_at) - 1):
        if _silent(pool, states, path):
            continue
        total += np.exp(-STEEP * _value(pool, path, _decided(pool, states, path)[0]))
    return total


@compiled
def most_value(pool: Pool, states: States, left: int, enough: float) -> float:
    """The most that any completion can reach within `left` more units of cost; stops early at `enough` or below.

    For each path the best of its local sets that agree with what is decided and can be paid for; over the pool the
    least. -inf where for some path no local set is left.
    """
    bound = np.inf
    for path in range(len(pool.bears_at) - 1):
        if _silent(pool, states, path):
            continue
        taken, out = _decided(pool, states, path)
        affordable = left + _price(pool, path, taken)
        best = -np.inf
        for at in range(pool.sets_at[path], pool.sets_at[path + 1]):
            local = pool.sets[at]
            if local & out == 0 and local & taken == taken and pool.costs[at] <= affordable:
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
        if _silent(pool, states, path):
            continue
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
    taken, out = _decided(pool, states, path)
    if _value(pool, path, taken) > more_than:
        return 0
    first = pool.bears_at[path]
    counted, gone = 0, 0
    for at in range(first, pool.bears_at[path + 1]):
        if states[pool.bears[at]] == OPEN:
            if claimed[pool.bears[at]]:
                gone |= 1 << (at - first)
            else:
                counted |= 1 << (at - first)
    paid = _price(pool, path, taken)
    least = -1
    for at in range(pool.sets_at[path], pool.sets_at[path + 1]):
        if pool.values[at] <= more_than:
            break
        local = pool.sets[at]
        if local & out == 0 and local & taken == taken:
            cost = pool.costs[at] - paid if local & gone == 0 else _price(pool, path, local & counted)
            if least < 0 or cost < least:
                least = cost
                if least == 0:
                    break
    return least
