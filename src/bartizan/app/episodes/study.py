"""What the counts of a site say: the base rate of every place and hour of the week, and what was unusual lately."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bartizan.app.episodes.counting import FALSE_SIGNALS, Key, figures, place_of
from bartizan.app.episodes.ports import CountRow
from bartizan.signal import SCHEMA
from bartizan.site.site import Site
from bartizan.watch.episodes import HOUR, LEAST_DAYS, Base, Promise, Series, Unusual, base_of, review
from bartizan.watch.episodes.series import neighbours

LAST = 30 * 24  # hours looked back for what was unusual
WEEK = 168
_SHARE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesStudy:
    """The counts of one place and kind: `bases` by hour of the week (None: never watched), `unusual` lately."""

    place: str
    kind: str
    count: int
    hours: float
    days: int
    bases: tuple[Base | None, ...]
    unusual: tuple[Unusual, ...]

    @property
    def has_base(self) -> bool:
        """Whether it was watched on days enough."""
        return self.days >= LEAST_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeStudy:
    """The counts of a whole site. `elsewhere`: rows of places or kinds that the site no longer has."""

    name: str
    promise: Promise
    series: tuple[SeriesStudy, ...]
    elsewhere: int

    def to_json(self) -> dict[str, Any]:
        """The study as a JSON object."""
        return {
            "schema": SCHEMA,
            "site": self.name,
            "false_per_month": self.promise.false_signals,
            "tests_per_month": round(self.promise.tests, 1),
            "alpha": float(f"{self.promise.alpha:.3g}"),
            "elsewhere": self.elsewhere,
            "series": [
                {
                    "place": one.place,
                    "kind": one.kind,
                    "count": one.count,
                    "hours": round(one.hours, 2),
                    "days": one.days,
                    "base": [_base(base) for base in one.bases] if one.has_base else None,
                    "unusual": [dict(figures((one.place, one.kind), found, self.promise)) for found in one.unusual],
                }
                for one in self.series
            ],
        }


def _base(base: Base | None) -> dict[str, Any] | None:
    if base is None:
        return None
    low, high = base.between(_SHARE)
    return {
        "rate": round(base.rate, 5),
        "rate_low": round(low, 5),
        "rate_high": round(high, 5),
        "count": base.count,
        "hours": round(base.hours, 2),
        "spread": round(base.spread, 3),
    }


def study_episodes(
    site: Site, rows: Iterable[CountRow], false_signals: float = FALSE_SIGNALS, last: int = LAST
) -> EpisodeStudy:
    """What the kept rows say of a site. `false_signals` a month are promised; `last` hours are looked back."""
    zone = ZoneInfo(site.time_zone or "UTC")
    series: dict[Key, Series] = {(place_of(rule), rule.kind): Series(zone) for rule in site.rules}
    elsewhere = 0
    for row in rows:
        known = series.get((row.place, row.kind))
        if known is None:
            elsewhere += 1
        else:
            known.add(row.hour, row.count, row.seconds)
    promise = Promise(false_signals, len(series))
    return EpisodeStudy(
        name=site.name,
        promise=promise,
        series=tuple(_studied(key, one, promise, last) for key, one in sorted(series.items())),
        elsewhere=elsewhere,
    )


def _studied(key: Key, series: Series, promise: Promise, last: int) -> SeriesStudy:
    buckets = series.buckets(HOUR)
    return SeriesStudy(
        place=key[0],
        kind=key[1],
        count=sum(bucket.count for bucket in buckets),
        hours=sum(bucket.hours for bucket in buckets),
        days=len({bucket.day for bucket in buckets}),
        bases=tuple(base_of(buckets, cell, neighbours(cell, HOUR)) for cell in range(WEEK)),
        unusual=tuple(sorted(review(series, promise, last), key=lambda one: (one.bucket.begins, one.window))),
    )
