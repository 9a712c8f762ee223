"""The worst path beside the enumeration of all paths, in one run, and a diagram that nobody can enumerate.

Run: ``python -m benchmarks.worst_paths``. The peer enumerates as fast as NumPy can: backwards, layer by layer, with
mean, variance and value of every way to go on in arrays, so that each added layer costs one pass over all of them.
Both answer the same question on the same compiled problem, and the answers must agree. Times are the least of
several runs, of processor time, compilation by Numba left out. Diagrams are drawn from a fixed seed. The plan of
10,000 areas is a square grid with doors in eight directions, outside all round, the target in its middle.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path as Folder
from typing import Any

import numpy as np
from scipy.special import ndtr

from bartizan.assess import Problem, compile_problem, worst_paths
from bartizan.quantity import Duration, Probability
from bartizan.site import build
from bartizan.site.model import Area, DetectAt, Element, Response, Target, Way
from bartizan.site.site import Site
from benchmarks.table import Row, main

MOMENTS: tuple[DetectAt, ...] = ("begin", "middle", "end")
WEIGHT = {"begin": 1.0, "middle": 0.5, "end": 0.0}
RUNS = 5
AGREE = 1e-12
SPREADS = (("30 % spread", (0.3, 0.3)), ("spreads 0-200 %", (0.0, 2.0)))


def diagram(layers: int, elements: int, ways: int, spread: tuple[float, float], seed: int) -> Problem:
    """Areas in a row, `elements` between each two with `ways` each; sd = mean times a number within `spread`."""
    rng = np.random.default_rng(seed)

    def way(number: int) -> dict[str, Any]:
        mean = float(rng.uniform(5.0, 60.0))
        return {
            "id": f"w{number}",
            "p_detection": float(rng.uniform(0.0, 0.6)),
            "detect_at": str(rng.choice(list(WEIGHT))),
            "delay": {"mean": mean, "sd": mean * float(rng.uniform(*spread))},
        }

    last = f"a{layers}"
    document = {
        "schema": 1,
        "site": {"name": "layers"},
        "area": [{"id": f"a{layer}", "outside": layer == 0} for layer in range(layers + 1)],
        "element": [
            {
                "id": f"e{layer}-{number}",
                "kind": "door",
                "between": [f"a{layer}", f"a{layer + 1}"],
                "way": [way(one) for one in range(ways)],
            }
            for layer in range(layers)
            for number in range(elements)
        ],
        "target": [{"id": "target", "area": last, "way": [{"id": "act", "delay": {"mean": 30, "sd": 9}}]}],
        "response": [{"id": "guards", "arrival": {"mean": 20.0 * layers, "sd": 6.0 * layers}}],
    }
    return compile_problem(build(document), threat=None, target="target", response="guards")


def plan(side: int, spread: tuple[float, float], seed: int) -> Problem:
    """Areas on a square grid, a door between each two that touch; sd = mean times a number within `spread`."""
    rng = np.random.default_rng(seed)
    middle = side // 2

    def name(row: int, column: int) -> str:
        return f"a{row:03}-{column:03}"

    def way() -> Way:
        mean = float(rng.uniform(5.0, 60.0))
        return Way(
            id="w",
            p_detection=Probability(float(rng.uniform(0.0, 0.3))),
            detect_at=MOMENTS[int(rng.integers(3))],
            delay=Duration(mean, mean * float(rng.uniform(*spread))),
        )

    doors = [
        (name(row, column), name(row + down, column + right))
        for row in range(side)
        for column in range(side)
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1))
        if row + down < side and 0 <= column + right < side
    ]
    site = Site(
        name="plan",
        areas=tuple(
            Area(id=name(row, column), outside=min(row, column, side - 1 - row, side - 1 - column) == 0)
            for row in range(side)
            for column in range(side)
        ),
        elements=tuple(
            Element(id=f"e{number:05}", kind="door", between=between, ways=(way(),))
            for number, between in enumerate(doors)
        ),
        targets=(Target(id="t", area=name(middle, middle), ways=(Way(id="act", delay=Duration(30.0, 9.0)),)),),
        responses=(Response(id="r", arrival=Duration(400.0, 120.0)),),
    )
    return compile_problem(site, threat=None, target="t", response="r")


def enumerated(problem: Problem, layers: int) -> float:
    """The least P_I over every path, by working out all of them."""
    by_layer: list[list[tuple[float, float, float, float]]] = [[] for _ in range(layers)]
    mean = variance = value = np.zeros(1)
    for arc in problem.graph.arcs:
        task = arc.task
        figures = (task.p_detection, WEIGHT.get(task.detect_at or "end", 0.0), task.delay_mean, task.delay_sd**2)
        if arc.through is None:
            mean, variance = np.array([figures[2]]), np.array([figures[3]])
        elif int(arc.through[1][1:]) < int(arc.through[2][1:]):
            by_layer[int(arc.through[1][1:])].append(figures)
    for options in reversed(by_layer):
        p, weight, m, v = (np.array(column)[:, None] for column in zip(*options, strict=True))
        spread = np.sqrt(weight * weight * v + variance + problem.response_sd**2)
        timely = ndtr((weight * m + mean - problem.response_mean) / spread)
        value = (p * timely + (1.0 - p) * value).ravel()
        mean, variance = (m + mean).ravel(), (v + variance).ravel()
    return problem.p_communication * float(value.min())


def seconds(work: Callable[[], object], runs: int = RUNS) -> float:
    """The least processor time of several runs [s], after one that compiles."""
    work()
    times = []
    for _ in range(runs):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def figures(data: Folder) -> Iterator[Row]:
    """Enumeration against labels where both can, and labels alone where only they can."""
    for layers, elements, ways in ((4, 5, 2), (5, 8, 2), (6, 6, 2)):
        problem = diagram(layers, elements, ways, (0.3, 0.3), seed=layers)
        paths, certificate = worst_paths(problem)
        difference = abs(paths[0].p_interruption - enumerated(problem, layers))
        if certificate is None or certificate.gap != 0.0 or difference > AGREE:
            raise AssertionError(f"{layers} layers: the engines differ by {difference:g}")
        ours = seconds(lambda problem=problem: worst_paths(problem))  # type: ignore[misc]
        theirs = seconds(lambda problem=problem, layers=layers: enumerated(problem, layers), runs=2)  # type: ignore[misc]
        what = f"{layers} layers x {elements} elements x {ways} ways: {(elements * ways) ** layers:,} paths"
        told = f"labels {1e3 * ours:.1f} ms, enumeration {1e3 * theirs:.1f} ms, ratio {theirs / ours:.1f}"
        yield Row("worst_paths", what, told)
    for name, spread in SPREADS:
        for count in (1, 10):
            problem = diagram(20, 10, 3, spread, seed=20)
            _, certificate = worst_paths(problem, count)
            if certificate is None or not certificate.complete:
                raise AssertionError(f"{name}: no proof")
            ours = seconds(lambda problem=problem, count=count: worst_paths(problem, count), runs=3)  # type: ignore[misc]
            told = f"{1e3 * ours:.0f} ms, {certificate.labels:,} labels, proved"
            yield Row("worst_paths", f"20 layers x 10 elements x 3 ways, {name}, {count} worst of 3.5e29", told)
    for name, spread in SPREADS:
        problem = plan(100, spread, seed=1)
        _, certificate = worst_paths(problem)
        if certificate is None:
            raise AssertionError(f"{name}: no path")
        ours = seconds(lambda problem=problem: worst_paths(problem), runs=1)  # type: ignore[misc]
        proof = "proved" if certificate.proved else f"not proved, gap {certificate.gap:.3f}"
        told = f"{ours:.1f} s, {certificate.labels:,} labels, P_I {certificate.value:.4f}, {proof}"
        yield Row("worst_paths", f"10,000 areas, 39,402 doors, {name}", told)


if __name__ == "__main__":
    main(__doc__, figures)
