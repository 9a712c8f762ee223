"""Pacing: a beat of n turns has exactly n reversals, and the cases that its definition decides."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from yards import along, phases, play, points, raised, watch_for

from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import BehaviourEvent

FENCE = [(0.0, 0.0), (100.0, 0.0)]


def beat(turns: int, span: float = 20.0, off: float = 3.0) -> list[tuple[float, float]]:
    """A beat beside the fence with so many turns."""
    return [(30.0 + span * (n % 2), off) for n in range(turns + 2)]


@pytest.mark.parametrize("turns", [3, 4, 5, 6])
@pytest.mark.parametrize("every", [0.1, 0.4, 1.0])
def test_a_beat_of_n_turns_has_exactly_n_reversals(turns: int, every: float) -> None:
    events = play(watch_for("pacing", line=FENCE), points(along(beat(turns), every=every)))
    assert phases(events)[0] == "raised"
    assert phases(events)[-1] == "ended"
    assert len(raised(events)) == 1
    assert events[-1].figures["reversals"] == turns
    # sightings lie up to a step from where the walker turned
    assert events[-1].figures["walked"] == pytest.approx(20.0 * turns, abs=1.4 * every * 2 * turns)
    assert events[-1].figures["span"] == pytest.approx(20.0, abs=1.4 * every * 2)


def test_it_is_raised_at_the_third_turn_once_the_way_back_is_as_long_as_the_hysteresis() -> None:
    event = raised(play(watch_for("pacing", line=FENCE), points(along(beat(3), speed=1.0, every=0.5))))[0]
    assert (event.t, event.since) == (3 * 20.0 + 4.0, 20.0)
    assert event.figures == {"reversals": 3, "seconds": 44.0, "span": 20.0, "walked": 44.0, "net": 4.0, "off": 3.0}
    assert event.text == "3 reversals along fence in the last 44 s, over 20 m; net 4 m of 44 m walked"
    assert event.tracks == ("a",)
    assert event.cameras == ("north",)


def test_two_turns_are_too_few_and_more_may_be_asked() -> None:
    assert not play(watch_for("pacing", line=FENCE), points(along(beat(2))))
    assert not play(watch_for("pacing", line=FENCE, reversals=5), points(along(beat(4))))


def test_a_zigzag_below_the_hysteresis_has_no_turn() -> None:
    rule = watch_for("pacing", line=FENCE, span=1)
    assert not play(rule, points(along(beat(40, span=3.9))))
    assert play(rule, points(along(beat(40, span=4.3))))


def test_turns_too_close_together_are_no_beat() -> None:
    assert not play(watch_for("pacing", line=FENCE, span=8, hysteresis=2), points(along(beat(10, span=7.5))))


def test_turns_too_slow_are_no_beat() -> None:
    # a turn every 100 s: never three within 180 s
    assert not play(watch_for("pacing", line=FENCE), points(along(beat(8, span=40.0), speed=0.4)))


def test_who_walks_on_has_no_turn() -> None:
    assert not play(watch_for("pacing", line=FENCE), points(along([(-20.0, 3.0), (120.0, 3.0)])))


def test_a_walk_away_from_the_fence_and_back_is_no_turn_along_it() -> None:
    to_and_fro = [(50.0, 1.0 + 12.0 * (n % 2)) for n in range(8)]
    assert not play(watch_for("pacing", line=FENCE), points(along(to_and_fro)))


def test_beyond_the_band_nobody_paces_and_who_leaves_it_is_done() -> None:
    assert not play(watch_for("pacing", line=FENCE), points(along(beat(6, off=15.5))))
    events = play(watch_for("pacing", line=FENCE), points(along([*beat(4), (40.0, 3.0), (40.0, 40.0)])))
    assert phases(events)[-1] == "ended"
    assert events[-1].t == pytest.approx((5 * 20.0 + 10.0 + 12.0) / 1.4, abs=0.2)


def test_it_ends_when_nobody_has_turned_for_so_long() -> None:
    rule = watch_for("pacing", line=FENCE, within=60)
    way = along(beat(3, span=10.0))
    last_turn = 3 * 10.0 / 1.4
    way += [(way[-1][0] + n, *way[-1][1:]) for n in range(1, 120)]
    events = play(rule, points(way))
    assert phases(events) == ["raised", "updated", "updated", "updated", "ended"]
    assert events[-1].t == pytest.approx(last_turn + 60.0, abs=1.2)


def test_nothing_below_two_sigma_of_the_place_is_a_turn() -> None:
    # sways by 5 m, which is a turn where places are certain, and is none where they are known to 3 m
    sway = points(along(beat(10, span=5.0)), sigma=0.0)
    doubtful = points(along(beat(10, span=5.0)), sigma=3.0)
    assert play(watch_for("pacing", line=FENCE, span=4), sway)
    assert not play(watch_for("pacing", line=FENCE, span=4), doubtful)


def test_who_stands_in_the_noise_does_not_pace() -> None:
    noise = np.random.default_rng(4).normal(0.0, 2.0, (3000, 2))
    way = [(0.1 * n, 50.0 + x, 5.0 + y) for n, (x, y) in enumerate(noise)]
    assert not play(watch_for("pacing", line=FENCE, hysteresis=1, span=1), points(way, sigma=2.0))


def test_a_predicted_place_is_no_evidence() -> None:
    assert not play(watch_for("pacing", line=FENCE), points(along(beat(6)), observed=False))


def test_around_the_corner_of_a_wall_is_on_and_not_back() -> None:
    corner = [(0.0, 40.0), (0.0, 0.0), (40.0, 0.0)]
    outside = [(-3.0, 35.0), (-3.0, -3.0), (35.0, -3.0)]
    within = [(3.0, 35.0), (3.0, 3.0), (35.0, 3.0)]
    for way in (outside, within):
        assert not play(watch_for("pacing", line=corner), points(along(way)))
        beaten = [*way, *way[-2::-1], *way[1:], *way[-2::-1]]
        events = play(watch_for("pacing", line=corner), points(along(beaten)))
        assert events[-1].figures["reversals"] == 3


@pytest.mark.parametrize("y", [0.4, 1.5, 2.6])
def test_a_pavement_is_paced_along_and_its_far_edge_is_no_way_round(y: float) -> None:
    pavement = [(0.0, 0.0), (40.0, 0.0), (40.0, 3.0), (0.0, 3.0)]
    rng = np.random.default_rng(1)
    way = [(t, x, v + rng.normal(0.0, 0.3)) for t, x, v in along([(1.0 + 38.0 * (n % 2), y) for n in range(6)])]
    events = play(watch_for("pacing", zone=pavement), points(way, sigma=0.3))
    assert events[-1].figures["reversals"] == 4
    assert events[-1].figures["span"] == pytest.approx(38.0, abs=1.0)


def test_straight_through_the_middle_of_a_wide_yard_is_no_turn_though_the_nearest_edge_changes() -> None:
    yard = [(0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0)]
    swaying = along([(15.0 + 5.0 * n, 9.6 + 0.8 * (n % 2)) for n in range(15)], every=0.2)
    assert not play(watch_for("pacing", zone=yard), points(swaying))


def test_a_wall_drawn_as_a_thin_box_is_a_line() -> None:
    site_line = [(0.0, 0.0), (60.0, 0.0), (60.0, 0.3), (0.0, 0.3), (0.0, 0.0)]
    events = play(watch_for("pacing", line=site_line), points(along(beat(4))))
    assert events[-1].figures["reversals"] == 4


def test_leaps_that_nobody_could_make_are_no_turns() -> None:
    way = [(0.1 * n, 20.0 + 40.0 * (n // 30 % 2), 3.0) for n in range(600)]
    assert not play(watch_for("pacing", line=FENCE), points(way))


def test_time_that_stands_still_or_goes_back_changes_nothing() -> None:
    way = points(along(beat(4)))
    mixed = [twice for point in way for twice in (point, point)] + way[:50]
    rule = watch_for("pacing", line=FENCE)
    once = play(rule, way)
    again = watch_for("pacing", line=FENCE)
    events: list[BehaviourEvent] = []
    for point in mixed:
        events += again.step(Batch.of([point], point.t))
    assert [event.t for event in events] == [event.t for event in once if event.phase != "ended"]


def test_progress_says_how_far_it_is() -> None:
    rule = watch_for("pacing", line=FENCE)
    for point in points(along(beat(2))):
        rule.step(Batch.of([point], point.t))
    assert rule.progress("nobody") is None
    progress = rule.progress("a")
    assert progress is not None
    measured: dict[str, Any] = {one.name: (one.measured, one.met) for one in progress.conditions}
    assert measured["reversals"] == (2, False)
    assert measured["span"][0] == pytest.approx(20.0, abs=0.3)
