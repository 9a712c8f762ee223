"""The tracker on walks whose truth is known: ids, occlusion, several cameras, late frames, floods."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from bartizan.errors import InputError
from bartizan.geometry.projection import Points
from bartizan.signal import Observation
from bartizan.watch.point import EndedTrack, TrackPoint, TrackUpdate
from bartizan.watch.tracking.track import Tracker, TrackerParams
from bartizan.watch.tracking.view import View

Walk = Callable[[float], tuple[float, float] | None]
NOISE = 0.15


@dataclass(frozen=True)
class Frame:
    t: float
    camera: str
    observations: tuple[Observation, ...]


def seen(t: float, camera: str, at: Iterable[tuple[float, float]], sd: float = NOISE) -> Frame:
    return Frame(
        t,
        camera,
        tuple(Observation(t=t, camera=camera, at=place, covariance=(sd**2, 0.0, sd**2)) for place in at),
    )


def film(
    walks: Sequence[Walk],
    *,
    seconds: float,
    fps: float = 7.0,
    camera: str = "north",
    noise: float = NOISE,
    seed: int = 1,
    phase: float = 0.0,
    shift: tuple[float, float] = (0.0, 0.0),
) -> list[Frame]:
    """What one camera sees of the walks; a walk gives None where nobody sees it."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(int(seconds * fps)):
        t = phase + number / fps
        places = []
        for walk in walks:
            error = rng.normal(0.0, noise, 2) if noise else np.zeros(2)
            at = walk(t)
            if at is not None:
                places.append((at[0] + shift[0] + error[0], at[1] + shift[1] + error[1]))
        frames.append(seen(t, camera, places, noise or NOISE))
    return frames


def numbered() -> Iterator[str]:
    """Ids in the order of confirmation: easier to read than those of a run."""
    return (f"run-{number}" for number in itertools.count(1))


def a_tracker(params: TrackerParams | None = None, views: Mapping[str, View] | None = None) -> Tracker:
    return Tracker(params, views=views, names=numbered())


def play(frames: Iterable[Frame], params: TrackerParams | None = None) -> tuple[Tracker, list[TrackUpdate]]:
    tracker = a_tracker(params)
    return tracker, [tracker.step(frame.t, frame.camera, frame.observations) for frame in frames]


def points(updates: Iterable[TrackUpdate]) -> list[TrackPoint]:
    return [point for update in updates for point in update.points]


def nearest(updates: Iterable[TrackUpdate], walk: Walk, since: float, until: float) -> set[str]:
    """The ids of the tracks that stay nearest to a walk."""
    ids = set()
    for update in updates:
        now = [point for point in update.points if point.observed and since <= point.t <= until]
        if now:
            at = walk(now[0].t)
            assert at is not None
            ids.add(min(now, key=lambda point: math.dist(point.at, at)).track)
    return ids


def east(t: float) -> tuple[float, float]:
    return (1.2 * t, 0.0)


def west(t: float) -> tuple[float, float]:
    return (24.0 - 1.2 * t, 0.6)


def test_two_people_who_cross_keep_their_ids() -> None:
    _, updates = play(film([east, west], seconds=20))
    first, second = nearest(updates, east, 1.0, 20.0), nearest(updates, west, 1.0, 20.0)
    assert len(first) == len(second) == 1
    assert first != second
    assert {point.track for point in points(updates)} == first | second


@pytest.mark.parametrize("seed", range(5))
def test_people_who_meet_at_a_right_angle_and_hide_each_other_keep_their_ids(seed: int) -> None:
    def north(t: float) -> tuple[float, float] | None:
        at = (12.0, 1.2 * t - 12.0)
        return None if math.dist(at, east(t)) < 1.0 else at

    _, updates = play(film([east, north], seconds=20, seed=seed))
    assert len({point.track for point in points(updates)}) == 2
    assert len(nearest(updates, east, 1.0, 8.0) | nearest(updates, east, 12.0, 20.0)) == 1


def test_somebody_hidden_for_three_seconds_is_the_same() -> None:
    def hidden(t: float) -> tuple[float, float] | None:
        return None if 8.0 < t < 11.0 else east(t)

    tracker, updates = play(film([hidden], seconds=20))
    assert {point.track for point in points(updates)} == {"run-1"}
    coasted = [point for point in points(updates) if 8.3 < point.t < 10.9]
    assert coasted
    assert not any(point.observed for point in coasted)
    late = [point for point in coasted if point.t > 10.5]
    # the fading velocity lags behind a steady walk by design; it must still be within the doubt it states
    assert all(math.dist(point.at, east(point.t)) < 3.0 * math.sqrt(point.covariance[0]) for point in late)
    assert tracker.counts.stitches == 0


