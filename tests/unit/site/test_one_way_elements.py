"""The direction of an element that is passed one way only is part of what a site means."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.site.document import build


def the_hash(between: list[str], direction: str) -> str:
    document: dict[str, Any] = {
        "schema": 1,
        "site": {"name": "A yard"},
        "area": [{"id": "street", "outside": True}, {"id": "yard"}],
        "element": [{"id": "turnstile", "kind": "gate", "between": between, "direction": direction, "way": []}],
    }
    return build(document).hash


@pytest.mark.parametrize(("direction", "the_same"), [("both", True), ("forward", False)])
def test_the_order_of_areas_counts_where_one_passes_one_way(direction: str, the_same: bool) -> None:
    assert (the_hash(["street", "yard"], direction) == the_hash(["yard", "street"], direction)) is the_same
