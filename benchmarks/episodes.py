"""Episodes over days: false signals a month against the promise, and how soon a rate that trebles is told.

    python -m benchmarks.episodes

Streets are drawn: Poisson counts an hour with a weekly profile, or with a rate that itself varies from hour to hour
(Gamma, relative variance 1/2). Four weeks are the base at first, and each hour and day after them is tested, eight
weeks long. Nothing here is fitted to a data set, for there is none.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bartizan.watch.episodes import DAY, HOUR, Promise, Series, Unusual, judge
from bartizan.watch.episodes import WEEK as A_WEEK
from benchmarks.table import Row, main

COMMAND = "python -m benchmarks.episodes"
WEEK = 168
BASE, TESTED = 4, 8  # weeks
MONTH = 730.5  # hours
BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
WILD = 0.5
RUNS = 12

Rates = NDArray[np.float64]


def street(kind: str) -> Rates:
    """Episodes an hour over a week: a busy street; one with a delivery on Monday at eight; a quiet one."""
    hours = np.arange(WEEK)
    of_day = hours % 24
    rate = 0.05 + 2.0 * np.exp(-(((of_day - 9) / 2.5) ** 2)) + 1.5 * np.exp(-(((of_day - 17) / 2.0) ** 2))
    rate = np.where(hours // 24 >= 5, 0.4 * rate, rate)
    if kind == "delivery":
        rate[8] *= 6.0
    return np.asarray(0.05 * rate if kind == "quiet" else rate)


def told(rates: Rates, rng: np.random.Generator, promise: Promise, wild: float, times: float) -> list[Unusual]:
    """What is told in the tested weeks, in which the rate is `times` what it was."""
    means = np.tile(rates, BASE + TESTED)
    means[BASE * WEEK :] *= times
    if wild:
        means = means * rng.gamma(1.0 / wild, wild, means.size)
    series = Series(ZoneInfo("UTC"))
    for hour, count in enumerate(rng.poisson(means)):
        series.add(BEGINS + timedelta(hours=hour), int(count), 3600.0)
    found = []
    for window, length in ((HOUR, WEEK), (DAY, 7), (A_WEEK, 1)):
        buckets = series.buckets(window)
        for bucket in buckets[BASE * length :]:
            outcome = judge(buckets, bucket, window, promise) if bucket.count else None
            if isinstance(outcome, Unusual):
                found.append(outcome)
    return found


def _days_until_told(rates: Rates, rng: np.random.Generator, times: float) -> float:
    """Days from a rise until it is told; infinite where it is not within the tested weeks."""
    begun = BEGINS + timedelta(weeks=BASE)
    found = told(rates, rng, Promise(1.0, 1), 0.0, times)
    return min(((one.bucket.begins - begun).total_seconds() / 86400.0 for one in found), default=float("inf"))


def figures(_data: Path) -> Iterator[Row]:
    """The rows of the table."""
    months = RUNS * TESTED * WEEK / MONTH
    for kind in ("busy", "delivery", "quiet"):
        for wild in (0.0, WILD):
            for promised in (10.0, 1.0):
                rng = np.random.default_rng(1)
                runs = (told(street(kind), rng, Promise(promised, 1), wild, 1.0) for _ in range(RUNS))
                count = sum(len(found) for found in runs)
                what = f"{kind} street{', wild' if wild else ''}: told a month of {promised:g} promised"
                yield Row("episodes, false signals", what, f"{count / months:.2f} ({count} in {months:.0f})", COMMAND)
    for kind in ("busy", "quiet"):
        for times in (2.0, 3.0):
            rng = np.random.default_rng(2)
            days = np.array([_days_until_told(street(kind), rng, times) for _ in range(RUNS)])
            share = f"median {np.median(days):.1f} days, {np.mean(days <= 7.0):.0%} within a week"
            yield Row("episodes, power", f"{kind} street, rate x {times:g}, 1 false a month", share, COMMAND)
    rng = np.random.default_rng(3)
    series = Series(ZoneInfo("UTC"))
    for hour, count in enumerate(rng.poisson(np.tile(street("busy"), 26))):
        series.add(BEGINS + timedelta(hours=hour), int(count), 3600.0)
    buckets = series.buckets(HOUR)
    start = time.process_time()
    for bucket in buckets[-50:]:
        judge(buckets, bucket, HOUR, Promise(1.0, 1))
    took = (time.process_time() - start) / 50.0
    yield Row("episodes, pace", "one test against half a year, processor time", f"{took * 1e3:.1f} ms", COMMAND)


if __name__ == "__main__":
    main(__doc__, figures)
