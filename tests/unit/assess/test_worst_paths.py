"""The worst paths: what is given back, and cases too large to enumerate that have a closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem, compile_problem
from bartizan.errors import InputError
from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Element, Response, Target, Way
from bartizan.site.site import Site


def problem_of(
    areas: int,
    elements: list[tuple[int, int, list[tuple[float, float, float]]]],
    response: float,
    forward: bool = False,
) -> Problem:
    """Areas in numbers, elements as (from, to, ways as (p, mean, sd), noticed at the begin)."""
    site = Site(
        name="s",
        areas=tuple(Area(id=f"a{number:03}", outside=number == 0) for number in range(areas)),
        elements=tuple(
            Element(
                id=f"e{index:03}",
                kind="door",
                direction="forward" if forward else "both",
                between=(f"a{one:03}", f"a{other:03}"),
                ways=tuple(
                    Way(id=f"w{w}", p_detection=Probability(p), detect_at="begin", delay=Duration(mean, sd))
                    for w, (p, mean, sd) in enumerate(ways)
                ),
            )
            for index, (one, other, ways) in enumerate(elements)
        ),
        targets=(Target(id="t", area=f"a{areas - 1:03}", ways=(Way(id="act", delay=Duration(10.0, 0.0)),)),),
        responses=(Response(id="r", arrival=Duration(response, 0.0)),),
    )
    return compile_problem(site, threat=None, target="t", response="r")


def test_no_path_has_no_certificate() -> None:
    assert worst_paths(problem_of(3, [(0, 1, [(0.5, 10.0, 0.0)])], 60.0), 3) == ((), None)


@pytest.mark.parametrize("count", [0, -1])
def test_asks_for_at_least_one(count: int) -> None:
    with pytest.raises(InputError, match="Ask for 1 or more"):
        worst_paths(problem_of(2, [(0, 1, [(0.5, 10.0, 0.0)])], 60.0), count)


def test_gives_as_many_as_there_are() -> None:
    found, _ = worst_paths(problem_of(2, [(0, 1, [(0.5, 90.0, 0.0)]), (0, 1, [(0.3, 90.0, 0.0)])], 60.0), 10)
    assert [path.steps[0].id for path in found] == ["e001", "e000"]
    assert [path.p_interruption for path in found] == pytest.approx([0.3, 0.5])


def test_paths_that_differ_in_ways_alone_are_one() -> None:
    found, _ = worst_paths(problem_of(2, [(0, 1, [(0.5, 90.0, 0.0), (0.2, 90.0, 0.0), (0.9, 90.0, 0.0)])], 60.0), 10)
    assert [path.steps[0].way for path in found] == ["w1"]
    assert found[0].p_interruption == pytest.approx(0.2)


@pytest.mark.parametrize("length", [70, 140])
def test_more_areas_than_a_machine_word_has_bits(length: int) -> None:
    """A chain of pairs of doors, each noticed with its own chance: the worst takes the quieter door each time."""
    doors = [(at, at + 1, [(p, 5.0, 0.0)]) for at in range(length) for p in (0.01 + 0.0001 * at, 0.02)]
    found, certificate = worst_paths(problem_of(length + 1, doors, 1.0), 1)
    missed = math.prod(1.0 - min(0.01 + 0.0001 * at, 0.02) for at in range(length))
    assert found[0].p_interruption == pytest.approx(1.0 - missed, abs=1e-12)
    assert certificate is not None
    assert certificate.gap == 0.0


def test_a_ring_that_would_pay_to_walk_is_entered_once() -> None:
    """Going round a ring of wide spread would lower P_I each time; the search must forbid it, round by round."""
    wide, quiet = [(1.0, 30.0, 400.0)], [(0.0, 10.0, 0.0)]
    doors = [(0, 1, quiet), (0, 2, quiet), (1, 2, wide), (2, 3, wide), (3, 1, wide), (1, 4, [(1.0, 500.0, 5.0)])]
    found, certificate = worst_paths(problem_of(5, doors, 100.0), 9)
    # ever more wide spread before the last door: two sides of the ring, one, none
    assert [[step.id for step in path.steps] for path in found] == [
        ["e001", "e003", "e004", "e005", "t"],
        ["e001", "e002", "e005", "t"],
        ["e000", "e005", "t"],
    ]
    assert certificate is not None
    assert certificate.rounds > 1
    assert certificate.gap == 0.0


def test_a_way_on_that_must_not_be_taken_stands_for_none_that_may() -> None:
    """From area 2 the best way on leads back through area 1, where the best beginning comes from."""
    sure = 1.0
    doors = [
        (0, 1, [(0.0, 10.0, 0.0)]),
        (0, 2, [(0.0, 10.0, 0.0)]),
        (1, 2, [(sure, 30.0, 400.0)]),
        (2, 1, [(0.0, 0.0, 0.0)]),
        (1, 4, [(sure, 500.0, 5.0)]),
        (2, 3, [(0.0, 0.0, 0.0)]),
        (3, 4, [(sure, 600.0, 5.0)]),
    ]
    found, certificate = worst_paths(problem_of(5, doors, 100.0, forward=True), 1)
    assert [step.id for step in found[0].steps] == ["e000", "e002", "e005", "e006", "t"]
    # noticed at the begin of the wide door: 30 + 600 + 10 s are left
    z = (640.0 - 100.0) / math.sqrt(400.0**2 + 5.0**2)
    assert found[0].p_interruption == pytest.approx(0.5 * math.erfc(-z / math.sqrt(2.0)), abs=1e-14)
    assert certificate is not None
    assert certificate.rounds > 1


def test_a_tie_without_spread_is_worse_than_a_small_chance() -> None:
    """Sure detection with exactly the response time left is never in time; a spread about less than it sometimes is."""
    doors = [(0, 1, [(1.0, 0.0, 0.0)]), (1, 2, [(0.0, 30.0, 10.0)]), (1, 2, [(0.0, 40.0, 0.0)])]
    found, _ = worst_paths(problem_of(3, doors, 50.0), 1)
    assert [step.id for step in found[0].steps] == ["e000", "e002", "t"]
    assert found[0].p_interruption == 0.0


def hard(seed: int, layers: int = 9) -> Problem:
    """Layers of eight doors with wide spreads: some thousand labels."""
    rng = np.random.default_rng(seed)
    doors = []
    for at in range(layers):
        for _ in range(8):
            mean = float(rng.uniform(5.0, 60.0))
            doors.append((at, at + 1, [(float(rng.uniform(0.0, 0.6)), mean, mean * float(rng.uniform(0.0, 2.0)))]))
    return problem_of(layers + 1, doors, 20.0 * layers)


@pytest.mark.parametrize("bounds", [{"memory": 100_000}, {"work": 2_000}, {"work": 20_000}])
def test_an_unfinished_search_gives_a_path_and_a_proved_gap(bounds: dict[str, int]) -> None:
    problem = hard(1, layers=20)
    (worst, *_), whole = worst_paths(problem)
    found, certificate = worst_paths(problem, **bounds)
    assert whole is not None
    assert whole.proved
    assert certificate is not None
    assert not certificate.complete
    assert certificate.lower_bound <= worst.p_interruption + 1e-12
    assert certificate.value >= worst.p_interruption - 1e-12
    assert certificate.value == pytest.approx(found[0].p_interruption, abs=1e-12)
    assert certificate.gap == certificate.value - certificate.lower_bound


def test_more_work_never_widens_what_is_proved() -> None:
    problem = hard(2)
    certificates = [worst_paths(problem, work=work)[1] for work in (3_000, 60_000, 2_000_000_000)]
    lower = [one.lower_bound for one in certificates if one is not None]
    assert lower == sorted(lower)
    assert certificates[-1] is not None
    assert certificates[-1].complete


def test_the_same_work_gives_the_same_answer() -> None:
    assert worst_paths(hard(3), 4, work=50_000) == worst_paths(hard(3), 4, work=50_000)


@pytest.mark.parametrize("within", [0.0, 0.004, 0.05])
def test_all_paths_within_a_distance_of_the_worst(within: float) -> None:
    problem = hard(4, layers=2)
    every, _ = worst_paths(problem, 8 * 8)
    assert len(every) == 8 * 8
    found, certificate = worst_paths(problem, within=within, limit=64)
    least = every[0].p_interruption
    assert [path.steps for path in found] == [
        path.steps for path in every if path.p_interruption <= least + within + 1e-13
    ]
    assert certificate is not None
    assert certificate.complete
    assert not certificate.more


def test_says_where_more_paths_lie_within_the_distance() -> None:
    problem = hard(4, layers=4)
    every, _ = worst_paths(problem, 7)
    found, certificate = worst_paths(problem, within=1.0, limit=7)
    assert found == every
    assert certificate is not None
    assert certificate.more


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"within": -0.1}, "0 to 1"),
        ({"within": float("nan")}, "0 to 1"),
        ({"within": 0.1, "limit": 0}, "Allow 1 or more"),
        ({"memory": 0}, "Allow 1 or more"),
        ({"work": 0}, "Allow 1 or more"),
    ],
)
def test_refuses_what_is_out_of_range(options: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        worst_paths(hard(1), **options)  # type: ignore[arg-type]


def test_twenty_layers_of_ten_elements_need_few_labels() -> None:
    """1e20 sequences; spreads of 30 %, each layer a shifted copy of the first."""
    ways = [
        [(0.05 + 0.09 * ((7 * at + 3 * e) % 10), 8.0 + 5.0 * ((3 * at + 7 * e) % 10), 0.0) for e in range(10)]
        for at in range(20)
    ]
    doors = [(at, at + 1, [(p, mean, 0.3 * mean)]) for at in range(20) for p, mean, _ in ways[at]]
    found, certificate = worst_paths(problem_of(21, doors, 240.0), 1)
    assert certificate is not None
    assert certificate.gap == 0.0
    assert certificate.labels < 5_000
    # no single change of element makes it worse
    best = found[0].p_interruption
    chosen = [step for step in found[0].steps if step.kind == "element"]
    for at, step in enumerate(chosen):
        for p, mean, _ in ways[at]:
            p_detection = [p if index == at else one.p_detection for index, one in enumerate(chosen)]
            means = [mean if index == at else one.delay_mean for index, one in enumerate(chosen)]
            assert _p_interruption(p_detection, means, 240.0) >= best - 1e-12
        assert step.id.startswith("e")


def _p_interruption(p_detection: list[float], means: list[float], response: float) -> float:
    total, missed = 0.0, 1.0
    for index, p in enumerate(p_detection):
        left = sum(means[index:]) + 10.0
        spread = math.sqrt(sum((0.3 * mean) ** 2 for mean in means[index:]))
        total += p * missed * 0.5 * math.erfc((response - left) / spread / math.sqrt(2.0))
        missed *= 1.0 - p
    return total
