from __future__ import annotations

import math

import numpy as np
import pytest

from bartizan.errors import CalibrationError
from bartizan.watch.calibrate import People, walkers
from bartizan.watch.calibrate.strides import strides
from bartizan.watch.detection.detect import Detection

SIZE = (640, 480)


def box(x: float, foot: float, tall: float) -> Detection:
    return Detection((x - 0.18 * tall, foot - tall, 0.36 * tall, tall), 1.0)


def test_only_whole_upright_people_are_kept_and_every_other_box_is_counted() -> None:
    good = box(300, 300, 80)
    cut = [Detection((0.0, 100.0, 30.0, 80.0), 1.0), Detection((100.0, 420.0, 30.0, 60.0), 1.0)]
    lying, thin = Detection((100.0, 200.0, 90.0, 60.0), 1.0), Detection((100.0, 200.0, 10.0, 90.0), 1.0)
    nothing = [Detection((math.nan, 1.0, 2.0, 3.0), 1.0), Detection((100.0, 100.0, math.inf, 60.0), 1.0)]
    small = box(300, 200, 12)
    car = Detection((200.0, 200.0, 30.0, 80.0), 1.0, label="vehicle")
    empty = Detection((100.0, 100.0, 0.0, 0.0), 1.0)
    seen = walkers([(0.0, [good, *cut, lying, thin, *nothing, small, car, empty])], SIZE)
    assert len(seen) == 1
    np.testing.assert_allclose(seen.foot, [[300.0, 300.0]])
    np.testing.assert_allclose(seen.height, [80.0])
    assert seen.dropped == {
        "not finite": 2, "cut by the picture's edge": 2, "not upright": 3, "too small": 1, "not a person": 1
    }  # fmt: skip
    assert len(walkers([], SIZE)) == 0


@pytest.mark.parametrize(
    "wrong", [{"mean": 0.1}, {"mean": math.nan}, {"between": 0.0}, {"unsure": -1.0}, {"excess": 0.9}]
)
def test_people_who_are_none_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(CalibrationError, match="are none"):
        People(**wrong)


def walk(
    x: float, speed: float, foot: float = 300.0, seconds: float = 8.0, fps: float = 5.0
) -> list[tuple[float, Detection]]:
    return [(n / fps, box(x + speed * n / fps, foot, 80.0)) for n in range(int(seconds * fps))]


def together(*walks: list[tuple[float, Detection]]) -> list[tuple[float, list[Detection]]]:
    times = sorted({t for one in walks for t, _ in one})
    return [(t, [box_ for one in walks for when, box_ in one if when == t]) for t in times]


def test_stretches_of_somebody_alone_have_the_speed_walked() -> None:
    found = strides(walkers(together(walk(100.0, 40.0)), SIZE))
    assert len(found) >= 3
    speed = (found.last - found.first)[:, 0] / found.seconds
    np.testing.assert_allclose(speed, 40.0, rtol=1e-6)
    np.testing.assert_allclose(found.last[:, 1], found.first[:, 1])


def test_who_stands_has_no_stretch_and_two_who_cross_are_never_one() -> None:
    assert len(strides(walkers(together(walk(300.0, 0.0)), SIZE))) == 0
    crossing = strides(walkers(together(walk(100.0, 45.0), walk(360.0, -22.0)), SIZE))
    # were one taken for the other where they meet, a stretch would have a speed between
    speed = (crossing.last - crossing.first)[:, 0] / crossing.seconds
    assert len(crossing) >= 2
    assert all(min(abs(one - 45.0), abs(one + 22.0)) < 1e-6 for one in speed)


def test_a_gap_ends_a_stretch_and_backward_time_makes_none() -> None:
    halves = [*walk(100.0, 40.0, seconds=1.6), *((t + 10.0, one) for t, one in walk(164.0, 40.0, seconds=1.6))]
    assert len(strides(walkers(together(halves), SIZE))) == 0
    assert len(strides(walkers(together(walk(100.0, 40.0))[::-1], SIZE))) == len(
        strides(walkers(together(walk(100.0, 40.0)), SIZE))
    )
