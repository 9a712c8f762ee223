"""P_I at the pessimistic ends: where it is known by hand, and where EASI is not monotone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from gated_sites import ACT, problem_of, site_of
from scipy import stats

from bartizan.assess.doubt import bound, lower_bound
from bartizan.assess.doubt.belief import Runs, belief
from bartizan.assess.doubt.ground import drawn_problem, points_of
from bartizan.assess.problem import Problem
from bartizan.errors import InputError
from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Element, Response, Target, Way
from bartizan.site.site import Site

TESTED = Probability.tested(16, 20)


def test_one_sensor_is_taken_at_its_low_end() -> None:
    found = lower_bound(problem_of(site_of([TESTED])), 0.9)
    assert found is not None
    in_time = stats.norm.cdf(10.0 / math.hypot(20.0, ACT.sd))
    expected = stats.beta(16.5, 4.5).ppf(0.05) * in_time
    assert found.attained == pytest.approx(expected, abs=1e-12)
    assert found.proved == pytest.approx(expected, abs=1e-12)
    assert found.value == found.proved
    assert [place.name for place in found.places] == ["gate-0/force", "safe/open"]


def test_a_response_is_taken_at_its_slow_end() -> None:
    arrival = Duration(60.0, 0.0, mean_low=40.0, mean_high=90.0)
    known = belief(arrival)
    assert known is not None
    found = lower_bound(problem_of(site_of([Probability(0.8)], arrival=arrival)), 0.9)
    assert found is not None
    expected = 0.8 * stats.norm.cdf((ACT.mean - known.interval(0.9)[1]) / ACT.sd)
    assert (found.attained, found.proved) == pytest.approx((expected, expected), abs=1e-12)


def test_without_doubt_the_bound_is_the_answer() -> None:
    problem = problem_of(site_of([Probability(0.8), Probability(0.5)]))
    found = lower_bound(problem)
    assert found is not None
    expected = 0.5 * stats.norm.cdf(10.0 / math.hypot(20.0, 10.0))
    assert (found.attained, found.proved) == pytest.approx((expected, expected), abs=1e-12)


def perverse() -> Site:
    """A sensor where the delay left spreads so much that being noticed there is worse than being noticed later."""
    wide = Duration(30.0, 300.0)
    return Site(
        name="perverse",
        areas=(Area(id="a", outside=True), Area(id="b"), Area(id="c")),
        elements=(
            Element(
                id="fence",
                kind="fence",
                between=("a", "b"),
                ways=(Way(id="cut", p_detection=Probability.pert(0.1, 0.5, 0.9), detect_at="begin", delay=wide),),
            ),
            Element(
                id="door",
                kind="door",
                between=("b", "c"),
                ways=(Way(id="force", p_detection=Probability(1.0), detect_at="begin", delay=Duration(90.0, 9.0)),),
            ),
        ),
        targets=(Target(id="safe", area="c", ways=(Way(id="open", delay=Duration(30.0, 3.0)),)),),
        responses=(Response(id="guard", arrival=Duration(60.0, 6.0)),),
    )


def test_where_more_detection_lowers_p_i_the_high_end_is_the_pessimistic_one() -> None:
    problem = problem_of(perverse())
    known = belief(Probability.pert(0.1, 0.5, 0.9))
    assert known is not None
    ends = []
    for p in known.interval(0.9):
        at_fence = [figure.at == "element/fence/way/cut" and figure.key == "p_detection" for figure in problem.figures]
        assert sum(at_fence) == 1
        ends.append(least_of(problem.with_values(np.where(at_fence, p, problem.values))))
    assert ends[1] < ends[0] - 0.1
    found = lower_bound(problem, 0.9)
    assert found is not None
    assert found.attained == pytest.approx(ends[1], abs=1e-12)
    assert found.proved == pytest.approx(ends[1], abs=1e-12)


def least_of(problem: Problem) -> float:
    """P_I of the one path, by the formula."""
    (fence, door, safe) = sorted({arc.task for arc in problem.graph.arcs if arc.task.leg == "in"}, key=order)
    tasks = (fence, door, safe)
    return problem.p_interruption(tasks)


def order(task) -> int:  # type: ignore[no-untyped-def]
    return ["fence", "door", "safe"].index(task.id)


@pytest.mark.parametrize("seed", range(12))
def test_no_values_within_the_intervals_go_below_what_is_proved(seed: int) -> None:
    """Random doubt on sites of two gates, wide spreads too: 400 points within the box, its corners among them."""
    rng = np.random.default_rng(seed)
    gates = [Probability.pert(*np.sort(rng.random(3)).tolist()) for _ in range(2)]
    means = rng.uniform(5.0, 120.0, 3)
    ratios = rng.choice([0.1, 0.6, 2.0], 3)
    times = [
        Duration(mean, ratio * mean, mean_low=0.5 * mean, mean_high=1.6 * mean) if seed % 2
        else Duration(mean, ratio * mean, trials=4)
        for mean, ratio in zip(means.tolist(), ratios.tolist(), strict=True)
    ]  # fmt: skip
    problem = problem_of(site_of(gates, arrival=times[0], act=times[1], delay=times[2], detect_at="begin"))
    found = lower_bound(problem, 0.9)
    assert found is not None
    assert found.proved is not None
    assert found.proved <= found.attained + 1e-12
    laws = [belief(figure.value) for figure in problem.figures]
    points, spreads = points_of(problem.figures)
    runs = frozenset(number for number, law in enumerate(laws) if isinstance(law, Runs))
    for _ in range(400):
        values, wide = points.copy(), spreads.copy()
        corner = rng.random() < 0.5
        for number, law in enumerate(laws):
            if law is not None:
                values[number] = within(law.interval(0.9), corner, rng)
                if number in runs:
                    wide[number] = within(law.spread_interval(0.9) or (0.0, 0.0), corner, rng)
        there = drawn_problem(problem, values, wide, runs)
        act = next(arc.task for arc in there.graph.arcs if arc.task.kind == "target")
        gates_there = {arc.task for arc in there.graph.arcs if arc.task.kind == "element"}
        least = min(there.p_interruption((gate, act)) for gate in gates_there)
        assert least >= found.proved - 1e-12


def within(ends: tuple[float, float], corner: bool, rng: np.random.Generator) -> float:
    """A place between two ends, or one of them."""
    return float(ends[rng.integers(2)] if corner else rng.uniform(*ends))


def test_with_too_many_paths_nothing_is_claimed_to_be_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of(site_of([TESTED, TESTED, TESTED]))
    exact = lower_bound(problem)
    monkeypatch.setattr(bound, "MOST_PATHS", 2)
    found = lower_bound(problem)
    assert exact is not None
    assert found is not None
    assert found.proved is None
    assert found.value == found.attained == pytest.approx(exact.attained, abs=1e-12)


def test_no_path_no_bound() -> None:
    site = site_of([TESTED])
    assert (
        lower_bound(problem_of(Site(name="s", areas=site.areas, targets=site.targets, responses=site.responses)))
        is None
    )


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="level of the bound"):
        lower_bound(problem_of(site_of([TESTED])), 1.0)
