"""Small grounds made by chance, and the same as a graph of tasks for the graph engine."""

from __future__ import annotations

import math

import numpy as np

from bartizan.assess.problem import Problem
from bartizan.assess.task import Task
from bartizan.assess.taskgraph import Arc, Node, TaskGraph
from bartizan.assess.terrain.network import DIRECTIONS, STEPS, Network, step_from

Weights = {1.0: "begin", 0.5: "middle", 0.0: "end"}


def ground(
    rng: np.random.Generator,
    rows: int,
    columns: int,
    *,
    response: tuple[float, float] = (12.0, 4.0),
    spread: float = 0.3,
    mixed: bool = False,
) -> Network:
    """A field with walls and watched places, a fence across its middle with gates, begins on the left."""
    cells = rows * columns
    slow = rng.choice([0.5, 1.0, 2.0], cells)
    slow[rng.random(cells) < 0.1] = np.inf
    hazard = np.where(rng.random(cells) < 0.4, 0.0, rng.uniform(0.0, 0.3, cells))
    target = cells - 1
    slow[[0, target]] = 1.0
    middle = columns // 2
    column = np.arange(cells) % columns
    blocked = np.zeros(cells, dtype=np.uint16)
    for cell in range(cells):
        for direction, (down, across) in enumerate(STEPS.tolist()):
            row, to = cell // columns + down, cell % columns + across
            fenced = (column[cell] < middle) != (to < middle)
            off = not (0 <= row < rows and 0 <= to < columns)
            if off or fenced or np.inf in (slow[cell], slow[row * columns + to]):
                blocked[cell] |= np.uint16(1 << direction)
            elif direction >= 8:
                one = cell + (np.sign(across) if abs(across) == 2 else np.sign(down) * columns)
                other = row * columns + to - (one - cell)
                if slow[one] == np.inf or slow[other] == np.inf:
                    blocked[cell] |= np.uint16(1 << direction)
    rows_of = []
    for gate in range(rows):
        tail, head = gate * columns + middle - 1, gate * columns + middle
        if slow[tail] < np.inf and slow[head] < np.inf:
            mean = rng.uniform(1.0, 9.0)
            share = rng.uniform(0.0, 2.0) if mixed else 0.3
            rows_of.append(
                (head, tail, rng.uniform(0.0, 0.9), rng.choice([0.0, 0.5, 1.0]), mean, (share * mean) ** 2, 1.0, 0.05)
            )
    rows_of.append((cells, target, 0.3, 0.5, 4.0, 1.4, 0.0, 0.0))
    rows_of.sort(key=lambda row: row[0])
    table = np.array(rows_of)
    begins = np.zeros(cells, dtype=np.bool_)
    begins[::columns] = slow[::columns] < np.inf
    return Network(
        rows=rows, columns=columns, legs=1, slow=slow, hazard=hazard, blocked=blocked,
        first=np.searchsorted(table[:, 0], np.arange(cells + 2)).astype(np.int64),
        tail=table[:, 1].astype(np.int64), p=table[:, 2].copy(), weight=table[:, 3].copy(), mean=table[:, 4].copy(),
        variance=table[:, 5].copy(), walk=table[:, 6].copy(), walk_hazard=table[:, 7].copy(), begins=begins,
        spread=spread, response_mean=response[0], response_variance=response[1] ** 2,
    )  # fmt: skip


def as_problem(network: Network, p_communication: float = 1.0) -> Problem:
    """The same ground for the graph engine: a node per cell, the target's cell where targets are acted on."""
    n = network
    target = int(n.tail[-1])
    number = {target: 1}
    nodes = [Node(None, "out", None, 1), Node(f"c{target}", "in", "t")]
    for cell in range(n.cells):
        if cell != target:
            number[cell] = len(nodes)
            nodes.append(Node(f"c{cell}", "in"))
    arcs = []
    for head in range(n.cells):
        for direction in range(DIRECTIONS):
            tail, time, hazard = step_from(n.rows, n.columns, n.slow, n.hazard, n.blocked, head, direction)
            if tail >= 0 and tail != target:
                name = f"s{tail}-{head}"
                walk = _walk(name, time, hazard, n.spread)
                arcs.append(Arc(number[tail], number[head], walk, None, (name, f"c{tail}", f"c{head}")))
        for place in range(n.first[head], n.first[head + 1]):
            tail = int(n.tail[place])
            task = _task(n, place, "element", f"g{place}")
            walk = _walk(f"w{place}", float(n.walk[place]), float(n.walk_hazard[place]), n.spread)
            arcs.append(Arc(number[tail], number[head], task, walk, (f"g{place}", f"c{tail}", f"c{head}")))
    arcs.append(Arc(1, 0, _task(n, len(n.tail) - 1, "target", "t"), None, None))
    arcs.sort(key=lambda arc: (arc.task.id, arc.tail))
    starts = tuple(number[int(cell)] for cell in np.flatnonzero(n.begins))
    return Problem(
        threat=None, target="t", state=(), response="r", response_mean=n.response_mean,
        response_sd=math.sqrt(n.response_variance), p_communication=p_communication,
        graph=TaskGraph(nodes=tuple(nodes), arcs=tuple(arcs), starts=starts),
    )  # fmt: skip


def _walk(name: str, time: float, hazard: float, spread: float) -> Task:
    return Task(
        kind="area", id=name, p_detection=-math.expm1(-hazard), detect_at="middle", delay_mean=time,
        delay_sd=math.sqrt(spread * time),
    )  # fmt: skip


def _task(n: Network, place: int, kind: str, name: str) -> Task:
    return Task(
        kind=kind, id=name, p_detection=float(n.p[place]), detect_at=Weights[float(n.weight[place])],  # type: ignore[arg-type]
        delay_mean=float(n.mean[place]), delay_sd=math.sqrt(n.variance[place]),
    )  # fmt: skip


def tasks_of(n: Network, steps: list[tuple[int, int]]) -> list[Task]:
    """The tasks of a path that the search gives, in their order."""
    tasks = []
    for (node, arc), (after, _) in zip(steps, [*steps[1:], (n.done, 0)], strict=True):
        if arc >= 0:
            tasks += [
                _task(n, arc, "element", f"g{arc}"),
                _walk("w", float(n.walk[arc]), float(n.walk_hazard[arc]), n.spread),
            ]
            continue
        down, across = after // n.columns - node // n.columns, after % n.columns - node % n.columns
        direction = STEPS.tolist().index([down, across])
        tail, time, hazard = step_from(n.rows, n.columns, n.slow, n.hazard, n.blocked, after, direction)
        assert tail == node
        tasks.append(_walk("s", time, hazard, n.spread))
    return tasks
