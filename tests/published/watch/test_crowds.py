"""ETH hotel (Pellegrini et al., ICCV 2009), UCY zara01 and zara02 (Lerner et al. 2007), PETS 2009 S2.L1: false signals.

Nobody is labelled as wandering or running there; plain arithmetic on the tables says who could be.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bartizan.site.document import build
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.behaviours.event import BehaviourEvent
from bartizan.watch.point import TrackPoint

pytestmark = pytest.mark.data

Tracks = dict[str, list[tuple[float, float, float]]]
NAMES = ("eth_hotel", "ucy_zara01", "ucy_zara02", "pets09_s2l1")
PETS_FPS = 7.0


def tracks_of(data: Path, name: str) -> Tracks:
    found: Tracks = defaultdict(list)
    if name == "pets09_s2l1":
        with (data / name / "gt_mot.txt").open(newline="") as stream:
            for row in csv.reader(stream):
                found[row[1]].append(((float(row[0]) - 1.0) / PETS_FPS, float(row[7]), float(row[8])))
    else:
        with (data / "trajectories" / f"{name}.csv").open(newline="") as stream:
            for line in csv.DictReader(stream):
                found[line["track"]].append((float(line["t"]), float(line["x"]), float(line["y"])))
    return found


def signals(kind: str, tracks: Tracks) -> list[BehaviourEvent]:
    """What one rule with its defaults, in a zone that holds everybody, raises."""
    corner = 1000.0
    ground = [[-corner, -corner], [corner, -corner], [corner, corner], [-corner, corner]]
    document = {
        "schema": 1,
        "site": {"name": "A street"},
        "plan": {"crs": "metres"},
        "zone": [{"id": "ground", "polygon": ground}],
        "rule": [{"id": "r", "kind": kind, "zone": "ground"}],
    }
    site = build(document)
    rule = BEHAVIOURS[kind](site.rules[0], site)
    moments: dict[float, list[TrackPoint]] = defaultdict(list)
    for name, way in tracks.items():
        for t, x, y in way:
            moments[t].append(TrackPoint(t=t, track=name, at=(x, y)))
    events: list[BehaviourEvent] = []
    for t in sorted(moments):
        events += rule.step(Batch.of(moments[t], t))
        events += rule.end([point.track for point in moments[t] if tracks[point.track][-1][0] == t], t)
        events += rule.pass_time(t)
    return [event for event in events if event.phase == "raised"]


@pytest.mark.parametrize("name", NAMES)
def test_nobody_wanders(data_dir: Path, name: str) -> None:
    tracks = tracks_of(data_dir, name)
    could = set()
    for track, way in tracks.items():
        if way[-1][0] - way[0][0] >= 120.0:
            # steps of a second, so that the sway of a body is no walk
            rough = way[:: max(1, round(1.0 / (way[1][0] - way[0][0])))]
            walked = sum(math.dist(a[1:], b[1:]) for a, b in pairwise(rough))
            could |= {track} if walked >= 30.0 else set()
    assert could == set()
    assert signals("wandering", tracks) == []


@pytest.mark.parametrize("name", NAMES)
def test_nobody_runs(data_dir: Path, name: str) -> None:
    tracks = tracks_of(data_dir, name)
    fastest = 0.0
    for way in tracks.values():
        table = np.array(way)
        for begin in table:
            after = table[(table[:, 0] - begin[0] > 1.9) & (table[:, 0] - begin[0] < 2.1)]
            if len(after):
                fastest = max(fastest, math.dist(after[0, 1:], begin[1:]) / (after[0, 0] - begin[0]))
    assert fastest < 3.0
    assert signals("running", tracks) == []


def keeps_to(radius: float, way: list[tuple[float, float, float]], since: float, until: float) -> bool:
    """Whether somebody was there for all of a time and kept within a radius of where he was at its end."""
    part = [(x, y) for t, x, y in way if since - 1e-6 <= t <= until + 1e-6]
    spans = way[0][0] <= since + 0.5 and way[-1][0] >= until - 0.5
    return spans and all(math.dist(place, part[-1]) <= radius for place in part)


@pytest.mark.parametrize(
    ("name", "groups"), [("eth_hotel", 0), ("ucy_zara01", 0), ("ucy_zara02", 2), ("pets09_s2l1", 0)]
)
def test_groups_are_people_who_stand_about(data_dir: Path, name: str, groups: int) -> None:
    tracks = tracks_of(data_dir, name)
    found = signals("gathering", tracks)
    assert len(found) == groups
    for event in found:
        # the four who make it one, of the seven that stay for over a minute
        standing = [name for name in event.tracks if keeps_to(3.0, tracks[name], event.t - 15.0, event.t)]
        assert len(standing) >= 4
