"""Repeated pass: one track, or a chain of tracks that one walker could have left, comes by again and again.

A pass begins with a sighting in the zone, or within `band` metres of the element, and counts once it was seen there
twice. Another one begins only after the walker was seen clearly outside (by two sigma of the place) and `apart`
seconds after the last sighting inside; so to stand at the edge, to be hidden for a while or to shift about is one
pass. Where tracks are joined by links, place and time allow that one walker left them, and nothing says that one did.
Source: the project's own definition. What it does not mean stands in its page of the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled
from bartizan.site.model import Rule
from bartizan.site.site import Site
from bartizan.watch.behaviours.event import Behaviour, Condition
from bartizan.watch.behaviours.parts.drawn import neared
from bartizan.watch.behaviours.parts.each_track import EachTrack, Kind
from bartizan.watch.behaviours.parts.followed import TICK, Beside, see, unsee
from bartizan.watch.behaviours.parts.kernels import Points, stop, tell
from bartizan.watch.behaviours.parts.perimeter import Floats
from bartizan.watch.behaviours.parts.roster import RAISED, UPDATED, record_of
from bartizan.watch.behaviours.parts.thing import Ints, off_from, thing

KIND = "repeated-pass"
# so many sightings make a pass: one bad box is none
SIGHTINGS = 2
# passes kept beyond those asked for, so that many are counted and not only reported
MORE = 32
# a track is remembered from so near [m], to know whether it came from outside
MARGIN = 10.0

_RECORD = record_of(
    ("live", np.bool_),
    ("here", np.bool_),  # a pass goes on
    ("clear", np.bool_),  # was seen clearly outside since it was last inside
    ("seen", np.float64),
    ("began", np.float64),  # when it was first inside, since it was last clearly outside, and how often since
    ("tries", np.int64),
    ("kept", np.int64),  # passes in all; the last ones are in the ring as (began, last inside)
    ("outside", np.bool_),  # was first seen outside
    ("joined", np.int64),  # tracks whose passes are among them
    ("fresh", np.bool_),  # some were joined since this was last looked at
    ("passes", np.int64),  # of what is reported, and since when
    ("first", np.float64),
)


class Params(NamedTuple):
    """What the kernels need: the thing that is passed, and the settings in seconds and metres."""

    corners: Floats
    ends: Ints
    filled: bool
    band: float
    passes: int
    within: float
    apart: float


def behaviour(rule: Rule, site: Site) -> Behaviour:
    """Repeated passes of the element or through the zone of a rule. Raises where that is not drawn: see `drawn`."""
    shape, name = neared(rule, site)
    band = 0.0 if rule.element is None else rule.number("band")
    asked = (int(rule.number("passes")), rule.number("within"), rule.number("apart"))
    params = Params(*thing(shape), band, *asked)
    words = partial(_words, f"through {name}" if rule.element is None else f"of {name}")
    kind = Kind(name=KIND, record=_RECORD, take=_take, lapse=_lapse, words=words, conditions=_conditions, join=_join)
    holds = Beside(params.corners, band + MARGIN).holds
    return EachTrack(kind, holds, params, ring=(params.passes + MORE, 2), remember=params.within)


@compiled
def _comes_again(record: Any, ring: Floats, t: float, off: float, noise: float, params: Any) -> bool:  # noqa: PLR0917 - compiled: arrays one by one
    """Take a sighting `off` metres from the thing; whether it makes a pass that is another than the last."""
    first = not record.live
    record.live, record.seen = True, t
    record.outside = record.outside or (first and off > params.band)
    if off > params.band:
        if off > params.band + noise or first:
            record.here, record.clear, record.tries = False, True, 0
        return False
    newest = ring[(record.kept - 1) % len(ring)]
    if record.here:
        newest[1] = t
        return False
    if record.tries == 0:
        record.began = t
    record.tries += 1
    if record.tries < SIGHTINGS:
        return False
    again = bool(record.kept == 0 or (record.clear and record.began - newest[1] >= params.apart - TICK))
    if again:
        newest = ring[record.kept % len(ring)]
        newest[0] = record.began
        record.kept += 1
    newest[1] = t
    record.here, record.clear, record.tries = True, False, 0
    return again


@compiled
def _sum_up(record: Any, ring: Floats, t: float, within: float) -> None:
    record.passes = 0
    for back in range(min(record.kept, len(ring))):
        began = ring[(record.kept - 1 - back) % len(ring), 0]
        if began < t - within - TICK:
            break
        record.passes += 1
        record.first = began


@compiled
def _take(records: Any, rings: Any, points: Points, params: Any, events: Any) -> int:
    count = 0
    for n in range(len(points.rows)):
        if points.rows[n] < 0 or not points.observed[n]:
            continue
        record, ring = records[points.rows[n]], rings[points.rows[n]]
        t, x, y = points.times[n], points.places[n, 0], points.places[n, 1]
        if record.live and t <= record.seen:
            continue
        if not record.here and record.tries == 0 and not record.open:
            unsee(record)
        see(record, points.marks[n], x, y)
        off = off_from(params.corners, params.ends, params.filled, x, y)
        again = _comes_again(record, ring, t, off, 2.0 * points.sigmas[n], params)
        if again or record.fresh:
            record.fresh = False
            _sum_up(record, ring, t, params.within)
            if record.kept > 0 and record.passes >= params.passes:
                phase = UPDATED if record.open else RAISED
                record.open, record.since = True, record.first
                count = tell(record, phase, events, count)
        if record.open:
            count = _stop_old(record, ring, t, params, events, count)
    return count


@compiled
def _stop_old(record: Any, ring: Floats, t: float, params: Any, events: Any, count: int) -> int:  # noqa: PLR0917 - compiled: arrays one by one
    """What was reported is over once the last while holds too few passes, and none goes on."""
    asked = max(record.kept - params.passes, 0) % len(ring)
    if not record.here and ring[asked, 0] < t - params.within - TICK:
        count = stop(record, events, count)
    return count


@compiled
def _lapse(records: Any, rings: Any, rows: Any, t: float, gone: bool, params: Any, events: Any) -> int:  # noqa: PLR0917 - compiled: arrays one by one
    count = 0
    for row in rows:
        record, ring = records[row], rings[row]
        if record.open:
            count = stop(record, events, count) if gone else _stop_old(record, ring, t, params, events, count)
        last = ring[(record.kept - 1) % len(ring), 1] if record.kept > 0 else -np.inf
        if record.open or t - last <= params.within + TICK:
            continue
        if gone or t - record.seen > params.within:
            record.used = False
    return count


def _join(records: NDArray[np.void], rings: Floats, earlier: int, later: int, params: Params) -> None:
    """Add the passes of an earlier track to those of a later one that the same walker may have left."""
    one, other = records[earlier], records[later]
    passes = _passes(one, rings[earlier])
    own = _passes(other, rings[later])
    # a later track that began inside goes on with the pass in which the earlier one was lost
    clear = bool(one["clear"] or other["outside"])
    for began, until in own:
        if passes and not (clear and began - passes[-1][1] >= params.apart - TICK):
            passes[-1][1] = max(passes[-1][1], until)
        else:
            passes.append([began, until])
        clear = True
    passes = passes[-len(rings[later]) :]
    rings[later][: len(passes)] = passes
    other["kept"] = len(passes)
    other["joined"] += one["joined"] + 1
    other["fresh"] = bool(own)
    other["clear"] = bool(other["clear"] or (one["clear"] and not own))


def _passes(record: Any, ring: Floats) -> list[list[float]]:
    """The passes that a ring holds, the oldest first."""
    kept, room = int(record["kept"]), len(ring)
    return [[float(value) for value in ring[n % room]] for n in range(max(kept - room, 0), kept)]


def _words(place: str, record: Any, params: Params) -> tuple[str, Mapping[str, Any]]:
    joined = int(record["joined"])
    figures = {
        "passes": int(record["passes"]),
        "seconds": round(float(record["seen"] - record["first"]), 3),
        "within": params.within,
        "tracks": joined + 1,
    }
    text = f"{figures['passes']} passes {place} in {figures['seconds'] / 60.0:.0f} min"
    if joined:
        text += f", over {joined + 1} tracks: possible same walker, place and time consistent"
    return text, figures


def _conditions(record: Any, params: Params) -> tuple[Condition, ...]:
    passes = int(record["passes"])
    return (Condition("passes", passes, params.passes, "", passes >= params.passes),)
