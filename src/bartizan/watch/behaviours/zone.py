"""A behaviour in a zone: a stay that lasts long enough raises, goes on, ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import shapely
from shapely import Polygon

from bartizan.watch.behaviours import stay as stays
from bartizan.watch.behaviours.stay import TICK, Place, Stay
from bartizan.watch.point import TrackPoint

Phase = Literal["raised", "updated", "ended"]


@dataclass(frozen=True, slots=True)
class StayParams:
    """When a stay is reported.

    `zone` [m]; `after` [s]: the length of a stay that raises; `grace` [s]: how long it may be interrupted;
    `sightings`: how many inside it needs, so that one bad box raises nothing; `again` [s]: how often it is reported
    anew while it lasts.
    """

    zone: Polygon
    after: float
    grace: float
    sightings: int = 2
    again: float = 15.0

    def holds(self, at: Place) -> bool:
        """Whether a place lies in the zone; its edge belongs to it."""
        return bool(shapely.intersects_xy(self.zone, at[0], at[1]))


@dataclass(frozen=True, slots=True)
class ZoneState:
    """What is known of one track in one zone: its stay, and at which length it was last reported (None: never)."""

    stay: Stay
    reported: float | None = None


@dataclass(frozen=True, slots=True)
class StayEvent:
    """Something to report of a stay: it raises, it goes on, it ended."""

    phase: Phase
    stay: Stay


Outcome = tuple[ZoneState | None, tuple[StayEvent, ...]]


def step(state: ZoneState | None, point: TrackPoint, params: StayParams) -> Outcome:
    """Take one point of the track; return its new state and what is to be reported.

    Points come in the order of time; a point at or before the last sighting inside changes nothing.
    """
    state, events = lapse(state, point.t, params)
    if not point.observed or (state is not None and point.t <= state.stay.left):
        return state, events
    if not params.holds(point.at):
        return (state and replace(state, stay=stays.outside(state.stay))), events
    if state is None:
        state = ZoneState(stays.begin(point.track, point.t, point.at, point.cameras))
    else:
        stitched = point.bridged is not None
        state = replace(state, stay=stays.inside(state.stay, point.t, point.at, point.cameras, stitched=stitched))
    phase = _due(state, params)
    if phase is None:
        return state, events
    return replace(state, reported=state.stay.seconds), (*events, StayEvent(phase, state.stay))


def lapse(state: ZoneState | None, t: float, params: StayParams) -> Outcome:
    """Let time pass to `t` [s] without a sighting: a stay interrupted for longer than the grace is over."""
    if state is None or not stays.is_over(state.stay, t, params.grace):
        return state, ()
    return end(state)


def end(state: ZoneState | None) -> Outcome:
    """The track ended, or the stream: a stay that was raised is reported as ended."""
    if state is None or state.reported is None:
        return None, ()
    return None, (StayEvent("ended", state.stay),)


def _due(state: ZoneState, params: StayParams) -> Phase | None:
    stay = state.stay
    if state.reported is None:
        long_enough = stay.seconds >= params.after - TICK and stay.sightings >= params.sightings
        return "raised" if long_enough else None
    return "updated" if stay.seconds >= state.reported + params.again - TICK else None
