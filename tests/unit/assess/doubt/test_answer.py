"""P_I under doubt: against closed forms of small sites, and the pool against every path."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from gated_sites import ACT, ARRIVAL, problem_of, site_of
from scipy import stats
from scipy.integrate import quad

from bartizan.assess.doubt import Asked, Doubt, Driver, answer, doubt, doubt_of_path
from bartizan.assess.doubt.ground import ground_of
from bartizan.assess.problem import compile_problem
from bartizan.errors import InputError
from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Element, Response, Target, Way
from bartizan.site.site import Site

# the one chance of being in time: the act outlasts the arrival
IN_TIME = float(stats.norm.cdf((ACT.mean - ARRIVAL.mean) / math.hypot(ACT.sd, ARRIVAL.sd)))
TESTED = Probability.tested(16, 20)
A, B = 16.5, 4.5
VARIANCE = A * B / ((A + B) ** 2 * (A + B + 1.0))


def answered(site: Site, asked: Asked | None = None, seed: int = 1) -> Doubt:
    found = doubt(problem_of(site), asked or Asked(), np.random.default_rng(seed))
    assert found is not None
    return found


def test_one_doubtful_sensor_gives_its_own_law() -> None:
    found = answered(site_of([TESTED]))
    low, high = stats.beta(A, B).interval(0.9)
    assert found.p_interruption == pytest.approx(TESTED.value * IN_TIME, abs=1e-12)
    # an even sample of 4096: quantiles to about a step of 1 / 4096 over the density
    assert found.interval.low == pytest.approx(low * IN_TIME, abs=1e-3)
    assert found.interval.high == pytest.approx(high * IN_TIME, abs=1e-3)
    assert found.mean == pytest.approx(A / (A + B) * IN_TIME, abs=1e-4)
    assert found.sd == pytest.approx(math.sqrt(VARIANCE) * IN_TIME, rel=1e-2)
    (driver,) = found.drivers
    assert (driver.at, driver.key) == ("element/gate-0/way/force", "p_detection")
    assert driver.first == pytest.approx(1.0, abs=0.02)
    assert driver.total == pytest.approx(1.0, abs=0.02)
    assert (driver.low, driver.high) == pytest.approx((low, high))
    assert (found.doubtful, found.checked.every_path, found.checked.paths) == (1, True, 1)


def test_a_product_of_two_figures_has_its_indices() -> None:
    """P_I = P_C p t: alone Var(x) E(y)^2, together Var(x) E(y^2), over Var(x y)."""
    told = Probability.tested(9, 12)
    found = answered(site_of([TESTED], p_communication=told))
    means, variances = np.array([A, 9.5]), np.array([VARIANCE, 9.5 * 3.5 / (13.0**2 * 14.0)])
    means /= [A + B, 13.0]
    whole = (variances + means**2).prod() - (means**2).prod()
    alone = variances * (means**2)[::-1] / whole
    total = variances * (variances + means**2)[::-1] / whole
    by_key = {driver.key: driver for driver in found.drivers}
    for key, place in (("p_detection", 0), ("p_communication", 1)):
        assert by_key[key].first == pytest.approx(alone[place], abs=0.02)
        assert by_key[key].total == pytest.approx(total[place], abs=0.02)
    assert found.drivers[0].key == "p_communication"
    assert found.mean == pytest.approx(means.prod() * IN_TIME, abs=1e-3)


def test_the_worst_path_is_chosen_anew_in_every_draw() -> None:
    """Two like gates: P_I = t min(p, q), whose mean lies below that of either gate."""
    found = answered(site_of([TESTED, TESTED]))
    law = stats.beta(A, B)
    least, _ = quad(lambda x: law.sf(x) ** 2, 0.0, 1.0)
    assert found.mean == pytest.approx(least * IN_TIME, abs=1e-3)
    assert found.p_interruption == pytest.approx(TESTED.value * IN_TIME, abs=1e-12)
    # P(min <= x) = 1 - (1 - F)^2
    low = law.ppf(1.0 - math.sqrt(0.95))
    assert found.interval.low == pytest.approx(low * IN_TIME, abs=3e-3)
    assert [share.share for share in found.shares] == pytest.approx([0.5, 0.5], abs=0.03)


def test_a_time_from_runs_spreads_the_answer_as_integrated() -> None:
    """The act was timed 8 times: E P_I is the integral over its mean and spread."""
    act = Duration(70.0, 10.0, trials=8)
    found = answered(site_of([Probability(0.9)], act=act))
    rng = np.random.default_rng(9)
    number = 400_000
    spread = np.sqrt(7.0 * 100.0 / rng.chisquare(7, number))
    mean = 70.0 + spread / math.sqrt(8.0) * rng.standard_normal(number)
    values = 0.9 * stats.norm.cdf((mean - ARRIVAL.mean) / np.hypot(spread, ARRIVAL.sd))
    # both ends are order statistics; the peer's error is some 3e-4, ours some 1e-3
    assert found.mean == pytest.approx(values.mean(), abs=2e-3)
    assert found.interval.low == pytest.approx(np.quantile(values, 0.05), abs=6e-3)
    assert found.interval.high == pytest.approx(np.quantile(values, 0.95), abs=6e-3)


def test_a_site_without_doubt_says_so_and_gives_no_nan() -> None:
    found = answered(site_of([Probability(0.9)]), Asked(require=0.5, width=0.1))
    assert found.reason is not None
    assert "no figure carries any doubt" in found.reason
    assert found.interval.low == found.interval.high == found.p_interruption
    assert found.sd == 0.0
    assert not found.drivers
    assert not found.worths
    assert found.enough == 1.0
    json.dumps(found.to_json(), allow_nan=False)


def test_doubt_that_moves_nothing_says_so() -> None:
    # noticed or not, nobody can come in time
    found = answered(site_of([TESTED], arrival=Duration(1e9, 0.0)))
    assert found.reason is not None
    assert "moves P_I" in found.reason
    (driver,) = found.drivers
    assert (driver.first, driver.total) == (None, None)
    json.dumps(found.to_json(), allow_nan=False)


def test_doubt_off_every_worst_path_says_so() -> None:
    found = answered(site_of([Probability.tested(500, 500), Probability(0.1)]))
    assert found.reason is not None
    assert "no doubtful figure lies on a path that can be the worst" in found.reason


@pytest.mark.parametrize("p", [Probability.tested(0, 5), Probability.tested(5, 5), Probability.pert(0.0, 0.0, 1.0)])
@pytest.mark.parametrize(
    "delay",
    [
        Duration(0.0, 0.0),
        Duration(1e-9, 1e-9, trials=2),
        Duration(1e9, 1e9, trials=3),
        Duration(5.0, 0.0, mean_low=0.0, mean_high=9.0),
    ],
)
def test_ends_of_the_scale_stay_within_it(p: Probability, delay: Duration) -> None:
    site = site_of([p], delay=delay, act=delay, arrival=Duration(3.0, 0.0), detect_at="begin")
    found = answered(site, Asked(draws=256, width=0.05, require=0.3))
    assert 0.0 <= found.interval.low <= found.interval.high <= 1.0
    json.dumps(found.to_json(), allow_nan=False)


def test_no_path_no_doubt() -> None:
    closed = replace(site_of([TESTED]), elements=())
    assert doubt(problem_of(closed), Asked(), np.random.default_rng(1)) is None


def test_the_same_generator_gives_the_same_answer() -> None:
    site = site_of([TESTED, TESTED], p_communication=Probability.pert(0.7, 0.9, 1.0))
    asked = Asked(draws=512, require=0.5)
    assert answered(site, asked, 3).to_json() == answered(site, asked, 3).to_json()
    assert answered(site, asked, 3).to_json() != answered(site, asked, 4).to_json()


def test_the_chance_of_being_enough_is_that_of_the_law() -> None:
    require = 0.75 * IN_TIME
    found = answered(site_of([TESTED]), Asked(require=require))
    assert found.enough == pytest.approx(stats.beta(A, B).sf(0.75), abs=1e-3)


def test_testing_the_one_doubtful_figure_reaches_any_width() -> None:
    found = answered(site_of([TESTED]), Asked(width=0.12 * IN_TIME))
    (worth,) = found.worths
    trials = worth.trials_for_width
    assert trials is not None

    def width(n: int) -> float:
        k = np.arange(n + 1)
        low, high = stats.beta(A + k, B + n - k).interval(0.9)
        return float(stats.betabinom(n, A, B).pmf(k) @ (high - low))

    exact = next(n for n in range(1, 2000) if width(n) <= 0.12)
    # beyond 64 trials the outcomes are drawn: the width to half a percent, the trials to one
    assert trials == pytest.approx(exact, rel=0.02)


def ladder(layers: int) -> Site:
    """Layers of two gates each, all doubtful."""
    return Site(
        name="ladder",
        areas=tuple(Area(id=f"area-{number}", outside=number == 0) for number in range(layers + 1)),
        elements=tuple(
            Element(
                id=f"gate-{number}-{side}",
                kind="gate",
                between=(f"area-{number}", f"area-{number + 1}"),
                ways=(
                    Way(
                        id="force",
                        p_detection=Probability.tested(5 + number, 12),
                        detect_at="begin",
                        delay=Duration(12.0, 5.0, trials=6) if side == "a" else Duration(14.0, 4.0),
                    ),
                ),
            )
            for number in range(layers)
            for side in "ab"
        ),
        targets=(Target(id="safe", area=f"area-{layers}", ways=(Way(id="open", delay=Duration(30.0, 9.0)),)),),
        responses=(Response(id="guard", arrival=Duration(60.0, 20.0, trials=5)),),
    )


def test_solving_every_draw_answers_as_every_path_does(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of(ladder(4))
    whole = doubt(problem, Asked(draws=1024), np.random.default_rng(5))
    monkeypatch.setattr(answer, "MOST_PATHS", 3)
    monkeypatch.setattr("bartizan.assess.doubt.search.FIRST_PATHS", 1)
    solved = doubt(problem, Asked(draws=1024), np.random.default_rng(5))
    assert whole is not None
    assert solved is not None
    assert whole.checked.every_path
    assert (solved.checked.every_path, solved.checked.draws, solved.checked.missed) == (False, 1024, 0)
    for one, other in (
        (solved.p_interruption, whole.p_interruption),
        (solved.mean, whole.mean),
        (solved.interval.low, whole.interval.low),
        (solved.interval.high, whole.interval.high),
    ):
        assert one == pytest.approx(other, abs=1e-12)
    # the two pools differ by paths that are the worst in no draw of either design, and those may be in a crossed one
    for driver, same in zip(by_name(solved), by_name(whole), strict=True):
        assert driver.first == pytest.approx(same.first, abs=0.01)
        assert driver.total == pytest.approx(same.total, abs=0.01)


def by_name(found: Doubt) -> list[Driver]:
    return sorted(found.drivers, key=lambda driver: (driver.at, driver.key))


def test_the_low_paths_of_each_draw_are_enough_for_the_indices(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of(ladder(4))
    whole = doubt(problem, Asked(draws=1024), np.random.default_rng(5))
    monkeypatch.setattr(answer, "WORK", 0)
    monkeypatch.setattr(answer, "LOW_PATHS", 4)
    few = doubt(problem, Asked(draws=1024), np.random.default_rng(5))
    assert whole is not None
    assert few is not None
    for one, other in zip(by_name(few), by_name(whole), strict=True):
        assert one.total == pytest.approx(other.total, abs=0.01)


def test_a_searched_pool_answers_as_every_path_does(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = problem_of(ladder(4))
    asked = Asked(draws=1024)
    whole = doubt(problem, asked, np.random.default_rng(5))
    monkeypatch.setattr(answer, "MOST_PATHS", 3)
    monkeypatch.setattr("bartizan.assess.doubt.search.EVERY_DRAW", 0)
    monkeypatch.setattr("bartizan.assess.doubt.search.FIRST_PATHS", 1)
    pooled = doubt(problem, asked, np.random.default_rng(5))
    assert whole is not None
    assert pooled is not None
    assert pooled.checked.draws == 32
    # the same draws: the pool is never below, and above by what the check allows for
    allowed = pooled.checked.share_at_most * max(pooled.checked.excess, 0.01)
    assert -1e-12 <= pooled.mean - whole.mean <= allowed
    assert pooled.p_interruption == pytest.approx(whole.p_interruption, abs=1e-12)
    assert pooled.drivers[0].at == whole.drivers[0].at == "response/guard"


def test_a_pool_that_lacks_paths_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MOST_PATHS", 3)
    monkeypatch.setattr("bartizan.assess.doubt.search.EVERY_DRAW", 0)
    monkeypatch.setattr("bartizan.assess.doubt.search.FIRST_PATHS", 1)
    monkeypatch.setattr("bartizan.assess.doubt.search.ROUNDS", 0)
    found = doubt(problem_of(ladder(4)), Asked(draws=1024), np.random.default_rng(5))
    assert found is not None
    assert found.checked.missed > 0
    assert found.checked.excess > 0.0
    assert found.checked.missed / found.checked.draws < found.checked.share_at_most <= 1.0


def test_one_path_alone_answers_as_its_site() -> None:
    problem = problem_of(site_of([TESTED], p_communication=Probability.tested(9, 12)))
    tasks = problem.graph.arcs[0].tasks + problem.graph.arcs[1].tasks
    tasks = tuple(sorted(tasks, key=lambda task: task.kind))
    rng = np.random.default_rng(6)
    alone = doubt_of_path(tasks, problem.figures, ground_of(problem), Asked(), rng)
    whole = doubt(problem, Asked(), np.random.default_rng(6))
    assert whole is not None
    assert alone.to_json() == whole.to_json()


def test_per_alarm_counts_communication_at_each_alarm() -> None:
    site = site_of([TESTED], p_communication=Probability.tested(9, 12))
    problem = compile_problem(site, threat=None, target="safe", response="guard", communication="per-alarm")
    found = doubt(problem, Asked(), np.random.default_rng(1))
    assert found is not None
    # one alarm: the two models agree
    assert found.mean == pytest.approx(answered(site).mean, abs=1e-12)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"level": 0.0}, "level of the interval"),
        ({"level": 1.0}, "level of the interval"),
        ({"level": math.nan}, "level of the interval"),
        ({"draws": 3}, "draws were asked for"),
        ({"trials": 0}, "trials were asked for"),
        ({"width": 0.0}, "wanted width"),
        ({"require": 1.5}, "required P_I"),
    ],
)
def test_refuses_what_cannot_be_asked(asked: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Asked(**asked)  # type: ignore[arg-type]
