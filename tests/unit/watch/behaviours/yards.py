"""A rule on a site of one fence or one zone, and walkers whose way is known in closed form."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bartizan.site.document import build
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.behaviours.event import Behaviour, BehaviourEvent
from bartizan.watch.point import Link, TrackPoint

Place = tuple[float, float]
Way = list[tuple[float, float, float]]


def a_site(rule: dict[str, Any], fence: dict[str, Any] | None = None, zone: Sequence[Place] | None = None) -> Site:
    """A street and a yard, the fence between them drawn as `fence` says, and perhaps a zone."""
    document: dict[str, Any] = {
        "schema": 1,
        "site": {"name": "A yard"},
        "plan": {"crs": "metres"},
        "area": [{"id": "street", "outside": True}, {"id": "yard"}],
        "element": [
            {"id": "fence", "kind": "fence", "between": ["street", "yard"], "way": [{"id": "over"}], **(fence or {})}
        ],
        "rule": [rule],
    }
    if zone is not None:
        document["zone"] = [{"id": "ground", "polygon": [list(corner) for corner in zone]}]
    return build(document)


def watch_for(
    kind: str, *, line: Sequence[Place] | None = None, zone: Sequence[Place] | None = None, **settings: Any
) -> Behaviour:
    """The behaviour of one rule: about a zone where one is given, else about the fence, drawn as a line."""
    fence = None if line is None else {"line": [list(corner) for corner in line]}
    about = {"element": "fence"} if zone is None else {"zone": "ground"}
    site = a_site({"id": "r", "kind": kind, **about, **settings}, fence, zone)
    return BEHAVIOURS[kind](site.rules[0], site)


def along(corners: Sequence[Place], speed: float = 1.4, every: float = 0.1, start: float = 0.0) -> Way:
    """Who walks from corner to corner at a steady speed [m/s]."""
    way: Way = [(start, *corners[0])]
    t, due = start, start + every
    for (ax, ay), (bx, by) in itertools.pairwise(corners):
        length = math.hypot(bx - ax, by - ay)
        arrival = t + length / speed
        while due <= arrival + 1e-9:
            share = (due - t) * speed / length if length else 1.0
            way.append((due, ax + share * (bx - ax), ay + share * (by - ay)))
            due += every
        t = arrival
    return way


def points(way: Way, track: str = "a", sigma: float = 0.0, **more: Any) -> list[TrackPoint]:
    square = (sigma**2, 0.0, sigma**2)
    return [TrackPoint(t=t, track=track, at=(x, y), covariance=square, cameras=("north",), **more) for t, x, y in way]


def play(
    rule: Behaviour, seen: Iterable[TrackPoint], links: Callable[[float], Iterable[Link]] = lambda _: ()
) -> list[BehaviourEvent]:
    """All events of these points, moment by moment; each track is over after its last point."""
    moments: dict[float, list[TrackPoint]] = {}
    last: dict[str, float] = {}
    for point in seen:
        moments.setdefault(point.t, []).append(point)
        last[point.track] = max(point.t, last.get(point.track, point.t))
    events: list[BehaviourEvent] = []
    for t in sorted(moments):
        events += rule.step(Batch.of(moments[t], t), links(t))
        events += rule.end([track for track, until in last.items() if until == t], t)
        events += rule.pass_time(t)
    return events


def raised(events: Iterable[BehaviourEvent]) -> list[BehaviourEvent]:
    return [event for event in events if event.phase == "raised"]


def phases(events: Iterable[BehaviourEvent]) -> list[str]:
    return [event.phase for event in events]
