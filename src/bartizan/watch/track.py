"""The tracker: who is where on the ground, from the sightings of all cameras.

One tracker serves a whole site, in metres and seconds. Each call takes the sightings of one frame of one camera; a
track may be seen by any camera, so that two cameras which see the same person feed one track. A track is

- *tentative* from its first sighting until it was seen long and often enough (`confirm_after`, `confirm_sightings`);
  only then does it get an id, and its earlier points are handed out with it;
- *confirmed* while it is seen, and while it is *coasting*: out of sight for up to `coast` seconds, its place
  predicted, its doubt growing;
- *lost* after that: no place is claimed any more, but a new track that begins within `stitch` seconds where this
  one could have walked takes over its id, where there is only one such pair;
- *ended* after that.

Nothing here knows what anybody looks like.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bartizan.errors import InputError
from bartizan.signal import Observation
from bartizan.watch.gate import FORBIDDEN, Gate, assign
from bartizan.watch.identity import Track, double_of, stitch
from bartizan.watch.motion import MotionLaw, Vector, begin, doubt, predict, update
from bartizan.watch.point import EndedTrack, TrackPoint, TrackUpdate
from bartizan.watch.view import View

# no plan is this wide [m]; beyond it squares would overflow
_NOWHERE = 1e9
# a camera that saw a track within this many seconds is named as one that sees it
_LATELY = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerParams:
    """The tracker's thresholds, in seconds and metres.

    - `speed` [m/s], `memory` [s]: the motion law (standard deviation of each velocity component, time constant).
    - `likely`: squared Mahalanobis distance of the gate; 9.21 would hold 99 % of a person's own sightings if their
      errors were normal, 16 leaves room for those that are not (feet hidden, two people in one box).
    - `top_speed` [m/s], `slack` [m]: the reach of the gate and of a stitch.
    - `floor` [m]: the least standard deviation of a sighted place, which covers what a camera's own error does not:
      the sway of a walking body and the disagreement of two cameras' calibrations.
    - `lasting` [s]: how long the error of a camera's sighting lasts. Feet behind a bush are there in the next picture
      too; so a sighting that soon follows another of the same camera is worth less, whatever the frame rate.
    - `confirm_after` [s], `confirm_sightings`: a track is believed after both; `doubt` [s]: a tentative track that
      is out of sight for longer is forgotten.
    - `coast` [s], `stitch` [s]: how long a track out of sight is predicted, and how long its id is kept; `clear`: by
      how much (in squared Mahalanobis distance) the second-best stitch must be worse.
    - `gone` [s]: who is out of sight for this long, and is expected outside the picture of the camera that saw it
      last, has left it: nobody who comes into that picture is taken for it. Another camera may still see it.
    - `same` [m]: how far two cameras may put one person apart.
    - `late` [s]: a frame that comes later than this behind another camera's is dropped, and counted.
    - `most`: how many tracks are kept at once; further sightings of nobody known are dropped, and counted.
    """

    speed: float = 0.8
    memory: float = 4.0
    likely: float = 16.0
    top_speed: float = 3.0
    slack: float = 2.0
    floor: float = 0.15
    lasting: float = 0.3
    confirm_after: float = 0.5
    confirm_sightings: int = 3
    doubt: float = 1.2
    coast: float = 3.0
    stitch: float = 6.0
    clear: float = 4.0
    gone: float = 0.5
    same: float = 0.8
    late: float = 1.0
    most: int = 500

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"tracker: {name} is a number above 0, not {value!r}")


@dataclass(slots=True)
class TrackerCounts:
    """What the tracker took and what it dropped, and why."""

    frames: int = 0
    observations: int = 0
    late_frames: int = 0
    repeated_frames: int = 0
    unusable_observations: int = 0
    surplus_observations: int = 0
    unconfirmed_tracks: int = 0
    tracks: int = 0
    doubles: int = 0
    stitches: int = 0


class Tracker:
    """Follows everybody on the ground of one site through all its cameras.

    `run` names the run: ids of tracks are the run's name and a number in the order of confirmation, and mean nothing
    else. `views` gives the picture of each camera, where it is known: without it nobody is known to have left one. The
    same frames in the same order give the same tracks. Memory is bounded by `TrackerParams.most`.
    """

    def __init__(
        self, params: TrackerParams | None = None, run: str = "run", views: Mapping[str, View] | None = None
    ) -> None:
        self.params = params or TrackerParams()
        self.counts = TrackerCounts()
        self._run = run
        self._views = dict(views or {})
        self._law = MotionLaw(self.params.speed, self.params.memory)
        self._gate = Gate(self.params.likely, self.params.top_speed, self.params.slack)
        self._now = -math.inf
        self._last_frame: dict[str, float] = {}
        self._tracks: list[Track] = []
        self._born = 0

    def step(self, t: float, camera: str, observations: Sequence[Observation]) -> TrackUpdate:
        """Take one frame of one camera at `t` [s] and say where everybody is now.

        Frames of all cameras come in the order of time. A frame at or before the last one of its own camera is
        dropped and counted as repeated; one that is behind another camera's by up to `late` seconds is used for what
        it is worth at its own time, and dropped and counted beyond that.
        """
        if not self._takes(t, camera):
            return TrackUpdate()
        self._now = max(self._now, t)
        sightings = [one for one in observations if self._usable(one)]
        seen = self._match(t, camera, sightings)
        points = self._report(camera, seen)
        doubles = self._merge([track for track in seen if track.id is not None])
        return TrackUpdate(tuple(points), (*doubles, *self._retire()))

    def finish(self) -> TrackUpdate:
        """The stream is over: every track that was believed ends."""
        ended = tuple(_ended(track) for track in self._tracks if track.id is not None)
        self.counts.unconfirmed_tracks += len(self._tracks) - len(ended)
        self._tracks = []
        return TrackUpdate((), ended)

    def _takes(self, t: float, camera: str) -> bool:
        self.counts.frames += 1
        if not math.isfinite(t) or t < self._now - self.params.late:
            self.counts.late_frames += 1
            return False
        if t <= self._last_frame.get(camera, -math.inf):
            self.counts.repeated_frames += 1
            return False
        self._last_frame[camera] = t
        return True

    def _usable(self, observation: Observation) -> bool:
        self.counts.observations += 1
        xx, xy, yy = observation.covariance
        on_the_plan = all(abs(value) <= _NOWHERE for value in (*observation.at, xx, xy, yy))  # NaN is not
        usable = on_the_plan and xx >= 0 and yy >= 0 and xx * yy >= xy * xy
        self.counts.unusable_observations += not usable
        return usable

    def _error(self, observation: Observation) -> Vector:
        xx, xy, yy = observation.covariance
        floor = self.params.floor**2
        return np.array([[xx + floor, xy], [xy, yy + floor]])

    def _match(self, t: float, camera: str, sightings: Sequence[Observation]) -> dict[Track, Observation]:
        """Give each sighting to the track it belongs to, believed tracks first; begin a track with each one left."""
        seen: dict[Track, Observation] = {}
        left = list(sightings)
        coasting = self._now - self.params.coast
        self._note_leaving(t, camera)
        believed = [
            track
            for track in self._tracks
            if track.id is not None and track.seen_t >= coasting and track.left != camera
        ]
        tentative = [track for track in self._tracks if track.id is None]
        for group in (believed, tentative):
            left = self._assign(t, camera, group, left, seen)
        for observation in left:
            if len(self._tracks) >= self.params.most:
                self.counts.surplus_observations += 1
                continue
            seen[self._begin(t, camera, observation)] = observation
        together = {track.serial for track in seen}
        for track in seen:
            track.apart |= together
        return seen

    def _assign(
        self,
        t: float,
        camera: str,
        tracks: Sequence[Track],
        sightings: Sequence[Observation],
        seen: dict[Track, Observation],
    ) -> list[Observation]:
        """Update `tracks` with the sightings that are theirs, note them in `seen`, and return the sightings left."""
        places = [(np.array(one.at), self._error(one)) for one in sightings]
        costs = np.full((len(tracks), len(sightings)), FORBIDDEN)
        for row, track in enumerate(tracks):
            expected = predict(track.state, t, self._law)
            for column, (at, error) in enumerate(places):
                costs[row, column] = self._gate.cost(expected, track.seen_at, track.seen_t, at, error)
        taken = set()
        finite = costs[np.isfinite(costs)]
        miss = float(finite.max()) if finite.size else 0.0
        for row, column in assign(costs, miss):
            self._see(tracks[row], t, camera, *places[column])
            seen[tracks[row]] = sightings[column]
            taken.add(column)
        return [one for column, one in enumerate(sightings) if column not in taken]

    def _note_leaving(self, t: float, camera: str) -> None:
        """Mark the tracks that this camera saw last and that have walked out of its picture since."""
        view = self._views.get(camera)
        if view is None:
            return
        unseen = [
            track
            for track in self._tracks
            if track.last_camera == camera and track.left is None and t - track.seen_t >= self.params.gone
        ]
        if unseen:
            places = np.array([predict(track.state, t, self._law).mean[:2] for track in unseen])
            for track, visible in zip(unseen, view.sees(places), strict=True):
                if not visible:
                    track.left = camera

    def _see(self, track: Track, t: float, camera: str, at: Vector, error: Vector) -> None:
        """Update a track with a sighting of its own, also one that comes a little late."""
        error = error * (1.0 + self.params.lasting / (t - track.seen_by.get(camera, -math.inf)))
        track.seen_by[camera] = t
        track.left = None
        if t >= track.state.t:
            track.state = update(predict(track.state, t, self._law), at, error)
        else:
            ago = track.state.t - t
            track.state = update(track.state, at, error + doubt(ago, self._law)[:2, :2], ago)
        if t >= track.seen_t:
            track.seen_t, track.seen_at, track.last_camera = t, at, camera
        track.sightings += 1

    def _begin(self, t: float, camera: str, observation: Observation) -> Track:
        at, error = np.array(observation.at), self._error(observation)
        self._born += 1
        track = Track(
            serial=self._born,
            state=begin(t, at, error, self._law),
            first_t=t,
            first_at=at,
            first_error=error,
            seen_t=t,
            seen_at=at,
            since=t,
            camera=camera,
            last_camera=camera,
            seen_by={camera: t},
        )
        self._tracks.append(track)
        return track

    def _report(self, camera: str, seen: dict[Track, Observation]) -> list[TrackPoint]:
        """The points of this frame; tracks that are now believed get their id and hand out their earlier points."""
        points: list[TrackPoint] = []
        for track in list(self._tracks):
            observation = seen.get(track)
            if track.id is not None:
                if track.left is None and self._now - track.seen_t <= self.params.coast:
                    points.append(self._point(track, camera, observation))
            elif observation is not None:
                track.early.append(self._point(track, camera, observation))
                if self._believable(track) and self._name(track):
                    points += self._early(track)
        return points

    def _early(self, track: Track) -> list[TrackPoint]:
        """The points of a track from before it was believed, now that it has an id."""
        named = [replace(point, track=str(track.id)) for point in track.early]
        if track.lost_t is not None:
            named[0] = replace(named[0], bridged=track.first_t - track.lost_t)
        track.early = []
        return named

    def _point(self, track: Track, camera: str, observation: Observation | None) -> TrackPoint:
        track.seen_by = {name: t for name, t in track.seen_by.items() if self._now - t <= _LATELY}
        state = predict(track.state, self._now, self._law)
        x, y, vx, vy = map(float, state.mean)
        error = state.covariance
        return TrackPoint(
            t=self._now,
            track=track.id or "",
            at=(x, y),
            velocity=(vx, vy),
            covariance=(float(error[0, 0]), float(error[0, 1]), float(error[1, 1])),
            cameras=tuple(sorted(track.seen_by)),
            camera=camera if observation else None,
            box=observation.box if observation else None,
            observed=observation is not None,
        )

    def _believable(self, track: Track) -> bool:
        long_enough = track.seen_t - track.first_t >= self.params.confirm_after
        return long_enough and track.sightings >= self.params.confirm_sightings

    def _name(self, track: Track) -> bool:
        """Give a track its id: that of the lost track which it continues, or a new one; False where it is a double."""
        believed = [other for other in self._tracks if other.id is not None]
        double = double_of(track, believed, law=self._law, same=self.params.same, within=self.params.confirm_after)
        if double is not None:
            self._tracks.remove(track)
            self.counts.doubles += 1
            return False
        rivals = [other for other in self._tracks if other.lost_t is None]
        lost = stitch(
            track, believed, rivals, law=self._law, gate=self._gate, gap=self.params.stitch, clear=self.params.clear
        )
        if lost is not None:
            self._tracks.remove(lost)
            self.counts.stitches += 1
            track.id, track.since, track.lost_t = lost.id, lost.since, lost.seen_t
            return True
        self.counts.tracks += 1
        track.id = f"{self._run}-{self.counts.tracks}"
        return True

    def _merge(self, seen: Sequence[Track]) -> list[EndedTrack]:
        """End the younger of two believed tracks that turn out to be one person's."""
        ended = []
        for track in seen:
            others = [other for other in self._tracks if other.id is not None]
            if track not in others:
                continue
            other = double_of(track, others, law=self._law, same=self.params.same, within=self.params.confirm_after)
            if other is not None:
                elder, younger = sorted((track, other), key=lambda one: (one.since, one.serial))
                if younger.seen_t > elder.seen_t:
                    elder.state, elder.seen_t, elder.seen_at = younger.state, younger.seen_t, younger.seen_at
                elder.apart |= younger.apart
                self._tracks.remove(younger)
                self.counts.doubles += 1
                ended.append(_ended(younger, merged_into=elder.id))
        return ended

    def _retire(self) -> list[EndedTrack]:
        """Forget the tracks that nobody has seen for too long."""
        ended, kept = [], []
        for track in self._tracks:
            unseen = self._now - track.seen_t
            if unseen <= (self.params.doubt if track.id is None else self.params.stitch):
                kept.append(track)
            elif track.id is None:
                self.counts.unconfirmed_tracks += 1
            else:
                ended.append(_ended(track))
        if len(kept) < len(self._tracks):
            living = {track.serial for track in kept}
            for track in kept:
                track.apart &= living
        self._tracks = kept
        return ended


def _ended(track: Track, merged_into: str | None = None) -> EndedTrack:
    x, y = map(float, track.seen_at)
    return EndedTrack(track=str(track.id), since=track.since, until=track.seen_t, at=(x, y), merged_into=merged_into)
