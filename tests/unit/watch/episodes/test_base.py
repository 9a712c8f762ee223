"""Base rates and improbable counts: exact tails, calibration and power by simulation, what is no base."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy import stats

from bartizan.watch.episodes import DAY, HOUR, Base, Bucket, Promise, Series, Unusual, base_of, judge, review, tail
from bartizan.watch.episodes.series import neighbours

T0 = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
WEEK_HOURS = 168


def a_base(rate: float = 2.0, shape: float = 10.0, spread: float = 0.0) -> Base:
    return Base(rate=rate, shape=shape, spread=spread, count=0, hours=0.0, around=0, around_hours=0.0, days=14)


@pytest.mark.parametrize("spread", [0.0, 0.3])
@pytest.mark.parametrize("shape", [0.5, 4.0, 250.0])
@pytest.mark.parametrize("rate", [0.01, 1.0, 40.0])
def test_a_tail_is_the_negative_binomial_one(rate: float, shape: float, spread: float) -> None:
    base = a_base(rate, shape, spread)
    size = 1.0 / (spread + 1.0 / shape)
    for count in (0, 1, 2, 5, 30, 200):
        exact = stats.nbinom.sf(count - 1, size, size / (size + 0.5 * rate))
        assert tail(count, 0.5, base) == pytest.approx(exact, rel=1e-9, abs=1e-300)


def test_without_a_spread_it_is_the_law_of_a_poisson_count_whose_rate_is_gamma() -> None:
    base = a_base(rate=3.0, shape=6.0)
    rates = stats.gamma(6.0, scale=0.5)
    mixed = rates.expect(lambda rate: float(stats.poisson.sf(6, 2.0 * rate)))
    assert tail(7, 2.0, base) == pytest.approx(mixed, rel=1e-6)
    # and with a rate that is known it is Poisson's own
    assert tail(7, 2.0, a_base(3.0, 1e9)) == pytest.approx(stats.poisson.sf(6, 6.0), rel=1e-6)
    low, high = base.between(0.9)
    assert (low, high) == pytest.approx((rates.ppf(0.05), rates.ppf(0.95)))


def test_the_neighbours_of_an_hour_are_those_around_it_on_days_of_its_sort() -> None:
    monday_noon = neighbours(12, HOUR)
    assert monday_noon == {day * 24 + hour for day in range(5) for hour in (11, 12, 13)} - {12}
    assert neighbours(0, HOUR) >= {167, 1, 24}  # the hour before Monday midnight is Sunday's last
    assert neighbours(5, DAY) == {6}


def buckets_of(counts: dict[int, list[int]], hours: float = 1.0) -> list[Bucket]:
    return [
        Bucket(
            cell,
            T0 + timedelta(hours=cell + WEEK_HOURS * week),
            (T0 + timedelta(hours=cell + WEEK_HOURS * week)).date(),
            n,
            hours,
        )
        for cell, row in counts.items()
        for week, n in enumerate(row)
    ]


def test_an_hour_that_was_never_watched_has_the_rate_of_its_neighbours() -> None:
    base = base_of(buckets_of({11: [2, 2], 13: [2, 2]}), 12, neighbours(12, HOUR))
    assert base is not None
    # (8 + 1/2) / 4 h, sure as 8.5 counted episodes
    assert (base.rate, base.shape, base.count, base.hours) == (2.125, 8.5, 0, 0.0)
    assert base_of(buckets_of({11: [2]}), 90, neighbours(90, HOUR)) is None


def test_what_an_hour_counts_itself_moves_its_rate() -> None:
    base = base_of(buckets_of({11: [2, 2], 12: [3, 3], 13: [2, 2]}), 12, neighbours(12, HOUR))
    assert base is not None
    assert base.shape == 8.5 + 6
    assert base.rate == pytest.approx(14.5 / (8.5 / 2.125 + 2.0))


def test_an_hour_unlike_its_neighbours_stands_alone() -> None:
    base = base_of(buckets_of({11: [1] * 6, 12: [30] * 6, 13: [1] * 6}), 12, neighbours(12, HOUR))
    assert base is not None
    assert (base.shape, base.rate) == (180.5, 180.5 / 6.0)


def test_hours_that_differ_beyond_chance_have_a_wider_law() -> None:
    steady = base_of(buckets_of({12: [10] * 12}), 12, frozenset())
    wild = base_of(buckets_of({12: [0, 20] * 6}), 12, frozenset())
    assert steady is not None
    assert wild is not None
    assert steady.spread == 0.0
    # 1200 - 10 * 11 over 1100
    assert wild.spread == pytest.approx((1200 - 110) / 1100)
    assert tail(25, 1.0, wild) > 20 * tail(25, 1.0, steady)


def test_a_window_is_no_part_of_its_own_base() -> None:
    series = Series(ZoneInfo("UTC"))
    for hour in range(21 * 24):
        series.add(T0 + timedelta(hours=hour), 1, 3600.0)
    buckets = series.buckets(HOUR)
    base = judge(buckets, buckets[-24], HOUR, Promise(1.0, 1))
    assert isinstance(base, Base)
    assert (base.count, base.hours) == (2, 2.0)


# ---- the promise


def profile() -> np.ndarray:
    """A street: busy at nine and at five, less on Saturday and Sunday, and one hour with a delivery."""
    hours = np.arange(WEEK_HOURS)
    of_day = hours % 24
    rate = 0.05 + 2.0 * np.exp(-(((of_day - 9) / 2.5) ** 2)) + 1.5 * np.exp(-(((of_day - 17) / 2.0) ** 2))
    rate = np.where(hours // 24 >= 5, 0.4 * rate, rate)
    rate[8] *= 4.0
    return rate


def simulated(rng: np.random.Generator, weeks: int, wild: float = 0.0) -> Series:
    rates = np.tile(profile(), weeks)
    if wild:
        rates = rates * rng.gamma(1.0 / wild, wild, rates.size)
    series = Series(ZoneInfo("UTC"))
    for hour, count in enumerate(rng.poisson(rates)):
        series.add(T0 + timedelta(hours=hour), int(count), 3600.0)
    return series


@pytest.mark.parametrize("wild", [0.0, 0.5])
def test_no_more_false_signals_than_promised(wild: float) -> None:
    rng = np.random.default_rng(11)
    promise, months, found = Promise(10.0, 1), 0.0, 0
    for _ in range(3):
        series = simulated(rng, 8, wild)
        found += len(list(review(series, promise, 4 * WEEK_HOURS)))
        months += 4 * WEEK_HOURS / 730.5
    # three standard deviations of a Poisson count above the promise
    assert 1 <= found <= 10.0 * months + 3.0 * np.sqrt(10.0 * months)


def test_a_rate_that_trebles_is_found_as_often_as_the_law_says() -> None:
    rng = np.random.default_rng(5)
    promise = Promise(1.0, 1)
    buckets = simulated(rng, 12).buckets(HOUR)
    cell, begins = 9 + 24, T0 + timedelta(hours=12 * WEEK_HOURS + 9 + 24)
    base = judge(buckets, Bucket(cell, begins, begins.date(), 0, 1.0), HOUR, promise)
    assert isinstance(base, Base)
    least = next(count for count in range(100) if tail(count, 1.0, base) <= promise.alpha)
    counts = rng.poisson(3.0 * profile()[cell], 400)
    found = sum(
        isinstance(judge(buckets, Bucket(cell, begins, begins.date(), int(count), 1.0), HOUR, promise), Unusual)
        for count in counts
    )
    power = float(stats.poisson.sf(least - 1, 3.0 * profile()[cell]))
    assert 0.05 < power < 0.6
    assert abs(found / 400 - power) <= 4.0 * np.sqrt(power * (1 - power) / 400)


def test_a_quiet_place_where_more_and_more_happens_is_told_by_the_week() -> None:
    rng = np.random.default_rng(3)
    series = Series(ZoneInfo("UTC"))
    for hour, mean in enumerate(np.tile(0.05 * profile(), 8) * np.repeat([1.0, 3.0], 4 * WEEK_HOURS)):
        series.add(T0 + timedelta(hours=hour), int(rng.poisson(mean)), 3600.0)
    found = list(review(series, Promise(1.0, 1), 4 * WEEK_HOURS))
    assert "week" in {one.window for one in found}
    assert {one.base.days for one in found if one.window == "week"} <= {28, 35, 42, 49}


def test_the_tests_share_the_promise() -> None:
    assert Promise(1.0, 1).tests == pytest.approx(730.5 + 730.5 / 24 + 730.5 / 168)
    assert Promise(2.0, 10).alpha == pytest.approx(2.0 / (10 * (730.5 + 30.4375 + 4.348214)))


def test_under_fourteen_days_there_is_no_base() -> None:
    series = Series(ZoneInfo("UTC"))
    for hour in range(14 * 24):
        series.add(T0 + timedelta(hours=hour), 0, 3600.0)
    promise = Promise(1.0, 1)

    def burst(day: int) -> Base | Unusual | None:
        begins = T0 + timedelta(days=day, hours=9)
        return judge(series.buckets(HOUR), Bucket(day % 7 * 24 + 9, begins, begins.date(), 50, 1.0), HOUR, promise)

    # at nine on the fourteenth day there are fourteen dates before it, one of them not over
    assert burst(12) is None
    assert isinstance(burst(14), Unusual)


# ---- series


def test_hours_of_the_week_go_by_the_clock_of_the_site() -> None:
    series = Series(ZoneInfo("Europe/Vienna"))
    for begins in (datetime(2026, 3, 27, 8, tzinfo=UTC), datetime(2026, 4, 3, 7, tzinfo=UTC)):
        series.add(begins, 1, 1800.0)
    # nine on a Friday, before and after summer time began
    assert [(one.cell, one.hours) for one in series.buckets(HOUR)] == [(4 * 24 + 9, 0.5), (4 * 24 + 9, 0.5)]
    assert [(one.cell, one.count) for one in series.buckets(DAY)] == [(4, 1), (4, 1)]


def test_an_hour_holds_no_more_than_an_hour_and_half_a_year_is_enough() -> None:
    series = Series(ZoneInfo("UTC"))
    series.add(T0, 2, 3000.0)
    series.add(T0, 1, 3000.0)
    assert series.buckets(HOUR)[0].hours == 1.0
    assert series.buckets(HOUR)[0].count == 3
    series.add(T0 + timedelta(weeks=27), 1, 60.0)
    series.forget(T0 + timedelta(weeks=27))
    assert len(series.buckets(HOUR)) == 1
