"""The duel, against closed forms, fractions worked out by hand, and fights that were followed one by one."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy.special import betainc

from bartizan.assess.neutralize import (
    MAX_SIDE,
    Duel,
    duel_between,
    neutralization,
    reinforced,
    win_probability,
    win_table,
)
from bartizan.errors import InputError, UnknownIdError
from bartizan.site import build
from bartizan.site.site import Site

HALF_ULPS = 2.3e-16  # relative error of one rounded step, two roundings and a little


def binomial(p: Fraction, x: int, y: int) -> Fraction:
    """The linear law: of x + y - 1 casualties at least y are the adversaries'."""
    n = x + y - 1
    return sum((math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(y, n + 1)), Fraction(0))


def decoupled(r: Fraction, x: int, y: int) -> Fraction:
    """The square law by another way (Kingman and Volkov 2003).

    Time may run at any speed: let it run 1/(x y) as fast as the fight. Then casualties fall at rate r / y among the
    adversaries and 1 / x among the responders, each side by itself; who lasts longer has won. The adversaries last a
    sum of exponentials of means y / r, ..., 1 / r, whose survival function is a sum of exponentials.
    """
    theirs = [Fraction(k) / r for k in range(1, y + 1)]
    ours = [Fraction(k) for k in range(1, x + 1)]
    lost = Fraction(0)
    for mean in theirs:
        share = Fraction(1)
        for other in theirs:
            if other != mean:
                share *= mean / (mean - other)
        for own in ours:
            share /= 1 + own / mean
        lost += share
    return 1 - lost


@cache
def by_cases(law: str, advantage: Fraction, x: int, y: int) -> Fraction:
    if y == 0:
        return Fraction(1)
    if x == 0:
        return Fraction(0)
    hit = advantage if law == "linear" else advantage * x / (advantage * x + y)
    return hit * by_cases(law, advantage, x, y - 1) + (1 - hit) * by_cases(law, advantage, x - 1, y)


def test_two_against_two_by_hand() -> None:
    """Square law, r = 1: 1/2 to get to two against one; then 2/3, or 1/3 to one against one, then 1/2; and so on."""
    two_one = Fraction(2, 3) + Fraction(1, 3) * Fraction(1, 2)
    one_two = Fraction(1, 3) * Fraction(1, 2)
    by_hand = Fraction(1, 2) * two_one + Fraction(1, 2) * one_two
    assert by_hand == Fraction(1, 2)
    assert win_probability(Duel("square", 1.0), 2, 1) == pytest.approx(5 / 6, rel=1e-15)
    assert win_probability(Duel("square", 1.0), 1, 2) == pytest.approx(1 / 6, rel=1e-15)
    assert win_probability(Duel("square", 1.0), 2, 2) == pytest.approx(0.5, rel=1e-15)
    assert win_probability(Duel("linear", 0.25), 2, 1) == pytest.approx(0.25 + 0.75 * 0.25, rel=1e-15)


@pytest.mark.parametrize("x", [1, 2, 5, 9])
@pytest.mark.parametrize("y", [1, 3, 8])
def test_small_duels_against_fractions(x: int, y: int) -> None:
    bound = 4 * (x + y) * HALF_ULPS
    for p in (Fraction(1, 4), Fraction(1, 2), Fraction(7, 8)):
        expected = binomial(p, x, y)
        assert by_cases("linear", p, x, y) == expected
        assert win_probability(Duel("linear", float(p)), x, y) == pytest.approx(float(expected), rel=bound)
    for r in (Fraction(1, 8), Fraction(1), Fraction(5, 2)):
        expected = decoupled(r, x, y)
        assert by_cases("square", r, x, y) == expected
        assert win_probability(Duel("square", float(r)), x, y) == pytest.approx(float(expected), rel=bound)


@pytest.mark.parametrize(("x", "y", "p"), [(40, 40, 0.5), (300, 100, 0.2), (3000, 2900, 0.49), (100, 2000, 0.97)])
def test_the_linear_law_is_an_incomplete_beta(x: int, y: int, p: float) -> None:
    assert win_probability(Duel("linear", p), x, y) == pytest.approx(float(betainc(y, x, p)), rel=1e-11)


