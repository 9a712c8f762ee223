"""Loitering on real walkers, by Bartizan's rule and by the timers of camera software, on the very same tracks.

Run: ``python -m benchmarks.scoring --data ../shared/data``. The walkers are those of UCY zara01, zara02 and ETH
hotel, hand-annotated in metres: once as they walked, which tries the rule alone, and once seen. Seen through a
simulated detector (5 times a second, places off by 0.25 m, one sighting in ten missed, and nobody seen who stands
close behind another as the camera looks: up to 2 m behind, and less than 0.4 m aside) they become sightings, and
these become tracks by Bartizan's tracker, live. Truth: stays of true walkers in the zone of 60 s or more, interrupted
by 5 s at most. An alarm counts from 2 s before a stay is due to 10 s after.

The timers are written here from their definitions (reference: the projects' own code and documents), not taken over:
``plain``: first seen in the zone until now, never reset (supervision's time_in_zone example); ``counter``: pictures in
the zone, added up and never reset, over the configured rate (Frigate's loitering_time); ``presence``: one clock for
the zone, whoever is in it, with 5 s of grace (OpenNVR before its change of September 2026); ``reset``: as plain, begun
again when the track is seen outside (Roboflow's time in zone with reset).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from bartizan.adapters.files.tracks import read_tracks
from bartizan.app.score import ScoreOptions, plain_timer, score_tables, truth_in_tracks
from bartizan.app.score.tracks import moments_of
from bartizan.signal import Observation
from bartizan.site.model import Rule, Zone
from bartizan.site.site import Site
from bartizan.watch.score import Alarm, Episode, EventScore, match, score_events
from bartizan.watch.tracking.track import Tracker
from benchmarks.table import Row, main

SETS = ("ucy_zara01", "ucy_zara02", "eth_hotel")
RATE = 5.0  # sightings a second
ERROR = 0.25  # metres, each way
MISSED = 0.1
HIDDEN = 0.4  # metres between two lines of sight that hide who is further away
BEHIND = 2.0  # metres: further behind, a camera on a mast sees over the heads
AFTER, GRACE = 60.0, 5.0
SEED = 7

Moments = list[tuple[float, list[tuple[str, float, float]]]]


def walked(true: Moments) -> Moments:
    """True walkers `RATE` times a second, between the moments at which they were annotated."""
    times: dict[str, list[float]] = {}
    places: dict[str, list[tuple[float, float]]] = {}
    for t, people in true:
        for track, x, y in people:
            times.setdefault(track, []).append(t)
            places.setdefault(track, []).append((x, y))
    whole = {track: (np.array(times[track]), np.array(places[track])) for track in times}
    return [
        (
            float(t),
            [
                (track, float(np.interp(t, when, at[:, 0])), float(np.interp(t, when, at[:, 1])))
                for track, (when, at) in whole.items()
                if when[0] <= t <= when[-1]
            ],
        )
        for t in np.arange(true[0][0], true[-1][0], 1.0 / RATE)
    ]


def seen(true: Moments, generator: np.random.Generator) -> Iterator[tuple[float, list[Observation]]]:
    """What a detector with misses, errors and people behind people would have made of true walkers."""
    south = min(y for _, people in true for _, _, y in people) - 8.0
    for t, people in true:
        there = [(x, y) for _, x, y in people]
        shown = [place for place in there if generator.random() >= MISSED and not _hidden(place, there, south)]
        yield (
            t,
            [
                Observation(
                    t=t,
                    camera="south",
                    at=(x + generator.normal(0.0, ERROR), y + generator.normal(0.0, ERROR)),
                    covariance=(ERROR**2, 0.0, ERROR**2),
                )
                for x, y in shown
            ],
        )


def _hidden(place: tuple[float, float], there: Sequence[tuple[float, float]], south: float) -> bool:
    """Whether somebody stands close before a place, seen from the south."""
    return any(0.0 < place[1] - other[1] < BEHIND and abs(_across(other, place, south)) < HIDDEN for other in there)


def _across(near: tuple[float, float], far: tuple[float, float], south: float) -> float:
    """How far apart [m] the lines of sight are at the nearer of two people, seen from far away in the south."""
    share = (near[1] - south) / (far[1] - south)
    return near[0] - far[0] * share - near[0] * (1.0 - share)


def followed(sightings: Iterable[tuple[float, list[Observation]]]) -> Moments:
    """The tracks that Bartizan's tracker makes of sightings, as they are known live; predictions are left out."""
    tracker = Tracker()
    moments: dict[float, list[tuple[str, float, float]]] = {}
    for t, observations in sightings:
        for point in tracker.step(t, "south", observations).points:
            if point.observed:
                moments.setdefault(point.t, []).append((point.track, *point.at))
    return sorted(moments.items())


