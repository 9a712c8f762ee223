"""Which tracks are one person: doubles that two cameras made, and ends that belong together.

Place and time decide, and nothing else. Where two answers are nearly as good as one another, none is given: a broken
track costs a second alarm, a wrong stitch gives somebody another person's past.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bartizan.watch.point import TrackPoint
from bartizan.watch.tracking.gate import Gate, mahalanobis
from bartizan.watch.tracking.label import Looks, kind_of
from bartizan.watch.tracking.motion import MotionLaw, MotionState, Vector, predict
from bartizan.watch.tracking.reach import Distance, Place

# 99 % of the chi-square law of four degrees of freedom: place and velocity
_SAME_STATE = 13.28
# [m/s] no estimate of anybody's velocity is above this
_FASTEST = 12.0


@dataclass(slots=True, eq=False)
class Track:
    """A track as the tracker keeps it.

    `first_*` is its first sighting, `seen_*` its last, `since` the first sighting of all that bears its id. `camera`
    was the first to see it, `last_camera` the last, and `left` is the one out of whose picture it walked after that;
    `seen_by` is each camera's last time. `shown` is the share of the latest pictures that should show it and did.
    `early` holds its points until it is confirmed; `apart` the serials of tracks that one frame showed beside it.
    `lost_t` is the last sighting of the lost track that it continues, if it does; `claims` counts the tracks that
    were said to be linked to it.
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
    shown: float = 1.0
    looks: Looks = field(default_factory=Looks)
    seen_by: dict[str, float] = field(default_factory=dict)
    early: list[TrackPoint] = field(default_factory=list)
    apart: set[int] = field(default_factory=set)
    lost_t: float | None = None
    claims: int = 0

    @property
    def kind(self) -> str:
        """Living, vehicle or object: what it is for most of its sightings."""
        return kind_of(self.looks.label)


def double_of(track: Track, others: Iterable[Track], *, law: MotionLaw, same: float, within: float) -> Track | None:
    """The elder of `others` that `track` is a double of, or None.

    Two tracks are one person where no frame of any camera has shown both, where both were seen within `within`
    seconds, where they are of one kind, and where place and velocity agree as far as they are known; `same` [m] is
    what two cameras may differ by. Two people who walk as one and are never in one picture are taken for one, until
    a picture parts them.
    """
    best: Track | None = None
    least = _SAME_STATE
    for other in others:
        if other is track or abs(other.seen_t - track.seen_t) > within:
            continue
        if are_apart(other, track) or other.kind != track.kind:
            continue
        then = max(track.state.t, other.state.t)
        one, two = predict(track.state, then, law), predict(other.state, then, law)
        gap = one.mean - two.mean
        if math.hypot(gap[0], gap[1]) > 2.0 * same:
            continue
        covariance = one.covariance + two.covariance
        covariance[0, 0] += (same / 2.0) ** 2
        covariance[1, 1] += (same / 2.0) ** 2
        distance = float(gap @ np.linalg.solve(covariance, gap))
        if distance <= least:
            best, least = other, distance
    return best


def close_by(
    tracks: Sequence[Track], others: Sequence[Track], *, same: float, within: float
) -> Iterator[tuple[Track, list[Track]]]:
    """Each of `tracks` that has any of `others` so near that they could be doubles, with those.

    What `double_of` asks is asked roughly here, of all at once: a crowd has many pairs, and few are near.
    """
    if not tracks or len(others) < 2:
        return
    places, seen_t = np.array([other.state.mean[:2] for other in others]), np.array([one.seen_t for one in others])
    starts, times = np.array([track.state.mean[:2] for track in tracks]), np.array([one.seen_t for one in tracks])
    # nobody moves further than this between the times of two states that are held against each other
    reach = 2.0 * same + _FASTEST * within
    near = np.abs(starts[:, None] - places[None]).max(axis=2) <= reach
    near &= np.abs(times[:, None] - seen_t[None]) <= within
    for row, track in enumerate(tracks):
        found = [others[index] for index in np.flatnonzero(near[row]).tolist()]
        found = [one for one in found if one is not track and not are_apart(one, track)]
        if found:
            yield track, found


