"""What the desk tells of its own journal: a disk that is full, and a record that was altered."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from bartizan.app.ledger import MemoryJournal
from bartizan.app.ledger.proving import Proving
from bartizan.app.room import open_room
from bartizan.errors import StoreError
from bartizan.signal import Signal
from bartizan.site import build

T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
SITE = build({"schema": 1, "site": {"name": "x"}})


class OnADisk(MemoryJournal):
    """A journal whose disk and whose records are as a test says."""

    short_of_space = False
    altered: int | None = None

    def prove(self, after: int = 0) -> int:
        if self.altered is not None and after + 1 >= self.altered:
            raise StoreError(f"record {self.altered}, or the one before it, was altered")
        return min(after + 1, super().prove(after))


def test_a_full_disk_is_one_alarm_of_high_priority_until_there_is_room() -> None:
    journal = OnADisk()
    room = open_room(SITE, journal, lambda: T0)
    room.pass_time()
    assert room.desk.queue() == ()
    journal.short_of_space = True
    room.pass_time()
    room.pass_time()
    (alarm,) = room.desk.queue()
    assert (alarm.source.kind, alarm.priority, alarm.condition) == ("disk-full", "high", "active")
    journal.short_of_space = False
    room.pass_time()
    assert room.desk.alarm(alarm.id).condition == "cleared"


def test_every_record_is_proved_and_what_is_altered_is_one_alarm() -> None:
    journal = OnADisk()
    room = open_room(SITE, journal, lambda: T0)
    for number in range(5):
        room.desk.submit(Signal(id=str(number), t=1.0, kind="contact", state="raised", severity="low"))
    proving = Proving(room.ledger, room.desk.take)
    proof = proving.prove(threading.Event())
    assert (proof.proved, proof.whole_at, proof.fault) == (room.ledger.seq, T0, None)
    journal.altered = 3
    for _ in range(2):
        proof = proving.prove(threading.Event())
        assert (proof.proved, proof.fault) == (2, "record 3, or the one before it, was altered")
    (alarm,) = [one for one in room.desk.queue() if one.source.kind == "journal-altered"]
    assert alarm.priority == "high"
    assert alarm.signal["because"] == {"fault": "record 3, or the one before it, was altered"}


def test_a_proof_ends_when_the_desk_does() -> None:
    room = open_room(SITE, OnADisk(), lambda: T0)
    room.desk.submit(Signal(id="a", t=1.0, kind="contact", state="raised"))
    with Proving(room.ledger, room.desk.take).at_work():
        pass
    assert not [thread for thread in threading.enumerate() if thread.name == "proving"]
