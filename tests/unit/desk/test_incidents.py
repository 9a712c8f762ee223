"""Incidents at a desk: deadlines, timers, supervisors, responders, another kind; each with what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.desk.alarms import Alarm, HistoryError, UnknownAlarmError
from bartizan.desk.errors import CommandError, ExerciseMixError, StaleVersionError, TransitionError, UnknownThingError
from bartizan.desk.incidents import Incident
from bartizan.desk.incidents.events import RanLate
from bartizan.errors import UnknownIdError
from bartizan.signal import Signal
from bartizan.site import build

T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
SITE = build(
    {
        "schema": 1,
        "site": {"name": "x"},
        "response": [{"id": "force", "arrival": {"mean": 60, "sd": 6}}],
        "responder": [
            {"id": "anna", "call_sign": "Anna 1", "response": "force"},
            {"id": "berta", "name": "Berta"},
        ],
        "partner": [{"id": "police", "level": "amber"}, {"id": "stand-in", "level": "amber", "exercise": True}],
        "state": [{"id": "normal", "axis": "posture"}, {"id": "high", "axis": "posture"}],
        "procedure": [
            {
                "id": "p1",
                "kind": "entry",
                "name": "Somebody comes in",
                "signals": ["contact"],
                "times": {"acknowledged": 30, "dispatched": 90},
                "step": [
                    {"id": "a", "text": "bolt the door", "within": 20, "sets": "high"},
                    {
                        "id": "b",
                        "text": "is he armed?",
                        "answer": [{"id": "y", "text": "yes", "next": "d"}, {"id": "n", "text": "no"}],
                    },
                    {"id": "c", "text": "talk to him", "next": "end"},
                    {"id": "d", "text": "hide", "within": 60},
                ],
            },
            {"id": "p2", "kind": "scouting", "signals": ["loitering"], "step": [{"id": "w", "text": "watch"}]},
        ],
    }
)


class Post:
    """A desk with a clock of its own, and what its supervisor was told."""

    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.at = T0
        self.told: list[tuple[str, str, bool]] = []
        self.count = 0
        self.open()

    def open(self) -> None:
        """Begin, or begin again after a stop."""
        self.room: Room = open_room(SITE, self.journal, lambda: self.at, states=["normal"], minds=False)
        self.room.incidents.call = lambda words, key, exercise: self.told.append((words, key, exercise))
        self.incidents = self.room.incidents

    def go(self, seconds: float) -> None:
        """Let time pass, and what becomes due happen."""
        self.at += timedelta(seconds=seconds)
        self.room.pass_time()

    def alarm(self, kind: str = "contact", **more: Any) -> Alarm:
        """An alarm of now."""
        self.count += 1
        return self.room.desk.submit(Signal(id=f"s{self.count}", t=1.0, kind=kind, state="raised", **more))

    def opened(self, kind: str = "contact", **more: Any) -> Incident:
        """An incident of one alarm."""
        return self.incidents.open([self.alarm(kind, **more).id], "Ann")

    def late(self, incident: Incident) -> list[tuple[str, datetime]]:
        """What ran late, and its limit."""
        return [(one.what, one.limit) for one in self.incidents.history(incident.id) if isinstance(one, RanLate)]


@pytest.fixture
def post() -> Post:
    return Post()


# ---- opening


def test_an_incident_is_of_the_kind_that_its_alarms_suggest(post: Post) -> None:
    one = post.opened()
    assert (one.kind, one.title, one.number, one.state, one.lead) == ("entry", "Somebody comes in", 1, "new", None)
    other = post.opened("motion")
    assert (other.kind, other.run, other.title) == (None, None, "motion (alarm 2)")
    named = post.incidents.open([post.alarm().id], "Ann", title="Gate", kind="flood")
    assert (named.kind, named.run, named.title) == ("flood", None, "Gate")


def test_what_cannot_be_opened_is_refused_in_words(post: Post) -> None:
    real, drill = post.alarm(), post.alarm(exercise=True)
    with pytest.raises(ExerciseMixError, match="all exercise or all real"):
        post.incidents.open([real.id, drill.id], "Ann")
    with pytest.raises(ExerciseMixError):
        post.incidents.open([real.id], "Ann", exercise=True)
    with pytest.raises(CommandError, match="without an alarm says whether it is an exercise"):
        post.incidents.open([], "Ann", title="x")
    with pytest.raises(CommandError, match="without an alarm needs a title"):
        post.incidents.open([], "Ann", exercise=False)
    with pytest.raises(UnknownAlarmError):
        post.incidents.open(["nothing"], "Ann")
    with pytest.raises(CommandError, match="who acts is named"):
        post.incidents.open([real.id], " ")
    first = post.incidents.open([real.id], "Ann")
    with pytest.raises(TransitionError, match=r"alarm 1 belongs to incident 1 .*Take it out there first"):
        post.incidents.open([real.id], "Ben")
    with pytest.raises(ExerciseMixError, match="alarm 2 and incident 1"):
        post.incidents.join(first.id, drill.id, "Ann")
    with pytest.raises(UnknownThingError):
        post.incidents.lead("nothing", "Ann")
    assert post.incidents.of_alarm(drill.id) is None


def test_an_alarm_that_was_taken_out_may_belong_elsewhere(post: Post) -> None:
    one, other = post.opened(), post.opened("motion")
    extra = post.alarm()
    post.incidents.join(one.id, extra.id, "Ann")
    with pytest.raises(CommandError, match="a reason has"):
        post.incidents.part(one.id, extra.id, "Ann", "")
    assert post.incidents.part(one.id, extra.id, "Ann", "another gate").alarms == one.alarms
    assert post.incidents.of_alarm(extra.id) is None
    assert extra.id not in post.incidents.taken()
    assert post.incidents.join(other.id, extra.id, "Ann").alarms == (*other.alarms, extra.id)


# ---- the procedure


def test_the_answer_says_what_comes_next(post: Post) -> None:
    one = post.opened()
    post.incidents.step(one.id, "a", "Ann")
    with pytest.raises(CommandError, match="is done with one of its answers: y, n"):
        post.incidents.step(one.id, "b", "Ann")
    with pytest.raises(CommandError, match="is done with one of its answers"):
        post.incidents.step(one.id, "b", "Ann", answer="maybe")
    after = post.incidents.step(one.id, "b", "Ben", answer="y", note="a knife")
    assert after.run is not None
    assert after.run.present == "d"
    with pytest.raises(CommandError, match="asks nothing"):
        post.incidents.step(one.id, "d", "Ann", answer="y")
    end = post.incidents.step(one.id, "d", "Ann")
    assert end.run is not None
    assert end.run.present is None
    assert [(done.step, done.answer, done.by) for done in end.steps] == [
        ("a", None, "Ann"),
        ("b", "y", "Ben"),
        ("d", None, "Ann"),
    ]
    with pytest.raises(TransitionError, match="no procedure waits"):
        post.incidents.step(one.id, "c", "Ann")


def test_two_who_press_at_once_do_the_step_once(post: Post) -> None:
    one = post.opened()
    first = post.incidents.step(one.id, "a", "Ann")
    assert post.incidents.step(one.id, "a", "Ben") == first
    with pytest.raises(TransitionError, match="is not the present one: it is 'b'"):
        post.incidents.skip(one.id, "a", "Ben", "done already")


def test_another_kind_brings_another_procedure_and_keeps_what_was_done(post: Post) -> None:
    one = post.opened()
    post.incidents.step(one.id, "a", "Ann")
    post.incidents.skip(one.id, "b", "Ann", "nobody there")
    after = post.incidents.classify(one.id, "scouting", "Ben")
    assert after.run is not None
    assert (after.kind, after.run.present, after.run.done) == ("scouting", "w", ())
    assert [(done.procedure, done.step) for done in after.steps] == [("p1", "a"), ("p1", "b")]
    # what was skipped before is still for the supervisor to see
    assert post.incidents.see_skip(one.id, 2, "Sue").unseen_skips == ()
    assert post.incidents.classify(one.id, "scouting", "Ann").version == post.incidents.incident(one.id).version
    back = post.incidents.classify(one.id, "entry", "Ann")
    assert [done.step for done in back.steps] == ["a", "b"]
    assert back.run is not None
    assert back.run.present == "a"


def test_the_procedure_of_a_case_stays_as_it_was_when_it_began(post: Post) -> None:
    one = post.opened()
    changed = SITE.with_changes([{"at": "procedure/p1", "remove": True}])
    later = open_room(changed, post.journal, lambda: post.at, states=["normal"], minds=False)
    after = later.incidents.step(one.id, "a", "Ann")
    assert after.run is not None
    assert after.run.present == "b"


def test_a_posture_is_set_by_a_real_case_alone(post: Post) -> None:
    drill = post.opened(exercise=True)
    post.incidents.step(drill.id, "a", "Ann")
    assert post.room.posture.present == "normal"
    real = post.opened()
    post.incidents.step(real.id, "a", "Ann")
    assert post.room.posture.present == "high"
    assert post.room.posture.holding is not None
    assert post.room.posture.holding.incident == real.id


# ---- the supervisor


def test_a_skipped_step_is_told_to_the_supervisor_once_and_seen_by_somebody_else(post: Post) -> None:
    one = post.opened()
    with pytest.raises(CommandError, match="a reason has"):
        post.incidents.skip(one.id, "a", "Ann", "  ")
    post.incidents.skip(one.id, "a", "Ann", "the door is gone")
    post.go(1)
    post.go(1)
    assert post.told == [
        ("Incident 1 (Somebody comes in): step skipped: bolt the door", f"incident/{one.id}/skip/1", False)
    ]
    # after a restart it is told again, under the same key, until somebody has seen it
    post.open()
    post.go(1)
    assert [key for _, key, _ in post.told] == [f"incident/{one.id}/skip/1"] * 2
    with pytest.raises(TransitionError, match="Ann skipped this step"):
        post.incidents.see_skip(one.id, 1, "Ann")
    with pytest.raises(CommandError, match="step number 2 of incident 1 was not skipped"):
        post.incidents.see_skip(one.id, 2, "Sue")
    seen = post.incidents.see_skip(one.id, 1, "Sue")
    assert (seen.steps[0].seen_by, seen.unseen_skips) == ("Sue", ())
    assert post.incidents.see_skip(one.id, 1, "Tom") == seen


def test_what_runs_late_is_kept_once_with_its_limit(post: Post) -> None:
    one = post.opened()
    post.go(19)
    assert post.late(one) == []
    post.go(1)
    assert post.late(one) == [("step/a", T0 + timedelta(seconds=20))]
    post.go(10)
    post.go(10)
    limits = [("step/a", T0 + timedelta(seconds=20)), ("timer/acknowledged", T0 + timedelta(seconds=30))]
    assert post.late(one) == limits
    assert post.incidents.incident(one.id).late == ("step/a", "timer/acknowledged")
    after = post.incidents.step(one.id, "a", "Ann")
    assert after.steps[0].late
    assert [key.rpartition("late/")[2] for _, key, _ in post.told] == ["step/a", "timer/acknowledged"]


def test_a_deadline_that_passed_while_the_desk_was_off_falls_due_at_its_start(post: Post) -> None:
    one = post.opened()
    post.at += timedelta(hours=1)
    post.open()
    assert [what for what, _ in post.late(one)] == ["step/a", "timer/acknowledged", "timer/dispatched"]
    assert post.late(one)[0][1] == T0 + timedelta(seconds=20)


def test_a_stage_reached_in_time_is_not_late(post: Post) -> None:
    alarm = post.alarm()
    one = post.incidents.open([alarm.id], "Ann")
    post.incidents.step(one.id, "a", "Ann")
    post.at += timedelta(seconds=29)
    post.room.desk.acknowledge(alarm.id, "Ann")
    post.at += timedelta(seconds=30)
    post.incidents.send(one.id, "anna", "Ann")
    post.go(3600)
    assert post.late(one) == []
    timers = post.incidents.incident(one.id).timers
    assert timers.acknowledged == T0 + timedelta(seconds=29)
    assert timers.dispatched == T0 + timedelta(seconds=59)


# ---- timers and responders


def test_timers_are_those_of_the_earliest_alarm(post: Post) -> None:
    first = post.alarm()
    post.go(50)
    second = post.alarm()
    post.room.desk.acknowledge(second.id, "Ann")
    one = post.incidents.open([second.id], "Ann")
    assert (one.timers.raised, one.timers.acknowledged) == (T0 + timedelta(seconds=50),) * 2
    after = post.incidents.join(one.id, first.id, "Ann")
    assert after.timers.raised == T0
    post.go(5)
    post.room.desk.assess(second.id, "Ann", "real")
    post.go(5)
    assert post.incidents.incident(one.id).timers.assessed == T0 + timedelta(seconds=55)


def test_sending_a_responder_sends_their_force_on_every_open_alarm(post: Post) -> None:
    first, second = post.alarm(), post.alarm()
    one = post.incidents.open([first.id, second.id], "Ann")
    post.room.desk.acknowledge(second.id, "Ann")
    post.room.desk.assess(second.id, "Ann", "false", force=True, note="wind")
    post.incidents.send(one.id, "anna", "Ann")
    post.incidents.send(one.id, "berta", "Ann")
    assert [sent.response for sent in post.room.desk.alarm(first.id).dispatches] == ["force"]
    assert post.room.desk.alarm(second.id).dispatches == ()
    post.incidents.answered(one.id, "anna", "Ann")
    assert post.room.desk.alarm(first.id).contact_confirmed
    post.incidents.arrived(one.id, "anna", "Ann")
    assert post.room.desk.alarm(first.id).dispatches[0].on_scene_at == T0
    assert {unit.id: busy and busy.id for unit, busy in post.incidents.responders()} == {
        "anna": one.id,
        "berta": one.id,
    }
    post.incidents.left(one.id, "anna", "Ann")
    assert {unit.id: busy for unit, busy in post.incidents.responders()}["anna"] is None


def test_a_responder_is_in_one_place_and_what_is_real_goes_first(post: Post) -> None:
    one, other, drill = post.opened(), post.opened(), post.opened(exercise=True)
    with pytest.raises(UnknownIdError, match="no responder has the id 'carl'"):
        post.incidents.send(one.id, "carl", "Ann")
    with pytest.raises(TransitionError, match="is not on the way to incident 1"):
        post.incidents.arrived(one.id, "anna", "Ann")
    post.incidents.send(drill.id, "anna", "Ann")
    post.incidents.send(one.id, "anna", "Ann")
    with pytest.raises(TransitionError, match="Anna 1 is on incident 1"):
        post.incidents.send(other.id, "anna", "Ann")
    with pytest.raises(TransitionError, match="Anna 1 is on incident"):
        post.incidents.send(post.opened(exercise=True).id, "anna", "Ann")


# ---- the end


def test_a_case_ends_in_order(post: Post) -> None:
    alarm = post.alarm("motion")
    one = post.incidents.open([alarm.id], "Ann")
    post.incidents.lead(one.id, "Ann")
    with pytest.raises(TransitionError, match="alarm 1 is not assessed"):
        post.incidents.resolve(one.id, "nothing", "Ann")
    post.room.desk.acknowledge(alarm.id, "Ann")
    post.room.desk.assess(alarm.id, "Ann", "nuisance")
    with pytest.raises(TransitionError, match="Resolve it first"):
        post.incidents.close(one.id, "Sue")
    post.incidents.resolve(one.id, "a cat", "Ann")
    with pytest.raises(TransitionError, match="is resolved and cannot be given more alarms"):
        post.incidents.join(one.id, post.alarm().id, "Ann")
    post.incidents.close(one.id, "Sue")
    assert post.incidents.open_ones() == ()
    with pytest.raises(TransitionError, match="Ann led incident 1"):
        post.incidents.review(one.id, "fine", "Ann")
    assert post.incidents.review(one.id, "fine", "Sue").state == "reviewed"
    again = post.incidents.reopen(one.id, "no cat", "Sue")
    assert (again.state, again.outcome, again.closed_by, again.review) == ("in-progress", None, None, None)
    with pytest.raises(TransitionError, match="cannot be reopened"):
        post.incidents.reopen(one.id, "no cat", "Sue")


def test_what_was_skipped_keeps_a_case_open_until_a_supervisor_has_seen_it(post: Post) -> None:
    one = post.opened("loitering")
    post.room.desk.acknowledge(one.alarms[0], "Ann")
    post.room.desk.assess(one.alarms[0], "Ann", "real")
    with pytest.raises(TransitionError, match="is at step 'w'"):
        post.incidents.resolve(one.id, "gone", "Ann")
    post.incidents.skip(one.id, "w", "Ann", "he is gone")
    post.incidents.resolve(one.id, "gone", "Ann")
    with pytest.raises(TransitionError, match="1 skipped steps were seen by no supervisor"):
        post.incidents.close(one.id, "Sue")
    # it is over, and is told to the supervisor all the same
    post.told.clear()
    post.open()
    post.go(1)
    assert [key for _, key, _ in post.told] == [f"incident/{one.id}/skip/1"]
    post.incidents.see_skip(one.id, 1, "Sue")
    assert post.incidents.close(one.id, "Sue").state == "closed"


def test_a_command_formed_on_what_another_person_changed_is_refused(post: Post) -> None:
    one = post.opened("motion")
    post.incidents.note(one.id, "seen at the gate", "Ben")
    with pytest.raises(StaleVersionError, match="incident 1 has changed since it was read"):
        post.incidents.classify(one.id, "entry", "Ann", version=one.version)
    # what the desk notes by itself makes nobody's command stale
    now = post.incidents.classify(one.id, "entry", "Ann")
    post.go(25)
    assert post.incidents.incident(one.id).version > now.version
    post.incidents.classify(one.id, "scouting", "Ann", version=now.version)
    with pytest.raises(StaleVersionError):
        post.incidents.classify(one.id, "entry", "Ann", version=99)


def test_what_is_red_goes_to_nobody(post: Post) -> None:
    one = post.opened("motion")
    with pytest.raises(CommandError, match="RED is read by nobody outside"):
        post.incidents.share(one.id, "red", ["police"], "Sue")
    post.incidents.share(one.id, "red", [], "Sue")
    with pytest.raises(TransitionError, match="is RED: it goes to nobody"):
        post.incidents.hand_over(one.id, "police", "Sue")
    post.incidents.share(one.id, "amber", [], "Sue")
    with pytest.raises(UnknownIdError, match="no partner has the id 'polic'"):
        post.incidents.share(one.id, "amber", ["polic"], "Sue")
    with pytest.raises(ExerciseMixError, match="nothing of one goes to the other"):
        post.incidents.hand_over(one.id, "stand-in", "Sue")
    after = post.incidents.hand_over(one.id, "police", "Sue", "joint")
    assert (after.state, after.partners) == ("handed-over", ("police",))
    assert post.incidents.hand_over(one.id, "police", "Sue") == after
    # a case that was handed over is still worked on here
    assert post.incidents.contain(one.id, "held", "Ann").timers.contained == T0


def test_links_are_between_what_is_alike_in_truth(post: Post) -> None:
    one, other, drill = post.opened(), post.opened(), post.opened(exercise=True)
    with pytest.raises(ExerciseMixError, match="an exercise is not linked to a real incident"):
        post.incidents.link(one.id, drill.id, "related-to", "Sue")
    with pytest.raises(CommandError, match="cannot be linked to itself"):
        post.incidents.link(one.id, one.id, "related-to", "Sue")
    with pytest.raises(CommandError, match="is no way to belong together"):
        post.incidents.link(one.id, other.id, "cousin-of", "Sue")  # type: ignore[arg-type]
    post.incidents.link(one.id, other.id, "related-to", "Sue")
    after = post.incidents.link(one.id, other.id, "repeat-of", "Tom")
    assert [(link.kind, link.by) for link in after.links] == [("repeat-of", "Tom")]
    assert [(found.id, kind) for found, kind in post.incidents.linked_by(other.id)] == [(one.id, "repeat-of")]
    assert post.incidents.unlink(one.id, other.id, "Sue", "another man").links == ()


def test_manner_is_conduct_of_a_closed_list(post: Post) -> None:
    one = post.opened()
    with pytest.raises(CommandError, match="'tall' is no manner"):
        post.incidents.describe(one.id, ["tall"], "Ann")
    assert post.incidents.describe(one.id, ["armed", "alone"], "Ann").manner == ("alone", "armed")


# ---- what was kept


def test_a_journal_that_was_altered_is_refused(post: Post) -> None:
    one = post.opened()
    post.incidents.step(one.id, "a", "Ann")
    for kind, key, value, words in (
        ("step-done", "step", "d", "step 'd' is over out of its turn"),
        ("opened", "sharing", "purple", "not one of red"),
        ("classified", "procedure", {"id": "x"}, "not an object with id, kind"),
    ):
        records = [
            replace(record, body=dict(record.body) | ({key: value} if record.kind == kind else {}))
            for record in post.journal.read()
        ]
        with pytest.raises(HistoryError, match=words):
            open_room(SITE, MemoryJournal(records), lambda: post.at, minds=False)
