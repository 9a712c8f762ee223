"""What a camera's worker tells of its pictures, and files that are played as if they were cameras."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.app.live.eye import Eye
from bartizan.app.live.looking import Sender, look
from bartizan.app.live.pace import Paced
from bartizan.app.live.ports import LiveSource, SourceCounters
from bartizan.app.live.wire import Ended, Report, Told, Waiting, decode, encode
from bartizan.errors import VideoError
from bartizan.site.document import build
from bartizan.site.model import Camera
from bartizan.watch.detection.detect import Detection
from bartizan.watch.health import Reading

Picture = NDArray[np.uint8]
MODEL = {"points": [[10, 46, 4, 0], [54, 46, 16, 0], [42, 20, 16, 20], [22, 20, 4, 20]]}
SITE = build(
    {
        "schema": 1,
        "site": {"name": "Yard"},
        "plan": {"crs": "metres"},
        "camera": [{"id": "north", "size": [64, 48], "model": MODEL}],
    }
)


class Seconds:
    """Time that passes when somebody waits."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self.stop_at = float("inf")

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return self.now >= self.stop_at


class File:
    """Ten pictures, five a second; then it ends, or breaks. Each costs `cost` seconds to be decoded."""

    size = (64, 48)

    def __init__(self, seconds: Seconds, breaks: str = "", cost: float = 0.0) -> None:
        self._seconds, self._breaks, self._cost = seconds, breaks, cost

    def __iter__(self) -> Iterator[tuple[float, Picture]]:
        for n in range(10):
            self._seconds.now += self._cost
            yield n / 5.0, np.full((48, 64, 3), 90, np.uint8)
        if self._breaks:
            raise VideoError(self._breaks)


class Finder:
    """Finds one thing that can be told and one that cannot."""

    def detect(self, t: float, picture: Picture) -> list[Detection]:
        return [Detection((30.0, 20.0, 4.0, 10.0), 0.9), Detection((float("nan"), 0.0, 1.0, 1.0), 0.9)]


def finder(camera: Camera, size: tuple[int, int]) -> Finder:
    return Finder()


def looked(source: object, seconds: Seconds, every: float = 0.5) -> list[Told]:
    sender = Sender("w1", SITE.hash, "north")
    reading = Reading(brightness=90.0, glare=0.0, contrast=1.0, sharpness=1.0)
    told = list(
        look(
            source,  # type: ignore[arg-type]
            Eye(SITE.camera("north"), finder),
            sender,
            seconds=seconds,
            measure=lambda t, picture: reading if t < 0.5 or t > 10.0 else None,
            show=lambda picture: b"jpeg",
            every=every,
        )
    )
    assert [one.number for one in told] == list(range(1, len(told) + 1))
    assert [decode(encode(one)) for one in told] == told
    return told


def test_each_picture_is_told_and_then_the_end() -> None:
    *reports, end = looked(File(Seconds()), Seconds())
    assert [one.t for one in reports] == [n / 5.0 for n in range(10)]
    for report in reports:
        assert isinstance(report, Report)
        assert (len(report.detections), len(report.observations), report.unusable) == (1, 1, 1)
    assert [isinstance(one, Report) and one.health is not None for one in reports] == [True] * 3 + [False] * 7
    shown = [one.t for one in reports if isinstance(one, Report) and one.picture is not None]
    assert shown == [0.0, 0.6, 1.2, 1.8]
    assert isinstance(end, Ended)
    assert end.why == "its pictures have ended"


def test_a_source_that_breaks_is_an_end_with_its_words() -> None:
    end = looked(File(Seconds(), breaks="north.mp4 ends before its header says"), Seconds())[-1]
    assert isinstance(end, Ended)
    assert end.why == "north.mp4 ends before its header says"


def test_a_file_is_played_at_its_own_pace() -> None:
    seconds = Seconds(100.0)
    source = Paced(File(seconds), seconds=seconds, wait=seconds.wait, begin=101.0)
    assert isinstance(source, LiveSource)
    came = [(seconds.now, t) for t, _ in source]
    assert [t for _, t in came] == pytest.approx([101.0 + n / 5.0 for n in range(10)])
    assert all(now == pytest.approx(t) for now, t in came)
    assert (source.counters.frames, source.counters.late, source.counters.state) == (10, 0, "closed")


def test_pictures_that_come_too_late_are_dropped_and_counted() -> None:
    seconds = Seconds()
    source = Paced(File(seconds, cost=0.5), seconds=seconds, wait=seconds.wait)
    # picture i (from 0) is ready after (i + 1) / 2 s and due at i / 5 s: late by more than 1 s from i = 2 on
    assert len(list(source)) == 2
    assert (source.counters.frames, source.counters.late) == (2, 8)


def test_a_file_that_is_stopped_gives_no_more() -> None:
    seconds = Seconds()
    seconds.stop_at = 1.0
    source = Paced(File(seconds), seconds=seconds, wait=seconds.wait)
    assert [t for t, _ in source] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8])
    assert source.take(1.0) is None


class Silent:
    """A live camera that gives one picture, then none for three looks, then one, then is closed."""

    size = (64, 48)

    def __init__(self, seconds: Seconds) -> None:
        self._seconds = seconds
        self._left = [True, False, False, False, True]
        self.counters = SourceCounters(state="playing", jumps=2)

    def __iter__(self) -> Iterator[tuple[float, Picture]]:
        raise AssertionError("a live source is asked picture by picture")

    def take(self, wait: float) -> tuple[float, Picture] | None:
        if not self._left:
            self.counters = SourceCounters(state="closed", late=4, words="the line was cut")
            return None
        self._seconds.now += wait if not self._left[0] else 0.1
        return (self._seconds.now, np.zeros((48, 64, 3), np.uint8)) if self._left.pop(0) else None

    def close(self) -> None:
        raise AssertionError("it is closed by whoever opened it")


def test_a_live_camera_without_a_picture_says_that_it_waits() -> None:
    seconds = Seconds(10.0)
    told = looked(Silent(seconds), seconds)
    assert [type(one) for one in told] == [Report, Waiting, Waiting, Waiting, Report, Waiting, Ended]
    # what it says of the past never goes back, and stays behind the pictures that are still under way
    assert [one.t for one in told[:5]] == pytest.approx([10.1, 10.1, 11.1, 12.1, 13.2])
    first, last, end = told[0], told[5], told[6]
    assert isinstance(first, Report)
    assert first.health is not None
    assert first.health.jumps == 2
    assert isinstance(last, Waiting)
    assert last.source is not None
    assert last.source.late == 4, "what was dropped at the very end is told too"
    assert isinstance(end, Ended)
    assert end.why == "the line was cut"
