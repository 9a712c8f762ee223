"""When a count is improbable enough to be told: so that a promised number of false signals a month is kept.

Every zone and kind is tested once in every hour, every day and every week that it is watched. With F false signals a
month promised for the whole site, each test is made at alpha = F / (tests a month): whatever the tests have to do
with one another, no more than F false ones are expected (Bonferroni's sum). A test is made of the whole window, so
it may be told as soon as the count is reached, and looking often costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bartizan.watch.episodes.base import Base, base_of, tail
from bartizan.watch.episodes.series import HOUR, WINDOWS, Bucket, Series, Window, before, dates, neighbours

LEAST_DAYS = 14
_MONTH = 730.5  # hours
_HOURS: dict[Window, int] = {"hour": 1, "day": 24, "week": 168}


@dataclass(frozen=True, slots=True)
class Promise:
    """At most `false_signals` a month are expected by chance, over `series` zones and kinds."""

    false_signals: float
    series: int

    @property
    def tests(self) -> float:
        """Tests a month, of hours, days and weeks."""
        return max(1, self.series) * sum(_MONTH / hours for hours in _HOURS.values())

    @property
    def alpha(self) -> float:
        """At which each test is made."""
        return self.false_signals / self.tests


@dataclass(frozen=True, slots=True)
class Unusual:
    """A count that is improbable under its base: `observed` in `window`, `expected`, `p`; tested at `alpha`."""

    window: Window
    bucket: Bucket
    observed: int
    expected: float
    p: float
    alpha: float
    base: Base


def judge(buckets: Sequence[Bucket], bucket: Bucket, window: Window, promise: Promise) -> Unusual | Base | None:
    """The count of one window against what came before it: unusual, or only its base; None: there is no base yet.

    `buckets` are all of the series in the order of time; `bucket` may be under way, and is tested as a whole window.
    """
    past = list(before(buckets, bucket.begins))
    if dates(past) < LEAST_DAYS:
        return None
    base = base_of(past, bucket.cell, neighbours(bucket.cell, window))
    if base is None:
        return None
    hours = _length(past, bucket, window)
    p = tail(bucket.count, hours, base)
    if p > promise.alpha:
        return base
    return Unusual(window, bucket, bucket.count, hours * base.rate, p, promise.alpha, base)


def _length(past: Sequence[Bucket], bucket: Bucket, window: Window) -> float:
    """How long the window will have been watched when it is over [h]: as long as any like it was, and as it is now."""
    if window == HOUR:
        return float(_HOURS[HOUR])
    # a day and a week are watched for as long as the rule has hours in it
    return max([bucket.hours, *(one.hours for one in past if one.cell == bucket.cell)])


def review(series: Series, promise: Promise, last: int) -> Iterator[Unusual]:
    """What was unusual in the windows of the last so many hours of a series, each against what came before it."""
    for window in WINDOWS:
        buckets = series.buckets(window)
        for bucket in buckets[-max(1, last // _HOURS[window]) :]:
            if bucket.count:
                found = judge(buckets, bucket, window, promise)
                if isinstance(found, Unusual):
                    yield found
