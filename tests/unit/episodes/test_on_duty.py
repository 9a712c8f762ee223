"""On duty what is counted and unusual becomes an alarm after those that it came of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from bartizan.app.desk.feed import LiveFeed
from bartizan.app.ledger import MemoryJournal
from bartizan.app.live import Sighting
from bartizan.app.live.gather import Taken
from bartizan.app.live.watching import DutyWatch
from bartizan.app.room import open_desk
from bartizan.signal import Signal
from bartizan.site import build

SITE = build({"schema": 1, "site": {"name": "x"}})


class Gathered:
    """One moment with one signal."""

    counts = SimpleNamespace(dropped=0)

    def watch(self, _arrivals: object, _over: Callable[[], bool]) -> Iterator[Taken]:
        signal = Signal(id="r-1", t=3.0, kind="loitering", state="raised")
        yield Taken(Sighting(t=3.0, camera="", signals=(signal,)))


def test_what_is_unusual_is_an_alarm_too() -> None:
    desk = open_desk(SITE, MemoryJournal(), lambda: datetime(2026, 3, 1, tzinfo=UTC))
    shown: list[tuple[int, float]] = []

    def episodes(signals: Sequence[Signal], t: float) -> Sequence[Signal]:
        shown.append((len(signals), t))
        return (Signal(id="c-1", t=t, kind="unusual-count", state="raised"),)

    counts = SimpleNamespace(dropped_frames=0, dropped_observations=0, frames=1, detections=1)
    run = cast("Any", SimpleNamespace(finish=lambda: (), counts=counts))
    duty = DutyWatch(desk, LiveFeed(), run, cast("Any", Gathered()), name="w", episodes=episodes)
    duty.watch(cast("Any", None), lambda: False)
    assert shown == [(1, 3.0)]
    assert [alarm.source.kind for alarm in desk.alarms()] == ["loitering", "unusual-count"]
