"""Stitches, hand-overs and links: what joins two sightings of somebody out of sight, and what is never joined."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import pytest
from shapely import Polygon

from bartizan.signal import Observation
from bartizan.watch.point import EndedTrack, Link, TrackPoint
from bartizan.watch.tracking.reach import Distance, OnFoot, straight
from bartizan.watch.tracking.track import Tracker, TrackerParams

Place = tuple[float, float]
Seen = tuple[str, Place]
Scene = Callable[[float], Sequence[Seen]]


class Played:
    """A tracker that was shown a scene five times a second: who is seen by which camera at a time."""

    def __init__(
        self,
        scene: Scene,
        seconds: float,
        *,
        cameras: Sequence[str] = ("north", "south"),
        params: TrackerParams | None = None,
        distance: Distance = straight,
        labels: Callable[[float, Place], str] = lambda t, at: "person",
    ) -> None:
        self.tracker = Tracker(params, names=(chr(ord("a") + n) for n in itertools.count()), distance=distance)
        self.links: list[Link] = []
        self.points: list[TrackPoint] = []
        self.ended: list[EndedTrack] = []
        for n in range(int(seconds * 5)):
            for offset, camera in enumerate(cameras):
                t = n / 5 + 0.01 * offset
                seen = [
                    Observation(t=t, camera=camera, at=at, covariance=(0.02, 0.0, 0.02), label=labels(t, at))
                    for name, at in scene(n / 5)
                    if name == camera
                ]
                update = self.tracker.step(t, camera, seen)
                self.links += update.links
                self.points += update.points
                self.ended += update.ended

    def ids(self) -> list[str]:
        return list(dict.fromkeys(point.track for point in self.points))


def blind(gap: float, *, speed: float = 1.0) -> Scene:
    """Somebody walks east in the north camera, is out of every sight for `gap` seconds, and comes into the south's."""

    def scene(t: float) -> Iterator[Seen]:
        if t <= 10.0:
            yield "north", (speed * t, 0.0)
        elif t >= 10.0 + gap:
            yield "south", (speed * t, 0.0)

    return lambda t: list(scene(t))


def test_a_gap_of_seconds_is_one_id_and_says_how() -> None:
    played = Played(blind(4.0, speed=0.5), 20.0, params=TrackerParams(coast=1.0))
    assert played.ids() == ["a"]
    (link,) = played.links
    assert (link.earlier, link.later, link.cameras, link.rivals) == ("a", "a", ("north", "south"), 0)
    assert link.gap == pytest.approx(4.0, abs=0.25)
    assert link.distance == pytest.approx(2.0, abs=0.3)
    assert link.speed == pytest.approx(link.distance / link.gap)
    assert played.tracker.counts.stitches == 1


def test_a_hand_over_while_he_is_still_expected_is_told_too() -> None:
    played = Played(blind(2.0), 20.0)
    assert played.ids() == ["a"]
    (link,) = played.links
    assert (link.earlier, link.later, link.cameras) == ("a", "a", ("north", "south"))
    assert link.gap == pytest.approx(2.0, abs=0.25)
    assert (played.tracker.counts.hand_overs, played.tracker.counts.stitches) == (1, 0)


def test_who_comes_out_from_behind_a_tree_is_not_handed_over() -> None:
    def scene(t: float) -> list[Seen]:
        return [] if 8.0 < t < 10.0 else [("north", (t, 0.0))]

    played = Played(scene, 20.0)
    assert played.ids() == ["a"]
    assert not played.links
    assert played.tracker.counts.hand_overs == 0


def test_views_that_overlap_hand_over_without_a_word() -> None:
    def scene(t: float) -> list[Seen]:
        at = (t, 0.0)
        return [("north", at)] * (t < 12.0) + [("south", at)] * (t > 9.0)

    played = Played(scene, 20.0)
    assert played.ids() == ["a"]
    assert not played.links


@pytest.mark.parametrize("gap", [10.0, 60.0, 240.0])
def test_a_gap_of_minutes_is_two_ids_and_a_link(gap: float) -> None:
    played = Played(blind(gap), 20.0 + gap)
    assert played.ids() == ["a", "b"]
    (link,) = played.links
    assert (link.earlier, link.later, link.cameras, link.rivals) == ("a", "b", ("north", "south"), 0)
    assert link.gap == pytest.approx(gap, abs=0.3)
    assert link.distance == pytest.approx(gap, abs=0.5)
    assert link.speed == pytest.approx(1.0, abs=0.1)
    assert played.tracker.counts.links == 1


def test_who_would_have_had_to_run_is_not_linked() -> None:
    assert not Played(blind(30.0, speed=4.0), 60.0).links


def test_after_the_time_of_links_there_is_none() -> None:
    assert not Played(blind(40.0), 60.0, params=TrackerParams(link=30.0)).links


