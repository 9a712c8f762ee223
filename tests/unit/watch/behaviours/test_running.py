"""Running: fast, for long enough, and beyond the doubt of the places."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from yards import Way, play, points, raised, watch_for

from bartizan.watch.behaviours.event import Behaviour

FIELD = [(-500.0, -500.0), (500.0, -500.0), (500.0, 500.0), (-500.0, 500.0)]


def a_rule(**settings: Any) -> Behaviour:
    return watch_for("running", zone=FIELD, **settings)


def run(speed: Callable[[float], float] | float, seconds: float, fps: float = 10.0, course: float = 0.7) -> Way:
    """Along a straight line; the speed [m/s] may change with time."""
    way: Way = []
    far = 0.0
    for n in range(int(seconds * fps) + 1):
        t = n / fps
        way.append((t, far * math.cos(course), far * math.sin(course)))
        far += (speed(t) if callable(speed) else speed) / fps
    return way


@pytest.mark.parametrize("fps", [2.5, 5.0, 10.0, 25.0])
@pytest.mark.parametrize("speed", [3.1, 4.0, 7.0])
def test_a_runner_after_two_seconds(fps: float, speed: float) -> None:
    events = play(a_rule(), points(run(speed, 20.0, fps)))
    (first,) = raised(events)
    # nine samples of a quarter of a second, and the frame that finishes the last
    assert 2.25 - 1e-9 <= first.t <= 2.25 + 1.0 / fps + 1e-9
    assert first.figures["fastest"] == pytest.approx(speed, rel=0.01)
    assert events[-1].figures["run"] == pytest.approx(speed * 20.0, rel=0.06)
    assert events[-1].text.startswith(f"ran {events[-1].figures['run']:.0f} m in 19.")


@pytest.mark.parametrize("fps", [2.5, 10.0, 25.0])
@pytest.mark.parametrize("speed", [1.4, 2.0, 2.9])
def test_who_walks_briskly_does_not_run(fps: float, speed: float) -> None:
    assert play(a_rule(), points(run(speed, 60.0, fps))) == []


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sigma", [0.2, 0.5, 1.5])
def test_doubt_never_makes_a_run(sigma: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    way = [(t, x + rng.normal(0.0, sigma), y + rng.normal(0.0, sigma)) for t, x, y in run(2.0, 60.0)]
    assert play(a_rule(), points(way, sigma=sigma)) == []


def test_a_runner_seen_with_doubt_runs_all_the_same() -> None:
    # 5 m/s for two seconds are 10 m; less 2 sigma of the difference, 0.57 m
    assert len(raised(play(a_rule(), points(run(5.0, 10.0), sigma=0.2)))) == 1
    assert play(a_rule(), points(run(3.2, 10.0), sigma=0.2)) == []


@pytest.mark.parametrize("leap", [3.0, 8.0, 20.0])
@pytest.mark.parametrize("at", np.arange(10.0, 11.0, 0.1).tolist())
def test_one_leap_of_a_track_is_no_run(leap: float, at: float) -> None:
    way = [(t, x + (leap if t > at else 0.0), y) for t, x, y in run(1.4, 20.0)]
    assert play(a_rule(), points(way)) == []


def test_a_short_dash_is_no_run() -> None:
    assert play(a_rule(), points(run(lambda t: 5.0 if 10.0 <= t < 11.0 else 1.2, 20.0))) == []


def test_a_run_that_falters_is_one_run() -> None:
    faltering = run(lambda t: 1.0 if 8.0 <= t < 10.0 else 4.0, 20.0)
    assert len(raised(play(a_rule(), points(faltering)))) == 1
    resting = run(lambda t: 1.0 if 8.0 <= t < 18.0 else 4.0, 30.0)
    events = play(a_rule(), points(resting))
    assert [event.phase for event in events if event.phase != "updated"] == ["raised", "ended", "raised", "ended"]
    assert events[-1].since == pytest.approx(18.0, abs=0.8)


def test_a_gap_or_too_few_frames_say_nothing() -> None:
    # 8 m on after 2 s unseen: he may have run, or somebody else came round the corner
    hole = [row for row in run(lambda t: 4.0 if 10.0 <= t < 12.5 else 1.2, 20.0) if not 10.0 < row[0] < 12.0]
    assert play(a_rule(), points(hole)) == []
    assert play(a_rule(), points(run(5.0, 30.0, 1.0))) == []


def test_nothing_is_said_across_a_stitch() -> None:
    seen = points(run(1.2, 20.0))
    moved = [
        point
        if point.t < 10.0
        else type(point)(t=point.t, track="a", at=(point.at[0] + 8.0, point.at[1]), bridged=1.0 if n == 100 else None)
        for n, point in enumerate(seen)
    ]
    assert play(a_rule(after=0.5, speed=2.0), moved) == []


def test_speed_zero_for_no_time_is_still_bounded() -> None:
    assert len(raised(play(a_rule(after=0.0), points(run(4.0, 5.0, 25.0))))) == 1
