"""Where everybody is at a time, and what the sensors say: pure functions of the script and the time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from shapely import Point

from bartizan.drill.scenario import Actor, Place, Scene, SensorEvent, Wait
from bartizan.signal import Signal, rfc3339
from bartizan.site.site import Site

# one gait cycle (two steps) is about 0.84 of a person's height at walking pace
CYCLE_OF_HEIGHT = 0.84
WORKING_HZ = 1.1  # hands at a lock go to and fro about once a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Somebody upright on the ground at one instant, as a renderer needs them.

    `at` in metres on the plan; `heading` in radians from east, counter-clockwise; `phase` of the gait (or of busy
    hands) in radians; `swing` is how far the limbs move, 0 standing, 1 walking, more when running.
    """

    actor: str
    at: Place
    heading: float
    phase: float
    swing: float
    busy: bool
    height: float
    shade: float


@dataclass(frozen=True, slots=True)
class _Piece:
    begin: float
    end: float
    start: Place
    stop: Place
    heading: float
    walked: float
    swing: float
    busy: bool


def _pieces(actor: Actor) -> Iterator[_Piece]:
    t, at, heading, walked = actor.enters, actor.start, 0.0, 0.0
    for step in actor.steps:
        if isinstance(step, Wait):
            if step.face is not None and step.face != at:
                heading = math.atan2(step.face[1] - at[1], step.face[0] - at[0])
            yield _Piece(t, t + step.seconds, at, at, heading, walked, 0.0, step.busy)
            t += step.seconds
            continue
        length = math.dist(at, step.to)
        if length == 0.0:
            continue
        heading = math.atan2(step.to[1] - at[1], step.to[0] - at[0])
        seconds = length / step.speed
        yield _Piece(t, t + seconds, at, step.to, heading, walked, 1.4 if step.gait == "run" else 1.0, False)
        t, at, walked = t + seconds, step.to, walked + length
    if actor.stays:
        yield _Piece(t, math.inf, at, at, heading, walked, 0.0, False)


def figure(actor: Actor, t: float) -> Figure | None:
    """The actor `t` seconds into the scene; None before they enter and after they are gone."""
    for piece in _pieces(actor):
        if not piece.begin <= t < piece.end:
            continue
        if piece.start == piece.stop:
            at, walked = piece.start, piece.walked
            phase = 2.0 * math.pi * WORKING_HZ * (t - piece.begin) if piece.busy else 0.0
        else:
            share = (t - piece.begin) / (piece.end - piece.begin)
            at = (
                piece.start[0] + share * (piece.stop[0] - piece.start[0]),
                piece.start[1] + share * (piece.stop[1] - piece.start[1]),
            )
            walked = piece.walked + share * math.dist(piece.start, piece.stop)
            phase = 2.0 * math.pi * walked / (CYCLE_OF_HEIGHT * actor.height)
        return Figure(
            actor=actor.id,
            at=at,
            heading=piece.heading,
            phase=math.remainder(phase, 2.0 * math.pi),
            swing=piece.swing,
            busy=piece.busy,
            height=actor.height,
            shade=actor.shade,
        )
    return None


def figures(scene: Scene, t: float) -> tuple[Figure, ...]:
    """Everybody who is there `t` seconds into the scene, in the order of the script."""
    present = (figure(actor, t) for actor in scene.actors)
    return tuple(one for one in present if one is not None)


def sensor_signal(site: Site, scene: Scene, event: SensorEvent, *, id: str) -> Signal:  # noqa: A002 - as in Signal
    """What the site's sensor reports when it fires: the element or area, the way, the sensor's place.

    Raises an UnknownIdError where the site has no such sensor, element or area.
    """
    sensor = site.sensor(event.sensor)
    place = event.at or sensor.covers[0]
    thing, _, way = place.partition("/")
    element = next((one for one in site.elements if one.id == thing), None)
    area = None if element is not None else site.area(thing)
    return Signal(
        id=id,
        t=event.t,
        utc=rfc3339(scene.start + timedelta(seconds=event.t)),
        kind=sensor.kind,
        state="raised",
        area=None if area is None else area.id,
        element=None if element is None else element.id,
        at=(sensor.shape.x, sensor.shape.y) if isinstance(sensor.shape, Point) else None,
        since=event.t,
        severity=event.severity,
        exercise=True,
        because={"sensor": sensor.id, "sensor_kind": sensor.kind, "way": way or None},
    )
