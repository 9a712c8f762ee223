"""What an alarm panel makes of doors, badges and sensors: forced, held, refused, silent, and nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bartizan.app.intake.panel import LATE, Panel
from bartizan.app.intake.reading import Reading
from bartizan.errors import UnknownIdError
from doors import BADGE, CONTACT, EXIT, PIR, START, Bench, doors


@pytest.fixture
def gate() -> Bench:
    return Bench(doors(CONTACT, BADGE, EXIT, PIR))


# ---- doors


def test_a_door_that_nothing_let_be_opened_is_forced_at_once(gate: Bench) -> None:
    gate.say("gate-in", "on")
    (signal,) = gate.signals
    assert (signal.kind, signal.state, signal.severity, signal.element) == ("door-forced", "raised", "high", "gate")
    assert (signal.t, signal.since, signal.utc) == (START.timestamp(), START.timestamp(), "2026-01-12T20:00:00.000Z")
    assert signal.because["text"] == "Main gate was opened, and nothing had let it be"
    gate.say("gate-in", "off")
    gate.wait(2)
    assert gate.told() == [("door-forced", "raised"), ("door-forced", "ended")]


@pytest.mark.parametrize(("name", "said"), [("reader", "granted"), ("button", "on")])
def test_a_badge_or_the_exit_button_lets_the_door_be_opened_once(gate: Bench, name: str, said: Any) -> None:
    gate.say(name, said)
    gate.wait(1)
    gate.say("gate-in", "on")
    gate.say("gate-in", "off")
    gate.wait(2)
    assert gate.told() == []
    gate.say("gate-in", "on")  # the pass was for one opening
    assert gate.told() == [("door-forced", "raised")]


def test_a_pass_holds_to_its_last_instant(gate: Bench) -> None:
    gate.say("reader", "granted")
    gate.wait(10)
    gate.say("gate-in", "on")
    assert gate.told() == []


def test_a_pass_ends(gate: Bench) -> None:
    gate.say("reader", "granted")
    gate.wait(10.5)
    gate.say("gate-in", "on")
    assert gate.told() == [("door-forced", "raised")]


def test_a_refused_badge_opens_no_door_and_is_told_with_it(gate: Bench) -> None:
    gate.say("reader", "denied", holder="4711")
    assert gate.told() == [("badge-denied", "raised")]
    gate.wait(3)
    gate.say("gate-in", "on")
    (forced,) = gate.signals
    assert (forced.kind, forced.because["badge"], forced.because["holder"]) == ("door-forced", "denied", "4711")


def test_an_old_badge_is_not_told_with_a_door(gate: Bench) -> None:
    gate.say("reader", "denied", holder="4711")
    gate.wait(61)
    gate.signals = []
    gate.say("gate-in", "on")
    assert "holder" not in gate.signals[0].because


def test_the_word_of_a_badge_may_come_late(gate: Bench) -> None:
    gate.say("gate-in", "on")
    gate.wait(LATE - 0.5, step=0.5)
    gate.say("reader", "granted")
    raised, ended = gate.signals
    assert (ended.kind, ended.state, ended.id) == ("door-forced", "ended", raised.id)
    assert "came late" in ended.because["ended"]
    gate.signals = []
    gate.say("gate-in", "off")
    gate.wait(2)
    gate.say("gate-in", "on")  # that badge is spent
    assert gate.told() == [("door-forced", "updated")]


def test_a_badge_long_after_the_opening_explains_nothing(gate: Bench) -> None:
    gate.say("gate-in", "on")
    gate.wait(LATE + 0.5, step=0.5)
    gate.say("reader", "granted")
    assert gate.told() == [("door-forced", "raised")]


def test_a_badge_that_a_broker_had_kept_opens_no_door(gate: Bench) -> None:
    gate.say("reader", "granted", kept=True)
    gate.say("gate-in", "on")
    assert gate.told() == [("door-forced", "raised")]


def test_a_door_held_open_is_told_when_its_time_is_up(gate: Bench) -> None:
    gate.say("reader", "granted")
    gate.say("gate-in", "on")
    gate.wait(29)
    assert gate.told() == []
    gate.wait(1)
    (held,) = gate.signals
    assert (held.kind, held.state, held.severity) == ("door-held", "raised", "medium")
    assert held.t == (START + timedelta(seconds=30)).timestamp()
    gate.say("gate-in", "off")
    gate.wait(2)
    assert gate.told() == [("door-held", "raised"), ("door-held", "ended")]


def test_the_next_badge_gives_an_open_door_its_time_again(gate: Bench) -> None:
    gate.say("reader", "granted")
    gate.say("gate-in", "on")
    gate.wait(20)
    gate.say("reader", "granted")
    gate.wait(29)
    assert gate.told() == []
    gate.wait(1)
    assert gate.told() == [("door-held", "raised")]


def test_a_forced_door_is_not_held_besides(gate: Bench) -> None:
    gate.say("gate-in", "on")
    gate.wait(100)
    assert gate.told() == [("door-forced", "raised")]


def test_a_door_that_stood_open_when_the_desk_came_is_not_forced_and_is_held(gate: Bench) -> None:
    gate.say("gate-in", "on", kept=True)
    assert gate.told() == []
    gate.wait(30)
    assert gate.told() == [("door-held", "raised")]


def test_a_door_whose_word_has_its_own_time_is_held_from_then_on_also_after_a_restart(gate: Bench) -> None:
    gate.say("gate-in", "on", kept=True, ago=25)
    gate.wait(4)
    assert gate.told() == []
    gate.wait(1)
    assert gate.told() == [("door-held", "raised")]


def test_without_a_time_to_be_held_it_is_told_at_once() -> None:
    contact = {key: value for key, value in CONTACT.items() if key != "held_after"}
    bench = Bench(doors(contact, BADGE))
    bench.say("gate-in", "on", kept=True)
    assert bench.told() == [("door-open", "raised")]


def test_a_contact_without_badge_or_button_is_an_alarm_when_it_opens() -> None:
    bench = Bench(doors({"id": "w", "kind": "contact", "element": "window", "on": "o", "off": "c"}))
    bench.say("w", "on")
    assert bench.told() == [("door-open", "raised")]


def test_with_a_time_alone_it_is_an_alarm_only_when_that_is_up() -> None:
    bench = Bench(doors({"id": "w", "kind": "contact", "element": "window", "on": "o", "off": "c", "held_after": 5}))
    bench.say("w", "on")
    assert bench.told() == []
    bench.wait(5)
    assert bench.told() == [("door-held", "raised")]


# ---- sensors


def test_a_detector_is_a_signal_while_it_is_on(gate: Bench) -> None:
    gate.say("pir-in", "on")
    (signal,) = gate.signals
    assert (signal.kind, signal.area, signal.at, signal.severity) == ("sensor", "yard", (3.0, 4.0), "medium")
    assert (signal.because["input"], signal.because["sensor"]) == ("pir-in", "pir")


def test_a_word_told_twice_is_one_word(gate: Bench) -> None:
    for _ in range(5):
        gate.say("pir-in", "on")
    gate.say("pir-in", "off")
    gate.say("pir-in", "off")
    gate.wait(5)
    assert gate.told() == [("sensor", "raised"), ("sensor", "ended")]


def test_what_flaps_goes_on(gate: Bench) -> None:
    for _ in range(20):
        gate.say("pir-in", "on")
        gate.wait(0.4, step=0.2)
        gate.say("pir-in", "off")
        gate.wait(0.4, step=0.2)
    assert gate.told() == [("sensor", "raised")]
    gate.wait(1)
    assert gate.told() == [("sensor", "ended")]


def test_what_comes_back_soon_is_the_same_and_later_another(gate: Bench) -> None:
    gate.say("pir-in", "on")
    gate.say("pir-in", "off")
    gate.wait(30)
    gate.say("pir-in", "on")
    gate.say("pir-in", "off")
    gate.wait(90)
    gate.say("pir-in", "on")
    first, _, again, _, other = gate.signals
    assert (again.state, again.id, again.because["times"]) == ("updated", first.id, 2)
    assert (other.state, other.id == first.id) == ("raised", False)


def test_a_sensor_that_never_says_off_is_off_by_itself() -> None:
    bench = Bench(doors({"id": "p", "kind": "detector", "area": "yard", "on": "x", "clears_after": 10}))
    bench.say("p", "on")
    bench.wait(9)
    bench.say("p", "on")
    bench.wait(9)
    assert bench.told() == [("sensor", "raised")]
    bench.wait(1)
    assert bench.told() == [("sensor", "ended")]


@pytest.mark.parametrize(
    ("kind", "told", "severity"),
    [("tamper", "tamper", "high"), ("fault", "sensor-fault", "low"), ("duress", "duress", "high")],
)
def test_every_kind_has_its_name_and_weight(kind: str, told: str, severity: str) -> None:
    bench = Bench(doors({"id": "p", "kind": kind, "zone": "lawn", "on": "x", "clears_after": 10}))
    bench.say("p", "on")
    (signal,) = bench.signals
    assert (signal.kind, signal.severity, signal.zone, signal.area) == (told, severity, "lawn", "yard")


def test_refusals_in_a_row_are_one_signal_that_counts_them(gate: Bench) -> None:
    for _ in range(3):
        gate.say("reader", "denied")
        gate.wait(20)
    assert [signal.because["times"] for signal in gate.signals] == [1, 2, 3]
    gate.wait(10)
    assert gate.told()[-1] == ("badge-denied", "ended")


def test_a_sensor_that_says_nothing_is_told_and_so_is_its_return() -> None:
    bench = Bench(doors(PIR | {"quiet_after": 60}))
    bench.wait(40)
    bench.say("pir-in", "off")
    bench.wait(59)
    assert bench.told() == []
    bench.wait(1)
    assert bench.told() == [("sensor-silent", "raised")]
    bench.wait(500)
    assert bench.told() == []
    bench.say("pir-in", "off")
    assert bench.told() == [("sensor-silent", "ended")]


def test_out_of_hours_it_is_kept_and_not_sounded_and_sounds_when_they_begin() -> None:
    night = PIR | {"hours": [{"from": "22:00", "to": "06:00"}]}
    bench = Bench(doors(night, zone="UTC"))  # it is eight in the evening
    bench.say("pir-in", "on")
    assert bench.signals[0].silent == "out of hours"
    bench.wait(7200, step=600)
    quiet, ended, sounded = bench.signals
    assert (ended.state, ended.id, ended.silent) == ("ended", quiet.id, "out of hours")
    assert (sounded.state, sounded.silent, sounded.id == quiet.id) == ("raised", None, False)
    assert sounded.t == (START + timedelta(hours=2)).timestamp()


def test_hours_are_by_the_clock_of_the_site() -> None:
    night = PIR | {"hours": [{"from": "22:00", "to": "06:00"}]}
    bench = Bench(doors(night, zone="Asia/Tokyo"))  # five in the morning there
    bench.say("pir-in", "on")
    assert bench.signals[0].silent is None


def test_a_turn_that_was_not_settled_is_the_same_when_it_is_told_again(gate: Bench) -> None:
    reading = Reading(input="gate-in", said="on", at=START)
    first = gate.panel.take(reading, START)
    again = gate.panel.take(reading, START)
    assert first.signals == again.signals
    gate.panel.settle(again)
    assert gate.panel.take(reading, START).signals == ()


def test_another_desk_goes_on_with_what_was_open(gate: Bench) -> None:
    gate.say("gate-in", "on")
    (forced,) = gate.signals
    later = Bench(doors(CONTACT, BADGE, EXIT, PIR))
    later.panel.resume([forced.to_json(), {"kind": "loitering", "because": {}}])
    later.say("gate-in", "on", kept=True)
    assert later.told() == []
    later.say("gate-in", "off")
    later.wait(2)
    (ended,) = later.signals
    assert (ended.id, ended.state) == (forced.id, "ended")


def test_an_unknown_input_is_refused() -> None:
    panel = Panel(doors(PIR), START)
    with pytest.raises(UnknownIdError, match="no input 'nobody'"):
        panel.take(Reading(input="nobody", said="on", at=START), START)
    with pytest.raises(UnknownIdError, match="no input 'nobody'"):
        panel.state("nobody")
