"""Brown, Cai and DasGupta (2001), Statistical Science 16: the Jeffreys interval, whose ends are 0 at none, 1 at all."""

import math

import pytest
from scipy.integrate import quad

from bartizan.desk.figures import share


@pytest.mark.parametrize(("count", "of"), [(1, 7), (3, 7), (18, 20), (19, 20), (150, 1000)])
def test_each_tail_of_the_posterior_holds_a_fortieth(count: int, of: int) -> None:
    def density(p: float) -> float:
        log = math.lgamma(of + 1.0) - math.lgamma(count + 0.5) - math.lgamma(of - count + 0.5)
        return float(math.exp(log) * p ** (count - 0.5) * (1.0 - p) ** (of - count - 0.5))

    found = share(count, of)
    for low, high in ((0.0, found.low), (found.high, 1.0)):
        # quadrature of the density itself, to six figures
        assert quad(density, low, high, limit=200)[0] == pytest.approx(0.025, abs=2e-6)


def test_none_of_seven_and_all_of_seven_mirror_each_other() -> None:
    none, every = share(0, 7), share(7, 7)
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high == pytest.approx(1.0 - every.low)
    assert none.high == pytest.approx(0.292, abs=0.0005)


def test_of_none_nothing_is_known() -> None:
    found = share(0, 0)
    assert math.isnan(found.value)
    assert found[1:] == (0.0, 1.0)
