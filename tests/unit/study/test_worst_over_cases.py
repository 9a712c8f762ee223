"""The worst paths over several cases, by P_I and by P_E, and all paths within a distance of the worst."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from click.testing import CliRunner

import bartizan
from bartizan.app.study import study
from bartizan.cli.main import main
from bartizan.errors import InputError
from bartizan.site.document import build

# two gates; the guards come soon and fight badly, the police late and well
DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "site": {"name": "Yard"},
    "area": [{"id": "street", "outside": True}, {"id": "yard"}],
    "element": [
        {
            "id": name,
            "kind": "gate",
            "between": ["street", "yard"],
            "way": [{"id": "pass", "p_detection": p, "detect_at": "begin", "delay": {"mean": 60, "sd": 18}}],
        }
        for name, p in (("north", 0.5), ("south", 0.6))
    ],
    "target": [{"id": "safe", "area": "yard", "way": [{"id": "open", "delay": {"mean": 120, "sd": 36}}]}],
    "response": [
        {"id": "guards", "arrival": {"mean": 100, "sd": 30}, "p_neutralization": 0.2},
        {"id": "police", "arrival": {"mean": 150, "sd": 45}, "p_neutralization": 0.9},
    ],
}


def site(**changed: Any) -> Any:
    return build(copy.deepcopy({**DOCUMENT, **changed}))


def test_p_e_ranks_otherwise_than_p_i() -> None:
    found = study(site())
    by_interruption, proof = found.worst(4)
    by_effect, effect_proof = found.worst(4, by="p_effectiveness")
    names = {place: case.result.response for place, case in enumerate(found.cases)}
    assert names[by_interruption[0].case] == "police"
    assert [names[one.case] for one in by_effect][:2] == ["guards", "guards"]
    assert [one.value for one in by_effect] == sorted(
        (case.result.p_neutralization or 0.0) * path.p_interruption
        for case in found.cases
        for path in case.result.paths
    )
    assert proof is not None
    assert effect_proof is not None
    assert proof.value == min(case.result.paths[0].p_interruption for case in found.cases)
    assert effect_proof.proved
    assert effect_proof.value == pytest.approx(by_effect[0].value, abs=1e-15)


def test_without_p_n_nothing_is_ranked_by_p_e() -> None:
    responses = copy.deepcopy(DOCUMENT["response"])
    del responses[1]["p_neutralization"]
    with pytest.raises(InputError, match="P_N is not known for response 'police'"):
        study(site(response=responses)).worst(by="p_effectiveness")


@pytest.mark.parametrize(("within", "expected"), [(0.0, 1), (0.05, 1), (0.2, 2)])
def test_all_paths_within_a_distance(within: float, expected: int) -> None:
    (case,) = bartizan.assess(site(), within=within, responses=["guards"]).cases
    every = bartizan.assess(site(), responses=["guards"]).cases[0].result.paths
    assert len(every) == 2
    # the gap between the two paths lies between the distances asked for
    assert 0.05 < every[1].p_interruption - every[0].p_interruption < 0.2
    assert [path.p_interruption for path in case.result.paths] == [path.p_interruption for path in every[:expected]]


@pytest.mark.parametrize("within", [-0.1, 1.5, float("nan")])
def test_a_distance_is_one_of_probability(within: float) -> None:
    with pytest.raises(InputError, match="the distance from the worst"):
        study(site(), within=within)


def test_the_command_ranks_and_says_so(chancery: Any) -> None:
    asked = ["assess", str(chancery), "--target", "registry", "--by", "P_E", "--within", "0.02"]
    answer = CliRunner().invoke(main, asked)
    assert answer.exit_code == 0, answer.output
    assert "The worst paths of all, by P_E:" in answer.output
    assert "Proved worst" in answer.output.rpartition("by P_E:")[2]
