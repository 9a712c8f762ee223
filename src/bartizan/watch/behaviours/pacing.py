"""Pacing: somebody walks to and fro along a perimeter.

A turn is where the place along the line, s(t), stops rising and falls by the hysteresis, or the other way round: the
extrema of a zig-zag, so that a step back is no turn. Raised where the last `within` seconds saw enough turns that lie
far enough apart; over when nobody turned for that long, or has left the band beside the line. A way back shorter
than three sigma of the two places together is no turn either. Source: the project's own definition; turns with
hysteresis are the zig-zag of range counting (Endo and Matsuishi 1968). What it does not mean stands in its page of
the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from bartizan.compiled import compiled
from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.behaviours.event import Behaviour, Condition
from bartizan.watch.behaviours.parts.drawn import paced_line
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
    swing,
    walk,
)
from bartizan.watch.behaviours.parts.kernels import Points, stop, tell
from bartizan.watch.behaviours.parts.perimeter import Floats
from bartizan.watch.behaviours.parts.roster import RAISED, UPDATED, record_of

KIND = "pacing"
# turns kept beyond those asked for, so that a long beat is counted and not only reported
MORE = 32

_RECORD = record_of(
    *FOLLOWED,
    ("sense", np.int8),  # 1 rising, -1 falling, 0 not known yet
    ("far_s", np.float64),  # the furthest in this sense, or the highest so far
    ("far_t", np.float64),
    ("far_noise", np.float64),
    ("low_s", np.float64),  # the lowest so far, while the sense is not known
    ("low_noise", np.float64),
    ("turns", np.int64),
    ("told", np.float64),
    ("reversals", np.int64),  # of the last while, with the figures that go with them
    ("first", np.float64),
    ("until", np.float64),
    ("span", np.float64),
    ("walked", np.float64),
    ("net", np.float64),
)


class Params(NamedTuple):
    """What the kernels need: the line, and the settings in seconds and metres."""

    corners: Floats
    starts: Floats
    closed: bool
    band: float
    reversals: int
    within: float
    span: float
    hysteresis: float


def behaviour(rule: Rule, site: Site) -> Behaviour:
    """Pacing along the element or the edge of the zone of a rule. Raises where that is no line: see `drawn`."""
    line, name = paced_line(rule, site)
    params = Params(
        line.corners,
        line.starts,
        line.closed,
        rule.number("band"),
        int(rule.number("reversals")),
        rule.number("within"),
        rule.number("span"),
        rule.number("hysteresis"),
    )
    kind = Kind(
        name=KIND, record=_RECORD, take=_take, lapse=_lapse, words=partial(_words, name), conditions=_conditions
    )
    return EachTrack(kind, Along(line.corners, params.band).holds, params, ring=(params.reversals + MORE, 2))


@compiled
def _turned(record: Any, ring: Floats, hysteresis: float) -> bool:
    """Whether the place that a record holds now shows that somebody has turned; the turn is kept in the ring."""
    s = record.s
    if record.sense == 0:
        if s - record.low_s >= max(hysteresis, swing(record.noise, record.low_noise)):
            record.sense = 1
        elif record.far_s - s >= max(hysteresis, swing(record.noise, record.far_noise)):
            record.sense = -1
        elif s < record.low_s:
            record.low_s, record.low_noise = s, record.noise
            return False
        elif s <= record.far_s:
            return False
    elif record.sense * (s - record.far_s) <= 0.0:
        if record.sense * (record.far_s - s) < max(hysteresis, swing(record.noise, record.far_noise)):
            return False
        kept = ring[record.turns % len(ring)]
        kept[0], kept[1] = record.far_t, record.far_s
        record.turns += 1
        record.sense = -record.sense
        record.far_s, record.far_t, record.far_noise = s, record.seen, record.noise
        return True
    record.far_s, record.far_t, record.far_noise = s, record.seen, record.noise
    return False


@compiled
def _sum_up(record: Any, ring: Floats, within: float) -> None:
    """Work out the figures of the newest turn and those up to `within` seconds before it."""
    record.reversals, record.until = 0, record.seen
    since = ring[(record.turns - 1) % len(ring), 0] - within - TICK
    at = record.s
    low, high = min(at, record.far_s), max(at, record.far_s)
    walked = abs(at - record.far_s)
    last = record.far_s
    for back in range(min(record.turns, len(ring))):
        turn = ring[(record.turns - 1 - back) % len(ring)]
        if turn[0] < since:
            break
        record.reversals += 1
        record.first = turn[0]
        low, high = min(low, turn[1]), max(high, turn[1])
        walked += abs(last - turn[1])
        last = turn[1]
    record.span, record.walked, record.net = high - low, walked, abs(at - last)


@compiled
def _take(records: Any, rings: Any, points: Points, params: Any, events: Any) -> int:
    count = 0
    for n in range(len(points.rows)):
        if points.rows[n] < 0 or not points.observed[n]:
            continue
        record, ring = records[points.rows[n]], rings[points.rows[n]]
        t, x, y = points.times[n], points.places[n, 0], points.places[n, 1]
        what = walk(record, params.corners, params.starts, params.closed, params.band, t, x, y, 2.0 * points.sigmas[n])
        if what == IGNORED:
            continue
        if what in (AWAY, BEGAN):
            count = stop(record, events, count)
            record.sense, record.turns = 0, 0
            record.far_s, record.far_t, record.far_noise = record.s, t, record.noise
            record.low_s, record.low_noise = record.s, record.noise
        if what == AWAY:
            continue
        see(record, points.marks[n], x, y)
        if what == MOVED:
            _turned(record, ring, params.hysteresis)
        count = _due(record, ring, t, params, events, count)
    return count


@compiled
def _due(record: Any, ring: Floats, t: float, params: Any, events: Any, count: int) -> int:  # noqa: PLR0917 - compiled: arrays one by one
    if record.turns == 0:
        return count
    newest = ring[(record.turns - 1) % len(ring), 0]
    _sum_up(record, ring, params.within)
    if t - newest > params.within + TICK:
        return stop(record, events, count)
    if record.open and t - record.told < AGAIN - TICK:
        return count
    if not record.open:
        if record.reversals < params.reversals or record.span < params.span:
            return count
        record.since = record.first
    phase = UPDATED if record.open else RAISED
    record.open, record.told = True, t
    return tell(record, phase, events, count)


@compiled
def _lapse(records: Any, rings: Any, rows: Any, t: float, gone: bool, params: Any, events: Any) -> int:  # noqa: PLR0917 - compiled: arrays one by one
    count = 0
    for row in rows:
        record = records[row]
        newest = rings[row, (record.turns - 1) % rings.shape[1], 0] if record.turns > 0 else -np.inf
        if gone or (record.open and t - newest > params.within + TICK):
            count = stop(record, events, count)
        if gone or (not record.open and (not record.live or t - record.seen > params.within)):
            record.used = False
    return count


def _words(name: str, record: Any, params: Params) -> tuple[str, Mapping[str, Any]]:
    seconds = float(record["until"] - record["first"])
    figures = {
        "reversals": int(record["reversals"]),
        "seconds": round(seconds, 3),
        "span": round(float(record["span"]), 2),
        "walked": round(float(record["walked"]), 2),
        "net": round(float(record["net"]), 2),
        "off": round(float(record["off"]), 2),
    }
    text = (
        f"{figures['reversals']} reversals along {name} in the last {seconds:.0f} s, over {figures['span']:.0f} m; "
        f"net {figures['net']:.0f} m of {figures['walked']:.0f} m walked"
    )
    return text, figures


def _conditions(record: Any, params: Params) -> tuple[Condition, ...]:
    reversals, span = int(record["reversals"]), float(record["span"])
    return (
        Condition("reversals", reversals, params.reversals, "", reversals >= params.reversals),
        Condition("span", round(span, 2), params.span, "m", span >= params.span),
    )
