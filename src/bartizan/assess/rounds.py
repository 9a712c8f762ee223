"""The rounds of the search for the worst paths: first without a table, then with finer ones, and with more memory.

A round searches walks under some memory. Where one of the walks found is no path, the nodes concerned must remember
more, and the next round begins. `paths` says why the last round proves its answer, and what an unfinished one proves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bartizan.assess.completion import Table, arcs_of_use, no_table, tabulate
from bartizan.assess.floor import floor_under
from bartizan.assess.network import Network, prepended
from bartizan.assess.search import (
    ENDED,
    FULL,
    SIZE,
    WAITING,
    WORK,
    Memory,
    Progress,
    dive,
    explore,
    highest_of_use,
    least_waiting,
)
from bartizan.assess.store import VALUE, Store
from bartizan.assess.taskgraph import DONE

ROUNDS_OF_LITTLE_MEMORY = 12  # then whatever is remembered at all is remembered on the whole leg
FIRST_WORK = 1_500_000  # comparisons before a table is worked out: some 10 ms
WORK_PER_ARC = 500  # or this many, where there are many arcs
EVALUATION = 25  # comparisons that take as long as one entry of a table
# the share of the work after which a finer table is worth its price, and how much goes into each table
TABLES = ((0.1, 400_000), (1.0, 8_000_000))
TABLE_ARCS = 5_000  # beyond, a table fine enough costs more than it saves
WIDTH, PER_NODE = 256, 6  # of the dive for good paths
FIRST_ROOM = 4_096
ROUNDS_FOR_ANY, WORK_FOR_ANY = 40, 20_000_000  # to find some path at all

Walk = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: the `count` worst walks of different sequences, those within `within` of the worst (a value,
    so without P_C), with at most `memory` bytes of labels and `work` comparisons of labels."""

    count: int
    within: float
    memory: int
    work: int


@dataclass(slots=True)
class Answer:
    """What was found: paths as (value, arcs of the network), worst first, those of equal value in the order of ids.

    `lower`: no path has a lower value. `complete`: they are all that was asked for, and proved. `labels`, `rounds`,
    `work`: what it took.
    """

    found: list[tuple[float, Walk]] = field(default_factory=list)
    lower: float = 0.0
    complete: bool = False
    labels: int = 0
    rounds: int = 0
    work: int = 0


