"""Rates, peaks and floods of alarms that were counted by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from bartizan.desk.figures import Flood, Life, Load, Origin, Peak, load_of
from bartizan.desk.figures.load import LIMITS
from bartizan.errors import InputError
from bartizan.signal import Severity

T0 = datetime(2026, 11, 2, tzinfo=UTC)
DAY = T0 + timedelta(days=1)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def life(
    minutes: float,
    *again: float,
    by: str = "a",
    priority: Severity = "low",
    lasts: float | None = 1.0,
    exercise: bool = False,
) -> Life:
    sounded = (at(minutes), *(at(one) for one in again))
    active = tuple((one, None if lasts is None else one + timedelta(minutes=lasts)) for one in sounded)
    return Life(
        alarm=f"{by}-{minutes}",
        number=1,
        exercise=exercise,
        priority=priority,
        origins=(Origin("rule", by),),
        place=None,
        raised_at=sounded[0],
        sounded=sounded,
        active=active,
    )


def load(*lives: Life, positions: int = 1, until: datetime = DAY) -> Load:
    return load_of(lives, T0, until, positions)


def test_rates_of_a_day() -> None:
    found = load(*(life(30 * number) for number in range(48)))
    assert found.sounded == 48
    assert found.per_day.value == 48
    assert found.per_hour.value == 2
    assert found.per_ten_minutes.value == pytest.approx(1 / 3)
    assert load(*(life(30 * number) for number in range(48)), positions=2).per_hour.value == 1


def test_what_lies_outside_is_not_counted() -> None:
    assert load(life(-0.01), life(0), life(24 * 60 - 0.01), life(24 * 60)).sounded == 2


def test_an_alarm_that_comes_back_calls_again() -> None:
    found = load(life(1, 5, 9))
    assert found.sounded == 3
    assert found.busiest_ten_minutes == Peak(3, at(1))


def test_a_peak_is_found_over_the_edge_of_windows() -> None:
    # nine at 9, nine at 11: no window from 0 has more than nine of them
    found = load(
        *(life(9 + number / 100, by=f"a{number}") for number in range(9)),
        *(life(11 + number / 100, by=f"b{number}") for number in range(9)),
    )
    assert found.windows_over == 0
    assert found.busiest_ten_minutes == Peak(18, at(9))


def test_ten_minutes_apart_is_not_within_ten_minutes() -> None:
    assert load(life(0), life(10)).busiest_ten_minutes == Peak(1, at(0))
    assert load(life(0), life(9.999)).busiest_ten_minutes == Peak(2, at(0))


@pytest.mark.parametrize(("alarms", "floods"), [(10, 0), (11, 1)])
def test_a_flood_is_more_than_ten(alarms: int, floods: int) -> None:
    found = load(*(life(20 + number / 10, by=f"a{number}") for number in range(alarms)))
    assert len(found.floods) == floods
    assert found.windows_over == floods


def test_a_flood_lasts_until_fewer_than_five() -> None:
    # windows from 00:20: 11, 5, 4
    minutes = [20 + n / 10 for n in range(11)] + [30 + n for n in range(5)] + [40 + n for n in range(4)]
    found = load(*(life(minute, by=f"a{minute}") for minute in minutes))
    assert found.floods == (Flood(at(20), at(40), 16),)
    assert found.flood_hours == pytest.approx(1 / 3)
    assert found.judged["flood_share"] == pytest.approx(20 / 1440)
    assert "flood_share" in found.over


def test_a_flood_that_goes_on_at_the_end_ends_there() -> None:
    found = load(*(life(10 + n / 10, by=f"a{n}") for n in range(11)), until=at(20))
    assert found.floods == (Flood(at(10), at(20), 11),)


def test_two_positions_take_twice_as_much() -> None:
    lives = [life(20 + n / 10, by=f"a{n}") for n in range(20)]
    assert load(*lives, positions=2).floods == ()
    assert len(load(*lives, life(25, by="one more"), positions=2).floods) == 1


def test_a_window_that_is_not_whole_is_not_judged() -> None:
    found = load(*(life(10 + n / 10, by=f"a{n}") for n in range(11)), until=at(19))
    assert (found.windows, found.windows_over, found.floods) == (1, 0, ())


def test_chattering_is_three_from_one_source_within_a_minute() -> None:
    assert load(life(1), life(1.4), life(1.9)).chattering == ((Origin("rule", "a"), 3),)
    assert load(life(1), life(1.4), life(2)).chattering == ()
    assert load(life(1), life(1.4), life(1.9, by="b")).chattering == ()
    assert load(life(1, 1.2, 1.4, 60)).chattering == ((Origin("rule", "a"), 4),)


def test_standing_stale_and_fleeting() -> None:
    assert load(life(100, lasts=None)).standing == 1
    assert load(life(100, lasts=5)).standing == 0
    assert load(life(100, lasts=9 / 60)).fleeting == 1
    assert load(life(100, lasts=10 / 60)).fleeting == 0
    two_days = T0 + timedelta(days=2)
    assert load(life(100, lasts=24 * 60), until=two_days).stale == 0
    assert load(life(100, lasts=24 * 60 + 1), until=two_days).stale == 1
    assert load(life(100, lasts=None)).stale == 0  # not a day old yet


def test_the_mix_of_priorities() -> None:
    found = load(life(1, priority="high"), *(life(10 * n, by=f"a{n}") for n in range(1, 4)))
    assert {name: count for name, (count, _) in found.priorities.items()} == {"high": 1, "medium": 0, "low": 3}
    assert found.priorities["high"][1].value == 0.25


def test_the_ten_that_called_most() -> None:
    lives = [life(10 * number + 100 * turn, by=f"{number:02}") for number in range(12) for turn in range(number + 1)]
    found = load(*lives)
    assert found.top[0] == (Origin("rule", "11"), 12, 12 / 78)
    assert len(found.top) == 10
    assert found.judged["top_share"] == pytest.approx(1 - (1 + 2) / 78)


def test_of_few_sources_the_busiest_ten_say_nothing() -> None:
    assert "top_share" not in load(*(life(10 * n, by=f"{n:03}") for n in range(140))).over
    many = [life(n, by=f"{n:03}") for n in range(200)]
    assert "top_share" not in load(*many).over  # all the same: exactly a twentieth
    assert "top_share" in load(*many, life(500, by="000")).over


def test_nothing_happened() -> None:
    found = load()
    assert found.over == ()
    assert found.busiest_hour == Peak(0, None)
    assert found.per_hour.high == pytest.approx(3.689 / 24, rel=1e-3)
    assert set(found.judged) == set(LIMITS)


def test_no_time_and_nobody_there_are_refused() -> None:
    with pytest.raises(InputError, match="needs some time"):
        load_of([], T0, T0)
    with pytest.raises(InputError, match="one operator's position or more, not of 0"):
        load_of([], T0, DAY, 0)
