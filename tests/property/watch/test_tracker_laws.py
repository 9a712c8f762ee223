"""Laws of the tracker: where the site lies, when it is and in what order equal things come changes nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.signal import Observation
from bartizan.watch.point import TrackPoint
from bartizan.watch.tracking.track import Tracker, TrackerParams

Frame = tuple[float, str, list[Observation]]
FPS = 5.0


def film(seed: int, people: int = 4, seconds: float = 8.0, apart: float = 0.0) -> list[Frame]:
    """Two cameras at the same times; people walk at random, some sightings are missed, errors are not round."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(-8.0, 8.0, (people, 2))
    if apart:
        start = np.column_stack([apart * np.arange(people), np.zeros(people)])
    pace = rng.normal(0.0, 0.2 if apart else 0.8, (people, 2))
    frames: list[Frame] = []
    for n in range(int(seconds * FPS)):
        for camera in ("north", "south"):
            seen = []
            for one in range(people):
                noise = rng.normal(0.0, [0.08, 0.2])
                if rng.random() < 0.85:
                    x, y = (start[one] + pace[one] * n / FPS + noise).tolist()
                    # the box carries who it truly was, so that a test can ask
                    box = (float(one), 0.0, 1.0, 1.0)
                    seen.append(
                        Observation(t=n / FPS, camera=camera, at=(x, y), covariance=(0.01, 0.004, 0.04), box=box)
                    )
            frames.append((n / FPS, camera, seen))
    return frames


def play(frames: Iterable[Frame]) -> list[TrackPoint]:
    tracker = Tracker(names=map(str, itertools.count(1)))
    return [point for t, camera, seen in frames for point in tracker.step(t, camera, seen).points]


def who(points: Iterable[TrackPoint]) -> set[tuple[str, float]]:
    """Which track is whose, by the truth that the boxes carry."""
    return {(point.track, point.box[0]) for point in points if point.box is not None}


seeds = st.integers(0, 10_000)


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(0.0, 2.0 * math.pi), st.floats(-500.0, 500.0), st.floats(-500.0, 500.0))
def test_where_the_site_lies_and_how_it_is_turned_changes_nothing(
    seed: int, turn: float, east: float, north: float
) -> None:
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])

    def moved(one: Observation) -> Observation:
        xx, xy, yy = one.covariance
        error = rotation @ np.array([[xx, xy], [xy, yy]]) @ rotation.T
        x, y = (rotation @ one.at + [east, north]).tolist()
        spread = (float(error[0, 0]), float(error[0, 1]), float(error[1, 1]))
        return Observation(t=one.t, camera=one.camera, at=(x, y), covariance=spread, box=one.box)

    frames = film(seed)
    here = play(frames)
    there = play([(t, camera, [moved(one) for one in seen]) for t, camera, seen in frames])
    assert [(p.t, p.track, p.observed) for p in here] == [(p.t, p.track, p.observed) for p in there]
    for one, other in zip(here, there, strict=True):
        assert math.dist(rotation @ one.at + [east, north], other.at) < 1e-6


@settings(max_examples=10, deadline=None)
@given(seeds, st.integers(1, 10**6))
def test_when_it_is_changes_nothing(seed: int, later: int) -> None:
    frames = film(seed)
    # whole seconds and steps of an eighth are exact in binary, so that not even the last digit differs
    eighths = [(round(8 * t * FPS) / 64, camera, seen) for t, camera, seen in frames]
    here = play(eighths)
    there = play([(t + later, camera, seen) for t, camera, seen in eighths])
    assert [(p.t + later, p.track, p.at) for p in here] == [(p.t, p.track, p.at) for p in there]


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_a_stream_replayed_gives_the_same_tracks(seed: int) -> None:
    assert play(film(seed)) == play(film(seed))


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_order_of_the_sightings_in_a_frame_does_not_matter(seed: int) -> None:
    frames = film(seed, apart=4.0)
    rng = np.random.default_rng(seed + 1)
    mixed = [(t, camera, [seen[k] for k in rng.permutation(len(seen))]) for t, camera, seen in frames]

    def paths(points: list[TrackPoint]) -> set[tuple[tuple[float, ...], ...]]:
        ids = {point.track for point in points}
        return {tuple((p.t, *p.at) for p in points if p.track == one) for one in ids}

    assert paths(play(frames)) == paths(play(mixed))


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_the_order_of_cameras_at_one_time_does_not_change_who_is_who(seed: int) -> None:
    frames = film(seed, apart=6.0)
    swapped = [frame for n in range(0, len(frames), 2) for frame in (frames[n + 1], frames[n])]
    one, other = who(play(frames)), who(play(swapped))
    # people who stand apart are one track each, whichever camera speaks first
    assert len(one) == len(other) == len({truth for _, truth in one}) == 4


hostile = st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.floats(0.0, 20.0), hostile),
            st.sampled_from(["north", "south", "nowhere"]),
            st.lists(st.tuples(hostile, st.floats(-5.0, 5.0), st.floats(0.0, 1.0), hostile), max_size=4),
        ),
        max_size=25,
    )
)
def test_whatever_comes_is_used_or_counted(
    frames: list[tuple[float, str, list[tuple[float, float, float, float]]]],
) -> None:
    tracker = Tracker(TrackerParams(most=5))
    now, taken = -math.inf, 0
    for t, camera, rows in frames:
        seen = [Observation(t=t, camera=camera, at=(x, y), covariance=(xx, xy, 1.0)) for x, y, xx, xy in rows]
        update = tracker.step(t, camera, seen)
        for point in update.points:
            assert all(map(math.isfinite, (point.t, *point.at, *point.velocity, *point.covariance)))
            assert point.covariance[0] > 0.0
            assert point.covariance[2] > 0.0
        now = max(now, tracker._turn.now)
        assert tracker._turn.now == now
        taken += len(seen)
        assert len(tracker._tracks) <= 5
    counts = tracker.counts
    dropped = counts.late_frames + counts.repeated_frames + counts.ahead_frames + counts.stranger_frames
    assert counts.frames == len(frames)
    assert 0 <= dropped <= len(frames)
    assert counts.observations <= taken
    assert counts.unusable_observations + counts.repeated_observations + counts.surplus_observations <= taken
