"""Laws of the panel: whatever sensors say, and whatever bytes come, signals pair up and nothing else is raised."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bartizan.app.intake.panel import DENIED_LASTS, Panel
from bartizan.app.intake.reading import Reading, Refused, Said, read
from bartizan.signal import Signal
from doors import BADGE, CONTACT, EXIT, PIR, START, doors

NESTED = CONTACT | {"id": "nested", "topic": "site/nested", "field": "a.b", "time": "t"}
SITE = doors(CONTACT, BADGE, EXIT, PIR | {"quiet_after": 60}, NESTED)
SAYS: dict[str, tuple[Said, ...]] = {
    "gate-in": ("on", "off"),
    "reader": ("granted", "denied"),
    "button": ("on",),
    "pir-in": ("on", "off"),
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
TREES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from("abt") | st.text(max_size=5), below),
    max_leaves=8,
)


@settings(max_examples=150)
@given(payload=st.binary(max_size=200) | TREES.map(lambda tree: json.dumps(tree).encode()), which=st.integers(0, 4))
def test_any_bytes_are_a_reading_or_are_refused_in_one_word(payload: bytes, which: int) -> None:
    source = SITE.inputs[which]
    try:
        reading = read(source, payload, START)
    except Refused as refusal:
        why = str(refusal)
    else:
        why = "taken"
        assert reading.said in ("on", "off", "granted", "denied")
        assert START - timedelta(hours=24) <= reading.at <= START + timedelta(seconds=5)
    assert why in ("taken", "not-text", "not-json", "no-field", "unknown-word", "no-time")


@settings(max_examples=50)
@given(
    payload=TREES,
    said=st.sampled_from(["OPEN", "CLOSED"]),
    at=st.datetimes(min_value=START.replace(tzinfo=None) - timedelta(hours=23), max_value=START.replace(tzinfo=None)),
)
def test_what_stands_beside_the_word_changes_nothing(payload: Any, said: str, at: Any) -> None:
    body = {"x": payload, "a": {"b": said, "c": payload}, "t": f"{at.isoformat()}Z"}
    reading = read(SITE.input("nested"), json.dumps(body).encode(), START)
    assert (reading.said, reading.at.replace(tzinfo=None)) == ("on" if said == "OPEN" else "off", at)


class PanelLife(RuleBasedStateMachine):
    """Words, repeated words, time and restarts, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.panel = Panel(SITE, START)
        self.now = START
        self.states: dict[str, str] = {}
        self.latest: dict[str, Signal] = {}
        self.open: dict[tuple[str, str], str] = {}
        self.said: dict[str, tuple[str, Any]] = {}
        self.last_pass: Any = None

    def _keep(self, turn: Any) -> tuple[Signal, ...]:
        self.panel.settle(turn)
        for signal in turn.signals:
            key = (str(signal.because["input"]), "sensor-silent" if signal.kind == "sensor-silent" else signal.kind)
            before = self.latest.get(signal.id)
            if signal.state == "raised":
                assert before is None, "an id is never used for another thing"
                assert key not in self.open
                self.open[key] = signal.id
            elif signal.state == "ended":
                assert self.open.pop(key) == signal.id
            else:
                assert before is not None
                assert self.open.setdefault(key, signal.id) == signal.id
            assert before is None or before.t <= signal.t, "the time of one signal never goes back"
            assert signal.t <= (self.now + timedelta(seconds=5)).timestamp()
            self.latest[signal.id] = signal
        return tuple(turn.signals)

    @rule(name=st.sampled_from(sorted(SAYS)), which=st.integers(0, 1), ago=st.sampled_from([0.0, 0.0, 0.5, 3.0]))
    def say(self, name: str, which: int, ago: float) -> None:
        said = SAYS[name][which % len(SAYS[name])]
        reading = Reading(input=name, said=said, at=self.now - timedelta(seconds=ago))
        was_on = self.panel.state(name).on
        signals = self._keep(self.panel.take(reading, self.now))
        if name == "gate-in" and said == "on" and not was_on:
            passed = self.last_pass is not None and reading.at <= self.last_pass + timedelta(seconds=10)
            assert passed or any(one.kind == "door-forced" and one.state != "ended" for one in signals)
        if name in ("reader", "button") and said in ("granted", "on"):
            self.last_pass = reading.at
        self.said[name] = (said, reading)

    @precondition(lambda self: bool(self.said))
    @rule(data=st.data())
    def say_again(self, data: Any) -> None:
        """The same word once more begins nothing: at most it goes on, or ends a silence."""
        name = data.draw(st.sampled_from(sorted(self.said)))
        said, reading = self.said[name]
        if said == "denied" or self.panel.state(name).on is (said == "off"):
            return
        begun = [one for one in self._keep(self.panel.take(reading, self.now)) if one.state == "raised"]
        assert all(one.kind == "sensor-silent" for one in begun)
        if name in ("reader", "button"):
            self.last_pass = max(self.last_pass, reading.at)

    @rule(seconds=st.sampled_from([0.3, 1.0, 5.0, 31.0, 70.0]))
    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self._keep(self.panel.pass_time(self.now))

    @rule()
    def restart(self) -> None:
        """Another panel goes on with what was open, and raises nothing of it again."""
        self.now += timedelta(seconds=10)
        going_on = [self.latest[id_].to_json() for id_ in self.open.values()]
        self.panel = Panel(SITE, self.now)
        self.panel.resume(going_on)
        assert self._keep(self.panel.pass_time(self.now)) == ()
        self.said = {}
        self.last_pass = None

    @invariant()
    def no_more_goes_on_than_there_is(self) -> None:
        assert len(self.open) <= 3 * len(SITE.inputs)
        ended = {signal.id for signal in self.latest.values() if signal.state == "ended"}
        assert not ended & set(self.open.values())

    def teardown(self) -> None:
        """Everything ends when everything is off; only silence may go on."""
        for name in ("gate-in", "pir-in"):
            self._keep(self.panel.take(Reading(input=name, said="off", at=self.now), self.now))
        self.now += timedelta(seconds=DENIED_LASTS + 2)
        self._keep(self.panel.pass_time(self.now))
        assert {kind for _, kind in self.open} <= {"sensor-silent"}


PanelLife.TestCase.settings = settings(max_examples=40, stateful_step_count=25)
TestPanelLife = PanelLife.TestCase
