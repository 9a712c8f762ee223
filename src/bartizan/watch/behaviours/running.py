"""Running: somebody moves fast in a zone, and goes on to.

Looked at are the last `after` seconds (0.5 at least) of a walk at equal steps of time (`evenly`), in four quarters.
All of these must hold:

- the net way over all of it, less twice the error of the difference of two places, is covered at `speed`: so it is
  said of nobody who may have been slower;
- the two slower quarters are covered at three quarters of `speed`: one leap of a track, an id that jumped to
  somebody else, is no run;
- somebody was seen in every quarter: a gap, or fewer than four frames in that time, says nothing about speed.

A run goes on while these hold, and is over when they have not for FALTER seconds, or the track has left the zone for
as long. Does not model why: joggers run, and so do children and people who are late.
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

KIND = "running"

# a run that is interrupted for less than this [s] is one run
FALTER = 5.0
# speed is not to be had from less time than this [s]
SHORTEST = 0.5
# steps of time within `after`; two make a quarter
PARTS = 8
# what of the speed the slower half of the time must show
STEADY = 0.75
_AGAIN = 5.0  # seconds between two reports while it goes on

RUN = record_of(
    *dwell.STAY_FIELDS,
    *evenly.EVENLY_FIELDS,
    ("speed", np.float64),  # of the last `after` seconds, less the doubt of the places [m/s]; NaN: not known
    ("steady", np.float64),  # of the slower half of it
    ("fastest", np.float64),  # of the run: the greatest net speed
    ("run", np.float64),  # metres
    ("until", np.float64),  # when the conditions last held
)


class RunningParams(NamedTuple):
    """When running is reported: faster than `speed` [m/s] for `after` [s]; `step` [s] is that of the samples."""

    speed: float
    after: float
    step: float


def behaviour(rule: Rule, site: Site) -> EachTrack:
    """Running as `rule` has it, in its zone."""
    after = max(SHORTEST, rule.number("after"))
    params = RunningParams(speed=rule.number("speed"), after=after, step=after / PARTS)
    ground = Ground(site.zone(str(rule.zone)).polygon)
    return EachTrack(_PARTS, ground.holds, params, ring=(2 * PARTS, evenly.SAMPLE))


@compiled
def _take(records: Any, rings: Any, points: Points, params: RunningParams, events: Any) -> int:
    count = 0
    for n in range(len(points.rows)):
        if points.rows[n] < 0:
            continue
        run, ring, t = records[points.rows[n]], rings[points.rows[n]], points.times[n]
        x, y, sigma = points.places[n, 0], points.places[n, 1], points.sigmas[n]
        if run.here and dwell.is_over(run, t, FALTER):
            count = stop(run, events, count)
            run.here = False
        if not points.observed[n] or (run.here and t <= run.left):
            continue
        if not points.inside[n]:
            run.outside = run.here
            continue
        # what lies outside or behind a stitch was drawn by nobody: the walk begins anew after it
        if run.here and not run.outside and math.isnan(points.bridged[n]):
            dwell.go_on(run, t, x, y, sigma, False)
            finished = evenly.walk_on(run, ring, params.step, t, x, y, sigma)
        else:
            if run.here:
                dwell.go_on(run, t, x, y, sigma, not math.isnan(points.bridged[n]))
            else:
                dwell.begin(run, t, x, y, sigma)
            evenly.set_out(run, t, x, y)
            run.speed, run.steady, finished = math.nan, math.nan, 0
        dwell.see(run, points.marks[n])
        for sample in range(run.samples - min(finished, PARTS), run.samples):
            _measure(run, ring, sample, params)
            count = _judge(run, ring, sample, params, events, count)
    return count


@compiled
def _lapse(  # noqa: PLR0917 - compiled: arrays one by one
    records: Any, rings: Any, rows: Any, t: float, gone: bool, params: RunningParams, events: Any
) -> int:
    count = 0
    for row in rows:
        run = records[row]
        over = gone or dwell.is_over(run, t, FALTER)
        if over or (run.open and t - run.until > FALTER):
            count = stop(run, events, count)
        if over:
            run.used = run.here = False
    return count


@compiled
def _measure(run: Any, ring: Any, sample: int, params: RunningParams) -> None:
    """The speeds of the time that ends with a sample; NaN where some of it was seen by nobody."""
    run.speed, run.steady = math.nan, math.nan
    if sample < PARTS:
        return
    first, last = ring[(sample - PARTS) % len(ring)], ring[sample % len(ring)]
    slowest, slower = math.inf, math.inf
    for n in range(sample - PARTS, sample, 2):
        begin, middle, end = ring[n % len(ring)], ring[(n + 1) % len(ring)], ring[(n + 2) % len(ring)]
        if middle[3] + end[3] == 0.0:
            return
        far = math.hypot(end[0] - begin[0], end[1] - begin[1])
        if far < slowest:
            slowest, slower = far, slowest
        elif far < slower:
            slower = far
    net = math.hypot(last[0] - first[0], last[1] - first[1])
    run.speed = max(0.0, net - dwell.SIGMAS * math.hypot(first[2], last[2])) / params.after
    run.steady = (slowest + slower) / (params.after / 2.0)


@compiled
def _judge(run: Any, ring: Any, sample: int, params: RunningParams, events: Any, count: int) -> int:  # noqa: PLR0917
    """Report a run that began, goes on, or has been over for a while."""
    now = run.walk_from + (sample + 1) * params.step
    if run.speed >= params.speed and run.steady >= STEADY * params.speed:
        last, before = ring[sample % len(ring)], ring[(sample - 1) % len(ring)]
        if not run.open:
            run.open, run.since, run.reported = True, now - params.after, now
            run.until, run.fastest = now, run.speed
            run.run = run.speed * params.after
            return tell(run, RAISED, events, count)
        run.run += math.hypot(last[0] - before[0], last[1] - before[1])
        run.until, run.fastest = now, max(run.fastest, run.speed)
        if now >= run.reported + _AGAIN - dwell.TICK:
            run.reported = now
            return tell(run, UPDATED, events, count)
    elif run.open and now - run.until > FALTER:
        return stop(run, events, count)
    return count


def _words(run: Any, params: RunningParams) -> tuple[str, dict[str, Any]]:
    seconds, metres, fastest = float(run["until"] - run["since"]), float(run["run"]), float(run["fastest"])
    found = {
        "seconds": round(seconds, 3),
        "run": round(metres, 2),
        "fastest": round(fastest, 2),
        "asked": params.speed,
        "sightings": int(run["sightings"]),
    }
    return f"ran {metres:.0f} m in {seconds:.1f} s; at {fastest:.1f} m/s at least at its fastest", found


def _conditions(run: Any, params: RunningParams) -> tuple[Condition, ...]:
    speed, steady = (0.0 if math.isnan(run[name]) else float(run[name]) for name in ("speed", "steady"))
    return (
        Condition("speed without doubt", speed, params.speed, "m/s", speed >= params.speed),
        Condition("speed of the slower half", steady, STEADY * params.speed, "m/s", steady >= STEADY * params.speed),
    )


_PARTS = Kind(name=KIND, record=RUN, take=_take, lapse=_lapse, words=_words, conditions=_conditions)
