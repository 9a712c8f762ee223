"""Many paths under many values of the figures: the least P_I of them in every draw, and bounds on it over a box.

Paths that end alike share the arithmetic of their end, for EASI runs backwards: V' = p Phi(z) + (1 - p) V. So the
pool is a tree whose root is the end of every path, and each of its nodes one task before that.

**Bounds over a box.** Let every figure lie between two ends, each on its own. A task's p rises with each of its
figures (sensed x transmitted x assessed; best of a group; groups independent), so it lies between its values at the
ends. x = w m + M - RFT rises with every mean and falls with the response's, and Phi(x / sqrt(T)) falls with T where
x > 0 and rises where x < 0: so each P(R|A) is at least its value at the lowest x with the least favourable T. And
V' is a mean of Phi and V, so it rises with both; it is linear in p, so an end of p gives the least. Bounding each
term by itself so, from the end of the path to its beginning, gives a number that no values in the box go below: a
true bound also where EASI is not monotone in detection or in spread. It may lie below what is attained, because
different terms may take different spreads.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.task import WEIGHT, Task
from bartizan.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every path shares: the figures at their points and the response.

    `points`, `spreads`, shape (figures,): a probability or a mean [s], and the spread of one outcome [s], 0 for a
    probability. `response`: the figures of the response time, added to `response_mean` and `response_sd` [s], those
    of its parts that no figure gives. `communication`: the figure of P_C, else `p_communication` holds; `per_alarm`:
    whether it counts at every alarm instead of once.
    """

    points: Floats
    spreads: Floats
    response: tuple[int, ...] = ()
    response_mean: float = 0.0
    response_sd: float = 0.0
    communication: int | None = None
    p_communication: float = 1.0
    per_alarm: bool = False


class _Tasks(NamedTuple):
    """Tasks as arrays; what p is made of as groups of sensors of figures, each by where it begins."""

    group: Ints
    sensor: Ints
    factor: Ints
    figures: Ints
    p: Floats
    delay: Ints
    mean: Floats
    sd: Floats
    weight: Floats


class _Tree(NamedTuple):
    """Nodes in the order in which they were made, 0 the end; `task` before the node `after`; `ends` of paths."""

    task: Ints
    after: Ints
    ends: Ints


class _Shared(NamedTuple):
    """The response: its figures and constants; the figure of P_C or NONE, and whether it counts at every alarm."""

    response: Ints
    mean: float
    variance: float
    communication: int
    p: float
    per_alarm: bool


class _Pooled(NamedTuple):
    """All that a kernel needs to weigh the paths of a pool."""

    tasks: _Tasks
    tree: _Tree
    shared: _Shared


class _Lowest(NamedTuple):
    """Per draw the `paths` of least P_I, (n, count), and their P_I, `values`; `uses` (all paths, figures)."""

    paths: Ints
    values: Floats
    uses: Flags


class Box(NamedTuple):
    """Ends between which every figure lies: of its value, and of the spread of one outcome [s]; each (figures,)."""

    low: Floats
    high: Floats
    narrow: Floats
    wide: Floats

    def of(self, figures: Ints) -> Box:
        """The box of some of the figures."""
        return Box(*(np.ascontiguousarray(ends[figures]) for ends in self))


