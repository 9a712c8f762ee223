"""Laws of P_I, and the one that EASI breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_sites import Draw, Maker

from bartizan.assess.convolution import ERROR
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import compile_problem
from bartizan.assess.task import Task
from bartizan.assess.timeline import timeline
from bartizan.quantity import ZERO, Duration, Probability
from bartizan.site.model import Crossing, Way
from bartizan.site.site import Site

_Timed = TypeVar("_Timed", Way, Crossing)
ROUNDING = 1e-12
MOMENTS = ("begin", "middle", "end")
SECONDS = st.floats(0.0, 200.0)
TASKS = st.lists(
    st.builds(
        Task,
        kind=st.just("element"),
        id=st.just("e"),
        p_detection=st.floats(0.0, 1.0),
        detect_at=st.sampled_from(MOMENTS),
        delay_mean=SECONDS,
        delay_sd=SECONDS,
    ),
    min_size=1,
    max_size=6,
)
FIXED = TASKS.map(lambda tasks: [replace(task, delay_sd=0.0) for task in tasks])


@given(TASKS, st.data(), SECONDS, SECONDS, st.floats(0.0, 100.0))
def test_more_delay_at_equal_spread_never_lowers_p_interruption(
    tasks: list[Task], data: st.DataObject, response: float, spread: float, more: float
) -> None:
    index = data.draw(st.integers(0, len(tasks) - 1))
    longer = [replace(t, delay_mean=t.delay_mean + more) if i == index else t for i, t in enumerate(tasks)]
    before, after = (timeline(one, response, spread, 1.0).p_interruption for one in (tasks, longer))
    assert after >= before - ROUNDING


@given(FIXED, st.data(), SECONDS, SECONDS, st.floats(0.0, 1.0))
def test_more_detection_never_lowers_p_interruption_where_delays_cannot_be_negative(
    tasks: list[Task], data: st.DataObject, response: float, spread: float, p_detection: float
) -> None:
    index = data.draw(st.integers(0, len(tasks) - 1))
    better = [replace(t, p_detection=max(p_detection, t.p_detection)) if i == index else t for i, t in enumerate(tasks)]
    before, after = (timeline(one, response, spread, 1.0).p_interruption for one in (tasks, better))
    assert after >= before - ROUNDING


@settings(max_examples=60)
@given(TASKS, st.data(), SECONDS, st.floats(1.0, 100.0), st.floats(0.0, 1.0))
def test_more_detection_never_lowers_p_interruption_with_cut_delays(
    tasks: list[Task], data: st.DataObject, response: float, spread: float, p_detection: float
) -> None:
    # a wide last task, so that P_I with cut delays is given
    tasks = [*tasks, Task(kind="target", id="t", delay_mean=20.0, delay_sd=20.0)]
    index = data.draw(st.integers(0, len(tasks) - 2))
    better = [replace(t, p_detection=max(p_detection, t.p_detection)) if i == index else t for i, t in enumerate(tasks)]
    before, after = (timeline(one, response, spread, 1.0).nonnegative for one in (tasks, better))
    assert before is not None
    assert after is not None
    # each of the two is off by at most ERROR, times a sum of first detections that is at most 1
    assert after >= before - 2.0 * ERROR


def test_a_perfect_sensor_can_lower_p_interruption_under_wide_spreads() -> None:
    """The counter-example to monotony: EASI lets delays be negative, so earlier is not always better."""
    wide = Task(kind="element", id="wide", p_detection=0.0, detect_at="begin", delay_mean=50.0, delay_sd=300.0)
    sure = Task(kind="element", id="sure", p_detection=1.0, detect_at="begin", delay_mean=200.0, delay_sd=10.0)
    before = timeline([wide, sure], 150.0, 10.0, 1.0)
    after = timeline([replace(wide, p_detection=1.0), sure], 150.0, 10.0, 1.0)
    # (200 - 150) / sqrt(10^2 + 10^2) = 3.54 and (250 - 150) / sqrt(300^2 + 10^2 + 10^2) = 0.33
    assert before.p_interruption > 0.999
    assert after.p_interruption == pytest.approx(0.630, abs=0.001)
    assert after.wide_spread == (0,)
    # with delays that cannot be negative the sensor does no harm
    assert before.nonnegative is not None
    assert after.nonnegative is not None
    assert after.nonnegative >= before.nonnegative - 2.0 * ERROR


@given(TASKS, SECONDS, SECONDS, st.floats(0.0, 1.0))
def test_p_interruption_lies_between_its_bounds_and_its_steps_add_up_to_it(
    tasks: list[Task], response: float, spread: float, p_communication: float
) -> None:
    path = timeline(tasks, response, spread, p_communication)
    total = sum(step.p_first for step in path.steps)
    assert 0.0 <= path.p_interruption <= p_communication * min(1.0, total) + ROUNDING
    parts = sum(step.p_first * step.p_timely for step in path.steps)
    assert path.p_interruption == pytest.approx(p_communication * parts, abs=ROUNDING)


def _worst(site: Site) -> float | None:
    found, _ = worst_paths(compile_problem(site, threat="threat", target="target", response="force"), 1)
    return found[0].p_interruption if found else None


@pytest.fixture
def _without_cut_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.assess.timeline.WIDE_SPREAD", 1e300)


@pytest.mark.usefixtures("_without_cut_delays")
@pytest.mark.parametrize("seed", range(60))
def test_the_worst_path_depends_on_no_order_and_on_no_unit(seed: int) -> None:
    rng = np.random.default_rng([11, seed])
    site = Maker(rng, Draw(layered=False, spreads=(0.3, 1.0), remove=seed % 2 == 0)).site()
    worst = _worst(site)
    turned = replace(
        site,
        areas=site.areas[::-1],
        elements=tuple(replace(element, ways=element.ways[::-1]) for element in site.elements[::-1]),
    )
    assert _worst(turned) == worst
    scaled = replace(
        site,
        areas=tuple(
            replace(
                area,
                crossing=None if area.crossing is None else _slower(area.crossing),
                crossing_between=tuple(_slower(one) for one in area.crossing_between),
            )
            for area in site.areas
        ),
        elements=tuple(replace(e, ways=tuple(_slower(w) for w in e.ways)) for e in site.elements),
        targets=tuple(replace(t, ways=tuple(_slower(w) for w in t.ways)) for t in site.targets),
        responses=tuple(replace(r, arrival=_longer(r.arrival or ZERO)) for r in site.responses),
    )
    # four is a power of two, so that scaling is exact
    assert _worst(scaled) == worst


def _longer(time: Duration) -> Duration:
    return Duration(4.0 * time.mean, 4.0 * time.sd)


def _slower(thing: _Timed) -> _Timed:
    return replace(thing, delay=_longer(thing.delay))


@pytest.mark.usefixtures("_without_cut_delays")
@pytest.mark.parametrize("seed", range(60))
def test_one_more_element_never_makes_the_worst_path_better(seed: int) -> None:
    rng = np.random.default_rng([12, seed])
    site = Maker(rng, Draw(layered=False, spreads=(0.0, 0.3, 2.0), remove=seed % 2 == 0)).site()
    all_of_it, without = _worst(site), _worst(replace(site, elements=site.elements[:-1]))
    if without is not None:
        assert all_of_it is not None
        assert all_of_it <= without + ROUNDING


@pytest.mark.usefixtures("_without_cut_delays")
@pytest.mark.parametrize("seed", range(60))
def test_better_sensors_never_lower_the_worst_path_without_spread(seed: int) -> None:
    rng = np.random.default_rng([13, seed])
    site = Maker(rng, Draw(layered=seed % 2 == 0, spreads=(0.0,), remove=False)).site()
    better = replace(
        site,
        elements=tuple(
            replace(
                e,
                ways=tuple(
                    replace(w, p_detection=Probability(min(1.0, (w.p_detection or Probability(0.0)).value + 0.2)))
                    for w in e.ways
                ),
            )
            for e in site.elements
        ),
    )
    before, after = _worst(site), _worst(better)
    assert (before is None) == (after is None)
    if before is not None:
        assert after is not None
        assert after >= before - ROUNDING
