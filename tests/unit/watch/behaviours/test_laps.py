"""Laps: k times around is k laps, to and fro is none, and who cuts through the middle did not go around."""

from __future__ import annotations

import math

import numpy as np
import pytest
from yards import Way, along, phases, play, points, raised, watch_for

HOUSE = [(-20.0, -10.0), (20.0, -10.0), (20.0, 10.0), (-20.0, 10.0)]
LENGTH = 120.0


def circle(laps: float, radius: float = 20.0, every: float = 0.2, speed: float = 1.4, sense: float = 1.0) -> Way:
    """Around the origin so many times."""
    count = round(laps * 2.0 * math.pi * radius / speed / every)
    angles = [sense * laps * 2.0 * math.pi * n / count for n in range(count + 1)]
    return [(n * every, radius * math.cos(angle), radius * math.sin(angle)) for n, angle in enumerate(angles)]


ROUND_POND = [(15.0 * math.cos(n * math.pi / 32), 15.0 * math.sin(n * math.pi / 32)) for n in range(64)]
POND_LENGTH = 64 * 2.0 * 15.0 * math.sin(math.pi / 64)


@pytest.mark.parametrize("laps", [1, 2, 3])
@pytest.mark.parametrize("sense", [1.0, -1.0])
def test_k_times_around_is_k_laps(laps: int, sense: float) -> None:
    events = play(watch_for("laps", zone=ROUND_POND), points(circle(laps + 0.02, sense=sense)))
    assert phases(events)[0] == "raised"
    assert events[-1].phase == "ended"
    assert len(raised(events)) == 1
    assert events[-1].figures["laps"] == pytest.approx(laps + 0.02, abs=0.005)
    assert events[-1].figures["length"] == pytest.approx(POND_LENGTH, abs=0.01)
    assert events[-1].figures["sense"] == ("anticlockwise" if sense > 0 else "clockwise")
    # the lap is told when it is done, and not before
    once = 2.0 * math.pi * 20.0 / 1.4
    assert raised(events)[0].t == pytest.approx(once, abs=0.8)
    assert raised(events)[0].since == 0.0


def test_the_words_say_how_often_how_long_and_which_way() -> None:
    around = [(-24.0, -14.0), (24.0, -14.0), (24.0, 14.0), (-24.0, 14.0)]
    events = play(watch_for("laps", zone=HOUSE), points(along([*around, *around, around[0]], every=0.5)))
    # twice 152 m at 1.4 m/s, less the 4 m past the last corner, all of which is nearest to the corner itself
    assert events[-1].text == "2.0 laps around ground (120 m) in 214 s, anticlockwise"


def test_most_of_a_lap_is_none_and_half_laps_may_be_asked() -> None:
    assert not play(watch_for("laps", zone=ROUND_POND), points(circle(0.97)))
    assert play(watch_for("laps", zone=ROUND_POND, laps=0.5), points(circle(0.6)))
    assert not play(watch_for("laps", zone=ROUND_POND, laps=2), points(circle(1.95)))


def test_to_and_fro_is_no_lap() -> None:
    there = circle(0.8)
    back = [(there[-1][0] + n * 0.2, x, y) for n, (_, x, y) in enumerate(there[::-1], start=1)]
    again = [(back[-1][0] + n * 0.2, x, y) for n, (_, x, y) in enumerate(there, start=1)]
    assert not play(watch_for("laps", zone=ROUND_POND), points([*there, *back, *again]))


def test_a_lap_that_takes_too_long_is_none() -> None:
    assert play(watch_for("laps", zone=ROUND_POND, within=100), points(circle(1.1)))
    assert not play(watch_for("laps", zone=ROUND_POND, within=80), points(circle(1.1)))


def test_outside_the_band_the_lap_is_broken() -> None:
    assert not play(watch_for("laps", zone=ROUND_POND), points(circle(1.5, radius=31.0)))
    way = circle(1.1)
    out = len(way) // 2
    aside = [(t, 2.0 * x, 2.0 * y) if n == out else (t, x, y) for n, (t, x, y) in enumerate(way)]
    # a leap of 20 m out and back: neither half is a lap
    assert not play(watch_for("laps", zone=ROUND_POND), points(aside))


