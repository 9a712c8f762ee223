"""Tables of bounds and the optimistic network against enumeration: they must never cut a worst path."""

from __future__ import annotations

import numpy as np
import pytest
from random_sites import Draw, Enumeration, Maker

from bartizan.assess import rounds
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import compile_problem

ROUNDING = 1e-12  # sums of some twenty products, in another order
SITES = 24


@pytest.fixture(autouse=True)
def _without_cut_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.assess.timeline.WIDE_SPREAD", 1e300)


@pytest.mark.parametrize("spreads", [(0.0,), (0.3,), (0.0, 0.3, 2.0)])
@pytest.mark.parametrize("with_table", [True, False])
def test_bounds_never_cut_what_is_worst(
    spreads: tuple[float, ...], with_table: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # no work before the bounds, so that every search runs under them
    monkeypatch.setattr(rounds, "FIRST_WORK", 0)
    monkeypatch.setattr(rounds, "WORK_PER_ARC", 0)
    monkeypatch.setattr(rounds, "TABLE_ARCS", 5_000 if with_table else 0)
    monkeypatch.setattr(rounds, "TABLES", ((0.4, 2_000), (1.0, 4_000)))
    rng = np.random.default_rng([31, len(spreads), with_table])
    reached = 0
    for index in range(SITES):
        site = Maker(rng, Draw(layered=index % 3 == 0, spreads=spreads, remove=index % 2 == 0)).site()
        every = Enumeration(site, "target", "threat", "force").paths()
        problem = compile_problem(site, threat="threat", target="target", response="force")
        count = 1 + index % 4
        least = sorted(min(value for value, _ in paths) for paths in every.values())[:count]
        got, certificate = worst_paths(problem, count)
        assert [path.p_interruption for path in got] == pytest.approx(least, rel=0.0, abs=ROUNDING)
        if certificate is not None:
            reached += 1
            assert certificate.complete
            assert certificate.lower_bound <= least[0] + ROUNDING
        _, cut = worst_paths(problem, count, work=1 + 150 * index) if least else ((), None)
        if cut is not None:
            assert cut.lower_bound <= least[0] + ROUNDING
            assert cut.value >= least[0] - ROUNDING
    assert reached > SITES // 3