def test_thousands_neither_vanish_nor_overflow() -> None:
    assert win_probability(Duel("square", 1.0), 3000, 3000) == pytest.approx(0.5, rel=1e-12)
    assert win_probability(Duel("linear", 0.5), 3000, 3000) == pytest.approx(0.5, rel=1e-12)
    # 2 ** -1000 is far below the smallest difference from 1, and is not lost
    assert win_probability(Duel("linear", 0.5), 1, 1000) == pytest.approx(2.0**-1000, rel=1e-12)
    # one against y under the square law with r = 1: prod 1 / (1 + k) = 1 / (y + 1)!
    assert math.log(win_probability(Duel("square", 1.0), 1, 100)) == pytest.approx(-math.lgamma(102.0), rel=1e-12)


@pytest.mark.parametrize(
    ("duel", "expected"),
    [(Duel("linear", 0.0), 0.0), (Duel("linear", 1.0), 1.0), (Duel("square", 0.0), 0.0), (Duel("square", 1e12), 1.0)],
)
def test_no_chance_and_no_doubt(duel: Duel, expected: float) -> None:
    assert win_probability(duel, 5, 7) == pytest.approx(expected, abs=1e-9)
    assert win_probability(duel, 5, 0) == 1.0
    assert win_probability(duel, 0, 5) == 0.0


def test_roles_exchanged_the_other_side_wins() -> None:
    for x, y in ((3, 4), (12, 7), (50, 80)):
        square = win_probability(Duel("square", 0.4), x, y) + win_probability(Duel("square", 2.5), y, x)
        linear = win_probability(Duel("linear", 0.3), x, y) + win_probability(Duel("linear", 0.7), y, x)
        assert square == pytest.approx(1.0, abs=1e-12)
        assert linear == pytest.approx(1.0, abs=1e-12)


def test_more_responders_or_fewer_adversaries_never_hurt() -> None:
    for duel in (Duel("square", 0.7), Duel("linear", 0.4)):
        tables = np.array([win_table(duel, 30, y) for y in range(30)])
        assert (np.diff(tables, axis=1) >= -1e-15).all()
        assert (np.diff(tables, axis=0) <= 1e-15).all()


def followed(
    duel: Duel, arrivals: list[tuple[float, int]], y0: int, *, stay: bool, runs: int, rng: np.random.Generator
) -> float:
    """The share of fights won, each followed casualty by casualty."""
    won = 0
    for _ in range(runs):
        x, y, now, coming = arrivals[0][1], y0, 0.0, list(arrivals[1:])
        while y:
            if x == 0:
                if not (stay and coming):
                    break
                now, more = coming.pop(0)
                x += more
                continue
            wait = rng.exponential(duel.pace or 0.0) if duel.pace else 0.0
            if coming and coming[0][0] <= now + wait:
                now, more = coming.pop(0)
                x += more
                continue
            now += wait
            hit = duel.advantage if duel.law == "linear" else duel.advantage * x / (duel.advantage * x + y)
            if rng.random() < hit:
                y -= 1
            else:
                x -= 1
        won += y == 0
    return won / runs


@pytest.mark.parametrize("stay", [False, True])
@pytest.mark.parametrize("duel", [Duel("square", 0.8, 20.0), Duel("linear", 0.45, 20.0), Duel("square", 1.5)])
def test_reinforcements_against_fights_followed_one_by_one(duel: Duel, stay: bool) -> None:
    arrivals = [(0.0, 2), (30.0, 3), (90.0, 1)]
    exact = reinforced(duel, arrivals, 4, stay=stay)
    runs = 6_000
    found = followed(duel, arrivals, 4, stay=stay, runs=runs, rng=np.random.default_rng(63))
    assert abs(found - exact) < 4.5 * math.sqrt(exact * (1.0 - exact) / runs)


