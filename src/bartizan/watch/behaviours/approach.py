"""Approach: somebody comes to an element or a zone, and does not merely pass by it.

Two things must hold at once: within the last `within` seconds the walker came `closing` metres closer (and more than
the noise of the two places), and is now nearer than `near`. Somebody who passes parallel does both at a gate, as it
comes abreast; so a third is asked: the way walked, carried on for as far as `near`, meets the element within half a
metre, or the walker stands there. Over when the walker is clearly further off again. Source: the project's own
definition. What it does not mean stands in its page of the reference.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from bartizan.compiled import compiled
from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.behaviours.event import Behaviour, Condition
from bartizan.watch.behaviours.parts.along import FASTEST
from bartizan.watch.behaviours.parts.drawn import neared
from bartizan.watch.behaviours.parts.each_track import EachTrack, Kind
from bartizan.watch.behaviours.parts.followed import AGAIN, TICK, Beside, see, swing, unsee
from bartizan.watch.behaviours.parts.kernels import Points, stop, tell
from bartizan.watch.behaviours.parts.perimeter import Floats
from bartizan.watch.behaviours.parts.roster import RAISED, UPDATED, record_of
from bartizan.watch.behaviours.parts.thing import Ints, off_from, off_from_step, thing
from bartizan.watch.behaviours.parts.window import BUCKETS, WIDTH, forget, highest, put

KIND = "approach"
# the way walked meets what it comes so near to [m]: half a person's width to either side
AIM = 0.5
# it is known from the last stride of at least this [m], for so long [s]
STRIDE = 1.0
RECENT = 3.0
# of the way walked at least this share must lead closer (cosine: 60 degrees)
TOWARDS = 0.5
# somebody stands who has kept within this [m] for so long [s]: less than 0.3 m/s, as in a stay
STANDING_RADIUS = 0.9
STANDING_AFTER = 3.0
# so much further off [m], and the noise, is away again
AWAY = 1.0

_RECORD = record_of(
    ("live", np.bool_),
    ("heads", np.bool_),  # how it was known: the way leads there, or the walker stands there
    ("seen", np.float64),
    ("noise", np.float64),
    ("off", np.float64),
    ("stride_x", np.float64),  # where the present stride began, and which way the last one went
    ("stride_y", np.float64),
    ("stride_noise", np.float64),
    ("way_x", np.float64),
    ("way_y", np.float64),
    ("way_t", np.float64),
    ("rest_t", np.float64),
    ("rest_x", np.float64),
    ("rest_y", np.float64),
    ("closer", np.float64),
    ("first", np.float64),
    ("least", np.float64),
    ("raised", np.float64),
    ("told", np.float64),
)


class Params(NamedTuple):
    """What the kernels need: the thing that is neared, and the settings in seconds and metres."""

    corners: Floats
    ends: Ints
    filled: bool
    near: float
    closing: float
    within: float


def behaviour(rule: Rule, site: Site) -> Behaviour:
    """Approaches to the element or the zone of a rule. Raises where that is not drawn: see `drawn`."""
    shape, name = neared(rule, site)
    params = Params(*thing(shape), rule.number("near"), rule.number("closing"), rule.number("within"))
    kind = Kind(
        name=KIND, record=_RECORD, take=_take, lapse=_lapse, words=partial(_words, name), conditions=_conditions
    )
    return EachTrack(kind, Beside(params.corners, _reach(params)).holds, params, ring=(BUCKETS, WIDTH))


@compiled
def _reach(params: Any) -> float:
    """From how far [m] coming closer counts: twice what is asked, so that figures say more than that it was enough."""
    return float(params.near + 2.0 * params.closing)


@compiled
def _note(record: Any, ring: Floats, t: float, x: float, y: float, noise: float, params: Any) -> None:  # noqa: PLR0917 - compiled: arrays one by one
    """Take a sighting: how far off, since when at rest, which way the last stride went."""
    record.off = off_from(params.corners, params.ends, params.filled, x, y)
    leap = math.hypot(x - record.x, y - record.y) - math.hypot(noise, record.noise) > FASTEST * (t - record.seen)
    if not record.live or leap:
        forget(ring)
        record.live = True
        record.stride_x, record.stride_y, record.stride_noise = x, y, noise
        record.way_t = -np.inf
        record.rest_t, record.rest_x, record.rest_y = t, x, y
    stride = math.hypot(x - record.stride_x, y - record.stride_y)
    if stride >= max(STRIDE, math.hypot(noise, record.stride_noise)):
        record.way_x, record.way_y, record.way_t = (x - record.stride_x) / stride, (y - record.stride_y) / stride, t
        record.stride_x, record.stride_y, record.stride_noise = x, y, noise
    if math.hypot(x - record.rest_x, y - record.rest_y) > max(STANDING_RADIUS, noise):
        record.rest_t, record.rest_x, record.rest_y = t, x, y
    record.seen, record.noise = t, noise
    if record.off <= _reach(params):
        put(ring, params.within, t, record.off, noise)


@compiled
def _heads_for(record: Any, x: float, y: float, px: float, py: float, params: Any) -> bool:  # noqa: PLR0917 - compiled: arrays one by one
    """Whether the way walked leads to the thing, or the last step led through it."""
    if record.off == 0.0 or off_from_step(params.corners, params.ends, params.filled, px, py, x, y) == 0.0:
        return True
    if record.seen - record.way_t > RECENT:
        return False
    reach = params.near
    ahead = off_from(params.corners, params.ends, params.filled, x + 0.1 * record.way_x, y + 0.1 * record.way_y)
    if record.off - ahead < TOWARDS * 0.1:
        return False
    qx, qy = x + reach * record.way_x, y + reach * record.way_y
    return bool(off_from_step(params.corners, params.ends, params.filled, x, y, qx, qy) <= AIM)


@compiled
def _take(records: Any, rings: Any, points: Points, params: Any, events: Any) -> int:
    count = 0
    for n in range(len(points.rows)):
        if points.rows[n] < 0 or not points.observed[n]:
            continue
        record, ring = records[points.rows[n]], rings[points.rows[n]]
        t, x, y, noise = points.times[n], points.places[n, 0], points.places[n, 1], 2.0 * points.sigmas[n]
        if record.live and t <= record.seen:
            continue
        px, py = (record.x, record.y) if record.live else (x, y)
        _note(record, ring, t, x, y, noise, params)
        if record.open and record.off > params.near + AWAY + noise:
            count = stop(record, events, count)
            # what was come closer before is spent
            forget(ring)
            put(ring, params.within, t, record.off, noise)
        if not record.open and record.off > params.near:
            unsee(record)
        see(record, points.marks[n], x, y)
        count = _due(record, ring, px, py, params, events, count)
    return count


@compiled
def _due(record: Any, ring: Floats, px: float, py: float, params: Any, events: Any, count: int) -> int:  # noqa: PLR0917 - compiled: arrays one by one
    t = record.seen
    if record.open:
        record.least = min(record.least, record.off)
        if t - record.told < AGAIN - TICK:
            return count
        phase = UPDATED
    else:
        most, when, noise = highest(ring, t - params.within)
        record.closer, record.first = max(most - record.off, 0.0), when
        if record.off > params.near or record.closer < max(params.closing, swing(record.noise, noise)):
            return count
        record.heads = _heads_for(record, record.x, record.y, px, py, params)
        if not record.heads and t - record.rest_t < STANDING_AFTER - TICK:
            return count
        phase, record.open = RAISED, True
        record.since, record.raised, record.least = when, t, record.off
    record.told = t
    return tell(record, phase, events, count)


@compiled
def _lapse(records: Any, rings: Any, rows: Any, t: float, gone: bool, params: Any, events: Any) -> int:  # noqa: PLR0917 - compiled: arrays one by one
    count = 0
    for row in rows:
        record = records[row]
        if gone:
            count = stop(record, events, count)
        far = record.off > _reach(params) and t - record.seen > params.within
        if gone or (not record.open and far):
            record.used = False
    return count


def _words(name: str, record: Any, params: Params) -> tuple[str, Mapping[str, Any]]:
    figures = {
        "closer": round(float(record["closer"]), 2),
        "seconds": round(float(record["raised"] - record["first"]), 3),
        "distance": round(float(record["off"]), 2),
        "nearest": round(float(record["least"]), 2),
        "heads_for_it": bool(record["heads"]),
        "near_for": round(float(record["seen"] - record["raised"]), 3),
    }
    how = "heads for it" if figures["heads_for_it"] else "stands there"
    text = (
        f"came {figures['closer']:.0f} m closer to {name} in {figures['seconds']:.0f} s, "
        f"now {figures['distance']:.1f} m away; {how}"
    )
    if figures["near_for"] > 0.0:
        text += f", near it for {figures['near_for']:.0f} s"
    return text, figures


def _conditions(record: Any, params: Params) -> tuple[Condition, ...]:
    off, closer = float(record["off"]), float(record["closer"])
    stood = float(record["seen"] - record["rest_t"])
    known = bool(record["open"])
    return (
        Condition("distance", round(off, 2), params.near, "m", off <= params.near),
        Condition("closer", round(closer, 2), params.closing, "m", closer >= params.closing),
        Condition("heads for it, or stands", round(stood, 3), STANDING_AFTER, "s", known or stood >= STANDING_AFTER),
    )