def test_through_the_house_is_not_around_it() -> None:
    # out by the south, around the east end, in by the north and through to the south again
    half = [(0.0, -12.0), (22.0, -12.0), (22.0, 12.0), (0.0, 12.0)]
    ways = [*half, *half, *half, *half]
    assert not play(watch_for("laps", zone=HOUSE, laps=0.9), points(along(ways, every=0.2)))


def test_around_inside_by_the_fence_is_a_lap_and_through_the_middle_of_the_yard_is_none() -> None:
    by_the_fence = [(-17.0, -7.0), (17.0, -7.0), (17.0, 7.0), (-17.0, 7.0), (-17.0, -7.0), (-10.0, -7.0)]
    assert len(raised(play(watch_for("laps", zone=HOUSE), points(along(by_the_fence))))) == 1
    # a triangle about the middle of the yard, all of it within the band of its edge
    through = [(-15.0, -8.0), (5.0, 1.0), (-15.0, 0.0)]
    assert not play(watch_for("laps", zone=HOUSE, laps=0.5), points(along([*through, *through])))


@pytest.mark.parametrize("y", [0.5, 1.5, 3.0, 4.6])
def test_up_and_down_a_narrow_yard_is_no_lap(y: float) -> None:
    yard = [(0.0, 0.0), (60.0, 0.0), (60.0, 6.0), (0.0, 6.0)]
    rng = np.random.default_rng(7)
    ways = along([(-2.0 + 64.0 * (n % 2), y) for n in range(9)], every=0.2)
    noisy = [(t, x + rng.normal(0.0, 0.15), v + rng.normal(0.0, 0.15)) for t, x, v in ways]
    assert not play(watch_for("laps", zone=yard, within=3600), points(noisy, sigma=0.15))


def test_around_a_house_with_a_notch() -> None:
    plan = [(0.0, 0.0), (30.0, 0.0), (30.0, 10.0), (10.0, 10.0), (10.0, 30.0), (0.0, 30.0)]
    way = [(-2.0, -2.0), (32.0, -2.0), (32.0, 12.0), (12.0, 12.0), (12.0, 32.0), (-2.0, 32.0)]
    for corners in (way, way[::-1]):
        events = play(watch_for("laps", zone=plan), points(along([*corners, *corners, corners[0]], every=0.25)))
        assert events[-1].figures["laps"] == pytest.approx(2.0, abs=0.05)


def test_who_stands_in_the_noise_by_a_small_thing_goes_round_nothing() -> None:
    kiosk = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]
    noise = np.random.default_rng(4).normal(0.0, 1.0, (6000, 2))
    way = [(0.1 * n, 3.0 + x, 1.0 + y) for n, (x, y) in enumerate(noise)]
    assert not play(watch_for("laps", zone=kiosk), points(way, sigma=1.0))


def test_out_of_sight_for_long_nobody_says_which_way_round() -> None:
    way = [point for point in circle(1.2) if not 20.0 < point[0] < 75.0]
    assert not play(watch_for("laps", zone=ROUND_POND), points(way))
    short = [point for point in circle(1.2) if not 20.0 < point[0] < 30.0]
    assert play(watch_for("laps", zone=ROUND_POND), points(short))


def test_a_fence_with_a_gate_is_closed_across_it() -> None:
    fence = [(0.0, 0.0), (40.0, 0.0), (40.0, 40.0), (0.0, 40.0), (0.0, 4.0)]
    around = [(-3.0, -3.0), (43.0, -3.0), (43.0, 43.0), (-3.0, 43.0)]
    events = play(watch_for("laps", line=fence), points(along([*around, *around[:2]], every=0.5)))
    assert events[-1].figures["length"] == 160.0
    assert len(raised(events)) == 1
