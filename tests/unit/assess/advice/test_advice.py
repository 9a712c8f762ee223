"""Advice where the answer is known by hand: sensors, levers and their limits, words at the edges."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from scipy import stats

from bartizan.assess.advice import Lever, balance, importance, levers
from bartizan.assess.problem import Problem, compile_problem
from bartizan.errors import InputError
from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Crossing, Element, Response, Sensor, Target, Way
from bartizan.site.site import Site

DELAY, ACT, ARRIVAL = Duration(30.0, 9.0), Duration(60.0, 18.0), Duration(70.0, 21.0)


def site_of(sensors: tuple[Sensor, ...], *, crossing: Crossing | None = None) -> Site:
    """A fence and a gate side by side, noticed in the middle by sensors alone; a yard; a safe in it."""
    return Site(
        name="s",
        areas=(Area(id="street", outside=True), Area(id="yard", crossing=crossing)),
        elements=tuple(
            Element(
                id=name,
                kind=name,
                between=("street", "yard"),
                ways=(Way(id="climb", detect_at="middle", delay=DELAY),),
            )
            for name in ("fence", "gate")
        ),
        sensors=sensors,
        targets=(Target(id="safe", area="yard", ways=(Way(id="open", delay=ACT),)),),
        responses=(Response(id="guard", arrival=ARRIVAL, p_communication=Probability(0.9)),),
    )


def sensor(name: str, p: float, covers: tuple[str, ...]) -> Sensor:
    return Sensor(id=name, kind="beam", covers=covers, p_sensed=Probability(p), p_assessed=Probability(0.8))


def problem_of(site: Site) -> Problem:
    return compile_problem(site, threat=None, target="safe", response="guard")


def timely(mean: float, *sds: float) -> float:
    return float(stats.norm.cdf((mean - ARRIVAL.mean) / math.sqrt(sum(sd * sd for sd in (*sds, ARRIVAL.sd)))))


IN_MIDDLE = timely(0.5 * DELAY.mean + ACT.mean, 0.5 * DELAY.sd, ACT.sd)
AT_BEGIN = timely(DELAY.mean + ACT.mean, DELAY.sd, ACT.sd)


def test_a_sensor_lost_and_perfect() -> None:
    site = site_of((sensor("fence-beam", 0.5, ("fence",)), sensor("gate-beam", 0.75, ("gate/climb",))))
    found = {one.id: one for one in importance(site, problem_of(site)) if one.kind == "sensor"}
    # unseen on the one side; perfect there, the intruder takes the other
    assert found["fence-beam"].lost == pytest.approx(0.0)
    assert found["fence-beam"].perfect == pytest.approx(0.9 * 0.75 * 0.8 * IN_MIDDLE)
    assert found["gate-beam"].lost == pytest.approx(0.0)
    assert found["gate-beam"].perfect == pytest.approx(0.9 * 0.5 * 0.8 * IN_MIDDLE)
    assert not any(one.artefact for one in found.values())


def test_a_perfect_sensor_notices_at_the_beginning() -> None:
    site = site_of((sensor("both", 0.5, ("fence", "gate")),))
    (found,) = [one for one in importance(site, problem_of(site)) if one.kind == "sensor"]
    assert found.perfect == pytest.approx(0.9 * AT_BEGIN)


def test_a_sensor_of_an_area_lost_and_perfect() -> None:
    crossing = Crossing(detect_at="end", delay=Duration(10.0, 3.0))
    site = site_of((sensor("yard-radar", 0.5, ("yard",)),), crossing=crossing)
    (found,) = [one for one in importance(site, problem_of(site)) if one.kind == "sensor"]
    assert found.lost == pytest.approx(0.0)
    assert found.perfect == pytest.approx(0.9 * timely(10.0 + ACT.mean, 3.0, ACT.sd))


def test_a_sensor_of_an_area_with_its_own_figure_does_nothing() -> None:
    own = Crossing(p_detection=Probability(0.4), detect_at="end", delay=Duration(10.0, 3.0))
    site = site_of((sensor("yard-radar", 0.5, ("yard",)),), crossing=own)
    (found,) = [one for one in importance(site, problem_of(site)) if one.kind == "sensor"]
    assert found.lost == found.perfect == pytest.approx(0.9 * 0.4 * timely(ACT.mean, ACT.sd))


def test_the_detection_lever_is_the_linear_solution() -> None:
    crossing = Crossing(delay=Duration(10.0, 3.0))
    site = site_of((sensor("both", 0.5, ("fence", "gate")),), crossing=crossing)
    problem = problem_of(site)
    want = 0.4
    lever = next(
        one for one in levers(problem, want) if one.kind == "detection" and one.place and one.place.id == "yard"
    )
    noticed = 0.4  # 0.5 x 0.8, in the middle of the climb
    middle = timely(0.5 * DELAY.mean + 10.0 + ACT.mean, 0.5 * DELAY.sd, 3.0, ACT.sd)
    begin = timely(10.0 + ACT.mean, 3.0, ACT.sd)
    exact = (want / 0.9 - noticed * middle) / ((1.0 - noticed) * begin)
    assert 0.0 < exact < 1.0
    assert lever.path == pytest.approx(exact, abs=1e-9)
    assert lever.site == pytest.approx(exact, abs=1e-9)


def test_the_response_lever_is_the_inverse_of_the_normal_law() -> None:
    site = site_of((sensor("both", 1.0, ("fence", "gate")),))
    want = 0.65
    lever = next(one for one in levers(problem_of(site), want) if one.kind == "response")
    needed = stats.norm.ppf(want / (0.9 * 0.8)) * math.sqrt((0.5 * 9.0) ** 2 + 18.0**2 + 21.0**2)
    assert lever.path == pytest.approx(needed - (75.0 - 70.0), abs=2e-6)
    assert lever.site == lever.path


def test_a_lever_that_mends_one_side_only_does_not_reach_the_site() -> None:
    site = site_of((sensor("fence-beam", 0.5, ("fence",)), sensor("gate-beam", 0.75, ("gate",))))
    found = {one.place.id: one for one in levers(problem_of(site), 0.5) if one.kind == "detection" and one.place}
    fence = found["fence"]
    assert fence.path is not None
    assert fence.site is None
    assert fence.hindrance == ("gate/climb", "safe/open")
    assert fence.most == pytest.approx(0.9 * 0.6 * IN_MIDDLE)


def test_nothing_reaches_more_than_communication_lets_through() -> None:
    site = site_of((sensor("both", 0.5, ("fence", "gate")),))
    found = levers(problem_of(site), 0.95)
    assert {lever.path for lever in found if lever.kind != "consequence"} == {None}
    assert all(lever.site is None for lever in found if lever.kind != "consequence")


def test_the_consequence_makes_up_the_ratio_of_risks() -> None:
    site = site_of((sensor("both", 0.5, ("fence", "gate")),))
    p = 0.9 * 0.4 * IN_MIDDLE

    def consequence(p_neutralization: float | None) -> Lever:
        return next(one for one in levers(problem_of(site), 0.6, p_neutralization) if one.kind == "consequence")

    assert consequence(0.7).now == pytest.approx(1.0 - 0.7 * p)
    assert consequence(0.7).path == pytest.approx((1.0 - 0.6 * 0.7) / (1.0 - 0.7 * p))
    assert consequence(None).path == pytest.approx(0.4 / (1.0 - p))
    # where nobody interrupted is ever stopped, P_I changes no risk
    assert consequence(0.0).path == pytest.approx(1.0)


def test_what_is_enough_needs_no_lever() -> None:
    site = site_of((sensor("both", 0.5, ("fence", "gate")),))
    assert levers(problem_of(site), 0.1) == ()


def test_without_a_path_there_is_no_advice() -> None:
    site = replace(site_of(()), elements=())
    problem = problem_of(site)
    assert levers(problem, 0.9) == ()
    assert importance(site, problem) == ()
    assert balance(problem) == ()


def test_a_target_outside_has_no_layers() -> None:
    site = site_of(())
    site = replace(site, targets=(replace(site.targets[0], area="street"),))
    assert balance(problem_of(site)) == ()


def test_two_targets_at_once_have_no_layers() -> None:
    site = site_of(())
    site = replace(site, targets=(*site.targets, replace(site.targets[0], id="other")))
    assert balance(compile_problem(site, threat=None, target=("safe", "other"), response="guard")) == ()


@pytest.mark.parametrize("want", [-0.1, 1.1, math.nan])
def test_refuses_a_want_that_is_no_probability(want: float) -> None:
    with pytest.raises(InputError, match="wanted P_I"):
        levers(problem_of(site_of(())), want)


def test_without_any_spread_a_lever_just_passes_the_step() -> None:
    fixed = Duration(60.0, 0.0)
    site = site_of((sensor("both", 1.0, ("fence", "gate")),))
    site = replace(
        site,
        elements=tuple(
            replace(one, ways=tuple(replace(way, delay=Duration(0.0, 0.0)) for way in one.ways))
            for one in site.elements
        ),
        targets=(replace(site.targets[0], ways=(Way(id="open", delay=fixed),)),),
        responses=(Response(id="guard", arrival=Duration(70.0, 0.0)),),
    )
    lever = next(one for one in levers(problem_of(site), 0.5) if one.kind == "response")
    # a tie is not in time: a little more than ten seconds
    assert lever.path is not None
    assert 10.0 < lever.path <= 10.0 + 2e-6


def test_advice_is_json_without_nan() -> None:
    site = site_of((sensor("both", 0.5, ("fence", "gate")),))
    problem = problem_of(site)
    told = [lever.to_json() for lever in levers(problem, 0.6)]
    told += [one.to_json() for one in importance(site, problem)]
    told += [layer.to_json() for layer in balance(problem)]
    assert len(told) > 3
    json.dumps(told, allow_nan=False)


def test_a_lever_never_takes_detection_away_from_another_way() -> None:
    """Two ways through one gate: the quick one is noticed more often than the slow one needs to be."""
    ways = (
        Way(id="slow", p_detection=Probability(0.2), detect_at="begin", delay=Duration(60.0, 18.0)),
        Way(id="quick", p_detection=Probability(0.9), detect_at="begin", delay=Duration(5.0, 1.5)),
    )
    site = site_of(())
    site = replace(site, elements=(Element(id="gate", kind="gate", between=("street", "yard"), ways=ways),))
    lever = next(one for one in levers(problem_of(site), 0.3) if one.kind == "detection" and one.place)
    needed = 0.3 / (0.9 * timely(120.0, 18.0, 18.0))
    assert needed < 0.5
    assert lever.path == pytest.approx(needed, abs=1e-9)
    assert lever.site == pytest.approx(needed, abs=1e-9)
