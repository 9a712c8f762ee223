"""The exact engine against full enumeration, on more than ten thousand random diagrams."""

from __future__ import annotations

import numpy as np
import pytest
from random_sites import Draw, Enumeration, Maker, Steps

from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import compile_problem
from bartizan.assess.result import Path

# the value of both is a sum of some twenty products, each within a few units of the last place
ROUNDING = 1e-12
SPREADS = {"none": (0.0,), "30 %": (0.3,), "mixed": (0.0, 0.3, 2.0), "wide": (1.0, 2.0)}
BATCH = 630


@pytest.fixture(autouse=True)
def _without_cut_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """P_I with delays cut at 0 is tested by itself, and takes longer than all the rest."""
    monkeypatch.setattr("bartizan.assess.timeline.WIDE_SPREAD", 1e300)


def steps_of(path: Path) -> tuple[tuple[str, str], ...]:
    return tuple((step.id, step.way or "") for step in path.steps if step.kind != "area")


def names_of(steps: Steps) -> tuple[tuple[str, str], ...]:
    return tuple((name, way) for name, way, _, _ in steps)


@pytest.mark.parametrize("spreads", SPREADS)
@pytest.mark.parametrize("remove", [False, True])
@pytest.mark.parametrize("layered", [True, False])
def test_finds_the_worst_paths_of_every_diagram(layered: bool, remove: bool, spreads: str) -> None:
    rng = np.random.default_rng([layered, remove, list(SPREADS).index(spreads)])
    draws = [
        Draw(layered=layered, spreads=SPREADS[spreads], remove=remove, round_figures=flat) for flat in (False, True)
    ]
    reached = 0
    for index in range(BATCH):
        site = Maker(rng, draws[index // 2 % 2]).site()
        problem = compile_problem(site, threat="threat", target="target", response="force")
        count = 1 + 3 * (index % 2)
        got, certificate = worst_paths(problem, count)
        every = Enumeration(site, "target", "threat", "force").paths()
        least = sorted(min(value for value, _ in paths) for paths in every.values())[:count]

        assert [path.p_interruption for path in got] == pytest.approx(least, rel=0.0, abs=ROUNDING)
        assert len({tuple((step.id, step.leg) for step in path.steps) for path in got}) == len(got)
        values = {names_of(steps): value for paths in every.values() for value, steps in paths}
        for path in got:
            assert values[steps_of(path)] == pytest.approx(path.p_interruption, rel=0.0, abs=ROUNDING)
        if certificate is None:
            assert not every
            continue
        reached += 1
        assert certificate.gap == 0.0
        assert certificate.lower_bound == pytest.approx(got[0].p_interruption, rel=0.0, abs=ROUNDING)
    # where hardly any target could be reached the comparison would be empty
    assert reached > BATCH // 3


@pytest.mark.parametrize("remove", [False, True])
def test_breaks_ties_by_ids_step_by_step(remove: bool) -> None:
    rng = np.random.default_rng([7, remove])
    draw = Draw(layered=False, spreads=(0.0,), remove=remove, p_choices=(0.0, 0.5, 1.0), round_figures=True)
    ties = 0
    for _ in range(400):
        site = Maker(rng, draw).site()
        got, _ = worst_paths(compile_problem(site, threat="threat", target="target", response="force"), 4)
        every = Enumeration(site, "target", "threat", "force").paths()
        ranked = sorted(min(paths) for paths in every.values())
        assert [steps_of(path) for path in got] == [names_of(steps) for _, steps in ranked[:4]]
        ties += len(ranked) > 1 and ranked[0][0] == ranked[1][0]
    assert ties > 100
