"""Matching, intervals, F and HOTA against closed forms and published tables."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from shapely import Polygon

from bartizan.errors import InputError
from bartizan.watch.score import Alarm, Episode, bootstrap, hota, match, poisson, score_events, true_stays, wilson


def episode(due: float, end: float | None = None, zone: str = "street", seconds: float | None = None) -> Episode:
    return Episode(
        kind="loitering", zone=zone, begin=due - 60.0, due=due, end=due + 30.0 if end is None else end, seconds=seconds
    )


def alarm(t: float, zone: str = "street", seconds: float | None = None, kind: str = "loitering") -> Alarm:
    return Alarm(id=f"{t:g}", kind=kind, zone=zone, t=t, seconds=seconds)


def test_an_alarm_in_its_window_tells_of_the_episode() -> None:
    found = match([episode(100.0)], [alarm(104.0)], within=10.0, early=2.0)
    assert [pair.delay for pair in found.matched] == [4.0]
    assert (found.missed, found.false, found.late, found.duplicates) == ((), (), (), ())


@pytest.mark.parametrize(
    ("t", "where"), [(97.9, "false"), (98.0, "matched"), (110.0, "matched"), (110.1, "late"), (130.1, "false")]
)
def test_each_edge_of_the_window(t: float, where: str) -> None:
    found = match([episode(100.0)], [alarm(t)], within=10.0, early=2.0)
    places = {name: len(getattr(found, name)) for name in ("matched", "late", "false", "duplicates")}
    assert places == {name: int(name == where) for name in places}
    assert len(found.missed) == (where != "matched")


def test_a_second_alarm_is_a_duplicate_and_not_false() -> None:
    found = match([episode(100.0)], [alarm(101.0), alarm(125.0)], within=10.0, early=2.0)
    assert [pair.alarm.t for pair in found.duplicates] == [125.0]
    assert found.false == ()


def test_zone_and_kind_must_agree() -> None:
    found = match([episode(100.0)], [alarm(100.0, zone="yard"), alarm(100.0, kind="intrusion")], within=10.0, early=2.0)
    assert len(found.false) == 2
    assert len(found.missed) == 1


def test_as_many_as_possible_are_matched_before_delays_are_made_short() -> None:
    # the nearest alarm of the first is the only one the second can have
    found = match([episode(100.0), episode(106.0)], [alarm(99.0), alarm(105.0)], within=10.0, early=2.0)
    assert sorted((pair.episode.due, pair.alarm.t) for pair in found.matched) == [(100.0, 99.0), (106.0, 105.0)]
    found = match([episode(100.0), episode(94.0)], [alarm(101.0), alarm(109.0)], within=10.0, early=2.0)
    assert sorted((pair.episode.due, pair.alarm.t) for pair in found.matched) == [(94.0, 101.0), (100.0, 109.0)]


@given(
    st.lists(st.integers(0, 60), max_size=4, unique=True),
    st.lists(st.integers(0, 70), max_size=4, unique=True),
)
def test_the_matching_is_the_best_of_all(dues: list[int], times: list[int]) -> None:
    episodes, alarms = [episode(float(due)) for due in dues], [alarm(float(t)) for t in times]
    found = match(episodes, alarms, within=10.0, early=2.0)
    slots: list[int | None] = [*range(len(alarms)), *[None] * len(episodes)]
    best = (0, 0.0)
    for chosen in permutations(slots, len(episodes)):
        delays = [alarms[a].t - e.due for e, a in zip(episodes, chosen, strict=True) if a is not None]
        if all(-2.0 <= delay <= 10.0 for delay in delays):
            best = max(best, (len(delays), -sum(map(abs, delays))))
    assert (len(found.matched), -sum(abs(pair.delay) for pair in found.matched)) == pytest.approx(best)
    everywhere = len(found.matched) + len(found.false) + len(found.late) + len(found.duplicates)
    assert everywhere == len(alarms)
    assert found.episodes == len(episodes)


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (8, 10), (20, 20), (3, 7)])
def test_wilson_is_the_one_of_scipy(successes: int, trials: int) -> None:
    theirs = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    ours = wilson(successes, trials)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_without_trials_nothing_is_known() -> None:
    assert math.isnan(wilson(0, 0).value)
    assert wilson(0, 0)[1:] == (0.0, 1.0)


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (5, 1.6235, 11.6683)])
def test_rates_have_the_limits_of_garwood(count: int, low: float, high: float) -> None:
    # limits of a Poisson mean as tables print them, to four places
    found = poisson(count, 2.0)
    assert (found.low * 2.0, found.high * 2.0) == pytest.approx((low, high), abs=6e-5)


def test_the_bootstrap_of_a_mean_covers_as_often_as_it_says() -> None:
    generator = np.random.default_rng(5)
    covered = 0
    for _ in range(200):
        drawn = generator.normal(3.0, 1.0, size=40).tolist()
        found = bootstrap(drawn, lambda some: sum(some) / len(some), generator, draws=200)
        covered += found.low <= 3.0 <= found.high
    # 95 % of 200 within three standard errors, less a little since a percentile interval of 40 is narrow
    assert 0.88 <= covered / 200 <= 0.99


def test_f_weighs_recall_by_its_bias() -> None:
    episodes = [episode(100.0 * n) for n in range(1, 5)]
    alarms = [alarm(100.0), alarm(200.0), alarm(1000.0)]  # P = 2/3, R = 1/2
    for bias, expected in ((1.0, 2 * (2 / 3) * 0.5 / (2 / 3 + 0.5)), (0.0, 2 / 3), (1e9, 0.5)):
        found = score_events(
            match(episodes, alarms, within=10.0, early=2.0),
            camera_seconds=43_200.0,
            bias=bias,
            generator=np.random.default_rng(1),
        )
        # P: bias 0 gives precision, a large one recall
        assert found.f.value == pytest.approx(expected, rel=1e-6), bias
        assert found.false_per_camera_day.value == pytest.approx(2.0)
        assert found.precision.value == pytest.approx(2 / 3)
        assert found.recall.value == 0.5


def test_the_error_of_the_stay_is_of_those_with_a_length() -> None:
    episodes = [episode(100.0, seconds=90.0), episode(300.0, seconds=70.0), episode(500.0)]
    alarms = [alarm(100.0, seconds=80.0), alarm(300.0, seconds=73.0), alarm(500.0, seconds=1.0)]
    found = score_events(
        match(episodes, alarms, within=10.0, early=2.0),
        camera_seconds=1000.0,
        bias=1.0,
        generator=np.random.default_rng(1),
    )
    assert found.dwell_median.value == pytest.approx(6.5)


@pytest.mark.parametrize(("bias", "seconds"), [(-1.0, 10.0), (math.nan, 10.0), (1.0, 0.0), (1.0, math.inf)])
def test_what_cannot_be_scored_is_said(bias: float, seconds: float) -> None:
    with pytest.raises(InputError, match=r"Give"):
        score_events(
            match([], [], within=1.0, early=1.0), camera_seconds=seconds, bias=bias, generator=np.random.default_rng(1)
        )


SQUARE = Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])


def test_a_true_stay_runs_from_the_first_to_the_last_time_inside() -> None:
    times = np.arange(0.0, 100.0)
    places = np.full((100, 2), 5.0)
    places[40:44] = 20.0  # outside for 5 s from 39 to 44: within the grace
    places[90:] = 20.0
    (stay,) = true_stays("loitering", "z", SQUARE, [(times, places)], after=60.0, grace=5.0)
    assert (stay.begin, stay.due, stay.end, stay.seconds) == (0.0, 60.0, 89.0, 89.0)
    assert not list(true_stays("loitering", "z", SQUARE, [(times, places)], after=60.0, grace=4.9))


def frames(true: list[list[int]], found: list[list[int]]) -> list[tuple[list[int], list[int], np.ndarray]]:
    """Ids that stand at the same position of both lists are alike, all others not at all."""
    return [(t, f, np.eye(len(t), len(f))) for t, f in zip(true, found, strict=True)]


def test_hota_of_the_truth_is_1() -> None:
    assert hota(frames([[1, 2]] * 5, [[7, 9]] * 5)) == pytest.approx((1.0, 1.0, 1.0))


def test_hota_of_a_track_broken_in_the_middle() -> None:
    # every match has half of its truth with the same id: AssA = 1/2, DetA = 1
    found = hota(frames([[1]] * 10, [[5]] * 5 + [[6]] * 5))
    assert found == pytest.approx((math.sqrt(0.5), 1.0, 0.5))


def test_hota_of_half_of_the_frames() -> None:
    # found in 5 of 10 frames: DetA = 5/10, and AssA = 5/(5 + 5)
    found = hota([*frames([[1]] * 5, [[5]] * 5), *frames([[1]] * 5, [[]] * 5)])
    assert found == pytest.approx((0.5, 0.5, 0.5))


def test_hota_falls_to_0_where_places_are_off() -> None:
    # alike 0.5 passes ten of the nineteen thresholds
    found = hota([([1], [5], np.array([[0.5]]))] * 4)
    assert found == pytest.approx((10 / 19, 10 / 19, 10 / 19))


def test_hota_without_truth_or_finds() -> None:
    assert hota([([], [], np.zeros((0, 0)))]) == (1.0, 1.0, 1.0)
    assert hota([([1], [], np.zeros((1, 0)))]) == (0.0, 0.0, 0.0)
