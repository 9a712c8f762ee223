"""What other trackers are reported to do (ids that swap, ids that a bush inherits), and hostile input."""

from __future__ import annotations

import itertools
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from bartizan.errors import InputError
from bartizan.geometry.projection import Points
from bartizan.signal import Observation
from bartizan.watch.point import TrackPoint
from bartizan.watch.tracking.track import Tracker, TrackerParams
from bartizan.watch.tracking.view import View

Place = tuple[float, float]
ERROR = (0.02, 0.0, 0.02)


def seen(t: float, at: Place, label: str = "person", camera: str = "north") -> Observation:
    return Observation(t=t, camera=camera, at=at, covariance=ERROR, label=label)


def a_tracker(params: TrackerParams | None = None) -> Tracker:
    return Tracker(params, names=(f"run-{number}" for number in itertools.count(1)))


def play(scene: Callable[[float], Iterable[Observation]], seconds: float, fps: float = 7.0) -> list[TrackPoint]:
    tracker = a_tracker()
    return [
        point
        for n in range(int(seconds * fps))
        for point in tracker.step(n / fps, "north", list(scene(n / fps))).points
    ]


def near(points: Sequence[TrackPoint], at: Place, since: float, reach: float = 1.0) -> Counter[str]:
    """How often each id is seen near a place from a time on."""
    return Counter(
        point.track for point in points if point.observed and point.t >= since and math.dist(point.at, at) < reach
    )


# ------------------------------------------------------------------ what users of other trackers report


def test_two_who_meet_turn_and_part_keep_their_ids() -> None:
    # ids that swap after an occlusion: they come together, hide one another for a second, and go on as they came
    def one(t: float) -> Place:
        return (1.2 * t, 0.0)

    def other(t: float) -> Place:
        return (24.0 - 1.2 * t, 0.5)

    def scene(t: float) -> list[Observation]:
        hidden = abs(one(t)[0] - other(t)[0]) < 1.2
        return [seen(t, one(t)), *([] if hidden else [seen(t, other(t))])]

    points = play(scene, 20.0)
    assert set(near(points, one(4.0), 3.5, 1.5)) & set(near(points, one(18.0), 17.5, 1.5)) == {"run-1"}
    assert {point.track for point in points} == {"run-1", "run-2"}


def test_a_bush_that_is_a_thing_inherits_nobody() -> None:
    # he stops beside a bush, goes out of sight, and the bush is found in his place from then on
    def scene(t: float) -> list[Observation]:
        if t < 8.0:
            return [seen(t, (min(1.2 * t, 6.0), 0.0))]
        return [seen(t, (6.0, 0.1), "object")]

    points = play(scene, 30.0)
    assert set(near(points, (6.0, 0.0), 0.0)) == {"run-1", "run-2"}
    assert max(point.t for point in points if point.track == "run-1" and point.observed) < 8.0
    assert {point.label for point in points if point.track == "run-2"} == {"object"}


def test_a_bush_that_is_taken_for_a_person_does_not_follow_who_walked_by() -> None:
    def scene(t: float) -> list[Observation]:
        walker = [seen(t, (1.2 * t, 0.0))] if t < 10.0 else []
        # the wind begins when he has passed, and the detector takes the bush for a person for ever
        return walker + ([seen(t, (6.0, 1.0))] if t > 6.5 else [])

    points = play(scene, 40.0)
    bush = near(points, (6.0, 1.0), 12.0)
    assert len(bush) == 1
    assert "run-1" not in bush
    assert max(point.t for point in points if point.track == "run-1" and point.observed) < 10.0


def test_a_box_that_flickers_between_two_people_is_nobody() -> None:
    def scene(t: float) -> list[Observation]:
        pair = [seen(t, (t, 0.0)), seen(t, (t, 1.6))]
        return pair + ([seen(t, (t + 0.1, 0.8))] if round(t * 7) % 3 == 0 else [])

    assert {point.track for point in play(scene, 40.0)} == {"run-1", "run-2"}


