"""The best set within a budget: best-first branch and bound over partial choices, bounded by a pool of attack paths.

A node decides some upgrades (taken, left out) and leaves the rest open. Its bound is the least, over the paths of the
pool, of what the path allows at best (`bound`); it holds for every completion, whether or not upgrades help. Where
the choice of the node as it stands reaches its bound by the pool, the adversary is asked: either no path of any case
is worse, and then it is the best of its node; or he names a worse path, which joins the pool and lowers the bound.
A node goes where it can no longer beat the best found: more value, or the same for less cost.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bartizan.assess.harden.adversary import ALIKE, Adversary, Answer, Contradiction
from bartizan.assess.harden.bound import (
    LEFT,
    OPEN,
    TAKEN,
    Pool,
    States,
    least_cost,
    least_value,
    most_value,
    pool_of,
    weakness,
)
from bartizan.assess.harden.choices import Choices, members
from bartizan.assess.harden.excerpt import Move
from bartizan.assess.harden.worth import Context, Ledger, Worth

TIE = 1e-12  # values this close are equal: the two ways of adding them up differ by rounding
DIVES = 8  # greedy starts, each of which teaches the pool
_ABOVE_ALL = 2.0  # above every probability, below "no path is left"
NODES_PER_SET = 200  # of the work budget: nodes of the search that weigh as much as one question to the adversary


_Path = tuple[int, tuple[Move, ...]]  # a case and what is done


@dataclass(frozen=True, slots=True)
class Found:
    """A set with its cost [whole units] and its value: proved to be at least `proved`."""

    mask: int
    cost: int
    value: float
    proved: float


@dataclass(frozen=True, slots=True)
class Best:
    """The best set within a budget, and what no set within it exceeds; `whole`: the search ran to its end."""

    found: Found
    bound: float
    whole: bool


@dataclass(slots=True)
class Work:
    """What may still be spent, in questions to the adversary; and what was."""

    limit: int
    nodes: int = 0
    asked: int = 0
    told: Callable[[Work], None] | None = None

    @property
    def spent(self) -> bool:
        """Whether the limit is reached."""
        return self.asked + self.nodes / NODES_PER_SET >= self.limit

    def tell(self) -> None:
        """Let whoever listens know how far it is."""
        if self.told is not None:
            self.told(self)


@dataclass(frozen=True, slots=True)
class _Node:
    """A partial choice: what is taken and what is left out; the rest is open."""

    taken: int
    out: int


@dataclass(slots=True)
class _Known:
    """What was learnt: sets worked out in full, and sets that make no site, with the reason."""

    found: dict[int, Found] = field(default_factory=dict)
    impossible: dict[int, str] = field(default_factory=dict)


class Search:
    """The search for one site and its cases; what it learns for one budget serves the next."""

    def __init__(self, choices: Choices, adversary: Adversary, ledgers: Sequence[Ledger], work: Work) -> None:
        self._choices = choices
        self._adversary = adversary
        self._ledgers = tuple(ledgers)
        self._work = work
        self._known = _Known()
        self._worths: dict[_Path, Worth | None] = {}
        self._closer: dict[tuple[_Path, Context], Worth] = {}
        self._budget = -1
        self._paths: list[Worth] = []
        self._pool: Pool = pool_of((), choices)
        # the case that bit last is asked first
        self._order = list(range(len(adversary.scenes)))

    @property
    def found(self) -> tuple[Found, ...]:
        """Every set that was worked out in full."""
        return tuple(self._known.found.values())

    @property
    def impossible(self) -> dict[int, str]:
        """Sets that turned out to make no site, with the reason."""
        return dict(self._known.impossible)

    def best(self, budget: int, most: float = math.inf) -> Best:
        """The best set within a budget [whole units]; `most`: what is known that none of them exceeds."""
        self._provide_for(budget)
        best = self._start(budget)
        queue: list[tuple[float, int, int, _Node]] = []
        serial = 0
        stuck = -math.inf
        root = self._closed(_Node(0, 0), budget)
        nodes = [] if root is None else [root]
        while True:
            for node in nodes:
                bound = self._bound(node, budget, best)
                if bound is not None:
                    serial += 1
                    heapq.heappush(queue, (-min(bound, most), self._choices.cost(node.taken), serial, node))
            if not queue:
                return Best(best, max(best.value, stuck), whole=stuck == -math.inf)
            if self._work.spent:
                return Best(best, max(best.value, stuck, -queue[0][0]), whole=False)
            negative, _, _, node = heapq.heappop(queue)
            self._work.nodes += 1
            # what was learnt since may have lowered it
            bound = self._bound(node, budget, best)
            if bound is None:
                nodes = []
                continue
            bound = min(bound, most)
            if bound < -negative - TIE:
                nodes = [node]
                continue
            value, path = least_value(self._pool, self._states(node, rest_out=True))
            if value < bound - TIE:
                nodes = self._children(node, self._pivot(node, path, budget), budget)
                continue
            found = self._ask(node.taken, best)
            if found is not None:
                best = _better(best, found)
            if found is None or found.value < bound - TIE:
                nodes = self._again(node, bound, budget)
            else:
                nodes = []
                if found.proved < found.value - TIE:
                    # the engine could not tell: this node stays as it is
                    stuck = max(stuck, bound)

    def value_of(self, mask: int) -> Found | None:
        """A set worked out in full; None where it makes no site."""
        return self._ask(mask, None)

    def _start(self, budget: int) -> Found:
        """The best set known within a budget: nothing at all, and what greedy steps on the pool lead to."""
        nothing = self.value_of(0)
        if nothing is None:
            raise AssertionError  # nothing was changed: the site itself was read
        best = nothing
        for found in self.found:
            if found.cost <= budget:
                best = _better(best, found)
        for _ in range(DIVES):
            mask = self._dive(budget)
            if mask in self._known.found or self._work.spent:
                break
            asked = self._ask(mask, None)
            if asked is not None:
                best = _better(best, asked)
        return best

    def _dive(self, budget: int) -> int:
        """A set within a budget, made by adding again and again what lifts the weak paths of the pool most."""
        node = self._closed(_Node(0, 0), budget)
        taken = 0
        while node is not None:
            taken = node.taken
            weak = weakness(self._pool, self._states(node, rest_out=True))
            steps = []
            for one in self._open(node):
                after = self._closed(_Node(taken | 1 << one, node.out), budget)
                if after is not None:
                    gain = weak - weakness(self._pool, self._states(after, rest_out=True))
                    price = self._choices.cost(after.taken) - self._choices.cost(taken)
                    if gain > TIE:
                        steps.append((gain / max(price, 1), -one, after))
            node = max(steps, key=lambda step: step[:2])[2] if steps else None
        return taken

    def _ask(self, mask: int, best: Found | None) -> Found | None:
        """A set worked out case by case, its paths kept; None where it makes no site or cannot be above `best`."""
        if mask in self._known.found:
            return self._known.found[mask]
        cost = self._choices.cost(mask)
        value, proved = math.inf, math.inf
        for case in list(self._order):
            try:
                answer = self._adversary.answer(case, mask)
            except Contradiction as told:
                self._known.impossible[told.upgrades] = told.reason
                return None
            self._work.asked = self._adversary.asked
            self._work.tell()
            self._keep(case, answer)
            if answer.value < value:
                self._order.remove(case)
                self._order.insert(0, case)
            value, proved = min(value, answer.value), min(proved, answer.proved)
            if best is not None and _better(best, Found(mask, cost, value, proved)) is best:
                return None
        known, _ = least_value(self._pool, self._states(_Node(mask, 0), rest_out=True))
        if known < value - ALIKE:
            # the engine was not to miss a path that is known: nothing that it said of this set is relied on
            value, proved = known, -math.inf
        found = Found(mask, cost, value, proved)
        self._known.found[mask] = found
        return found

    def _provide_for(self, budget: int) -> None:
        """Let the pool know of every set within a budget."""
        if budget > self._budget:
            self._budget = budget
            for case, moves in self._worths:
                self._worths[case, moves] = self._ledgers[case].worth(moves, budget)
            self._closer.clear()
            self._gather()

    def _gather(self) -> None:
        self._paths = [worth for worth in self._worths.values() if worth is not None] + [*self._closer.values()]
        self._pool = pool_of(self._paths, self._choices)

    def _keep(self, case: int, answer: Answer) -> None:
        """Take the paths of an answer into the pool."""
        new = False
        for moves in answer.moves:
            if (case, moves) not in self._worths:
                self._worths[case, moves] = self._ledgers[case].worth(moves, self._budget)
                new = True
        if new:
            self._gather()

    def _states(self, node: _Node, *, rest_out: bool = False) -> States:
        states = np.full(len(self._choices), LEFT if rest_out else OPEN, dtype=np.int8)
        for one in members(node.out):
            states[one] = LEFT
        for one in members(node.taken):
            states[one] = TAKEN
        return states

    def _open(self, node: _Node) -> list[int]:
        return [one for one in range(len(self._choices)) if not (node.taken | node.out) >> one & 1]

    def _bound(self, node: _Node, budget: int, best: Found) -> float | None:
        """What no completion exceeds; None where none can beat the best found."""
        left = budget - self._choices.cost(node.taken)
        states = self._states(node)
        equal = _just_below(best.value)
        bound = most_value(self._pool, states, left, equal)
        if bound <= equal:
            return None
        if bound > best.value + TIE and 0 <= least_cost(self._pool, states, best.value + TIE) <= left:
            return float(bound)
        cheaper = min(left, best.cost - 1 - self._choices.cost(node.taken))
        return min(float(bound), best.value) if 0 <= least_cost(self._pool, states, equal) <= cheaper else None

    def _closed(self, node: _Node, budget: int) -> _Node | None:
        """A node with all that follows from what is decided; None where nothing that can be had is left."""
        choices = self._choices
        taken, out = node.taken, node.out
        while True:
            before = taken, out
            for one in members(taken):
                taken |= choices.needs[one]
                out |= choices.bars[one]
            for mask in self._known.impossible:
                rest = mask & ~taken
                if rest & (rest - 1) == 0:
                    out |= rest or mask
            left = budget - choices.cost(taken)
            for one in range(len(choices)):
                if not taken >> one & 1 and choices.cost(choices.needs[one] & ~taken) > left:
                    out |= 1 << one
            for one in members(out):
                out |= choices.needed_by[one]
            if left < 0 or taken & out:
                return None
            if (taken, out) == before:
                return _Node(taken, out)

    def _pivot(self, node: _Node, path: int, budget: int) -> int:
        """The upgrade to decide next: one that lifts this path, the most for its cost."""
        worth = self._paths[path]
        choices = self._choices
        now = worth.under(node.taken)
        left = budget - choices.cost(node.taken)
        undecided = [one for one in worth.bears if not (node.taken | node.out) >> one & 1]
        if not undecided:
            # read in a context which the choice as it stands fits, and the node not yet
            return next(members(worth.context.out & ~node.out))
        best, chosen = -math.inf, undecided[0]
        for one in undecided:
            after = node.taken | choices.needs[one]
            gain = min(worth.under(after), _ABOVE_ALL) - now
            price = choices.cost(after) - choices.cost(node.taken)
            if price <= left and gain / max(price, 1) > best:
                best, chosen = gain / max(price, 1), one
        return chosen

    def _children(self, node: _Node, pivot: int, budget: int) -> list[_Node]:
        choices = self._choices
        both = (
            _Node(node.taken | choices.needs[pivot], node.out),
            _Node(node.taken, node.out | choices.needed_by[pivot]),
        )
        return [closed for one in both if (closed := self._closed(one, budget)) is not None]

    def _again(self, node: _Node, bound: float, budget: int) -> list[_Node]:
        """A node after the adversary's answer: as it is where the pool now shows it, else parted further."""
        closed = self._closed(node, budget)
        if closed is None or closed != node:
            return [] if closed is None else [closed]
        value, _ = least_value(self._pool, self._states(node, rest_out=True))
        if value < bound - TIE:
            return [node]
        undecided = self._open(node)
        if not undecided:
            return []
        pivot = self._look_closer(node, bound)
        value, _ = least_value(self._pool, self._states(node, rest_out=True))
        if value < bound - TIE:
            return [node]
        return self._children(node, undecided[0] if pivot is None else pivot, budget)

    def _look_closer(self, node: _Node, bound: float) -> int | None:
        """Read the paths that bite here anew in the context of a node; the upgrade that matters most for the worst."""
        pivot = None
        context = Context(node.taken, node.out)
        for case in range(len(self._adversary.scenes)):
            answer = self._adversary.known(case, node.taken)
            if answer is None or answer.value >= bound - TIE:
                continue
            for moves in answer.moves:
                coarse = self._worths.get((case, moves))
                if coarse is None or not coarse.free & ~(node.taken | node.out):
                    continue
                worth = self._ledgers[case].worth(moves, self._budget, context)
                if worth is not None:
                    self._closer[(case, moves), worth.context] = worth
                    pivot = worth.bears[0] if pivot is None and worth.bears else pivot
        self._gather()
        return pivot


def _better(one: Found, other: Found) -> Found:
    """The one of more value; of equal ones the cheaper; else the first."""
    if other.value > one.value + TIE or (other.value >= one.value - TIE and other.cost < one.cost):
        return other
    return one


def _just_below(value: float) -> float:
    """What only an equal value, or a higher one, exceeds."""
    return value - TIE if math.isfinite(value) else _ABOVE_ALL