def are_apart(one: Track, other: Track) -> bool:
    """Whether a frame has shown both: a track that goes on as another one is known to some by its first number."""
    return other.serial in one.apart or one.serial in other.apart


def merge(elder: Track, younger: Track) -> None:
    """Let `elder` go on with all that is known of `younger`, its double."""
    if younger.seen_t > elder.seen_t:
        elder.state, elder.seen_t, elder.seen_at = younger.state, younger.seen_t, younger.seen_at
        elder.last_camera, elder.left = younger.last_camera, younger.left
    for camera, t in younger.seen_by.items():
        elder.seen_by[camera] = max(t, elder.seen_by.get(camera, t))
    elder.apart |= younger.apart
    elder.looks.join(younger.looks)


def go_on(lost: Track, track: Track) -> None:
    """Let `track` go on under the id of the lost track that it continues."""
    track.id, track.since, track.lost_t, track.claims = lost.id, lost.since, lost.seen_t, lost.claims
    track.apart |= lost.apart
    track.looks.join(lost.looks)


@dataclass(frozen=True, slots=True)
class Bridge:
    """What must hold for two ends to belong together.

    `gap` [s] is the longest time out of sight for one id, `clear` by how much (in squared Mahalanobis distance) the
    second-best answer must be worse; `distance` gives the way on foot [m].
    """

    law: MotionLaw
    gate: Gate
    gap: float
    clear: float
    distance: Distance

    def walk(self, lost: Track, track: Track) -> float:
        """The way [m] from where `lost` was last seen to where `track` began."""
        return self.distance(place(lost.seen_at), place(track.first_at))

    def may_follow(self, lost: Track, track: Track, gap: float) -> bool:
        """Whether `track` could be `lost` again, as far as time, kind and the crow's distance say, in `gap` seconds.

        Never where `lost` was seen after `track` began, nor where one frame has shown both.
        """
        seconds = track.first_t - lost.seen_t
        if lost is track or are_apart(lost, track) or not 0.0 < seconds <= gap or lost.kind != track.kind:
            return False
        return self.gate.reachable(math.dist(place(lost.seen_at), place(track.first_at)), seconds)

    def follows(self, lost: Track, track: Track, gap: float) -> bool:
        """As `may_follow`, and the way on foot can be walked in that time too."""
        # no way on foot is shorter than the crow's: the long search is for those alone who pass
        return self.may_follow(lost, track, gap) and self.gate.reachable(
            self.walk(lost, track), track.first_t - lost.seen_t
        )

    def cost(self, lost: Track, track: Track) -> float | None:
        """How ill `track` fits as the continuation of `lost` (squared Mahalanobis distance); None where it cannot be.

        Besides what `follows` asks, it cannot where `lost` walked out of the picture of the camera in which `track`
        began: who comes in is a visit of its own, for all that anybody can tell.
        """
        if lost.left == track.camera or not self.follows(lost, track, self.gap):
            return None
        expected = predict(lost.state, track.first_t, self.law)
        off = track.first_at - expected.mean[:2]
        distance, _ = mahalanobis(off, expected.covariance[:2, :2] + track.first_error)
        return distance if distance <= self.gate.likely else None

    def stitch(self, track: Track, lost: Iterable[Track], rivals: Iterable[Track]) -> Track | None:
        """The one lost track that `track` continues, or None where there is none or more than one.

        `rivals` are the other new tracks that could continue the same one. A second pair forbids the stitch unless
        its cost is worse by `clear` or more.
        """
        costs = [(cost, old) for old in lost if (cost := self.cost(old, track)) is not None]
        if not costs:
            return None
        least, best = min(costs, key=lambda pair: (pair[0], pair[1].serial))
        others = [cost for cost, old in costs if old is not best]
        others += [cost for rival in rivals if rival is not track and (cost := self.cost(best, rival)) is not None]
        return best if all(cost - least >= self.clear for cost in others) else None


def place(at: Vector) -> Place:
    """A place as two plain numbers."""
    return (float(at[0]), float(at[1]))
