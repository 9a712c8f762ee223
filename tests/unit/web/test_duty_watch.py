"""The cameras of an open desk: at the clock's pace, alarms first, late pictures counted, a lost camera an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from bartizan.app.desk import Desk, MemoryJournal
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.duty import DutyWatch
from bartizan.errors import InputError, MissingPartError, UnknownIdError, VideoError
from bartizan.site.document import build

SITE = build(
    {
        "schema": 1,
        "site": {"name": "Yard"},
        "plan": {"crs": "metres"},
        "camera": [
            {
                "id": name,
                "size": [64, 48],
                "model": {"points": [[10, 46, 4, 0], [54, 46, 16, 0], [42, 20, 16, 20], [22, 20, 4, 20]]},
            }
            for name in ("north", "south")
        ]
        + [{"id": "blind"}],
    }
)
BEGAN = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)


class Seconds:
    """Time that passes when somebody waits, and by `cost` for every picture looked at."""

    def __init__(self) -> None:
        self.now = 100.0
        self.stop_at = float("inf")

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        """Let time pass; say whether it is over."""
        self.now += seconds
        return self.now >= self.stop_at


class Still:
    """A camera that gives the same grey picture ten times at 5 a second; then it ends, or breaks."""

    def __init__(
        self, seconds: Seconds, breaks: str | None = None, cost: float = 0.0, size: tuple[int, int] = (64, 48)
    ):
        self._seconds, self._breaks, self._cost, self.size = seconds, breaks, cost, size

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        image = np.full((self.size[1], self.size[0], 3), 90, dtype=np.uint8)
        for i in range(10):
            self._seconds.now += self._cost
            yield i / 5.0, image
        if self._breaks:
            raise VideoError(self._breaks)


def watch(seconds: Seconds, **sources: Still) -> tuple[Desk, LiveFeed]:
    desk, live = Desk(SITE, MemoryJournal(), lambda: BEGAN + timedelta(seconds=seconds.now - 100.0)), LiveFeed()
    duty = DutyWatch(SITE, sources, desk, live, run="watch-1", began=BEGAN, seconds=seconds, wait=seconds.wait)
    duty.watch()
    return desk, live


def test_pictures_come_at_their_own_pace_and_are_counted() -> None:
    seconds = Seconds()
    _, live = watch(seconds, north=Still(seconds), south=Still(seconds))
    assert seconds.now == pytest.approx(101.8), "ten pictures at 5 a second"
    assert live.counts().received == 20
    assert live.counts().dropped == 0
    for camera in ("north", "south"):
        seen = live.look(camera)
        assert seen is not None
        assert (seen.number, seen.t) == (10, 1.8)


def test_a_camera_that_ends_or_breaks_is_an_alarm_and_the_others_go_on() -> None:
    seconds = Seconds()
    desk, live = watch(
        seconds, north=Still(seconds, breaks="north.mp4 ends before its header says"), south=Still(seconds)
    )
    lost = {alarm.signal["cameras"][0]: alarm for alarm in desk.queue()}
    assert {alarm.signal["kind"] for alarm in lost.values()} == {"camera-lost"}
    assert lost["north"].signal["because"]["text"] == "north.mp4 ends before its header says"
    assert lost["south"].signal["because"]["text"] == "its pictures have ended"
    assert lost["north"].known_at == BEGAN + timedelta(seconds=1.8)
    assert live.counts().received == 20


def test_what_comes_too_late_is_dropped_and_counted() -> None:
    seconds = Seconds()
    _, live = watch(seconds, north=Still(seconds, cost=0.5))
    # picture i (from 0) is ready after (i + 1) / 2 s and due at i / 5 s: late by more than 1 s from i = 2 on
    assert live.counts().received == 10
    assert live.counts().dropped == 8
    seen = live.look("north")
    assert seen is not None
    assert (seen.number, seen.t) == (2, 0.2)


def test_it_stops_when_told_to() -> None:
    seconds = Seconds()
    seconds.stop_at = 101.0
    desk, live = watch(seconds, north=Still(seconds))
    assert live.counts().received == 5
    assert desk.queue() == ()


def test_what_cannot_be_watched_is_refused_before_the_first_picture() -> None:
    seconds = Seconds()
    with pytest.raises(UnknownIdError, match="west"):
        watch(seconds, west=Still(seconds))
    with pytest.raises(MissingPartError, match="camera 'blind' has no model"):
        watch(seconds, blind=Still(seconds))
    with pytest.raises(InputError, match=r"camera 'north' has pictures of 32 x 24 pixels, and the site says 64 x 48"):
        watch(seconds, north=Still(seconds, size=(32, 24)))