class Pool:
    """Paths that may be the worst, ready to be weighed at many values of the figures at once."""

    def __init__(self, ground: Ground, paths: Iterable[Sequence[Task]] = ()) -> None:
        self.ground = ground
        self.paths: list[tuple[Task, ...]] = []
        self._numbers: dict[Task, int] = {}
        self._nodes: dict[tuple[int, int], int] = {}
        self._ends: dict[int, int] = {}
        self._ready: _Pooled | None = None
        self._used: Ints | None = None
        for path in paths:
            self.add(path)

    def __len__(self) -> int:
        return len(self.paths)

    def add(self, path: Sequence[Task]) -> bool:
        """Take a path in; whether it is new."""
        node = 0
        for task in reversed(path):
            number = self._numbers.setdefault(task, len(self._numbers))
            node = self._nodes.setdefault((number, node), len(self._nodes) + 1)
        if node in self._ends:
            return False
        self._ends[node] = len(self.paths)
        self.paths.append(tuple(path))
        self._ready = self._used = None
        return True

    @property
    def used(self) -> Ints:
        """The figures that any path of the pool rests on, ascending."""
        if self._used is None:
            found = {figure for task in self._numbers for figure in _figures_of(task)} | set(self.ground.response)
            if self.ground.communication is not None:
                found.add(self.ground.communication)
            self._used = np.array(sorted(found), dtype=np.int64)
        return self._used

    def least(self, values: Floats, spreads: Floats) -> tuple[Floats, Ints]:
        """The least P_I of the pool in every draw, and the number of the path that has it.

        `values`, `spreads`, shape (n, len(used)): the figures that are used, in that order. Each (n,).
        """
        return _least(self._arrays(), np.ascontiguousarray(values), np.ascontiguousarray(spreads))

    def crossed(self, first: Floats, second: Floats, count: int) -> Callable[[int], Floats]:
        """The least P_I in each draw of the first design, with one figure and its spread taken from the second.

        `first`, `second`: values and beside them spreads, shape (n, 2 len(used)). Of each draw the `count` paths of
        least P_I are weighed again. Gives a function of the figure's place in `used` to values, (n,).
        """
        uses = np.zeros((len(self.paths), len(self.used)), dtype=np.bool_)
        place = {int(figure): number for number, figure in enumerate(self.used)}
        shared = [*self.ground.response, *([] if self.ground.communication is None else [self.ground.communication])]
        for row, path in zip(uses, self.paths, strict=True):
            row[[place[figure] for task in path for figure in _figures_of(task)]] = True
            row[[place[figure] for figure in shared]] = True
        pooled = self._arrays()
        paths, values = _lowest(pooled, first, min(count, len(self.paths)))
        lowest = _Lowest(paths, values, uses)
        return lambda figure: _crossed(pooled, first, second, lowest, figure)

    @property
    def nodes(self) -> int:
        """How many tasks are worked out to weigh every path once."""
        return len(self._nodes)

    def each(self, values: Floats, spreads: Floats) -> Floats:
        """P_I of every path at one set of values, shape (len(used),)."""
        return _bounds(self._arrays(), Box(values, values, spreads, spreads))[0]

    def bounds(self, box: Box) -> tuple[Floats, Floats]:
        """What P_I of each path lies between while every figure that is used lies in its box; each (paths,).

        True bounds, which need not be attained; see the module.
        """
        return _bounds(self._arrays(), box)

    def only(self, numbers: Iterable[int]) -> Pool:
        """A pool of some of the paths, in their order."""
        return Pool(self.ground, (self.paths[number] for number in sorted(numbers)))

    def _arrays(self) -> _Pooled:
        if self._ready is None:
            place = {int(figure): number for number, figure in enumerate(self.used)}
            self._ready = _Pooled(_arrays_of(list(self._numbers), place), self._tree(), _shared_of(self.ground, place))
        return self._ready

    def _tree(self) -> _Tree:
        nodes = np.array([(0, 0), *self._nodes], dtype=np.int64)
        return _Tree(nodes[:, 0].copy(), nodes[:, 1].copy(), np.array(list(self._ends), dtype=np.int64))


def _shared_of(ground: Ground, place: dict[int, int]) -> _Shared:
    return _Shared(
        np.array([place[figure] for figure in ground.response], dtype=np.int64),
        float(ground.response_mean),  # whole seconds would make whole-numbered arrays of the kernels'
        float(ground.response_sd) ** 2,
        NONE if ground.communication is None else place[ground.communication],
        float(ground.p_communication),
        ground.per_alarm,
    )


def _figures_of(task: Task) -> list[int]:
    rests = task.rests_on
    found = [figure for group in rests.detection for sensor in group for figure in sensor]
    return found if rests.delay is None else [*found, rests.delay]


def _arrays_of(tasks: Sequence[Task], place: dict[int, int]) -> _Tasks:
    group, sensor, factor = [0], [0], [0]
    figures: list[int] = []
    for task in tasks:
        for sensors in task.rests_on.detection:
            for parts in sensors:
                figures.extend(place[figure] for figure in parts)
                factor.append(len(figures))
            sensor.append(len(factor) - 1)
        group.append(len(sensor) - 1)
    delays = [NONE if task.rests_on.delay is None else place[task.rests_on.delay] for task in tasks]
    return _Tasks(
        np.array(group, dtype=np.int64),
        np.array(sensor, dtype=np.int64),
        np.array(factor, dtype=np.int64),
        np.array(figures, dtype=np.int64),
        np.array([task.p_detection for task in tasks], dtype=np.float64),
        np.array(delays, dtype=np.int64),
        np.array([task.delay_mean for task in tasks], dtype=np.float64),
        np.array([task.delay_sd for task in tasks], dtype=np.float64),
        np.array([WEIGHT[task.detect_at] for task in tasks], dtype=np.float64),
    )


class Worked(NamedTuple):
    """One draw worked out: p, mean [s] and variance [s²] of every task, (3, tasks), and of the response; what P_I is
    times. Under "per-alarm" communication is in p, else in `outside`."""

    tasks: Floats
    response_mean: float
    response_variance: float
    outside: float


