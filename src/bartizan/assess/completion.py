"""How low can a path end that goes on with this label? A lower bound for every node, tabulated.

Let f_n(M, S, V) be the least value over all beginnings up to node n, when mean M, variance S and value V are to go.
Every beginning gives sum_i first_i Phi(z_i) + miss V with first_i >= 0 and sum_i first_i + miss = 1, so in

- V it is affine, hence f_n concave: a chord lies below it;
- M it rises, and its second derivative is at most the greatest slope of phi over T, CURVE_MEAN / T, with T = S +
  s_RFT^2 and phi the normal density: f_n less a parabola is concave (a least of such functions is such a function),
  hence a chord of width h less CURVE_MEAN h^2 / 8 T lies below it;
- S likewise: d^2 Phi(x / sqrt(T)) / dT^2 = phi(z) z (3 - z^2) / 4 T^2 <= CURVE_VARIANCE / T^2.

So the interpolation of lower bounds at the eight corners of a cell, less the two terms, is a lower bound within it.
Beyond the last mean the bound at the last mean holds, for f_n rises. Beyond the last variance a plane of its own
holds, worked out with x / sqrt(T) >= 0 where x > 0 and its least value elsewhere.

The table obeys H_n <= V where a path may begin at n, and H_n <= the bound of H_u at what is to go at u, for every
arc from u to n; by induction over the number of arcs before n no beginning, nor any walk, ends lower. It is worked
out from above, node by node in the order of the strongly connected parts, within a part by descending mean until
nothing changes; values are rounded down, to a grid so that this ends. A part that does not settle gets 0.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.network import Graph, Network, p_timely
from bartizan.assess.prefixes import Floats, Ints, Links, links
from bartizan.compiled import compiled_for_threads as compiled

CURVE_MEAN = 0.24198  # the most of z phi(z), at z = 1, rounded up
CURVE_VARIANCE = 0.138  # the most of phi(z) z (3 - z²) / 4, at z = 0.74, rounded up
GRID = float(1 << 18)  # values are whole multiples of 1 / GRID, which single precision holds exactly
SWEEPS = 60
UNKNOWN = 2.0  # above every value
BYTES = 300_000_000  # at most, for one table
RANGE = 3.5  # deviations beyond the response time up to which means are tabulated
RATIO = 1.2  # of one tabulated variance, that of the response added, to the next
LEAST_ROWS, MOST_ROWS, MOST_LAYERS = 16, 256, 20


Bounds = NDArray[np.float32]
Grid = tuple[float, Floats, Floats, Floats, Floats]  # step, variances, values, what interpolation loses by either


class Table(NamedTuple):
    """Lower bounds `bound` (nodes, means, variances + 1, values), the last variance standing for all beyond.

    `step` [s] between means, `variances` [s²], `values`: the grid; `margin_mean`, `margin_variance` (variances,):
    what interpolation loses in each cell; `least` per node: the first mean that can occur there.
    """

    bound: Bounds
    step: float
    variances: Floats
    values: Floats
    margin_mean: Floats
    margin_variance: Floats
    least: Ints

    @property
    def is_there(self) -> bool:
        """Whether there is a table at all."""
        return bool(self.bound.shape[0] > 0)


def no_table() -> Table:
    """A table that says nothing."""
    zero = np.zeros(2)
    return Table(np.zeros((0, 2, 3, 2), dtype=np.float32), 1.0, zero, zero, zero, zero, np.zeros(1, dtype=np.int64))


@compiled
def _layer(variances: Floats, variance: float) -> int:
    """The last tabulated variance not above one, of those that have a next."""
    layer, last = 0, len(variances) - 2
    while layer < last:
        middle = (layer + last + 1) // 2
        if variances[middle] <= variance:
            layer = middle
        else:
            last = middle - 1
    return layer


@compiled
def _between(bound: Bounds, at: tuple[int, int, int], far: float, deep: float, column: int) -> float:
    """The bound at one value, between means and variances; `at`: node, row and layer."""
    node, row, layer = at
    low = float(bound[node, row, layer, column])
    if deep > 0.0:
        low += deep * (bound[node, row, layer + 1, column] - low)
    if far == 0.0:
        return low
    high = float(bound[node, row + 1, layer, column])
    if deep > 0.0:
        high += deep * (bound[node, row + 1, layer + 1, column] - high)
    return low + far * (high - low)


@compiled
def _cell(bound: Bounds, grid: Grid, mean: float, variance: float) -> tuple[int, int, float, float, float]:
    """Where mean and variance lie: row and layer, the shares of the next ones, and what is lost there."""
    step, variances, _, margin_mean, margin_variance = grid
    means, spreads = bound.shape[1], len(variances)
    row = int(min(mean / step, means - 1.0))
    if variance >= variances[spreads - 1]:
        return row, spreads, 0.0, 0.0, 0.0
    layer = _layer(variances, variance)
    deep = (variance - variances[layer]) / (variances[layer + 1] - variances[layer])
    if row == means - 1:
        return row, layer, 0.0, deep, margin_variance[layer]
    return row, layer, mean / step - row, deep, margin_variance[layer] + margin_mean[layer]


@compiled
def grid_of(table: Table) -> Grid:
    """The grid of a table, apart from its bounds: what a tuple holds is counted at each access."""
    return table.step, table.variances, table.values, table.margin_mean, table.margin_variance


@compiled
def lookup(bound: Bounds, grid: Grid, node: int, to_go: tuple[float, float], value: float) -> float:
    """A lower bound on the value of every path that goes on from the node with this to go; may be below 0."""
    tabulated = grid[2]
    row, layer, far, deep, loss = _cell(bound, grid, to_go[0], to_go[1])
    column = 0
    while column < len(tabulated) - 2 and tabulated[column + 1] <= value:
        column += 1
    share = (value - tabulated[column]) / (tabulated[column + 1] - tabulated[column])
    low = _between(bound, (node, row, layer), far, deep, column)
    high = _between(bound, (node, row, layer), far, deep, column + 1)
    return float(low + share * (high - low) - loss)


@compiled
def _at_least(  # noqa: PLR0917 - compiled: arrays one by one, loops in one piece
    figures: Floats, response: Floats, tails: Ints, bound: Bounds, grid: Grid, arc: int, mean: float, layer: int,
    least: Floats,
) -> None:  # fmt: skip
    """Lower `least` (values,) to the bounds at an arc's tail, for what is to go at a corner of its head's table."""
    variances, tabulated = grid[1], grid[2]
    beyond = layer == len(variances)
    variance = variances[layer - 1] if beyond else variances[layer]
    miss, noticed = 1.0, 0.0
    for first in (4, 0):
        p, m, v = figures[arc, first], figures[arc, first + 2], figures[arc, first + 3]
        if p > 0.0:
            weight = figures[arc, first + 1]
            margin = weight * m + mean - response[0]
            timely = 0.5
            if not (beyond and margin > 0.0):
                timely = p_timely(margin, weight * weight * v + variance + response[1])
            noticed = p * timely + (1.0 - p) * noticed
            miss *= 1.0 - p
        mean += m
        variance += v
    node = tails[arc]
    row, layer, far, deep, loss = _cell(bound, grid, mean, variance)
    column, known = 0, -1
    low = high = 0.0
    for place in range(len(tabulated)):
        value = noticed + miss * tabulated[place]
        while column < len(tabulated) - 2 and tabulated[column + 1] <= value:
            column += 1
        if column != known:
            low = _between(bound, (node, row, layer), far, deep, column)
            high = _between(bound, (node, row, layer), far, deep, column + 1)
            known = column
        share = (value - tabulated[column]) / (tabulated[column + 1] - tabulated[column])
        least[place] = min(least[place], low + share * (high - low) - loss)


@compiled
def _fill(graph: Graph, table: Table, nodes: Ints, begins: Ints, out: Links) -> int:  # noqa: C901, PLR0912 - compiled: arrays one by one, loops in one piece
    """Work the table out; the nodes stand part by part, `begins` says where. Returns how many entries were made.

    A node is looked at again only where a node before it changed at the same mean and bears on it there.
    """
    bound, grid, figures, heads = table.bound, grid_of(table), graph.figures, graph.head
    response, tails, tabulated = graph.response, graph.tail, table.values
    into, by_head, starts, least = graph.into, graph.by_head, graph.starts, table.least
    out_begins, out_arcs = out.begins, out.arcs
    room = np.empty(len(tabulated))
    waits = np.zeros(len(into) - 1, dtype=np.bool_)
    work, means = 0, bound.shape[1]
    for part in range(len(begins) - 1):
        first, last = begins[part], begins[part + 1]
        settled = True
        for row in range(means - 1, -1, -1):
            waits[nodes[first:last]] = True
            for sweep in range(SWEEPS):
                again = False
                for place in range(first, last):
                    node = nodes[place]
                    if not waits[node] or row < least[node]:
                        continue
                    waits[node] = False
                    work += bound.shape[2] * (into[node + 1] - into[node])
                    changed = False
                    for layer in range(bound.shape[2]):
                        for column in range(len(tabulated)):
                            old = float(bound[node, row, layer, column])
                            room[column] = min(old, tabulated[column]) if starts[node] else old
                        for index in range(into[node], into[node + 1]):
                            mean = row * table.step
                            _at_least(figures, response, tails, bound, grid, by_head[index], mean, layer, room)
                        for column in range(len(tabulated)):
                            if room[column] < bound[node, row, layer, column]:
                                bound[node, row, layer, column] = max(0.0, math.floor(room[column] * GRID) / GRID)
                                changed = True
                    if not changed:
                        continue
                    for index in range(out_begins[node], out_begins[node + 1]):
                        arc = out_arcs[index]
                        if row == means - 1 or figures[arc, 2] + figures[arc, 6] < table.step:
                            waits[heads[arc]] = True
                            again = True
                if not again:
                    break
                settled = settled and sweep < SWEEPS - 1
        if not settled:
            for place in range(first, last):
                bound[nodes[place]] = 0.0
    return work


def tabulate(network: Network, end: int, upper: float, evaluations: int) -> tuple[Table, int]:
    """The table for a network, as fine as so many evaluations allow, and how many it took.

    `upper`: a value that some path has, or infinite; the table is finest near it.
    """
    graph = network.graph
    response_mean, response_variance = float(graph.response[0]), float(graph.response[1])
    least = least_means(graph, end)
    all_mean, all_variance = network.most
    delays = float((graph.figures[:, 2] + graph.figures[:, 6]).sum())
    rate = float((graph.figures[:, 3] + graph.figures[:, 7]).sum()) / delays if delays > 0.0 else 0.0
    half = RANGE * RANGE * rate / 2.0
    top = response_mean + half + math.sqrt(half * half + RANGE * RANGE * (response_variance + rate * response_mean))
    top = max(1.0, min(all_mean, top))
    variances = _variances(response_variance, min(all_variance, 2.5 * rate * top))
    nodes, arcs = len(graph.place), max(1, len(graph.tail))
    values = np.array([0.0, upper / 2.0, upper, 1.0]) if 0.0 < upper < 1.0 else np.array([0.0, 0.05, 0.3, 1.0])
    rows = min(evaluations // (arcs * (len(variances) + 1)), BYTES // (nodes * (len(variances) + 1) * len(values) * 4))
    rows = int(min(MOST_ROWS, max(LEAST_ROWS, rows)))
    step = top / (rows - 1)
    t = variances[:-1] + response_variance
    with np.errstate(divide="ignore", invalid="ignore"):
        by_mean = CURVE_MEAN * step * step / (8.0 * t)
        by_variance = CURVE_VARIANCE * (np.diff(variances) / t) ** 2 / 8.0
    table = Table(
        bound=np.full((nodes, rows, len(variances) + 1, len(values)), UNKNOWN, dtype=np.float32),
        step=step,
        variances=variances,
        values=values,
        # no bound is above 1, so to lose 1 is to know nothing
        margin_mean=np.minimum(np.nan_to_num(by_mean, nan=1.0), 1.0),
        margin_variance=np.minimum(np.nan_to_num(by_variance, nan=1.0), 1.0),
        # every row: what a row below the first possible mean leads to is interpolated from as well, and must be a bound
        least=np.zeros(nodes, dtype=np.int64),
    )
    order = np.lexsort((-least, -network.part))
    part = network.part[order]
    begins = np.concatenate(([0], np.flatnonzero(np.diff(part)) + 1, [len(part)])).astype(np.int64)
    return table, int(_fill(graph, table, order.astype(np.int64), begins, links(graph.tail, nodes)))


def _variances(response: float, top: float) -> Floats:
    """The tabulated variances [s²], in even ratios of the whole variance."""
    bottom = response if response > 0.0 else top / 1000.0
    if not top > 0.0:
        return np.array([0.0, 1.0])
    count = int(min(MOST_LAYERS, max(2, math.ceil(math.log1p(top / bottom) / math.log(RATIO)) + 1)))
    variances = bottom * np.expm1(np.linspace(0.0, math.log1p(top / bottom), count))
    variances[0] = 0.0
    return np.asarray(variances, dtype=np.float64)


@compiled
def least_means(graph: Graph, end: int) -> Floats:
    """Per node the least mean delay [s] that can be to go there; infinite where the end is out of reach."""
    least = np.full(len(graph.place), np.inf)
    waits = np.zeros(len(graph.place), dtype=np.bool_)
    queue = np.empty(len(graph.place) + 1, dtype=np.int64)
    least[end], queue[0] = 0.0, end
    first, size = 0, 1
    while size:
        node = queue[first]
        first = (first + 1) % len(queue)
        size -= 1
        waits[node] = False
        for index in range(graph.into[node], graph.into[node + 1]):
            arc = graph.by_head[index]
            tail = graph.tail[arc]
            mean = least[node] + graph.figures[arc, 2] + graph.figures[arc, 6]
            if mean < least[tail]:
                least[tail] = mean
                if not waits[tail]:
                    waits[tail] = True
                    queue[(first + size) % len(queue)] = tail
                    size += 1
    return least


@compiled
def arcs_of_use(graph: Graph, table: Table, limit: float) -> NDArray[np.bool_]:
    """Which arcs some path of a value up to `limit` may use, by the table."""
    grid, spreads = grid_of(table), len(table.variances)
    room = np.empty(len(table.values))
    of_use = np.zeros(len(graph.tail), dtype=np.bool_)
    for arc in range(len(graph.tail)):
        mean = table.least[graph.head[arc]] * table.step
        before = math.inf
        for layer in range(spreads + 1):
            room[:] = 1.0
            _at_least(graph.figures, graph.response, graph.tail, table.bound, grid, arc, mean, layer, room)
            lowest = room[0]
            # between two variances a bound is at most this much below the lower of both
            loss = table.margin_variance[layer - 1] if 0 < layer < spreads else 0.0
            if lowest <= limit or (layer < spreads and before - loss <= limit) or lowest - loss <= limit:
                of_use[arc] = True
                break
            before = lowest
    return of_use