def test_reinforcements_at_the_limits() -> None:
    duel = Duel("square", 0.6, 10.0)
    together = win_probability(duel, 5, 4)
    assert reinforced(duel, [(0.0, 2), (0.0, 3)], 4, stay=False) == pytest.approx(together, rel=1e-13)
    assert reinforced(duel, [(0.0, 2), (1e9, 3)], 4, stay=False) == pytest.approx(
        win_probability(duel, 2, 4), rel=1e-12
    )
    # so late that the first fight is over: the second meets whoever is left of the adversaries
    alone = win_probability(duel, 2, 4)
    later = reinforced(duel, [(0.0, 2), (1e9, 3)], 4, stay=True)
    assert alone < later < together
    assert reinforced(duel, [(0.0, 0), (5.0, 3)], 4, stay=True) == pytest.approx(win_probability(duel, 3, 4), rel=1e-12)
    assert reinforced(duel, [(0.0, 0), (5.0, 3)], 4, stay=False) == 0.0
    assert reinforced(duel, [(0.0, 1)], 0, stay=False) == 1.0


def test_one_casualty_in_time_by_hand() -> None:
    """One against one, one more after 10 s: no casualty within it with probability e^-1, then two against one."""
    duel = Duel("linear", 0.5, 10.0)
    none_yet = math.exp(-1.0)
    expected = none_yet * 0.75 + (1.0 - none_yet) * 0.5
    assert reinforced(duel, [(0.0, 1), (10.0, 1)], 1, stay=False) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("law", "advantage", "pace", "words"),
    [
        ("linear", 1.1, None, "p of the linear law, from 0 to 1"),
        ("linear", math.nan, None, "p of the linear law"),
        ("square", -1.0, None, "r of the square law"),
        ("square", math.inf, None, "r of the square law"),
        ("square", 1.0, -1.0, "mean seconds between casualties"),
        ("square", 1.0, math.inf, "mean seconds between casualties"),
        ("cube", 0.5, None, "'linear' or 'square'"),
    ],
)
def test_a_duel_out_of_range_is_refused(law: str, advantage: float, pace: float | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Duel(law, advantage, pace)  # type: ignore[arg-type]


def test_sides_and_arrivals_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="-1 responders are no side"):
        win_probability(Duel("linear", 0.5), -1, 2)
    with pytest.raises(InputError, match=f"{MAX_SIDE + 1} adversaries"):
        win_probability(Duel("linear", 0.5), 1, MAX_SIDE + 1)
    with pytest.raises(InputError, match="Give the first at 0 and the others in order"):
        reinforced(Duel("linear", 0.5), [(0.0, 1), (9.0, 1), (3.0, 1)], 2, stay=True)
    with pytest.raises(InputError, match="Simulate the fight instead"):
        reinforced(Duel("linear", 0.5), [(0.0, 2000), (3.0, 1)], 2000, stay=True)


def a_site(engagements: list[dict[str, object]], **response: object) -> Site:
    return build(
        {
            "schema": 1,
            "site": {"name": "duel"},
            "response": [{"id": "guards", "arrival": {"mean": 60, "sd": 6}, "strength": 3, **response}],
            "threat": [{"id": "pair", "count": 2}, {"id": "one"}],
            "engagement": engagements,
        }
    )


def test_p_n_of_a_site() -> None:
    anybody: dict[str, object] = {"id": "a", "response": "guards", "law": "linear", "advantage": 0.4}
    the_pair: dict[str, object] = {**anybody, "id": "b", "threat": "pair", "law": "square", "advantage": 0.5, "pace": 7}
    site = a_site([anybody, the_pair])
    assert neutralization(site, "pair", "guards") == win_probability(Duel("square", 0.5), 3, 2)
    assert neutralization(site, "one", "guards") == win_probability(Duel("linear", 0.4), 3, 1)
    assert neutralization(site, None, "guards") == win_probability(Duel("linear", 0.4), 3, 1)
    assert duel_between(site, "pair", "guards") == Duel("square", 0.5, 7.0)
    assert neutralization(a_site([]), "pair", "guards") is None
    assert neutralization(a_site([], p_neutralization=0.8), "pair", "guards") == 0.8
    with pytest.raises(UnknownIdError, match="nobody"):
        neutralization(site, "nobody", "guards")