def test_a_break_is_stitched_and_says_so() -> None:
    def broken(t: float) -> tuple[float, float] | None:
        return None if 8.0 < t < 13.0 else (0.5 * t, 0.0)

    params = TrackerParams(coast=2.0, stitch=8.0)
    tracker, updates = play(film([broken], seconds=20), params)
    assert {point.track for point in points(updates)} == {"run-1"}
    bridged = [point.bridged for point in points(updates) if point.bridged is not None]
    assert bridged == [pytest.approx(5.0, abs=0.3)]
    assert tracker.counts.stitches == 1
    assert not [track for update in updates for track in update.ended]


def test_an_ambiguous_break_is_not_stitched() -> None:
    def one(t: float) -> tuple[float, float] | None:
        return (0.0, 0.0) if t < 8.0 else None

    def left(t: float) -> tuple[float, float] | None:
        return (-1.5, 0.1) if t > 12.0 else None

    def right(t: float) -> tuple[float, float] | None:
        return (1.5, -0.1) if t > 12.0 else None

    tracker, updates = play(film([one, left, right], seconds=25), TrackerParams(coast=2.0, stitch=8.0))
    assert tracker.counts.stitches == 0
    assert {point.track for point in points(updates)} == {"run-1", "run-2", "run-3"}


def test_nobody_runs_faster_than_people_run() -> None:
    def jump(t: float) -> tuple[float, float] | None:
        return (0.0, 0.0) if t < 8.0 else (40.0, 0.0) if t > 12.0 else None

    tracker, updates = play(film([jump], seconds=30))
    assert tracker.counts.stitches == 0
    assert len({point.track for point in points(updates)}) == 2
    ended = [track for update in updates for track in update.ended]
    assert [track.track for track in ended] == ["run-1"]
    assert ended[0].until == pytest.approx(8.0, abs=0.2)


def test_two_cameras_that_see_one_person_feed_one_track() -> None:
    north = film([east], seconds=20, fps=7)
    # the other calibration puts everybody 0.4 m aside, and its frames come in between
    south = film([east], seconds=20, fps=5, camera="south", seed=2, phase=0.05, shift=(0.3, -0.3))
    frames = sorted(north + south, key=lambda frame: frame.t)
    _, updates = play(frames)
    assert {point.track for point in points(updates)} == {"run-1"}
    assert any(point.cameras == ("north", "south") for point in points(updates))


def test_a_hand_over_in_an_overlap_keeps_the_id() -> None:
    north = film([lambda t: east(t) if t < 12.0 else None], seconds=24)
    south = film([lambda t: east(t) if t > 9.0 else None], seconds=24, camera="south", seed=2, phase=0.03)
    _, updates = play(sorted(north + south, key=lambda frame: frame.t))
    assert {point.track for point in points(updates)} == {"run-1"}


def test_two_people_in_two_cameras_are_two() -> None:
    def beside(t: float) -> tuple[float, float]:
        return (1.2 * t, 1.5)

    north = film([east, beside], seconds=15)
    south = film([east, beside], seconds=15, camera="south", seed=2, phase=0.04, shift=(0.2, 0.1))
    _, updates = play(sorted(north + south, key=lambda frame: frame.t))
    assert len({point.track for point in points(updates)}) == 2


def test_one_bad_box_is_nobody() -> None:
    frames = film([east], seconds=10)
    odd = frames[30]
    frames[30] = seen(odd.t, odd.camera, [one.at for one in odd.observations] + [(-20.0, 5.0)])
    tracker, updates = play(frames)
    assert {point.track for point in points(updates)} == {"run-1"}
    assert tracker.counts.unconfirmed_tracks == 1


def test_points_from_before_a_track_is_believed_come_with_it() -> None:
    frames = film([east], seconds=5)
    _, updates = play(frames)
    assert [point.t for point in points(updates)] == pytest.approx([frame.t for frame in frames])
    assert all(point.track == "run-1" for point in points(updates))


def test_estimates_are_better_than_sightings() -> None:
    frames = film([east], seconds=30, noise=0.3)
    _, updates = play(frames)
    settled = [point for point in points(updates) if point.t > 5.0]
    errors = [math.dist(point.at, east(point.t)) for point in settled]
    raw = [math.dist(frame.observations[0].at, east(frame.t)) for frame in frames if frame.t > 5.0]
    assert np.mean(errors) < 0.7 * np.mean(raw)
    # the law expects every walk to end, and so takes a steady one for a little slower than it is
    assert 0.9 < np.mean([point.velocity[0] for point in settled]) < 1.2
    assert abs(np.mean([point.velocity[1] for point in settled])) < 0.05


