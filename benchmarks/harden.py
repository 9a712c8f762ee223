"""The best upgrades of a large site, and beside trying every set and a greedy choice, in one run.

Run: ``python -m benchmarks.harden``. The large site has 1,000 elements in ten layers and 40 upgrades: better response
and communication, doors that are hardened or watched a few at a time, and whole layers. Trying every set is done on a
site small enough for it, with the same engine; both must agree. The greedy choice adds the upgrade with the most gain
for its cost, the adversary moving again after each, until the money is spent: what most people do by hand. Times are
those of the process, sites are drawn from fixed seeds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path as Folder
from typing import Any, TypeVar

import numpy as np

from bartizan.assess import compile_problem, worst_paths
from bartizan.assess.harden.excerpt import Question
from bartizan.assess.harden.harden import harden
from bartizan.site import Site, build
from benchmarks.table import Row, main

QUESTION = Question(threat=None, target="target", state=(), response="guards")
AGREE = 1e-9
_Found = TypeVar("_Found")


def site_of(layers: int, elements: int, upgrades: int, seed: int) -> Site:
    """Areas in a row, `elements` between each two, spreads of 30 %, and upgrades of each kind in turn."""
    rng = np.random.default_rng(seed)

    def door(layer: int, number: int) -> dict[str, Any]:
        way = {
            "id": "way",
            "p_detection": float(rng.uniform(0.0, 0.5)),
            "detect_at": str(rng.choice(["begin", "middle", "end"])),
            "delay": {"mean": float(rng.uniform(10.0, 90.0))},
        }
        ends = [f"a{layer}", f"a{layer + 1}"]
        return {"id": f"e{layer}-{number}", "kind": "door", "between": ends, "way": [way]}

    document = {
        "schema": 1,
        "site": {"name": "layers", "default_sd": 0.3},
        "area": [{"id": f"a{layer}", "outside": layer == 0} for layer in range(layers + 1)],
        "element": [door(layer, number) for layer in range(layers) for number in range(elements)],
        "target": [{"id": "target", "area": f"a{layers}", "way": [{"id": "act", "delay": {"mean": 30}}]}],
        "response": [{"id": "guards", "arrival": {"mean": 25.0 * layers}, "p_communication": 0.9}],
        "upgrade": [
            {"id": f"u{number}", "cost": float(rng.integers(5, 60)), "changes": changes}
            for number, changes in enumerate(_changes(rng, layers, elements, upgrades))
        ],
    }
    return build(document)


def _changes(rng: np.random.Generator, layers: int, elements: int, upgrades: int) -> Iterator[list[dict[str, Any]]]:
    """A faster response, better communication, four whole layers in turn, and doors a few at a time."""
    yield [{"at": "response/guards", "set": {"arrival": {"mean": 21.0 * layers}}}]
    yield [{"at": "response/guards", "set": {"p_communication": 0.98}}]
    whole = rng.permutation(layers)[: min(4, upgrades // 4)].tolist()
    for number, layer in enumerate(whole):
        better: dict[str, Any] = {"p_detection": 0.7} if number % 2 else {"delay": {"mean": 80.0}}
        yield [{"at": f"element/e{layer}-{one}/way/way", "set": better} for one in range(elements)]
    doors = [(layer, one) for layer in range(layers) if layer not in whole for one in range(elements)]
    few = max(1, elements // 10)
    chosen = rng.permutation(len(doors))
    for number in range(upgrades - 2 - len(whole)):
        taken = [doors[index] for index in chosen[number * few : (number + 1) * few]]
        better = {"p_detection": 0.8, "delay": {"mean": 120.0}}
        yield [{"at": f"element/e{layer}-{one}/way/way", "set": better} for layer, one in taken]


def worst(site: Site, names: Sequence[str]) -> float:
    """The worst P_I with these upgrades, on the whole site read anew."""
    changed = site.with_changes([change for name in names for change in site.upgrade(name).changes])
    problem = compile_problem(changed, threat=None, target="target", response="guards")
    _, certificate = worst_paths(problem)
    assert certificate is not None
    return certificate.value


def exhaustive(site: Site, budget: Decimal) -> float:
    """The best worst P_I over every set within a budget that can be had."""
    best = 0.0
    for number in range(1 << len(site.upgrades)):
        chosen = [upgrade for bit, upgrade in enumerate(site.upgrades) if number >> bit & 1]
        if sum((Decimal(str(upgrade.cost)) for upgrade in chosen), Decimal(0)) <= budget:
            best = max(best, worst(site, [upgrade.id for upgrade in chosen]))
    return best


def greedy(site: Site, budget: Decimal) -> float:
    """What is reached by always adding what gains most for its cost."""
    names: list[str] = []
    value, left = worst(site, names), budget
    while True:
        steps = []
        for upgrade in site.upgrades:
            cost = Decimal(str(upgrade.cost))
            if upgrade.id not in names and cost <= left:
                gain = worst(site, [*names, upgrade.id]) - value
                steps.append((gain / upgrade.cost, upgrade.id, cost))
        if not steps or max(steps)[0] <= 0.0:
            return value
        _, name, cost = max(steps)
        names, left = [*names, name], left - cost
        value = worst(site, names)


def timed(work: Callable[[], _Found]) -> tuple[_Found, float]:
    """What it gives, and the seconds of this process that it took."""
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def figures(folder: Folder | None) -> Iterator[Row]:
    """The rows of the table."""
    del folder
    small = site_of(4, 10, 10, seed=1)
    budget = Decimal(150)
    harden(small, [QUESTION], budget, front=False)  # compiles
    ours, mine = timed(lambda: harden(small, [QUESTION], budget, front=False))
    theirs, all_sets = timed(lambda: exhaustive(small, budget))
    if ours.best.value is None or abs(ours.best.value - theirs) > AGREE or not ours.best.proved:
        raise AssertionError(f"{ours.best} is not {theirs}")
    told = f"search {mine:.2f} s, every set {all_sets:.1f} s, ratio {all_sets / mine:.1f}, both P_I {theirs:.4f}"
    yield Row("harden", "10 upgrades on 40 elements", told)
    step, by_hand = timed(lambda: greedy(small, budget))
    yield Row("harden", "the same by greedy steps", f"{by_hand:.2f} s, P_I {step:.4f}, short by {theirs - step:.4f}")

    large = site_of(10, 100, 40, seed=1)
    total = sum(upgrade.cost for upgrade in large.upgrades)
    for share in (0.1, 0.3, 0.6):
        budget = Decimal(int(share * total))
        found, seconds = timed(lambda budget=budget: harden(large, [QUESTION], budget, front=False))  # type: ignore[misc]
        proof = "proved" if found.best.proved else f"gap {found.best.gap}"
        told = f"{seconds:.1f} s, P_I {found.best.value:.4f}, {proof}, {found.asked} questions, {found.nodes:,} nodes"
        yield Row("harden", f"40 upgrades on 1,000 elements, {share:.0%} of all costs", told)
    found, seconds = timed(lambda: harden(large, [QUESTION], Decimal(0)))
    proved = sum(point.proved for point in found.front)
    told = f"{seconds:.1f} s, {len(found.front)} points, {proved} proved, {found.asked} questions"
    yield Row("harden", "the same, the whole front", told)


if __name__ == "__main__":
    main(__doc__, figures)
