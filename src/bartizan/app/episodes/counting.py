"""Counts episodes while a run goes on: what was sounded, where, in which hour, and how long it was watched for."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from bartizan.app.episodes.ports import CountRow, CountStore
from bartizan.errors import InputError, MissingPartError
from bartizan.signal import Signal, rfc3339
from bartizan.site.ground_checks import sampled
from bartizan.site.model import Rule
from bartizan.site.sight import sees, walls_of
from bartizan.site.site import Site
from bartizan.watch.episodes import HOUR, WINDOWS, Bucket, Promise, Series, Unusual, Window, judge
from bartizan.watch.episodes.series import cell_of, first_date

KIND = "unusual-count"
FALSE_SIGNALS = 1.0  # a month, over the whole site
KEEP_EVERY = 300.0  # seconds of the stream between two writings: what a crash may lose
# a longer silence [s] is none that anybody watched through
LONGEST_STEP = 60.0
# a camera of which less than this share of a zone is in view does not watch it
_LEAST_SEEN = 0.05

Key = tuple[str, str]


def place_of(rule: Rule) -> str:
    """Where a rule's episodes are counted."""
    if rule.zone is not None:
        return rule.zone
    return f"rule/{rule.id}" if rule.element is None else f"element/{rule.element}"


class Counting:
    """Counts the signals of one run and tells which counts are improbable.

    `start` (UTC) is the time of the stream's zero. `ids` gives the ids of its signals. `holds(t)` names the rules that
    are armed and in force at `t` [s]. `cameras` are those that are watched; of a zone that some of them see, time
    counts only while one of these is well. `false_signals`: how many a month may come by chance.

    An episode is a signal that was raised and sounded, under the hour in which it was known. What is silent (access
    zones, patrols, cooldowns, disarmed rules) is none, and no time is counted while a rule is disarmed or out of its
    hours. `trouble` says why counts could not be kept. Raises MissingPartError where there is no start.
    """

    def __init__(
        self,
        site: Site,
        store: CountStore,
        ids: Iterable[str],
        holds: Callable[[float], Collection[str]],
        *,
        start: datetime | None,
        cameras: Collection[str] = (),
        false_signals: float = FALSE_SIGNALS,
        exercise: bool = False,
    ) -> None:
        if start is None:
            raise MissingPartError(
                "episodes are counted by the hour of the week. Give --start, the first picture's time"
            )
        self._site, self._store, self._ids, self._holds = site, store, iter(ids), holds
        self._start = start.astimezone(UTC)
        self._zone = ZoneInfo(site.time_zone or "UTC")
        self._exercise = exercise
        self._rules = {rule.id: (place_of(rule), rule.kind) for rule in site.rules}
        self._series: dict[Key, Series] = {key: Series(self._zone) for key in self._rules.values()}
        for row in store.rows():
            if (series := self._series.get((row.place, row.kind))) is not None:
                series.add(row.hour, row.count, row.seconds)
        self._promise = Promise(false_signals, len(self._series))
        self._eyes = _eyes(site, cameras)
        self._ill: dict[str, set[str]] = {}
        self._new: dict[tuple[Key, datetime], list[float]] = {}
        self._then: float | None = None
        self._kept = -math.inf
        self.trouble: str | None = None
        self._told: set[tuple[Key, Window, datetime]] = set()

    def take(self, signals: Iterable[Signal], t: float) -> tuple[Signal, ...]:
        """Take the signals of a moment `t` [s] of the run; return what is unusual with them."""
        self._pass(t)
        found: list[Signal] = []
        for signal in signals:
            if signal.kind == "camera-health":
                self._health(signal)
            elif signal.state == "raised" and signal.silent is None and signal.rule in self._rules:
                key = self._rules[signal.rule]
                hour = self._hour(t)
                self._count(key, hour, 1, 0.0)
                found += self._look(key, hour, signal, t)
        if t - self._kept >= KEEP_EVERY:
            self._kept = t
            self.keep()
        return tuple(found)

    def keep(self) -> None:
        """Write what was counted since the last time."""
        rows = [
            CountRow(place=place, kind=kind, hour=hour, count=int(count), seconds=round(seconds, 3))
            for ((place, kind), hour), (count, seconds) in self._new.items()
        ]
        if rows:
            try:
                self._store.add(rows)
            except InputError as error:
                # a full disk must not end the watch; what was not kept is tried again with the next
                self.trouble = str(error)
            else:
                self._new.clear()
                self.trouble = None
        for series in self._series.values():
            series.forget(self._hour(self._then or 0.0))

    # ---- inside

    def _hour(self, t: float) -> datetime:
        return (self._start + timedelta(seconds=t)).replace(minute=0, second=0, microsecond=0)

    def _count(self, key: Key, hour: datetime, count: int, seconds: float) -> None:
        self._series[key].add(hour, count, seconds)
        new = self._new.setdefault((key, hour), [0.0, 0.0])
        new[0] += count
        new[1] += seconds

    def _pass(self, t: float) -> None:
        """Time that was watched: cut at the full hour, none over a gap."""
        then, self._then = self._then, t if self._then is None else max(t, self._then)
        if then is None or not 0.0 < t - then <= LONGEST_STEP:
            return
        keys = {self._rules[rule] for rule in self._holds(t) if self._is_seen(rule)}
        first, last = self._hour(then), self._hour(t)
        part = (last - self._start).total_seconds() - then if last > first else 0.0
        for key in keys:
            if last > first:
                self._count(key, first, 0, part)
            self._count(key, last, 0, t - then - part)

    def _is_seen(self, rule: str) -> bool:
        eyes = self._eyes.get(rule, frozenset())
        return not eyes or any(not self._ill.get(camera) for camera in eyes)

    def _health(self, signal: Signal) -> None:
        for camera in signal.cameras:
            ill = self._ill.setdefault(camera, set())
            (ill.discard if signal.state == "ended" else ill.add)(signal.id)

    def _look(self, key: Key, hour: datetime, cause: Signal, t: float) -> Iterable[Signal]:
        for window in WINDOWS:
            buckets = self._series[key].buckets(window)
            current = _current(buckets, hour, self._zone, window, self._series[key])
            found = judge(buckets, current, window, self._promise)
            name = (key, window, current.begins)
            if isinstance(found, Unusual) and name not in self._told:
                self._told.add(name)
                yield self._signal(key, found, cause, t)

    def _signal(self, key: Key, found: Unusual, cause: Signal, t: float) -> Signal:
        return Signal(
            id=next(self._ids),
            t=t,
            utc=rfc3339(self._start + timedelta(seconds=t), "milliseconds"),
            kind=KIND,
            state="raised",
            zone=cause.zone,
            area=cause.area,
            element=cause.element,
            at=cause.at,
            since=max(0.0, (found.bucket.begins - self._start).total_seconds()),
            severity="medium",
            exercise=self._exercise,
            because=figures(key, found, self._promise),
        )


