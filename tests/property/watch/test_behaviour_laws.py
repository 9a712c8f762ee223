"""Laws of behaviours, whatever the walk: frames, the place of the site, its bearing and the clock change nothing."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bartizan.site.document import build
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.behaviours.event import BehaviourEvent
from bartizan.watch.point import TrackPoint

FAR = 5_000.0
SETTINGS: dict[str, dict[str, Any]] = {
    "loitering": {"after": 20},
    "wandering": {"after": 30, "window": 60, "walked": 15},
    "running": {"after": 2, "speed": 2.5},
}


@cache
def a_site(kind: str) -> Site:
    """One rule in a zone that holds every walk."""
    ground = [[-FAR, -FAR], [FAR, -FAR], [FAR, FAR], [-FAR, FAR]]
    zone, rule = {"id": "z", "polygon": ground}, {"id": "r", "kind": kind, "zone": "z", **SETTINGS[kind]}
    return build({"schema": 1, "site": {"name": "x"}, "plan": {"crs": "metres"}, "zone": [zone], "rule": [rule]})


def run(kind: str, walk: np.ndarray[Any, Any]) -> list[BehaviourEvent]:
    """All events of a walk of rows t, x, y."""
    site = a_site(kind)
    behaviour = BEHAVIOURS[kind](site.rules[0], site)
    events: list[BehaviourEvent] = []
    for t, x, y in walk.tolist():
        events += behaviour.step(Batch.of([TrackPoint(t=t, track="a", at=(x, y))], t))
    return [*events, *behaviour.end(["a"], float(walk[-1, 0]))]


def walk_through(corners: list[tuple[float, float, float]], fps: float) -> np.ndarray[Any, Any]:
    """Straight from corner to corner, each reached at a speed [m/s], seen at `fps`."""
    times, places = [0.0], [(0.0, 0.0)]
    for x, y, speed in corners:
        times.append(times[-1] + max(0.5, math.dist(places[-1], (x, y)) / speed))
        places.append((x, y))
    t = np.arange(0.0, times[-1], 1.0 / fps)
    table = np.array(places)
    return np.column_stack([t, np.interp(t, times, table[:, 0]), np.interp(t, times, table[:, 1])])


corners = st.lists(
    st.tuples(st.floats(-20.0, 20.0), st.floats(-20.0, 20.0), st.sampled_from([0.8, 1.3, 3.6])),
    min_size=3,
    max_size=6,
)
kinds = pytest.mark.parametrize("kind", sorted(SETTINGS))


def told(events: list[BehaviourEvent]) -> list[tuple[str, float, float]]:
    return [(event.phase, round(event.t, 6), round(event.since, 6)) for event in events]


@kinds
@settings(max_examples=12)
@given(corners, st.floats(-500.0, 500.0), st.floats(0.0, 6.28))
def test_moving_and_turning_the_site_changes_nothing(
    kind: str, way: list[tuple[float, float, float]], shift: float, angle: float
) -> None:
    walk = walk_through(way, 5.0)
    assume(len(walk) > 10)
    walk[:, 1:] += np.random.default_rng(1).normal(0.0, 0.01, (len(walk), 2))  # no distance is exactly a threshold
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    moved = np.column_stack([walk[:, 0], walk[:, 1:] @ turn + shift])
    assert told(run(kind, walk)) == told(run(kind, moved))


@kinds
@settings(max_examples=12)
@given(corners, st.sampled_from([64.0, 4096.0]))
def test_the_hour_changes_nothing(kind: str, way: list[tuple[float, float, float]], later: float) -> None:
    walk = walk_through(way, 4.0)  # quarters of a second are exact at any hour
    assume(len(walk) > 10)
    moved = walk + np.array([later, 0.0, 0.0])
    shifted = [(phase, t + later, since + later) for phase, t, since in told(run(kind, walk))]
    assert told(run(kind, moved)) == [(phase, round(t, 6), round(since, 6)) for phase, t, since in shifted]


@settings(max_examples=20)
@given(corners)
def test_who_wanders_at_many_frames_wanders_at_few(way: list[tuple[float, float, float]]) -> None:
    many, few = run("wandering", walk_through(way, 20.0)), run("wandering", walk_through(way, 5.0))
    first = [next((event for event in events if event.phase == "raised"), None) for events in (many, few)]
    for one, other in (first, first[::-1]):
        # where all three figures are clear of their thresholds the other frame rate finds them too
        if one is not None and one.figures["straightness"] < 0.2 and one.figures["revisits"] > 0.6:
            assert other is not None
            assert abs(other.t - one.t) < 20.0
            assert other.figures["walked"] == pytest.approx(one.figures["walked"], abs=8.0)


@settings(max_examples=20)
@given(corners)
def test_backwards_nobody_runs_who_did_not(way: list[tuple[float, float, float]]) -> None:
    walk = walk_through(way, 10.0)
    assume(len(walk) > 25)
    back = np.column_stack([walk[:, 0], walk[::-1, 1:]])
    fastest = [max((event.figures["fastest"] for event in run("running", one)), default=0.0) for one in (walk, back)]
    # samples begin elsewhere within a quarter of a second: what is clear of the threshold is found both ways
    if max(fastest) > 3.2:
        assert min(fastest) > 0.0
