"""What the tracker says of a person: a `TrackPoint` per time, a `Link` where two tracks may be one, an `EndedTrack`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackPoint:
    """One track at one time: where it is held to be.

    `t` [s]; `at` [m] and `velocity` [m/s] are the filtered ones, `covariance` (xx, xy, yy) [m²] that of the place.
    `observed` says that this very frame shows the track; where it does not, the place is a prediction and no
    evidence. `camera` is the one whose frame shows it, `box` (left, top, width, height in pixels) where;
    `cameras` saw it within the last second. `bridged` [s] is set on the first point after a stitch: how long the
    track had been out of sight. `label` is what most sightings took it for, `height` [m] how tall it was on average,
    or None.
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
    label: str = "person"
    height: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two tracks that one walker could have left: evidence of place and time, and never a claim of who it was.

    `later` began `gap` [s] after `earlier` was last seen, `distance` [m] away, which takes `speed` [m/s]; `rivals`
    counts the other tracks that either could as well be joined to. `cameras`: who saw the one last and the other
    first. A stitch (one id goes on) is a link of a track with itself.
    """

    t: float
    earlier: str
    later: str
    gap: float
    distance: float
    speed: float
    rivals: int = 0
    cameras: tuple[str, str] = ("", "")


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
    """What one frame changed: the points of all believed tracks, the tracks that ended, and what was linked.

    The points of a track are in the order of time; those of a track that was just confirmed begin in the past.
    """

    points: tuple[TrackPoint, ...] = ()
    ended: tuple[EndedTrack, ...] = ()
    links: tuple[Link, ...] = ()
