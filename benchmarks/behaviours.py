"""Ten thousand tracks at 10 Hz through the behaviours, on one core, beside a plain 60-second timer in Python.

Run: ``python -m benchmarks.behaviours``. People walk, stand, pace and run about on 300 m by 300 m; half of them are in
the rule's zone, and a few leave and come anew every second. Told is the processor time spent per second of stream:
below 1, one core keeps up. *The book* is the whole: `RuleBook.take` with one rule of every kind, hours and silence
included; *from points* also turns the tracker's points into columns. The peer is the time-in-zone timer as one
writes it from its definition, in plain Python with shapely's point in polygon for all tracks at once: a track's clock
runs from when it was first seen in the zone until now, and over 60 s it is told. It knows no grace, no standing, no
noise, no end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bartizan.signal import SignalIds
from bartizan.site.document import build
from bartizan.site.site import Site
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours import BEHAVIOURS
from bartizan.watch.point import TrackPoint
from bartizan.watch.rules import RuleBook
from benchmarks.table import Row, main

TRACKS = (1_000, 3_000, 10_000)
FPS = 10
WARM = 22.0  # seconds of stream before the measured ones, so that walks are long enough to be looked at
MEASURED = 3.0
WIDTH = 300.0
LEAVING = 0.001  # share of the tracks that are replaced every frame
ZONE = [[0, 0], [220, 0], [220, 140], [150, 180], [140, 220], [60, 210], [0, 220]]
SETTINGS: dict[str, dict[str, Any]] = {
    "loitering": {"zone": "ground", "after": 60, "sum_within": 600},
    "intrusion": {"zone": "ground", "after": 30},
    "wandering": {"zone": "ground", "after": 20},
    "running": {"zone": "ground"},
    "gathering": {"zone": "ground"},
    "pacing": {"zone": "ground"},
    "laps": {"zone": "ground"},
    "repeated-pass": {"zone": "ground"},
    "approach": {"element": "fence"},
    "line-crossing": {"element": "fence"},
    "tailgating": {"element": "fence"},
    "left-object": {"zone": "ground"},
}


def a_site(kinds: Sequence[str], copies: int = 1) -> Site:
    """One zone and one fence, and the rules of these kinds, several of each where asked."""
    return build(
        {
            "schema": 1,
            "site": {"name": "A square"},
            "plan": {"crs": "metres"},
            "area": [{"id": "street", "outside": True}, {"id": "yard"}],
            "element": [
                {
                    "id": "fence",
                    "kind": "fence",
                    "between": ["street", "yard"],
                    "line": [[0, 230], [120, 230], [130, 250], [290, 250]],
                    "way": [{"id": "over"}],
                }
            ],
            "zone": [{"id": "ground", "area": "street", "polygon": ZONE}],
            "rule": [{"id": f"{kind}-{n}", "kind": kind, **SETTINGS[kind]} for kind in kinds for n in range(copies)],
        }
    )


class Square:
    """People on a square: most walk, some stand, some pace, a few run; frame by frame."""

    def __init__(self, many: int) -> None:
        self.rng = np.random.default_rng(8)
        self.at = self.rng.uniform(0.0, WIDTH, (many, 2))
        kinds = self.rng.choice([0.0, 1.2, 3.6], many, p=[0.35, 0.63, 0.02])
        course = self.rng.uniform(0.0, 2.0 * np.pi, many)
        self.speed = kinds[:, None] * np.column_stack([np.cos(course), np.sin(course)])
        self.pacing = self.rng.random(many) < 0.1
        self.names = [f"bench-{n:07}" for n in range(many)]
        self.count = many

    def frame(self, n: int) -> Batch:
        t, many = n / FPS, len(self.names)
        self.at += self.speed / FPS
        beyond = (self.at < 0.0) | (self.at > WIDTH)
        self.speed[beyond] *= -1.0
        if n % (15 * FPS) == 0:
            self.speed[self.pacing] *= -1.0
        for who in np.flatnonzero(self.rng.random(many) < LEAVING).tolist():
            self.names[who] = f"bench-{self.count:07}"
            self.count += 1
        nothing = np.full(many, np.nan)
        return Batch(
            t=t,
            tracks=tuple(self.names),
            times=np.full(many, t),
            places=self.at + self.rng.normal(0.0, 0.05, (many, 2)),
            errors=np.full((many, 3), (0.04, 0.0, 0.04)),
            observed=self.rng.random(many) < 0.95,
            bridged=nothing,
            heights=nothing,
            labels=("person",) * many,
            cameras=(("north",),) * many,
        )


def timed(many: int, take: Callable[[Batch, list[str]], object]) -> float:
    """Processor seconds per second of stream."""
    square = Square(many)
    spent, before = 0.0, set[str]()
    for n in range(int((WARM + MEASURED) * FPS)):
        batch = square.frame(n)
        now = set(batch.tracks)
        ended = sorted(before - now)
        before = now
        began = time.process_time()
        take(batch, ended)
        if n >= WARM * FPS:
            spent += time.process_time() - began
    return spent / MEASURED


def through_the_book(site: Site) -> Callable[[Batch, list[str]], object]:
    return RuleBook(site, SignalIds("bench")).take


def from_points(site: Site) -> Callable[[Batch, list[str]], object]:
    """As `through_the_book`, with the points of a tracker made into columns; what making them cost is not counted."""
    book = RuleBook(site, SignalIds("bench"))

    def take(batch: Batch, ended: list[str]) -> float:
        points = [
            TrackPoint(
                t=batch.t, track=name, at=(x, y), covariance=(0.04, 0.0, 0.04), cameras=("north",), observed=seen
            )
            for name, (x, y), seen in zip(batch.tracks, batch.places.tolist(), batch.observed.tolist(), strict=True)
        ]
        began = time.process_time()
        book.take(Batch.of(points, batch.t), ended)
        return time.process_time() - began

    return take


def through_one(site: Site) -> Callable[[Batch, list[str]], object]:
    rule = BEHAVIOURS[site.rules[0].kind](site.rules[0], site)

    def take(batch: Batch, ended: list[str]) -> None:
        rule.step(batch)
        rule.end(ended, batch.t)
        rule.pass_time(batch.t)

    return take


def plain_timer() -> Callable[[Batch, list[str]], object]:
    """The peer: first seen in the zone -> now, told over 60 s."""
    polygon = shapely.Polygon(ZONE)
    shapely.prepare(polygon)
    entered: dict[str, float] = {}
    told: set[str] = set()

    def take(batch: Batch, ended: list[str]) -> None:
        inside: NDArray[np.bool_] = shapely.intersects_xy(polygon, batch.places[:, 0], batch.places[:, 1])
        for name, here in zip(batch.tracks, inside, strict=True):
            if here and batch.t - entered.setdefault(name, batch.t) > 60.0:
                told.add(name)
        for name in ended:
            entered.pop(name, None)

    return take


def points_timed(many: int, site: Site) -> float:
    """Processor seconds per second of stream from points to signals, the making of the points left out."""
    take = from_points(site)
    square = Square(many)
    spent = 0.0
    for n in range(int((WARM + MEASURED) * FPS)):
        seconds = take(square.frame(n), [])
        if n >= WARM * FPS:
            spent += float(seconds)  # type: ignore[arg-type]
    return spent / MEASURED


def figures(data: Path) -> Iterator[Row]:
    """Cost of each kind, of all together, how it grows, and the peer."""
    del data
    kinds = [kind for kind in SETTINGS if kind in BEHAVIOURS]
    most = TRACKS[-1]
    peer = timed(most, plain_timer())
    yield Row("behaviours", f"{most:,} tracks, plain 60-second timer (peer)", f"{peer:.3f} s per second of stream")
    for kind in kinds:
        cost = timed(most, through_one(a_site([kind])))
        yield Row(
            "behaviours", f"{most:,} tracks, {kind}", f"{cost:.3f} s per second of stream; {cost / peer:.1f} x peer"
        )
    for many in TRACKS:
        cost = timed(many, through_the_book(a_site(kinds)))
        note = f"; {cost / peer:.1f} x peer, which knows one kind" if many == most else ""
        what = f"{many:,} tracks, the book with all {len(kinds)} kinds"
        yield Row("behaviours", what, f"{cost:.3f} s per second of stream{note}")
    cost = timed(most, through_the_book(a_site(kinds, copies=2)))
    yield Row("behaviours", f"{most:,} tracks, the book with two of each", f"{cost:.3f} s per second of stream")
    cost = points_timed(most, a_site(kinds))
    yield Row("behaviours", f"{most:,} tracks, from points to signals", f"{cost:.3f} s per second of stream")


if __name__ == "__main__":
    main(__doc__, figures)
