"""What the tracker says of a person: a `TrackPoint` per time, an `EndedTrack` at the end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPoint:
    """One track at one time: where it is held to be.

    `t` [s]; `at` [m] and `velocity` [m/s] are the filtered ones, `covariance` (xx, xy, yy) [m²] that of the place.
    `observed` says that this very frame shows the track; where it does not, the place is a prediction and no
    evidence. `camera` is the one whose frame shows it, `box` (left, top, width, height in pixels) where;
    `cameras` saw it within the last second. `bridged` [s] is set on the first point after a stitch: how long the
    track had been out of sight.
    """

    t: float
    track: str
    at: tuple[float, float]
    velocity: tuple[float, float] = (0.0, 0.0)
    covariance: tuple[float, float, float] = (0.0, 0.0, 0.0)
    cameras: tuple[str, ...] = ()
    camera: str | None = None
    box: tuple[float, float, float, float] | None = None
    observed: bool = True
    bridged: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedTrack:
    """A track that nobody will hear of again: first and last sighting [s] and where the last one was [m].

    `merged_into` names the track it turned out to be a double of, where it did.
    """

    track: str
    since: float
    until: float
    at: tuple[float, float]
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class TrackUpdate:
    """What one frame changed: the points of all believed tracks, and the tracks that ended.

    The points of a track are in the order of time; those of a track that was just confirmed begin in the past.
    """

    points: tuple[TrackPoint, ...] = ()
    ended: tuple[EndedTrack, ...] = ()
