"""The floor under every path, where delays without a mean still spread."""

from __future__ import annotations

import math

from bartizan.assess.floor import floor_under
from bartizan.assess.network import network_of
from bartizan.assess.paths import worst_paths
from bartizan.assess.problem import compile_problem
from bartizan.site.document import build


def site_of(mean: float, sd: float) -> dict[str, object]:
    return {
        "schema": 1,
        "site": {"name": "Yard"},
        "area": [{"id": "street", "outside": True}, {"id": "yard"}],
        "element": [
            {
                "id": "gate",
                "kind": "gate",
                "between": ["street", "yard"],
                "way": [{"id": "pass", "p_detection": 0.5, "detect_at": "begin", "delay": {"mean": mean, "sd": sd}}],
            }
        ],
        "target": [{"id": "safe", "area": "yard", "way": [{"id": "open", "delay": {"mean": 0, "sd": sd}}]}],
        "response": [{"id": "guards", "arrival": {"mean": 30, "sd": 0}}],
    }


def test_where_every_delay_is_all_spread_nothing_bounds_the_variance() -> None:
    problem = compile_problem(build(site_of(0.0, 50.0)), threat=None, target="safe", response="guards")
    network = network_of(problem)
    assert network.high == math.inf
    (path,), certificate = worst_paths(problem)
    assert floor_under(network) <= path.p_interruption
    assert certificate is not None
    assert certificate.proved


def test_where_nothing_spreads_the_floor_is_the_path() -> None:
    problem = compile_problem(build(site_of(40.0, 0.0)), threat=None, target="safe", response="guards")
    network = network_of(problem)
    assert network.high == 0.0
    assert floor_under(network) == 0.5 == worst_paths(problem)[0][0].p_interruption
