"""How often a source was right: nuisance and false alarms, a day and of all that were assessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bartizan.desk.figures.interval import Interval, rate, share
from bartizan.desk.figures.life import Life, Origin

JUDGED = ("real", "nuisance", "false")
"""Dispositions that say whether a source was right; a test, an exercise or a duplicate says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What came of the alarms of one source. Rates a day; shares of those judged real, nuisance or false.

    `unjudged` were not assessed, or assessed as something that says nothing of the source.
    """

    origin: Origin
    alarms: int
    real: int
    nuisance: int
    false: int
    unjudged: int
    nuisance_a_day: Interval
    false_a_day: Interval
    nuisance_share: Interval
    false_share: Interval


def quality_of(lives: Iterable[Life], days: float) -> tuple[Quality, ...]:
    """How often was each source right in `days`? Every rule, sensor, camera and other source, the worst first.

    An alarm counts for each of its sources: what a rule saw with two cameras counts for the rule and for both.
    Nuisance is a real stimulus without a threat, false an alarm without one; they are kept apart, because the cure
    differs. Source: M. L. Garcia, "The Design and Evaluation of Physical Protection Systems" (2007), chapter 6.
    """
    counts: dict[Origin, Counter[str]] = {}
    for life in lives:
        for origin in life.origins:
            judged = life.disposition if life.disposition in JUDGED else None
            counts.setdefault(origin, Counter())[judged or "unjudged"] += 1
    found = [_quality(origin, one, days) for origin, one in counts.items()]
    return tuple(sorted(found, key=lambda one: (-(one.nuisance + one.false), -one.alarms, one.origin)))


def _quality(origin: Origin, counts: Counter[str], days: float) -> Quality:
    judged = sum(counts[name] for name in JUDGED)
    return Quality(
        origin=origin,
        alarms=counts.total(),
        real=counts["real"],
        nuisance=counts["nuisance"],
        false=counts["false"],
        unjudged=counts["unjudged"],
        nuisance_a_day=rate(counts["nuisance"], days),
        false_a_day=rate(counts["false"], days),
        nuisance_share=share(counts["nuisance"], judged),
        false_share=share(counts["false"], judged),
    )
