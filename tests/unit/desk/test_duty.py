"""Who is on duty, the alarm when nobody is, signs of life, and the silent call for help."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_desk, open_room
from bartizan.desk.alarms import Alarm, SignalError, UnknownAlarmError
from bartizan.desk.duty import presence
from bartizan.desk.errors import CommandError, HistoryError, TransitionError
from bartizan.signal import Signal
from bartizan.site import build

T0 = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)


class Watch:
    """A room whose clock goes when it is told to."""

    def __init__(self, **rules: Any) -> None:
        self.site = build({"schema": 1, "site": {"name": "x"}, "desk": rules})
        self.journal = MemoryJournal()
        self.at = T0
        self.room = self.open()

    def open(self) -> Room:
        self.room = open_room(self.site, self.journal, lambda: self.at)
        return self.room

    def to(self, seconds: float, *, screens: tuple[str, ...] = ()) -> None:
        end = T0 + timedelta(seconds=seconds)
        while self.at < end:
            self.at = min(self.at + timedelta(seconds=1), end)
            for person in screens:
                self.room.duty.beat(person)
            self.room.pass_time()

    def alarms(self) -> list[tuple[str, str, float]]:
        """Kind, condition and when it was raised, of every alarm."""
        return [
            (one.source.kind, one.condition, (one.raised_at - T0).total_seconds()) for one in self.room.desk.alarms()
        ]


def test_people_come_and_go_and_the_past_is_known() -> None:
    watch = Watch()
    duty = watch.room.duty
    assert duty.on_duty() == ()
    assert [one.person for one in duty.come("Ann", "Ann")] == ["Ann"]
    watch.to(60)
    duty.come("Bob", "Ann")
    duty.come("Bob", "Ann")
    watch.to(120)
    assert [one.person for one in duty.go("Ann", "Ann")] == ["Bob"]
    duty.go("Ann", "Ann")
    assert [one.person for one in duty.on_duty(T0 + timedelta(seconds=90))] == ["Ann", "Bob"]
    assert duty.on_duty(T0 - timedelta(seconds=1)) == ()
    assert [record.kind for record in watch.journal.read("duty/roster")] == ["watch-begun", "came", "came", "went"]
    again = watch.open()
    assert [one.person for one in again.duty.on_duty()] == ["Bob"]
    with pytest.raises(CommandError, match="who acts is named"):
        again.duty.come("", "Ann")


def test_nobody_on_duty_is_an_alarm_until_somebody_comes() -> None:
    watch = Watch(unmanned_after=60)
    watch.to(59)
    assert watch.alarms() == []
    watch.to(61)
    assert watch.alarms() == [("desk-unmanned", "active", 60.0)]
    watch.to(300)
    assert len(watch.alarms()) == 1
    watch.room.duty.come("Ann", "Ann")
    watch.to(302)
    assert watch.alarms() == [("desk-unmanned", "cleared", 60.0)]
    watch.room.duty.go("Ann", "Ann")
    watch.to(400)
    assert watch.alarms()[1:] == [("desk-unmanned", "active", 362.0)]
    alarm = watch.room.desk.alarms()[0]
    assert (alarm.priority, alarm.exercise, alarm.signal["utc"]) == ("high", False, alarm.signal["utc"])


def test_a_restart_goes_on_with_the_alarm_and_raises_what_fell_due_meanwhile() -> None:
    watch = Watch(unmanned_after=60)
    watch.to(100)
    watch.open()
    watch.to(200)
    assert watch.alarms() == [("desk-unmanned", "active", 60.0)]
    watch.room.duty.come("Ann", "Ann")
    watch.to(201)
    watch.room.duty.go("Ann", "Ann")
    watch.to(205)
    watch.at = T0 + timedelta(hours=1)
    watch.open()
    assert watch.alarms()[1:] == [("desk-unmanned", "active", 3600.0)]
    # forced shut by a person while it holds, it is not raised again for the same time
    alarm = watch.room.desk.alarms()[1]
    watch.room.desk.dispose(alarm.id, "Ann", "test")
    watch.room.desk.close(alarm.id, "Ann", force=True, reason="we move")
    watch.to(3610)
    assert len(watch.alarms()) == 2


def test_no_living_screen_is_an_alarm_though_somebody_is_on_duty() -> None:
    watch = Watch(unwatched_after=60)
    watch.room.duty.come("Ann", "Ann")
    watch.to(100, screens=("Ann", "Bob"))
    assert watch.alarms() == []
    watch.to(160, screens=("Bob",))
    assert watch.alarms() == [("desk-unwatched", "active", 160.0)], "Bob is not on duty: his screen watches nothing"
    watch.to(170, screens=("Ann",))
    assert watch.alarms() == [("desk-unwatched", "cleared", 160.0)]
    # after a restart screens have as long to come back as they may be away
    watch.open()
    watch.to(229)
    assert len(watch.alarms()) == 1
    watch.to(231)
    assert watch.alarms()[1:] == [("desk-unwatched", "active", 230.0)]


def test_a_sign_of_life_is_asked_for_and_its_lack_is_an_alarm_that_survives_a_restart() -> None:
    watch = Watch(answer_every=600, answer_within=60)
    watch.room.duty.come("Ann", "Ann")
    watch.to(100)
    watch.room.duty.come("Bob", "Bob")
    watch.to(599)
    assert watch.room.duty.asked() == ()
    watch.to(600)
    assert watch.room.duty.asked() == (("Ann", T0 + timedelta(seconds=660)),)
    watch.room.duty.answer("Ann", 4)
    assert watch.room.duty.asked() == ()
    watch.to(750)
    watch.at = T0 + timedelta(seconds=1000)
    watch.open()
    (alarm,) = watch.room.desk.alarms()
    assert (alarm.source.kind, alarm.signal["because"]["person"]) == ("no-sign-of-life", "Bob")
    assert alarm.known_at == T0 + timedelta(seconds=760)
    watch.room.duty.answer("Bob")
    watch.to(1001)
    assert watch.room.desk.alarm(alarm.id).condition == "cleared"
    with pytest.raises(TransitionError, match="Cy is not on duty"):
        watch.room.duty.answer("Cy")


def test_a_site_that_minds_nothing_and_a_desk_of_an_exercise_raise_nothing() -> None:
    watch = Watch()
    watch.to(600)
    assert list(watch.journal.read()) == []
    site = build({"schema": 1, "site": {"name": "x"}, "desk": {"unmanned_after": 10}})
    at = [T0]
    desk = open_desk(site, MemoryJournal(), lambda: at[0])
    at[0] += timedelta(seconds=60)
    desk.pass_time()
    assert desk.alarms() == ()


def duress(watch: Watch) -> Alarm:
    return next(one for one in watch.room.desk.alarms() if one.source.kind == "duress")


def test_a_silent_call_looks_like_a_sign_of_life() -> None:
    loud, quiet = Watch(duress_digit=7), Watch(duress_digit=7)
    answers = []
    for watch, digit in ((loud, 7), (quiet, 3)):
        watch.room.duty.come("Ann", "Ann")
        answers.append(watch.room.duty.answer("Ann", digit))
    assert answers[0] == answers[1]
    assert quiet.room.desk.alarms() == ()
    alarm = duress(loud)
    assert (alarm.priority, alarm.condition, alarm.hidden_from) == ("high", "active", "Ann")
    assert loud.room.desk.groups("Ann") == ()
    assert loud.room.desk.groups("ann") == ()
    assert [row.first for row in loud.room.desk.groups("Bob")] == [alarm.id]


def test_who_called_can_do_nothing_to_the_call_and_is_told_that_there_is_none() -> None:
    watch = Watch()
    watch.room.duty.call_for_help("Ann")
    desk, alarm = watch.room.desk, duress(watch)
    until = watch.at + timedelta(minutes=5)
    acts: list[Callable[[], object]] = [
        lambda: desk.acknowledge(alarm.id, "Ann"),
        lambda: desk.dispose(alarm.id, "ANN", "test"),
        lambda: desk.shelve(alarm.id, " Ann", until, "nothing"),
        lambda: desk.unshelve(alarm.id, "Ann"),
        lambda: desk.decline_shelf(alarm.id, "Ann"),
        lambda: desk.close(alarm.id, "Ann", force=True, reason="nothing"),
    ]
    for act in acts:
        with pytest.raises(UnknownAlarmError, match="there is no alarm"):
            act()
    assert desk.alarm(alarm.id) == alarm
    desk.acknowledge(alarm.id, "Bob")


def test_a_call_goes_out_though_the_answer_is_refused() -> None:
    watch = Watch()
    with pytest.raises(TransitionError, match="Ann is not on duty"):
        watch.room.duty.answer("Ann", 9)
    assert duress(watch).hidden_from == "Ann"


def test_two_calls_are_two_alarms_and_nothing_from_outside_can_pose_as_one() -> None:
    watch = Watch(reactivation=600)
    watch.room.duty.call_for_help("Ann", area="yard")
    watch.room.duty.call_for_help("Ann", area="yard")
    assert len(watch.room.desk.alarms()) == 2
    posing = Signal(id="d", t=1.0, kind="duress", state="raised", because={"hidden_from": "Ann"})
    with pytest.raises(SignalError, match="no source is called 'desk:duty'"):
        watch.room.desk.take(posing, "desk:duty")
    taken = watch.room.desk.take(posing, "mqtt")
    assert taken is not None
    assert taken.hidden_from is None


def test_the_roster_is_read_strictly() -> None:
    begun = presence.WatchBegun(version=1, at=T0, by="desk")
    came = presence.Came(version=2, at=T0, by="Ann", person="Ann")
    for event in (begun, came, presence.Went(version=3, at=T0, by="Ann", person="Ann")):
        assert presence.CODEC.decode(presence.CODEC.encode(event)) == event
    with pytest.raises(HistoryError, match="begins with came"):
        presence.apply(None, came)
    with pytest.raises(HistoryError, match="comes watch-begun as version 2"):
        presence.apply(presence.apply(None, begun), presence.WatchBegun(version=2, at=T0, by="desk"))
