"""The live run: glimpses of several cameras become tracks, boxes and signals; replay is the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.app.live import (
    Eye,
    Glimpse,
    LiveRun,
    Sighting,
    Traces,
    watch_boxes,
    watch_pictures,
    watch_tracks,
)
from bartizan.errors import InputError, MissingPartError, UnknownIdError
from bartizan.geometry.projection import Points
from bartizan.signal import Observation
from bartizan.site.document import build
from bartizan.site.site import Site
from bartizan.watch.detection.detect import Detection
from bartizan.watch.tracking.names import TrackNames

FIRST = next(TrackNames("run"))

# four points of a camera that looks along a pavement
NORTH = [[100, 400, 0.0, 0.0], [540, 400, 8.0, 0.0], [220, 150, 0.0, 20.0], [420, 150, 8.0, 20.0]]
SOUTH = [[540, 400, 0.0, 12.0], [100, 400, 8.0, 12.0], [420, 150, 0.0, -8.0], [220, 150, 8.0, -8.0]]
DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "A pavement"},
    "plan": {"crs": "metres"},
    "zone": [{"id": "pavement", "polygon": [[-2, -2], [10, -2], [10, 16], [-2, 16]]}],
    "camera": [
        {"id": "north", "size": [640, 480], "fps": 5, "model": {"points": NORTH}},
        {"id": "south", "size": [640, 480], "fps": 5, "model": {"points": SOUTH}},
        {"id": "blind"},
    ],
    "rule": [{"id": "loiter", "kind": "loitering", "zone": "pavement", "after": 20, "grace": 5}],
}


@pytest.fixture(scope="module")
def site() -> Site:
    return build(DOCUMENT)


def box_at(site: Site, camera: str, at: tuple[float, float]) -> tuple[float, float, float, float]:
    """The box of somebody at a place, by the camera's own model."""
    model = site.camera(camera).model
    assert model is not None
    places: Points = np.array([at])
    (x, y), height = model.to_image(places)[0], 1.75 * float(model.height_scale(places)[0])
    return float(x - 0.19 * height), float(y - height), 0.38 * height, height


def pace(t: float) -> tuple[float, float]:
    """Up and down the pavement."""
    return 4.0 + 3.0 * math.sin(t / 6.0), 6.0


def boxes(
    site: Site, camera: str, fps: float, seconds: float, phase: float = 0.0
) -> list[tuple[float, list[Detection]]]:
    times = [phase + n / fps for n in range(int(seconds * fps))]
    return [(t, [Detection(box_at(site, camera, pace(t)), 0.9)]) for t in times]


def sightings(site: Site, cameras: Sequence[str] = ("north",), fps: float = 5.0) -> tuple[LiveRun, list[Sighting]]:
    run = LiveRun(site, run="run", start_utc=datetime(2026, 3, 1, tzinfo=UTC))
    streams = {name: boxes(site, name, fps, 30.0, 0.03 * n) for n, name in enumerate(cameras)}
    return run, list(watch_boxes(site, streams, run))


def test_boxes_become_a_track_and_a_signal(site: Site) -> None:
    run, found = sightings(site)
    signals = [signal for sighting in found for signal in sighting.signals] + list(run.finish())
    assert [(one.state, one.id, one.tracks, one.cameras) for one in signals] == [
        ("raised", "run-1", (FIRST,), ("north",)),
        ("ended", "run-1", (FIRST,), ("north",)),
    ]
    assert signals[0].t == pytest.approx(20.0, abs=0.2)
    assert signals[0].since == 0.0
    assert math.dist(signals[0].at or (0.0, 0.0), pace(signals[0].t)) < 0.7
    assert signals[0].utc == "2026-03-01T00:00:20.000Z"
    assert (run.counts.frames, run.counts.detections, run.counts.signals) == (150, 150, 2)
    assert (run.counts.dropped_frames, run.counts.dropped_observations) == (0, 0)


def test_two_cameras_see_one_person_and_raise_one_signal(site: Site) -> None:
    run, found = sightings(site, ("north", "south"))
    raised = [signal for sighting in found for signal in sighting.signals if signal.state == "raised"]
    assert [(one.tracks, one.cameras) for one in raised] == [((FIRST,), ("north", "south"))]
    assert run.counts.tracks.tracks == 1
    assert [sighting.t for sighting in found] == sorted(sighting.t for sighting in found)


@pytest.mark.parametrize("fps", [5.0, 10.0, 25.0])
def test_the_frame_rate_moves_the_alarm_by_a_frame(site: Site, fps: float) -> None:
    _, found = sightings(site, fps=fps)
    raised = [signal for sighting in found for signal in sighting.signals if signal.state == "raised"]
    assert [one.t for one in raised] == [pytest.approx(20.0, abs=1.0 / fps + 1e-6)]


def test_a_replay_is_the_same_byte_for_byte(site: Site) -> None:
    def lines() -> list[str]:
        return [
            repr(signal.to_json()) for sighting in sightings(site, ("north", "south"))[1] for signal in sighting.signals
        ]

    assert lines() == lines()


