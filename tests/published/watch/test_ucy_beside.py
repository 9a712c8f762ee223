"""UCY zara01 and zara02, ETH hotel (Lerner et al. 2007; Pellegrini et al. 2009): lines crossed, and what nobody did.

Who crosses a line is counted a second way: by shapely, from whole tracks, and never by our own steps. What passers-by
of three streets do not do (pace, go round, come to a thing) is counted as false and held to a bound.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon

from bartizan.site.model import Element, Rule, Zone
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.behaviours.event import BehaviourEvent
from bartizan.watch.point import TrackPoint

pytestmark = pytest.mark.data

Track = list[tuple[float, float, float]]
LINES = {
    "ucy_zara01": [
        [(0.0, 5.0), (0.0, 21.0)],
        [(-8.0, 13.0), (7.0, 13.0)],
        [(-8.0, 12.0), (0.0, 11.0), (2.0, 20.0)],
        [(-2.0, 11.0), (2.0, 13.0)],
    ],
    "ucy_zara02": [[(0.0, -11.0), (0.0, 6.0)], [(-9.0, -3.0), (7.0, -4.0)], [(-2.0, -2.0), (0.0, 0.0), (2.0, -2.0)]],
    "eth_hotel": [[(1.0, -10.5), (1.0, 4.5)], [(-2.0, -4.0), (4.0, -4.0)], [(-1.0, -6.0), (3.0, 0.0)]],
}
DEPTH = 0.5


def tracks_of(path: Path) -> dict[str, Track]:
    found: dict[str, Track] = defaultdict(list)
    with path.open(newline="") as stream:
        for row in csv.DictReader(stream):
            found[row["track"]].append((float(row["t"]), float(row["x"]), float(row["y"])))
    return found


def played(rule: Rule, site: Site, tracks: dict[str, Track]) -> list[BehaviourEvent]:
    moments: dict[float, list[TrackPoint]] = defaultdict(list)
    last: dict[float, list[str]] = defaultdict(list)
    for name, track in tracks.items():
        last[track[-1][0]].append(name)
        for t, x, y in track:
            moments[t].append(TrackPoint(t=t, track=name, at=(x, y)))
    behaviour = BEHAVIOURS[rule.kind](rule, site)
    events: list[BehaviourEvent] = []
    for t in sorted(moments):
        events += behaviour.step(Batch.of(moments[t], t))
        events += behaviour.end(last[t], t)
        events += behaviour.pass_time(t)
    return [*events, *behaviour.finish(1e6)]


def counted(line: LineString, track: Track) -> list[str]:
    """The crossings of a whole track by geometry alone: where its path meets the line, and on which side it then is.

    The path is cut where it meets the line. A piece counts as a side where two of its places lie `DEPTH` or more off
    the line (the first one where it begins), and pieces that do not are passed over. Between two that count there
    was a crossing where the line was met an odd number of times, the way it was met last.
    """
    places = np.array([(x, y) for _, x, y in track])
    if len(places) < 2:
        return []
    steps = shapely.linestrings(np.stack([places[:-1], places[1:]], axis=1))
    met = np.asarray(shapely.intersects(steps, line))
    far = np.asarray(shapely.distance(shapely.points(places[1:]), line)) >= DEPTH
    sides: list[tuple[int, str]] = [(0, "")]
    number, way, clear = 0, "", 0
    for n, crosses in enumerate(met):
        if crosses:
            number, way, clear = number + 1, _way(line, places[n], places[n + 1]), 0
        clear += far[n]
        if number > sides[-1][0] and clear >= 2:
            sides.append((number, way))
    return [now[1] for before, now in pairwise(sides) if (now[0] - before[0]) % 2]


def _way(line: LineString, here: Any, there: Any) -> str:
    """Which way a step meets a line, by the stretch that it meets; no place of the tables lies on a line itself."""
    stretches = [LineString(pair) for pair in pairwise(line.coords)]
    met = next(one for one in stretches if LineString([here, there]).intersects(one))
    (ax, ay), (bx, by) = met.coords
    to_the_left = (bx - ax) * (there[1] - here[1]) - (by - ay) * (there[0] - here[0])
    return "forward" if to_the_left < 0.0 else "backward"


@pytest.mark.parametrize("name", sorted(LINES))
def test_lines_are_crossed_as_often_as_geometry_counts(data_dir: Path, name: str) -> None:
    tracks = tracks_of(data_dir / "trajectories" / f"{name}.csv")
    in_all = 0
    for corners in LINES[name]:
        # the tables are in whole millimetres: a third of one keeps every place off the line
        line = LineString([(x + 0.0003, y + 0.0004) for x, y in corners])
        rule = Rule(id="r", kind="line-crossing", line=line, settings={"direction": "both", "depth": DEPTH})
        told: dict[str, list[str]] = defaultdict(list)
        for event in played(rule, Site(name="street"), tracks):
            if event.phase == "raised":
                told[event.tracks[0]].append(event.figures["direction"])
        expected = {track: ways for track, way in tracks.items() if (ways := counted(line, way))}
        assert dict(told) == expected
        in_all += sum(map(len, expected.values()))
    assert in_all > 100


# the street of each set in one zone, and a gate of 2 m in the middle of it
STREETS = {
    "ucy_zara01": ([(-8.0, 4.0), (7.0, 4.0), (7.0, 21.0), (-8.0, 21.0)], [(-1.0, 12.0), (1.0, 12.0)]),
    "ucy_zara02": ([(-9.0, -11.0), (7.0, -11.0), (7.0, 6.0), (-9.0, 6.0)], [(-1.0, -2.0), (1.0, -2.0)]),
    "eth_hotel": ([(-4.0, -11.0), (5.0, -11.0), (5.0, 5.0), (-4.0, 5.0)], [(0.0, -4.0), (2.0, -4.0)]),
}


def raised(kind: str, name: str, folder: Path, **settings: Any) -> Counter[str]:
    zone, gate = STREETS[name]
    defaults: dict[str, dict[str, Any]] = {
        "pacing": {"reversals": 3, "within": 180.0, "span": 8.0, "hysteresis": 4.0, "band": 15.0},
        "laps": {"laps": 1.0, "within": 1800.0, "band": 15.0},
        "approach": {"near": 3.0, "closing": 10.0, "within": 30.0},
        "repeated-pass": {"passes": 3, "within": 3600.0, "apart": 30.0, "band": 3.0},
    }
    site = Site(
        name="street",
        zones=(Zone(id="street", polygon=Polygon(zone)),),
        elements=(Element(id="gate", kind="gate", between=("a", "b"), ways=(), shape=LineString(gate)),),
    )
    about: Any = {"element": "gate"} if kind in ("approach", "repeated-pass") else {"zone": "street"}
    rule = Rule(id="r", kind=kind, settings=defaults[kind] | settings, **about)  # type: ignore[arg-type]
    events = played(rule, site, tracks_of(folder / "trajectories" / f"{name}.csv"))
    return Counter(event.tracks[0] for event in events if event.phase == "raised")


@pytest.mark.parametrize("name", sorted(STREETS))
@pytest.mark.parametrize("kind", ["pacing", "laps", "repeated-pass"])
def test_passers_by_do_none_of_it(data_dir: Path, name: str, kind: str) -> None:
    assert not raised(kind, name, data_dir)


GATES = {
    "ucy_zara01": [(0.0, 11.0), (0.0, 13.0)],
    "ucy_zara02": [(0.0, -3.0), (0.0, -1.0)],
    "eth_hotel": [(0.0, -4.0), (2.0, -4.0)],
}


def test_who_passes_a_gate_in_the_crowd_is_mostly_told_from_who_comes_to_it(data_dir: Path) -> None:
    """A gate drawn across the flow: of all who come 4 m closer and within 3 m, those who reach it are told."""
    reached = told_of_them = passed = told_of_those = 0
    for name, corners in GATES.items():
        tracks = tracks_of(data_dir / "trajectories" / f"{name}.csv")
        gate = LineString(corners)
        site = Site(name="street", elements=(Element(id="gate", kind="gate", between=("a", "b"), ways=(), shape=gate),))
        rule = Rule(id="r", kind="approach", element="gate", settings={"near": 3.0, "closing": 4.0, "within": 30.0})
        events = [event for event in played(rule, site, tracks) if event.phase == "raised"]
        walked_up = {event.tracks[0] for event in events if event.figures["heads_for_it"]}
        for track, way in tracks.items():
            off = [gate.distance(Point(x, y)) for _, x, y in way]
            nearest = int(np.argmin(off))
            if off[nearest] > 3.0 or max(off[: nearest + 1]) - off[nearest] < 4.0:
                # nobody else may be told at all, but who comes to stand there
                assert track not in walked_up or off[nearest] <= 3.0
                continue
            path = LineString([(x, y) for _, x, y in way]).distance(gate)
            if path <= 0.5:
                reached += 1
                told_of_them += track in walked_up
            elif path > 1.0:
                passed += 1
                told_of_those += track in walked_up
    assert reached > 150
    assert passed > 100
    assert told_of_them / reached > 0.9
    assert told_of_those / passed < 0.1
