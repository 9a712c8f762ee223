"""Wandering: walkers whose way is known in closed form, and people who walk to and fro for good reasons."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from yards import Way, phases, play, points, raised, watch_for

from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import Behaviour

FIELD = [(-200.0, -200.0), (200.0, -200.0), (200.0, 200.0), (-200.0, 200.0)]
Course = Callable[[float], tuple[float, float]]


def a_rule(**settings: Any) -> Behaviour:
    return watch_for("wandering", zone=FIELD, **settings)


def walk(course: Course, seconds: float, fps: float = 5.0, error: float = 0.0, seed: int = 0) -> Way:
    rng = np.random.default_rng(seed)
    times = [n / fps for n in range(int(seconds * fps) + 1)]
    return [(t, *(np.array(course(t)) + rng.normal(0.0, error, 2) * (error > 0.0))) for t in times]


def beat(length: float, speed: float) -> Course:
    """To and fro between two corners."""

    def at(t: float) -> tuple[float, float]:
        way = (speed * t) % (2.0 * length)
        return (way if way < length else 2.0 * length - way), 0.0

    return at


@pytest.mark.parametrize("fps", [1.0, 2.5, 10.0, 25.0])
def test_a_man_who_walks_a_beat(fps: float) -> None:
    events = play(a_rule(), points(walk(beat(30.0, 1.2), 180.0, fps)))
    first, last = events[0], events[-1]
    assert (first.phase, first.since) == ("raised", 0.0)
    assert first.t == pytest.approx(120.0, abs=1.0 + 1.0 / fps)
    # 1.2 m/s for 120 s; each step is a metre, and a turn may cost one
    assert first.figures["walked"] == pytest.approx(144.0, rel=0.1)
    # 144 m are four times there and back of 30 m, and 24 m
    assert first.figures["net"] == pytest.approx(24.0, abs=2.5)
    # n places along the beat; 120 s enter n and then n - 1 with every further pass, of which there are 3.8
    n = first.figures["places"]
    assert n == pytest.approx(30.0 / 2.5, abs=2.0)
    assert first.figures["revisits"] == pytest.approx(1.0 - n / (n + 3.8 * (n - 1)), abs=0.05)
    assert last.phase == "ended"
    assert first.text.startswith("in the zone 120 s; net 2")


def test_once_there_and_back_is_no_wandering() -> None:
    # net 0 of 160 m; n places there, n - 1 of them again: less than one half of 2 n - 1
    rule = a_rule()
    assert play(rule, points(walk(beat(80.0, 1.0), 159.0))) == []
    strict = a_rule(revisits=0.45)
    (event, *_) = raised(play(strict, points(walk(beat(80.0, 1.0), 159.0))))
    assert 0.45 <= event.figures["revisits"] < 0.5


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.0, 2.2])
def test_a_straight_walk_enters_no_place_twice(angle: float) -> None:
    rule = a_rule()
    way = walk(lambda t: (math.cos(angle) * (1.3 * t - 150.0), math.sin(angle) * (1.3 * t - 150.0)), 200.0)
    for point in points(way, sigma=0.2):
        assert rule.step(Batch.of([point], point.t)) == ()
    progress = rule.progress("a")
    assert progress is not None
    conditions = {one.name: one for one in progress.conditions}
    assert conditions["net of walked, at most"].measured == pytest.approx(1.0, abs=0.01)
    assert conditions["places entered again"].measured == 0.0
    assert conditions["walked"].met


def asks_the_way(t: float) -> tuple[float, float]:
    """Walks 40 m, stands with somebody for 100 s, turns, goes back 20 m and off to the side."""
    legs = [((0.0, 0.0), 0.0), ((40.0, 0.0), 33.0), ((40.0, 0.0), 133.0), ((20.0, 1.0), 150.0), ((20.0, 60.0), 200.0)]
    for (a, begin), (b, end) in pairwise(legs):
        if t <= end:
            share = (t - begin) / (end - begin)
            return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
    return legs[-1][0]


def walks_a_dog(t: float) -> tuple[float, float]:
    """Along the pavement at 0.6 m/s, to and fro across it and with pauses, as the dog will have it."""
    return 0.6 * t + 2.0 * math.sin(t / 6.0), 1.5 * math.sin(t / 4.0)


def queues_for_a_bus(t: float) -> tuple[float, float]:
    """Stands, shuffles from foot to foot, moves up half a metre every 20 s."""
    return 0.5 * (t // 20.0) + 0.2 * math.sin(t), 0.2 * math.cos(t / 1.3)


def strolls_round_the_block(t: float) -> tuple[float, float]:
    """One and a half times round a square of 50 m: laps say so, wandering does not."""
    way = (1.4 * t) % 200.0
    side, along = divmod(way, 50.0)
    return [(along, 0.0), (50.0, along), (50.0 - along, 50.0), (0.0, 50.0 - along)][int(side)]


@pytest.mark.parametrize("error", [0.0, 0.2])
@pytest.mark.parametrize("who", [asks_the_way, walks_a_dog, queues_for_a_bus, strolls_round_the_block])
def test_people_with_a_reason_are_no_wanderers(who: Course, error: float) -> None:
    assert play(a_rule(), points(walk(who, 210.0, error=error), sigma=error)) == []


@pytest.mark.parametrize("error", [0.2, 0.5, 1.0])
def test_who_stands_does_not_wander_however_wrong_the_places(error: float) -> None:
    # every sighting wrong by itself: far more jitter than a tracker leaves
    assert play(a_rule(), points(walk(lambda _: (0.0, 0.0), 300.0, 10.0, error), sigma=error)) == []


def test_without_the_error_of_the_places_jitter_would_be_a_walk() -> None:
    # the test above would be empty if the jitter were too small to walk
    way = walk(lambda _: (0.0, 0.0), 300.0, 2.0, 1.0)
    rule = a_rule(walked=0.0, revisits=0.0, straightness=1.0)
    certain = raised(play(rule, points(way)))[0].figures["walked"]
    doubtful = raised(play(a_rule(walked=0.0, revisits=0.0, straightness=1.0), points(way, sigma=1.0)))[0]
    assert certain > 30.0
    assert doubtful.figures["walked"] < certain / 3.0


def test_it_is_over_a_window_after_he_stands_still() -> None:
    course = beat(30.0, 1.2)
    way = walk(lambda t: course(min(t, 130.0)), 400.0)
    events = play(a_rule(window=100.0), points(way))
    assert [phase for phase in phases(events) if phase != "updated"] == ["raised", "ended"]
    # the way in the window falls below 30 m about 25 s before the standing fills it
    assert 130.0 + 100.0 <= events[-1].t <= 130.0 + 100.0 + 100.0


def test_a_gap_longer_than_the_grace_is_another_stay() -> None:
    course = beat(30.0, 1.2)
    way = [row for row in walk(course, 240.0) if not 100.0 < row[0] < 106.0]
    (event,) = raised(play(a_rule(), points(way)))
    assert event.since == pytest.approx(106.0, abs=0.3)
    assert len(raised(play(a_rule(grace=7.0), points(way)))) == 1
    assert raised(play(a_rule(grace=7.0), points(way)))[0].since == 0.0


def test_memory_is_bounded_for_a_window_of_hours() -> None:
    rule = a_rule(window=10_000.0)
    play(rule, points(walk(beat(30.0, 1.2), 20.0)))
    assert rule._roster.rings.nbytes < 1e6  # type: ignore[attr-defined]
