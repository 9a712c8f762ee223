"""What sensors tell the desk: durable before it counts as taken, once, and gone on with after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bartizan.app.intake.inbox import RUN
from bartizan.app.intake.reading import Refused
from bartizan.app.ledger import Journal, MemoryJournal
from bartizan.app.ledger.journal import Record
from bartizan.app.room.room import Room, open_room
from bartizan.errors import StoreError, UnknownIdError
from bartizan.site.document import build
from doors import BADGE, CONTACT, EXIT, PIR, START, doors

SITE = doors(CONTACT, BADGE, EXIT, PIR | {"topic": "site/gate", "field": "n"})


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def wait(self, room: Room, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        room.pass_time()


class FullDisk(MemoryJournal):
    """A journal that refuses while `full`."""

    full = False

    def append(self, records: Sequence[Record]) -> None:
        if self.full:
            raise StoreError("the disk is full")
        super().append(records)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def room_on(journal: Journal, clock: Clock) -> Room:
    return open_room(SITE, journal, clock)


def test_a_message_becomes_an_alarm_of_the_run_of_inputs(clock: Clock) -> None:
    room = room_on(MemoryJournal(), clock)
    assert room.inbox.subscriptions == ("site/gate", "site/reader")
    (alarm,) = room.inbox.hear("site/gate", b"OPEN")
    assert (alarm.source.run, alarm.source.kind, alarm.priority, alarm.signal["element"]) == (
        RUN,
        "door-forced",
        "high",
        "gate",
    )
    assert room.desk.queue() == (alarm,)
    room.inbox.hear("site/gate", b"CLOSED")
    clock.wait(room, 2)
    assert room.desk.alarm(alarm.id).condition == "cleared"


def test_time_passes_with_the_ledger(clock: Clock) -> None:
    room = room_on(MemoryJournal(), clock)
    room.inbox.hear("site/reader", b'{"result": "ok"}')
    room.inbox.hear("site/gate", b"OPEN")
    clock.wait(room, 29)
    assert room.desk.alarms() == ()
    clock.wait(room, 1)
    assert [alarm.source.kind for alarm in room.desk.alarms()] == ["door-held"]


@pytest.mark.parametrize(("minds", "told"), [(True, ["sensor-silent"]), (False, [])])
def test_an_input_that_says_nothing_is_missed_where_the_desk_minds(clock: Clock, minds: bool, told: list[str]) -> None:
    room = open_room(doors(PIR | {"quiet_after": 600}), MemoryJournal(), clock, minds=minds)
    clock.wait(room, 599)
    assert room.desk.alarms() == ()
    clock.wait(room, 2)
    assert [alarm.source.kind for alarm in room.desk.alarms()] == told


def test_what_the_disk_refuses_is_not_taken_and_is_taken_when_it_is_told_again(clock: Clock) -> None:
    journal = FullDisk()
    room = room_on(journal, clock)
    journal.full = True
    for _ in range(3):
        with pytest.raises(StoreError):
            room.inbox.hear("site/gate", b"OPEN")
    assert (room.inbox.taken, room.desk.alarms()) == (0, ())
    journal.full = False
    room.inbox.hear("site/gate", b"OPEN")
    assert (room.inbox.taken, len(room.desk.alarms())) == (1, 1)


def test_a_restart_goes_on_with_what_was_open_and_raises_nothing_twice(clock: Clock) -> None:
    journal = MemoryJournal()
    (alarm,) = room_on(journal, clock).inbox.hear("site/gate", b"OPEN")
    clock.now += timedelta(seconds=20)
    room = room_on(journal, clock)
    room.inbox.hear("site/gate", b"OPEN", kept=True)
    room.inbox.hear("site/gate", b"OPEN")
    assert len(room.desk.alarms()) == 1
    room.inbox.hear("site/gate", b"CLOSED")
    clock.wait(room, 2)
    assert room.desk.alarm(alarm.id).condition == "cleared"


def test_what_cannot_be_read_is_counted_and_every_input_of_a_topic_reads_it(clock: Clock) -> None:
    room = room_on(MemoryJournal(), clock)
    # it is a word of the detector on this topic, and none of the contact's
    (alarm,) = room.inbox.hear("site/gate", b'{"n": 1}')
    assert alarm.source.kind == "sensor"
    room.inbox.hear("site/reader", b"{")
    room.inbox.hear("site/nobody", b"OPEN")
    assert room.inbox.counts() == {"unknown-word": 1, "not-json": 1}
    assert room.inbox.taken == 1


def test_by_name_a_refusal_is_told(clock: Clock) -> None:
    room = room_on(MemoryJournal(), clock)
    (alarm,) = room.inbox.tell("gate-in", b"OPEN")
    assert alarm.source.kind == "door-forced"
    assert room.inbox.tell("gate-in", b"OPEN") == ()
    with pytest.raises(Refused, match="unknown-word"):
        room.inbox.tell("gate-in", b"?")
    with pytest.raises(UnknownIdError, match="no input 'nobody'"):
        room.inbox.tell("nobody", b"OPEN")
    assert room.inbox.counts() == {"unknown-word": 1}


def test_what_is_known_of_every_input_can_be_asked(clock: Clock) -> None:
    room = room_on(MemoryJournal(), clock)
    clock.now += timedelta(seconds=5)
    room.inbox.hear("site/gate", b"OPEN")
    room.inbox.hear("site/reader", b"?")
    gate, reader, _, detector = room.inbox.known()
    assert (gate.input, gate.on, gate.since, gate.going_on) == ("gate-in", True, clock.now, ("door-forced",))
    assert (reader.on, reader.heard, reader.refused) == (None, START, 1)
    assert (detector.on, detector.going_on, detector.refused) == (None, (), 1), "OPEN is no word of the detector"
    room.inbox.mind("inputs", lambda: False)
    assert room.inbox.lines() == {"inputs": False}


def test_inputs_are_those_of_the_state_that_the_site_is_in(clock: Clock) -> None:
    states = [
        {"id": "works", "axis": "posture", "changes": [{"at": "input/pir-in", "remove": True}]},
        {"id": "alert", "axis": "posture", "changes": [{"at": "input/pir-in", "set": {"severity": "high"}}]},
    ]
    room = open_room(build(SITE.document | {"state": states}), MemoryJournal(), clock)
    word = b'{"n": 1}'
    (alarm,) = room.inbox.hear("site/gate", word)
    assert alarm.priority == "medium"
    room.posture.set("works", by="officer", reason="the lawn is mown")
    clock.wait(room, 1)
    assert room.desk.alarm(alarm.id).condition == "cleared"
    assert room.inbox.hear("site/gate", word) == ()
    with pytest.raises(UnknownIdError, match="no input 'pir-in'"):
        room.inbox.tell("pir-in", word)
    room.posture.set("alert", by="officer", reason="somebody was seen")
    clock.wait(room, 600)
    (alarm,) = room.inbox.hear("site/gate", word)
    assert alarm.priority == "high"
