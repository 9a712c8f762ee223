"""A line that is lost for long enough is an alarm, and its return ends it."""

from __future__ import annotations

from datetime import timedelta

from bartizan.app.intake.lines import LOST_AFTER, Lines
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room.room import open_room
from bartizan.signal import Signal
from doors import PIR, START, doors

SECOND = timedelta(seconds=1)


def test_a_short_break_is_none_and_a_long_one_is_told_once_and_ended() -> None:
    told: list[Signal] = []
    lines, stands = Lines(), {"up": True}
    lines.mind("inputs", lambda: stands["up"])
    now = START
    for seconds, up in ((5, True), (15, False), (5, True), (60, False), (5, True), (30, False)):
        stands["up"] = up
        for _ in range(seconds):
            now += SECOND
            told += lines.pass_time(now)
    assert [(one.state, (one.t - START.timestamp())) for one in told] == [
        ("raised", 26.0 + LOST_AFTER.total_seconds()),
        ("ended", 86.0),
        ("raised", 91.0 + LOST_AFTER.total_seconds()),
    ]
    assert told[0].id == told[1].id != told[2].id
    assert told[0].since == START.timestamp() + 26.0


def test_a_desk_that_begins_again_without_a_line_goes_on_with_its_alarm() -> None:
    journal, clock = MemoryJournal(), [START]
    for up in (False, True):
        room = open_room(doors(PIR), journal, lambda: clock[0])
        room.inbox.mind("inputs", lambda up=up: up)  # type: ignore[misc]
        for _ in range(30):
            clock[0] += SECOND
            room.pass_time()
    (alarm,) = room.desk.alarms()
    assert (alarm.source.kind, alarm.condition, alarm.signal["because"]["line"]) == ("line-lost", "cleared", "inputs")
