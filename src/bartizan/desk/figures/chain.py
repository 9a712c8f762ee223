"""The times of the chain: from raised to acknowledged, assessed, dispatched, on the scene and contained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from bartizan.desk.figures.life import Life
from bartizan.desk.figures.waiting import Quantile, Wait, quantile


class Span(NamedTuple):
    """From one step to another, by the names of a life's instants. `awaited`: not to have come means to be waiting."""

    begins: str
    ends: str
    awaited: bool


LINKS: Mapping[str, Span] = MappingProxyType(
    {
        "acknowledged": Span("raised_at", "acknowledged_at", True),
        "assessed": Span("raised_at", "assessed_at", True),
        # most alarms need nobody sent: those that were not sent for do not wait
        "dispatched": Span("assessed_at", "dispatched_at", False),
        "on_scene": Span("dispatched_at", "on_scene_at", True),
        "contained": Span("on_scene_at", "contained_at", False),
        "whole": Span("raised_at", "on_scene_at", False),
    }
)
"""Each link by the step that ends it; "whole" is from raised to on the scene, where somebody got there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How long one link took [s]: `count` that were over, `waiting` that were not, median and nine in ten.

    `backwards` came in another order (a response that was sent before anybody assessed): they are counted and not
    timed.
    """

    name: str
    count: int
    waiting: int
    backwards: int
    median: Quantile
    nine_in_ten: Quantile
    times: tuple[float, ...]


def chain_times(lives: Iterable[Life], now: datetime) -> Mapping[str, Link]:
    """How long does each link of the chain take? `now` is until when what is not over has waited.

    Medians and ninth deciles count those that still wait (`bartizan.desk.figures.quantile`). An alarm that was
    closed without a step waits no longer for it than until it was closed.
    """
    lives = tuple(lives)
    return {name: _link(name, span, lives, now) for name, span in LINKS.items()}


def _link(name: str, span: Span, lives: Iterable[Life], now: datetime) -> Link:
    begins, ends = attrgetter(span.begins), attrgetter(span.ends)
    waits: list[Wait] = []
    backwards = 0
    for life in lives:
        begun, ended = begins(life), ends(life)
        if begun is None or (ended is None and not span.awaited):
            continue
        seconds = ((ended or life.closed_at or now) - begun).total_seconds()
        if seconds < 0.0:
            backwards += 1
            continue
        waits.append(Wait(seconds, ended is not None))
    times = tuple(sorted(wait.seconds for wait in waits if wait.over))
    return Link(
        name=name,
        count=len(times),
        waiting=len(waits) - len(times),
        backwards=backwards,
        median=quantile(waits, 0.5),
        nine_in_ten=quantile(waits, 0.9),
        times=times,
    )
