"""The timeline of one path against closed forms."""

from __future__ import annotations

import math
from typing import Any

import pytest

from bartizan.assess.task import Task
from bartizan.assess.timeline import timeline
from bartizan.errors import InputError

# what is compared is a product of some ten factors, each rounded once
ROUNDING = 1e-14


def phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def task(p: float = 0.5, mean: float = 100.0, sd: float = 0.0, at: Any = "begin", **rest: Any) -> Task:
    return Task(kind="element", id="e", p_detection=p, detect_at=at, delay_mean=mean, delay_sd=sd, **rest)


@pytest.mark.parametrize(("at", "weight"), [("begin", 1.0), ("middle", 0.5), ("end", 0.0)])
def test_one_task_is_one_comparison_of_normals(at: str, weight: float) -> None:
    path = timeline([task(0.8, 200.0, 60.0, at)], 150.0, 45.0, 0.9)
    timely = phi((weight * 200.0 - 150.0) / math.hypot(weight * 60.0, 45.0))
    assert path.p_interruption == pytest.approx(0.9 * 0.8 * timely, abs=ROUNDING)
    (step,) = path.steps
    assert step.p_timely == pytest.approx(timely, abs=ROUNDING)
    assert (step.mean_after, step.sd_after) == pytest.approx((weight * 200.0, weight * 60.0))
    assert step.p_first == 0.8


def test_the_weight_is_squared_in_the_variance_and_later_tasks_count_in_full() -> None:
    path = timeline([task(at="middle", sd=30.0), task(at="end", mean=80.0, sd=40.0)], 60.0, 0.0, 1.0)
    first, second = path.steps
    assert (first.mean_after, second.mean_after) == (130.0, 0.0)
    assert first.sd_after == pytest.approx(math.sqrt(15.0**2 + 40.0**2))
    assert second.sd_after == 0.0


def test_two_sensors_share_the_first_detection() -> None:
    path = timeline([task(0.6, 100.0, 10.0), task(0.5, 100.0, 10.0)], 120.0, 20.0, 0.8)
    early, late = phi(80.0 / math.sqrt(200.0 + 400.0)), phi(-20.0 / math.sqrt(100.0 + 400.0))
    assert path.p_interruption == pytest.approx(0.8 * (0.6 * early + 0.4 * 0.5 * late), abs=ROUNDING)
    assert [step.p_first for step in path.steps] == pytest.approx([0.6, 0.2])


def test_without_spread_it_is_the_detection_up_to_the_critical_detection_point() -> None:
    tasks = [task(0.5, 60.0), task(0.4, 60.0), task(0.3, 60.0), task(0.9, 60.0)]
    path = timeline(tasks, 120.0, 0.0, 1.0)
    # left at the begin of each: 240, 180, 120, 60; a tie with 120 is too late
    assert path.critical_detection_point == 1
    assert path.p_interruption == pytest.approx(1.0 - 0.5 * 0.6, abs=ROUNDING)


@pytest.mark.parametrize(("response", "p_interruption"), [(99.999, 0.7), (100.0, 0.0), (100.001, 0.0)])
def test_without_spread_a_tie_is_not_in_time(response: float, p_interruption: float) -> None:
    path = timeline([task(0.7)], response, 0.0, 1.0)
    assert path.p_interruption == p_interruption
    assert path.critical_detection_point == (0 if p_interruption else None)


def test_nothing_left_and_no_response_time_is_a_tie_and_no_nan() -> None:
    path = timeline([task(1.0, 0.0, at="end")], 0.0, 0.0, 1.0)
    assert path.p_interruption == 0.0
    assert path.steps[0].p_timely == 0.0


def test_the_last_detecting_task_may_lie_before_the_critical_point() -> None:
    tasks = [task(0.5), task(0.0), task(0.0, at=None, mean=300.0), task(0.9)]
    path = timeline(tasks, 250.0, 30.0, 1.0)
    # an unnoticed task shows what is left after it: 100 s
    assert [step.mean_after for step in path.steps] == [600.0, 500.0, 100.0, 100.0]
    assert (path.critical_detection_point, path.last_detecting) == (1, 0)


def test_no_task_in_time_has_no_critical_point() -> None:
    path = timeline([task(0.5), task(0.5)], 200.0, 30.0, 1.0)
    assert (path.critical_detection_point, path.last_detecting) == (None, None)


def test_far_tails_keep_their_size() -> None:
    path = timeline([task(1.0, 100.0, 10.0)], 400.0, 0.0, 1.0)
    # Mills: Q(z) = phi(z) / z (1 - 1/z^2 + 3/z^4 - ...), z = 30; the next term is 15 / z^6
    series = math.exp(-450.0) / (30.0 * math.sqrt(2.0 * math.pi)) * (1.0 - 1 / 900.0 + 3 / 900.0**2)
    assert path.p_interruption == pytest.approx(series, rel=15 / 30.0**6 + 1e-12)


@pytest.mark.parametrize(("sd", "wide"), [(50.0, ()), (50.1, (1,))])
def test_a_spread_above_half_its_mean_is_named(sd: float, wide: tuple[int, ...]) -> None:
    path = timeline([task(0.5, 100.0, 30.0), task(0.5, 100.0, sd)], 120.0, 30.0, 0.9)
    assert path.wide_spread == wide
    assert (path.nonnegative is None) == (not wide)


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({"p": -0.1}, "p_detection = -0.1 is no probability"),
        ({"p": math.nan}, "p_detection = nan is no probability"),
        ({"mean": -1.0}, "delay_mean = -1.0 is no time"),
        ({"mean": math.inf}, "delay_mean = inf is no time"),
        ({"sd": math.nan}, "delay_sd = nan is no time"),
        ({"at": "start"}, "detect_at = 'start'"),
        ({"at": None}, "task 'e' can be noticed and lacks detect_at"),
    ],
)
def test_a_figure_out_of_range_is_named(figures: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        task(**figures)


@pytest.mark.parametrize(
    ("response", "message"),
    [
        ((math.nan, 1.0, 1.0), "response_mean = nan"),
        ((1.0, -1.0, 1.0), "response_sd = -1.0"),
        ((1.0, 1.0, 1.5), "p_communication = 1.5 is no probability"),
    ],
)
def test_a_response_out_of_range_is_named(response: tuple[float, float, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        timeline([task()], *response)


def test_a_path_has_a_task() -> None:
    with pytest.raises(InputError, match="at least one task"):
        timeline([], 1.0, 1.0, 1.0)
