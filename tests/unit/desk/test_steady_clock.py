"""The desk's clock: nothing is early or late by more than a second, whatever the machine's wall clock is set to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.app.desk import Desk
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import open_room
from bartizan.app.upkeep.clock import Anchor, Jump, Pause, SteadyClock, boot_id, seconds_since_boot
from bartizan.app.upkeep.timekeeping import carried_on
from bartizan.signal import Signal
from bartizan.site import build

T0 = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # half an hour before Vienna changes to summer time
HOUR = timedelta(hours=1)
SITE = build({"schema": 1, "site": {"name": "x"}})


class Machine:
    """A machine whose wall clock somebody sets, and which may sleep."""

    def __init__(self) -> None:
        self.elapsed = 1_000.0
        self.wrong = timedelta()

    @property
    def true(self) -> datetime:
        return T0 + timedelta(seconds=self.elapsed - 1_000.0)

    def wall(self) -> datetime:
        return self.true + self.wrong

    def clock(self, anchor: Anchor | None = None, boot: str = "boot-1") -> SteadyClock:
        return SteadyClock(wall=self.wall, elapsed=lambda: self.elapsed, boot=boot, anchor=anchor)


@pytest.mark.parametrize("by", [HOUR, -HOUR, timedelta(days=-20_000), timedelta(seconds=2.5)])
def test_a_jump_moves_nothing_and_is_told_once(by: timedelta) -> None:
    machine = Machine()
    clock = machine.clock()
    assert clock.look() == ()
    machine.elapsed += 1.0
    machine.wrong = by
    assert clock() == machine.true
    assert clock.look() == (Jump(seconds=by.total_seconds()),)
    for _ in range(100):
        machine.elapsed += 1.0
        assert clock.look() == ()
        assert clock() == machine.true
    machine.wrong = timedelta()
    machine.elapsed += 1.0
    assert clock.look() == (Jump(seconds=0.0),)
    assert clock() == machine.true


@given(st.lists(st.tuples(st.floats(0.2, 5.0), st.floats(-4_000, 4_000) | st.just(0.0)), min_size=1, max_size=60))
def test_whatever_is_set_and_however_often_it_is_never_a_second_off_and_never_goes_back(
    steps: list[tuple[float, float]],
) -> None:
    machine = Machine()
    clock = machine.clock()
    before = clock()
    for passed, jump in steps:
        machine.elapsed += passed
        machine.wrong += timedelta(seconds=jump)
        clock.look()
        assert before <= clock()
        assert abs(clock() - machine.true) < timedelta(seconds=1)
        before = clock()


def test_a_small_difference_is_followed_slowly() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.wrong = timedelta(seconds=1)  # a leap second, or a step of the time service
    for _ in range(1_000):
        machine.elapsed += 1.0
        assert clock.look() == ()
    assert (clock() - machine.true).total_seconds() == pytest.approx(0.5, abs=0.001)
    for _ in range(1_500):
        machine.elapsed += 1.0
        clock.look()
    assert (clock() - machine.true).total_seconds() == pytest.approx(1.0, abs=0.001)


def test_a_sleep_counts_and_is_told() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.look()
    machine.elapsed += 8 * 3600.0
    assert clock() == machine.true
    assert clock.look() == (Pause(seconds=8 * 3600.0),)
    assert clock.look() == ()


def test_a_desk_that_is_started_again_goes_by_the_same_clock() -> None:
    machine = Machine()
    anchor = machine.clock().anchor()
    machine.elapsed += 60.0
    machine.wrong = HOUR
    again = machine.clock(anchor)
    assert again() == machine.true
    assert again.look() == (Jump(seconds=3600.0),)


@pytest.mark.parametrize(("anchor", "boot"), [("boot-0", "boot-1"), ("", "")])
def test_after_a_start_of_the_machine_the_wall_clock_counts(anchor: str, boot: str) -> None:
    machine = Machine()
    machine.wrong = HOUR
    assert machine.clock(Anchor(utc=T0, elapsed=1_000.0, boot=anchor), boot)() == T0 + HOUR


def test_an_anchor_from_after_now_is_not_believed() -> None:
    machine = Machine()
    assert machine.clock(Anchor(utc=T0, elapsed=1_001.0, boot="boot-1"))() == machine.true


def test_the_machine_itself_can_be_asked() -> None:
    first = seconds_since_boot()
    assert seconds_since_boot() >= first >= 0.0
    assert abs(SteadyClock()() - datetime.now(UTC)) < timedelta(seconds=1)
    assert boot_id() == boot_id()


def shelved(desk: Desk) -> str:
    alarm = desk.submit(Signal(id="a", t=1.0, kind="contact", state="raised", severity="low"))
    desk.acknowledge(alarm.id, "Ann")
    return alarm.id


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_a_deadline_of_the_desk_is_met_to_the_second_while_the_wall_clock_jumps(by: timedelta) -> None:
    machine = Machine()
    journal = MemoryJournal()
    room = open_room(SITE, journal, machine.clock())
    alarm = shelved(room.desk)
    room.desk.shelve(alarm, "Ann", machine.true + timedelta(minutes=30), "works at the gate")
    machine.wrong = by
    over = None
    for _ in range(2_000):
        machine.elapsed += 1.0
        room.pass_time()
        if over is None and room.desk.alarm(alarm).suppression is None:
            over = machine.true
    assert over is not None
    assert timedelta() <= over - T0 - timedelta(minutes=30) <= timedelta(seconds=1)
    (jump,) = [one for one in room.desk.alarms() if one.source.kind == "clock-jumped"]
    assert jump.condition == "active"
    assert jump.signal["because"] == {"seconds": by.total_seconds()}
    machine.wrong = timedelta()
    machine.elapsed += 1.0
    room.pass_time()
    assert room.desk.alarm(jump.id).condition == "cleared"
    assert [record.kind for record in journal.read("clock")] == ["anchored", "jumped", "agreed"]


def test_a_restart_on_a_wrong_wall_clock_is_on_time_too() -> None:
    machine = Machine()
    journal = MemoryJournal()
    clock = machine.clock(boot=boot_id())
    room = open_room(SITE, journal, clock)
    room.desk.shelve(shelved(room.desk), "Ann", machine.true + timedelta(minutes=30), "works at the gate")
    # the journal's own anchor is of this machine, whose count of seconds is another
    (record,) = journal.read("clock")
    assert record.body == {"utc": "2026-03-29T00:30:00.000000Z", "elapsed": 1_000.0, "boot": boot_id()}
    if boot_id():
        carried = carried_on(journal)()
        assert abs(carried - T0 - timedelta(seconds=seconds_since_boot() - 1_000.0)) < timedelta(seconds=1)
    assert abs(carried_on(journal, afresh=True)() - datetime.now(UTC)) < timedelta(seconds=1)


def test_a_long_sleep_is_an_alarm_that_is_over() -> None:
    machine = Machine()
    room = open_room(SITE, MemoryJournal(), machine.clock())
    machine.elapsed += 3_600.0
    room.pass_time()
    (alarm,) = room.desk.queue()
    assert (alarm.source.kind, alarm.condition, alarm.signal["because"]) == (
        "clock-paused",
        "cleared",
        {"seconds": 3_600.0},
    )
