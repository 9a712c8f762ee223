"""The search with its tables against the search without them, on sites larger than anybody can enumerate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.assess import rounds
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import Problem, compile_problem
from bartizan.site.document import build

LAYERS, ELEMENTS = 10, 14
ROUNDING = 1e-12


def diagram(rng: np.random.Generator) -> Problem:
    """Areas in a row, many elements between each two, spreads of 0 to 200 %."""

    def way() -> dict[str, Any]:
        mean = float(rng.uniform(10.0, 90.0))
        return {
            "id": "force",
            "p_detection": float(rng.uniform(0.0, 0.9)),
            "detect_at": str(rng.choice(["begin", "middle", "end"])),
            "delay": {"mean": mean, "sd": mean * float(rng.uniform(0.0, 2.0))},
        }

    document = {
        "schema": 1,
        "site": {"name": "Rows"},
        "area": [{"id": f"a{layer}", "outside": layer == 0} for layer in range(LAYERS + 1)],
        "element": [
            {"id": f"e{layer}-{place}", "kind": "door", "between": [f"a{layer}", f"a{layer + 1}"], "way": [way()]}
            for layer in range(LAYERS)
            for place in range(ELEMENTS)
        ],
        "target": [{"id": "safe", "area": f"a{LAYERS}", "way": [{"id": "open", "delay": {"mean": 60, "sd": 30}}]}],
        "response": [{"id": "guards", "arrival": {"mean": 200, "sd": 60}}],
    }
    return compile_problem(build(document), threat=None, target="safe", response="guards")


@pytest.mark.parametrize("seed", range(6))
def test_tables_change_the_work_and_not_the_answer(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = diagram(np.random.default_rng(seed))
    monkeypatch.setattr(rounds, "TABLE_ARCS", 0)
    monkeypatch.setattr(rounds, "FIRST_WORK", 10**9)
    without, proof = worst_paths(problem, 3, work=10**9)
    monkeypatch.setattr(rounds, "TABLE_ARCS", 5_000)
    monkeypatch.setattr(rounds, "FIRST_WORK", 0)
    monkeypatch.setattr(rounds, "WORK_PER_ARC", 0)
    tabled, tabled_proof = worst_paths(problem, 3)
    assert proof is not None
    assert tabled_proof is not None
    assert proof.complete
    assert tabled_proof.complete
    assert [path.p_interruption for path in tabled] == pytest.approx(
        [path.p_interruption for path in without], rel=0.0, abs=ROUNDING
    )
