"""Sobol indices: against closed forms, and against SALib on the same points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from SALib.analyze import sobol

from bartizan.assess.doubt.indices import CONFIDENCE, design, most_columns, sobol_indices
from bartizan.errors import InputError

Floats = NDArray[np.float64]
POINTS = 4096


def ishigami(uniform: Floats) -> Floats:
    """sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1 on (-pi, pi)^3 (Ishigami and Homma 1990)."""
    x = (2.0 * uniform - 1.0) * math.pi
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices() -> tuple[list[float], list[float], float]:
    a, b = 7.0, 0.1
    alone = [0.5 * (1.0 + b * math.pi**4 / 5.0) ** 2, a * a / 8.0, 0.0]
    joint = b * b * math.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    variance = sum(alone) + joint
    total = [(alone[0] + joint) / variance, alone[1] / variance, joint / variance]
    return [one / variance for one in alone], total, variance


WEIGHTS = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])


def g_function(uniform: Floats) -> Floats:
    """prod (|4 x - 2| + a) / (1 + a) (Saltelli and Sobol 1995)."""
    return np.asarray(((np.abs(4.0 * uniform - 2.0) + WEIGHTS) / (1.0 + WEIGHTS)).prod(axis=1))


def g_indices() -> tuple[list[float], list[float], float]:
    alone = 1.0 / (3.0 * (1.0 + WEIGHTS) ** 2)
    variance = float((1.0 + alone).prod() - 1.0)
    total = alone * ((1.0 + alone).prod() / (1.0 + alone))
    return (alone / variance).tolist(), (total / variance).tolist(), variance


@pytest.mark.parametrize(("function", "exact"), [(ishigami, ishigami_indices()), (g_function, g_indices())])
def test_indices_have_their_closed_form_and_what_salib_makes_of_the_same_points(function, exact) -> None:  # type: ignore[no-untyped-def]
    first, total, variance = exact
    inputs = len(first)
    drawn = design(inputs, POINTS, np.random.default_rng(5))
    found = sobol_indices(function, drawn, [(number,) for number in range(inputs)], np.random.default_rng(6))
    assert found is not None
    # the bootstrap takes the points as independent, which over-states what a Sobol sequence leaves
    assert (np.abs(found.first - first) <= 4.0 / CONFIDENCE * found.first_error + 1e-4).all()
    assert (np.abs(found.total - total) <= 4.0 / CONFIDENCE * found.total_error + 1e-4).all()
    assert found.first == pytest.approx(first, abs=0.02)
    assert found.total == pytest.approx(total, abs=0.02)
    assert found.variance == pytest.approx(variance, rel=0.02)

    rows = []
    for here, there in zip(drawn.first, drawn.second, strict=True):
        rows.append(here)
        for number in range(inputs):
            mixed = here.copy()
            mixed[number] = there[number]
            rows.append(mixed)
        rows.append(there)
    problem = {"num_vars": inputs, "names": [f"x{n}" for n in range(inputs)], "bounds": [[0.0, 1.0]] * inputs}
    peer = sobol.analyze(problem, function(np.array(rows)), calc_second_order=False, seed=1)
    assert found.first == pytest.approx(peer["S1"], abs=1e-9)
    assert found.total == pytest.approx(peer["ST"], abs=1e-9)
    assert found.first_error == pytest.approx(peer["S1_conf"], rel=0.3)
    assert found.total_error == pytest.approx(peer["ST_conf"], rel=0.3)


def test_columns_of_one_input_count_together() -> None:
    """f = x1 + x2 + 2 x3 with x1, x2 one input: two sixths and four sixths of the variance, nothing joint."""
    drawn = design(3, POINTS, np.random.default_rng(7))
    found = sobol_indices(lambda u: u[:, 0] + u[:, 1] + 2.0 * u[:, 2], drawn, [(0, 1), (2,)], np.random.default_rng(8))
    assert found is not None
    assert found.first == pytest.approx([2.0 / 6.0, 4.0 / 6.0], abs=0.005)
    assert found.total == pytest.approx([2.0 / 6.0, 4.0 / 6.0], abs=0.005)


def test_what_does_not_vary_has_no_indices() -> None:
    drawn = design(2, 64, np.random.default_rng(9))
    assert sobol_indices(lambda u: np.full(len(u), 0.3), drawn, [(0,), (1,)], np.random.default_rng(10)) is None


def test_a_design_is_even_and_the_same_for_the_same_generator() -> None:
    one, other = (design(5, 256, np.random.default_rng(11)) for _ in range(2))
    assert (one.first == other.first).all()
    assert (one.second == other.second).all()
    assert not (design(5, 256, np.random.default_rng(12)).first == one.first).any()
    # a scrambled Sobol sequence of 2^m points has one point in each of 2^m intervals of every column
    for half in (one.first, one.second):
        assert (np.sort((half * 256).astype(int), axis=0) == np.arange(256)[:, None]).all()


def test_a_design_of_nothing_is_empty() -> None:
    assert design(0, 8, np.random.default_rng(1)).first.shape == (8, 0)


def test_a_design_says_what_it_cannot_do() -> None:
    with pytest.raises(InputError, match="give a power of two"):
        design(2, 100, np.random.default_rng(1))
    with pytest.raises(InputError, match="more than the"):
        design(most_columns() + 1, 8, np.random.default_rng(1))
