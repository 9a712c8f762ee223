"""The score of what was raised against what truly happened."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from bartizan.errors import InputError
from bartizan.watch.score.interval import Interval, bootstrap, poisson, wilson
from bartizan.watch.score.match import Matched, Matching

SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EventScore:
    """How signals did against episodes.

    Counts: `episodes` there were, `matched` of them told of in time, `missed` (`late` of them told of too late),
    `false` alarms and `duplicates`. `precision` = matched / (matched + false), `recall` = matched / episodes and
    `f` = (a + 1) R P / (R + a P) with the recall bias a = `bias`. `delay_median` and `delay_p95` [s] after due, of
    those told of in time. `false_per_camera_day`; `duplicates_per_episode`; `dwell_median` and `dwell_p95` [s]: how
    far the length of stay that was said is from the true one. Intervals hold with 95 %: Wilson's of shares, exact
    ones of the rate, and of the rest by drawing episodes.
    """

    episodes: int
    matched: int
    missed: int
    late: int
    false: int
    duplicates: int
    bias: float
    camera_days: float
    precision: Interval
    recall: Interval
    f: Interval
    delay_median: Interval
    delay_p95: Interval
    false_per_camera_day: Interval
    duplicates_per_episode: float
    dwell_median: Interval
    dwell_p95: Interval

    def to_json(self) -> dict[str, Any]:
        """The score as a JSON object; what cannot be said is null."""
        told: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Interval):
                told[field.name] = {name: _or_null(part) for name, part in value._asdict().items()}
            else:
                told[field.name] = _or_null(value)
        return told


def score_events(
    matching: Matching, *, camera_seconds: float, bias: float, generator: np.random.Generator
) -> EventScore:
    """Score a matching over `camera_seconds` of watching, with the recall bias of F.

    `bias` a: 1 weighs precision and recall alike, more favours recall (it is beta squared of F_beta). Raises
    InputError for a bias below 0 or a time that is not above 0.

    Source of F with a recall bias: the scoring of i-LIDS, Home Office. Not modelled: signals with a confidence, and so
    no curve of misses against false alarms.
    """
    if not (math.isfinite(bias) and bias >= 0.0):
        raise InputError(f"the recall bias is {bias!r}. Give a number from 0, 1 for equal weights")
    if not (math.isfinite(camera_seconds) and camera_seconds > 0.0):
        raise InputError(f"the time that was watched is {camera_seconds!r} s. Give the hours that the signals cover")
    hits, false = len(matching.matched), len(matching.false)
    days = camera_seconds / SECONDS_A_DAY
    # a signal that is false is an item of its own, as an episode is
    items = [1] * hits + [0] * len(matching.missed) + [-1] * false
    pairs = matching.matched

    def drawn(values: Sequence[float], share: float) -> Interval:
        return bootstrap(values, lambda some: _quantile(some, share), generator)

    delays = [pair.delay for pair in pairs]
    errors = [abs(pair.alarm.seconds - pair.episode.seconds) for pair in pairs if _has_lengths(pair)]  # type: ignore[operator]
    return EventScore(
        episodes=matching.episodes,
        matched=hits,
        missed=len(matching.missed),
        late=len(matching.late),
        false=false,
        duplicates=len(matching.duplicates),
        bias=bias,
        camera_days=days,
        precision=wilson(hits, hits + false),
        recall=wilson(hits, matching.episodes),
        f=bootstrap(items, lambda some: _f(some, bias), generator),
        delay_median=drawn(delays, 0.5),
        delay_p95=drawn(delays, 0.95),
        false_per_camera_day=poisson(false, days),
        duplicates_per_episode=len(matching.duplicates) / matching.episodes if matching.episodes else math.nan,
        dwell_median=drawn(errors, 0.5),
        dwell_p95=drawn(errors, 0.95),
    )


def _f(items: Sequence[int], bias: float) -> float:
    """F of drawn items: 1 an episode that was told of, 0 one that was missed, -1 a false alarm."""
    hits = sum(item == 1 for item in items)
    episodes = sum(item >= 0 for item in items)
    raised = hits + sum(item == -1 for item in items)
    if not episodes or not raised:
        return math.nan if not episodes else 0.0
    recall, precision = hits / episodes, hits / raised
    weighed = recall + bias * precision
    return (bias + 1.0) * recall * precision / weighed if weighed > 0.0 else 0.0


def _quantile(values: Sequence[float], share: float) -> float:
    return float(np.quantile(values, share)) if len(values) else math.nan


def _has_lengths(pair: Matched) -> bool:
    return pair.alarm.seconds is not None and pair.episode.seconds is not None


def _or_null(value: float) -> float | None:
    return value if math.isfinite(value) else None
