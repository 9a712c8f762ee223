"""Importance, balance and levers on random sites, against enumeration of the changed site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pytest
from random_sites import Draw, Enumeration, Maker

from bartizan.assess.advice import Lever, Place, balance, importance, levers
from bartizan.assess.problem import compile_problem
from bartizan.quantity import Duration, Probability
from bartizan.site.model import Area, Crossing, Element, Target, Way
from bartizan.site.site import Site

ROUNDING = 1e-9
_Task = TypeVar("_Task", Way, Crossing)
_Holder = TypeVar("_Holder", Element, Target)
QUESTION: dict[str, Any] = {"threat": "threat", "target": "target", "response": "force"}
DRAWS = [
    Draw(layered=True, spreads=(0.0, 0.3), remove=False, sided=True),
    Draw(layered=False, spreads=(0.3, 2.0), remove=False),
    Draw(layered=False, spreads=(0.0, 0.3, 1.0), remove=True, sided=True),
]


def least(site: Site) -> float | None:
    """The least P_I over every path."""
    return min(
        (value for paths in Enumeration(site, **QUESTION).paths().values() for value, _ in paths),
        default=None,
    )


def with_ways(site: Site, name: str, ways: tuple[Way, ...]) -> Site:
    elements = (replace(one, ways=ways) if one.id == name else one for one in site.elements)
    return replace(site, elements=tuple(elements))


def random_sites(draw: Draw, seed: int, count: int) -> list[Site]:
    """Sites that have a path."""
    maker = Maker(np.random.default_rng(seed), draw)
    found: list[Site] = []
    while len(found) < count:
        site = maker.site()
        if least(site) is not None:
            found.append(site)
    return found


@pytest.mark.parametrize("number", range(len(DRAWS)))
def test_importance_is_the_least_over_every_path_of_the_changed_site(number: int) -> None:
    for site in random_sites(DRAWS[number], number, 8):
        now = least(site)
        assert now is not None
        found = importance(site, compile_problem(site, **QUESTION))
        assert {one.id for one in found} == {element.id for element in site.elements}
        for one in found:
            lost = least(with_ways(site, one.id, (Way(id="open"),)))
            perfect = least(with_ways(site, one.id, ()))
            assert one.lost == pytest.approx(lost, abs=ROUNDING)
            assert one.perfect == (None if perfect is None else pytest.approx(perfect, abs=ROUNDING))
            assert one.artefact == (lost is not None and lost > now + ROUNDING)


@pytest.mark.parametrize("number", range(len(DRAWS)))
def test_balance_is_the_least_over_the_paths_that_break_a_layer_at_one_element(number: int) -> None:
    layered = 0
    for site in random_sites(DRAWS[number], 10 + number, 10):
        layers = balance(compile_problem(site, **QUESTION))
        paths = [
            (value, [(name, left, entered) for name, _, left, entered in steps[: way_in(steps)]])
            for found in Enumeration(site, **QUESTION).paths().values()
            for value, steps in found
        ]
        distance = distances(site)
        target = site.target("target").area
        assert [layer.number for layer in layers] == list(range(1, distance[target] + 1))
        for layer in layers:
            # a passage that is the last across the layer on some path: no element of the cut is there for nothing
            across = [[p for p in path if distance[p[1]] < layer.number <= distance[p[2]]] for _, path in paths]
            cut = {crossing[-1] for crossing in across}
            strengths = {
                name: min((value for value, path in paths if all(p[0] == name for p in path if p in cut)), default=None)
                for name in {name for name, _, _ in cut}
            }
            assert {one.id: one.p_interruption for one in layer.strengths} == pytest.approx(strengths, abs=ROUNDING)
            assert layer.weakest == pytest.approx(min(v for v in strengths.values() if v is not None), abs=ROUNDING)
            layered += len(strengths) > 1
    assert layered > 2


def way_in(steps: tuple[tuple[str, str, str, str], ...]) -> int:
    """How many steps lead to the target."""
    return next(number for number, (_, _, left, _) in enumerate(steps) if not left)


def distances(site: Site) -> dict[str, int]:
    """The least number of elements from outside, over those that the threat can pass."""
    asked = Enumeration(site, **QUESTION)
    target = site.target("target").area
    found = {area.id: 0 for area in site.areas if area.outside}
    for step in range(len(site.areas)):
        for element in site.elements:
            for left, entered in (element.between, element.between[::-1]):
                if element.direction == "forward" and left != element.between[0]:
                    continue
                if found.get(left) == step and left != target and asked.ways(asked.served(element, left)):
                    found.setdefault(entered, step + 1)
    return found


@pytest.mark.parametrize("number", range(len(DRAWS)))
def test_a_lever_reaches_what_is_wanted_and_nothing_less_does(number: int) -> None:
    reached = short = 0
    for site in random_sites(DRAWS[number], 20 + number, 6):
        now = least(site)
        assert now is not None
        want = now + 0.4 * (1.0 - now)
        found = levers(compile_problem(site, **QUESTION), want)
        for lever in found:
            if lever.kind == "consequence":
                assert lever.path == pytest.approx((1.0 - want) / (1.0 - now))
            elif lever.site is not None:
                reached += 1
                after = least(pulled(site, lever, lever.site))
                assert after is None or after >= want - 1e-7
                # without less of it being enough; a probability is never below what there is
                if lever.kind != "detection" or lever.site > lever.now + 1e-6:
                    before = least(pulled(site, lever, lever.site * (1.0 - 1e-4) - 1e-5))
                    assert before is not None
                    assert before < want
                assert lever.path is not None
                assert lever.path <= lever.site + ROUNDING
            else:
                short += 1
                most = {"detection": 1.0, "delay": 1e7, "response": lever.now}[lever.kind]
                for share in np.linspace(0.0, 1.0, 7):
                    after = least(pulled(site, lever, most * share))
                    assert after is not None
                    assert after < want
                assert lever.hindrance
    assert reached > 3
    assert short > 3


def pulled(site: Site, lever: Lever, amount: float) -> Site:
    """The site with a lever pulled so far."""
    if lever.kind == "response":
        force = site.response("force")
        assert force.arrival is not None
        arrival = Duration(max(force.arrival.mean - amount, 0.0), force.arrival.sd)
        return replace(site, responses=(replace(force, arrival=arrival),))
    assert lever.place is not None
    change = noticed if lever.kind == "detection" else longer
    return at(site, lever.place, lambda part: change(part, amount))


def noticed(part: _Task, q: float) -> _Task:
    p = 0.0 if part.p_detection is None else part.p_detection.value
    return replace(part, p_detection=Probability(min(max(p, q), 1.0)), detect_at="begin")


def longer(part: _Task, seconds: float) -> _Task:
    return replace(part, delay=Duration(max(part.delay.mean + seconds, 0.0), part.delay.sd))


def at(site: Site, place: Place, change: Callable[..., Any]) -> Site:
    """The site with every way, or every crossing, at a place changed."""

    def element(one: _Holder) -> _Holder:
        return replace(one, ways=tuple(change(way) for way in one.ways)) if one.id == place.id else one

    def area(one: Area) -> Area:
        own = None if one.crossing is None else change(one.crossing)
        return replace(one, crossing=own, crossing_between=tuple(change(pair) for pair in one.crossing_between))

    if place.kind == "element":
        return replace(site, elements=tuple(element(one) for one in site.elements))
    if place.kind == "target":
        return replace(site, targets=tuple(element(one) for one in site.targets))
    return replace(site, areas=tuple(area(one) if one.id == place.id else one for one in site.areas))
