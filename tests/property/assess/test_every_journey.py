"""The compiled graph holds exactly the paths that the definitions allow, each with its P_I."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pytest
from random_sites import Draw, Enumeration, Maker

from bartizan.assess.problem import Problem, compile_problem
from bartizan.assess.taskgraph import DONE, Arc

ROUNDING = 1e-12  # sums of some twenty products, in another order
SITES = 150
MANY = 4_000  # paths: enough of one site

CASES: dict[str, tuple[Draw, dict[str, str]]] = {
    "as it was": (Draw(layered=False, spreads=(0.0, 0.3, 2.0), remove=True), {}),
    "ways of one side": (Draw(layered=False, spreads=(0.3,), remove=True, sided=True, crowds=True), {}),
    "per alarm": (Draw(layered=True, spreads=(0.3,), remove=False), {"communication": "per-alarm"}),
    "stays open": (
        Draw(layered=False, spreads=(0.3,), remove=True, opens=True, sided=True),
        {"forced": "stays-open"},
    ),
    "closes again": (Draw(layered=False, spreads=(0.3,), remove=True, opens=True), {"forced": "closes"}),
    "two targets": (Draw(layered=False, spreads=(0.3,), remove=False, targets=2), {}),
    "two targets, doors left open": (
        Draw(layered=False, spreads=(0.3,), remove=False, targets=2, opens=True),
        {"forced": "stays-open"},
    ),
    "two targets and away": (
        Draw(layered=False, spreads=(0.3,), remove=True, targets=2, opens=True, sided=True),
        {"forced": "stays-open", "communication": "per-alarm"},
    ),
    "three targets": (Draw(layered=True, spreads=(0.0, 0.3), remove=True, targets=3, opens=True), {}),
}


def walks(problem: Problem) -> Iterator[list[Arc]]:
    """Every way through the graph that enters no area twice on a leg and passes nothing that is shut."""
    onward: dict[int, list[Arc]] = {}
    for arc in problem.graph.arcs:
        onward.setdefault(arc.tail, []).append(arc)
    nodes = problem.graph.nodes

    def further(node: int, been: frozenset[tuple[int, str | None]], gone: list[Arc]) -> Iterator[list[Arc]]:
        if node == DONE:
            yield gone
            return
        for arc in onward.get(node, []):
            entered = None if arc.through is None else (nodes[arc.tail].stage, arc.through[2])
            if entered is not None and entered in been:
                continue
            if arc.needs_open is not None and arc.needs_open not in {one.opens for one in gone}:
                continue
            here = nodes[arc.head]
            now = been | ({entered} if entered is not None else {(here.stage, here.area)})
            yield from further(arc.head, now, [*gone, arc])

    for start in problem.graph.starts:
        yield from further(start, frozenset({(nodes[start].stage, nodes[start].area)}), [])


def named(walk: list[Arc]) -> tuple[tuple[str, str], ...]:
    return tuple((arc.task.id, arc.task.way or "") for arc in walk)


def by_steps(problem: Problem) -> Mapping[tuple[tuple[str, str], ...], float]:
    found = {}
    for walk in walks(problem):
        value = problem.p_interruption([task for arc in walk for task in arc.tasks])
        assert named(walk) not in found  # one path, one walk
        found[named(walk)] = value
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_graph_holds_every_path_and_no_other(case: str) -> None:
    draw, options = CASES[case]
    rng = np.random.default_rng(list(CASES).index(case))
    reached = 0
    sites = SITES // draw.targets**2
    free = 0
    for _ in range(sites):
        site = Maker(rng, draw).site()
        names = tuple(target.id for target in site.targets)
        every = Enumeration(site, ",".join(names), "threat", "force", **options).paths()
        expected = {
            tuple((name, way) for name, way, _, _ in steps): value for made in every.values() for value, steps in made
        }
        if len(expected) > MANY:
            continue
        target = names[0] if len(names) == 1 else names
        problem = compile_problem(site, threat="threat", target=target, response="force", **options)  # type: ignore[arg-type]
        assert by_steps(problem) == pytest.approx(expected, rel=0.0, abs=ROUNDING)
        reached += bool(expected)
        free += any(not way for steps in expected for _, way in steps)
    # where hardly any target could be reached the comparison would be empty
    assert reached > sites // 5
    assert (free > 0) == (options.get("forced") == "stays-open")
