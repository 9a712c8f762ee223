"""Loitering: somebody stays in a zone for longer than passing through it takes.

What counts as a stay, exactly, stands in `bartizan.watch.behaviours.dwell`. Source of the rule of a fixed time in the
scene: PETS 2007, scenario "loitering" (60 s). Does not model intent: a person who waits for a bus stays as well.
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

KIND = "loitering"


def behaviour(rule: Rule, site: Site) -> EachTrack:
    """Loitering as `rule` has it, in its zone."""
    params = dwell.StayParams(
        after=rule.number("after"),
        grace=rule.number("grace"),
        standing=rule.number("standing"),
        within=rule.number("sum_within"),
    )
    ring = (dwell.KEPT_STAYS if params.within else 0, 2)
    ground = Ground(site.zone(str(rule.zone)).polygon)
    return EachTrack(_PARTS, ground.holds, params, ring=ring, remember=params.within)


def _words(stay: Any, params: dwell.StayParams) -> tuple[str, dict[str, Any]]:
    found = dwell.figures(stay, params)
    time = f"in the zone {found['seconds']:.0f} s"
    if params.within > 0.0 and found["summed"] > found["seconds"]:
        time = f"in the zone {found['summed']:.0f} s of the last {found['summed_over']:.0f} s"
    text = f"{time}; standing {found['standing']:.0f} s; net {found['net']:.0f} m of {found['walked']:.0f} m walked"
    return text, found


def _conditions(stay: Any, params: dwell.StayParams) -> tuple[Condition, ...]:
    if not stay["here"]:
        return (Condition("in the zone", 0.0, params.after, "s", False),)
    seconds, standing = float(stay["left"] - stay["entered"]), float(stay["standing"])
    if params.within > 0.0:
        # what was summed when it was last looked at can only have grown by the stay since
        seconds = max(seconds, float(stay["summed"]))
    found = [Condition("in the zone", seconds, params.after, "s", seconds >= params.after - dwell.TICK)]
    if params.standing > 0.0:
        met = standing >= params.standing - dwell.TICK
        found.append(Condition("or standing", standing, params.standing, "s", met))
    return tuple(found)


_PARTS = Kind(
    name=KIND,
    record=dwell.STAY,
    take=dwell.take,
    lapse=dwell.lapse,
    words=_words,
    conditions=_conditions,
    join=dwell.join,
)


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
