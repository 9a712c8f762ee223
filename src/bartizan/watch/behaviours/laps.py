"""Laps: somebody walks around a perimeter.

With s(t) the arc length of the nearest point of the closed line, unwrapped, laps = abs(s(end) - s(begin)) / length,
from any place of the last `within` seconds until now and only while the walker keeps within the band beside the line,
and, inside of it, out of its middle. To and fro is no lap. A second witness must agree: how often the walk itself
winds about a place deep inside. Source: the project's own definition; the winding number of a polygon walk is exact
(Alciatore and Miranda 1995). What it does not mean stands in its page of the reference.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from shapely import LinearRing

from bartizan.compiled import compiled
from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.behaviours.event import Behaviour, Condition
from bartizan.watch.behaviours.parts.drawn import ring_of
from bartizan.watch.behaviours.parts.each_track import EachTrack, Kind
from bartizan.watch.behaviours.parts.followed import (
    AGAIN,
    AWAY,
    BEGAN,
    FOLLOWED,
    IGNORED,
    MOVED,
    TICK,
    Along,
    see,
    walk,
)
from bartizan.watch.behaviours.parts.kernels import Points, stop, tell
from bartizan.watch.behaviours.parts.perimeter import Floats
from bartizan.watch.behaviours.parts.polygon import holds
from bartizan.watch.behaviours.parts.roster import RAISED, UPDATED, record_of
from bartizan.watch.behaviours.parts.thing import Ints
from bartizan.watch.behaviours.parts.window import BUCKETS, HIGH, LOW, WIDTH, forget, put

KIND = "laps"
# by so much of a turn the walk may wind less than the line does: places beside it see the middle at other angles
SLACK = 0.25
# inside, the way around is the outer half: who is further from the line than this share of the largest circle's radius
# cuts through
CORE = 0.5

_RECORD = record_of(
    *FOLLOWED,
    ("turned", np.float64),  # how often the walk wound about the middle, in the sense of the line
    ("laps", np.float64),  # the most that any place of the last while gives, signed by the sense of the line
    ("first", np.float64),  # since when
    ("best", np.float64),  # the most since it was raised, from when and when
    ("best_first", np.float64),
    ("best_t", np.float64),
    ("told", np.float64),
)


class Params(NamedTuple):
    """What the kernels need: the line, its middle, the sense of the line, settings in seconds and metres.

    Who is inside and further than `core` [m] from the line is not beside it.
    """

    corners: Floats
    starts: Floats
    ends: Ints
    inner_x: float
    inner_y: float
    core: float
    sense: float
    band: float
    laps: float
    within: float


def behaviour(rule: Rule, site: Site) -> Behaviour:
    """Laps around the element or the zone of a rule. Raises where that encloses nothing: see `drawn`."""
    line, (x, y, radius), name = ring_of(rule, site)
    sense = 1.0 if LinearRing(line.corners).is_ccw else -1.0
    band = rule.number("band")
    ends = np.array([len(line.corners)], np.int64)
    asked = (band, rule.number("laps"), rule.number("within"))
    params = Params(line.corners, line.starts, ends, x, y, CORE * radius, sense, *asked)
    kind = Kind(
        name=KIND, record=_RECORD, take=_take, lapse=_lapse, words=partial(_words, name), conditions=_conditions
    )
    return EachTrack(kind, Along(line.corners, band).holds, params, ring=(BUCKETS, WIDTH))


@compiled
def _wound(params: Any, x0: float, y0: float, x: float, y: float) -> float:
    """The share of a turn by which a straight step winds about the middle, in the sense of the line."""
    ax, ay, bx, by = x0 - params.inner_x, y0 - params.inner_y, x - params.inner_x, y - params.inner_y
    return float(params.sense * math.atan2(ax * by - ay * bx, ax * bx + ay * by) / (2.0 * math.pi))


@compiled
def _is_deep(x: float, y: float, off: float, noise: float, params: Any) -> bool:
    """Whether a place is so far inside that it is on no way around, or so near the middle that nobody can say."""
    if math.hypot(x - params.inner_x, y - params.inner_y) <= noise:
        return True
    return bool(off > params.core + noise and holds(x, y, params.corners, params.ends))


@compiled
def _sum_up(record: Any, ring: Floats, t: float, params: Any) -> None:
    """Work out the most laps from any place of the last while until now."""
    length = params.starts[-1]
    record.laps, record.first = 0.0, t
    for bucket in ring:
        if bucket[0] == 0.0:
            continue
        for part in (LOW, HIGH):
            laps = (record.s - bucket[part]) / length
            wound = record.turned - bucket[part + 2]
            if laps < 0.0:
                wound = -wound
            if bucket[part + 1] >= t - params.within and abs(laps) > abs(record.laps) and wound >= abs(laps) - SLACK:
                record.laps, record.first = laps, bucket[part + 1]


@compiled
def _take(records: Any, rings: Any, points: Points, params: Any, events: Any) -> int:
    count = 0
    for n in range(len(points.rows)):
        if points.rows[n] < 0 or not points.observed[n]:
            continue
        record, ring = records[points.rows[n]], rings[points.rows[n]]
        t, x, y, noise = points.times[n], points.places[n, 0], points.places[n, 1], 2.0 * points.sigmas[n]
        px, py = record.px, record.py
        what = walk(record, params.corners, params.starts, True, params.band, t, x, y, noise)
        if what == IGNORED:
            continue
        if what in (MOVED, BEGAN) and _is_deep(x, y, record.off, noise, params):
            record.live = False
            what = AWAY
        if what in (AWAY, BEGAN):
            count = stop(record, events, count)
            record.turned, record.laps = 0.0, 0.0
            forget(ring)
        if what == AWAY:
            continue
        see(record, points.marks[n], x, y)
        if what == MOVED:
            record.turned += _wound(params, px, py, x, y)
        if what in (MOVED, BEGAN):
            put(ring, params.within, t, record.s, record.turned)
            _sum_up(record, ring, t, params)
        count = _due(record, t, params, events, count)
    return count


@compiled
def _due(record: Any, t: float, params: Any, events: Any, count: int) -> int:
    if not record.open:
        if abs(record.laps) < params.laps - TICK:
            return count
        record.since, record.best = record.first, 0.0
    if abs(record.laps) > abs(record.best):
        record.best, record.best_first, record.best_t = record.laps, record.first, t
    if record.open and t - record.best_t > params.within + TICK:
        return stop(record, events, count)
    if record.open and t - record.told < AGAIN - TICK:
        return count
    phase = UPDATED if record.open else RAISED
    record.open, record.told = True, t
    return tell(record, phase, events, count)


@compiled
def _lapse(records: Any, rings: Any, rows: Any, t: float, gone: bool, params: Any, events: Any) -> int:  # noqa: PLR0917 - compiled: arrays one by one
    count = 0
    for row in rows:
        record = records[row]
        if gone or (record.open and t - record.best_t > params.within + TICK):
            count = stop(record, events, count)
        if gone or (not record.open and (not record.live or t - record.seen > params.within)):
            record.used = False
    return count


def _words(name: str, record: Any, params: Params) -> tuple[str, Mapping[str, Any]]:
    laps, length = abs(float(record["best"])), float(params.starts[-1])
    left = float(record["best"]) * params.sense > 0.0
    figures = {
        "laps": round(laps, 3),
        "length": round(length, 2),
        "seconds": round(float(record["best_t"] - record["best_first"]), 3),
        "sense": "anticlockwise" if left else "clockwise",
        "off": round(float(record["off"]), 2),
    }
    text = f"{laps:.1f} laps around {name} ({length:.0f} m) in {figures['seconds']:.0f} s, {figures['sense']}"
    return text, figures


def _conditions(record: Any, params: Params) -> tuple[Condition, ...]:
    laps = abs(float(record["laps"]))
    return (Condition("laps", round(laps, 3), params.laps, "", laps >= params.laps - TICK),)
