"""A stay: one track in one zone, from when it came in until it was gone for longer than the grace.

All of it is measured by the times of the sightings, never by counting frames:

- the stay **starts** with the first sighting inside the zone (its edge belongs to it);
- an **interruption** runs from one sighting inside to the next one inside, whether the person was seen outside
  meanwhile or not at all; up to `grace` seconds it keeps the stay, beyond that the stay is over and the next sighting
  inside starts another;
- its **length** is the time from the first to the last sighting inside, interruptions included. Time after the last
  sighting inside does not count: nobody is said to be where nobody sees them. So a crossing never lasts longer than
  it took, and splitting a stay by interruptions within the grace never shortens it.

Stays may be summed: then the time counts that the track, and those it goes on from, spent in stays within the last
`within` seconds, no second twice. A predicted place (a coasting track) is no sighting, and nothing smaller than twice
the error of a place counts as a step.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled
from bartizan.watch.behaviours.parts.kernels import Points, stop, tell
from bartizan.watch.behaviours.parts.roster import RAISED, UPDATED, record_of

# a person stands who keeps within 0.9 m for 3 s, that is, walks at less than 0.3 m/s
STANDING_RADIUS = 0.9
STANDING_AFTER = 3.0
STANDING_SPEED = 0.3
# a walked distance grows by strides of this length [m], so that jitter on the spot is no walk at any frame rate
STRIDE = 1.0
# out of sight for longer than this [s] counts as interrupted; shorter gaps are those between frames
UNSEEN = 1.0
# times come rounded to a microsecond: a gap of exactly the grace is within it
TICK = 1e-6
# two places differ where they are further apart than this many standard deviations of their difference
SIGMAS = 2.0
# how many earlier stays of a track or chain are kept to be summed
KEPT_STAYS = 16

# what is known of the stay itself; kinds that look at more than its length add fields of their own
STAY_FIELDS: tuple[tuple[Any, ...], ...] = (
    ("here", np.bool_),  # a stay goes on
    ("outside", np.bool_),  # last seen outside, within the grace
    ("entered", np.float64),
    ("left", np.float64),  # the last sighting inside
    ("first_x", np.float64),
    ("first_y", np.float64),
    ("sightings", np.int64),
    ("stitches", np.int64),
    ("interrupted", np.float64),
    ("standing", np.float64),
    ("walked", np.float64),
    ("stride_x", np.float64),  # where the present stride began, and the error of that place
    ("stride_y", np.float64),
    ("stride_sigma", np.float64),
    ("rest_from", np.float64),  # since when the person has kept about one place
    ("rest_x", np.float64),
    ("rest_y", np.float64),
    ("rest_sigma", np.float64),
    ("reported", np.float64),  # the length at which it was last reported
)
STAY = record_of(
    *STAY_FIELDS,
    ("kept", np.int64),  # earlier stays in the ring, the oldest first
    ("summed", np.float64),  # of what is reported: seconds of stays within the window, and since when
    ("summed_from", np.float64),
)


class StayParams(NamedTuple):
    """When a stay is reported; every time in seconds.

    `after`: the length that raises, of one stay, or of all within the last `within` where that is above 0;
    `standing`: the time on the standing clock that raises by itself, 0 for never; `grace`: how long a stay may be
    interrupted; `sightings`: how many inside it needs, so that one bad box raises nothing; `again`: how often it is
    reported anew while it lasts.
    """

    after: float
    grace: float
    standing: float = 0.0
    within: float = 0.0
    sightings: int = 2
    again: float = 15.0


@compiled
def take(records: Any, rings: Any, points: Points, params: StayParams, events: Any) -> int:
    """The step of each point, in their order; returns how many `events` there are (see `each_track`)."""
    count = 0
    for n in range(len(points.rows)):
        if points.rows[n] < 0:
            continue
        stay, past, t = records[points.rows[n]], rings[points.rows[n]], points.times[n]
        if stay.here and is_over(stay, t, params.grace):
            count = close(stay, past, params, events, count)
        # a point at or before the last sighting inside changes nothing
        if not points.observed[n] or (stay.here and t <= stay.left):
            continue
        if not points.inside[n]:
            stay.outside = stay.here
            continue
        if stay.here:
            go_on(
                stay, t, points.places[n, 0], points.places[n, 1], points.sigmas[n], not math.isnan(points.bridged[n])
            )
        else:
            begin(stay, t, points.places[n, 0], points.places[n, 1], points.sigmas[n])
        see(stay, points.marks[n])
        count = report(stay, past, params, events, count)
    return count


@compiled
def lapse(  # noqa: PLR0917 - compiled: arrays one by one
    records: Any, rings: Any, rows: Any, t: float, gone: bool, params: StayParams, events: Any
) -> int:
    """Time passes to `t` [s] without a sighting, or the tracks are over: stays end, rows without one are given back."""
    count = 0
    for row in rows:
        stay, past = records[row], rings[row]
        if stay.here and (gone or is_over(stay, t, params.grace)):
            count = close(stay, past, params, events, count)
        if not stay.here and (stay.kept == 0 or past[stay.kept - 1, 1] < t - params.within):
            stay.used = False
    return count


@compiled
def is_over(stay: Any, t: float, grace: float) -> bool:
    """Whether at `t` [s] the last sighting inside is more than the grace [s] ago."""
    return bool(t - stay.left > grace + TICK)


@compiled
def see(record: Any, marks: Any) -> None:
    """Cameras saw it."""
    for word in range(len(record.cameras)):
        record.cameras[word] |= marks[word]


@compiled
def begin(stay: Any, t: float, x: float, y: float, sigma: float) -> None:
    """A stay starts with a sighting inside at `t` [s], (x, y) [m]."""
    stay.here, stay.open, stay.outside = True, False, False
    stay.entered, stay.left, stay.since = t, t, t
    stay.first_x, stay.first_y, stay.x, stay.y = x, y, x, y
    stay.sightings, stay.stitches = 1, 0
    stay.interrupted, stay.standing, stay.walked = 0.0, 0.0, 0.0
    stay.stride_x, stay.stride_y, stay.stride_sigma = x, y, sigma
    stay.rest_from, stay.rest_x, stay.rest_y, stay.rest_sigma = t, x, y, sigma
    for word in range(len(stay.cameras)):
        stay.cameras[word] = 0


@compiled
def go_on(stay: Any, t: float, x: float, y: float, sigma: float, stitched: bool) -> None:  # noqa: PLR0917 - compiled
    """Another sighting inside at `t` [s], (x, y) [m], within the grace; `stitched`: the first after a stitch."""
    gap = t - stay.left
    if stay.outside or gap > UNSEEN:
        stay.interrupted += gap
    _rest(stay, t, x, y, sigma)
    stride = math.hypot(x - stay.stride_x, y - stay.stride_y)
    if stride >= max(STRIDE, SIGMAS * math.hypot(sigma, stay.stride_sigma)):
        stay.walked += stride
        stay.stride_x, stay.stride_y, stay.stride_sigma = x, y, sigma
    stay.left, stay.x, stay.y = t, x, y
    stay.sightings += 1
    stay.stitches += stitched
    stay.outside = False


@compiled
def _rest(stay: Any, t: float, x: float, y: float, sigma: float) -> None:
    """The standing clock: all of a rest counts at once when it has become one."""
    radius = max(STANDING_RADIUS, SIGMAS * math.hypot(sigma, stay.rest_sigma))
    if math.hypot(x - stay.rest_x, y - stay.rest_y) > radius:
        stay.rest_from, stay.rest_x, stay.rest_y, stay.rest_sigma = t, x, y, sigma
        return
    # where places are doubtful it takes longer until somebody who walks would have been noticed
    after = max(STANDING_AFTER, radius / STANDING_SPEED)
    if t - stay.rest_from >= after:
        stood_already = stay.left - stay.rest_from >= after
        stay.standing += t - stay.left if stood_already else t - stay.rest_from


@compiled
def report(stay: Any, past: Any, params: StayParams, events: Any, count: int) -> int:
    """Report a stay that has become long enough, and again now and then while it goes on."""
    seconds = stay.left - stay.entered
    if stay.open:
        if seconds < stay.reported + params.again - TICK:
            return count
    elif stay.sightings < params.sightings or not _is_due(stay, past, params):
        return count
    if params.within > 0.0:
        sum_up(stay, past, params)
    stay.reported = seconds
    count = tell(stay, UPDATED if stay.open else RAISED, events, count)
    stay.open = True
    return count


@compiled
def _is_due(stay: Any, past: Any, params: StayParams) -> bool:
    if stay.left - stay.entered >= params.after - TICK:
        return True
    if params.standing > 0.0 and stay.standing >= params.standing - TICK:
        return True
    if stay.kept == 0:
        return False
    sum_up(stay, past, params)
    return bool(stay.summed >= params.after - TICK)


@compiled
def close(stay: Any, past: Any, params: StayParams, events: Any, count: int) -> int:
    """A stay is over: where it was raised it is reported as ended; where stays are summed it is kept."""
    if stay.open and params.within > 0.0:
        sum_up(stay, past, params)
    count = stop(stay, events, count)
    if params.within > 0.0:
        if stay.kept == len(past):
            stay.kept -= 1
            for n in range(stay.kept):
                past[n, 0], past[n, 1] = past[n + 1, 0], past[n + 1, 1]
        past[stay.kept, 0], past[stay.kept, 1] = stay.entered, stay.left
        stay.kept += 1
    stay.here = False
    return count


@compiled
def sum_up(stay: Any, past: Any, params: StayParams) -> None:
    """The seconds spent in stays within the window that ends with the last sighting, no second twice."""
    first = stay.left - params.within
    counted_from = max(stay.entered, first)
    stay.summed, stay.summed_from = stay.left - counted_from, counted_from
    for n in range(stay.kept - 1, -1, -1):
        # chains may overlap in time, where two cameras saw one person for a while
        until, since = min(past[n, 1], counted_from), max(past[n, 0], first)
        if until > since:
            stay.summed += until - since
            stay.summed_from = counted_from = since


def join(records: NDArray[np.void], rings: NDArray[np.float64], earlier: int, later: int, params: StayParams) -> None:
    """Add the stays of an earlier track to those of a later one that the same walker may have left."""
    one, other = records[earlier], records[later]
    stays = [*rings[earlier][: one["kept"]], *rings[later][: other["kept"]]]
    if one["here"]:
        stays.append(np.array([one["entered"], one["left"]]))
    stays = sorted(stays, key=lambda stay: float(stay[0]))[-KEPT_STAYS:]
    merged: list[list[float]] = []
    for since, until in stays:
        if merged and since <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], float(until))
        else:
            merged.append([float(since), float(until)])
    if merged:
        rings[later][: len(merged)] = merged
    other["kept"] = len(merged)


def figures(stay: Any) -> dict[str, Any]:
    """The figures of a stay as plain values, for the reasons of a signal."""
    seconds, standing = float(stay["left"] - stay["entered"]), float(stay["standing"])
    return {
        "seconds": round(seconds, 3),
        "entered": float(stay["entered"]),
        "standing": round(standing, 3),
        "moving": round(max(0.0, seconds - standing), 3),
        "walked": round(float(stay["walked"]), 2),
        "net": round(math.dist((stay["first_x"], stay["first_y"]), (stay["x"], stay["y"])), 2),
        "interrupted": round(float(stay["interrupted"]), 3),
        "sightings": int(stay["sightings"]),
        "stitches": int(stay["stitches"]),
    }
