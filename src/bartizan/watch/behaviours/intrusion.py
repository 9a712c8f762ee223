"""Intrusion: somebody is in a zone where nobody should be.

A stay as in `bartizan.watch.behaviours.stay`, raised as soon as it has lasted `after` seconds (0 by default) and was
seen twice, because one bad box is no intruder.
"""

from __future__ import annotations

from typing import Any

from shapely import Polygon

from bartizan.watch.behaviours.stay import Stay
from bartizan.watch.behaviours.zone import Outcome, StayParams, ZoneState, end, lapse, step

__all__ = ["KIND", "Outcome", "ZoneState", "because", "end", "lapse", "params", "step"]

KIND = "intrusion"


def params(zone: Polygon, *, after: float = 0.0, grace: float) -> StayParams:
    """Raise when one track was seen twice in `zone` [m] and for `after` seconds, interrupted by `grace` at a time."""
    return StayParams(zone, after, grace)


def because(stay: Stay, since: str) -> dict[str, Any]:
    """The figures of a stay and a line of words; `since` says in words when it began."""
    x, y = stay.first
    return {
        "text": f"came into the zone at ({x:.1f}, {y:.1f}) m, {since}; there for {stay.seconds:.0f} s",
        "seconds": round(stay.seconds, 3),
        "entered": stay.entered,
        "entered_at": [round(x, 2), round(y, 2)],
        "walked": round(stay.walked, 2),
        "net": round(stay.net, 2),
        "sightings": stay.sightings,
        "stitches": stay.bridged,
    }
