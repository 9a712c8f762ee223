"""The interruption clock on the desk: what it is given, what moves it, what cannot stop the alarm from standing."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from scipy import integrate, stats

from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import open_desk
from bartizan.desk.alarms import Alarm
from bartizan.signal import Signal
from bartizan.site import build

T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
GATE, DOOR, SAFE = (60.0, 12.0), (150.0, 30.0), (120.0, 36.0)
ARRIVAL = (180.0, 54.0)
P_COMMUNICATION = 0.95


def figure(mean_sd: tuple[float, float]) -> dict[str, float]:
    return {"mean": mean_sd[0], "sd": mean_sd[1]}


def way(mean_sd: tuple[float, float]) -> dict[str, Any]:
    return {"id": "force", "p_detection": 0.9, "detect_at": "begin", "delay": figure(mean_sd)}


DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "x"},
    "area": [{"id": "street", "outside": True}, {"id": "yard"}, {"id": "hall"}],
    "element": [
        {"id": "gate", "kind": "gate", "between": ["street", "yard"], "way": [way(GATE)]},
        {"id": "door", "kind": "door", "between": ["yard", "hall"], "way": [way(DOOR)]},
    ],
    "target": [{"id": "safe", "area": "hall", "way": [{"id": "open", "delay": figure(SAFE)}]}],
    "response": [{"id": "guards", "arrival": figure(ARRIVAL), "p_communication": P_COMMUNICATION}],
}


class Bench:
    """A desk whose clock is set by hand."""

    def __init__(self, document: dict[str, Any] = DOCUMENT) -> None:
        self.at = T0
        self.desk = open_desk(build(document), MemoryJournal(), lambda: self.at)
        self.count = 0

    def set(self, seconds: float) -> None:
        self.at = T0 + timedelta(seconds=seconds)

    def raise_at(self, seconds: float, **changed: Any) -> Alarm:
        self.set(seconds)
        self.count += 1
        plain: dict[str, Any] = {"id": f"run-{self.count}", "t": seconds, "kind": "contact", "state": "raised"}
        return self.desk.submit(Signal(**(plain | changed)))

    def chance(self, alarm: Alarm, seconds: float) -> float:
        self.set(seconds)
        reading = self.desk.clock(alarm.id)
        assert reading is not None
        return reading.chances[0].chance


def in_time(layers: list[tuple[float, float]], elapsed: float, waited: float | None) -> float:
    """P(T > elapsed + A | T > elapsed) by plain quadrature; `waited`: seconds since the response was sent, or None.

    T is the sum of the layers, normal. Not sent, A is the arrival or 0, whichever is more; sent, it is what is left of
    the arrival given that it is not there yet.
    """
    mean, sd = sum(layer[0] for layer in layers), math.hypot(*(layer[1] for layer in layers))
    left, arrival = stats.norm(mean, sd), stats.norm(*ARRIVAL)
    gone = 0.0 if waited is None else waited
    value, _ = integrate.quad(
        lambda a: arrival.pdf(gone + a) * left.sf(elapsed + a) / left.sf(elapsed), 0.0, 2_000.0, epsabs=1e-10
    )
    return float(value + arrival.cdf(0.0)) if waited is None else float(value / arrival.sf(gone))


def test_before_anybody_is_sent_the_chance_falls_with_the_time_since_the_alarm() -> None:
    bench = Bench()
    gate = bench.raise_at(0, element="gate")
    for seconds in (0.0, 30.0, 90.0):
        expected = P_COMMUNICATION * in_time([GATE, DOOR, SAFE], seconds, None)
        assert bench.chance(gate, seconds) == pytest.approx(expected, abs=1e-8)


def test_sending_stops_the_loss_and_contact_takes_away_the_doubt_of_communication() -> None:
    bench = Bench()
    gate = bench.raise_at(0, element="gate")
    bench.set(20)
    bench.desk.send(gate.id, "guards", "Ann")
    sent = in_time([GATE, DOOR, SAFE], 60.0, 40.0)
    assert bench.chance(gate, 60) == pytest.approx(P_COMMUNICATION * sent, abs=1e-8)
    bench.desk.confirm_contact(gate.id, "Ann")
    assert bench.chance(gate, 60) == pytest.approx(sent, abs=1e-8)
    bench.desk.on_scene(gate.id, "guards", "Ann")
    assert bench.chance(gate, 60) == 1.0


def test_an_alarm_deeper_in_moves_the_place_and_what_was_sent_stays_sent() -> None:
    bench = Bench()
    gate = bench.raise_at(0, element="gate")
    bench.set(20)
    bench.desk.send(gate.id, "guards", "Ann")
    door = bench.raise_at(75, element="door")
    expected = P_COMMUNICATION * in_time([DOOR, SAFE], 100.0, 80.0)
    for alarm in (gate, door):
        assert bench.chance(alarm, 100) == pytest.approx(expected, abs=1e-8)
        situation = bench.desk.situation(alarm.id)
        assert (situation.place, situation.since, situation.chain) == ("door", T0, (1, 2))
        assert situation.reading is not None
        assert situation.reading.since == T0.timestamp()


def test_a_second_alarm_at_the_same_place_gives_no_time_back() -> None:
    bench = Bench()
    first = bench.raise_at(0, element="gate")
    before = bench.chance(first, 50)
    again = bench.raise_at(50, element="gate")
    assert bench.chance(first, 50) == bench.chance(again, 50) == before


def test_outside_it_reads_as_if_it_began_now() -> None:
    bench = Bench()
    street = bench.raise_at(0, area="street")
    assert bench.chance(street, 0) == bench.chance(street, 5_000)
    situation = bench.desk.situation(street.id)
    assert situation.reading is not None
    assert not situation.reading.counting
    assert situation.words.startswith("Outside the layers. If it began now and you sent guards at once: ")


def test_the_line_of_words_follows_what_is_done() -> None:
    bench = Bench()
    gate = bench.raise_at(0, element="gate")
    chance = round(100 * P_COMMUNICATION * in_time([GATE, DOOR, SAFE], 0.0, None))
    words = f"Send guards now: {chance} % to be there in time; gate holds about 1 min."
    assert bench.desk.situation(gate.id).words == words
    bench.desk.send(gate.id, "guards", "Ann")
    assert bench.desk.situation(gate.id).words.startswith(f"guards is on its way: {chance} % to be there in time")
    bench.desk.on_scene(gate.id, "guards", "Ann")
    assert bench.desk.situation(gate.id).words.startswith("guards is on the scene")


def test_a_site_without_what_the_clock_needs_still_has_its_alarm() -> None:
    bench = Bench({**DOCUMENT, "target": []})
    gate = bench.raise_at(0, element="gate")
    situation = bench.desk.situation(gate.id)
    assert situation.reading is None
    assert situation.reason
    assert "target" in situation.reason
    assert bench.desk.queue() == (gate,)


def test_a_clock_that_is_set_back_does_not_break_the_reading() -> None:
    bench = Bench()
    gate = bench.raise_at(0, element="gate")
    bench.set(20)
    bench.desk.send(gate.id, "guards", "Ann")
    assert bench.chance(gate, -3_600) == bench.chance(gate, 20)
