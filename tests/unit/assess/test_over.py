"""The worst paths over several cases, against sorting all of them."""

from __future__ import annotations

import pytest

from bartizan.assess.over import worst_over
from bartizan.assess.result import Certificate, Path
from bartizan.errors import InputError


def case(*values: float, lower: float | None = None) -> tuple[tuple[Path, ...], Certificate]:
    paths = tuple(
        Path(p_interruption=value, steps=(), critical_detection_point=None, last_detecting=None) for value in values
    )
    bound = values[0] if lower is None else lower
    return paths, Certificate(lower_bound=bound, value=values[0], labels=3, rounds=2, complete=lower is None)


def test_by_interruption_and_by_effectiveness_the_order_differs() -> None:
    cases = [case(0.2, 0.5), case(0.3, 0.4)]
    by_interruption, _ = worst_over(cases, 3)
    assert [(one.case, one.value) for one in by_interruption] == [(0, 0.2), (1, 0.3), (1, 0.4)]
    by_effectiveness, certificate = worst_over(cases, 3, weights=(0.9, 0.5))
    assert [one.case for one in by_effectiveness] == [1, 0, 1]
    assert [one.value for one in by_effectiveness] == pytest.approx([0.15, 0.18, 0.2])
    assert certificate is not None
    assert certificate.proved
    assert certificate.value == pytest.approx(0.15)


def test_one_unproved_case_keeps_the_whole_from_being_proved() -> None:
    _, certificate = worst_over([case(0.2), case(0.3, lower=0.1)], 1)
    assert certificate is not None
    assert not certificate.proved
    assert certificate.gap == pytest.approx(0.1)
    assert not certificate.complete


def test_a_case_without_a_path_adds_nothing() -> None:
    assert worst_over([((), None)], 2) == ((), None)
    ranked, _ = worst_over([((), None), case(0.4)], 2)
    assert [one.case for one in ranked] == [1]


@pytest.mark.parametrize("weights", [(0.5,), (0.5, 1.5), (0.5, float("nan"))])
def test_refuses_weights_that_are_none(weights: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="Give one probability"):
        worst_over([case(0.2), case(0.3)], 1, weights=weights)
