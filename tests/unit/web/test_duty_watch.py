"""The cameras of an open desk: alarms first, what is dropped counted, a camera that is lost an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bartizan.app.desk import Desk
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.ledger import MemoryJournal
from bartizan.app.live import LiveRun
from bartizan.app.live.gather import Arrival, Gathering, Trouble
from bartizan.app.live.join import Join
from bartizan.app.live.ports import SourceCounters
from bartizan.app.live.watching import DutyWatch
from bartizan.app.live.wire import Ended, Report, Waiting
from bartizan.app.room import open_desk
from bartizan.signal import Observation
from bartizan.site.document import build
from bartizan.watch.detection.detect import Detection
from bartizan.watch.health import Reading

SITE = build(
    {
        "schema": 1,
        "site": {"name": "Yard"},
        "plan": {"crs": "metres"},
        "zone": [{"id": "yard", "polygon": [[-50, -50], [50, -50], [50, 50], [-50, 50]]}],
        "camera": [
            {
                "id": name,
                "size": [64, 48],
                "model": {"points": [[10, 46, 4, 0], [54, 46, 16, 0], [42, 20, 16, 20], [22, 20, 4, 20]]},
            }
            for name in ("north", "south")
        ],
        "rule": [{"id": "stay", "kind": "loitering", "zone": "yard", "after": 5}],
    }
)
BEGAN = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
JPEG = b"\xff\xd8 a picture"


class Script:
    """Arrivals at their times, by a clock that goes as far as it is waited for."""

    def __init__(self, told: Iterator[tuple[float, Arrival]] | list[tuple[float, Arrival]]) -> None:
        self.now = 0.0
        self._told = sorted(told, key=lambda one: one[0])

    def clock(self) -> float:
        return self.now

    def next(self, wait: float) -> Arrival | None:
        if self._told and self._told[0][0] <= self.now + wait:
            self.now = max(self.now, self._told[0][0])
            return self._told.pop(0)[1]
        self.now += max(wait, 1e-3)
        return None


def report(camera: str, number: int, t: float, source: SourceCounters | None = None, unsent: int = 0) -> Report:
    seen = Observation(t=t, camera=camera, at=(8.0, 8.0), covariance=(0.04, 0.0, 0.04), box=(30.0, 20.0, 4.0, 10.0))
    return Report(
        sender=camera,
        number=number,
        site=SITE.hash,
        camera=camera,
        t=t,
        detections=(Detection((30.0, 20.0, 4.0, 10.0), 1.0),),
        observations=(seen,),
        health=Reading(brightness=90.0, glare=0.0, contrast=30.0, sharpness=1.0),
        picture=JPEG,
        source=source,
        unsent=unsent,
    )


def pictures(camera: str, until: float, begin: float = 0.0) -> list[tuple[float, Arrival]]:
    """Five a second, each a tenth of a second under way."""
    count = round((until - begin) * 5)
    return [(begin + n / 5 + 0.1, report(camera, n + 1, begin + n / 5)) for n in range(count)]


def watch(told: list[tuple[float, Arrival]], until: float) -> tuple[Desk, LiveFeed]:
    script = Script(told)
    desk, feed = open_desk(SITE, MemoryJournal(), lambda: BEGAN + timedelta(seconds=script.now)), LiveFeed()
    run = LiveRun(SITE, run="watch-1", start_utc=BEGAN, health=["north", "south"])
    gathering = Gathering(run, Join(["north", "south"], wait=2.0), now=script.clock)
    DutyWatch(desk, feed, run, gathering, name="watch-1").watch(script, lambda: script.now >= until)
    return desk, feed


def test_pictures_are_shown_and_counted_and_who_stays_is_an_alarm() -> None:
    desk, feed = watch(pictures("north", 8.0) + pictures("south", 8.0), 9.0)
    assert feed.counts().received == 80
    assert feed.counts().dropped == 0
    for camera in ("north", "south"):
        seen = feed.look(camera)
        assert seen is not None
        assert (seen.image, seen.number) == (JPEG, 40)
    (alarm,) = desk.queue()
    assert alarm.signal["kind"] == "loitering"
    assert alarm.signal["cameras"] == ["north", "south"]
    assert alarm.known_at <= BEGAN + timedelta(seconds=6.0)


@pytest.mark.parametrize(
    ("silence", "why", "within"),
    [
        ([], "no picture for", 15.0),
        ([(4.0, Trouble("north", "its worker was ended by SIGKILL"))], "SIGKILL", 6.0),
        (
            [(4.0, Ended(sender="x", number=1, site=SITE.hash, camera="north", t=4.0, why="it broke"))],
            "it broke",
            7.0,
        ),
        (
            [
                (t, Waiting(sender="w", number=1, site=SITE.hash, camera="north", t=t - 1, source=SourceCounters()))
                for t in range(5, 30)
            ],
            "no picture for",
            15.0,
        ),
    ],
)
def test_a_camera_that_is_lost_is_an_alarm_and_the_others_go_on(
    silence: list[tuple[float, Arrival]], why: str, within: float
) -> None:
    told = pictures("south", 30.0) + pictures("north", 4.0) + silence
    script_end = 30.0
    desk, feed = watch(told, script_end)
    (lost,) = [alarm for alarm in desk.queue() if alarm.signal["kind"] == "camera-health"]
    assert lost.signal["cameras"] == ["north"]
    assert lost.signal["because"]["fault"] == "dead"
    assert lost.known_at - BEGAN <= timedelta(seconds=4.0 + within)
    assert feed.counts().received == 150 + 20
    assert any(alarm.signal["kind"] == "loitering" for alarm in desk.queue())


def test_a_dead_camera_delays_the_alarm_of_another_by_one_wait_at_most() -> None:
    together, _ = watch(pictures("north", 8.0) + pictures("south", 8.0), 9.0)
    alone, _ = watch(pictures("north", 12.0), 12.0)

    def known(desk: Desk) -> datetime:
        return next(alarm.known_at for alarm in desk.queue() if alarm.signal["kind"] == "loitering")

    assert known(alone) - known(together) <= timedelta(seconds=2.2)


def test_what_is_dropped_on_the_way_is_counted_on_the_desk() -> None:
    source = SourceCounters(late=7, garbled=2)
    told = pictures("south", 8.0)
    # a camera that tells of the past, of the far future, and of what it had to drop
    told += [(5.0, report("north", 1, 0.5)), (5.1, report("north", 2, 5.0, source=source, unsent=3))]
    told += [(5.2, report("north", 3, 4000.0, source=source, unsent=3))]
    _, feed = watch(told, 9.0)
    assert feed.counts().dropped == 1 + 1 + 9 + 3


def test_an_hour_ahead_of_one_camera_makes_nobody_else_late() -> None:
    told = pictures("south", 12.0) + [(t + 0.1, report("north", t, 3600.0 + t)) for t in range(1, 12)]
    desk, feed = watch(told, 13.0)
    assert feed.counts().received == 60 + 11
    assert feed.counts().dropped == 11
    assert any(alarm.signal["kind"] == "loitering" for alarm in desk.queue())


def test_when_no_camera_sees_any_more_nobody_is_shown() -> None:
    script = pictures("north", 4.0)
    desk, feed = watch(script, 6.5)
    assert desk is not None
    shown: list[int] = []
    told = Script(script)
    run = LiveRun(SITE, run="watch-2", start_utc=BEGAN, health=["north"])
    gathering = Gathering(run, Join(["north"], wait=2.0), now=told.clock)
    duty = DutyWatch(open_desk(SITE, MemoryJournal(), lambda: BEGAN), feed, run, gathering, name="watch-2")

    def over() -> bool:
        shown.append(len(feed.tracks()[1]))
        return told.now >= 20.0

    duty.watch(told, over)
    assert max(shown) == 1
    assert shown[-1] == 0
