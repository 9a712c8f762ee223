"""The table of transitions, row by row (docs/reference/alarm-states.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bartizan.desk.alarms import (
    AckLostError,
    Alarm,
    CommandError,
    Event,
    ExerciseMixError,
    HistoryError,
    Shelf,
    SignalError,
    Source,
    StaleVersionError,
    TransitionError,
    apply,
    fold,
)
from bartizan.desk.alarms.decide import (
    decide_acknowledge,
    decide_agree,
    decide_assess,
    decide_begin_assessment,
    decide_close,
    decide_confirm_contact,
    decide_decline,
    decide_dispose,
    decide_on_scene,
    decide_pass_time,
    decide_reopen,
    decide_send,
    decide_shelve,
    decide_unshelve,
)
from bartizan.desk.alarms.events import Acknowledged, Closed, Raised
from bartizan.desk.alarms.report import again, decide_open, decide_reactivate, decide_report, same
from bartizan.signal import Signal

T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def signal(**changed: Any) -> Signal:
    plain: dict[str, Any] = {"id": "run-1", "t": 10.0, "kind": "loitering", "state": "raised"}
    return Signal(**(plain | changed))


def raised(**changed: Any) -> Alarm:
    return fold(decide_open(signal(**changed), id="a", number=7, run="run", at=T0))


def after(alarm: Alarm, *steps: Sequence[Event]) -> Alarm:
    for events in steps:
        for event in events:
            alarm = apply(alarm, event)
    return alarm


def taken(**changed: Any) -> Alarm:
    alarm = raised(**changed)
    return after(alarm, decide_acknowledge(alarm, by="Ann", at=at(5)))


def cleared(alarm: Alarm, t: float = 20.0) -> Alarm:
    return after(alarm, decide_report(alarm, signal(t=t, state="ended"), run="run", at=at(t)))


def kinds(events: Sequence[Event]) -> list[str]:
    return [event.kind for event in events]


def test_a_raised_signal_opens_an_active_alarm_of_its_severity() -> None:
    alarm = raised(severity="high", exercise=True)
    assert (alarm.condition, alarm.handling, alarm.disposition, alarm.suppression) == ("active", "raised", None, None)
    assert (alarm.priority, alarm.exercise, alarm.version, alarm.number) == ("high", True, 1, 7)
    assert alarm.raised_at == T0
    assert alarm.signal == signal(severity="high", exercise=True).to_json()


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        (None, T0),
        ("2026-03-01T22:09:57.5Z", at(-2.5)),
        ("2026-03-01T23:09:57.5+01:00", at(-2.5)),
        ("2026-03-01T22:10:00.001Z", T0),  # a clock ahead of ours
        ("2026-03-01T22:00:00Z", at(-600)),
        ("2026-03-01T21:59:59Z", T0),  # eleven minutes late is a wrong clock, not a slow line
    ],
)
def test_the_time_of_the_report_counts_where_it_can_be_believed(utc: str | None, expected: datetime) -> None:
    alarm = raised(utc=utc)
    assert alarm.known_at == expected
    assert alarm.raised_at == T0


@pytest.mark.parametrize("utc", ["yesterday", "2026-03-01T22:10:00", "0001-01-01T00:00:00+23:00"])
def test_a_time_that_cannot_be_read_is_refused(utc: str) -> None:
    with pytest.raises(SignalError, match="signal 'run-1': utc"):
        raised(utc=utc)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"id": ""}, "an id of 1 to 200"),
        ({"id": "a\nb"}, "an id of 1 to 200"),
        ({"t": float("nan")}, "t is a number of seconds"),
        ({"t": "10"}, "t is a number of seconds"),
        ({"severity": "urgent"}, "severity 'urgent'"),
        ({"state": "over"}, "state 'over'"),
        ({"because": {"x": float("inf")}}, "does not fit JSON"),
        ({"because": {"x": object()}}, "does not fit JSON"),
        ({"because": {"x": "y" * 70_000}}, "at most 65536"),
    ],
)
def test_a_signal_that_cannot_be_kept_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(SignalError, match=words):
        raised(**changed)


def test_a_beginning_told_twice_is_the_same_and_another_beginning_is_not() -> None:
    alarm = raised()
    assert same(alarm, signal(), "run")
    assert decide_report(alarm, signal(), run="run", at=at(1)) == ()
    assert not same(alarm, signal(t=11.0), "run")
    assert not same(alarm, signal(kind="intrusion"), "run")
    assert same(alarm, signal(t=11.0, state="updated"), "run")


def test_an_update_moves_the_report_and_never_lowers_the_priority() -> None:
    alarm = raised(severity="medium")
    alarm = after(alarm, decide_report(alarm, signal(t=12.0, state="updated", severity="high"), run="run", at=at(2)))
    assert (alarm.priority, alarm.signal["t"], alarm.heard_at) == ("high", 12.0, at(2))
    alarm = after(alarm, decide_report(alarm, signal(t=13.0, state="updated", severity="low"), run="run", at=at(3)))
    assert (alarm.priority, alarm.signal["severity"]) == ("high", "low")


def test_an_old_or_repeated_report_changes_nothing() -> None:
    alarm = raised()
    late = signal(t=12.0, state="updated")
    alarm = after(alarm, decide_report(alarm, late, run="run", at=at(2)))
    assert decide_report(alarm, late, run="run", at=at(3)) == ()
    assert decide_report(alarm, signal(t=11.0, state="updated"), run="run", at=at(3)) == ()
    assert decide_report(alarm, signal(t=11.0, state="ended"), run="run", at=at(3)) == ()


def test_an_end_clears_and_an_update_makes_it_active_again() -> None:
    alarm = cleared(raised())
    assert (alarm.condition, alarm.cleared_at, alarm.handling) == ("cleared", at(20), "raised")
    assert decide_report(alarm, signal(t=21.0, state="ended"), run="run", at=at(21)) == ()
    alarm = after(alarm, decide_report(alarm, signal(t=22.0, state="updated"), run="run", at=at(22)))
    assert (alarm.condition, alarm.cleared_at) == ("active", None)


def test_an_end_or_update_of_which_no_beginning_was_heard_opens_its_alarm() -> None:
    assert raised(state="updated").condition == "active"
    lone_end = raised(state="ended")
    assert (lone_end.condition, lone_end.handling, lone_end.version) == ("cleared", "raised", 2)


def test_an_exercise_never_becomes_real() -> None:
    with pytest.raises(ExerciseMixError, match="alarm 7 is real and signal 'run-1' says it is an exercise"):
        decide_report(raised(), signal(t=11.0, state="updated", exercise=True), run="run", at=at(1))


def test_one_acknowledgement_wins_and_the_loser_learns_who() -> None:
    alarm = taken()
    assert (alarm.handling, alarm.acknowledged_by, alarm.acknowledged_at) == ("acknowledged", "Ann", at(5))
    assert decide_acknowledge(alarm, by="Ann", at=at(6)) == ()
    with pytest.raises(AckLostError, match="alarm 7 is already acknowledged by Ann at 22:10:05 UTC") as lost:
        decide_acknowledge(alarm, by="Bob", at=at(6), version=1)
    assert (lost.value.by, lost.value.at) == ("Ann", at(5))


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "Ann\nBob", "desk", None, 7])
def test_who_acts_has_a_name(name: Any) -> None:
    with pytest.raises(CommandError):
        decide_acknowledge(raised(), by=name, at=at(1))


def test_reports_of_the_sensor_do_not_make_a_command_stale_but_worse_ones_do() -> None:
    alarm = raised(severity="medium")
    alarm = after(alarm, decide_report(alarm, signal(t=11.0, state="updated"), run="run", at=at(1)))
    assert kinds(decide_acknowledge(alarm, by="Ann", at=at(2), version=1)) == ["acknowledged"]
    alarm = after(alarm, decide_report(alarm, signal(t=12.0, state="updated", severity="high"), run="run", at=at(2)))
    with pytest.raises(StaleVersionError, match="version 3 now, 2 then"):
        decide_acknowledge(alarm, by="Ann", at=at(3), version=2)
    assert kinds(decide_acknowledge(alarm, by="Ann", at=at(3), version=3)) == ["acknowledged"]
    with pytest.raises(StaleVersionError, match="version 3 now, 9 then"):
        decide_acknowledge(alarm, by="Ann", at=at(3), version=9)


def test_an_assessment_is_stale_after_another_and_after_a_reopening() -> None:
    alarm = taken()
    first = after(alarm, decide_assess(alarm, "real", by="Ann", at=at(6), version=2))
    with pytest.raises(StaleVersionError):
        decide_assess(first, "nuisance", by="Bob", at=at(7), version=2)
    sent = after(first, decide_send(first, "guards", by="Ann", at=at(7)))
    assert kinds(decide_assess(sent, "nuisance", by="Bob", at=at(8), version=3)) == ["assessed"]


@pytest.mark.parametrize("decide", [decide_begin_assessment, decide_close])
def test_nothing_is_judged_or_closed_before_it_is_acknowledged(decide: Any) -> None:
    with pytest.raises(TransitionError, match="alarm 7 is not acknowledged"):
        decide(raised(), by="Ann", at=at(1))
    with pytest.raises(TransitionError, match="alarm 7 is not acknowledged"):
        decide_assess(raised(), "real", by="Ann", at=at(1))


def test_assessment_can_be_begun_once() -> None:
    alarm = taken()
    alarm = after(alarm, decide_begin_assessment(alarm, by="Ann", at=at(6)))
    assert (alarm.handling, alarm.disposition) == ("assessing", None)
    assert decide_begin_assessment(alarm, by="Ann", at=at(7)) == ()


def test_a_real_alarm_stays_open_until_it_is_closed() -> None:
    alarm = cleared(taken())
    alarm = after(alarm, decide_assess(alarm, "real", by="Ann", at=at(30), note="two men at the gate"))
    assert (alarm.handling, alarm.disposition, alarm.assessed_by) == ("assessing", "real", "Ann")
    alarm = after(alarm, decide_close(alarm, by="Bob", at=at(40)))
    assert (alarm.handling, alarm.closed_by, alarm.closed_at, alarm.forced) == ("closed", "Bob", at(40), False)


def test_what_was_not_real_closes_at_once_where_it_has_cleared() -> None:
    alarm = cleared(taken())
    events = decide_assess(alarm, "nuisance", by="Ann", at=at(30), note="a fox")
    assert kinds(events) == ["assessed", "closed"]
    alarm = after(alarm, events)
    assert (alarm.handling, alarm.assessed_at, alarm.closed_by, alarm.note) == ("closed", at(30), "Ann", "a fox")


def test_what_was_not_real_closes_by_itself_when_it_clears() -> None:
    alarm = taken()
    alarm = after(alarm, decide_assess(alarm, "false", by="Ann", at=at(6)))
    assert (alarm.handling, alarm.disposition) == ("assessing", "false")
    alarm = cleared(alarm)
    assert (alarm.handling, alarm.closed_by, alarm.assessed_by) == ("closed", "desk", "Ann")


def test_what_is_still_active_closes_only_by_force_with_a_reason() -> None:
    alarm = taken()
    with pytest.raises(CommandError, match="needs a reason"):
        decide_assess(alarm, "nuisance", by="Ann", at=at(6), force=True)
    forced = after(alarm, decide_assess(alarm, "nuisance", by="Ann", at=at(6), note="stuck contact", force=True))
    assert (forced.handling, forced.forced, forced.reason) == ("closed", True, "stuck contact")
    real = after(alarm, decide_assess(alarm, "real", by="Ann", at=at(6)))
    lacking: list[dict[str, Any]] = [{}, {"force": True}, {"force": True, "reason": " "}, {"reason": "held"}]
    for options in lacking:
        with pytest.raises(TransitionError, match="alarm 7 is still active"):
            decide_close(real, by="Ann", at=at(7), **options)
    closed = after(real, decide_close(real, by="Ann", at=at(7), force=True, reason="held"))
    assert (closed.handling, closed.forced, closed.reason) == ("closed", True, "held")


def test_force_on_what_has_cleared_is_no_forced_closing() -> None:
    alarm = cleared(taken())
    alarm = after(alarm, decide_assess(alarm, "test", by="Ann", at=at(30), note="monthly", force=True))
    assert (alarm.handling, alarm.forced) == ("closed", False)


def test_nothing_closes_without_a_disposition() -> None:
    with pytest.raises(TransitionError, match="alarm 7 is not assessed"):
        decide_close(cleared(taken()), by="Ann", at=at(30))
    alarm = taken()
    with pytest.raises(HistoryError, match="closed as version 3 without a disposition"):
        apply(alarm, Closed(alarm="a", version=3, at=at(6), by="Ann"))


@pytest.mark.parametrize(
    ("disposition", "options", "words"),
    [
        ("intruder", {}, "'intruder' is no disposition"),
        ("duplicate", {}, "names the alarm"),
        ("nuisance", {"duplicate_of": "b"}, "names the alarm"),
        ("duplicate", {"duplicate_of": "a"}, "a duplicate of itself"),
        ("real", {"force": True, "note": "now"}, "not closed by its assessment"),
        ("real", {"note": "x" * 4_001}, "a note has 1 to 4000"),
        ("real", {"note": "bell \x07"}, "a note has 1 to 4000"),
    ],
)
def test_an_assessment_that_makes_no_sense_is_refused(disposition: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        decide_assess(taken(), disposition, by="Ann", at=at(6), **options)


def test_a_closed_alarm_takes_no_command_but_reopening() -> None:
    alarm = cleared(taken())
    alarm = after(alarm, decide_assess(alarm, "nuisance", by="Ann", at=at(30)))
    refusals: list[Callable[[], Any]] = [
        lambda: decide_acknowledge(alarm, by="Bob", at=at(31)),
        lambda: decide_begin_assessment(alarm, by="Bob", at=at(31)),
        lambda: decide_assess(alarm, "real", by="Bob", at=at(31)),
        lambda: decide_close(alarm, by="Bob", at=at(31)),
        lambda: decide_send(alarm, "guards", by="Bob", at=at(31)),
        lambda: decide_on_scene(alarm, "guards", by="Bob", at=at(31)),
        lambda: decide_confirm_contact(alarm, by="Bob", at=at(31)),
        lambda: decide_shelve(alarm, by="Bob", at=at(31), until=at(60), reason="x"),
    ]
    for refused in refusals:
        with pytest.raises(TransitionError, match="was closed by Ann at 22:10:30 UTC"):
            refused()
    alarm = after(alarm, decide_reopen(alarm, by="Bob", at=at(31), reason="seen again on camera"))
    assert (alarm.handling, alarm.disposition, alarm.acknowledged_by, alarm.closed_at) == ("reopened", None, None, None)
    with pytest.raises(TransitionError, match="is not closed"):
        decide_reopen(alarm, by="Bob", at=at(32), reason="again")
    assert after(alarm, decide_acknowledge(alarm, by="Bob", at=at(33))).acknowledged_by == "Bob"


def test_what_comes_back_reopens() -> None:
    alarm = cleared(taken())
    alarm = after(alarm, decide_assess(alarm, "nuisance", by="Ann", at=at(30)))
    events = decide_report(alarm, signal(t=40.0, state="updated"), run="run", at=at(40))
    assert kinds(events) == ["updated", "reopened"]
    alarm = after(alarm, events)
    assert (alarm.handling, alarm.condition, alarm.reason) == ("reopened", "active", "its condition came back")


def test_what_was_closed_by_force_reopens_only_when_it_grows_worse() -> None:
    alarm = taken(severity="medium")
    alarm = after(alarm, decide_assess(alarm, "false", by="Ann", at=at(6), note="stuck", force=True))
    alarm = after(alarm, decide_report(alarm, signal(t=11.0, state="updated"), run="run", at=at(7)))
    assert alarm.handling == "closed"
    alarm = after(alarm, decide_report(alarm, signal(t=12.0, state="updated", severity="high"), run="run", at=at(8)))
    assert (alarm.handling, alarm.reason) == ("reopened", "it grew worse")


def test_responses_are_sent_arrive_and_answer_once() -> None:
    alarm = raised()
    alarm = after(alarm, decide_send(alarm, "guards", by="Ann", at=at(2)))
    assert decide_send(alarm, "guards", by="Bob", at=at(3)) == ()
    alarm = after(alarm, decide_on_scene(alarm, "police", by="Bob", at=at(4)))
    alarm = after(alarm, decide_on_scene(alarm, "guards", by="Bob", at=at(5)))
    assert decide_on_scene(alarm, "guards", by="Ann", at=at(6)) == ()
    guards, police = alarm.dispatches
    assert (guards.sent_at, guards.sent_by, guards.on_scene_at, guards.on_scene_by) == (at(2), "Ann", at(5), "Bob")
    assert (police.response, police.sent_at, police.on_scene_at) == ("police", None, at(4))
    alarm = after(alarm, decide_confirm_contact(alarm, by="Ann", at=at(7)))
    assert (alarm.contact_confirmed, alarm.contact_confirmed_at) == (True, at(7))
    assert decide_confirm_contact(alarm, by="Bob", at=at(8)) == ()


def test_a_shelf_ends_by_itself_and_has_a_longest_time() -> None:
    alarm = raised()
    alarm = after(alarm, decide_shelve(alarm, by="Ann", at=at(1), until=at(600), reason="works at the fence"))
    assert alarm.suppression is not None
    assert (alarm.suppression.until, alarm.suppression.by, alarm.condition) == (at(600), "Ann", "active")
    assert decide_pass_time(alarm, at=at(599.9)) == ()
    ended = decide_pass_time(alarm, at=at(600))
    assert [(event.kind, event.by) for event in ended] == [("unshelved", "desk")]
    assert after(alarm, ended).suppression is None
    assert after(alarm, decide_unshelve(alarm, by="Bob", at=at(2))).suppression is None
    assert decide_unshelve(raised(), by="Bob", at=at(2)) == ()
    for until in (at(1), at(0), at(1) + timedelta(hours=8, seconds=1)):
        with pytest.raises(CommandError, match="within 8 hours"):
            decide_shelve(raised(), by="Ann", at=at(1), until=until, reason="x")


def test_shelving_an_active_alarm_of_high_priority_is_proposed_by_one_and_agreed_to_by_another() -> None:
    alarm = after(
        raised(severity="high"), decide_shelve(raised(severity="high"), by="Ann", at=at(1), until=at(900), reason="x")
    )
    assert alarm.suppression is None
    assert alarm.shelf_proposal is not None
    for same_person in ("Ann", " Ann ", "ANN"):
        with pytest.raises(TransitionError, match="a second person agrees to shelve it, not Ann"):
            decide_agree(alarm, by=same_person, at=at(2))
    with pytest.raises(TransitionError, match="nobody proposes to shelve alarm 7 now"):
        decide_agree(alarm, by="Bob", at=at(601))
    shelved = after(alarm, decide_agree(alarm, by="Bob", at=at(2)))
    assert shelved.suppression == Shelf(until=at(900), reason="x", by="Ann", second="Bob")
    assert shelved.shelf_proposal is None


def test_a_proposal_to_shelve_is_declined_lapses_or_is_overtaken() -> None:
    alarm = raised(severity="high")
    asked = after(alarm, decide_shelve(alarm, by="Ann", at=at(1), until=at(900), reason="x"))
    assert after(asked, decide_decline(asked, by="Bob", at=at(2), reason="no")).shelf_proposal is None
    assert decide_decline(alarm, by="Bob", at=at(2)) == ()
    assert decide_pass_time(asked, at=at(600.9)) == ()
    lapsed = decide_pass_time(asked, at=at(601))
    assert kinds(lapsed) == ["shelf-declined"]
    assert after(asked, lapsed).shelf_proposal is None
    with pytest.raises(TransitionError, match="nobody proposes"):
        decide_agree(after(asked, lapsed), by="Bob", at=at(602))
    # Bob saw another alarm than the one that Ann has taken meanwhile
    taken_since = after(asked, decide_acknowledge(asked, by="Ann", at=at(3)))
    with pytest.raises(StaleVersionError):
        decide_agree(taken_since, by="Bob", at=at(4), version=asked.version)
    short = decide_shelve(alarm, by="Ann", at=at(1), until=at(30), reason="x")
    assert decide_pass_time(after(alarm, short), at=at(30)) != ()


def test_what_one_person_shelved_is_heard_as_soon_as_it_needs_two() -> None:
    low = raised(severity="low")
    quiet = after(low, decide_shelve(low, by="Ann", at=at(1), until=at(900), reason="x"))
    worse = decide_report(quiet, signal(t=12.0, state="updated", severity="high"), run="run", at=at(2))
    assert kinds(worse) == ["updated", "unshelved"]
    assert after(quiet, worse).suppression is None
    assert after(quiet, worse).waits_since == at(2)
    gone = cleared(raised(severity="high"))
    quiet = after(gone, decide_shelve(gone, by="Ann", at=at(21), until=at(900), reason="x"))
    assert quiet.suppression is not None
    back = decide_report(quiet, signal(t=30.0, state="updated", severity="low"), run="run", at=at(30))
    assert kinds(back) == ["updated", "unshelved"]


def test_what_two_shelved_stays_quiet() -> None:
    alarm = raised(severity="high")
    alarm = after(alarm, decide_shelve(alarm, by="Ann", at=at(1), until=at(900), reason="x"))
    alarm = after(alarm, decide_agree(alarm, by="Bob", at=at(2)))
    more = decide_report(alarm, signal(t=12.0, state="updated", severity="high"), run="run", at=at(3))
    assert kinds(more) == ["updated"]


def test_an_alarm_is_disposed_of_in_one_go() -> None:
    alarm = cleared(raised())
    events = decide_dispose(alarm, "nuisance", by="Ann", at=at(30), note="a fox")
    assert kinds(events) == ["acknowledged", "assessed", "closed"]
    done = after(alarm, events)
    assert (done.handling, done.disposition, done.acknowledged_by, done.assessed_by) == (
        "closed",
        "nuisance",
        "Ann",
        "Ann",
    )
    assert kinds(decide_dispose(raised(), "real", by="Ann", at=at(1))) == ["acknowledged", "assessed"]
    assert kinds(decide_dispose(taken(), "false", by="Bob", at=at(6))) == ["assessed"]
    with pytest.raises(StaleVersionError):
        decide_dispose(taken(), "false", by="Bob", at=at(6), version=1)
    with pytest.raises(TransitionError, match="was closed by"):
        decide_dispose(done, "false", by="Bob", at=at(40))


SOON = timedelta(seconds=30)


def test_what_cleared_and_comes_again_soon_is_the_same_alarm() -> None:
    alarm = cleared(raised(zone="front", rule="loiter"))
    more = signal(id="run-2", t=30.0, zone="front", rule="loiter")
    assert again(alarm, more, "other", SOON, at(50))
    assert not again(alarm, more, "other", SOON, at(50.001))
    came = after(alarm, decide_reactivate(alarm, more, run="other", at=at(30)))
    assert (came.condition, came.version, came.number, len(came.earlier)) == ("active", 3, 7, 1)
    assert came.source == Source(run="other", signal="run-2", t=30.0, kind="loitering")
    assert came.signal["id"] == "run-2"
    # told again, the first report is known; what it says while the second one holds changes nothing
    first = signal(zone="front", rule="loiter")
    assert same(came, first, "run")
    assert decide_report(came, first, run="run", at=at(31)) == ()
    assert decide_report(came, signal(t=20.0, state="ended"), run="run", at=at(31)) == ()
    assert decide_report(came, signal(t=99.0, state="updated"), run="run", at=at(31)) == ()
    over = after(came, decide_report(came, signal(id="run-2", t=40.0, state="ended"), run="other", at=at(40)))
    assert over.condition == "cleared"
    # the first one goes on after all
    late = decide_report(over, signal(t=99.0, state="updated"), run="run", at=at(41))
    assert kinds(late) == ["reactivated"]
    assert after(over, late).source.signal == "run-1"


@pytest.mark.parametrize(
    "changed",
    [
        {"severity": "high"},
        {"exercise": True},
        {"state": "updated"},
        {"because": {"reported_by": "Ann"}},
        {"zone": None},
    ],
)
def test_what_is_worse_or_of_another_kind_is_an_alarm_of_its_own(changed: dict[str, Any]) -> None:
    alarm = cleared(raised(zone="front"))
    assert again(alarm, signal(id="b", t=30.0, zone="front"), "other", SOON, at(25))
    assert not again(alarm, signal(**({"id": "b", "t": 30.0, "zone": "front"} | changed)), "other", SOON, at(25))


def test_an_exercise_comes_again_within_its_own_run_alone() -> None:
    begun = raised(zone="front", exercise=True)
    alarm = after(begun, decide_report(begun, signal(t=20.0, state="ended", exercise=True), run="run", at=at(20)))
    more = signal(id="b", t=30.0, zone="front", exercise=True)
    assert again(alarm, more, alarm.source.run, SOON, at(25))
    # played anew it is noticed anew
    assert not again(alarm, more, "other", SOON, at(25))


def test_what_somebody_judged_or_still_holds_or_repeats_too_often_does_not_come_again() -> None:
    more = signal(id="b", t=30.0, zone="front")
    assert not again(raised(zone="front"), more, "other", SOON, at(25))
    assert not again(
        after(cleared(taken(zone="front")), decide_assess(cleared(taken(zone="front")), "real", by="A", at=at(21))),
        more,
        "other",
        SOON,
        at(25),
    )
    alarm = cleared(raised(zone="front"))
    for n in range(100):
        assert again(alarm, signal(id=f"b{n}", t=30.0 + n, zone="front"), "other", SOON, at(21))
        alarm = after(
            alarm, decide_reactivate(alarm, signal(id=f"b{n}", t=30.0 + n, zone="front"), run="run", at=at(21))
        )
        ended = signal(id=f"b{n}", t=30.5 + n, state="ended")
        alarm = after(alarm, decide_report(alarm, ended, run="run", at=at(21)))
    assert not again(alarm, signal(id="c", t=300.0, zone="front"), "other", SOON, at(21))


def test_the_own_call_for_help_is_hidden_and_never_comes_again() -> None:
    mine = Signal(id="d", t=1.0, kind="duress", state="raised", severity="high", because={"hidden_from": "Ann"})
    alarm = fold(decide_open(mine, id="a", number=7, run="desk:duty", at=T0))
    assert alarm.hidden_from == "Ann"
    # nothing from outside can hide itself
    assert fold(decide_open(mine, id="a", number=7, run="mqtt", at=T0)).hidden_from is None
    assert raised(because={"hidden_from": "Ann"}).hidden_from is None


def test_a_fold_refuses_what_no_desk_wrote() -> None:
    opened = decide_open(signal(), id="a", number=1, run="", at=T0)
    with pytest.raises(HistoryError, match="without events"):
        fold([])
    with pytest.raises(HistoryError, match="not by being raised"):
        fold([Acknowledged(alarm="a", version=1, at=T0, by="Ann")])
    for version, name in ((1, "a"), (3, "a"), (2, "b")):
        with pytest.raises(HistoryError, match="after version 1 comes acknowledged"):
            fold([*opened, Acknowledged(alarm=name, version=version, at=T0, by="Ann")])
    with pytest.raises(HistoryError, match="comes raised"):
        fold([*opened, *opened])
    with pytest.raises(HistoryError, match="is not in UTC"):
        Acknowledged(alarm="a", version=2, at=datetime(2026, 1, 1), by="Ann")  # noqa: DTZ001 - the fault under test


def test_an_alarm_and_its_events_cannot_be_changed() -> None:
    (event,) = decide_open(signal(), id="a", number=1, run="", at=T0)
    assert isinstance(event, Raised)
    with pytest.raises(TypeError):
        event.signal["kind"] = "x"  # type: ignore[index]
    with pytest.raises(AttributeError):
        raised().handling = "closed"  # type: ignore[misc]


def test_the_alarm_as_json_has_every_field() -> None:
    alarm = taken()
    told = alarm.to_json()
    assert told["signal"] == dict(alarm.signal)
    assert told["acknowledged_at"] == "2026-03-01T22:10:05.000000Z"
    assert told["closed_at"] is None
    shown = set(alarm.__dataclass_fields__) - {"source", "stale_below", "earlier"} | {"run", "repeats"}
    assert set(told) == shown


def test_a_closed_alarm_is_quiet_no_longer_when_it_comes_back() -> None:
    shelved = after(taken(), decide_shelve(taken(), by="Ann", at=at(6), until=at(600), reason="works at the fence"))
    closed = after(shelved, decide_assess(shelved, "nuisance", by="Ann", at=at(7), note="works", force=True))
    assert (closed.handling, closed.suppression) == ("closed", None)
    back = after(closed, decide_reopen(closed, by="Bob", at=at(8), reason="it was no worker"))
    assert back.suppression is None
