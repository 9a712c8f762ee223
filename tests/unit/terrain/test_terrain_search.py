"""The search over the ground: equal to the graph engine, and its bound below every path."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from bartizan.assess.paths import worst_paths
from bartizan.assess.terrain.bound import bound, slack, variances
from bartizan.assess.terrain.labels import label_search, least_hazard
from bartizan.assess.terrain.network import STEPS, Network, step_from
from bartizan.assess.terrain.terrain import Answer, search
from bartizan.assess.terrain.trees import sums
from bartizan.assess.timeline import p_interruption

sys.path.insert(0, str(Path(__file__).parent))
from grounds import as_problem, ground, tasks_of

QUIET = lambda _: None  # noqa: E731
RESPONSES = [(12.0, 4.0), (25.0, 2.0), (6.0, 0.0), (18.0, 12.0)]


def found(network: Network, **options: int) -> Answer:
    return search(network, QUIET, **options)


# seed 2 has a response without spread, at which the graph engine runs out of labels on grids
@pytest.mark.parametrize("seed", [0, 1, 3, 4, 5, 7])
@pytest.mark.parametrize("mixed", [False, True])
def test_the_search_agrees_with_the_graph_engine(seed: int, mixed: bool) -> None:
    network = ground(np.random.default_rng(seed), 4, 5, response=RESPONSES[seed % 4], mixed=mixed)
    problem = as_problem(network)
    paths, certificate = worst_paths(problem)
    every, bounded = found(network), found(network, exact_nodes=0)
    if not paths:
        assert every.steps is None
        assert bounded.steps is None
        return
    assert certificate is not None
    assert certificate.gap <= 1e-9
    assert every.exact
    assert every.value == pytest.approx(paths[0].p_interruption, abs=1e-9)
    assert bounded.value == pytest.approx(paths[0].p_interruption, abs=1e-9)
    assert bounded.exact


@pytest.mark.parametrize("seed", range(6))
def test_the_value_of_a_path_is_that_of_the_closed_form(seed: int) -> None:
    network = ground(np.random.default_rng(100 + seed), 8, 9, response=RESPONSES[seed % 4])
    for answer in (found(network), found(network, exact_nodes=0)):
        if answer.steps is not None:
            tasks = tasks_of(network, answer.steps)
            closed = p_interruption(tasks, network.response_mean, math.sqrt(network.response_variance), 1.0)
            assert answer.value == pytest.approx(closed, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_the_bound_is_below_the_least_value_of_each_place_whatever_the_prices(seed: int) -> None:
    """Label search without a limit gives every least value; the bound, whatever it is told to pay, stays below."""
    rng = np.random.default_rng(200 + seed)
    network = ground(rng, 7, 8, response=RESPONSES[seed % 4], mixed=seed % 2 == 0)
    fastest = sums(network, 1.0, 0.0)
    low, high, ratio = variances(network, fastest)
    labels = label_search(network, np.zeros(network.done + 1), ratio, math.inf, 200_000, True)
    assert math.isinf(labels.open_bound)
    least = np.full(network.done + 1, np.inf)
    np.minimum.at(least, labels.node, labels.value)
    nothing = np.zeros(network.done + 1)
    floor, finished = bound(network, fastest, low, high, ratio, nothing, nothing)
    assert finished
    reached = np.isfinite(least)
    assert (floor[reached] <= least[reached] + slack(network)).all()
    price = rng.uniform(0.0, 0.1, network.done + 1) * (rng.random(network.done + 1) < 0.7)
    lines, finished = bound(network, fastest, low, high, ratio, price, floor)
    assert finished
    # of every way on, not only of the least: the line holds at each excess
    line = lines[labels.node] - price[labels.node] * (labels.mean - fastest[labels.node])
    assert (line <= labels.value + 1e-9).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_search_that_meets_its_bound_of_memory_still_bounds(seed: int) -> None:
    network = ground(np.random.default_rng(300 + seed), 9, 10)
    whole_answer = found(network)
    _, _, ratio = variances(network, sums(network, 1.0, 0.0))
    for memory in (10, 60, 200):
        labels = label_search(network, least_hazard(network), ratio, math.inf, memory, False)
        assert labels.open_bound <= whole_answer.value + 1e-12


def test_labels_of_many_spreads_stand_only_for_what_they_never_exceed() -> None:
    """The comparison of labels against the law itself, over a grid of what can come before."""
    rng = np.random.default_rng(1)
    from bartizan.assess.terrain.labels import _stands_for  # noqa: PLC0415
    from bartizan.assess.terrain.network import in_time  # noqa: PLC0415

    stood = 0
    for _ in range(3000):
        one, other = rng.uniform(0, 40, 2)
        if rng.random() < 0.7:
            one, other = min(one, other), max(one, other)
        totals = rng.choice([0.0, 1.0, 4.0, 30.0, 200.0, *rng.uniform(0, 300, 2)], 2)
        if _stands_for(0.1, one, totals[0], 0.2, other, totals[1], 20.0):
            stood += 1
            for before in (0.0, 1.0, 5.0, 19.0, 60.0, 400.0):
                for variance in (0.0, 1.0, 50.0, 2000.0):
                    lower = in_time(one + before - 20.0, totals[0] + variance)
                    higher = in_time(other + before - 20.0, totals[1] + variance)
                    assert lower <= higher + 1e-15
    assert stood > 300


def test_steps_have_their_exact_lengths_and_meet_each_cell_by_its_share() -> None:
    slow = np.arange(1.0, 26.0)
    hazard = np.arange(1.0, 26.0) ** 2
    clear = np.zeros(25, dtype=np.uint16)
    dense = 4000
    for direction, (down, across) in enumerate(STEPS.tolist()):
        head = 12
        tail, time, seen = step_from(5, 5, slow, hazard, clear, head, direction)
        assert tail == head - down * 5 - across
        # the line in small pieces, each in the cell in which it lies
        share = (np.arange(dense) + 0.5) / dense
        row, column = tail // 5 + 0.5 + share * down, tail % 5 + 0.5 + share * across
        cells = np.floor(row).astype(int) * 5 + np.floor(column).astype(int)
        piece = math.hypot(down, across) / dense
        # a line over a corner may be cut a piece early or late
        assert time == pytest.approx(float((slow[cells] * piece).sum()), rel=2e-3)
        assert seen == pytest.approx(float((hazard[cells] * piece).sum()), rel=2e-3)


@pytest.mark.parametrize("degrees", [0, 13, 18, 30, 45, 77])
def test_a_straight_walk_is_told_at_most_so_much_too_long(degrees: int) -> None:
    from bartizan.assess.terrain.network import LONGER  # noqa: PLC0415

    size = 61
    network = ground(np.random.default_rng(0), size, size)
    network = network._replace(
        slow=np.ones(size * size), hazard=np.zeros(size * size), blocked=np.zeros(size * size, dtype=np.uint16),
        tail=np.array([0]), first=np.concatenate((np.zeros(size * size + 1), [1])).astype(np.int64),
        mean=np.zeros(1), variance=np.zeros(1), p=np.zeros(1), weight=np.zeros(1), walk=np.zeros(1),
        walk_hazard=np.zeros(1),
    )  # fmt: skip
    far = 60.0
    row, column = round(far * math.sin(math.radians(degrees))), round(far * math.cos(math.radians(degrees)))
    told = sums(network, 1.0, 0.0)[row * size + column]
    straight = math.hypot(row, column)
    assert straight - 1e-9 <= told <= LONGER * straight


def test_a_ground_without_a_way_has_no_path() -> None:
    network = ground(np.random.default_rng(0), 6, 7)
    shut = network._replace(blocked=np.full(network.cells, np.uint16(0xFFFF)))
    answer = found(shut)
    assert answer.steps is None
    assert math.isnan(answer.value)


def test_certain_and_impossible_detection_and_no_spread_stay_finite() -> None:
    network = ground(np.random.default_rng(3), 6, 7, response=(12.0, 0.0), spread=0.0)
    network = network._replace(
        hazard=np.where(network.hazard > 0.2, np.inf, network.hazard), variance=np.zeros_like(network.variance)
    )
    for exact_nodes in (0, 10_000):
        answer = found(network, exact_nodes=exact_nodes)
        assert answer.steps is not None
        assert 0.0 <= answer.lower_bound <= answer.value <= 1.0
