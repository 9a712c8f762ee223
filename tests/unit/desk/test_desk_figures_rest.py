"""Chain, quality, periods and measured figures, worked out by hand."""

import math
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bartizan.desk.alarms import Disposition
from bartizan.desk.figures import Counted, Life, Origin, Quantile, chain_times, measured_time, quality_of, shifts, weeks
from bartizan.desk.figures.life import Trip
from bartizan.errors import InputError

T0 = datetime(2026, 11, 2, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def life(disposition: Disposition | None = None, *origins: Origin) -> Life:
    return Life(
        alarm="a",
        number=1,
        exercise=False,
        priority="low",
        origins=origins or (Origin("rule", "r"),),
        place=None,
        raised_at=T0,
        sounded=(T0,),
        active=((T0, None),),
        disposition=disposition,
    )


def test_each_link_from_its_own_beginning() -> None:
    whole = replace(
        life(), acknowledged_at=at(10), assessed_at=at(25), trips=(Trip("g", at(40), at(200)),), contained_at=at(260)
    )
    found = chain_times([whole], at(1000))
    assert {name: link.times for name, link in found.items()} == {
        "acknowledged": (10,),
        "assessed": (25,),
        "dispatched": (15,),
        "on_scene": (160,),
        "contained": (60,),
        "whole": (200,),
    }


def test_those_who_still_wait_make_the_median_longer() -> None:
    quick = [replace(life(), acknowledged_at=at(10 + n)) for n in range(5)]
    assert chain_times(quick, at(600))["acknowledged"].median.value == 12
    waiting = chain_times([*quick, *(life() for _ in range(6))], at(600))["acknowledged"]
    assert (waiting.count, waiting.waiting) == (5, 6)
    assert waiting.median.value == math.inf  # fewer than half are known to be over


def test_an_alarm_closed_without_a_step_waits_no_longer_than_it_was_open() -> None:
    closed = replace(life(), closed_at=at(5))
    quick = [replace(life(), acknowledged_at=at(10 + n)) for n in range(5)]
    # seven at first, but two left before the first of the five: the median is the third of five, not the fourth
    assert chain_times([closed, closed, *quick], at(600))["acknowledged"].median.value == 12


def test_who_was_not_sent_for_does_not_wait() -> None:
    assessed = replace(life("nuisance"), assessed_at=at(5))
    assert chain_times([assessed], at(600))["dispatched"].waiting == 0


def test_sent_before_anybody_assessed_is_counted_apart() -> None:
    link = chain_times([replace(life(), assessed_at=at(50), trips=(Trip("g", at(20), None),))], at(600))["dispatched"]
    assert (link.count, link.backwards, link.times) == (0, 1, ())


def test_nothing_is_known_of_nothing() -> None:
    found = chain_times([], T0)["whole"].median
    assert math.isnan(found.value)
    assert found[1:] == (0.0, math.inf)


def test_few_times_bound_no_median() -> None:
    # of five, all on one side of the median happens once in sixteen: too often for 95 %
    five = [replace(life(), acknowledged_at=at(n)) for n in (1, 2, 3, 4, 5)]
    assert chain_times(five, at(9))["acknowledged"].median == Quantile(3, 0.0, math.inf)
    ten = [replace(life(), acknowledged_at=at(n)) for n in range(1, 11)]
    median = chain_times(ten, at(11))["acknowledged"].median
    assert 1 <= median.low <= median.value == 5 <= median.high <= 10


def test_many_equal_times_bound_their_median() -> None:
    same = [replace(life(), acknowledged_at=at(7)) for _ in range(64)]
    assert chain_times(same, at(9))["acknowledged"].median == Quantile(7, 7, 7)
    # of six, the exact bound of none of six is 0.46: just enough
    assert chain_times(same[:6], at(9))["acknowledged"].median == Quantile(7, 7, 7)
    assert chain_times(same[:5], at(9))["acknowledged"].median == Quantile(7, 0, math.inf)


def test_quality_of_each_source() -> None:
    rule, north, south = Origin("rule", "r"), Origin("camera", "north"), Origin("camera", "south")
    lives = [
        life("nuisance", rule, north),
        life("nuisance", rule, north),
        life("real", rule, south),
        life("false", rule, south),
        life("test", rule),
        life(None, rule),
    ]
    found = {one.origin: one for one in quality_of(lives, 10.0)}
    assert (found[rule].alarms, found[rule].real, found[rule].nuisance, found[rule].false, found[rule].unjudged) == (
        6,
        1,
        2,
        1,
        2,
    )
    assert found[rule].nuisance_share.value == 0.5
    assert found[rule].nuisance_a_day.value == 0.2
    assert found[north].nuisance_share.value == 1.0
    assert found[north].false_share.value == 0.0
    assert found[south].false_share.value == 0.5
    assert quality_of(lives, 10.0)[0].origin == rule


def test_the_week_in_which_clocks_go_back_has_an_hour_more() -> None:
    # 25 October 2026, 03:00 summer time is 02:00
    begin = datetime(2026, 10, 19, tzinfo=VIENNA).astimezone(UTC)
    found = weeks(begin, begin + timedelta(days=21), VIENNA)
    assert [(one.name, one.hours) for one in found][:2] == [("2026-W43", 169.0), ("2026-W44", 168.0)]
    assert sum(one.hours for one in found) == 21 * 24


def test_the_first_and_last_week_are_cut() -> None:
    found = weeks(T0 + timedelta(days=2), T0 + timedelta(days=8), ZoneInfo("UTC"))
    assert [(one.name, one.hours) for one in found] == [("2026-W45", 120.0), ("2026-W46", 24.0)]


def test_a_year_that_begins_in_week_53() -> None:
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    assert weeks(new_year, new_year + timedelta(hours=1), ZoneInfo("UTC"))[0].name == "2026-W53"


def test_shifts_cover_every_instant_once() -> None:
    since = datetime(2026, 10, 20, 3, 30, tzinfo=UTC)
    until = since + timedelta(days=9, hours=5)
    found = shifts(since, until, VIENNA)
    assert [one.name for one in found] == ["06:00 to 14:00", "14:00 to 22:00", "22:00 to 06:00"]
    assert sum(one.hours for one in found) == pytest.approx(9 * 24 + 5)
    for step in range(9 * 24 + 5):
        assert sum(one.holds(since + timedelta(hours=step)) for one in found) == 1


def test_the_night_in_which_clocks_go_back_is_nine_hours_long() -> None:
    since = datetime(2026, 10, 24, 22, tzinfo=VIENNA).astimezone(UTC)
    night = next(one for one in shifts(since, since + timedelta(hours=12), VIENNA) if one.name.startswith("22"))
    assert night.hours == 9.0


def test_one_shift_all_day() -> None:
    assert [one.hours for one in shifts(T0, T0 + timedelta(days=2), ZoneInfo("UTC"), [time(7)])] == [48.0]


def test_no_shift_and_one_twice_are_refused() -> None:
    for wrong in ([], [time(6), time(6)]):
        with pytest.raises(InputError, match="shifts begin at"):
            shifts(T0, T0 + timedelta(days=1), VIENNA, wrong)


def test_measured_times() -> None:
    # 2, 4, 4, 4, 5, 5, 7, 9: mean 5, squares of differences 32, over 7
    found = measured_time([2, 4, 4, 4, 5, 5, 7, 9], "drill")
    assert found.mean == 5
    assert found.sd == pytest.approx(math.sqrt(32 / 7))
    assert found.spelt() == {"mean": 5.0, "sd": 2.1, "trials": 8, "source": "drill"}
    for wrong, words in (([1.0], "say nothing"), ([1.0, math.nan], "is 0 s or more"), ([1.0, -2.0], "is 0 s or more")):
        with pytest.raises(InputError, match=words):
            measured_time(wrong, "drill")


def test_more_detected_than_tried_is_refused() -> None:
    with pytest.raises(InputError, match="21 of 20"):
        Counted(detected=21, trials=20, source="drill")