def test_what_is_seen_all_the_time_is_believed_at_any_frame_rate() -> None:
    for fps in (2.0, 7.0, 25.0):
        tracker = a_tracker()
        first = next(
            n / fps for n in range(int(4 * fps)) if tracker.step(n / fps, "north", [seen(n / fps, (0.0, 0.0))]).points
        )
        # half a second and three sightings, whichever is later
        assert first == pytest.approx(max(0.5, 2.0 / fps), abs=1.0 / fps)


def test_who_was_missed_at_first_is_believed_once_seen_well() -> None:
    def scene(t: float) -> list[Observation]:
        return [] if 0.1 < t < 0.7 else [seen(t, (0.0, 0.0))]

    first = min(point.t for point in play(scene, 6.0) if point.t > 0.7)
    assert first < 1.0


def test_a_person_who_is_taken_for_an_animal_now_and_then_is_one_track() -> None:
    def scene(t: float) -> list[Observation]:
        return [seen(t, (t, 0.0), "animal" if round(t * 7) % 4 == 3 else "person")]

    points = play(scene, 15.0)
    assert {point.track for point in points} == {"run-1"}
    assert {point.label for point in points if point.t > 2.0} == {"person"}


def test_who_walks_by_a_parked_car_leaves_it_alone() -> None:
    def scene(t: float) -> list[Observation]:
        return [seen(t, (10.0, 0.3), "vehicle"), seen(t, (1.2 * t, 0.0))]

    points = play(scene, 16.0)
    assert {(point.track, point.label) for point in points} == {("run-1", "vehicle"), ("run-2", "person")}


# ------------------------------------------------------------------ time


def test_a_thing_that_stands_for_hours_is_one_track_of_one_size() -> None:
    tracker = a_tracker()
    rng = np.random.default_rng(1)
    sizes, spreads = set(), []
    # one picture a second until it is believed, then one in two seconds for three hours
    times = [*range(10), *range(10, 3 * 3600, 2)]
    for n in times:
        at = (5.0 + rng.normal(0.0, 0.1), 5.0 + rng.normal(0.0, 0.1))
        tracked = tracker.step(float(n), "north", [replace(seen(float(n), at, "object"), height=0.5)]).points
        if n > 100:
            (point,) = tracked
            spreads.append(point.covariance[0])
            assert math.dist(point.at, (5.0, 5.0)) < 1.0
            (one,) = tracker._tracks
            sizes.add((len(one.apart), len(one.seen_by), len(one.early), len(one.looks.votes)))
    assert sizes == {(1, 1, 0, 1)}
    assert max(spreads) == pytest.approx(min(spreads), rel=1e-6)
    (ended,) = tracker.finish().ended
    assert (ended.track, ended.since, ended.until) == ("run-1", 0.0, float(times[-1]))
    assert tracker.counts.tracks == 1


def test_after_an_hour_everybody_is_somebody_else() -> None:
    tracker = a_tracker()
    for n in range(20):
        tracker.step(n / 5, "north", [seen(n / 5, (0.0, 0.0))])
    update = tracker.step(3600.0, "north", [seen(3600.0, (0.0, 0.0))])
    assert [one.track for one in update.ended] == ["run-1"]
    assert not update.points
    for n in range(1, 20):
        update = tracker.step(3600.0 + n / 5, "north", [seen(3600.0, (0.0, 0.0))])
    assert [point.track for point in update.points] == ["run-2"]
    assert tracker.counts.stitches == tracker.counts.links == 0


def test_a_clock_that_jumps_costs_its_camera_and_nobody_else() -> None:
    tracker = a_tracker()
    for n in range(100):
        t = n / 5
        tracker.step(t, "north", [seen(t, (0.1 * t, 0.0))])
        tracker.step(t + (3600.0 if n > 50 else 0.01), "south", [seen(t, (0.1 * t, 0.0), camera="south")])
    assert tracker.counts.ahead_frames == 49
    assert tracker.counts.late_frames == 0
    (ended,) = tracker.finish().ended
    assert (ended.track, ended.until) == ("run-1", 99 / 5)


# ------------------------------------------------------------------ floods and rubbish


