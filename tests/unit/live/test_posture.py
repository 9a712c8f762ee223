"""The posture while a run goes on: a state that is set begins to hold within a second, and is kept for a replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from yard_script import Script

from bartizan.app.ledger import MemoryJournal
from bartizan.app.live.arming import Postures
from bartizan.app.live.gather import Gathering
from bartizan.app.live.intake import Intake
from bartizan.app.live.join import Join
from bartizan.app.live.run import LiveRun
from bartizan.app.live.wire import Held, Message, WireError, decode, encode
from bartizan.app.room import Room, open_room
from bartizan.desk.errors import CommandError
from bartizan.errors import InputError, UnknownIdError
from bartizan.signal import Signal, SignalIds
from bartizan.site import build
from bartizan.watch.rules import RuleBook

T0 = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)
SITE = build(
    {
        "schema": 1,
        "site": {"name": "x"},
        "plan": {"crs": "metres"},
        "area": [{"id": "street", "outside": True}],
        "zone": [{"id": "yard", "area": "street", "polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]}],
        "camera": [{"id": "north"}],
        "response": [{"id": "force", "arrival": {"mean": 140, "sd": 42}}],
        "state": [
            {"id": "normal", "axis": "posture"},
            {
                "id": "heightened",
                "axis": "posture",
                "changes": [{"at": "response/force", "set": {"arrival": {"mean": 80, "sd": 24}}}],
            },
            {"id": "night", "axis": "time"},
        ],
        "rule": [{"id": "enter", "kind": "intrusion", "zone": "yard", "grace": 2, "states": ["heightened"]}],
    }
)


def room(journal: MemoryJournal | None = None) -> Room:
    return open_room(SITE, journal or MemoryJournal(), lambda: T0, states=["normal"])


def watched(desk: Room, at: float, state: str | None, kept: list[Message]) -> Iterator[Signal]:
    script = Script(SITE.hash)
    run = LiveRun(SITE, run="r", start_utc=T0, keep=kept.append, states=["normal"])
    postures = Postures(lambda: desk.posture.states, ["normal"])
    gathering = Gathering(run, Join(["north"], wait=0.0), now=lambda: script.now, posture=postures.changes)
    for taken in gathering.watch(script, lambda: script.now >= 40.0):
        yield from taken.sighting.signals
        if script.now == at:
            desk.posture.set(state, by="Ann", reason="told so")
    yield from run.finish()


def test_a_posture_that_is_set_holds_for_the_rules_within_a_second() -> None:
    kept: list[Message] = []
    signals = [one for one in watched(room(), 6.0, "heightened", kept) if one.state != "updated"]
    assert [(one.state, one.rule) for one in signals] == [("raised", "enter"), ("ended", "enter")]
    # the clock that ticks runs behind the reports by what can still come in its order
    assert 5.0 <= signals[0].t <= 7.5
    assert [one.states for one in kept if isinstance(one, Held)] == [("heightened",)]


def test_nothing_is_raised_where_the_posture_stays() -> None:
    assert list(watched(room(), 6.0, "normal", [])) == []


def test_the_posture_is_replayed_with_the_rest() -> None:
    kept: list[Message] = []
    first = [json.dumps(one.to_json()) for one in watched(room(), 6.0, "heightened", kept)]
    assert first
    again = LiveRun(SITE, run="r", start_utc=T0, states=["normal"])
    second = [one for message in kept for one in again.take(decode(encode(message))).signals]
    assert [json.dumps(one.to_json()) for one in (*second, *again.finish())] == first


def test_nobody_sets_the_posture_from_another_machine() -> None:
    intake = Intake(SITE.hash, ["north"])
    assert intake.read(encode(Held(("heightened",), 1.0))) == (None, None)
    assert intake.counts.refused["no report"] == 1
    with pytest.raises(WireError):
        decode(b'{"schema":1,"what":"held","states":["' + b"x" * 200 + b'"],"t":1}')


def test_a_rule_book_refuses_states_that_cannot_hold_together_and_keeps_what_held() -> None:
    book = RuleBook(SITE, SignalIds("r"), T0, states=["heightened"])
    with pytest.raises(InputError, match="lie on one axis"):
        book.hold(["normal", "heightened"], 1.0)
    with pytest.raises(UnknownIdError, match="no state has the id 'hight'"):
        book.hold(["hight"], 1.0)
    assert book.holding(1.0) == {"enter"}
    assert book.holding(2.0) == {"enter"}
    book.hold(["normal"], 2.0)
    assert book.holding(2.0) == frozenset()


# ---- at the desk


def test_the_posture_changes_the_site_that_the_clock_reckons_with_and_survives_a_restart() -> None:
    journal = MemoryJournal()
    desk = room(journal)

    def mean(one: Room) -> float:
        arrival = one.site.response("force").arrival
        assert arrival is not None
        return arrival.mean

    assert (desk.posture.present, mean(desk)) == ("normal", 140)
    desk.posture.set("heightened", by="Ann", reason="a warning")
    assert (desk.posture.present, mean(desk)) == ("heightened", 80)
    again = room(journal)
    assert (again.posture.present, mean(again)) == ("heightened", 80)
    again.posture.set("normal", by="Ben", reason="over")
    assert (again.posture.present, mean(again)) == ("normal", 140)
    assert [(one.state, one.by) for one in again.posture.history()] == [("heightened", "Ann"), ("normal", "Ben")]


def test_what_holds_already_is_not_kept_again() -> None:
    desk = room()
    assert desk.posture.set("normal", by="Ann", reason="so") is None
    first = desk.posture.set("heightened", by="Ann", reason="so")
    assert desk.posture.set("heightened", by="Ben", reason="so") is first
    assert len(desk.posture.history()) == 1


def test_only_a_state_of_the_axis_is_a_posture() -> None:
    desk = room()
    with pytest.raises(CommandError, match=r"lies on the axis 'time'.*normal, heightened"):
        desk.posture.set("night", by="Ann", reason="dark")
    with pytest.raises(UnknownIdError, match="no state has the id 'raised'"):
        desk.posture.set("raised", by="Ann", reason="so")
    with pytest.raises(CommandError, match="a reason has"):
        desk.posture.set("heightened", by="Ann", reason=" ")


def test_a_desk_opens_although_the_posture_it_had_is_gone_from_the_site() -> None:
    journal = MemoryJournal()
    room(journal).posture.set("heightened", by="Ann", reason="so")
    less = SITE.with_changes([{"at": "state/heightened", "remove": True}, {"at": "rule/enter", "remove": True}])
    later = open_room(less, journal, lambda: T0 + timedelta(hours=1), states=["normal"])
    assert later.posture.states == ("normal",)
    assert later.posture.trouble is not None
    assert "heightened" in later.posture.trouble
