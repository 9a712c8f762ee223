"""What is taken for a person though nobody is there, and who is lost meanwhile: rendered nuisances, counted.

Run: ``python -m benchmarks.nuisance`` (needs no data; ``--minutes`` sets how long each is watched). The pictures are
drawn by the drill's renderer: 640 x 480 at 5 pictures a second, a camera 4.5 m up that looks along a path. Each
nuisance goes on all the time, so its rates are those of the hour in which it does, not of a usual day. Per nuisance
and without anybody there: detections a minute, tracks and intrusion signals an hour (all ground of the picture is the
zone, and an intrusion is raised at once). With four people who walk to and fro at 8, 15, 25 and 35 m from the
camera: the share of their pictures in which they are found within a metre (beyond 20 m: 5 % of the distance), and
detections a minute that are farther than 3 m from everybody.

The first two seconds are left out: the detector learns. Rendered, so it says what the detector does with these
disturbances as we imagine them, and nothing about how often a site has them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from shapely import box

from bartizan.app.live import Eye, LiveRun
from bartizan.drill.disturbance import Disturbance
from bartizan.drill.insect import Moth, Spider
from bartizan.drill.lighting import Cloud, Exposure, Headlights, LampOn, PassingShadow, SunShadows
from bartizan.drill.play import Figure, figure
from bartizan.drill.prop import Prop
from bartizan.drill.render import Renderer
from bartizan.drill.scenario import Actor, Light, Walk
from bartizan.drill.scenery import Box, Scenery
from bartizan.drill.weather import Branch, Rain, SensorNoise, Snow
from bartizan.geometry.pinhole import Pinhole
from bartizan.site.model import Camera, Rule, Zone
from bartizan.site.site import Site
from benchmarks.table import Row, lines

SIZE = (640, 480)
FPS = 5.0
LEARNING = 2.0
NEAR, FAR = 1.0, 3.0
DISTANCES = (8.0, 15.0, 25.0, 35.0)
MINUTES = 2.0
SEED = 2  # the defaults were chosen on 1
MODEL = Pinhole.looking(position=(0.0, 0.0, 4.5), at=(0.0, 14.0), focal_px=600.0, size=SIZE)
GROUND = Scenery(
    grounds=(
        ("grass", box(-40.0, -5.0, 40.0, 80.0)),
        ("paving", box(-12.0, -5.0, 12.0, 22.0)),
        ("carriageway", box(-40.0, 27.0, 40.0, 33.0)),
    ),
    boxes=(Box("wall", np.array([[-14.0, 44.0], [14.0, 44.0], [14.0, 44.3], [-14.0, 44.3]]), 0.0, 2.6),),
    lamps=((-5.0, 12.0), (6.0, 24.0), (-3.0, 36.0)),
)


class Nuisance(NamedTuple):
    """What goes on, and by what light."""

    light: Light
    disturbances: tuple[Disturbance, ...] = ()
    props: tuple[Prop, ...] = ()
    shades: tuple[float, ...] = (0.15, 0.95, 0.9, 0.12)


NUISANCES: dict[str, Nuisance] = {
    "none, day": Nuisance("day"),
    "none, night": Nuisance("night"),
    "none, poor contrast": Nuisance("day", shades=(0.5, 0.75, 0.3, 0.3)),
    "own hard shadows": Nuisance("day", (SunShadows(),)),
    "passing shadows": Nuisance(
        "day",
        (
            PassingShadow(at=(0.0, 10.0)),
            PassingShadow(at=(1.0, 18.0), heading=160.0, speed=5.0, length=5.0, width=2.2, path=60.0, every=14.0),
            PassingShadow(at=(0.0, 13.0), heading=10.0, length=1.9, width=0.5, turned=40.0, every=23.0),
        ),
    ),
    "clouds": Nuisance("day", (Cloud(),)),
    "exposure steps": Nuisance("day", (Exposure(),)),
    "night noise": Nuisance("night", (SensorNoise(),)),
    "rain": Nuisance("day", (Rain(),)),
    "rain, night": Nuisance("night", (Rain(grey=150.0), SensorNoise(deviation=5.0, colour=3.0))),
    "snow": Nuisance("day", (Snow(),)),
    "snow, night": Nuisance("night", (Snow(grey=190.0), SensorNoise(deviation=5.0, colour=3.0))),
    "branch": Nuisance("day", (Branch(),)),
    "spider": Nuisance("day", (Spider(),)),
    "spider, night": Nuisance("night", (Spider(grey=200.0),)),
    "moths": Nuisance("night", (Moth(),)),
    "headlights": Nuisance(
        "night",
        (
            Headlights(start=(-14.0, 20.0), stop=(12.0, 12.0)),
            Headlights(start=(16.0, 30.0), stop=(-16.0, 29.0), seconds=4.0, every=17.0),
        ),
    ),
    "lamp on and off": Nuisance(
        "night", (LampOn(at=(2.0, 13.0), begins=6.0, every=15.0), LampOn(at=(-6.0, 30.0), begins=9.0, every=22.0))
    ),
}


@dataclass(slots=True)
class Tally:
    """What one nuisance came to; `found` and `there` by distance."""

    minutes: float = 0.0
    detections: int = 0
    tracks: int = 0
    signals: int = 0
    objects: int = 0
    walked: float = 0.0
    beside: int = 0
    found: dict[float, int] = field(default_factory=lambda: dict.fromkeys(DISTANCES, 0))
    there: dict[float, int] = field(default_factory=lambda: dict.fromkeys(DISTANCES, 0))


def site() -> Site:
    """One camera and one rule: an intrusion anywhere before it."""
    zone = Zone(id="all", polygon=box(-60.0, 0.0, 60.0, 120.0))
    rule = Rule(id="anybody", kind="intrusion", zone="all", settings={"after": 0.0, "grace": 5.0})
    return Site(
        name="nuisances", cameras=(Camera(id="c", model=MODEL, size=SIZE, fps=FPS),), zones=(zone,), rules=(rule,)
    )


def walkers(seconds: float, shades: Sequence[float]) -> list[Actor]:
    """Four people who walk to and fro, each at a distance of the camera, in clothes as light as `shades`."""
    found = []
    for number, far in enumerate(DISTANCES):
        half = min(0.38 * far, 9.0)
        there, back = Walk(to=(half, far), speed=1.3), Walk(to=(-half, far + 0.6), speed=1.3)
        times = int(seconds * 1.3 / (4.0 * half)) + 2
        found.append(
            Actor(
                id=f"a{number}",
                enters=1.5 + 1.1 * number,
                start=(-half, far),
                steps=(there, back) * times,
                height=(1.75, 1.68, 1.82, 1.75)[number],
                shade=shades[number],
            )
        )
    return found


def watch(name: str, nuisance: Nuisance, minutes: float, seed: int, tally: Tally) -> None:
    """Watch it once with nobody there and, for half as long, once with people."""
    renderer = Renderer(MODEL, SIZE, GROUND, light=nuisance.light, seed=seed, disturbances=nuisance.disturbances)
    place = site()
    eye, run = Eye(place.camera("c")), LiveRun(place, run="n")
    for frame in range(round(60.0 * minutes * FPS)):
        t = frame / FPS
        seen = eye.see(t, renderer.render(frame, (), t, nuisance.props))
        sighting = run.take(seen)
        tally.signals += sum(signal.state == "raised" for signal in sighting.signals)
        if t >= LEARNING:
            tally.detections += sum(one.label == "person" for one in seen.detections)
            tally.objects += sum(one.label == "object" for one in seen.detections)
    tally.minutes += minutes
    tally.tracks += run.counts.tracks.tracks
    actors = walkers(30.0 * minutes, nuisance.shades)
    eye = Eye(place.camera("c"))
    for frame in range(round(30.0 * minutes * FPS)):
        t = frame / FPS
        people = [figure(actor, t) for actor in actors]
        there = tuple(one for one in people if one is not None)
        seen = eye.see(t, renderer.render(frame, there, t, nuisance.props))
        if t >= LEARNING:
            count(tally, people, np.array([one.at for one in seen.observations if one.label == "person"]))
    tally.walked += minutes / 2.0


def count(tally: Tally, people: Sequence[Figure | None], places: np.ndarray) -> None:
    """Add one picture with people."""
    places = places.reshape(-1, 2)
    nearest = np.full(len(places), np.inf)
    for distance, one in zip(DISTANCES, people, strict=True):
        if one is None:
            continue
        away = np.hypot(*(places - np.array(one.at)).T) if len(places) else np.empty(0)
        tally.there[distance] += 1
        tally.found[distance] += bool(len(away) and away.min() <= max(NEAR, 0.05 * distance))
        nearest = np.minimum(nearest, away)
    tally.beside += int(np.count_nonzero(nearest > FAR))


def words(tally: Tally) -> str:
    """One line of figures."""
    recall = " ".join(f"{tally.found[d] / max(1, tally.there[d]):5.3f}" for d in DISTANCES)
    return (
        f"{tally.detections / tally.minutes:7.1f} detections/min {60 * tally.tracks / tally.minutes:6.0f} tracks/h "
        f"{60 * tally.signals / tally.minutes:6.0f} signals/h {tally.objects / tally.minutes:6.1f} objects/min | "
        f"recall at 8, 15, 25, 35 m {recall}; {tally.beside / tally.walked:6.1f} false/min"
    )


def measured(names: Sequence[str], minutes: float, seed: int) -> Iterator[Row]:
    """The rows of these nuisances."""
    for name in names:
        tally = Tally()
        watch(name, NUISANCES[name], minutes, seed, tally)
        yield Row("nuisance", name, words(tally))


def figures(data: Path) -> Iterator[Row]:
    """The rows of the table; no data is needed."""
    return measured(list(NUISANCES), MINUTES, SEED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=None, help="not needed")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="how long each is watched without people")
    parser.add_argument("--seed", type=int, default=SEED, help="draws everything anew; 1 was tuned on")
    parser.add_argument("names", nargs="*", help="only these")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(NUISANCES))
    if unknown:
        parser.error(f"there is no nuisance {', '.join(unknown)}; there are {', '.join(NUISANCES)}")
    rows = []
    for row in measured(asked.names or list(NUISANCES), asked.minutes, asked.seed):
        print(row.what, row.figure, file=sys.stderr, flush=True)
        rows.append(row)
    print("\n".join(lines(rows)))


if __name__ == "__main__":
    main()