def test_ten_thousand_boxes_in_one_frame_take_a_bounded_time_and_hide_nobody() -> None:
    tracker = a_tracker()
    rng = np.random.default_rng(2)
    walkers = [(10.0 * n, 0.0) for n in range(5)]
    for n in range(10):
        tracker.step(n / 5, "north", [seen(n / 5, at) for at in walkers])
    started = time.process_time()
    for n in range(10, 13):
        flood = [seen(n / 5, (x, y)) for x, y in rng.uniform(-40.0, 40.0, (10_000, 2)).tolist()]
        update = tracker.step(n / 5, "north", [*flood, *(seen(n / 5, at) for at in walkers)])
    # a bound that shows a cost that grows with the square of the boxes (minutes), on any machine
    assert time.process_time() - started < 10.0
    assert {f"run-{n}" for n in range(1, 6)} <= {point.track for point in update.points if point.observed}
    assert len(tracker._tracks) <= tracker.params.most
    assert tracker.counts.surplus_observations >= 3 * 9500


def test_ten_thousand_boxes_in_one_place_take_a_bounded_time() -> None:
    tracker = a_tracker()
    rng = np.random.default_rng(2)
    started = time.process_time()
    for n in range(4):
        tracker.step(n / 5, "north", [seen(n / 5, (x, y)) for x, y in rng.normal(0.0, 0.5, (10_000, 2)).tolist()])
    assert time.process_time() - started < 20.0
    assert len(tracker._tracks) == tracker.params.most


def test_the_same_box_twice_is_one_person() -> None:
    tracker = a_tracker()
    for n in range(20):
        update = tracker.step(n / 5, "north", [seen(n / 5, (0.0, 0.0))] * 3)
    assert [point.track for point in update.points] == ["run-1"]
    assert tracker.counts.repeated_observations == 40


@pytest.mark.parametrize(
    "bad",
    [
        {"at": (math.nan, 0.0)},
        {"at": (0.0, math.inf)},
        {"covariance": (math.nan, 0.0, 1.0)},
        {"covariance": (1.0, 2.0, 1.0)},
        {"covariance": (-1.0, 0.0, -1.0)},
        {"covariance": (1e300, 0.0, 1e300)},
        {"label": "ghost"},
    ],
)
def test_rubbish_is_counted_and_the_rest_is_used(bad: dict[str, tuple[float, ...] | str]) -> None:
    tracker = a_tracker()
    for n in range(10):
        good = seen(n / 5, (0.0, 0.0))
        update = tracker.step(n / 5, "north", [replace(good, **bad), good])  # type: ignore[arg-type]
    assert [point.track for point in update.points] == ["run-1"]
    assert tracker.counts.unusable_observations == 10
    assert tracker.counts.observations == 20


def test_names_that_run_out_are_told() -> None:
    tracker = Tracker(TrackerParams(confirm_after=0.4), names=iter(["only"]))
    for n in range(2):
        tracker.step(n / 5, "north", [seen(n / 5, (0.0, 0.0)), seen(n / 5, (10.0, 0.0))])
    with pytest.raises(InputError, match=r"names ran out after 1\. Give an endless iterator"):
        tracker.step(0.5, "north", [seen(0.5, (0.0, 0.0)), seen(0.5, (10.0, 0.0))])


def test_nobody_new_comes_in_as_who_has_just_left() -> None:
    class Above:
        """A camera straight above: 20 pixels a metre."""

        def to_ground(self, pixels: Points) -> Points:
            return pixels / 20.0

        def to_image(self, places: Points) -> Points:
            return places[:, :2] * 20.0

        def ground_covariance(self, pixels: Points, sigma: float | Points) -> Points:
            return np.tile(np.eye(2), (len(pixels), 1, 1))

        def height_scale(self, places: Points) -> Points:
            return np.full(len(places), 20.0)

    def scene(t: float) -> list[Observation]:
        # out at the right edge at 6 s, and a second later another one in at the same place
        if t < 5.7:
            return [seen(t, (4.0 + t, 5.0))]
        return [seen(t, (9.7 - (t - 6.7), 5.0))] if t > 6.7 else []

    tracker = Tracker(names=iter("abc"), views={"north": View(Above(), (200, 200))})
    ids = [
        point.track for n in range(70) for point in tracker.step(n / 7, "north", scene(n / 7)).points if point.observed
    ]
    assert list(dict.fromkeys(ids)) == ["a", "b"]
