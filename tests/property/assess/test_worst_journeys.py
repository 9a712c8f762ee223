"""The exact engine against enumeration where more is asked: sides, what stays open, several targets, per alarm."""

from __future__ import annotations

import numpy as np
import pytest
from random_sites import Draw, Enumeration, Maker

from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import compile_problem

ROUNDING = 1e-12  # sums of some twenty products, in another order
SITES = 120
MANY = 20_000  # paths: more take the enumeration too long

CASES: dict[str, tuple[Draw, dict[str, str]]] = {
    "sides": (Draw(layered=False, spreads=(0.0, 0.3, 2.0), remove=True, sided=True, crowds=True), {}),
    "per alarm": (Draw(layered=False, spreads=(0.0, 0.3, 2.0), remove=True), {"communication": "per-alarm"}),
    "stays open": (
        Draw(layered=False, spreads=(0.0, 0.3, 2.0), remove=True, opens=True, sided=True),
        {"forced": "stays-open"},
    ),
    "stays open, flat": (
        Draw(layered=False, spreads=(0.0,), remove=True, opens=True, round_figures=True),
        {"forced": "stays-open"},
    ),
    "two targets": (Draw(layered=False, spreads=(0.3,), remove=False, targets=2), {}),
    "two targets, all options": (
        Draw(layered=False, spreads=(0.0, 0.3, 2.0), remove=True, targets=2, opens=True, sided=True),
        {"forced": "stays-open", "communication": "per-alarm"},
    ),
    "three targets": (
        Draw(layered=True, spreads=(0.3,), remove=False, targets=3, opens=True),
        {"forced": "stays-open"},
    ),
}


@pytest.fixture(autouse=True)
def _without_cut_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """P_I with delays cut at 0 is tested by itself, and takes longer than all the rest."""
    monkeypatch.setattr("bartizan.assess.timeline.WIDE_SPREAD", 1e300)


@pytest.mark.parametrize("case", CASES)
def test_finds_the_worst_of_every_journey(case: str) -> None:
    draw, options = CASES[case]
    rng = np.random.default_rng([11, list(CASES).index(case)])
    reached = free = 0
    sites = SITES // draw.targets**2
    for index in range(sites):
        site = Maker(rng, draw).site()
        names = tuple(target.id for target in site.targets)
        every = Enumeration(site, ",".join(names), "threat", "force", **options).paths()
        if sum(len(made) for made in every.values()) > MANY:
            continue
        count = 1 + 3 * (index % 2)
        least = sorted(min(value for value, _ in paths) for paths in every.values())[:count]
        problem = compile_problem(site, threat="threat", target=names, response="force", **options)  # type: ignore[arg-type]
        got, certificate = worst_paths(problem, count)

        assert [path.p_interruption for path in got] == pytest.approx(least, rel=0.0, abs=ROUNDING)
        values = {
            tuple((name, way) for name, way, _, _ in steps): one for made in every.values() for one, steps in made
        }
        for path in got:
            steps = tuple((step.id, step.way or "") for step in path.steps if step.kind != "area")
            assert values[steps] == pytest.approx(path.p_interruption, rel=0.0, abs=ROUNDING)
            free += any(not way for _, way in steps)
        if certificate is None:
            assert not every
            continue
        reached += 1
        assert certificate.gap == 0.0
        assert certificate.lower_bound == pytest.approx(got[0].p_interruption, rel=0.0, abs=ROUNDING)
    # where hardly any target could be reached the comparison would be empty
    assert reached > sites // 6
    assert (free > 0) == (options.get("forced") == "stays-open")
