"""Line crossing: somebody comes from one side of a line to the other, through it and not around its ends.

Every step from sighting to sighting is asked how often, and which way, it crosses the line; to and fro cancel out. It
is told when the walker was seen twice `depth` metres, and two sigma of the place, away from the line on the other
side, and six sigma from where it was on the first side; so a flicker of a box is no crossing, neither one way nor
back, and nobody who stands on the line crosses it. Who is first seen beyond the line did not cross it, and who is
first seen nearer to it than two sigma has no side yet. Forward is from the left of the line, as drawn, to
its right. Source: the project's own definition; crossings are counted exactly, see
`bartizan.watch.behaviours.parts.perimeter`. What it does not mean stands in its page of the reference.
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
from bartizan.watch.behaviours.parts.drawn import crossed_line
from bartizan.watch.behaviours.parts.each_track import EachTrack, Kind
from bartizan.watch.behaviours.parts.followed import TICK, Beside, see, swing, unsee
from bartizan.watch.behaviours.parts.kernels import Points, tell
from bartizan.watch.behaviours.parts.perimeter import Floats, Line, crossings, nearest
from bartizan.watch.behaviours.parts.roster import ENDED, RAISED, record_of

KIND = "line-crossing"
# nothing on a site moves faster [m/s]: what seems to is two things under one id, and has crossed nothing
LEAP = 50.0
# a track is remembered from so near a line [m]: more than anybody goes in the seconds between two slow frames
MARGIN = 50.0
# it is known by so many sightings beyond the line: one bad box is none
SIGHTINGS = 2
# and for so long [s] where places are doubtful: errors of a filtered place last about a second
CLEAR = 1.0
BOTH, FORWARD, BACKWARD = 0, 1, -1
SENSES = {"both": BOTH, "forward": FORWARD, "backward": BACKWARD}

_RECORD = record_of(
    ("live", np.bool_),
    ("sided", np.bool_),  # was seen clearly beside the line
    ("seen", np.float64),
    ("noise", np.float64),
    ("deep", np.float64),  # how far it was from the line, on the side on which it was last
    ("beyond", np.int64),  # how often it was seen clearly beyond the line, and since when
    ("clear", np.float64),
    ("net", np.int64),  # crossings since it was last clear on which side: 1 forward, -1 backward
    ("crossed", np.float64),  # when the last of them was, where, and how long nobody saw it
    ("cross_x", np.float64),
    ("cross_y", np.float64),
    ("unseen", np.float64),
    ("off", np.float64),
    ("sense", np.int8),  # of what is reported
)


class Params(NamedTuple):
    """What the kernels need: the line, how far beyond it [m] is across, and which way is reported."""

    corners: Floats
    starts: Floats
    closed: bool
    depth: float
    sense: int


def behaviour(rule: Rule, site: Site) -> Behaviour:
    """Crossings of the line or the element of a rule. Raises where there is no line: see `drawn`."""
    line, name = crossed_line(rule, site)
    return crossings_of(line, name, depth=rule.number("depth"), sense=SENSES[str(rule.settings["direction"])])


def crossings_of(line: Line, name: str, *, depth: float, sense: int = BOTH) -> EachTrack:
    """Crossings of `line`, called `name`, that came `depth` [m] beyond it, one way or both."""
    params = Params(line.corners, line.starts, line.closed, depth, sense)
    kind = Kind(
        name=KIND, record=_RECORD, take=_take, lapse=_lapse, words=partial(_words, name), conditions=_conditions
    )
    return EachTrack(kind, Beside(line.corners, MARGIN).holds, params)


@compiled
def _step(record: Any, t: float, x: float, y: float, noise: float, params: Any) -> int:  # noqa: PLR0917 - compiled: arrays one by one
    """Take a sighting; 1 where it shows a crossing forward, -1 backward, else 0."""
    _, off, side = nearest(params.corners, params.starts, params.closed, x, y)
    gap = t - record.seen
    far = math.hypot(x - record.x, y - record.y) - math.hypot(noise, record.noise)
    if not record.live or far > LEAP * gap:
        record.live, record.sided, record.net, record.unseen = True, False, 0, 0.0
    else:
        net, share = crossings(params.corners, record.x, record.y, x, y)
        if net != 0:
            record.net += net
            # to the microsecond, as times are read
            record.crossed = math.floor((record.seen + share * gap) * 1e6 + 0.5) / 1e6
            record.cross_x = record.x + share * (x - record.x)
            record.cross_y = record.y + share * (y - record.y)
            record.unseen = gap
    record.seen, record.noise, record.off = t, noise, off
    record.x, record.y = x, y
    if not record.sided:
        # the side on which somebody begins counts once it is clear
        record.sided = off >= noise and side != 0
        record.net, record.deep, record.beyond = 0, off, 0
        return 0
    if record.net == 0:
        record.deep, record.beyond = max(record.deep, off), 0
        return 0
    if off >= max(params.depth, noise) and record.deep + off >= swing(noise, noise):
        record.beyond += 1
        record.clear = t if record.beyond == 1 else record.clear
    else:
        record.beyond = 0
    if record.beyond < SIGHTINGS or (noise > 0.0 and t - record.clear < CLEAR - TICK):
        return 0
    sense = 1 if record.net > 0 else -1
    record.net, record.deep, record.beyond = 0, off, 0
    return sense


@compiled
def _take(records: Any, rings: Any, points: Points, params: Any, events: Any) -> int:
    count = 0
    for n in range(len(points.rows)):
        if points.rows[n] < 0 or not points.observed[n]:
            continue
        record = records[points.rows[n]]
        if record.live and points.times[n] <= record.seen:
            continue
        if record.net == 0:
            unsee(record)
        sense = _step(record, points.times[n], points.places[n, 0], points.places[n, 1], 2.0 * points.sigmas[n], params)
        see(record, points.marks[n], points.places[n, 0], points.places[n, 1])
        if sense == 0 or params.sense not in (BOTH, sense):
            continue
        record.sense, record.since = sense, record.crossed
        for phase in (RAISED, ENDED):
            count = tell(record, phase, events, count)
    return count


@compiled
def _lapse(records: Any, rings: Any, rows: Any, t: float, gone: bool, params: Any, events: Any) -> int:  # noqa: PLR0917 - compiled: arrays one by one
    for row in rows:
        if gone:
            records[row].used = False
    return 0


def _words(name: str, record: Any, params: Params) -> tuple[str, Mapping[str, Any]]:
    forward = int(record["sense"]) == FORWARD
    off, unseen = float(record["off"]), float(record["unseen"])
    figures = {
        "direction": "forward" if forward else "backward",
        "crossed_at": [round(float(record["cross_x"]), 3), round(float(record["cross_y"]), 3)],
        "crossed": round(float(record["since"]), 3),
        "beyond": round(off, 2),
        "unseen": round(unseen, 3),
    }
    sides = "from left to right" if forward else "from right to left"
    text = f"crossed {name} {figures['direction']} ({sides}), now {off:.1f} m beyond it"
    # between frames nobody looks either; a second without a sighting is worth a word
    return (text + f"; out of sight for {unseen:.0f} s as it was crossed" if unseen > 1.0 else text), figures


def _conditions(record: Any, params: Params) -> tuple[Condition, ...]:
    crossed = record["net"] != 0
    beyond = float(record["off"]) if crossed else 0.0
    asked = max(params.depth, float(record["noise"]))
    return (
        Condition("clearly on one side", float(record["sided"]), 1.0, "", bool(record["sided"])),
        Condition("crossings", float(abs(record["net"])), 1.0, "", bool(crossed)),
        Condition("beyond the line", round(beyond, 2), round(asked, 2), "m", crossed and beyond >= asked),
    )
