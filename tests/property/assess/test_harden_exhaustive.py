"""The best set, its bound and the front against trying every set, on more than five hundred random small sites."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from harden_sites import Tried, best_within, every_set, front, questions, random_site

from bartizan.assess.harden.choices import choices_of
from bartizan.assess.harden.harden import harden
from bartizan.site.site import Site

# values are sums of some ten products of probabilities, added up in two orders
ROUNDING = 1e-12
BATCHES, SITES = 4, 130
BUDGETS = [Decimal(words) for words in ("0", "0.3", "2", "2.6", "6", "1000")]


@pytest.fixture(autouse=True)
def _without_cut_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """P_I with delays cut at 0 has no say in the choice, and takes longer than all the rest."""
    monkeypatch.setattr("bartizan.assess.timeline.WIDE_SPREAD", 1e300)


def alike(one: float | None, other: float) -> bool:
    value = math.inf if one is None else one
    return value == other or abs(value - other) <= ROUNDING


@pytest.mark.parametrize("batch", range(BATCHES))
def test_equals_trying_every_set(batch: int) -> None:
    rng = np.random.default_rng([40, batch])
    harmful = freed = 0
    for number in range(SITES):
        site = random_site(rng)
        budget = BUDGETS[(number + batch) % len(BUDGETS)]
        tried = every_set(site)
        best = best_within(tried, budget)
        # the front is a sweep of searches: one site in five is enough
        found = harden(site, questions(site), budget, front=number % 5 == 0)

        assert alike(found.best.value, best.value), (site.document["upgrade"], found.best, best)
        assert found.best.cost == best.cost
        assert found.best.proved
        assert any(one.names == set(found.best.upgrades) for one in tried)
        if number % 5 == 0:
            points = front(tried)
            assert [point.cost for point in found.front] == [cost for cost, _ in points]
            assert all(alike(point.value, value) for point, (_, value) in zip(found.front, points, strict=True))
            assert all(point.proved for point in found.front)
        harmful += harms(site, tried)
        freed += best.value == math.inf
    # or the comparison would say nothing of upgrades that lower P_I, and of sets that leave no path
    assert harmful > SITES // 10
    assert freed > 0


@pytest.mark.parametrize(("limit", "coarse"), [(2, 2), (4, 1)])
def test_equals_trying_every_set_where_most_upgrades_are_left_free(
    limit: int, coarse: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With tables of two sets nearly every reading is one over spans, and paths are read again deep in the tree."""
    monkeypatch.setattr("bartizan.assess.harden.worth.LIMIT", limit)
    monkeypatch.setattr("bartizan.assess.harden.worth.COARSE", coarse)
    rng = np.random.default_rng([42, limit])
    for number in range(30):
        site = random_site(rng)
        tried = every_set(site)
        found = harden(site, questions(site), Decimal(6), front=number % 5 == 0)
        best = best_within(tried, Decimal(6))
        assert alike(found.best.value, best.value)
        assert found.best.cost == best.cost
        assert found.best.proved
        if found.front:
            assert [point.cost for point in found.front] == [cost for cost, _ in front(tried)]


def harms(site: Site, tried: list[Tried]) -> bool:
    """Whether an upgrade makes some set worse."""
    value = {one.names: one.value for one in tried}
    return any(one.value < value.get(one.names - {name}, -math.inf) - 1e-6 for one in tried for name in one.names)


def test_costs_are_counted_as_written() -> None:
    rng = np.random.default_rng(41)
    for _ in range(20):
        site = random_site(rng)
        choices = choices_of(site.upgrades, {})
        by_id = {upgrade.id: upgrade.cost for upgrade in site.upgrades}
        everything = sum((Decimal(str(by_id[name])) for name in choices.ids), Decimal(0))
        assert choices.money(choices.all_cost) == everything
        assert choices.units(everything) == choices.all_cost
        if everything:
            assert choices.units(everything - Decimal("0.05")) == choices.all_cost - max(1, 10**choices.places // 20)
