"""A crossing that is given for one pair brings its own figures, also where the pair ends at the target."""

from __future__ import annotations

import bartizan
from bartizan.site import build

DOCUMENT = {
    "schema": 1,
    "site": {"name": "x"},
    "area": [
        {"id": "street", "outside": True},
        {
            "id": "hall",
            "crossing": {"delay": {"mean": 5, "sd": 1, "source": "guess"}},
            "crossing_between": [{"from": "door", "to": "safe", "delay": {"mean": 9, "sd": 1, "source": "paced out"}}],
        },
    ],
    "element": [
        {
            "id": "door",
            "kind": "door",
            "between": ["street", "hall"],
            "way": [{"id": "force", "p_detection": 0.9, "detect_at": "begin", "delay": {"mean": 60, "sd": 6}}],
        }
    ],
    "target": [{"id": "safe", "area": "hall", "way": [{"id": "open", "delay": {"mean": 60, "sd": 6}}]}],
    "response": [{"id": "guards", "arrival": {"mean": 60, "sd": 6}}],
}


def test_the_source_is_that_of_the_pair_that_ends_at_the_target() -> None:
    (case,) = bartizan.assess(build(DOCUMENT)).cases
    sources = {figure.source for step in case.figures for figure in step}
    assert "paced out" in sources
    assert "guess" not in sources
