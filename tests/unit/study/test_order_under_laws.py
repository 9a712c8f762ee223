"""The worst paths once more under their own laws: figures, order, and what is said of it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import stats

from bartizan.app.study import study
from bartizan.app.study.laws import law_order
from bartizan.assess.result import Path
from bartizan.cli.summary import summary
from bartizan.site import build
from bartizan.site.site import Site


def gate(identity: str, **delay: Any) -> dict[str, Any]:
    way = {"id": "force", "p_detection": 1.0, "detect_at": "begin", "delay": delay}
    return {"id": identity, "kind": "door", "between": ["street", "room"], "way": [way]}


def site(*gates: dict[str, Any]) -> Site:
    return build({
        "schema": 1,
        "site": {"name": "Two doors"},
        "area": [{"id": "street", "outside": True}, {"id": "room"}],
        "element": list(gates),
        "target": [{"id": "safe", "area": "room", "way": [{"id": "take"}]}],
        "response": [{"id": "guards", "arrival": {"mean": 100, "sd": 0, "dist": "fixed"}}],
    })  # fmt: skip


# by the normal model the first door is worse, 0.669 against 0.691; the lognormal one has its median at 125 s
DOORS = site(gate("normal", mean=150, sd=114), gate("skew", mean=150, sd=100, dist="lognormal"))


def test_a_skew_law_changes_the_order_and_it_is_said() -> None:
    found = study(DOORS)
    (case,) = found.cases
    first, second = case.result.paths
    assert (first.steps[0].id, second.steps[0].id) == ("normal", "skew")
    assert first.any_law == pytest.approx(stats.norm.sf(100, 150, 114), abs=1e-6)
    skew = stats.lognorm(math.log1p((100 / 150) ** 2) ** 0.5, scale=150 / (1 + (100 / 150) ** 2) ** 0.5)
    assert second.any_law == pytest.approx(skew.sf(100), abs=1e-6)
    order = case.result.law_order
    assert order is not None
    assert (order.order, order.changed, order.sure) == ((1, 0), True, True)
    words = "\n".join(summary(found))
    assert "the 2 paths stand in another order, least P_I first: 2, 1" in words
    assert "so of these path 2 is the worst, with P_I = 0.64" in words
    assert "Nothing is proved by this" in words


def test_figures_that_stay_are_passed_over_in_silence() -> None:
    found = study(site(gate("narrow", mean=150, sd=20)))
    (case,) = found.cases
    assert case.worst is not None
    assert case.worst.any_law == pytest.approx(case.worst.p_interruption, abs=1e-6)
    assert "Under the laws" not in "\n".join(summary(found))


def test_a_law_that_moves_the_figure_alone_is_told_without_an_order() -> None:
    words = "\n".join(summary(study(site(gate("skew", mean=150, sd=100, dist="lognormal")))))
    assert "Under the laws that its times have, none of them negative, P_I = 0.64" in words
    assert "another order" not in words


def test_the_parts_of_a_response_keep_their_laws() -> None:
    parts = {key: {"mean": mean, "sd": mean, "dist": "gamma"} for key, mean in (("assessment", 40), ("deployment", 60))}
    document = DOORS.document
    document["response"] = [{"id": "guards", "communication": {"mean": 0, "sd": 0}, **parts}]
    document["element"] = [gate("fixed", mean=100, sd=0, dist="fixed")]
    (case,) = study(build(document)).cases
    assert case.worst is not None
    # the sum of two exponentials of means 40 and 60 is under 100 with this chance
    expected = 1.0 - (60 * math.exp(-100 / 60) - 40 * math.exp(-100 / 40)) / 20
    assert case.worst.any_law == pytest.approx(expected, abs=1e-6)


def path(value: float, error: float) -> Path:
    return Path(
        p_interruption=0.5,
        steps=(),
        critical_detection_point=None,
        last_detecting=None,
        any_law=value,
        any_law_error=error,
    )


@pytest.mark.parametrize(
    ("values", "order", "changed", "sure"),
    [
        ([(0.1, 1e-7), (0.2, 1e-7)], (0, 1), False, True),
        ([(0.2, 1e-7), (0.1, 1e-7)], (1, 0), True, True),
        ([(0.2, 1e-7), (0.2 - 1e-7, 1e-7)], (0, 1), False, False),
        ([(0.3, 1e-7), (0.2, 0.0), (0.1, 0.0)], (2, 1, 0), True, True),
        ([(0.2, 1e-3), (0.1, 0.0), (0.1995, 1e-3)], (1, 0, 2), True, False),
    ],
)
def test_neighbours_that_cannot_be_told_apart_keep_their_order(
    values: list[tuple[float, float]], order: tuple[int, ...], changed: bool, sure: bool
) -> None:
    found = law_order([path(*pair) for pair in values])
    assert (found.order, found.changed, found.sure) == (order, changed, sure)
