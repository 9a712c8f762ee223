"""Tailgating: who goes through close behind another, and who keeps the distance."""

from __future__ import annotations

from typing import Any

import pytest
from yards import along, phases, play, points, raised, watch_for

from bartizan.watch.behaviours.event import BehaviourEvent
from bartizan.watch.point import Link, TrackPoint

GATE = [(0.0, 0.0), (20.0, 0.0)]


def through(track: str, start: float, x: float = 2.0, *, back: bool = False) -> list[TrackPoint]:
    """Straight through the gate, across it 3 s after the start."""
    ends = [(x, 3.0), (x, -4.0)]
    return points(along(ends[::-1] if back else ends, speed=1.0, every=0.25, start=start), track)


def seen(*walks: list[TrackPoint], links: tuple[Link, ...] = (), **settings: Any) -> list[BehaviourEvent]:
    rule = watch_for("tailgating", line=GATE, **settings)
    left = list(links)

    def due(t: float) -> list[Link]:
        found, left[:] = [one for one in left if one.t <= t], [one for one in left if one.t > t]
        return found

    return play(rule, [point for walk in walks for point in walk], due)


def test_two_behind_one_another_are_one_signal_that_names_both() -> None:
    events = seen(through("a", 0.0), through("b", 3.0), [TrackPoint(t=60.0, track="late", at=(50.0, 50.0))])
    assert phases(events) == ["raised", "ended"]
    assert events[0].tracks == ("a", "b")
    assert events[0].since == pytest.approx(3.0, abs=1e-6)
    assert events[0].figures["crossed"] == [3.0, 6.0]
    assert events[0].figures["closest"] == 3.0
    assert events[0].text == "2 went through fence forward within 3.0 s"
    assert events[0].cameras == ("north",)


def test_far_enough_apart_in_time_or_place_is_none() -> None:
    assert not seen(through("a", 0.0), through("b", 4.3))
    assert seen(through("a", 0.0), through("b", 3.8))
    assert not seen(through("a", 0.0), through("b", 1.0, x=7.5))
    assert seen(through("a", 0.0), through("b", 1.0, x=6.5))


def test_opposite_ways_are_none_and_one_way_may_be_asked() -> None:
    assert not seen(through("a", 0.0), through("b", 1.0, back=True))
    assert not seen(through("a", 0.0), through("b", 1.0), direction="backward")
    assert seen(through("a", 0.0, back=True), through("b", 1.0, back=True), direction="backward")


def test_who_comes_in_behind_the_two_is_added_to_the_same_signal() -> None:
    events = seen(through("a", 0.0), through("b", 3.0), through("c", 6.0), through("d", 20.0))
    assert phases(events) == ["raised", "updated", "ended"]
    assert events[1].tracks == ("a", "b", "c")
    assert events[1].about == events[0].about
    assert len(raised(events)) == 1


def test_three_may_be_asked_and_must_be_close_to_one_another() -> None:
    assert not seen(through("a", 0.0), through("b", 3.0), people=3)
    # each close behind the one before, and the first and the last 6 s apart
    assert not seen(through("a", 0.0), through("b", 3.0), through("c", 6.0), people=3)
    assert seen(through("a", 0.0), through("b", 1.5), through("c", 3.0), people=3)[0].tracks == ("a", "b", "c")


def test_two_pairs_are_two_signals() -> None:
    events = seen(through("a", 0.0), through("b", 1.0), through("c", 40.0), through("d", 41.0))
    assert [event.tracks for event in raised(events)] == [("a", "b"), ("c", "d")]
    assert len({event.about for event in raised(events)}) == 2


def test_one_who_goes_to_and_fro_follows_nobody() -> None:
    way = points(along([(2.0, 1.0), (2.0, -1.0), (2.0, 1.0), (2.0, -1.0)], speed=2.0, every=0.1), "a")
    assert not seen(way)


def test_tracks_that_one_walker_could_have_left_are_one() -> None:
    link = Link(t=1.0, earlier="a", later="b", gap=0.5, distance=0.5, speed=1.0)
    assert not seen(through("a", 0.0), through("b", 1.0), links=(link,))


def test_order_of_the_tracks_in_a_moment_does_not_matter() -> None:
    one = seen(through("a", 0.0), through("b", 0.0, x=3.0))
    other = seen(through("b", 0.0, x=3.0), through("a", 0.0))
    assert [set(event.tracks) for event in one] == [set(event.tracks) for event in other] != []


def test_what_is_remembered_is_bounded() -> None:
    rule = watch_for("tailgating", line=[(0.0, 0.0), (100_0.0, 0.0)], apart=0.5, within=1000)
    walks = [through(f"t{n}", 0.0, x=1.0 + 0.9 * n) for n in range(600)]
    play(rule, [point for walk in walks for point in walk])
    assert rule.dropped == 600 - 512
