"""The night before a demonstration: the round is walked in its windows, somebody comes, and nothing is alarmed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import bartizan
from bartizan.app.exercise import ExerciseClock
from bartizan.app.exercise.before import begins, the_night_before
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import open_room
from bartizan.site import build

STORY = datetime(2031, 3, 3, 13, 5, tzinfo=UTC)


def test_the_round_of_the_example_is_walked_to_its_end(chancery: Path) -> None:
    site = bartizan.load(chancery)
    clock = ExerciseClock(begins(site, STORY))
    room = open_room(site, MemoryJournal(), clock, minds=False)
    assert clock() == datetime(2031, 3, 3, 3, 0, tzinfo=UTC), "four in the morning in Vienna"
    told = the_night_before(room, clock, STORY, guard="Anna 2", officer="officer")
    assert told == "Night round of the forecourt, 3 checkpoints reached; officer on duty"
    (walk,) = room.tours.latest()
    assert (walk.state, walk.by, walk.exercise) == ("ended", "Anna 2", True)
    assert {stop.state for stop in walk.stops} == {"reached"}
    assert all(stop.reached_at and stop.opens <= stop.reached_at < stop.closes for stop in walk.stops)
    assert [one.person for one in room.duty.on_duty()] == ["officer"]
    assert clock() == STORY - timedelta(minutes=15)
    room.pass_time()
    assert room.desk.alarms() == ()
    assert [(line.by, line.exercise) for line in room.logbook.lines()] == [("Anna 2", True)]


@pytest.mark.parametrize("hour", [5, 4, 2])
def test_the_night_lies_before_the_story_whatever_its_hour(hour: int) -> None:
    site = build({"schema": 1, "site": {"name": "x"}})
    story = STORY.replace(hour=hour, minute=0)
    night = begins(site, story)
    assert night.hour == 4
    assert timedelta(0) < story - night <= timedelta(days=1)


def test_plates_are_read() -> None:
    stops = [{"id": "gate", "closes": 60, "code": "gate-1234"}, {"id": "roof", "opens": 90, "closes": 300}]
    site = build({"schema": 1, "site": {"name": "x"}, "tour": [{"id": "round", "checkpoint": stops}]})
    clock = ExerciseClock(STORY - timedelta(hours=9))
    room = open_room(site, MemoryJournal(), clock, minds=False)
    assert (
        the_night_before(room, clock, STORY, guard="Ann", officer="Bob") == "round, 2 checkpoints reached; Bob on duty"
    )
    assert [stop.state for stop in room.tours.latest()[0].stops] == ["reached", "reached"]


def test_a_site_without_rounds_has_somebody_on_duty_all_the_same() -> None:
    clock = ExerciseClock(STORY - timedelta(hours=9))
    room = open_room(build({"schema": 1, "site": {"name": "x"}}), MemoryJournal(), clock, minds=False)
    told = the_night_before(room, clock, STORY, guard="Ann", officer="Bob")
    assert told == "no round; Bob on duty"
    assert (room.tours.latest(), room.logbook.lines()) == ((), ())
