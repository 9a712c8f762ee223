"""Handing a shift over, and mustering: who may sign what, and what nobody may."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.desk.alarms import HistoryError
from bartizan.desk.errors import CommandError, ExerciseMixError, TransitionError, UnknownThingError
from bartizan.desk.shifts import Handover, digest_of
from bartizan.signal import Signal
from bartizan.site import build

T0 = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
SITE = build({"schema": 1, "site": {"name": "x"}, "state": [{"id": "high", "axis": "posture"}]})


class Post:
    """A desk with a clock of its own."""

    def __init__(self, journal: MemoryJournal | None = None) -> None:
        self.journal = journal or MemoryJournal()
        self.at = T0
        self.room: Room = open_room(SITE, self.journal, lambda: self.at, minds=False)

    def alarm(self, name: str, *, exercise: bool = False) -> str:
        """An alarm of now."""
        return self.room.desk.submit(Signal(id=name, t=1.0, kind="contact", state="raised", exercise=exercise)).id

    def signed(self) -> Handover:
        """A hand-over that Ann has signed."""
        begun = self.room.shifts.begin("Ann")
        return self.room.shifts.sign(begun.id, "Ann")


@pytest.fixture
def post() -> Post:
    return Post()


def test_what_is_signed_is_the_situation_of_that_moment(post: Post) -> None:
    shelved, other = post.alarm("s1"), post.alarm("s2")
    post.room.desk.acknowledge(shelved, "Ann")
    post.room.desk.shelve(shelved, "Ann", T0 + timedelta(hours=1), "wind")
    case = post.room.incidents.open([other], "Ann", title="A case")
    post.room.posture.set("high", by="Ann", reason="a warning")
    begun = post.room.shifts.begin("Ann")
    post.room.shifts.remark(begun.id, "14 keys", "Ann")
    signed = post.room.shifts.sign(begun.id, "Ann")
    told = signed.situation
    assert [one["number"] for one in told["incidents"]] == [case.number]
    assert [(one["number"], one["reason"]) for one in told["shelved"]] == [(1, "wind")]
    assert {one["number"] for one in told["alarms"]} == {1, 2}
    assert told["posture"]["state"] == "high"
    assert [one["text"] for one in told["remarks"]] == ["14 keys"]
    assert signed.digest == digest_of(told)
    # what happens later is not in what was signed
    post.alarm("s3")
    assert post.room.shifts.handover(begun.id).situation == told
    assert post.room.shifts.sign(begun.id, "Ann").digest != signed.digest


def test_both_sign_each_for_themselves(post: Post) -> None:
    begun = post.room.shifts.begin("Ann")
    with pytest.raises(TransitionError, match="Ann signs it first"):
        post.room.shifts.accept(begun.id, "0" * 64, "Ben")
    with pytest.raises(TransitionError, match="is Ann's: they sign first"):
        post.room.shifts.sign(begun.id, "Ben")
    signed = post.room.shifts.sign(begun.id, "Ann")
    assert signed.digest is not None
    assert post.room.shifts.sign(begun.id, "Ann") == signed
    with pytest.raises(TransitionError, match="Write it into the log-book"):
        post.room.shifts.remark(begun.id, "late", "Ann")
    with pytest.raises(TransitionError, match="cannot take it too"):
        post.room.shifts.accept(begun.id, signed.digest, "Ann")
    with pytest.raises(TransitionError, match="signed anew since it was read"):
        post.room.shifts.accept(begun.id, "0" * 64, "Ben")
    done = post.room.shifts.accept(begun.id, signed.digest, "Ben", "all there")
    assert (done.state, done.incoming, done.remarks[-1].text) == ("accepted", "Ben", "all there")
    assert post.room.shifts.accept(begun.id, signed.digest, "Ben") == done
    with pytest.raises(TransitionError, match="is accepted already"):
        post.room.shifts.withdraw(begun.id, "no", "Ann")


def test_who_comes_is_on_duty_and_who_goes_is_not(post: Post) -> None:
    post.room.duty.come("Ann", "Ann")
    signed = post.signed()
    assert signed.situation["on_duty"] == ["Ann"]
    assert signed.digest is not None
    post.room.shifts.accept(signed.id, signed.digest, "Ben")
    assert [one.person for one in post.room.duty.on_duty()] == ["Ben"]


def test_one_hand_over_is_under_way_and_can_be_withdrawn_by_whoever_is_left(post: Post) -> None:
    begun = post.room.shifts.begin("Ann")
    assert post.room.shifts.begin("Ann") == begun
    with pytest.raises(TransitionError, match="Ann is handing over"):
        post.room.shifts.begin("Ben")
    with pytest.raises(CommandError, match="a reason has"):
        post.room.shifts.withdraw(begun.id, " ", "Ben")
    assert post.room.shifts.withdraw(begun.id, "Ann was taken ill", "Ben").state == "withdrawn"
    assert post.room.shifts.begin("Ben").number == 2
    with pytest.raises(UnknownThingError):
        post.room.shifts.sign("nothing", "Ben")


def test_a_silent_call_for_help_is_in_no_situation_that_anybody_reads(post: Post) -> None:
    post.room.duty.come("Ann", "Ann")
    post.room.duty.call_for_help("Ann")
    (alarm,) = post.room.desk.alarms()
    assert post.room.shifts.situation()["alarms"] == []
    case = post.room.incidents.open([alarm.id], "Sue", title="Help for Ann")
    assert post.room.shifts.situation()["incidents"] == []
    assert not post.room.incidents.shown_to(case, "Ann")
    assert post.room.incidents.shown_to(case, "Sue")


@pytest.mark.parametrize(
    ("kind", "key", "value", "words"),
    [
        ("signed", "situation", {"incidents": []}, "what was signed is not what is kept"),
        ("accepted", "by", "Ann", "accepted by who gave it"),
        ("accepted", "digest", "0" * 64, "or something else"),
    ],
)
def test_a_signature_that_was_altered_is_refused(post: Post, kind: str, key: str, value: object, words: str) -> None:
    signed = post.signed()
    assert signed.digest is not None
    post.room.shifts.accept(signed.id, signed.digest, "Ben")
    records = [
        replace(record, body=dict(record.body) | ({key: value} if record.kind == kind else {}))
        for record in post.journal.read()
    ]
    with pytest.raises(HistoryError, match=words):
        Post(MemoryJournal(records))


def test_everybody_is_missing_until_somebody_says_otherwise(post: Post) -> None:
    muster = post.room.musters.begin(["Ann", "Ben", "Ann "], "Sue")
    assert [(one.name, one.whereabouts) for one in muster.people] == [("Ann", "missing"), ("Ben", "missing")]
    post.room.musters.mark(muster.id, "Ann", "safe", "Sue", "in the haven")
    assert post.room.musters.mark(muster.id, "Ann", "safe", "Tom", "in the haven").people[0].by == "Sue"
    # a guest who was on no list
    after = post.room.musters.mark(muster.id, "Guest", "hurt", "Sue")
    assert (after.missing, len(after.people)) == (("Ben",), 3)
    with pytest.raises(TransitionError, match=r"1 are missing \(Ben\)"):
        post.room.musters.end(muster.id, "Sue")
    with pytest.raises(CommandError, match="'gone' is no whereabouts"):
        post.room.musters.mark(muster.id, "Ben", "gone", "Sue")  # type: ignore[arg-type]
    ended = post.room.musters.end(muster.id, "Sue", "Ben is at home")
    assert post.room.musters.end(muster.id, "Tom") == ended
    with pytest.raises(TransitionError, match="is over"):
        post.room.musters.mark(muster.id, "Ben", "safe", "Sue")
    assert Post(post.journal).room.musters.all() == (ended,)


def test_a_muster_is_an_exercise_where_its_incident_is_one(post: Post) -> None:
    drill = post.room.incidents.open([post.alarm("s1", exercise=True)], "Ann")
    assert post.room.musters.begin(["Ann"], "Sue", incident=drill.id).exercise
    with pytest.raises(ExerciseMixError, match="an exercise where its incident is one"):
        post.room.musters.begin(["Ann"], "Sue", incident=drill.id, exercise=False)
    with pytest.raises(UnknownThingError):
        post.room.musters.begin(["Ann"], "Sue", incident="nothing")
    with pytest.raises(CommandError, match="a muster has 1 to 2000 names"):
        post.room.musters.begin([], "Sue")
