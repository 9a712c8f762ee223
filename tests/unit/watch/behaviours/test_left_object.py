"""Left objects: what was left, by whom it may have been, and what was there before anybody."""

from __future__ import annotations

from typing import Any

import pytest
from yards import Way, along, phases, play, points, raised, watch_for

from bartizan.watch.behaviours.event import BehaviourEvent
from bartizan.watch.point import Link, TrackPoint

YARD = [(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0)]


def person(way: Way, track: str = "p") -> list[TrackPoint]:
    return points(way, track)


def thing(
    since: float, until: float, at: tuple[float, float] = (10.0, 10.0), track: str = "o", sigma: float = 0.0
) -> list[TrackPoint]:
    count = round(2.0 * (until - since))
    return points([(since + 0.5 * n, *at) for n in range(count + 1)], track, sigma, label="object")


def leaves(at: float = 20.0, stays: float = 3.0) -> Way:
    """In, to the place at 20 s, there for a while, and away to the street."""
    t_in = at - 10.0 / 1.25
    way = along([(10.0, 0.0), (10.0, 9.5)], speed=1.25, every=0.5, start=t_in)
    way += [(way[-1][0] + 0.5 * n, 10.0, 9.5) for n in range(1, round(2.0 * stays) + 1)]
    return way + along([(10.0, 9.5), (10.0, -60.0)], speed=1.25, every=0.5, start=way[-1][0] + 0.5)


def played(*walks: list[TrackPoint], links: tuple[Link, ...] = (), **settings: Any) -> list[BehaviourEvent]:
    rule = watch_for("left-object", zone=YARD, **settings)
    left = list(links)

    def due(t: float) -> list[Link]:
        found, left[:] = [one for one in left if one.t <= t], [one for one in left if one.t > t]
        return found

    return play(rule, [point for walk in walks for point in walk], due)


def test_a_thing_whose_owner_went_is_told_after_a_minute() -> None:
    events = played(person(leaves()), thing(20.0, 150.0))
    assert phases(events)[0] == "raised"
    assert phases(events)[-1] == "ended"
    assert len(raised(events)) == 1
    event = events[0]
    assert event.t == pytest.approx(80.0, abs=0.6)
    assert event.since == 20.0
    assert event.tracks == ("o", "p")
    assert event.at == (10.0, 10.0)
    assert event.figures["owner_when_it_appeared"] == pytest.approx(0.5, abs=0.3)
    assert event.figures["owner_seen_beside_it"]
    assert "whoever was nearest when it appeared" in event.text
    assert "has lain at one place for 60 s" in event.text
    assert events[-1].t == 150.0


def test_while_its_owner_is_near_it_is_not_left() -> None:
    assert not played(person(leaves(stays=200.0)), thing(20.0, 200.0))


def test_the_grace_is_counted_from_when_the_owner_was_last_near() -> None:
    # near for 70 s: the minute is over before the grace of 30 s is
    events = played(person(leaves(stays=70.0)), thing(20.0, 300.0))
    left = 20.0 + 70.0 + 2.5 / 1.25
    assert raised(events)[0].t == pytest.approx(left + 30.0, abs=1.5)


def test_an_owner_whose_track_ended_has_gone_too() -> None:
    way = [point for point in leaves() if point[0] <= 23.0]
    events = played(person(way), thing(20.0, 150.0))
    assert raised(events)[0].t == pytest.approx(80.0, abs=0.6)
    assert raised(events)[0].figures["alone"] == pytest.approx(57.0, abs=1.0)


def test_an_owner_who_goes_on_under_another_track_is_followed() -> None:
    before = [point for point in leaves(stays=200.0) if point[0] <= 25.0]
    after = [point for point in leaves(stays=200.0) if point[0] >= 27.0]
    link = Link(t=27.0, earlier="p", later="q", gap=2.0, distance=0.1, speed=0.1)
    assert not played(person(before), person(after, "q"), thing(20.0, 200.0), links=(link,))
    assert played(person(before), person(after, "q"), thing(20.0, 200.0))


def test_a_thing_near_which_nobody_had_been_is_another_sentence() -> None:
    (event, *_) = played(thing(5.0, 100.0), person(along([(1.0, 1.0), (1.0, 19.0)], every=0.5)))
    assert event.tracks == ("o",)
    assert event.figures["owner"] is None
    assert event.text == ("has lain at one place for 60 s; nobody was seen within 3 m of it before it was noticed")


def test_a_thing_that_is_noticed_late_is_asked_of_whoever_was_there_last() -> None:
    # noticed 20 s after the owner went
    events = played(person(leaves()), thing(44.0, 150.0))
    assert raised(events)[0].tracks == ("o", "p")
    assert not raised(events)[0].figures["owner_seen_beside_it"]
    assert "whoever was there last" in raised(events)[0].text


def test_of_two_the_nearer_one_is_the_owner() -> None:
    other = [(t, x + 1.5, y) for t, x, y in leaves(stays=200.0)]
    assert raised(played(person(other, "q"), person(leaves()), thing(20.0, 150.0)))[0].tracks == ("o", "p")


def test_a_thing_that_is_moved_is_over_and_lies_anew() -> None:
    events = played(person(leaves()), thing(20.0, 100.0), thing(100.5, 190.0, (12.0, 10.0)))
    assert phases([event for event in events if event.phase != "updated"]) == ["raised", "ended", "raised", "ended"]
    assert [event.t for event in raised(events)] == [pytest.approx(80.0, abs=0.6), pytest.approx(160.5, abs=0.6)]


def test_a_shake_within_the_error_of_the_place_moves_nothing() -> None:
    shaken = [
        TrackPoint(
            t=20.0 + 0.5 * n, track="o", at=(10.0 + 1.2 * (n % 2), 10.0), label="object", covariance=(0.5, 0.0, 0.5)
        )
        for n in range(200)
    ]
    assert len(raised(played(person(leaves()), shaken))) == 1
    certain = [TrackPoint(t=one.t, track="o", at=one.at, label="object") for one in shaken]
    assert not played(person(leaves()), certain)


def test_outside_the_zone_a_thing_is_nobodys_business() -> None:
    assert not played(thing(5.0, 100.0, (30.0, 10.0)))


def test_the_owner_who_comes_back_is_said_to_be_back() -> None:
    back = along([(10.0, -60.0), (10.0, 9.0)], speed=2.0, every=0.5, start=100.0)
    events = played(person([*leaves(), *back]), thing(20.0, 150.0))
    assert len(raised(events)) == 1
    assert "is back within 3 m" in events[-1].text


def test_people_and_things_beyond_the_room_for_them_are_counted() -> None:
    rule = watch_for("left-object", zone=YARD)
    play(rule, [point for n in range(1100) for point in thing(0.0, 0.5, (1.0, 1.0), f"o{n}")])
    assert rule.dropped >= 1100 - 1024


def test_progress_says_how_far_it_is() -> None:
    from bartizan.watch.batch import Batch  # noqa: PLC0415

    rule = watch_for("left-object", zone=YARD)
    for point in thing(0.0, 30.0):
        rule.step(Batch.of([point], point.t))
    progress = rule.progress("o")
    assert progress is not None
    assert {one.name: (one.measured, one.met) for one in progress.conditions}["lain"] == (30.0, False)
    assert rule.progress("p") is None
