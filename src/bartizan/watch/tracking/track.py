"""The tracker: who is where on the ground, from the sightings of all cameras.

One tracker serves a whole site, in metres and seconds. Each call takes the sightings of one frame of one camera; a
track may be seen by any camera, so that two cameras which see the same person feed one track. A track is

- *tentative* from its first sighting until it was seen long and often enough (`confirm_after`, `confirm_sightings`);
  only then does it get an id, and its earlier points are handed out with it;
- *confirmed* while it is seen, and while it is *coasting*: out of sight for up to `coast` seconds, its place
  predicted, its doubt growing;
- *lost* after that: no place is claimed any more, but a new track that begins within `stitch` seconds where this
  one could have walked takes over its id, where there is only one such pair;
- *ended* after that, and remembered for `link` seconds: a new track that could be its continuation gets an id of its
  own, and a `Link` says so.

Nothing here knows what anybody looks like.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bartizan.errors import InputError
from bartizan.signal import Observation
from bartizan.watch.point import EndedTrack, Link, TrackPoint, TrackUpdate
from bartizan.watch.tracking.gate import FORBIDDEN, Costs, Gate, assign
from bartizan.watch.tracking.identity import Bridge, Track, close_by, double_of, go_on, merge, place
from bartizan.watch.tracking.links import Gone, link
from bartizan.watch.tracking.motion import MotionLaw, MotionState, Vector, begin, doubt, predict_all, update
from bartizan.watch.tracking.names import TrackNames
from bartizan.watch.tracking.reach import Distance, straight
from bartizan.watch.tracking.sightings import Sightings, sightings_of, usable
from bartizan.watch.tracking.turn import Turn
from bartizan.watch.tracking.view import View

# a camera that saw a track within this many seconds is named as one that sees it
_LATELY = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerParams:
    """The tracker's thresholds, in seconds and metres.

    - `speed` [m/s], `memory` [s]: the motion law (standard deviation of each velocity component, time constant).
    - `likely`: squared Mahalanobis distance of the gate; 9.21 would hold 99 % of a person's own sightings if their
      errors were normal, 16 leaves room for those that are not (feet hidden, two people in one box).
    - `top_speed` [m/s], `slack` [m]: the reach of the gate, of a stitch and of a link.
    - `floor` [m]: the least standard deviation of a sighted place, which covers what a camera's own error does not:
      the sway of a walking body and the disagreement of two cameras' calibrations.
    - `lasting` [s]: how long the error of a camera's sighting lasts. Feet behind a bush are there in the next picture
      too; so a sighting that soon follows another of the same camera is worth less, whatever the frame rate.
    - `confirm_after` [s], `confirm_sightings`: a track is believed after both; `doubt` [s]: a tentative track that
      is out of sight for longer is forgotten.
    - `shown` [s], `confirm_share`: of the latest pictures that should show a track, over about so long, this share
      must for it to be believed. What flickers beside people (a box around half of two of them) is nobody.
    - `coast` [s], `stitch` [s]: how long a track out of sight is predicted, and how long its id is kept; `clear`: by
      how much (in squared Mahalanobis distance) the second-best stitch must be worse.
    - `link` [s], `most_links`: how long an ended track is remembered for links, and how many a new track gets.
    - `gone` [s]: who is out of sight for this long, and is expected outside the picture of the camera that saw it
      last, has left it: nobody who comes into that picture is taken for it. Another camera may still see it.
    - `same` [m]: how far two cameras may put one person apart.
    - `late` [s]: a frame that comes later than this behind another camera's is dropped, and counted; `ahead` [s]: so
      is one that is further before all others, until another camera bears it out.
    - `most`: how many tracks are kept at once (and how many ended ones); further sightings of nobody known are
      dropped, and counted.
    """

    speed: float = 0.65
    memory: float = 4.0
    likely: float = 16.0
    top_speed: float = 3.0
    slack: float = 2.0
    floor: float = 0.15
    lasting: float = 0.3
    confirm_after: float = 0.5
    confirm_sightings: int = 3
    doubt: float = 1.2
    shown: float = 1.0
    confirm_share: float = 0.75
    coast: float = 3.0
    stitch: float = 6.0
    clear: float = 4.0
    link: float = 300.0
    most_links: int = 5
    gone: float = 0.5
    same: float = 0.8
    late: float = 1.0
    ahead: float = 5.0
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
    ahead_frames: int = 0
    stranger_frames: int = 0
    unusable_observations: int = 0
    repeated_observations: int = 0
    surplus_observations: int = 0
    unconfirmed_tracks: int = 0
    tracks: int = 0
    doubles: int = 0
    stitches: int = 0
    hand_overs: int = 0
    links: int = 0


class Tracker:
    """Follows everybody on the ground of one site through all its cameras.

    `run` names the run, and `names` gives the ids of tracks, which mean nothing: by default `TrackNames(run)`.
    `views` gives the picture of each camera, where it is known: without it nobody is known to have left one.
    `distance` is the way on foot between two places [m]: by default straight. The same frames in the same order give
    the same tracks. Memory is bounded by `TrackerParams.most`.
    """

    def __init__(
        self,
        params: TrackerParams | None = None,
        run: str = "run",
        views: Mapping[str, View] | None = None,
        *,
        names: Iterator[str] | None = None,
        distance: Distance = straight,
    ) -> None:
        p = self.params = params or TrackerParams()
        self.counts = TrackerCounts()
        self._names = TrackNames(run) if names is None else names
        self._views = dict(views or {})
        self._law = MotionLaw(p.speed, p.memory)
        self._gate = Gate(p.likely, p.top_speed, p.slack)
        self._bridge = Bridge(self._law, self._gate, p.stitch, p.clear, distance)
        self._turn = Turn(p.late, p.ahead)
        self._gone = Gone(p.link, p.most, p.most_links)
        self._tracks: list[Track] = []
        self._links: list[Link] = []
        self._born = 0

    @property
    def now(self) -> float:
        """The latest time [s] of any frame that was taken: the clock of the joined cameras."""
        return self._turn.now

    def step(self, t: float, camera: str, observations: Sequence[Observation]) -> TrackUpdate:
        """Take one frame of one camera at `t` [s] and say where everybody is now.

        Frames of all cameras come in the order of time. A frame at or before the last one of its own camera is
        dropped and counted as repeated; one that is behind another camera's by up to `late` seconds is used for what
        it is worth at its own time, and dropped and counted beyond that. One that is more than `ahead` seconds before
        all others is dropped and counted until another camera is as far, or nobody else has spoken for a second.
        """
        before = self._turn.last.get(camera)
        if not self._takes(t, camera):
            return TrackUpdate()
        seen = self._match(self._sightings(t, camera, observations), before)
        points = self._report(camera, seen)
        doubles = self._merge([track for track in seen if track.id is not None])
        links, self._links = tuple(self._links), []
        return TrackUpdate(tuple(points), (*doubles, *self._retire()), links)

    def finish(self) -> TrackUpdate:
        """The stream is over: every track that was believed ends."""
        ended = tuple(_ended(track) for track in self._tracks if track.id is not None)
        self.counts.unconfirmed_tracks += len(self._tracks) - len(ended)
        self._tracks = []
        return TrackUpdate((), ended)

    def _takes(self, t: float, camera: str) -> bool:
        self.counts.frames += 1
        verdict = self._turn.take(t, camera)
        if verdict != "taken":
            name = f"{verdict}_frames"
            setattr(self.counts, name, getattr(self.counts, name) + 1)
        return verdict == "taken"

    def _sightings(self, t: float, camera: str, observations: Sequence[Observation]) -> Sightings:
        """The observations that can be used, each once and at most `most`; what is dropped is counted."""
        good: dict[tuple[object, ...], Observation] = {}
        for one in observations:
            if not usable(one):
                self.counts.unusable_observations += 1
            elif (key := (one.at, one.box, one.label)) in good:
                self.counts.repeated_observations += 1
            else:
                good[key] = one
        self.counts.observations += len(observations)
        sightings = sightings_of(t, camera, tuple(good.values()), self.params.floor)
        surplus = len(sightings) - self.params.most
        if surplus <= 0:
            return sightings
        # those that fit somebody who is followed come first, so that a flood of boxes drowns nobody
        self.counts.surplus_observations += surplus
        means, covariances = predict_all([track.state for track in self._tracks], t, self._law)
        fit = self._costs(self._tracks, means, covariances, sightings).min(axis=0, initial=FORBIDDEN)
        return sightings.only(sorted(np.argsort(fit, kind="stable")[: self.params.most].tolist()))

    def _match(self, sightings: Sightings, before: float | None) -> dict[Track, Observation]:
        """Give each sighting to the track it belongs to, believed tracks first; begin a track with each one left."""
        seen: dict[Track, Observation] = {}
        t, camera = sightings.t, sightings.camera
        coasting = self.now - self.params.coast
        self._note_leaving(t, camera)
        believed = [
            track
            for track in self._tracks
            if track.id is not None and track.seen_t >= coasting and track.left != camera
        ]
        tentative = [track for track in self._tracks if track.id is None]
        left = sightings
        for group in (believed, tentative):
            left = self._assign(group, left, seen)
        for column, observation in enumerate(left.observations):
            if len(self._tracks) >= self.params.most:
                self.counts.surplus_observations += len(left) - column
                break
            seen[self._begin(left, column)] = observation
        together = {track.serial for track in seen}
        for track, observation in seen.items():
            track.apart |= together
            track.looks.add(observation.label, observation.height)
        self._note_shown(seen, t, camera, before)
        return seen

    def _note_shown(self, seen: Mapping[Track, Observation], t: float, camera: str, before: float | None) -> None:
        """Note which tracks this picture shows of those that it should: those that this camera saw last."""
        weight = 1.0 if before is None else -math.expm1((before - t) / self.params.shown)
        for track in self._tracks:
            if track in seen:
                track.shown += weight * (1.0 - track.shown)
            elif track.last_camera == camera and track.left is None:
                track.shown -= weight * track.shown

    def _assign(self, tracks: Sequence[Track], sightings: Sightings, seen: dict[Track, Observation]) -> Sightings:
        """Update `tracks` with the sightings that are theirs, note them in `seen`, and return the sightings left."""
        if not tracks or not len(sightings):
            return sightings
        means, covariances = predict_all([track.state for track in tracks], sightings.t, self._law)
        costs = self._costs(tracks, means, covariances, sightings)
        finite = costs[costs < FORBIDDEN]
        pairs = assign(costs, float(finite.max())) if finite.size else []
        for row, column in pairs:
            expected = MotionState(sightings.t, means[row], covariances[row])
            self._see(tracks[row], expected, sightings, column)
            seen[tracks[row]] = sightings.observations[column]
        taken = {column for _, column in pairs}
        return sightings.only([column for column in range(len(sightings)) if column not in taken])

    def _costs(self, tracks: Sequence[Track], means: Vector, covariances: Vector, sightings: Sightings) -> Costs:
        """How ill each sighting fits each track; things of another kind never do."""
        seen_at = np.array([track.seen_at for track in tracks]).reshape(-1, 2)
        since = sightings.t - np.array([track.seen_t for track in tracks])
        costs = self._gate.costs(means, covariances, seen_at, since, sightings.at, sightings.errors)
        kinds = [track.kind for track in tracks]
        if len({*kinds, *sightings.kinds}) > 1:
            costs[np.array(kinds)[:, None] != np.array(sightings.kinds)[None]] = FORBIDDEN
        return costs

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
            means, _ = predict_all([track.state for track in unseen], t, self._law)
            for track, visible in zip(unseen, view.sees(means[:, :2]), strict=True):
                if not visible:
                    track.left = camera

    def _see(self, track: Track, expected: MotionState, sightings: Sightings, column: int) -> None:
        """Update a track with a sighting of its own, also one that comes a little late."""
        t, camera, at = sightings.t, sightings.camera, sightings.at[column]
        if track.id is not None and camera != track.last_camera and t - track.seen_t > _LATELY:
            self._hand_over(track, t, camera, at)
        last = track.seen_by.get(camera)
        error = sightings.errors[column]
        if last is not None:
            error = error * (1.0 + self.params.lasting / (t - last))
        track.seen_by[camera] = t
        track.left = None
        if t >= track.state.t:
            track.state = update(expected, at, error)
        else:
            ago = track.state.t - t
            track.state = update(track.state, at, error + doubt(ago, self._law)[:2, :2], ago)
        if t >= track.seen_t:
            track.seen_t, track.seen_at, track.last_camera = t, at, camera
        track.sightings += 1

    def _hand_over(self, track: Track, t: float, camera: str, at: Vector) -> None:
        """Note that another camera goes on with a track that was out of sight."""
        gap, away = t - track.seen_t, self._bridge.distance(place(track.seen_at), place(at))
        name, cameras = str(track.id), (track.last_camera, camera)
        self._links.append(
            Link(t=self.now, earlier=name, later=name, gap=gap, distance=away, speed=away / gap, cameras=cameras)
        )
        self.counts.hand_overs += 1

    def _begin(self, sightings: Sightings, column: int) -> Track:
        t, camera, at, error = sightings.t, sightings.camera, sightings.at[column], sightings.errors[column]
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
        here = [track for track in self._tracks if track in seen or self._coasts(track)]
        means, covariances = predict_all([track.state for track in here], self.now, self._law)
        errors = covariances[:, [0, 0, 1], [0, 1, 1]]
        for track, mean, error in zip(here, means.tolist(), errors.tolist(), strict=True):
            point = self._point(track, mean, error, camera, seen.get(track))
            if track.id is not None:
                points.append(point)
                continue
            track.early.append(point)
            if self._believable(track) and self._name(track):
                points += self._early(track)
        return points

    def _coasts(self, track: Track) -> bool:
        """Whether a believed track that this frame does not show is still held to be somewhere."""
        return track.id is not None and track.left is None and self.now - track.seen_t <= self.params.coast

    def _early(self, track: Track) -> list[TrackPoint]:
        """The points of a track from before it was believed, now that it has an id."""
        named = [replace(point, track=str(track.id)) for point in track.early]
        if track.lost_t is not None:
            named[0] = replace(named[0], bridged=track.first_t - track.lost_t)
        track.early = []
        return named

    def _point(
        self, track: Track, mean: list[float], error: list[float], camera: str, observation: Observation | None
    ) -> TrackPoint:
        for name in [name for name, t in track.seen_by.items() if self.now - t > _LATELY]:
            del track.seen_by[name]
        return TrackPoint(
            t=self.now,
            track=track.id or "",
            at=(mean[0], mean[1]),
            velocity=(mean[2], mean[3]),
            covariance=(error[0], error[1], error[2]),
            cameras=tuple(sorted(track.seen_by)),
            camera=camera if observation else None,
            box=observation.box if observation else None,
            observed=observation is not None,
            label=track.looks.label,
            height=track.looks.height,
        )

    def _believable(self, track: Track) -> bool:
        long_enough = track.seen_t - track.first_t >= self.params.confirm_after
        return long_enough and track.sightings >= self.params.confirm_sightings and self._shows(track)

    def _shows(self, track: Track) -> bool:
        return track.shown >= self.params.confirm_share

    def _name(self, track: Track) -> bool:
        """Give a track its id: that of the lost track which it continues, or a new one; False where it is a double."""
        believed = [other for other in self._tracks if other.id is not None]
        double = double_of(track, believed, law=self._law, same=self.params.same, within=self.params.confirm_after)
        if double is not None:
            double.apart |= track.apart
            self._tracks.remove(track)
            self.counts.doubles += 1
            return False
        rivals = [other for other in self._tracks if other.lost_t is None]
        lost = self._bridge.stitch(track, believed, rivals)
        if lost is not None:
            self._tracks.remove(lost)
            self.counts.stitches += 1
            go_on(lost, track)
            self._links.append(link(lost, track, self.now, self._bridge))
            return True
        self.counts.tracks += 1
        track.id = next(self._names, None)
        if track.id is None:
            raise InputError(f"tracker: the names ran out after {self.counts.tracks - 1}. Give an endless iterator")
        links = self._gone.links(track, believed, self.now, self._bridge)
        self.counts.links += len(links)
        self._links += links
        return True

    def _merge(self, seen: Sequence[Track]) -> list[EndedTrack]:
        """End the younger of two believed tracks that turn out to be one person's."""
        ended: list[EndedTrack] = []
        believed = [track for track in self._tracks if track.id is not None]
        for track, others in close_by(seen, believed, same=self.params.same, within=self.params.confirm_after):
            there = [other for other in others if other in self._tracks] if track in self._tracks else []
            other = double_of(track, there, law=self._law, same=self.params.same, within=self.params.confirm_after)
            if other is not None:
                elder, younger = sorted((track, other), key=lambda one: (one.since, one.serial))
                merge(elder, younger)
                self._tracks.remove(younger)
                self.counts.doubles += 1
                ended.append(_ended(younger, merged_into=elder.id))
        return ended

    def _retire(self) -> list[EndedTrack]:
        """Forget the tracks that nobody has seen for too long."""
        ended, kept = [], []
        for track in self._tracks:
            unseen = self.now - track.seen_t
            if unseen <= (self.params.doubt if track.id is None else self.params.stitch):
                kept.append(track)
            elif track.id is None:
                self.counts.unconfirmed_tracks += 1
            else:
                ended.append(_ended(track))
                self._gone.add(track)
        if len(kept) < len(self._tracks):
            living = {track.serial for track in kept}
            for track in kept:
                track.apart &= living
        self._tracks = kept
        self._gone.forget(self.now)
        return ended


def _ended(track: Track, merged_into: str | None = None) -> EndedTrack:
    x, y = place(track.seen_at)
    return EndedTrack(track=str(track.id), since=track.since, until=track.seen_t, at=(x, y), merged_into=merged_into)
