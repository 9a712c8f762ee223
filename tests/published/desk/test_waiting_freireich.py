"""Freireich et al. (1963), weeks of remission; medians and intervals as Stata's `stci` gives them (log-log)."""

import math

from bartizan.desk.figures import Quantile, Wait, quantile

PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
OVER = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]


def test_nobody_waits_any_longer() -> None:
    assert quantile([Wait(weeks) for weeks in PLACEBO], 0.5) == Quantile(8, 4, 11)


def test_many_still_wait() -> None:
    waits = [Wait(weeks) for weeks in OVER] + [Wait(weeks, over=False) for weeks in STILL]
    assert quantile(waits, 0.5) == Quantile(23, 13, math.inf)


def test_leaving_out_those_who_wait_would_make_it_look_half_as_long() -> None:
    assert quantile([Wait(weeks) for weeks in OVER], 0.5).value == 10


def test_the_bounds_of_the_curve_itself() -> None:
    # `sts list`: at 10 weeks 0.7529, 95 % 0.5032 to 0.8894; by hand: Greenwood 0.0963, on the scale log(-log S)
    waits = [Wait(weeks) for weeks in OVER] + [Wait(weeks, over=False) for weeks in STILL]
    assert quantile(waits, 1.0 - 0.5033).low == 10
    assert quantile(waits, 1.0 - 0.5031).low == 13
    assert quantile(waits, 1.0 - 0.8895).high == 10
    assert quantile(waits, 1.0 - 0.8893).high == 13
