"""The delayed view: final a second later, as the whole trace has it, and never taken back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bartizan.watch.point import EndedTrack, TrackPoint, TrackUpdate
from bartizan.watch.tracking.delayed import DelayedView, SettledFrame
from bartizan.watch.tracking.trace import Trace, trace_rows

RATE = 7.0


def point(n: int, track: str = "a", camera: str | None = "north") -> TrackPoint:
    rng = np.random.default_rng([n, len(track), ord(track[0])])
    left, top, x, y = rng.normal([n, 100.0, n / 7, 3.0], 1.0).tolist()
    box = (left, top, 20.0, 50.0)
    return TrackPoint(t=n / RATE, track=track, at=(x, y), camera=camera, box=box, observed=camera is not None)


def play(
    shown: Sequence[Sequence[TrackPoint]], view: DelayedView, ended: dict[int, EndedTrack] | None = None
) -> list[SettledFrame]:
    frames = []
    for n, points in enumerate(shown):
        update = TrackUpdate(tuple(points), (ended[n],) if ended and n in ended else ())
        frames += view.take(n / RATE, "north", update)
    return frames + view.finish()


def test_every_frame_is_told_once_and_a_second_later() -> None:
    view = DelayedView("north")
    told = []
    for n in range(30):
        for frame in view.take(n / RATE, "north", TrackUpdate((point(n),))):
            assert n / RATE - frame.t == pytest.approx(1.0)
            told.append(frame.t)
    told += [frame.t for frame in view.finish()]
    assert told == [n / RATE for n in range(30)]
    assert view.finish() == []


def test_it_says_what_the_whole_trace_says() -> None:
    rng = np.random.default_rng(5)
    seen = [n for n in range(120) if rng.random() < 0.7]
    gaps = np.diff(seen)
    assert gaps.max() <= 7, "no gap is longer than the delay"
    frames = play([[point(n)] if n in seen else [] for n in range(120)], DelayedView("north"))
    trace = Trace(1)
    for n in seen:
        one = point(n)
        trace.frames.append(n + 1)
        trace.times.append(n / RATE)
        trace.boxes.append(one.box or (0.0, 0.0, 0.0, 0.0))
        trace.places.append(one.at)
    rows = {row.frame: row for row in trace_rows(trace, [n / RATE for n in range(120)], longest=1.0, window=1.0)}
    found = {n: row for n, frame in enumerate(frames, 1) for row in frame.rows}
    assert found.keys() == rows.keys()
    for n, row in found.items():
        assert row.box == pytest.approx(rows[n].box, abs=1e-9)
        assert row.at == pytest.approx(rows[n].at, abs=1e-9)
        assert row.seen == (n - 1 in seen)
        assert (row.sighted == point(n - 1).box) if row.seen else row.sighted is None


def test_a_longer_gap_is_not_filled_and_not_looked_across() -> None:
    shown = [[point(n)] if n < 20 or n >= 30 else [] for n in range(50)]
    frames = play(shown, DelayedView("north"))
    assert [n for n, frame in enumerate(frames) if not frame.rows] == list(range(20, 30))
    # at either end of a stretch there is nothing to even out with
    assert frames[19].rows[0].box == point(19).box
    assert frames[30].rows[0].box == point(30).box


def test_points_that_come_late_are_in_time() -> None:
    shown: list[list[TrackPoint]] = [[] for _ in range(20)]
    shown[5] = [point(n) for n in range(6)]
    for n in range(6, 20):
        shown[n] = [point(n)]
    frames = play(shown, DelayedView("north"))
    assert [len(frame.rows) for frame in frames] == [1] * 20


def test_a_double_is_told_under_the_id_that_goes_on() -> None:
    shown = [[point(n)] if n < 10 else [point(n, "b")] for n in range(14)] + [[point(n)] for n in range(14, 30)]
    ended = {13: EndedTrack(track="b", since=10 / RATE, until=13 / RATE, at=(0.0, 0.0), merged_into="a")}
    frames = play(shown, DelayedView("north"), ended)
    assert [[row.track for row in frame.rows] for frame in frames] == [["a"]] * 30
    assert all(row.seen for frame in frames for row in frame.rows)
    assert [frame.rows[0].sighted for frame in frames[10:14]] == [point(n, "b").box for n in range(10, 14)]


def test_a_prediction_and_another_cameras_sighting_are_nobody_here() -> None:
    shown = [[point(n, camera=None)] if n % 2 else [point(n, camera="south")] for n in range(30)]
    assert not any(frame.rows for frame in play(shown, DelayedView("north")))


def test_frames_of_another_camera_move_the_clock_and_are_not_told() -> None:
    view = DelayedView("north")
    assert view.take(0.0, "north", TrackUpdate((point(0),))) == []
    assert view.take(0.5, "south", TrackUpdate()) == []
    (frame,) = view.take(1.0, "south", TrackUpdate())
    assert (frame.t, len(frame.rows)) == (0.0, 1)


def test_memory_is_that_of_seconds() -> None:
    view = DelayedView("north")
    for n in range(2000):
        track = f"t{n // 3}"
        view.take(n / RATE, "north", TrackUpdate((replace(point(n), track=track),)))
    assert len(view._frames) < 25
    assert sum(len(held.times) for held in view._held.values()) < 25
    assert math.isfinite(view._told)
