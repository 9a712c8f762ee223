"""Which tracks may be one walker: evidence of place and time, told once and never turned into one id.

Who walks out of sight behind a building and comes out minutes later has two tracks. That the second could be the
first is worth knowing; that it is, nobody can tell without looking at people, which is not done here. So it is said
with what speaks for it (how long, how far, how fast) and against it (how many others it could be as well).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bartizan.watch.point import Link
from bartizan.watch.tracking.identity import Bridge, Track

# candidates whose way on foot is searched, per link that is told
_CHECKED = 4


@dataclass(slots=True)
class Gone:
    """The tracks that ended lately: for `within` seconds, and `most` at a time.

    `forgotten` counts those that were dropped before their time, `unsaid` the links beyond `most_links` of one track.
    """

    within: float
    most: int
    most_links: int
    tracks: deque[Track] = field(default_factory=deque)
    forgotten: int = 0
    unsaid: int = 0

    def add(self, track: Track) -> None:
        """Remember a track that ended."""
        self.tracks.append(track)
        if len(self.tracks) > self.most:
            self.tracks.popleft()
            self.forgotten += 1

    def forget(self, now: float) -> None:
        """Drop those that ended too long ago."""
        while self.tracks and now - self.tracks[0].seen_t > self.within:
            self.tracks.popleft()

    def links(self, track: Track, out_of_sight: Iterable[Track], now: float, bridge: Bridge) -> list[Link]:
        """What a new track could continue, the latest seen first, at most `most_links`."""
        near = [one for one in (*self.tracks, *out_of_sight) if bridge.may_follow(one, track, self.within)]
        near.sort(key=lambda one: (-one.seen_t, one.serial))
        # the way around walls takes long to find: those far down the list stay rivals by the crow's distance
        checked = near[: _CHECKED * self.most_links]
        found = [one for one in checked if bridge.follows(one, track, self.within)] + near[len(checked) :]
        self.unsaid += max(0, len(found) - self.most_links)
        links = []
        for one in found[: self.most_links]:
            links.append(link(one, track, now, bridge, rivals=len(found) - 1 + one.claims))
            one.claims += 1
        return links


def link(earlier: Track, later: Track, now: float, bridge: Bridge, *, rivals: int = 0) -> Link:
    """What makes `later` the possible or (of one id) taken continuation of `earlier`."""
    gap, distance = later.first_t - earlier.seen_t, bridge.walk(earlier, later)
    return Link(
        t=now,
        earlier=str(earlier.id),
        later=str(later.id),
        gap=gap,
        distance=distance,
        speed=distance / gap,
        rivals=rivals,
        cameras=(earlier.last_camera, later.camera),
    )
