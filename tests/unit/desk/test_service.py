"""Out of service: quiet alarms are kept and shown, high ones take two people, and the end is heard in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

import pytest

from bartizan.app.figures.lives import lives_of
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.desk.alarms import Alarm
from bartizan.desk.errors import CommandError, HistoryError, TransitionError
from bartizan.desk.event import Event
from bartizan.desk.figures import load_of
from bartizan.desk.service import CODEC, Outage, apply, covering
from bartizan.desk.service.life import Agreed, PutBack, TakenOut
from bartizan.signal import Severity, Signal
from bartizan.site import build

T0 = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SITE = build(
    {
        "schema": 1,
        "site": {"name": "x", "default_sd": 0.3},
        "area": [{"id": "street", "outside": True}, {"id": "yard", "crossing": {"detect_at": "begin"}}],
        "element": [{"id": "gate", "kind": "gate", "between": ["street", "yard"], "way": [{"id": "force"}]}],
        "sensor": [{"id": "contact", "kind": "contact", "covers": ["yard"], "p_sensed": 0.9}],
        "zone": [{"id": "pavement", "area": "street", "polygon": [[0, 0], [9, 0], [9, 9]]}],
        "camera": [{"id": "north"}, {"id": "south"}],
    }
)


class Post:
    """A room whose clock goes when it is told to."""

    def __init__(self, **more: Any) -> None:
        self.site = build(SITE.document | more)
        self.journal = MemoryJournal()
        self.at = T0
        self.number = 0
        self.room = self.open()

    def open(self) -> Room:
        self.room = open_room(self.site, self.journal, lambda: self.at)
        return self.room

    def out(self, *things: str, hours: float = 2.0, by: str = "Ann") -> Outage:
        until = self.at + timedelta(hours=hours)
        return self.room.service.take_out(things, by, until=until, order="WO 17", reason="new hinges")

    def raised(self, severity: Severity = "medium", **told: Any) -> Alarm:
        self.number += 1
        told = {"kind": "contact"} | told
        name = f"s{self.number}"
        return self.room.desk.submit(Signal(id=name, t=0.0, state="raised", severity=severity, **told), name)

    def to(self, after: timedelta) -> None:
        self.at = T0 + after
        self.room.pass_time()

    def alarm(self, alarm: Alarm) -> Alarm:
        return self.room.desk.alarm(alarm.id)


def quiet(alarm: Alarm) -> bool:
    return alarm.suppression is not None


def test_an_alarm_of_what_is_out_of_service_is_kept_shown_and_quiet_until_it_is_back() -> None:
    post = Post()
    before = post.raised(element="gate")
    outage = post.out("element/gate")
    alarm = post.raised(element="gate")
    shelf = alarm.suppression
    assert shelf is not None
    assert (shelf.outage, shelf.by, shelf.until, shelf.reason) == (outage.id, "Ann", T0 + 2 * HOUR, "new hinges")
    assert not quiet(post.alarm(before)), "what stood before is somebody's to deal with"
    assert [one.id for one in post.room.desk.queue()] == [before.id, alarm.id]
    post.to(2 * HOUR - timedelta(seconds=1))
    assert quiet(post.alarm(alarm))
    assert not post.room.escalations.running() or all(
        one.alarm != alarm.id for one in post.room.escalations.running()
    ), "nobody is called for it"
    post.to(2 * HOUR)
    assert not quiet(post.alarm(alarm))
    assert post.alarm(alarm).waits_since == T0 + 2 * HOUR, "it waits anew: nobody could hear it"
    over = post.room.service.outage(outage.id)
    assert (over.stands, over.ended_by, over.ended_at) == (False, "desk", T0 + 2 * HOUR)
    assert not quiet(post.raised(element="gate"))


@pytest.mark.parametrize(
    ("things", "told", "expected"),
    [
        (("element/gate",), {"element": "gate"}, True),
        (("element/gate",), {"area": "yard"}, False),
        (("zone/pavement",), {"zone": "pavement", "cameras": ("north",)}, True),
        (("sensor/contact",), {"because": {"sensor": "contact"}}, True),
        (("sensor/contact",), {"because": {"sensor": "other"}}, False),
        (("camera/north",), {"cameras": ("north",)}, True),
        (("camera/north",), {"cameras": ("north", "south")}, False),
        (("camera/north", "camera/south"), {"cameras": ("north", "south")}, True),
        (("camera/north",), {}, False),
        (("element/gate",), {"element": "gate", "exercise": True}, False),
        (("element/gate",), {"element": "gate", "because": {"reported_by": "a caller"}}, False),
        (("element/gate",), {"element": "gate", "kind": "duress"}, False),
    ],
)
def test_what_is_quiet_is_what_the_outage_names_and_nothing_else(
    things: tuple[str, ...], told: dict[str, Any], expected: bool
) -> None:
    post = Post()
    post.out(*things)
    assert quiet(post.raised(**told)) is expected


def test_two_cameras_out_of_service_apart_are_quiet_together_until_the_first_is_back() -> None:
    post = Post()
    first = post.out("camera/north", hours=3)
    post.out("camera/south", hours=1)
    seen = post.raised(cameras=("north", "south"))
    assert quiet(seen)
    post.to(HOUR)
    assert not quiet(post.alarm(seen))
    assert post.room.service.standing() == (post.room.service.outage(first.id),)


def test_what_is_of_high_priority_takes_a_second_person() -> None:
    post = Post()
    outage = post.out("element/gate")
    assert not quiet(post.raised("high", element="gate"))
    with pytest.raises(TransitionError, match="Ann took this out of service: a second person agrees"):
        post.room.service.agree(outage.id, "ann ")
    assert post.room.service.agree(outage.id, "Bob").second == "Bob"
    assert post.room.service.agree(outage.id, "Cy").second == "Bob", "agreed already: nothing changes"
    alarm = post.raised("high", element="gate")
    assert quiet(alarm)
    assert (alarm.suppression and alarm.suppression.second) == "Bob"


def test_what_one_person_quieted_is_heard_as_soon_as_it_is_high() -> None:
    post = Post()
    post.out("element/gate")
    alarm = post.raised(element="gate")
    assert quiet(alarm)
    worse = Signal(id="s1", t=1.0, kind="contact", state="updated", element="gate", severity="high")
    assert not quiet(post.room.desk.submit(worse, "s1"))


def test_put_back_earlier_its_alarms_are_heard_at_once_but_those_that_were_shelved() -> None:
    post = Post()
    outage = post.out("element/gate")
    loud, shelved = post.raised(element="gate"), post.raised(element="gate")
    post.room.desk.shelve(shelved.id, "Ann", post.at + HOUR, "the same work")
    assert post.room.service.put_back(outage.id, "Bob", "done early").ended_by == "Bob"
    assert not quiet(post.alarm(loud))
    assert quiet(post.alarm(shelved))
    assert post.room.service.put_back(outage.id, "Cy").ended_by == "Bob", "back already: nothing changes"
    with pytest.raises(TransitionError, match="it is back in service"):
        post.room.service.agree(outage.id, "Cy")


def test_a_restart_keeps_it_and_hears_what_ran_out_meanwhile() -> None:
    post = Post()
    post.out("element/gate")
    alarm = post.raised(element="gate")
    post.open()
    assert quiet(post.alarm(alarm))
    assert quiet(post.raised(element="gate"))
    post.at = T0 + 3 * HOUR
    post.open()
    assert not quiet(post.alarm(alarm))
    assert post.room.service.standing() == ()


def test_an_alarm_is_heard_where_the_desk_died_between_the_end_and_the_alarm() -> None:
    post = Post()
    outage = post.out("element/gate", hours=20)
    alarm = post.raised(element="gate")
    over = PutBack(version=2, at=T0 + HOUR, by="Ann")
    ledger = post.room.ledger
    post.room.service._book.commit(outage.id, [over])
    assert quiet(post.alarm(alarm)), "the desk dies here"
    ledger.pass_time()
    assert not quiet(post.alarm(alarm))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"things": ["gate"]}, "the site has no 'gate' to take out of service"),
        ({"things": ["element/none"]}, "the site has no 'element/none'"),
        ({"things": []}, "1 to 50 things, not 0"),
        ({"until": T0}, "until a later instant within 72 hours"),
        ({"until": T0 + timedelta(hours=72, seconds=1)}, "within 72 hours"),
        ({"order": "  "}, "a work order has 1 to"),
        ({"reason": ""}, "a reason has 1 to"),
        ({"by": "desk"}, "Give the name of a person"),
    ],
)
def test_what_cannot_be_is_refused_in_words(change: dict[str, Any], words: str) -> None:
    post = Post()
    told: dict[str, Any] = {
        "things": ["element/gate"],
        "by": "Ann",
        "until": T0 + HOUR,
        "order": "WO 17",
        "reason": "hinges",
    } | change
    with pytest.raises(CommandError, match=words):
        post.room.service.take_out(told.pop("things"), told.pop("by"), **told)
    assert post.room.service.standing() == ()


def test_the_record_shows_what_was_not_heard_and_the_figures_do_not_count_it_as_heard() -> None:
    post = Post()
    post.raised(element="gate")
    post.out("element/gate")
    alarm = post.raised(element="gate")
    kinds = [one.kind for one in post.room.desk.history(alarm.id)]
    assert kinds == ["raised", "suppressed"]
    load = load_of(lives_of(post.journal.read()), T0, T0 + HOUR)
    assert (load.sounded, load.suppressed) == (1, 1)


TAKEN = TakenOut(
    version=1, at=T0, by="Ann", outage="o", number=1, things=("element/gate",), order="1", reason="x", until=T0 + HOUR
)


@pytest.mark.parametrize(
    "events",
    [
        [PutBack(version=1, at=T0, by="Ann")],
        [TAKEN, PutBack(version=3, at=T0, by="Ann")],
        [TAKEN, Agreed(version=2, at=T0, by="ANN")],
        [TAKEN, Agreed(version=2, at=T0, by="Bob"), Agreed(version=3, at=T0, by="Cy")],
        [TAKEN, PutBack(version=2, at=T0, by="Ann"), Agreed(version=3, at=T0, by="Bob")],
        [TAKEN, TAKEN],
    ],
)
def test_what_no_desk_can_have_written_is_refused(events: list[Event]) -> None:
    assert [CODEC.decode(CODEC.encode(event)) for event in events] == events
    with pytest.raises(HistoryError, match="Restore the journal"):
        reduce(apply, events, None)


def test_a_signal_of_high_priority_is_covered_by_no_outage_of_one_person() -> None:
    outage = apply(None, TAKEN)
    high = Signal(id="s", t=0.0, kind="contact", state="ended", element="gate", severity="high")
    assert covering([outage], high) is None
    agreed = apply(outage, Agreed(version=2, at=T0, by="Bob"))
    assert covering([agreed], high) is agreed
    assert covering([apply(agreed, PutBack(version=3, at=T0, by="Bob"))], high) is None


def test_an_alarm_that_was_high_is_loud_when_it_comes_again_as_less() -> None:
    post = Post(desk={"reactivation": 300})
    alarm = post.raised("high", element="gate")
    post.room.desk.submit(Signal(id="s1", t=1.0, kind="contact", state="ended", element="gate", severity="high"), "s1")
    post.out("element/gate")
    again = post.raised(element="gate")
    assert (again.id, again.priority, again.condition) == (alarm.id, "high", "active")
    assert not quiet(again)
