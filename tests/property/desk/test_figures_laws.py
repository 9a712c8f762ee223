"""Laws of the desk's figures: of intervals and their coverage, of windows, of the order in which alarms are given."""

import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.desk.figures import Interval, Life, Origin, Wait, load_of, quantile, rate, share, shifts, weeks

T0 = datetime(2026, 11, 2, tzinfo=UTC)
minutes = st.lists(st.integers(0, 3 * 1440), max_size=60)


def lives(times: list[int]) -> list[Life]:
    return [
        Life(
            alarm=str(number),
            number=number,
            exercise=False,
            priority="low",
            origins=(Origin("rule", str(number % 3)),),
            place=None,
            raised_at=T0 + timedelta(minutes=minute),
            sounded=(T0 + timedelta(minutes=minute),),
            active=((T0 + timedelta(minutes=minute), None),),
        )
        for number, minute in enumerate(times)
    ]


@given(minutes, st.randoms(use_true_random=False))
def test_the_order_of_alarms_changes_nothing(times: list[int], generator: Random) -> None:
    given_ = lives(times)
    other = generator.sample(given_, len(given_))
    until = T0 + timedelta(days=2)
    assert load_of(given_, T0, until) == load_of(other, T0, until)


@given(minutes)
def test_a_longer_stretch_never_holds_fewer(times: list[int]) -> None:
    found = load_of(lives(times), T0, T0 + timedelta(days=3))
    assert found.busiest_minute.alarms <= found.busiest_ten_minutes.alarms <= found.busiest_hour.alarms <= found.sounded
    assert sum(flood.alarms for flood in found.floods) <= found.sounded
    for one, other in pairwise(found.floods):
        assert one.ends <= other.begins


@given(minutes, st.integers(1, 4))
def test_more_operators_never_hear_more_each(times: list[int], positions: int) -> None:
    until = T0 + timedelta(days=3)
    one, many = load_of(lives(times), T0, until), load_of(lives(times), T0, until, positions)
    assert many.per_hour.value == pytest.approx(one.per_hour.value / positions)
    assert many.flood_hours <= one.flood_hours
    assert many.windows_over <= one.windows_over


def _ends(found: Interval) -> tuple[float, float, float]:
    return found.low, found.value, found.high


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_value_lies_in_its_interval(count: int, more: int) -> None:
    for low, value, high in (_ends(share(count, count + more + 1)), _ends(rate(count, 7.0))):
        assert low <= value <= high


@given(st.lists(st.tuples(st.floats(0, 1e6), st.booleans()), min_size=1, max_size=60), st.sampled_from([0.1, 0.5, 0.9]))
def test_a_quantile_lies_in_its_interval(waits: list[tuple[float, bool]], part: float) -> None:
    found = quantile([Wait(*one) for one in waits], part)
    assert found.low <= found.value <= found.high or math.isinf(found.value)
    if math.isinf(found.value):
        assert math.isinf(found.high)


@settings(max_examples=20)
@given(st.integers(0, 400), st.floats(0.5, 40.0), st.sampled_from(["UTC", "Europe/Vienna", "America/New_York"]))
def test_weeks_and_shifts_cover_the_time_once(begin: int, days: float, zone: str) -> None:
    since = T0 + timedelta(days=begin)
    until = since + timedelta(days=days)
    for buckets in (weeks(since, until, ZoneInfo(zone)), shifts(since, until, ZoneInfo(zone))):
        pieces = sorted(piece for bucket in buckets for piece in bucket.pieces)
        assert pieces[0][0] == since
        assert pieces[-1][1] == until
        assert all(one[1] == other[0] for one, other in pairwise(pieces))


def test_intervals_of_a_median_cover_it_as_often_as_they_say() -> None:
    generator = np.random.default_rng(5)
    median = math.log(2.0) * 30.0
    hits = 0
    draws = 600
    for _ in range(draws):
        times, watched = generator.exponential(30.0, 25), generator.exponential(90.0, 25)
        found = quantile([Wait(min(t, w), bool(t <= w)) for t, w in zip(times, watched, strict=True)], 0.5)
        hits += found.low <= median <= found.high
    # 95 % within four standard errors of 600 draws (0.036), and the method is known to be near and not exact
    assert 0.95 - 0.036 <= hits / draws <= 1.0
