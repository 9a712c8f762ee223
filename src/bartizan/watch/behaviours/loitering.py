"""Loitering: somebody stays in a zone for longer than passing through it takes.

What counts as a stay, exactly, stands in `bartizan.watch.behaviours.stay`. Source of the rule of a fixed time in the
scene: PETS 2007, scenario "loitering" (60 s). Does not model intent: a person who waits for a bus stays as well.
"""

from __future__ import annotations

from typing import Any

from shapely import Polygon

from bartizan.watch.behaviours.stay import Stay
from bartizan.watch.behaviours.zone import Outcome, StayParams, ZoneState, end, lapse, step

__all__ = ["KIND", "Outcome", "ZoneState", "because", "end", "lapse", "params", "step"]

KIND = "loitering"


def params(zone: Polygon, *, after: float, grace: float) -> StayParams:
    """Raise when one track has stayed `after` seconds in `zone` [m], interrupted by `grace` seconds at a time."""
    return StayParams(zone, after, grace)


def because(stay: Stay, since: str) -> dict[str, Any]:
    """The figures of a stay and a line of words; `since` says in words when it began."""
    return {
        "text": (
            f"in the zone {stay.seconds:.0f} s since {since}; standing {stay.standing:.0f} s; "
            f"walked {stay.walked:.0f} m, net {stay.net:.0f} m"
        ),
        "seconds": round(stay.seconds, 3),
        "entered": stay.entered,
        "standing": round(stay.standing, 3),
        "moving": round(stay.moving, 3),
        "walked": round(stay.walked, 2),
        "net": round(stay.net, 2),
        "interrupted": round(stay.interrupted, 3),
        "stitches": stay.bridged,
    }
