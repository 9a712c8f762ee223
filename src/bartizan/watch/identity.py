"""Which tracks are one person: doubles that two cameras made, and ends that belong together.

Place and time decide, and nothing else. Where two answers are nearly as good as one another, none is given: a broken
track costs a second alarm, a wrong stitch gives somebody another person's past.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from bartizan.watch.gate import Gate, mahalanobis
from bartizan.watch.motion import MotionLaw, MotionState, Vector, predict
from bartizan.watch.point import TrackPoint

# 99 % of the chi-square law of four degrees of freedom: place and velocity
_SAME_STATE = 13.28


@dataclass(slots=True, eq=False)
class Track:
    """A track as the tracker keeps it.

    `first_*` is its first sighting, `seen_*` its last, `since` the first sighting of all that bears its id. `camera`
    was the first to see it, `last_camera` the last, and `left` is the one out of whose picture it walked after that;
    `seen_by` is each camera's last time. `early` holds its points until it is confirmed; `apart` the serials of tracks
    that one frame showed beside it. `lost_t` is the last sighting of the lost track that it continues, if it does.
    """

    serial: int
    state: MotionState
    first_t: float
    first_at: Vector
    first_error: Vector
    seen_t: float
    seen_at: Vector
    since: float
    camera: str
    last_camera: str
    left: str | None = None
    id: str | None = None
    sightings: int = 1
    seen_by: dict[str, float] = field(default_factory=dict)
    early: list[TrackPoint] = field(default_factory=list)
    apart: set[int] = field(default_factory=set)
    lost_t: float | None = None


def double_of(track: Track, others: Iterable[Track], *, law: MotionLaw, same: float, within: float) -> Track | None:
    """The elder of `others` that `track` is a double of, or None.

    Two tracks are one person where no frame of any camera has shown both, where both were seen within `within`
    seconds, and where place and velocity agree as far as they are known; `same` [m] is what two cameras may differ
    by. Two people who walk as one and are never in one picture are taken for one, until a picture parts them.
    """
    best: Track | None = None
    least = _SAME_STATE
    for other in others:
        if other is track or other.serial in track.apart or abs(other.seen_t - track.seen_t) > within:
            continue
        then = max(track.state.t, other.state.t)
        one, two = predict(track.state, then, law), predict(other.state, then, law)
        covariance = one.covariance + two.covariance
        covariance[0, 0] += (same / 2.0) ** 2
        covariance[1, 1] += (same / 2.0) ** 2
        gap = one.mean - two.mean
        distance = float(gap @ np.linalg.solve(covariance, gap))
        if distance <= least and np.hypot(gap[0], gap[1]) <= 2.0 * same:
            best, least = other, distance
    return best


def stitch_cost(lost: Track, track: Track, *, law: MotionLaw, gate: Gate, gap: float) -> float | None:
    """How ill `track` fits as the continuation of `lost` (squared Mahalanobis distance), or None where it cannot be.

    It cannot where `lost` was seen after `track` began or more than `gap` seconds before, or where nobody could have
    walked from the one to the other; nor where `lost` walked out of the picture of the camera in which `track` began:
    who comes in is a visit of its own, for all that anybody can tell.
    """
    seconds = track.first_t - lost.seen_t
    if lost is track or lost.left == track.camera or lost.serial in track.apart or not 0.0 < seconds <= gap:
        return None
    if not gate.reachable(lost.seen_at, track.first_at, seconds):
        return None
    expected = predict(lost.state, track.first_t, law)
    distance, _ = mahalanobis(track.first_at - expected.mean[:2], expected.covariance[:2, :2] + track.first_error)
    return distance if distance <= gate.likely else None


def stitch(
    track: Track,
    lost: Iterable[Track],
    rivals: Iterable[Track],
    *,
    law: MotionLaw,
    gate: Gate,
    gap: float,
    clear: float,
) -> Track | None:
    """The one lost track that `track` continues, or None where there is none or more than one.

    `rivals` are the other new tracks that could continue the same one. A second pair forbids the stitch unless its
    cost is worse by `clear` or more.
    """
    costs = [(cost, old) for old in lost if (cost := stitch_cost(old, track, law=law, gate=gate, gap=gap)) is not None]
    if not costs:
        return None
    least, best = min(costs, key=lambda pair: (pair[0], pair[1].serial))
    others = [cost for cost, old in costs if old is not best]
    for rival in rivals:
        if rival is not track:
            cost = stitch_cost(best, rival, law=law, gate=gate, gap=gap)
            if cost is not None:
                others.append(cost)
    return best if all(cost - least >= clear for cost in others) else None
