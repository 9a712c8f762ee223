"""Loitering: somebody stays in a zone for longer than passing through it takes.

What counts as a stay, exactly, stands in `bartizan.watch.behaviours.parts.dwell`. Source of the rule of a fixed time in
the scene: PETS 2007, scenario "loitering" (60 s). Does not model intent: a person who waits for a bus stays as well.
"""

from __future__ import annotations

from typing import Any

from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.behaviours.event import Condition
from bartizan.watch.behaviours.parts import dwell
from bartizan.watch.behaviours.parts.each_track import EachTrack, Kind
from bartizan.watch.behaviours.parts.polygon import Ground

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
    found = dwell.figures(stay)
    time = f"in the zone {found['seconds']:.0f} s"
    if params.within > 0.0:
        summed, over = float(stay["summed"]), float(stay["left"] - stay["summed_from"])
        found |= {"summed": round(summed, 3), "summed_over": round(over, 3), "within": params.within}
        if summed > found["seconds"]:
            time = f"in the zone {summed:.0f} s of the last {over:.0f} s"
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