def counter(zone: Polygon, moments: Moments) -> tuple[Alarm, ...]:
    """Pictures in the zone added up and never reset, over the configured rate."""
    pictures: dict[str, int] = {}
    alarms: dict[str, Alarm] = {}
    for t, people in moments:
        for track, x, y in people:
            if shapely.intersects_xy(zone, x, y):
                pictures[track] = pictures.get(track, 0) + 1
                if pictures[track] >= AFTER * RATE and track not in alarms:
                    alarms[track] = _alarm(track, t)
    return tuple(alarms.values())


def presence(zone: Polygon, moments: Moments) -> tuple[Alarm, ...]:
    """One clock for the zone: somebody is in it, with 5 s of grace; it sounds once per presence."""
    since = last = None
    alarms: list[Alarm] = []
    sounded = False
    for t, people in moments:
        if any(shapely.intersects_xy(zone, x, y) for _, x, y in people):
            if since is None or last is None or t - last > GRACE:
                since, sounded = t, False
            last = t
            if t - since >= AFTER and not sounded:
                sounded = True
                alarms.append(_alarm(f"presence {len(alarms)}", t))
    return tuple(alarms)


def reset(zone: Polygon, moments: Moments) -> tuple[Alarm, ...]:
    """As the plain timer, begun again when the track is seen outside."""
    first: dict[str, float] = {}
    alarms: list[Alarm] = []
    sounded: set[str] = set()
    for t, people in moments:
        for track, x, y in people:
            if not shapely.intersects_xy(zone, x, y):
                first.pop(track, None)
                sounded.discard(track)
            elif t - first.setdefault(track, t) >= AFTER and track not in sounded:
                sounded.add(track)
                alarms.append(_alarm(f"{track} {len(alarms)}", t))
    return tuple(alarms)


def _alarm(name: str, t: float) -> Alarm:
    return Alarm(id=name, kind="loitering", zone="zone", t=t)


def _zone(moments: Moments) -> Polygon:
    """The middle of where people walk: three quarters of it each way, so that its edge is crossed."""
    places: NDArray[np.float64] = np.array([(x, y) for _, people in moments for _, x, y in people])
    low, high = places.min(axis=0), places.max(axis=0)
    inset = (high - low) / 8.0
    return Polygon(shapely.box(*(low + inset), *(high - inset)))


def _words(score: EventScore) -> str:
    if not score.episodes:
        return f"nobody stays; {score.false} false"
    dwell = "-" if np.isnan(score.dwell_median.value) else f"{score.dwell_median.value:.1f} s"
    return (
        f"{score.matched} of {score.episodes} in time, {score.false} false, {score.duplicates} again; "
        f"F {score.f.value:.2f} ({score.f.low:.2f} to {score.f.high:.2f}), "
        f"delay {score.delay_median.value:.1f} s, stay off by {dwell}"
    )


def figures(data: Path) -> Iterator[Row]:
    """The rows of the table."""
    for name in SETS:
        table = read_tracks(data / "trajectories" / f"{name}.csv")
        true = [(t, list(people)) for t, people in moments_of(table.moments())]
        polygon = _zone(true)
        site = Site(
            name=name,
            zones=(Zone(id="zone", polygon=polygon),),
            rules=(_rule(),),
        )
        episodes = truth_in_tracks(site, true)
        steps = walked(true)
        sets = {"as they walked": steps, "seen": followed(seen(steps, np.random.default_rng(SEED)))}
        for how, tracks in sets.items():
            yield from _compared(f"{name} {how}", site, episodes, tracks)


def _compared(name: str, site: Site, episodes: Sequence[Episode], tracks: Moments) -> Iterator[Row]:
    """The rule and the timers on the same tracks."""
    options, polygon = ScoreOptions(), site.zones[0].polygon
    assert polygon is not None
    ours = score_tables(site, episodes, tracks, options=options).overall["signals"]
    yield Row("scoring", f"{name}, Bartizan's loitering rule", _words(ours))
    rivals: dict[str, Sequence[Alarm]] = {
        "plain 60 s timer": plain_timer("loitering", "zone", polygon, tracks),
        "timer with reset": reset(polygon, tracks),
        "counter of pictures": counter(polygon, tracks),
        "presence of anybody": presence(polygon, tracks),
    }
    seconds = tracks[-1][0] - tracks[0][0]
    for rival, alarms in rivals.items():
        found = match(episodes, alarms, within=options.within, early=options.early)
        score = score_events(found, camera_seconds=seconds, bias=1.0, generator=np.random.default_rng(1))
        yield Row("scoring", f"{name}, {rival}", _words(score))


def _rule() -> Rule:
    settings = {"after": AFTER, "grace": GRACE, "standing": 0.0, "sum_within": 0.0}
    return Rule(id="stay", kind="loitering", zone="zone", settings=settings)


if __name__ == "__main__":
    main(__doc__, figures)
