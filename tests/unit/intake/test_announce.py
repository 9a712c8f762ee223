"""What displays and Home Assistant are told of alarms, and what nobody outside is told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from bartizan.app.desk import Desk
from bartizan.app.intake.announce import OFF, ON, Announcer
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room.room import open_room
from bartizan.desk.alarms import Alarm
from bartizan.signal import Signal
from bartizan.site.document import build
from doors import BADGE, CONTACT, EXIT, PIR, START, doors

SITE = doors(CONTACT, BADGE, EXIT, PIR)
ALL = {"alarm", "waiting", "priority", "zone/lawn", "element/gate", "area/yard"}


@pytest.fixture
def desk() -> Desk:
    return open_room(SITE, MemoryJournal(), lambda: START).desk


def take(desk: Desk, name: str, **more: Any) -> Alarm:
    given: dict[str, Any] = {"kind": "fence", "zone": "lawn", "severity": "low"}
    alarm = desk.take(Signal(id=name, t=0.0, state="raised", **(given | more)))
    assert alarm is not None
    return alarm


def on(told: Any, branch: str = "desk") -> set[str]:
    return {topic.removeprefix(f"house/{branch}/") for topic, body in told.items() if body == ON}


def test_every_place_that_can_have_an_alarm_has_a_state(desk: Desk) -> None:
    told = Announcer(SITE, "house").states(())
    assert {topic.removeprefix("house/desk/") for topic in told} == ALL
    assert on(told) == set()
    assert told["house/desk/priority"] == b"none"


def test_a_place_is_on_while_an_alarm_of_it_is_open_and_loud(desk: Desk) -> None:
    announcer = Announcer(SITE, "house")
    low = take(desk, "a")
    high = take(desk, "b", zone=None, element="gate", severity="high")
    told = announcer.states(desk.queue())
    assert on(told) == {"alarm", "waiting", "zone/lawn", "element/gate"}
    assert told["house/desk/priority"] == b"high"
    for alarm in (low, high):
        desk.acknowledge(alarm.id, "officer")
    assert "waiting" not in on(announcer.states(desk.queue()))
    desk.assess(high.id, "officer", "false")
    told = announcer.states(desk.queue())
    assert on(told) == {"alarm", "zone/lawn"}
    assert told["house/desk/priority"] == b"low"


def test_what_is_shelved_is_quiet_here_too(desk: Desk) -> None:
    alarm = take(desk, "a")
    desk.shelve(alarm.id, "officer", START.replace(hour=22), "maintenance")
    announcer = Announcer(SITE, "house")
    assert on(announcer.states(desk.queue())) == set()
    topic, body = announcer.event(desk.alarm(alarm.id)) or ("", b"")
    assert topic == f"house/desk/alarms/{alarm.id}"
    assert json.loads(body)["shelved"] is True


def test_no_person_and_no_text_of_theirs_is_told(desk: Desk) -> None:
    alarm = take(desk, "a", because={"text": "Miller calls", "holder": "4711"})
    desk.acknowledge(alarm.id, "miller")
    desk.assess(alarm.id, "miller", "nuisance", "a fox, says Miller")
    _, body = Announcer(SITE, "house").event(desk.alarm(alarm.id)) or ("", b"")
    told = json.loads(body)
    assert set(told) == {
        "id", "number", "exercise", "kind", "priority", "condition", "handling", "disposition", "shelved", "raised_at",
        "zone", "area", "element",
    }  # fmt: skip
    assert b"iller" not in body
    assert b"4711" not in body


def test_a_silent_call_for_help_is_told_nowhere(desk: Desk) -> None:
    alarm = take(desk, "a", kind="duress")
    for announcer in (Announcer(SITE, "house"), Announcer(SITE, "house", exercises=True)):
        assert on(announcer.states(desk.queue())) == set()
        assert announcer.event(alarm) is None


def test_exercises_are_told_apart_and_only_where_asked(desk: Desk) -> None:
    alarm = take(desk, "a", exercise=True)
    quiet, loud = Announcer(SITE, "house"), Announcer(SITE, "house", exercises=True)
    assert on(quiet.states(desk.queue())) == set()
    assert quiet.event(alarm) is None
    assert not any("exercise" in topic for topic in (*quiet.states(()), *quiet.discovery()))
    told = loud.states(desk.queue())
    assert on(told, "exercise") == {"alarm", "waiting", "zone/lawn"}
    assert not any(told[f"house/desk/{key}"] == ON for key in ALL - {"priority"})
    topic, _ = loud.event(alarm) or ("", b"")
    assert topic == f"house/exercise/alarms/{alarm.id}"


def test_home_assistant_finds_exactly_the_states_that_are_told() -> None:
    for exercises in (False, True):
        announcer = Announcer(SITE, "house", exercises=exercises, version="1.0")
        found = {topic: json.loads(body) for topic, body in announcer.discovery("ha").items()}
        assert {config["state_topic"] for config in found.values()} == set(announcer.states(()))
        assert len({config["unique_id"] for config in found.values()}) == len(found)
        for topic, config in found.items():
            kind, unique = topic.removeprefix("ha/").removesuffix("/config").split("/")
            assert unique == config["unique_id"] == config["object_id"]
            assert re.fullmatch(r"[A-Za-z0-9_-]+", unique), "Home Assistant's own rule"
            binary = not config["state_topic"].endswith("/priority")
            assert (kind == "binary_sensor") is binary
            assert ("payload_on" in config) is binary
            if binary:
                assert (config["payload_on"], config["payload_off"]) == (ON.decode(), OFF.decode())


def test_a_zone_may_be_called_what_a_site_file_lets_it_be() -> None:
    document = SITE.document
    zones = [document["zone"][0] | {"id": id_} for id_ in ("a.b", "a_b", "A-b")]
    found = Announcer(build(document | {"zone": zones}), "house").discovery()
    assert len({json.loads(config)["unique_id"] for config in found.values()}) == len(found) == 3 + 2 + 3
    assert all(re.fullmatch(r"homeassistant/\w+/[A-Za-z0-9_-]+/config", topic) for topic in found)


def test_two_sites_on_one_broker_are_two_devices() -> None:
    one, other = (Announcer(SITE, prefix).discovery() for prefix in ("north", "south"))
    assert not set(one) & set(other)
