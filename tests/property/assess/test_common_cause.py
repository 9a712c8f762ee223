"""Sensors with one common cause: the best of each group, and groups independent, is what their joint law gives."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.assess.figures import Groups, Register, p_detected
from bartizan.quantity import Probability
from bartizan.site.model import Sensor

# products of some ten factors, each a few units of the last place off
ROUNDING = 1e-12

share = st.floats(0.0, 1.0)
causes = st.sampled_from([None, "power", "network", "weather"])


@st.composite
def sensors(draw: st.DrawFn) -> list[Sensor]:
    return [
        Sensor(
            id=f"s{number}",
            kind="beam",
            covers=("gate",),
            p_sensed=Probability(draw(share)),
            p_transmitted=Probability(draw(st.one_of(st.just(1.0), share))),
            p_assessed=Probability(draw(st.one_of(st.just(1.0), share))),
            common_cause=draw(causes),
        )
        for number in range(draw(st.integers(1, 6)))
    ]


def chance(sensor: Sensor) -> float:
    return sensor.p_sensed.value * sensor.p_transmitted.value * sensor.p_assessed.value


def read(found: list[Sensor]) -> tuple[Register, Groups]:
    register = Register()
    return register, register.sensors(found)


def by_enumeration(found: list[Sensor]) -> float:
    """Each cause is one draw u on [0, 1] for all its sensors, which notice where u < p; a sensor alone has its own.

    The draws are independent. Between two neighbouring chances of a group nothing changes, so its outcomes are the
    intervals between them: enumerate every combination of intervals, and ask every sensor.
    """
    groups: dict[str, list[Sensor]] = {}
    for sensor in found:
        groups.setdefault(sensor.common_cause or f"alone {sensor.id}", []).append(sensor)
    cases = []
    for members in groups.values():
        edges = sorted({0.0, 1.0, *(chance(sensor) for sensor in members)})
        cases.append([(high - low, (low + high) / 2.0, members) for low, high in pairwise(edges)])
    total = 0.0
    for outcome in product(*cases):
        weight = 1.0
        for width, _, _ in outcome:
            weight *= width
        if any(u < chance(sensor) for _, u, members in outcome for sensor in members):
            total += weight
    return total


@given(sensors())
def test_agrees_with_the_joint_law(found: list[Sensor]) -> None:
    register, groups = read(found)
    assert p_detected(groups, register.points) == pytest.approx(by_enumeration(found), rel=0.0, abs=ROUNDING)


@given(sensors())
def test_never_more_than_independent_and_never_less_than_the_best(found: list[Sensor]) -> None:
    register, groups = read(found)
    missed = 1.0
    for sensor in found:
        missed *= 1.0 - chance(sensor)
    p = p_detected(groups, register.points)
    assert max(chance(sensor) for sensor in found) - ROUNDING <= p <= 1.0 - missed + ROUNDING


@given(sensors(), st.randoms())
def test_the_order_of_sensors_counts_for_nothing(found: list[Sensor], randoms: object) -> None:
    one = read(found)
    other = read(sorted(found, key=lambda sensor: sensor.id, reverse=True))
    assert p_detected(one[1], one[0].points) == pytest.approx(p_detected(other[1], other[0].points), abs=ROUNDING)


def test_one_figure_is_given_back_to_the_last_bit() -> None:
    for value in (0.0, 0.1, 0.9, 1.0, 1e-17):
        sensor = Sensor(id="s", kind="beam", covers=("gate",), p_sensed=Probability(value))
        register, groups = read([sensor])
        assert p_detected(groups, register.points) == value


def test_sensor_and_cause_of_one_name_are_two_groups() -> None:
    one = Sensor(id="power", kind="beam", covers=("gate",), p_sensed=Probability(0.5))
    other = Sensor(id="x", kind="beam", covers=("gate",), p_sensed=Probability(0.5), common_cause="power")
    register, groups = read([one, other])
    assert p_detected(groups, register.points) == 0.75


def test_nothing_covers_nothing() -> None:
    assert p_detected((), []) == 0.0