def worked_out(tasks: Sequence[Task], ground: Ground) -> Callable[[Floats, Floats], Worked]:
    """From values and spreads of all figures, each (figures,), to those of the tasks and the response."""
    place = {number: number for number in range(len(ground.points))}
    of_tasks, of_response = _arrays_of(tasks, place), _shared_of(ground, place)

    def worked(values: Floats, spreads: Floats) -> Worked:
        mean, variance, factor, outside = answering(of_response, values, spreads)
        found = np.empty((3, len(tasks)))
        filled(of_tasks, factor, values, spreads, found)
        return Worked(found, mean, variance, outside)

    return worked


@compiled
def _detected(tasks: _Tasks, task: int, values: Floats) -> float:
    """The detection of a task: groups independent, of each group the best sensor, of a sensor the product."""
    first, last = tasks.group[task], tasks.group[task + 1]
    if first == last:
        return float(tasks.p[task])
    missed = 1.0
    for group in range(first, last):
        best = 0.0
        for sensor in range(tasks.sensor[group], tasks.sensor[group + 1]):
            p = 1.0
            for at in range(tasks.factor[sensor], tasks.factor[sensor + 1]):
                p *= values[tasks.figures[at]]
            best = max(best, p)
        missed *= 1.0 - best
    return 1.0 - missed


@compiled
def _timely(margin: float, variance: float) -> float:
    """Phi(margin / sd); without spread the step, a tie not in time."""
    if variance > 0.0:
        return 0.5 * math.erfc(-margin / math.sqrt(2.0 * variance))
    return 1.0 if margin > 0.0 else 0.0


@compiled
def filled(tasks: _Tasks, factor: float, here: Floats, wide: Floats, worked: Floats) -> None:
    """Work out p, mean [s] and variance [s²] of every task from the figures of one draw, into (3, tasks)."""
    for task in range(len(tasks.p)):
        worked[0, task] = factor * _detected(tasks, task, here)
        delay = tasks.delay[task]
        worked[1, task] = tasks.mean[task] if delay < 0 else here[delay]
        worked[2, task] = tasks.sd[task] ** 2 if delay < 0 else wide[delay] ** 2


@compiled
def answering(shared: _Shared, here: Floats, wide: Floats) -> tuple[float, float, float, float]:
    """In one draw: mean [s] and variance [s²] of the response, what p is times, and what P_I is times."""
    mean, variance = shared.mean, shared.variance
    for figure in shared.response:
        mean += here[figure]
        variance += wide[figure] ** 2
    heard = shared.p if shared.communication < 0 else here[shared.communication]
    if shared.per_alarm:
        return mean, variance, heard, 1.0
    return mean, variance, 1.0, heard


@compiled
def _weighed(pooled: _Pooled, here: Floats, wide: Floats, worked: Floats, ahead: Floats) -> float:
    """The value of every node in one draw, into the last row of `ahead` (3, nodes); what P_I is times."""
    tasks, tree = pooled.tasks, pooled.tree
    response, response_variance, factor, outside = answering(pooled.shared, here, wide)
    filled(tasks, factor, here, wide, worked)
    for node in range(1, len(tree.task)):
        task, after = tree.task[node], tree.after[node]
        p, mean, variance, weight = worked[0, task], worked[1, task], worked[2, task], tasks.weight[task]
        timely = 0.0
        if p > 0.0:
            timely = _timely(
                weight * mean + ahead[0, after] - response,
                weight * weight * variance + ahead[1, after] + response_variance,
            )
        ahead[0, node] = mean + ahead[0, after]
        ahead[1, node] = variance + ahead[1, after]
        ahead[2, node] = p * timely + (1.0 - p) * ahead[2, after]
    return outside


@compiled
def _least(pooled: _Pooled, values: Floats, spreads: Floats) -> tuple[Floats, Ints]:
    draws, ends = len(values), pooled.tree.ends
    least, which = np.full(draws, 2.0), np.zeros(draws, dtype=np.int64)
    worked, ahead = np.empty((3, len(pooled.tasks.p))), np.zeros((3, len(pooled.tree.task)))
    for draw in range(draws):
        outside = _weighed(pooled, values[draw], spreads[draw], worked, ahead)
        for path in range(len(ends)):
            value = outside * ahead[2, ends[path]]
            if value < least[draw]:
                least[draw], which[draw] = value, path
    return least, which


@compiled
def _lowest(pooled: _Pooled, values: Floats, count: int) -> tuple[Ints, Floats]:
    """Per draw the numbers of the `count` paths of least P_I, and their P_I; values and spreads side by side."""
    draws, half = len(values), values.shape[1] // 2
    paths, worth = np.empty((draws, count), dtype=np.int64), np.empty((draws, count))
    worked, ahead = np.empty((3, len(pooled.tasks.p))), np.zeros((3, len(pooled.tree.task)))
    for draw in range(draws):
        outside = _weighed(pooled, values[draw, :half], values[draw, half:], worked, ahead)
        every = ahead[2][pooled.tree.ends]
        paths[draw] = np.argsort(every)[:count]
        worth[draw] = outside * every[paths[draw]]
    return paths, worth


