"""Garwood (1936), Biometrika 28, table of 95 % limits of a Poisson mean; as in Biometrika Tables for Statisticians."""

import math

import pytest

from bartizan.desk.figures import rate

LIMITS = {0: (0.0, 3.69), 1: (0.0253, 5.57), 2: (0.242, 7.22), 5: (1.62, 11.67), 10: (4.80, 18.39), 30: (20.24, 42.83)}


@pytest.mark.parametrize("count", LIMITS)
def test_the_table(count: int) -> None:
    low, high = LIMITS[count]
    found = rate(count, 1.0)
    # the table has three figures, or two decimals
    assert found.low == pytest.approx(low, abs=0.005)
    assert found.high == pytest.approx(high, abs=0.005)
    assert found.value == count


def test_exposure_only_scales() -> None:
    ten, one = rate(10, 4.0), rate(10, 1.0)
    assert tuple(4.0 * end for end in ten) == pytest.approx(tuple(one))


def test_without_exposure_nothing_is_known() -> None:
    found = rate(3, 0.0)
    assert math.isnan(found.value)
    assert found[1:] == (0.0, math.inf)
