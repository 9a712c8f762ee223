"""Intrusion: somebody is in a zone where nobody should be.

A stay as in `bartizan.watch.behaviours.parts.dwell`, raised as soon as it has lasted `after` seconds (0 by default)
and was seen twice, because one bad box is no intruder.
"""

from __future__ import annotations

from typing import Any

from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.behaviours.event import Condition
from bartizan.watch.behaviours.parts import dwell
from bartizan.watch.behaviours.parts.each_track import EachTrack, Kind
from bartizan.watch.behaviours.parts.polygon import Ground

KIND = "intrusion"


def behaviour(rule: Rule, site: Site) -> EachTrack:
    """Intrusion as `rule` has it, into its zone."""
    params = dwell.StayParams(after=rule.number("after"), grace=rule.number("grace"))
    return EachTrack(_PARTS, Ground(site.zone(str(rule.zone)).polygon).holds, params)


def _words(stay: Any, params: dwell.StayParams) -> tuple[str, dict[str, Any]]:
    found = dwell.figures(stay)
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