@compiled
def _value_of(pooled: _Pooled, end: int, here: Floats, wide: Floats, chain: Ints) -> float:
    """P_I of one path alone in one draw; `chain` is room for its nodes."""
    tasks, tree = pooled.tasks, pooled.tree
    length, node = 0, end
    while node > 0:
        chain[length] = node
        length += 1
        node = tree.after[node]
    response, variance, factor, outside = answering(pooled.shared, here, wide)
    ahead, value = 0.0, 0.0
    for place in range(length - 1, -1, -1):
        task = tree.task[chain[place]]
        weight, delay = tasks.weight[task], tasks.delay[task]
        mean = tasks.mean[task] if delay < 0 else here[delay]
        square = tasks.sd[task] ** 2 if delay < 0 else wide[delay] ** 2
        p = factor * _detected(tasks, task, here)
        if p > 0.0:
            timely = _timely(weight * mean + ahead - response, weight * weight * square + variance)
            value = p * timely + (1.0 - p) * value
        ahead += mean
        variance += square
    return outside * value


@compiled
def _crossed(pooled: _Pooled, first: Floats, second: Floats, lowest: _Lowest, figure: int) -> Floats:
    """The least P_I of the lowest paths of each draw, with one figure and its spread from the second design."""
    draws, half = len(first), first.shape[1] // 2
    least = np.empty(draws)
    chain = np.empty(len(pooled.tree.task), dtype=np.int64)
    here, wide = np.empty(half), np.empty(half)
    for draw in range(draws):
        here[:], wide[:] = first[draw, :half], first[draw, half:]
        here[figure], wide[figure] = second[draw, figure], second[draw, half + figure]
        least[draw] = 2.0
        for number in range(lowest.paths.shape[1]):
            path = lowest.paths[draw, number]
            value = lowest.values[draw, number]
            if lowest.uses[path, figure]:
                value = _value_of(pooled, pooled.tree.ends[path], here, wide, chain)
            least[draw] = min(least[draw], value)
    return least


@compiled
def _bounds(pooled: _Pooled, box: Box) -> tuple[Floats, Floats]:
    tasks, tree, shared = pooled.tasks, pooled.tree, pooled.shared
    low, high, narrow, wide = box.low, box.high, box.narrow, box.wide
    nodes = len(tree.task)
    # rows: the least and the most of each
    ahead, spread, worth = np.zeros((2, nodes)), np.zeros((2, nodes)), np.zeros((2, nodes))
    response = np.full(2, shared.mean)
    response_variance = np.full(2, shared.variance)
    for figure in shared.response:
        response[0] += low[figure]
        response[1] += high[figure]
        response_variance[0] += narrow[figure] ** 2
        response_variance[1] += wide[figure] ** 2
    heard = np.full(2, shared.p)
    if shared.communication >= 0:
        heard[0], heard[1] = low[shared.communication], high[shared.communication]
    factor = heard if shared.per_alarm else np.ones(2)
    outside = np.ones(2) if shared.per_alarm else heard
    for node in range(1, nodes):
        task, after = tree.task[node], tree.after[node]
        delay, weight = tasks.delay[task], tasks.weight[task]
        mean, variance = np.full(2, tasks.mean[task]), np.full(2, tasks.sd[task] ** 2)
        if delay >= 0:
            mean[0], mean[1] = low[delay], high[delay]
            variance[0], variance[1] = narrow[delay] ** 2, wide[delay] ** 2
        p = np.array([factor[0] * _detected(tasks, task, low), factor[1] * _detected(tasks, task, high)])
        whole = weight * weight * variance + spread[:, after] + response_variance
        worst = weight * mean[0] + ahead[0, after] - response[1]
        best = weight * mean[1] + ahead[1, after] - response[0]
        late = min(_timely(worst, whole[0]), _timely(worst, whole[1]))
        early = max(_timely(best, whole[0]), _timely(best, whole[1]))
        least, most = worth[0, after], worth[1, after]
        worth[0, node] = min(p[0] * late + (1.0 - p[0]) * least, p[1] * late + (1.0 - p[1]) * least)
        worth[1, node] = max(p[0] * early + (1.0 - p[0]) * most, p[1] * early + (1.0 - p[1]) * most)
        ahead[:, node] = mean + ahead[:, after]
        spread[:, node] = variance + spread[:, after]
    paths = len(tree.ends)
    bottom, top = np.empty(paths), np.empty(paths)
    for path in range(paths):
        bottom[path] = outside[0] * worth[0, tree.ends[path]]
        top[path] = outside[1] * worth[1, tree.ends[path]]
    return bottom, top