def test_a_frame_out_of_turn_is_used_or_counted() -> None:
    frames = film([east], seconds=10)
    tracker, _ = play(frames)
    before = tracker.counts.frames
    assert tracker.step(frames[-1].t, "north", frames[-1].observations) == TrackUpdate()
    assert tracker.counts.repeated_frames == 1
    assert tracker.step(frames[-1].t - 5.0, "south", ()) == TrackUpdate()
    assert tracker.step(math.nan, "south", ()) == TrackUpdate()
    assert tracker.counts.late_frames == 2
    # a little late from another camera: taken, at its own time, and no second person
    t = frames[-1].t - 0.3
    update = tracker.step(t, "south", seen(t, "south", [east(t)]).observations)
    assert [(point.track, point.observed) for point in update.points] == [("run-1", True)]
    assert math.dist(update.points[0].at, east(frames[-1].t)) < 0.4
    assert tracker.counts.frames == before + 4


def test_a_late_sighting_tells_where_the_walk_is_now() -> None:
    # one camera that sees badly, and one that sees well and comes 0.6 s late: its places are carried on with the walk
    def walk(t: float) -> tuple[float, float]:
        return (0.8 * t, 0.0)

    tracker = a_tracker()
    for number in range(40):
        t = number / 5
        tracker.step(t, "north", seen(t, "north", [walk(t)], sd=1.0).observations)
        update = tracker.step(t - 0.6, "south", seen(t - 0.6, "south", [walk(t - 0.6)], sd=0.05).observations)
        if number > 15:
            (point,) = update.points
            # nothing errs by chance here, so what is left is within one standard deviation of what the track claims
            assert math.dist(point.at, walk(t)) < min(0.25, math.sqrt(point.covariance[0]))
            assert point.velocity[0] == pytest.approx(0.8, rel=0.3)


@pytest.mark.parametrize("fps", [5.0, 25.0, 100.0])
def test_more_frames_of_one_camera_are_not_more_knowledge_than_they_last(fps: float) -> None:
    # errors that last L seconds leave, after the first sighting, at most one more independent one per L
    params = TrackerParams()
    tracker = a_tracker(params)
    for number in range(round(1.2 * fps) + 1):
        t = number / fps
        update = tracker.step(t, "north", seen(t, "north", [(0.0, 0.0)]).observations)
    variance = NOISE**2 + params.floor**2
    (point,) = [point for point in update.points if point.t == t]
    assert point.covariance[0] >= variance / (1.0 + 1.2 / params.lasting)


def test_unusable_observations_are_dropped_and_counted() -> None:
    tracker = a_tracker()
    bad = [(math.nan, 0.0), (0.0, 1e300)]
    tracker.step(0.0, "north", seen(0.0, "north", bad).observations)
    tracker.step(
        1.0, "north", [Observation(t=1.0, camera="north", at=(0.0, 0.0), covariance=(1.0, 2.0, 1.0))]
    )  # no covariance: its determinant is negative
    assert tracker.counts.unusable_observations == 3
    assert tracker.finish().ended == ()


def test_a_flood_is_bounded_and_counted() -> None:
    tracker = a_tracker(TrackerParams(most=20))
    places = [(10.0 * n, 0.0) for n in range(50)]
    for number in range(20):
        t = number / 5.0
        update = tracker.step(t, "north", seen(t, "north", places).observations)
    assert len(update.points) == 20
    assert tracker.counts.surplus_observations == 30 * 20


def test_the_end_of_the_stream_ends_every_track() -> None:
    tracker, _ = play(film([east, west], seconds=5))
    ended = tracker.finish().ended
    assert [track.track for track in ended] == ["run-1", "run-2"]
    assert tracker.finish().ended == ()


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_a_threshold_is_a_number_above_zero(value: float) -> None:
    with pytest.raises(InputError, match="coast is a number above 0"):
        TrackerParams(coast=value)


def test_moving_the_world_changes_nothing() -> None:
    frames = film([east, west], seconds=15)
    turn = math.radians(30.0)
    cos, sin = math.cos(turn), math.sin(turn)

    def moved(at: tuple[float, float]) -> tuple[float, float]:
        return (cos * at[0] - sin * at[1] + 100.0, sin * at[0] + cos * at[1] - 50.0)

    # errors that are alike in all directions keep the covariance as it is under a turn
    _, here = play(frames)
    _, there = play([seen(f.t, f.camera, [moved(one.at) for one in f.observations]) for f in frames])
    assert [(p.t, p.track, p.observed) for p in points(here)] == [(p.t, p.track, p.observed) for p in points(there)]
    for one, other in zip(points(here), points(there), strict=True):
        assert math.dist(moved(one.at), other.at) < 1e-6


