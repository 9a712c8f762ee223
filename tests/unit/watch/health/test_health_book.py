"""The health book on readings made by hand: silence, flicker, clocks, what is ignored, and its words."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bartizan.errors import InputError, UnknownIdError
from bartizan.signal import Signal, SignalIds
from bartizan.site import build
from bartizan.watch.health import FAULTS, HealthBook, HealthParams, Reading, Usual
from bartizan.watch.health.quiet import FEWEST, STILL, Quiet

USUAL = Usual(brightness=100.0, glare=0.01, contrast=40.0, sharpness=1.0, change=3.0)
WELL = Reading(
    brightness=100.0, glare=0.01, contrast=40.0, sharpness=1.0, change=3.0, repeat=3.0, likeness=0.9, lost=0.0,
    kept=0.9, usual=USUAL,
)  # fmt: skip
SICK = {
    "frozen": replace(WELL, change=0.0, repeat=0.0),
    "covered": replace(WELL, contrast=2.0, likeness=0.0, lost=1.0, kept=0.0),
    "blinded": replace(WELL, glare=0.6),
    "defocused": replace(WELL, sharpness=0.3),
    "turned": replace(WELL, likeness=0.1, lost=0.8, kept=0.3),
}
PARAMS = HealthParams()


def book(*cameras: dict[str, Any], **more: Any) -> HealthBook:
    listed = list(cameras) or [{"id": "north"}]
    return HealthBook(build({"schema": 1, "site": {"name": "x"}, "camera": listed}), SignalIds("run"), **more)


def feed(kept: HealthBook, reading: Reading, begins: float, ends: float, step: float = 0.5) -> list[Signal]:
    """The same reading from `begins` up to `ends` [s], and time passing with it."""
    found: list[Signal] = []
    for number in range(round((ends - begins) / step)):
        t = begins + number * step
        found += [*kept.step(t, "north", reading), *kept.pass_time(t)]
    return found


def told(signals: list[Signal]) -> list[tuple[str, str, float]]:
    return [(signal.because["fault"], signal.state, signal.t) for signal in signals]


def test_a_camera_that_never_comes_is_dead_after_ten_seconds() -> None:
    kept = book()
    found = [signal for t in range(60) for signal in kept.pass_time(float(t))]
    assert told(found) == [("dead", "raised", 11.0)]
    assert found[0].because["text"] == "no picture for 11 s"
    assert found[0].since == 0.0


def test_a_camera_that_falls_silent_is_dead_and_lives_again() -> None:
    kept = book()
    found = feed(kept, WELL, 0.0, 30.0)
    for t in range(30, 50):
        found += kept.pass_time(float(t))
    found += feed(kept, WELL, 50.0, 70.0)
    assert told(found) == [("dead", "raised", 40.0), ("dead", "ended", 55.0)]
    assert found[0].id == found[1].id
    assert found[0].t - 29.5 <= 15.0
    assert found[1].because == {"fault": "dead", "text": "pictures come again", "lasted": 25.5}


def test_a_camera_that_comes_and_goes_is_one_signal() -> None:
    kept = book()
    found = feed(kept, WELL, 0.0, 5.0)
    for t in range(5, 120):
        found += kept.pass_time(float(t))
        if t % 12 == 0:
            found += kept.step(float(t), "north", WELL)
    assert [(fault, state) for fault, state, _ in told(found)] == [("dead", "raised")]


def test_how_long_a_camera_may_be_silent_is_its_own() -> None:
    kept = book({"id": "north", "health": {"silence": 60}})
    assert [signal for t in range(61) for signal in kept.pass_time(float(t))] == []
    assert len(kept.pass_time(61.0)) == 1


@pytest.mark.parametrize("fault", list(SICK))
def test_each_fault_is_raised_after_its_time_once_and_ends(fault: str) -> None:
    kept = book()
    after = getattr(PARAMS, fault)
    found = feed(kept, WELL, 0.0, 10.0) + feed(kept, SICK[fault], 10.0, 10.0 + 3 * after)
    found += feed(kept, WELL, 10.0 + 3 * after, 60.0 + 3 * after)
    assert told(found) == [(fault, "raised", 10.0 + after), (fault, "ended", 10.0 + 3 * after + PARAMS.well)]
    assert found[0].since == 10.0
    assert found[1].because["lasted"] == pytest.approx(2.0 * after + after + PARAMS.well)
    assert found[0].because["usual"]["contrast"] == 40.0
    json.dumps([signal.to_json() for signal in found], allow_nan=False)


@pytest.mark.parametrize("fault", list(SICK))
def test_shorter_than_its_time_it_is_nothing(fault: str) -> None:
    kept = book()
    found: list[Signal] = []
    for round_ in range(4):
        at = 100.0 * round_
        found += feed(kept, SICK[fault], at, at + getattr(PARAMS, fault)) + feed(kept, WELL, at + 40.0, at + 60.0)
    found = [signal for signal in found if signal.because["fault"] != "dead"]
    assert found == []


@pytest.mark.parametrize("fault", [fault for fault in SICK if fault != "frozen"])
def test_a_flicker_interrupts_nothing(fault: str) -> None:
    kept = book()
    found: list[Signal] = []
    for number in range(100):
        found += kept.step(number * 0.5, "north", WELL if number % 4 == 0 else SICK[fault])
    assert [(one, state) for one, state, _ in told(found)] == [(fault, "raised")]


def test_one_new_picture_shows_that_a_camera_is_alive() -> None:
    kept = book()
    found: list[Signal] = []
    for number in range(200):
        found += kept.step(number * 0.5, "north", WELL if number % 60 == 0 else SICK["frozen"])
    assert found == []


def test_the_fault_that_explains_the_others_is_the_one() -> None:
    capped = replace(WELL, contrast=1.0, sharpness=0.0, likeness=0.0, lost=1.0, kept=0.0)
    assert {fault for fault, _, _ in told(feed(book(), capped, 0.0, 60.0))} == {"covered"}


def test_what_is_ignored_is_not_raised() -> None:
    kept = book({"id": "north", "health": {"ignore": ["turned", "dead"]}})
    found = feed(kept, SICK["turned"], 0.0, 60.0)
    found += [signal for t in range(60, 100) for signal in kept.pass_time(float(t))]
    assert found == []


def test_a_clock_that_is_set_is_said_until_it_is_even_again() -> None:
    kept = book()
    found = feed(kept, WELL, 0.0, 5.0) + feed(kept, replace(WELL, jumps=2), 5.0, 100.0)
    assert told(found) == [("clock", "raised", 5.0), ("clock", "ended", 65.0)]
    assert "2 times" in found[0].because["text"]
    # a worker that was started anew counts from zero
    assert feed(kept, WELL, 100.0, 110.0) == []
    assert told(feed(kept, replace(WELL, jumps=1), 110.0, 115.0)) == [("clock", "raised", 110.0)]


def test_pictures_that_are_over_are_a_dead_camera_at_once() -> None:
    kept = book(start_utc=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), exercise=True)
    feed(kept, WELL, 0.0, 5.0)
    found = list(kept.ended(5.0, "north", "its worker died"))
    assert told(found) == [("dead", "raised", 5.0)]
    assert found[0].because["text"] == "its worker died"
    assert found[0].utc == "2026-01-02T03:04:10.000Z"
    assert found[0].exercise
    assert list(kept.ended(6.0, "north", "again")) == []
    assert told(feed(kept, WELL, 20.0, 30.0)) == [("dead", "ended", 25.0)]


def test_what_is_open_ends_with_the_watch() -> None:
    kept = book()
    feed(kept, SICK["turned"], 0.0, 30.0)
    found = list(kept.finish(31.0))
    assert told(found) == [("turned", "ended", 31.0)]
    assert found[0].because["text"] == "the watch is over"
    assert kept.finish(32.0) == ()


def test_suspicion_does_not_outlast_a_silence() -> None:
    kept = book()
    feed(kept, SICK["turned"], 0.0, 5.0)
    found = list(kept.step(300.0, "north", SICK["turned"]))
    assert found == []


def test_hostile_times_and_names() -> None:
    kept = book()
    for t in (math.nan, math.inf, -math.inf):
        assert kept.step(t, "north", WELL) == ()
        assert kept.pass_time(t) == ()
    kept.step(50.0, "north", WELL)
    kept.step(1.0, "north", WELL)
    assert kept.pass_time(55.0) == ()
    with pytest.raises(UnknownIdError, match=r"camera .south. is not watched\. There is: north"):
        kept.step(0.0, "south", WELL)
    with pytest.raises(UnknownIdError):
        book(cameras=["south"])
    with pytest.raises(InputError, match="time zone"):
        book(start_utc=datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused
    assert book(cameras=[]).pass_time(1e9) == ()


def test_a_reading_is_the_same_after_it_was_sent() -> None:
    for reading in (WELL, Reading(1.0, 0.0, 2.0, 3.0), replace(WELL, jumps=4)):
        assert Reading.from_json(json.loads(json.dumps(reading.to_json(), allow_nan=False))) == reading


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {**WELL.to_json(), "more": 1},
        {**WELL.to_json(), "brightness": None},
        {**WELL.to_json(), "brightness": "bright"},
        {**WELL.to_json(), "likeness": math.nan},
        {**WELL.to_json(), "contrast": math.inf},
        {**WELL.to_json(), "contrast": True},
        {**WELL.to_json(), "jumps": -1},
        {**WELL.to_json(), "jumps": 1.5},
        {**WELL.to_json(), "usual": {"brightness": 1.0}},
        {**WELL.to_json(), "usual": 3},
    ],
)
def test_what_is_no_reading_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match="reading of a camera's health"):
        Reading.from_json(wrong)


def test_the_site_may_name_every_fault() -> None:
    kept = book({"id": "north", "health": {"ignore": list(FAULTS)}})
    assert feed(kept, SICK["covered"], 0.0, 60.0) == []


def test_quiet_moments_are_those_of_a_live_picture() -> None:
    quiet = Quiet()
    for number in range(200):
        quiet.add(number * 0.5, 3.0 if number % 10 else 8.0, repeated=False)
    assert quiet.level == pytest.approx(3.0)
    for number in range(200, 400):  # nothing but stills
        quiet.add(number * 0.5, 0.2, repeated=False)
    assert quiet.level == pytest.approx(3.0)
    for number in range(400, 460):  # something stirs: it was quiet after all
        quiet.add(number * 0.5, 3.0, repeated=False)
    assert quiet.level == pytest.approx(0.2)
    assert FEWEST < 200 * (1.0 - STILL)


def test_a_picture_that_came_again_tells_nothing_of_a_live_one() -> None:
    quiet = Quiet()
    for number in range(100):
        quiet.add(number * 0.5, 3.0, repeated=False)
    for number in range(100, 110):  # the first of a still, not yet known to come again
        quiet.add(number * 0.5, 2.0, repeated=False)
    for number in range(110, 200):
        quiet.add(number * 0.5, 2.0, repeated=True)
    for number in range(200, 300):
        quiet.add(number * 0.5, 3.0, repeated=False)
    assert quiet.level == pytest.approx(3.0)