def figures(key: Key, found: Unusual, promise: Promise) -> Mapping[str, Any]:
    """The figures of an unusual count, and a line of words."""
    base = found.base
    low, high = base.between(0.9)
    text = (
        f"{found.observed} times {key[1]} at {key[0]} in this {found.window}; {found.expected:.2g} expected after "
        f"{base.days} days; so many or more come by chance with p = {found.p:.2g}"
    )
    return {
        "text": text,
        "counted": key[1],
        "place": key[0],
        "window": found.window,
        "begins": rfc3339(found.bucket.begins),
        "observed": found.observed,
        "expected": round(found.expected, 4),
        "rate": round(base.rate, 5),
        "rate_low": round(low, 5),
        "rate_high": round(high, 5),
        "p": float(f"{found.p:.3g}"),
        "alpha": float(f"{found.alpha:.3g}"),
        "days": base.days,
        "tests_per_month": round(promise.tests, 1),
        "false_per_month": promise.false_signals,
    }


def _current(buckets: list[Bucket], hour: datetime, zone: ZoneInfo, window: Window, series: Series) -> Bucket:
    """The window that is under way; one in which nothing was watched yet has begun with this episode."""
    wall = hour.astimezone(zone)
    day = first_date(wall.date(), window)
    for bucket in reversed(buckets):
        if bucket.begins == hour or (window != HOUR and bucket.day == day):
            return bucket
    cell = cell_of(wall.weekday() * 24 + wall.hour, window)
    return Bucket(cell, hour, day, series.counts.get(hour, 0), 0.0)


def _eyes(site: Site, cameras: Collection[str]) -> dict[str, frozenset[str]]:
    """The watched cameras that see the zone of each rule; none where nobody can say."""
    sized = [one for one in site.cameras if one.id in cameras and one.model is not None and one.size is not None]
    found, walls = {}, walls_of(site)
    for rule in site.rules:
        if rule.zone is not None:
            places = sampled(site.zone(rule.zone).polygon)
            seen = {one.id: float(np.mean(sees(one, places, walls))) for one in sized}
            found[rule.id] = frozenset(name for name, share in seen.items() if share >= _LEAST_SEEN)
    return found
