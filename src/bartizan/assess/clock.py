"""The interruption clock: an alarm is on; which response can still stop the intruder, and how long do the layers hold?

The reading, exactly:

- *What is left.* T is the delay that was left at t0 = `since` from the place a of the alarm to the end of the way
  onward: through the layers, to the target and, for `remove`, out again. At an element the delay of the way
  counts by its detection weight, as in EASI (begin: in full; a way that says nothing counts as begin); in an area the
  crossing counts in full, from its begin, and in an outside area not at all. T is normal with the sums of means and
  variances, cut at 0. Since then s = now - t0 has gone by without the end, so T > s.
- *Which ways.* All that lead on for the threat: through the element named (the way named, if one is) towards the
  side that is not outside, where there is one; then every path that does not go back to where it came from. Without a
  target: to any target.
- *What a response needs.* Not sent: its whole time from now; of a response given in parts the assessment is left out
  once the alarm is assessed, and counts in full until then. Sent: its time given that it is not there yet, counted
  from when it was sent, without the assessment that led to it. On the scene: nothing. A is normal, cut at 0.
- *The chance* is P_C times the least, over all ways onward, of P(T > s + A given T > s); P_C is 1 once contact is
  confirmed. On the scene it is 1. A fixed delay that should be over leaves no chance.
- *Deeper alarms.* A later alarm deeper in moves `place`; `since` and the moments at which responses were sent stay, so
  nothing starts anew. The delay from the deeper place on counts from t0 too: too little time may be shown, never too
  much.
- *Outside.* At a place in an outside area nothing counts down: the reading is as if it began now, s = 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from bartizan.assess.chance import Arrival, mean_excess
from bartizan.assess.onward import WayOnward, worst_ways
from bartizan.assess.place import Beginning, beginnings, find_place
from bartizan.assess.problem import response_time
from bartizan.assess.task import StepKind
from bartizan.errors import InputError, MissingPartError
from bartizan.site.model import Response
from bartizan.site.site import Site

LOW, HIGH = 0.1, 0.9  # the share of cases in which a layer is through by p10, by p90


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What was done about a response: when it was sent [s], None where it was not; whether it is on the scene."""

    response: str
    sent_at: float | None = None
    on_scene: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseChance:
    """How likely a response comes in time, P_C included; `eta_mean`: mean seconds until it is there."""

    response: str
    chance: float
    sent: bool
    on_scene: bool
    eta_mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerLeft:
    """Seconds from now until a task onward is through: mean, and what 10 % and 90 % of cases stay below."""

    kind: StepKind
    id: str
    way: str | None
    mean: float
    p10: float
    p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What the clock shows. `chances` in the order of the site's responses; `best`: the response to send.

    `best` is the likeliest of those not yet sent, or of all where all are sent; None where there is none. `layers`:
    the tasks onward on the worst way for `best` (for the quickest where there is no response), each counted from
    now. `counting` is False in an outside area. `since`, `now`: seconds on the caller's axis.
    """

    counting: bool
    chances: tuple[ResponseChance, ...]
    best: str | None
    layers: tuple[LayerLeft, ...]
    since: float
    now: float


def read_clock(
    site: Site,
    *,
    target: str | None,
    threat: str | None,
    place: str,
    since: float,
    now: float,
    dispatches: Sequence[Dispatch] = (),
    assessed_at: float | None = None,
    contact_confirmed: bool = False,
) -> ClockReading:
    """Can somebody still be there in time, whom to send, and how long do the layers hold?

    `site` as it is now (in its states). `target`, `threat`: ids, or None for any target, and for an intruder who has
    what every way needs. `place`: "area", "element" or "element/way". `since`: when the first alarm was raised;
    `now`, `assessed_at`: seconds on the same axis. The module says exactly what is worked out; a chance is within
    `chance.ERROR` of that.

    Raises UnknownIdError for an id that the site lacks, MissingPartError where there is no target or no way leads
    on, InputError for times that contradict one another. Not modelled: an intruder who reacts to the alarm, several
    responses together, laws other than the normal.
    """
    sent = {one.response: one for one in dispatches}
    _check(site, since, now, dispatches)
    area, _, _ = find_place(site, place)
    counting = area is None or not area.outside
    elapsed = now - since if counting else 0.0
    places = _places(site, place, target)
    states = [_state(one, places, sent.get(one.id), assessed_at, now) for one in site.responses]
    targets = site.targets if target is None else (site.target(target),)
    begins = [begin for goal in targets for begin in beginnings(site, place, threat=threat, target=goal)]
    if not targets:
        raise MissingPartError("the clock needs a target, and the site has none. Add a [[target]]")
    ways = _ways(begins, elapsed, [one.arrival for one in states if not one.on_scene])
    if not ways:
        who = "nobody" if threat is None else f"threat '{threat}' not"
        raise MissingPartError(f"no way onward from '{place}': it leads {who} to {target or 'any target'}")
    quickest, *worst = ways
    ways = [quickest if one.on_scene else worst.pop(0) for one in states]
    chances = tuple(
        ResponseChance(
            response=one.response.id,
            chance=1.0
            if one.on_scene
            else way.chance * (1.0 if contact_confirmed else one.response.p_communication.value),
            sent=one.sent,
            on_scene=one.on_scene,
            eta_mean=0.0 if one.on_scene else one.arrival.left,
        )
        for one, way in zip(states, ways, strict=True)
    )
    best = max(range(len(chances)), key=lambda index: _preference(chances[index]), default=None)
    return ClockReading(
        counting=counting,
        chances=chances,
        best=None if best is None else chances[best].response,
        layers=_layers(quickest if best is None else ways[best], elapsed),
        since=since,
        now=now,
    )


def _preference(one: ResponseChance) -> tuple[bool, float, float]:
    """Not yet sent before sent, then the likeliest, then the quickest."""
    return not one.sent, one.chance, -one.eta_mean


@dataclass(frozen=True, slots=True)
class _State:
    """A response as it stands now."""

    response: Response
    arrival: Arrival
    sent: bool
    on_scene: bool


def _state(
    response: Response, places: Sequence[str], dispatch: Dispatch | None, assessed_at: float | None, now: float
) -> _State:
    sent_at = None if dispatch is None else dispatch.sent_at
    on_scene = dispatch is not None and dispatch.on_scene
    sent = sent_at is not None or on_scene
    assessed = sent or (assessed_at is not None and assessed_at <= now)
    mean, sd = response_time(response, places, assessed=assessed)
    return _State(response, Arrival(mean, sd, None if sent_at is None else now - sent_at), sent, on_scene)


def _places(site: Site, place: str, target: str | None) -> list[str]:
    """Where a response is sent: to the very element or area of the alarm, else beside it, else to the target."""
    area, element, _ = find_place(site, place)
    places = [area.id] if area is not None else []
    if element is not None:
        places = [element.id, *reversed(element.between)]
    return places if target is None else [*places, site.target(target).area]


def _check(site: Site, since: float, now: float, dispatches: Sequence[Dispatch]) -> None:
    for name, moment in (("since", since), ("now", now)):
        if not math.isfinite(moment):
            raise InputError(f"{name} = {moment!r} is no moment in seconds")
    if since > now:
        raise InputError(
            f"since = {since:g} s lies after now = {now:g} s. Give the moment of the alarm, then that of now"
        )
    for one in dispatches:
        site.response(one.response)
        if one.sent_at is not None and not one.sent_at <= now:
            raise InputError(f"response '{one.response}' was sent at {one.sent_at:g} s, after now ({now:g} s)")


def _ways(begins: Sequence[Beginning], elapsed: float, arrivals: Sequence[Arrival]) -> list[WayOnward]:
    """The quickest way onward, then the worst for each arrival, over all beginnings; none where none leads on."""
    every = [worst_ways(begin.graph, begin.firsts, elapsed, arrivals) for begin in begins]
    every = [ways for ways in every if ways]
    if not every:
        return []
    quickest = min((ways[0] for ways in every), key=lambda way: sum(way.means))
    return [
        quickest,
        *(min((ways[index] for ways in every), key=lambda way: way.chance) for index in range(1, len(arrivals) + 1)),
    ]


def _layers(way: WayOnward, elapsed: float) -> tuple[LayerLeft, ...]:
    """When each task of a way is through, from now, given that the whole way is not."""
    mean = np.cumsum(way.means)
    variance = np.cumsum(way.variances)
    laws = (
        through(float(m), float(v), float(mean[-1] - m), float(variance[-1] - v), elapsed)
        for m, v in zip(mean, variance, strict=True)
    )
    return tuple(
        LayerLeft(kind=task.kind, id=task.id, way=task.way, mean=left, p10=low, p90=high)
        for task, (left, low, high) in zip(way.tasks, laws, strict=True)
    )


def through(
    mean: float, variance: float, mean_after: float, variance_after: float, elapsed: float
) -> tuple[float, float, float]:
    """Mean, 10 % and 90 % point of max(0, C - s) given C + U > s [s]: when a layer is through, from now.

    C, normal with `mean` [s] and `variance` [s²], is the delay up to the end of the layer, U that of what follows,
    s = `elapsed`. On a grid of some two thousand points, good to a thousandth of the spread; for display.
    """
    sd, sd_after = math.sqrt(variance), math.sqrt(max(0.0, variance_after))
    if sd == 0.0:
        rest = max(0.0, mean - elapsed)
        return rest, rest, rest
    total = variance + sd_after * sd_after
    # where C lies if the whole has just been outlasted
    centre = mean + variance / total * max(0.0, elapsed - mean - mean_after)
    narrow = max(sd * sd_after / math.sqrt(total), mean_excess(mean, sd, centre))
    wide_grid, fine_grid = np.linspace(-9.0, 9.0, 1501), np.linspace(-9.0, 9.0, 801)
    grid = np.sort(np.concatenate((centre + sd * wide_grid, centre + min(sd, narrow) * fine_grid)))
    if sd_after > 0.0:
        weight = log_ndtr((grid + mean_after - elapsed) / sd_after)
    else:
        grid = np.maximum(grid, elapsed - mean_after)
        weight = np.zeros_like(grid)
    weight = weight - 0.5 * ((grid - mean) / sd) ** 2
    density = np.exp(weight - weight.max())
    mass = np.concatenate(([0.0], np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(grid))))
    share = mass / mass[-1]
    left = np.maximum(grid - elapsed, 0.0)
    middle = np.diff(share) @ (0.5 * (left[1:] + left[:-1]))
    low, high = np.interp((LOW, HIGH), share, left).tolist()
    return float(middle), low, high