class Remembered:
    """What labels must hold: for each place the nodes that remember it, and the openings that must be met."""

    def __init__(self, network: Network) -> None:
        self._graph = network.graph
        self._nodes: dict[int, set[int]] = {}
        self._duties: set[int] = set()
        self._openings = 1 + int(max(network.graph.opens.max(initial=-1), network.graph.needs_open.max(initial=-1)))

    def memory(self) -> Memory:
        """As bits."""
        graph = self._graph
        words = max(1, -(-(len(self._nodes) + 2 * len(self._duties)) // 64))
        remember = np.zeros((len(graph.place), words), dtype=np.uint64)
        area = np.full(int(graph.place.max()) + 1, -1, dtype=np.int64)
        duty = np.full(self._openings, -1, dtype=np.int64)
        duties = np.zeros(words, dtype=np.uint64)
        for bit, (place, nodes) in enumerate(self._nodes.items()):
            area[place] = bit
            remember[list(nodes), bit >> 6] |= np.uint64(1 << (bit & 63))
        for index, opening in enumerate(sorted(self._duties)):
            duty[opening] = len(self._nodes) + 2 * index
            for bit in (duty[opening], duty[opening] + 1):
                remember[:, int(bit) >> 6] |= np.uint64(1 << (int(bit) & 63))
                duties[int(bit) >> 6] |= np.uint64(1 << (int(bit) & 63))
        return Memory(remember, area, duty, duties, bool(self._nodes or self._duties))

    def is_path(self, walk: Sequence[int], *, widely: bool = False) -> bool:
        """Whether a walk is a path; what forbids it otherwise is remembered, `widely`: on the whole leg."""
        graph, fine = self._graph, True
        nodes = [int(graph.tail[arc]) for arc in walk]
        last: dict[int, int] = {}
        opened: dict[int, int] = {}
        for at, (node, arc) in enumerate(zip(nodes, walk, strict=True)):
            place, leg = int(graph.place[node]), int(graph.leg[node])
            if place in last:
                fine = False
                between = nodes[last[place] + 1 : at]
                if widely:
                    between = np.flatnonzero(graph.leg == leg).tolist()
                self._nodes.setdefault(place, set()).update(between)
            last[place] = at
            wanted, opens = int(graph.needs_open[arc]), int(graph.opens[arc])
            if wanted >= 0 and not opened.get(wanted, leg) < leg:
                fine = False
                self._duties.add(wanted)
            if opens >= 0:
                opened.setdefault(opens, leg)
        return fine


class Rounds:
    """The search of one network."""

    def __init__(self, network: Network, wanted: Wanted) -> None:
        self._whole = self._network = network
        self._wanted = wanted
        self._remembered = Remembered(network)
        self._paths: dict[Walk, tuple[float, Walk]] = {}  # the best path known, by what it passes
        self._table: Table = no_table()
        self._answer = Answer()

    def run(self) -> Answer:
        """Every round until the answer is proved, or the memory or the work is used up."""
        answer, wanted = self._answer, self._wanted
        first = max(FIRST_WORK, WORK_PER_ARC * len(self._whole.arcs))
        stages = [(first, 0), *((int(share * wanted.work), evaluations) for share, evaluations in TABLES)]
        small = len(self._whole.arcs) <= TABLE_ARCS
        for allowed, evaluations in stages if small else (stages[0], stages[-1]):
            if evaluations and small:
                self._prepare(evaluations)
            elif evaluations:
                self._look_ahead()
            while answer.work < min(allowed, wanted.work):
                found, lower, ended = self._round(min(allowed, wanted.work))
                answer.rounds += 1
                answer.lower = max(answer.lower, lower)
                widely = answer.rounds > ROUNDS_OF_LITTLE_MEMORY
                are_paths = [self._remembered.is_path(walk, widely=widely) for _, walk in found]
                for (value, walk), is_path in zip(found, are_paths, strict=True):
                    if is_path:
                        self._keep(value, walk)
                if ended and all(are_paths):
                    answer.found, answer.complete = found, True
                    return answer
                if not ended:
                    break
        if not self._paths:
            self._find_any()
        answer.found = sorted(self._paths.values())[: wanted.count]
        best = answer.found[0][0] if answer.found else math.inf
        answer.lower = min(max(answer.lower, floor_under(self._whole)), best)
        return answer

    def _find_any(self) -> None:
        """Some path, where the work was used up before one was found."""
        exact, remembered = self._network, self._remembered
        self._network, self._remembered = self._whole.comparing_less(), Remembered(self._whole)
        for number in range(ROUNDS_FOR_ANY):
            found, _, _ = self._round(self._answer.work + WORK_FOR_ANY)
            are_paths = [self._remembered.is_path(walk, widely=number > 0) for _, walk in found]
            for (value, walk), is_path in zip(found, are_paths, strict=True):
                if is_path:
                    self._keep(value, walk)
            if self._paths or not found:
                break
        self._network, self._remembered = exact, remembered

    def _keep(self, value: float, walk: Walk) -> None:
        """Remember a path, by the numbers of its arcs in the whole network."""
        key = tuple(self._whole.graph.through[list(walk)].tolist())
        if key not in self._paths or (value, walk) < self._paths[key]:
            self._paths[key] = value, walk

    @property
    def _known(self) -> float:
        """The value of the last of as many paths as are wanted; infinite where fewer are known."""
        values = sorted(value for value, _ in self._paths.values())
        last = values[self._wanted.count - 1] if len(values) >= self._wanted.count else math.inf
        return min(last, values[0] + self._wanted.within) if values else math.inf

    def _look_ahead(self) -> None:
        """Where a table would cost too much: good paths, by comparing labels as if nothing came before."""
        exact = self._network
        self._network = exact.comparing_less()
        share = (self._wanted.work - self._answer.work) // 3
        found, _, _ = self._round(self._answer.work + share)
        for _, walk in found:
            if Remembered(self._whole).is_path(walk):
                self._keep(value_of(self._whole, walk), walk)
        self._network = exact

    def _prepare(self, evaluations: int) -> None:
        """A finer table, good paths by it, and fewer arcs by both."""
        answer, table = self._answer, self._table
        if table.is_there and self._known < 1.0:
            self._network = self._network.with_arcs(arcs_of_use(self._network.graph, table, self._known))
        self._table, taken = tabulate(self._network, DONE, self._known, evaluations)
        answer.work += EVALUATION * taken
        graph = self._network.graph
        per_level = WIDTH * (4 if self._wanted.count > 1 else 1)
        store = Store.empty(len(graph.place), 2 + per_level * min(self._network.longest + 1, 400), 1, DONE)
        progress = _progress(self._wanted.count, 1)
        dive(graph, self._table, store, progress, per_level, PER_NODE * (4 if self._wanted.count > 1 else 1))
        answer.work += PER_LABEL_OF_DIVE * int(progress.counts[SIZE])
        for value, label in zip(progress.best_value, progress.best_label, strict=True):
            if label >= 0:
                self._keep(float(value), self._walk(store, int(label)))

    def _round(self, allowed: int) -> tuple[list[tuple[float, Walk]], float, bool]:
        """One search: the walks found, a lower bound on all walks, and whether it ended by itself."""
        network, wanted, answer = self._network, self._wanted, self._answer
        memory = self._remembered.memory()
        words = memory.remember.shape[1]
        most = max(1, wanted.memory // Store.bytes_per_label(words))
        room = min(most, FIRST_ROOM)
        store = Store.empty(len(network.graph.place), room, words, DONE)
        progress = _progress(wanted.count, room)
        progress.counts[WORK] = answer.work
        known, deepest = self._known, 2 * network.longest
        # what lies downstream first, so that nothing goes on that will be beaten; in the end the least bound first
        last = allowed >= wanted.work
        order = np.zeros(len(network.part)) if last else network.part.astype(np.float64)
        while True:
            how = explore(
                network.graph, self._table, memory, store, progress, known, wanted.within, deepest, allowed, order
            )
            if how != FULL or room == most:
                break
            # while labels move to the larger room, both are there
            room = min(most, 2 * room)
            store, progress = store.larger(room), _more_room(progress, room)
        answer.labels += int(progress.counts[SIZE])
        answer.work = int(progress.counts[WORK])
        limit = highest_of_use(progress, known, wanted.within)
        found = self._best(store, progress, memory, limit)
        lower = found[0][0] if found else math.inf
        if how != ENDED and progress.counts[WAITING]:
            lower = min(lower, float(least_waiting(store, progress)))
        return found, lower, how == ENDED

    def _walk(self, store: Store, label: int) -> Walk:
        """The arcs of a label in the order in which they are gone, by their numbers in the whole network."""
        arcs = []
        while label:
            arcs.append(int(store.arc[label]))
            label = int(store.after[label])
        numbers = self._network.arcs[arcs]
        return tuple(np.searchsorted(self._whole.arcs, numbers).tolist())

    def _best(self, store: Store, progress: Progress, memory: Memory, limit: float) -> list[tuple[float, Walk]]:
        """The best walks of different sequences, up to the limit; equal ones in the order of ids."""
        size = int(progress.counts[SIZE])
        nodes, values = store.node[:size], store.ranks[:size, VALUE]
        whole = self._network.graph.starts[nodes] & (values <= limit) & np.isfinite(store.bound[:size])
        whole &= ~(store.held[:size] & memory.duties).any(axis=1)
        labels = np.flatnonzero(whole)
        found: dict[Walk, tuple[float, Walk]] = {}
        for value in np.unique(values[labels]):
            for walk in sorted(self._walk(store, int(label)) for label in labels[values[labels] == value]):
                found.setdefault(tuple(self._whole.graph.through[list(walk)].tolist()), (float(value), walk))
            if len(found) >= self._wanted.count:
                break
        return list(found.values())[: self._wanted.count]


PER_LABEL_OF_DIVE = 200


def value_of(network: Network, walk: Sequence[int]) -> float:
    """The value of a walk, worked out anew in the arithmetic of the search."""
    mean, variance, value = 0.0, 0.0, 0.0
    for arc in reversed(walk):
        mean, variance, value = prepended(network.graph.figures, arc, mean, variance, value, network.graph.response)
    return float(value)


def _progress(count: int, room: int) -> Progress:
    """A search of which the end of every path waits alone."""
    progress = Progress(
        np.zeros(room), np.zeros(room, dtype=np.int32), np.zeros(3, dtype=np.int64), np.full(count, math.inf),
        np.full(count, -1, dtype=np.int64),
    )  # fmt: skip
    progress.counts[SIZE] = progress.counts[WAITING] = 1
    return progress


def _more_room(progress: Progress, room: int) -> Progress:
    keys, queued = np.empty(room), np.empty(room, dtype=np.int32)
    keys[: len(progress.keys)], queued[: len(progress.queued)] = progress.keys, progress.queued
    return progress._replace(keys=keys, queued=queued)
