"""Random small sites with upgrades of every kind, and the best set by trying all of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from bartizan.assess.harden.excerpt import Question
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import compile_problem
from bartizan.errors import ChangeError, SiteFileError
from bartizan.site.document import build
from bartizan.site.model import Upgrade
from bartizan.site.site import Site

COSTS = (0.0, 0.1, 0.2, 0.3, 1.0, 2.0, 2.5, 3.0, 5.0)
SPREADS = (0.0, 0.3, 1.0, 2.0)
EQUAL = 1e-12


class Tried(NamedTuple):
    """A set that can be had: its cost and the least value over the cases, inf where no path is left."""

    names: frozenset[str]
    cost: Decimal
    value: float


def random_site(rng: np.random.Generator) -> Site:
    """A random site in which every upgrade fits by itself."""
    while True:
        try:
            return build(random_document(rng))
        except SiteFileError:
            continue  # a sensor on the door that an upgrade which it requires takes away


def random_document(rng: np.random.Generator) -> dict[str, Any]:
    """One to three layers of one to three elements, two to four upgrades; a state that matters on a third."""
    layers = int(rng.integers(1, 4))
    last = f"a{layers}"
    areas = [{"id": f"a{number}", "outside": number == 0} for number in range(layers + 1)]
    for area in areas[1:]:
        if rng.random() < 0.4:
            area["crossing"] = {"p_detection": rng.random(), "detect_at": "middle", "delay": _time(rng, 20.0)}
    ends = [(f"a{layer}", f"a{layer + 1}") for layer in range(layers) for _ in range(int(rng.integers(1, 4)))]
    elements = [
        {"id": f"e{number}", "kind": "door", "between": list(pair), "way": [_way(rng, own=rng.random() < 0.6)]}
        for number, pair in enumerate(ends)
    ]
    document: dict[str, Any] = {
        "schema": 1,
        "site": {"name": "random", "default_sd": float(rng.choice(SPREADS))},
        "area": areas,
        "element": elements,
        "target": [{"id": "t", "area": last, "objective": str(rng.choice(["reach", "remove"])), "way": [_act(rng)]}],
        "response": [{"id": "r", "arrival": _time(rng, 120.0)}],
        "state": [{"id": "night", "axis": "time", "changes": []}],
        "upgrade": [_upgrade(rng, number, elements, layers) for number in range(int(rng.integers(2, 5)))],
    }
    if rng.random() < 0.3:
        document["state"][0]["changes"] = [{"at": "response/r", "set": {"p_communication": 0.6}}]
    else:
        del document["state"]
    return document


def _time(rng: np.random.Generator, most: float) -> dict[str, Any]:
    return {"mean": float(rng.uniform(0.0, most))}


def _way(rng: np.random.Generator, *, own: bool) -> dict[str, Any]:
    way = {"id": "w", "detect_at": str(rng.choice(["begin", "middle", "end"])), "delay": _time(rng, 60.0)}
    return {**way, "p_detection": float(rng.choice([0.0, 1.0, rng.random()]))} if own else way


def _act(rng: np.random.Generator) -> dict[str, Any]:
    return {"id": "act", "delay": _time(rng, 40.0)}


def _upgrade(rng: np.random.Generator, number: int, elements: Sequence[Any], layers: int) -> dict[str, Any]:
    element = elements[int(rng.integers(len(elements)))]
    way = f"element/{element['id']}/way/w"
    spared = sum(other["between"] == element["between"] for other in elements) > 1
    watched = "p_detection" not in element["way"][0]
    new = {"kind": "door", "between": [f"a{int(rng.integers(layers))}", f"a{layers}"], "way": [_way(rng, own=True)]}
    kinds: list[list[dict[str, Any]]] = [
        [{"at": way, "set": {"delay": _time(rng, 200.0)}}],
        [{"at": "response/r", "set": {"arrival": _time(rng, 120.0)}}],
        [{"at": f"element/{element['id']}", "set": {"direction": "forward"}}],
        [{"at": f"area/a{layers}", "set": {"crossing": {"delay": _time(rng, 60.0)}}}],
        # a new door comes with what it is for
        [{"add": {"element": {"id": f"n{number}", **new}}}, {"at": way, "set": {"delay": _time(rng, 400.0)}}],
    ]
    if watched:
        sensor = {"id": f"s{number}", "kind": "contact", "covers": [element["id"]], "p_sensed": rng.random()}
        kinds += [[{"add": {"sensor": sensor}}]] * 2
    else:
        kinds += [[{"at": way, "set": {"p_detection": rng.random()}}]] * 2
    if spared:
        kinds.append([{"at": f"element/{element['id']}", "remove": True}])
    upgrade = {
        "id": f"u{number}",
        "cost": float(rng.choice(COSTS)),
        "changes": kinds[int(rng.integers(len(kinds)))],
    }
    if number and rng.random() < 0.25:
        upgrade["requires"] = [f"u{int(rng.integers(number))}"]
    elif number and rng.random() < 0.25:
        upgrade["excludes"] = [f"u{int(rng.integers(number))}"]
    return upgrade


def questions(site: Site) -> list[Question]:
    """The one target and response, as written and in every state."""
    states = [(), *((state.id,) for state in site.states)]
    return [Question(threat=None, target="t", state=state, response="r") for state in states]


def every_set(site: Site) -> list[Tried]:
    """Every set that can be had, worked out on the whole changed site."""
    return list(_tried(site))


def _tried(site: Site) -> Iterator[Tried]:
    for count in range(len(site.upgrades) + 1):
        for chosen in combinations(site.upgrades, count):
            names = frozenset(upgrade.id for upgrade in chosen)
            if all(_fits(upgrade, names) for upgrade in chosen):
                value = _value(site, chosen)
                if value is not None:
                    yield Tried(names, sum((Decimal(str(upgrade.cost)) for upgrade in chosen), Decimal(0)), value)


def _fits(upgrade: Upgrade, names: frozenset[str]) -> bool:
    return upgrade.requires <= names and not upgrade.excludes & names


def _value(site: Site, chosen: Sequence[Upgrade]) -> float | None:
    try:
        changed = site.with_changes([change for upgrade in chosen for change in upgrade.changes])
    except ChangeError:
        return None
    values = []
    for question in questions(site):
        problem = compile_problem(changed, threat=None, target="t", response="r", state=question.state)
        _, certificate = worst_paths(problem)
        values.append(math.inf if certificate is None else certificate.value)
    return min(values)


def best_within(tried: Sequence[Tried], budget: Decimal) -> Tried:
    """The best of them within a budget; of equal ones the cheapest."""
    best: Tried | None = None
    for one in tried:
        if one.cost > budget:
            continue
        if best is None or one.value > best.value + EQUAL or (one.value >= best.value - EQUAL and one.cost < best.cost):
            best = one
    assert best is not None
    return best


def front(tried: Sequence[Tried]) -> list[tuple[Decimal, float]]:
    """Every cost at which more can be had than for less, with what is then had."""
    points: list[tuple[Decimal, float]] = []
    for cost in sorted({one.cost for one in tried}):
        best = best_within(tried, cost)
        if not points or best.value > points[-1][1] + EQUAL:
            points.append((best.cost, best.value))
    return points
