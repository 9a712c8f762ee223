"""A yard with two doors side by side to a vault: small enough to work out by hand."""

from __future__ import annotations

from typing import Any

from bartizan.site.document import build
from bartizan.site.site import Site


def door(name: str, **way: Any) -> dict[str, Any]:
    """A door from the street to the vault, noticed with certainty at its begin unless told otherwise."""
    told = {"id": "force", "p_detection": 1.0, "detect_at": "begin", "delay": {"mean": 50.0, "sd": 0.0}} | way
    told = {key: value for key, value in told.items() if value is not None}
    return {"id": name, "kind": "door", "between": ["street", "vault"], "way": [told]}


def document(upgrades: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Doors `left` and `right` of 50 s each, no delay at the target, a response of 100 +- 50 s."""
    return {
        "schema": 1,
        "site": {"name": "two doors"},
        "area": [{"id": "street", "outside": True}, {"id": "vault"}],
        "element": [door("left"), door("right")],
        "target": [{"id": "gold", "area": "vault", "way": [{"id": "take"}]}],
        "response": [{"id": "guards", "arrival": {"mean": 100.0, "sd": 50.0}}],
        "upgrade": upgrades,
        **more,
    }


def site(upgrades: list[dict[str, Any]], **more: Any) -> Site:
    """The site of that document."""
    return build(document(upgrades, **more))


def delay(name: str, at: str, mean: float, cost: float, **more: Any) -> dict[str, Any]:
    """An upgrade that makes a door hold for `mean` seconds."""
    change = {"at": f"element/{at}/way/force", "set": {"delay": {"mean": mean, "sd": 0.0}}}
    return {"id": name, "cost": cost, "changes": [change], **more}