def test_points_now_and_points_from_before(site: Site) -> None:
    _, found = sightings(site)
    first = next(sighting for sighting in found if sighting.points)
    assert [point.t for point in first.points] == [first.t]
    assert [point.t for point in first.earlier] == [sighting.t for sighting in found[: found.index(first)]]
    for sighting in found[found.index(first) + 1 :]:
        assert not sighting.earlier
        assert [(point.t, point.track) for point in sighting.points] == [(sighting.t, FIRST)]


def test_the_box_of_somebody_hidden_moves_on(site: Site) -> None:
    run = LiveRun(site, run="run")
    last = None
    for n in range(60):
        t = n / 5.0
        at = (4.0, 1.0 + t)
        hidden = n >= 50
        detection = Detection(box_at(site, "north", at), 0.9)
        model = site.camera("north").model
        assert model is not None
        error = (0.04, 0.0, 0.04)
        seen = () if hidden else (Observation(t=t, camera="north", at=at, covariance=error, box=detection.box),)
        sighting = run.take(Glimpse(t, "north", (detection,), seen))
        if n >= 10:
            ((track, box),) = sighting.boxes
            assert track == FIRST
            expected = box_at(site, "north", at)
            # he walks on at 1 m/s; the prediction slows down by design
            assert np.abs(np.array(box) - np.array(expected)).max() < (12.0 if hidden else 1e-9)
            if hidden and last is not None:
                assert box[1] + box[3] < last
            last = box[1] + box[3]


def test_traces_fill_gaps_and_take_jitter_out(site: Site) -> None:
    rng = np.random.default_rng(5)
    run, traces = LiveRun(site, run="run"), Traces("north")
    truth = {}
    for n in range(100):
        t = n / 5.0
        at = (4.0, 1.0 + 0.5 * t)
        truth[n + 1] = np.array(box_at(site, "north", at))
        box = truth[n + 1] + rng.normal(0.0, 4.0, 4)
        found = [] if 40 <= n < 50 else [Detection((box[0], box[1], box[2], box[3]), 0.9)]
        for sighting in watch_boxes(site, {"north": [(t, found)]}, run):
            traces.add(sighting)
    rows = traces.rows()
    assert [(row.frame, row.number) for row in rows] == [(n, 1) for n in range(1, 101)]
    errors = np.array([np.array(row.box) - truth[row.frame] for row in rows])
    # five boxes in the mean: about 4 / sqrt(5) pixels, and straight lines lose nothing
    assert np.sqrt(np.mean(errors**2)) < 3.0
    assert max(math.dist(row.at, (4.0, 1.0 + 0.1 * (row.frame - 1))) for row in rows) < 1.0


class Pictures:
    """A source of grey pictures."""

    def __init__(self, size: tuple[int, int], count: int = 3, phase: float = 0.0) -> None:
        self.size, self._count, self._phase = size, count, phase

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        for n in range(self._count):
            yield self._phase + n / 5.0, np.full((self.size[1], self.size[0], 3), 90, np.uint8)


def test_cameras_are_merged_by_time(site: Site) -> None:
    run = LiveRun(site, run="run")
    sources = {"north": Pictures((640, 480)), "south": Pictures((640, 480), phase=0.1)}
    found = list(watch_pictures(site, sources, run))
    assert [one.camera for one in found] == ["north", "south"] * 3
    assert [one.t for one in found] == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])


def test_what_cannot_be_watched_is_said_first(site: Site) -> None:
    run = LiveRun(site, run="run")
    with pytest.raises(MissingPartError, match="camera 'blind' has no model"):
        list(watch_pictures(site, {"blind": Pictures((640, 480))}, run))
    with pytest.raises(UnknownIdError, match="no camera has the id 'nroth'"):
        list(watch_pictures(site, {"nroth": Pictures((640, 480))}, run))
    with pytest.raises(InputError, match="pictures of 320 x 240 pixels, and the site says 640 x 480 pixels"):
        list(watch_pictures(site, {"north": Pictures((320, 240))}, run))
    with pytest.raises(MissingPartError, match="the site has no rule"):
        list(watch_tracks(build({**DOCUMENT, "rule": []}), [], run="run"))
    assert run.counts.frames == 0


def test_an_eye_refuses_a_picture_of_another_size(site: Site) -> None:
    eye = Eye(site.camera("north"))
    with pytest.raises(InputError, match="640"):
        eye.see(0.0, np.zeros((10, 10, 3), np.uint8))


def test_detections_without_a_place_are_counted(site: Site) -> None:
    run = LiveRun(site, run="run")
    sky = Detection((300.0, -400.0, 20.0, 50.0), 0.9)
    list(watch_boxes(site, {"north": [(0.0, [sky])]}, run))
    assert (run.counts.detections, run.counts.observations, run.counts.dropped_observations) == (1, 0, 1)
