"""Repeated passes: of one track, and of tracks that one walker could have left."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from yards import Way, along, phases, play, points, raised, watch_for

from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import BehaviourEvent
from bartizan.watch.point import Link, TrackPoint

ZONE = [(0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0)]


def passing(times: int, away: float = 40.0, start: float = 0.0) -> Way:
    """To and fro through the zone so many times, each time out by so many metres to either side."""
    return along([(-away + (10.0 + 2.0 * away) * (n % 2), 2.0) for n in range(times + 1)], every=0.5, start=start)


def later(way: Way, seconds: float) -> Way:
    return [(t + seconds, x, y) for t, x, y in way]


def link(earlier: str, then: str, t: float, rivals: int = 0) -> Link:
    return Link(t=t, earlier=earlier, later=then, gap=60.0, distance=5.0, speed=0.1, rivals=rivals)


def linked(*links: Link) -> Callable[[float], Iterable[Link]]:
    """Each link at the first moment at or after its own time."""
    left = list(links)

    def due(t: float) -> list[Link]:
        found = [one for one in left if one.t <= t]
        left[:] = [one for one in left if one.t > t]
        return found

    return due


@pytest.mark.parametrize("times", [3, 4, 6])
def test_each_time_through_is_a_pass(times: int) -> None:
    events = play(watch_for("repeated-pass", zone=ZONE), points(passing(times)))
    assert phases(events) == ["raised", *["updated"] * (times - 3), "ended"]
    assert events[-1].figures["passes"] == times
    assert not play(watch_for("repeated-pass", zone=ZONE), points(passing(2)))


def test_it_is_told_at_the_second_sighting_of_the_third_pass() -> None:
    event = play(watch_for("repeated-pass", zone=ZONE), points(passing(3)))[0]
    # 40 m to the zone, then twice 90 m
    assert event.since == pytest.approx(40.0 / 1.4, abs=0.5)
    assert event.t == pytest.approx((40.0 + 2 * 90.0) / 1.4, abs=1.1)
    assert event.text == "3 passes through ground in 2 min"
    assert event.linked == ()


def test_too_soon_again_is_the_same_pass() -> None:
    # 12 m beyond either side: back after 17 s
    assert not play(watch_for("repeated-pass", zone=ZONE), points(passing(8, away=12.0)))
    assert play(watch_for("repeated-pass", zone=ZONE, apart=10), points(passing(8, away=12.0)))


def test_over_too_long_a_time_is_none() -> None:
    assert not play(watch_for("repeated-pass", zone=ZONE, within=100), points(passing(5)))


def test_to_stand_there_for_an_hour_is_one_pass() -> None:
    way = along([(-20.0, 2.0), (5.0, 2.0)], every=0.5)
    way += [(way[-1][0] + 2.0 * n, 5.0 + 0.1 * (n % 2), 2.0) for n in range(1, 1800)]
    assert not play(watch_for("repeated-pass", zone=ZONE), points(way))


def test_at_the_edge_in_the_noise_is_one_pass() -> None:
    # seen inside for a while, seen 1 m outside for a while: no clear leaving where places are known to 0.6 m
    way = [(float(n), -1.0 if n // 60 % 2 else 1.0, 2.0) for n in range(600)]
    assert not play(watch_for("repeated-pass", zone=ZONE), points(way, sigma=0.6))
    assert play(watch_for("repeated-pass", zone=ZONE), points(way, sigma=0.1))


def test_one_bad_box_in_the_zone_is_no_pass() -> None:
    way = [(float(n), 5.0, 2.0 if n % 40 == 20 else 9.0) for n in range(400)]
    assert not play(watch_for("repeated-pass", zone=ZONE), points(way))


def test_near_an_element_is_within_the_band() -> None:
    gate = [(4.0, 0.0), (6.0, 0.0)]
    assert raised(play(watch_for("repeated-pass", line=gate), points(passing(3))))[0].text.startswith(
        "3 passes of fence"
    )
    assert not play(watch_for("repeated-pass", line=gate, band=1), points(passing(3)))


def three_tracks(*links: Link) -> list[BehaviourEvent]:
    rule = watch_for("repeated-pass", zone=ZONE)
    tracks = [points(later(passing(1), 200.0 * n), track) for n, track in enumerate("abc")]
    return play(rule, [point for track in tracks for point in track], linked(*links))


def test_tracks_of_one_chain_are_added_up_and_nobody_is_said_to_be_anybody() -> None:
    events = three_tracks(link("a", "b", 200.0), link("b", "c", 400.0))
    assert phases(events) == ["raised", "ended"]
    assert events[0].tracks == ("c",)
    assert events[0].linked == ("a", "b")
    assert events[0].text == (
        "3 passes through ground in 7 min, over 3 tracks: possible same walker, place and time consistent"
    )
    assert events[0].figures["tracks"] == 3


def test_tracks_without_a_link_or_with_rivals_are_not_added_up() -> None:
    assert not three_tracks()
    assert not three_tracks(link("a", "b", 200.0))
    assert not three_tracks(link("a", "b", 200.0, rivals=1), link("b", "c", 400.0))


def test_a_link_that_comes_late_counts_as_well() -> None:
    # known only when c has long been inside
    assert phases(three_tracks(link("a", "b", 200.0), link("b", "c", 434.0))) == ["raised", "ended"]


def test_lost_inside_and_found_inside_is_one_pass() -> None:
    rule = watch_for("repeated-pass", zone=ZONE, passes=2)
    first = along([(-20.0, 2.0), (5.0, 2.0)], every=0.5)
    then = later(along([(5.0, 2.0), (30.0, 2.0)], every=0.5), 100.0)
    assert not play(rule, [*points(first, "a"), *points(then, "b")], linked(link("a", "b", 100.0)))
    # the same, seen to come in again: two
    again = later(along([(-5.0, 2.0), (30.0, 2.0)], every=0.5), 100.0)
    seen = [*points(first, "a"), *points(again, "b")]
    events = play(watch_for("repeated-pass", zone=ZONE, passes=2), seen, linked(link("a", "b", 100.0)))
    assert len(raised(events)) == 1


def test_tracks_that_are_over_are_forgotten_after_the_time_looked_back() -> None:
    rule = watch_for("repeated-pass", zone=ZONE, within=300)
    for n in range(500):
        track, t = f"t{n}", 10.0 * n
        for m in range(3):
            seen = [TrackPoint(t=t + m, track=track, at=(5.0, 2.0))]
            rule.step(Batch.of(seen, t + m))
        rule.end([track], t + 3.0)
        rule.pass_time(t + 3.0)
    remembered = sum(rule.progress(f"t{n}") is not None for n in range(500))
    assert 28 <= remembered <= 32
    assert rule.dropped == 0
