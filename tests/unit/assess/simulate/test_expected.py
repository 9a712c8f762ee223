"""P_I with detection and arrival worked out: the same answer with less chance in it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bartizan.assess.convolution import evaluate
from bartizan.assess.simulate import Attack, Force, expect_interruption, simulate
from bartizan.assess.task import Task
from bartizan.errors import InputError
from bartizan.quantity import Duration

Z = 4.5  # standard errors: exceeded by chance once in 150,000; seeds are fixed


def tasks(*figures: tuple[float, str, Duration]) -> tuple[Task, ...]:
    return tuple(
        Task(
            kind="element",
            id=f"e{n}",
            p_detection=p,
            detect_at=at,  # type: ignore[arg-type]
            delay_mean=law.mean,
            delay_sd=law.sd,
            delay=law,
        )
        for n, (p, at, law) in enumerate(figures)
    )


PATH = tasks(
    (0.0, "begin", Duration(30.0, 9.0)),
    (0.4, "begin", Duration(90.0, 60.0)),
    (0.3, "end", Duration(20.0, 8.0, "gamma")),
    (0.5, "middle", Duration.pert(40.0, 60.0, 120.0)),
    (0.0, "begin", Duration(30.0, 9.0)),
)


@pytest.mark.parametrize("parts", [(Duration(120.0, 60.0),), (Duration(50.0, 30.0), Duration.uniform(20.0, 90.0))])
def test_it_agrees_with_the_convolution_at_a_smaller_error(parts: tuple[Duration, ...]) -> None:
    attack = Attack(tasks=PATH, forces=(Force(id="g", parts=parts, p_called=0.9),))
    found = expect_interruption(attack, seed=2, standard_error=4e-4)
    expected = evaluate(PATH, parts, 0.9).p_interruption
    assert found.standard_error <= 4e-4
    assert abs(found.p_interruption - expected) <= Z * found.standard_error
    plain = simulate(attack, seed=2, standard_error=4e-4)
    assert found.attacks < plain.attacks / 2


def test_two_forces_agree_with_their_simulation() -> None:
    forces = (
        Force(id="a", parts=(Duration(120.0, 60.0),), p_called=0.7),
        Force(id="b", parts=(Duration(160.0, 20.0),), p_called=0.8),
    )
    attack = Attack(tasks=PATH, forces=forces)
    found = expect_interruption(attack, seed=2, standard_error=4e-4)
    plain = simulate(attack, seed=9, standard_error=6e-4).p_interruption
    assert abs(found.p_interruption - plain.value) <= Z * math.hypot(found.standard_error, plain.standard_error)


def test_without_spread_it_is_exact_and_a_tie_is_not_in_time() -> None:
    still = tasks((0.5, "begin", Duration.fixed(10.0)), (0.5, "begin", Duration.fixed(20.0)))
    for seconds, expected in ((9.0, 0.75), (20.0, 0.5), (30.0, 0.0)):
        attack = Attack(tasks=still, forces=(Force(id="g", parts=(Duration.fixed(seconds),)),))
        found = expect_interruption(attack, seed=0)
        assert found.p_interruption == pytest.approx(expected, abs=1e-15)
        assert found.standard_error == 0.0


def test_nobody_is_in_time_where_nothing_is_left() -> None:
    """The last task is noticed at its end: no time is left, and a response of no time at all ties."""
    attack = Attack(
        tasks=tasks((1.0, "end", Duration(10.0, 3.0))), forces=(Force(id="g", parts=(Duration(0.0, 5.0),)),)
    )
    assert expect_interruption(attack, seed=0).p_interruption == 0.0
    assert simulate(attack, seed=0).p_interruption.value == 0.0


def test_what_can_only_be_simulated_is_refused() -> None:
    attack = Attack(tasks=PATH, forces=(Force(id="g", parts=(Duration(120.0, 60.0),), strength=2),))
    for change in ({"communication": "per-alarm"}, {"need": 2}):
        with pytest.raises(InputError, match="only be simulated in full"):
            expect_interruption(replace(attack, **change), seed=0)
    with pytest.raises(InputError, match="has no time to come"):
        Force(id="g", parts=())
