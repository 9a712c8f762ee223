"""What a script does about incidents: in the desk's own words, refused where the desk refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bartizan.adapters.files.scenario import read_scenario
from bartizan.adapters.files.site import load_site
from bartizan.app.exercise import Cases
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import Room, open_room
from bartizan.desk.alarms import Alarm
from bartizan.desk.errors import CommandRefusedError
from bartizan.drill.scenario import Order
from bartizan.errors import ScenarioError, UnknownIdError
from bartizan.signal import Signal

BY = "exercise officer"


@pytest.fixture
def room(chancery: Path) -> Room:
    return open_room(load_site(chancery), MemoryJournal(), lambda: datetime(2031, 3, 3, 13, tzinfo=UTC), minds=False)


def alarm(room: Room, name: str, kind: str = "loitering") -> Alarm:
    signal = Signal(
        id=name, t=1.0, state="raised", kind=kind, zone="pavement", area="street", severity="medium", exercise=True
    )
    return room.desk.submit(signal)


def order(do: str, note: str = "", **more: str) -> Order:
    return Order(on="x", after=1.0, do=do, note=note, incident="case", **more)  # type: ignore[arg-type]


def test_an_incident_goes_from_its_alarm_to_another_agency(room: Room) -> None:
    cases = Cases(room, room.office.handover)
    first, second = alarm(room, "s-1"), alarm(room, "s-2")
    assert (
        cases.carry_out(order("open-incident", "Somebody waits"), first.id, BY) == "incident 1 opened: Somebody waits"
    )
    assert cases.carry_out(order("join-incident"), second.id, BY) == "joined to incident 1"
    assert cases.carry_out(order("link"), first.id, BY) == "nothing is offered as seen before"
    cases.carry_out(order("send-responder", responder="plain-clothes"), first.id, BY)
    cases.carry_out(order("responder-there", responder="plain-clothes"), first.id, BY)
    cases.carry_out(order("contain", "held"), first.id, BY)
    assert "a package of" in cases.carry_out(order("hand-over", partner="drill-police"), first.id, BY)
    (incident,) = room.incidents.all()
    assert (incident.state, incident.exercise, incident.alarms) == ("handed-over", True, (first.id, second.id))
    (package,) = room.office.handover.packages()
    assert (package.partner, package.exercise) == ("drill-police", True)


def test_nothing_of_an_exercise_goes_to_a_real_partner(room: Room) -> None:
    cases = Cases(room, room.office.handover)
    raised = alarm(room, "s-1")
    cases.carry_out(order("open-incident"), raised.id, BY)
    with pytest.raises(CommandRefusedError):
        cases.carry_out(order("hand-over", partner="state-police"), raised.id, BY)
    assert room.office.handover.packages() == ()
    assert room.incidents.all()[0].state != "handed-over"


def test_an_incident_that_the_script_has_not_opened_is_named(room: Room) -> None:
    with pytest.raises(UnknownIdError, match="opened no incident 'case'"):
        Cases(room).carry_out(order("join-incident"), alarm(room, "s-1").id, BY)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('do = "contain"\nincident = "case"', "'contain' needs a note"),
        ('do = "link"', "incident belongs to do"),
        ('do = "close"\nincident = "case"', "incident belongs to do"),
        ('do = "hand-over"\nincident = "case"', "partner belongs to do"),
        ('do = "send-responder"\nincident = "case"', "responder belongs to do"),
    ],
)
def test_an_order_without_what_it_needs_is_a_fault_of_the_file(tmp_path: Path, keys: str, words: str) -> None:
    text = f"""schema = 1
[scenario]
name = "s"
[[scene]]
id = "one"
name = "one"
start = 2031-03-03T13:05:00Z
length = 9
[[scene.expect]]
id = "x"
sensor = "gate-beam"
by = 5
[[scene.order]]
on = "x"
after = 1
{keys}
"""
    path = tmp_path / "s.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=words):
        read_scenario(path)
