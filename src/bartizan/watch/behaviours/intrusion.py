"""Intrusion: somebody is in a zone where nobody should be.

A stay as in `bartizan.watch.behaviours.dwell`, raised as soon as it has lasted `after` seconds (0 by default) and was
seen twice, because one bad box is no intruder.
"""

from __future__ import annotations

from typing import Any

from shapely import Polygon

from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.behaviours import dwell
from bartizan.watch.behaviours.each_track import EachTrack, Kind
from bartizan.watch.behaviours.event import Condition
from bartizan.watch.behaviours.polygon import Ground
from bartizan.watch.behaviours.stay import Stay
from bartizan.watch.behaviours.zone import Outcome, StayParams, ZoneState, end, lapse, step

__all__ = ["KIND", "Outcome", "ZoneState", "because", "behaviour", "end", "lapse", "params", "step"]

KIND = "intrusion"


def behaviour(rule: Rule, site: Site) -> EachTrack:
    """Intrusion as `rule` has it, into its zone."""
    params = dwell.StayParams(after=rule.number("after"), grace=rule.number("grace"))
    return EachTrack(_PARTS, Ground(site.zone(str(rule.zone)).polygon).holds, params)


def _words(stay: Any, params: dwell.StayParams) -> tuple[str, dict[str, Any]]:
    found = dwell.figures(stay, params)
    x, y = float(stay["first_x"]), float(stay["first_y"])
    found["entered_at"] = [round(x, 2), round(y, 2)]
    return f"came into the zone at ({x:.1f}, {y:.1f}) m; there for {found['seconds']:.0f} s", found


def _conditions(stay: Any, params: dwell.StayParams) -> tuple[Condition, ...]:
    seconds = float(stay["left"] - stay["entered"]) if stay["here"] else 0.0
    seen = int(stay["sightings"]) if stay["here"] else 0
    return (
        Condition("in the zone", seconds, params.after, "s", bool(stay["here"]) and seconds >= params.after),
        Condition("seen in it", seen, params.sightings, "times", seen >= params.sightings),
    )


_PARTS = Kind(
    name=KIND,
    record=dwell.STAY,
    take=dwell.take,
    lapse=dwell.lapse,
    words=_words,
    conditions=_conditions,
)


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
