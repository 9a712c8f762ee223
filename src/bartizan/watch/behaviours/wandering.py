"""Wandering: somebody walks much in a zone, gets nowhere, and comes back to where he was before.

Looked at are the last `window` seconds of a stay that has lasted `after` seconds: the walk at equal steps of time
(`evenly`), then at equal steps of way, so that straightness is compared over equal steps. All of these must hold:

- it is `walked` metres long at least: steps of STRIDE, or of twice the error of a place where that is more;
- its straightness, net way over way walked, is `straightness` at most;
- of the places that were entered, the share `revisits` at least had been entered before. A place is what lies within
  `cell` metres of where it was begun; walking straight on, a new one begins every `cell` metres.

It is over when the stay is, or when the three have not held for as long as the window. Once there and back gives a
share of revisits just below one half. Sources: straightness over equal steps Benhamou (2004), Journal of Theoretical
Biology 229, 209-220; the share of revisited cells is ours. Does not model intent: who looks for a dropped key wanders.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from bartizan.compiled import compiled
from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.behaviours.event import Condition
from bartizan.watch.behaviours.parts import dwell, evenly
from bartizan.watch.behaviours.parts.each_track import EachTrack, Kind
from bartizan.watch.behaviours.parts.kernels import Points, stop, tell
from bartizan.watch.behaviours.parts.polygon import Ground
from bartizan.watch.behaviours.parts.roster import RAISED, UPDATED, record_of

KIND = "wandering"

# a sample a second, or fewer where the window is so long that memory would not be bounded
STEP = 1.0
MOST_SAMPLES = 300
_AGAIN = 15.0  # seconds between two reports while it goes on

WALK = record_of(
    *dwell.STAY_FIELDS,
    *evenly.EVENLY_FIELDS,
    ("way", np.float64),  # of the window: metres walked, net metres, places entered, and how many different ones
    ("net", np.float64),
    ("visits", np.int64),
    ("places", np.int64),
    ("seconds", np.float64),  # how much of the window the walk fills
    ("met", np.float64),  # when the conditions last held
)


class WanderingParams(NamedTuple):
    """When wandering is reported; seconds and metres. `step` [s] is that of the samples."""

    after: float
    window: float
    straightness: float
    revisits: float
    cell: float
    walked: float
    grace: float
    step: float


def behaviour(rule: Rule, site: Site) -> EachTrack:
    """Wandering as `rule` has it, in its zone."""
    settings = {name: rule.number(name) for name in WanderingParams._fields if name != "step"}
    step = max(STEP, settings["window"] / MOST_SAMPLES)
    ring = (max(2, math.ceil(settings["window"] / step)), evenly.SAMPLE)
    ground = Ground(site.zone(str(rule.zone)).polygon)
    return EachTrack(_PARTS, ground.holds, WanderingParams(**settings, step=step), ring=ring)


@compiled
def _take(records: Any, rings: Any, points: Points, params: WanderingParams, events: Any) -> int:
    count = 0
    for n in range(len(points.rows)):
        if points.rows[n] < 0:
            continue
        walk, ring, t = records[points.rows[n]], rings[points.rows[n]], points.times[n]
        x, y, sigma = points.places[n, 0], points.places[n, 1], points.sigmas[n]
        if walk.here and dwell.is_over(walk, t, params.grace):
            count = _close(walk, events, count)
        if not points.observed[n] or (walk.here and t <= walk.left):
            continue
        if not points.inside[n]:
            walk.outside = walk.here
            continue
        if walk.here:
            dwell.go_on(walk, t, x, y, sigma, not math.isnan(points.bridged[n]))
            finished = evenly.walk_on(walk, ring, params.step, t, x, y, sigma)
        else:
            dwell.begin(walk, t, x, y, sigma)
            evenly.set_out(walk, t, x, y)
            walk.met, finished = -math.inf, 0
        dwell.see(walk, points.marks[n])
        if finished > 0 and walk.samples >= 2:
            measure(walk, ring, params)
            count = _judge(walk, params, events, count)
    return count


@compiled
def _lapse(  # noqa: PLR0917 - compiled: arrays one by one
    records: Any, rings: Any, rows: Any, t: float, gone: bool, params: WanderingParams, events: Any
) -> int:
    count = 0
    for row in rows:
        walk = records[row]
        if walk.here and (gone or dwell.is_over(walk, t, params.grace)):
            count = _close(walk, events, count)
        if not walk.here:
            walk.used = False
    return count


@compiled
def _judge(walk: Any, params: WanderingParams, events: Any, count: int) -> int:
    """Report a walk for which everything holds; one for which it has long not held is over."""
    seconds = walk.left - walk.entered
    holds = (
        seconds >= params.after - dwell.TICK
        and walk.way >= params.walked
        and walk.net <= params.straightness * walk.way
        and walk.visits - walk.places >= params.revisits * walk.visits
    )
    if holds:
        walk.met = walk.left
    if walk.open and walk.left - walk.met > params.window:
        return stop(walk, events, count)
    if walk.open and seconds >= walk.reported + _AGAIN - dwell.TICK:
        walk.reported = seconds
        return tell(walk, UPDATED, events, count)
    if holds and not walk.open:
        walk.open, walk.reported = True, seconds
        return tell(walk, RAISED, events, count)
    return count


@compiled
def _close(walk: Any, events: Any, count: int) -> int:
    walk.here = False
    return stop(walk, events, count)


@compiled
def measure(walk: Any, ring: Any, params: WanderingParams) -> None:
    """The figures of the window: way walked and net way [m] by equal steps, places entered and different ones."""
    many = min(walk.samples, len(ring))
    first = walk.samples - many
    noise = 0.0
    for n in range(first, walk.samples):
        noise += ring[n % len(ring), 2]
    stride = max(dwell.STRIDE, dwell.SIGMAS * math.sqrt(2.0) * noise / many)
    cell = max(params.cell, stride)
    # nobody begins more places than there are steps, but a leap over a gap may take many steps
    centres = np.empty((many + 1, 2))
    x, y = ring[first % len(ring), 0], ring[first % len(ring), 1]
    begun_x, begun_y = x, y
    centres[0, 0], centres[0, 1] = x, y
    places, visits, here, way = 1, 1, 0, 0.0
    for n in range(first + 1, walk.samples):
        to_x, to_y = ring[n % len(ring), 0], ring[n % len(ring), 1]
        far = math.hypot(to_x - x, to_y - y)
        steps = math.floor(far / stride)
        if steps == 0:
            continue
        share = steps * stride / far
        x, y = x + share * (to_x - x), y + share * (to_y - y)
        way += steps * stride
        found = _place(centres, places, here, x, y, cell)
        if found == here:
            continue
        if found == places:
            centres[places, 0], centres[places, 1] = x, y
            places += 1
        here, visits = found, visits + 1
    walk.way, walk.net = way, math.hypot(x - begun_x, y - begun_y)
    walk.places, walk.visits = places, visits
    walk.seconds = many * params.step


@compiled
def _place(centres: Any, places: int, here: int, x: float, y: float, cell: float) -> int:  # noqa: PLR0917 - compiled
    """The place that (x, y) lies in: the present one while it does, else the nearest known, else a new one."""
    if math.hypot(x - centres[here, 0], y - centres[here, 1]) < cell:
        return here
    best, found = cell, places
    for n in range(places):
        far = math.hypot(x - centres[n, 0], y - centres[n, 1])
        if far < best:
            best, found = far, n
    return found


def _words(walk: Any, params: WanderingParams) -> tuple[str, dict[str, Any]]:
    way, net, visits, places = float(walk["way"]), float(walk["net"]), int(walk["visits"]), int(walk["places"])
    found = dwell.figures(walk) | {
        "window": round(float(walk["seconds"]), 3),
        "walked": round(way, 2),
        "net": round(net, 2),
        "straightness": round(net / way, 3) if way else None,
        "places_entered": visits,
        "places": places,
        "revisits": round(1.0 - places / visits, 3) if visits else None,
    }
    text = (
        f"in the zone {found['seconds']:.0f} s; net {net:.0f} m of {way:.0f} m walked in {found['window']:.0f} s; "
        f"{visits} places entered, {places} of them different"
    )
    return text, found


def _conditions(walk: Any, params: WanderingParams) -> tuple[Condition, ...]:
    way, visits = float(walk["way"]), int(walk["visits"])
    seconds = float(walk["left"] - walk["entered"]) if walk["here"] else 0.0
    straight = float(walk["net"]) / way if way else 1.0
    again = 1.0 - int(walk["places"]) / visits if visits else 0.0
    return (
        Condition("in the zone", seconds, params.after, "s", seconds >= params.after - dwell.TICK),
        Condition("walked", way, params.walked, "m", way >= params.walked),
        Condition("net of walked, at most", straight, params.straightness, "", straight <= params.straightness),
        Condition("places entered again", again, params.revisits, "", again >= params.revisits),
    )


_PARTS = Kind(name=KIND, record=WALK, take=_take, lapse=_lapse, words=_words, conditions=_conditions)