def test_around_a_wall_it_is_further() -> None:
    # 10 m beside one another, a wall that ends 185 m on between: 40 s suffice for the crow, and not for who walks
    yard, wall = Polygon([(-5, -5), (205, -5), (205, 55), (-5, 55)]), [(-6, 9.9), (-6, 10.1), (190, 10.1), (190, 9.9)]
    ground = yard.difference(Polygon(wall))
    assert isinstance(ground, Polygon)

    def scene(t: float) -> list[Seen]:
        return [("north", (5.0, 5.0))] * (t <= 10.0) + [("south", (5.0, 15.0))] * (t >= 50.0)

    assert [link.distance for link in Played(scene, 60.0).links] == [pytest.approx(10.0, abs=0.1)]
    assert not Played(scene, 60.0, distance=OnFoot(ground)).links

    def later(t: float) -> list[Seen]:
        return [("north", (5.0, 5.0))] * (t <= 10.0) + [("south", (5.0, 15.0))] * (t >= 200.0)

    (link,) = Played(later, 210.0, distance=OnFoot(ground)).links
    assert link.distance == pytest.approx(2.0 * math.hypot(185.0, 4.9) + 0.2, abs=0.5)


def test_two_who_come_may_both_be_the_one_who_went_and_neither_is() -> None:
    def scene(t: float) -> list[Seen]:
        if t <= 10.0:
            return [("north", (0.0, 0.0))]
        return [("south", (0.0, 10.0)), ("south", (0.0, -10.0))] if t >= 30.0 else []

    played = Played(scene, 40.0)
    assert played.ids() == ["a", "b", "c"]
    assert [(link.earlier, link.later) for link in played.links] == [("a", "b"), ("a", "c")]
    assert [link.rivals for link in played.links][1] == 1


def test_who_could_be_either_of_two_is_linked_to_both() -> None:
    def scene(t: float) -> list[Seen]:
        if t <= 10.0:
            return [("north", (0.0, 10.0)), ("north", (0.0, -10.0))]
        return [("south", (0.0, 0.0))] if t >= 30.0 else []

    played = Played(scene, 40.0)
    assert sorted((link.earlier, link.later, link.rivals) for link in played.links) == [("a", "c", 1), ("b", "c", 1)]


def test_a_crowd_is_rivals_and_not_a_flood_of_links() -> None:
    def scene(t: float) -> list[Seen]:
        if t <= 5.0:
            return [("north", (4.0 * n, 0.0)) for n in range(20)]
        return [("south", (40.0, 20.0))] if t >= 60.0 else []

    played = Played(scene, 65.0, params=TrackerParams(most_links=3))
    assert len(played.links) == 3
    assert {link.rivals for link in played.links} == {19}


def test_of_many_the_latest_seen_are_told() -> None:
    def scene(t: float) -> list[Seen]:
        if t <= 20.0:
            return [("north", (8.0 * n, 0.0)) for n in range(3) if t <= 8.0 + 4.0 * n]
        return [("south", (8.0, 20.0))] if t >= 60.0 else []

    played = Played(scene, 65.0, params=TrackerParams(most_links=2))
    assert [(link.earlier, round(link.gap)) for link in played.links] == [("c", 44), ("b", 48)]
    assert played.tracker._gone.unsaid == 1


def test_who_was_seen_with_somebody_is_not_their_past() -> None:
    # b goes on while c begins: only a, who has gone, can be c
    def scene(t: float) -> list[Seen]:
        stays = [("south", (0.0, 40.0))]
        return stays + [("north", (0.0, 0.0))] * (t <= 10.0) + [("south", (0.0, 15.0))] * (t >= 30.0)

    assert [(link.earlier, link.later) for link in Played(scene, 40.0).links] == [("a", "c")]


@pytest.mark.parametrize("gap", [4.0, 30.0])
@pytest.mark.parametrize("other", ["object", "vehicle"])
def test_a_person_is_never_joined_to_a_thing(gap: float, other: str) -> None:
    played = Played(
        blind(gap, speed=0.3),
        20.0 + gap,
        params=TrackerParams(coast=1.0),
        labels=lambda t, at: "person" if t < 11.0 else other,
    )
    assert played.ids() == ["a", "b"]
    assert not played.links
    assert {point.label for point in played.points if point.track == "b"} == {other}


def test_every_link_is_told_once() -> None:
    played = Played(blind(30.0), 60.0)
    assert len(played.links) == len({(link.earlier, link.later) for link in played.links}) == 1


def test_what_is_remembered_is_bounded() -> None:
    def scene(t: float) -> list[Seen]:
        # somebody new every two seconds, far from all others
        turn = int(t // 2.0)
        return [("north", (100.0 * turn, 0.0))] if t % 2.0 < 1.5 else []

    played = Played(scene, 120.0, params=TrackerParams(most=10))
    gone = played.tracker._gone
    assert len(gone.tracks) == 10
    assert gone.forgotten == len(played.ended) - 10 > 30
