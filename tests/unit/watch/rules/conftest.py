"""A rule book whose behaviour says exactly what a test tells it to."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import pytest

from bartizan.signal import Signal, SignalIds
from bartizan.site import build
from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import BehaviourEvent, Condition, Phase, Progress
from bartizan.watch.point import EndedTrack, Link, TrackPoint
from bartizan.watch.rules import RuleBook

SITE: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "A yard", "time_zone": "Europe/Vienna"},
    "plan": {"crs": "metres"},
    "area": [{"id": "street", "outside": True}],
    "state": [
        {"id": "day", "axis": "time"},
        {"id": "night", "axis": "time", "hours": [{"from": "22:00", "to": "06:00"}]},
        {"id": "calm", "axis": "posture"},
        {"id": "alert", "axis": "posture"},
    ],
    "zone": [
        {"id": "yard", "area": "street", "polygon": [[0, 0], [40, 0], [40, 40], [0, 40]]},
        {"id": "stop", "area": "street", "use": "access", "polygon": [[30, 30], [40, 30], [40, 40], [30, 40]]},
    ],
    "rule": [{"id": "loiter", "kind": "loitering", "zone": "yard", "after": 60, "severity": "low"}],
}


class Scripted:
    """A behaviour that reports what it was told to, each at its time, and remembers what it was shown."""

    kind = "loitering"
    dropped = 0

    def __init__(self) -> None:
        self.told: list[BehaviourEvent] = []
        self.shown: list[tuple[str, ...]] = []

    def step(self, batch: Batch, _links: Iterable[Link] = ()) -> tuple[BehaviourEvent, ...]:
        self.shown.append(batch.tracks)
        return ()

    def pass_time(self, _t: float) -> tuple[BehaviourEvent, ...]:
        told, self.told = tuple(self.told), []
        return told

    def end(self, _tracks: Iterable[str], _t: float) -> tuple[BehaviourEvent, ...]:
        return ()

    def finish(self, _t: float) -> tuple[BehaviourEvent, ...]:
        return ()

    def progress(self, track: str) -> Progress | None:
        return Progress(track=track, conditions=(Condition("in the zone", 5.0, 60.0, "s", False),))


class Bench:
    """A book over a site with one rule, or several, and the behaviour of each."""

    def __init__(self, rule: dict[str, Any], options: dict[str, Any], changed: dict[str, Any]) -> None:
        document = copy.deepcopy(SITE) | copy.deepcopy(changed)
        document["rule"][0] |= rule
        self.behaviours: dict[str, Scripted] = {}
        self.site = build(document)
        self.book = RuleBook(
            self.site,
            SignalIds("r"),
            behaviours=dict.fromkeys([r.kind for r in self.site.rules], self._make),
            **options,
        )

    def _make(self, rule: Rule, _site: Site) -> Scripted:
        return self.behaviours.setdefault(rule.id, Scripted())

    def tell(
        self,
        t: float,
        phase: Phase | None = None,
        *tracks: str,
        about: str = "",
        at: tuple[float, float] = (5.0, 5.0),
        rule: str = "loiter",
        links: Sequence[Link] = (),
        ended: Sequence[EndedTrack] = (),
        points: Sequence[TrackPoint] = (),
    ) -> list[tuple[str, str, str | None]]:
        """At `t` the behaviour reports this; the signals as (id, state, silent)."""
        return [
            (one.id, one.state, one.silent)
            for one in self.signals(
                t, phase, *tracks, about=about, at=at, rule=rule, links=links, ended=ended, points=points
            )
        ]

    def signals(self, t: float, phase: Phase | None = None, *tracks: str, **more: Any) -> tuple[Signal, ...]:
        at = more.get("at", (5.0, 5.0))
        if phase is not None:
            self.behaviours[more.get("rule", "loiter")].told.append(
                BehaviourEvent(
                    phase=phase,
                    about=more.get("about") or tracks[0],
                    tracks=tracks,
                    t=t,
                    since=max(0.0, t - 60.0),
                    at=at,
                    text="stayed",
                    figures={"seconds": 60.0},
                )
            )
        points = more.get("points") or [TrackPoint(t=t, track=track, at=at) for track in tracks]
        return self.book.step(points, t, more.get("ended", ()), more.get("links", ()))


@pytest.fixture
def bench() -> Callable[..., Bench]:
    def make(
        *,
        start: datetime | None = None,
        states: Sequence[str] = (),
        explain: bool = False,
        changed: Any = None,
        **rule: Any,
    ) -> Bench:
        options = {"start_utc": start, "states": states, "explain": explain}
        return Bench(rule, options, changed or {})

    return make
