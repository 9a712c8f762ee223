"""Tables of bounds and the floor against enumeration: they must never cut, nor exceed, a worst path."""

from __future__ import annotations

import numpy as np
import pytest
from random_sites import Draw, Enumeration, Maker

from bartizan.assess import rounds
from bartizan.assess.floor import floor_under
from bartizan.assess.network import network_of
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import compile_problem
from bartizan.assess.task import Forced

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


@pytest.mark.parametrize("spreads", [(0.0,), (0.3,), (0.0, 0.3, 2.0)])
@pytest.mark.parametrize("forced", ["closes", "stays-open"])
def test_the_floor_is_under_every_path(spreads: tuple[float, ...], forced: Forced) -> None:
    rng = np.random.default_rng([37, len(spreads), len(forced)])
    close = reached = 0
    for index in range(3 * SITES):
        draw = Draw(layered=index % 3 == 0, spreads=spreads, remove=index % 2 == 0, opens=forced == "stays-open")
        site = Maker(rng, draw).site()
        every = Enumeration(site, "target", "threat", "force", forced=forced).paths()
        if not every:
            continue
        reached += 1
        problem = compile_problem(site, threat="threat", target="target", response="force", forced=forced)
        least = min(value for paths in every.values() for value, _ in paths)
        floor = problem.p_outside * floor_under(network_of(problem))
        assert floor <= least + ROUNDING
        close += floor >= 0.5 * least
    assert reached > SITES
    # a floor that is always near 0 would pass the rest
    assert close > reached // 2


def test_a_floor_without_room_says_nothing() -> None:
    site = Maker(np.random.default_rng(5), Draw(layered=True, spreads=(0.3,), remove=False)).site()
    network = network_of(compile_problem(site, threat="threat", target="target", response="force"))
    assert floor_under(network, labels=1) == 0.0
    assert floor_under(network) > 0.0
