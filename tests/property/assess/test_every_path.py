"""Every path that the doubt weighs, against the enumeration that was written from the definitions."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from random_sites import Draw, Enumeration, Maker

from bartizan.assess.doubt.everything import every_path
from bartizan.assess.doubt.ground import ground_of
from bartizan.assess.doubt.pool import Pool
from bartizan.assess.problem import compile_problem

MANY = 100_000
DIGITS = 10  # both are sums of some twenty products, each within a few units of the last place


@pytest.mark.parametrize("layered", [True, False])
@pytest.mark.parametrize("remove", [False, True])
@pytest.mark.parametrize("forced", ["closes", "stays-open"])
@pytest.mark.parametrize("communication", ["once", "per-alarm"])
def test_every_path_is_there_once_with_its_p_i(layered: bool, remove: bool, forced: str, communication: str) -> None:
    draw = Draw(layered=layered, spreads=(0.0, 0.3, 2.0), remove=remove, sided=True, opens=True, crowds=True)
    rng = np.random.default_rng([layered, remove, forced == "closes", communication == "once"])
    seen = 0
    for _ in range(16):
        site = Maker(rng, draw).site()
        question = {"communication": communication, "forced": forced}
        problem = compile_problem(site, threat="threat", target="target", response="force", **question)  # type: ignore[arg-type]
        found = every_path(problem.graph, MANY)
        assert found is not None
        oracle = Enumeration(site, "target", "threat", "force", **question).paths()
        exact = Counter(round(value, DIGITS) + 0.0 for paths in oracle.values() for value, _ in paths)
        assert Counter(round(problem.p_interruption(path), DIGITS) + 0.0 for path in found) == exact
        if not found:
            continue
        seen += 1
        pool = Pool(ground_of(problem), found)
        used = pool.used
        points, spreads = pool.ground.points[used], pool.ground.spreads[used]
        (least,), _ = pool.least(points[None], spreads[None])
        assert least == pytest.approx(min(value for paths in oracle.values() for value, _ in paths), abs=1e-12)
        each = pool.each(points, spreads)
        assert each == pytest.approx([problem.p_interruption(path) for path in pool.paths], abs=1e-12)
        assert every_path(problem.graph, len(found)) is not None
        assert every_path(problem.graph, len(found) - 1) is None
    assert seen >= 2
