"""Where actors are is a function of the script and the time, of nothing else."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from bartizan.adapters.files.site import load_site
from bartizan.drill.play import figure, figures, sensor_signal
from bartizan.drill.scenario import Actor, Scenario, Scene, SensorEvent, Wait, Walk
from bartizan.errors import InputError, UnknownIdError

START = datetime(2031, 3, 3, 13, 5, tzinfo=UTC)
MAN = Actor(
    id="man",
    enters=5.0,
    start=(0.0, 9.0),
    steps=(Walk(to=(13.0, 9.0), speed=1.3), Wait(seconds=4.0, face=(13.0, 20.0)), Walk(to=(13.0, 19.0), speed=2.0)),
)


def test_nobody_is_there_before_they_enter_or_after_they_are_gone() -> None:
    assert MAN.seconds() == pytest.approx(10.0 + 4.0 + 5.0)
    assert figure(MAN, 4.999) is None
    assert figure(MAN, 5.0) is not None
    assert figure(MAN, 5.0 + 19.0 + 0.001) is None


def test_a_walk_is_straight_and_even() -> None:
    one = figure(MAN, 5.0 + 4.0)
    assert one is not None
    assert one.at == pytest.approx((4.0 * 1.3, 9.0))
    assert one.heading == pytest.approx(0.0)
    assert one.swing == 1.0


def test_a_wait_stands_still_and_turns() -> None:
    one = figure(MAN, 5.0 + 12.0)
    assert one is not None
    assert one.at == (13.0, 9.0)
    assert one.heading == pytest.approx(math.pi / 2)
    assert one.swing == 0.0


def test_a_gait_comes_round_once_a_cycle() -> None:
    """Two steps are 0.84 of a person's height."""
    cycle = 0.84 * MAN.height / 1.3
    first, later = figure(MAN, 6.0), figure(MAN, 6.0 + cycle)
    assert first is not None
    assert later is not None
    assert math.cos(first.phase - later.phase) == pytest.approx(1.0)


def test_who_stays_stands_at_the_last_place() -> None:
    stays = Actor(id="guard", enters=0.0, start=(0.0, 0.0), steps=(Walk(to=(2.0, 0.0), speed=2.0),), stays=True)
    one = figure(stays, 500.0)
    assert one is not None
    assert one.at == (2.0, 0.0)
    assert one.swing == 0.0


def test_any_order_of_questions_gets_the_same_answers() -> None:
    scene = Scene(id="s", name="S", start=START, length=30.0, actors=(MAN,))
    times = [0.2 * k for k in range(150)]
    forwards = [figures(scene, t) for t in times]
    backwards = [figures(scene, t) for t in reversed(times)]
    assert forwards == backwards[::-1]


def test_a_sensor_reports_its_own_place(chancery: object) -> None:
    site = load_site(str(chancery))
    scene = Scene(id="s", name="S", start=START, length=60.0)
    event = SensorEvent(t=12.5, sensor="inner-door-contact")
    signal = sensor_signal(site, scene, event, id="x-1")
    assert (signal.kind, signal.element, signal.area) == ("contact", "entrance-inner", None)
    assert signal.utc == "2031-03-03T13:05:12.500000Z"
    assert signal.because["way"] == "force"
    assert signal.at == (20.0, 15.0)
    assert signal.exercise
    in_area = sensor_signal(site, scene, SensorEvent(t=1.0, sensor="duress-button", at="entrance"), id="x-2")
    assert (in_area.element, in_area.area) == (None, "entrance")
    with pytest.raises(UnknownIdError, match="no sensor has the id 'bell'"):
        sensor_signal(site, scene, SensorEvent(t=1.0, sensor="bell"), id="x-3")


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match=r"moves at 0\.1 to 8 m/s, not 20"):
        Walk(to=(1.0, 1.0), speed=20.0)
    with pytest.raises(InputError, match="two finite numbers"):
        Walk(to=(math.nan, 1.0))
    with pytest.raises(InputError, match="more than 0 s"):
        Wait(seconds=0.0)
    with pytest.raises(InputError, match=r"1 to 2\.3 m tall"):
        Actor(id="giant", enters=0.0, start=(0.0, 0.0), steps=(), height=3.0)
    with pytest.raises(InputError, match="at least one scene"):
        Scenario(name="none", scenes=())


def test_scenes_stand_in_the_order_of_time() -> None:
    first = Scene(id="a", name="A", start=START, length=60.0)
    second = Scene(id="b", name="B", start=START.replace(second=30), length=60.0)
    with pytest.raises(InputError, match="scene 'b' starts before scene 'a' is over"):
        Scenario(name="s", scenes=(first, second))