def test_the_same_frames_give_the_same_points() -> None:
    frames = film([east, west], seconds=15)
    assert play(frames)[1] == play(frames)[1]


class Overhead:
    """A camera straight above the plan: 20 pixels a metre, 10 m by 10 m in the picture from the origin on."""

    def to_ground(self, pixels: Points) -> Points:
        return pixels / 20.0

    def to_image(self, places: Points) -> Points:
        return places[:, :2] * 20.0

    def ground_covariance(self, pixels: Points, sigma: float | Points) -> Points:
        return np.tile(np.eye(2) * (sigma / 20.0) ** 2, (len(pixels), 1, 1))

    def height_scale(self, places: Points) -> Points:
        return np.full(len(places), 20.0)


VIEW = View(Overhead(), (200, 200))


def test_a_view_ends_half_a_body_before_the_edge() -> None:
    places = np.array([[5.0, 5.0], [0.2, 5.0], [0.3, 5.0], [9.8, 5.0], [5.0, 10.1], [math.nan, 1.0]])
    assert VIEW.sees(places).tolist() == [True, False, True, False, False, False]


def leaves_and_comes(t: float) -> tuple[float, float] | None:
    """Walks out at the right edge; somebody comes in there three seconds later."""
    if t < 6.0:
        return (4.0 + t, 5.0)
    return (10.0 - (t - 9.0), 5.3) if t > 9.0 else None


def seen_through(view: View | None, camera: str = "north") -> tuple[Tracker, list[TrackPoint]]:
    tracker = a_tracker(views={} if view is None else {"north": view})
    found: list[TrackPoint] = []
    for frame in film([leaves_and_comes], seconds=14):
        name = "north" if frame.t < 7.5 else camera
        found += tracker.step(
            frame.t, name, seen(frame.t, name, [o.at for o in frame.observations]).observations
        ).points
    return tracker, found


def test_who_left_the_picture_is_not_who_comes_in() -> None:
    _, found = seen_through(VIEW)
    assert {point.track for point in found if point.t < 6.0} == {"run-1"}
    assert {point.track for point in found if point.observed and point.t > 9.0} == {"run-2"}
    # nor is a place claimed for somebody who has left
    assert not [point for point in found if not point.observed and 7.0 < point.t < 9.0]
    assert len({point.track for point in seen_through(None)[1]}) == 1


def test_who_left_one_picture_may_come_into_another() -> None:
    tracker, found = seen_through(VIEW, camera="south")
    assert {point.track for point in found} == {"run-1"}
    assert tracker.counts.tracks == 1


def test_a_stitched_track_began_when_it_was_first_seen() -> None:
    frames = [seen(n / 5, "north", [(0.0, 0.0)]) for n in range(51) if not 3.0 < n / 5 < 7.0]
    tracker, _ = play(frames)
    assert tracker.counts.stitches == 1
    (ended,) = tracker.finish().ended
    assert (ended.track, ended.since, ended.until) == ("run-1", 0.0, 10.0)


def test_a_camera_is_named_for_a_second_after_it_saw_somebody() -> None:
    cameras = {}
    tracker = a_tracker()
    for n in range(31):
        t = n / 5
        if t <= 3.0:
            tracker.step(t - 0.05, "south", seen(t - 0.05, "south", [(0.0, 0.0)]).observations)
        for point in tracker.step(t, "north", seen(t, "north", [(0.0, 0.0)]).observations).points:
            cameras[point.t] = point.cameras
    assert cameras[3.8] == ("north", "south")
    assert cameras[4.0] == ("north",)


def test_two_tracks_that_turn_out_to_be_one_go_on_as_the_elder() -> None:
    tracker = a_tracker()
    ended: list[EndedTrack] = []
    for n in range(60):
        t = n / 5
        ended += tracker.step(t, "north", seen(t, "north", [(0.0, 0.0)]).observations).ended
        if t >= 2.0:
            x = max(0.1, 4.0 - 1.3 * (t - 2.0))  # comes to the same place and is never in one picture with it
            ended += tracker.step(t + 0.1, "south", seen(t + 0.1, "south", [(x, 0.0)]).observations).ended
    assert [(one.track, one.merged_into) for one in ended] == [("run-2", "run-1")]
    assert [one.track for one in tracker.finish().ended] == ["run-1"]
