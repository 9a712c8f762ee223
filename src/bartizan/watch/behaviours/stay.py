"""A stay: one track in one zone, from when it came in until it was gone for longer than the grace.

All of it is measured by the times of the sightings, never by counting frames:

- the stay **starts** with the first sighting inside the zone (its edge belongs to it);
- an **interruption** runs from one sighting inside to the next one inside, whether the person was seen outside
  meanwhile or not at all; up to `grace` seconds it keeps the stay, beyond that the stay is over and the next sighting
  inside starts another;
- its **length** is the time from the first to the last sighting inside, interruptions included. Time after the last
  sighting inside does not count: nobody is said to be where nobody sees them. So a crossing never lasts longer than
  it took, and splitting a stay by interruptions within the grace never shortens it.

A predicted place (a coasting track) is no sighting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

# a person stands who keeps within 0.9 m for 3 s, that is, walks at less than 0.3 m/s
STANDING_RADIUS = 0.9
STANDING_AFTER = 3.0
# a walked distance grows by strides of this length [m], so that jitter on the spot is no walk at any frame rate
STRIDE = 1.0
# out of sight for longer than this [s] counts as interrupted; shorter gaps are those between frames
UNSEEN = 1.0
# times come rounded to a microsecond: a gap of exactly the grace is within it
TICK = 1e-6

Place = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One stay so far; times in seconds of the stream, places in metres.

    `entered` and `left` are the first and last sighting inside; `interrupted` [s] is the sum of the gaps in which
    the person was seen outside or, where longer than UNSEEN, not at all. `standing` [s] and `walked` [m] cover
    what was seen from the one to the other. `bridged` counts the stitches of the track within the stay.
    """

    track: str
    entered: float
    left: float
    first: Place
    last: Place
    cameras: frozenset[str] = frozenset()
    sightings: int = 1
    interrupted: float = 0.0
    bridged: int = 0
    standing: float = 0.0
    walked: float = 0.0
    outside: bool = False
    stride_from: Place = (0.0, 0.0)
    rest_from: float = 0.0
    rest_at: Place = (0.0, 0.0)

    @property
    def seconds(self) -> float:
        """The length of the stay [s]."""
        return self.left - self.entered

    @property
    def moving(self) -> float:
        """The seconds of the stay in which the person did not stand."""
        return max(0.0, self.seconds - self.standing)

    @property
    def net(self) -> float:
        """How far from where it began the stay has come [m]."""
        return math.dist(self.first, self.last)


def begin(track: str, t: float, at: Place, cameras: tuple[str, ...] = ()) -> Stay:
    """The stay that starts with a sighting inside at `t` [s], `at` [m]."""
    return Stay(
        track=track,
        entered=t,
        left=t,
        first=at,
        last=at,
        cameras=frozenset(cameras),
        stride_from=at,
        rest_from=t,
        rest_at=at,
    )


def is_over(stay: Stay, t: float, grace: float) -> bool:
    """Whether at `t` [s] the last sighting inside is more than `grace` seconds ago."""
    return t - stay.left > grace + TICK


def outside(stay: Stay) -> Stay:
    """The stay after a sighting outside."""
    return stay if stay.outside else replace(stay, outside=True)


def inside(stay: Stay, t: float, at: Place, cameras: tuple[str, ...] = (), *, stitched: bool = False) -> Stay:
    """The stay after another sighting inside at `t` [s], `at` [m], within the grace."""
    gap = t - stay.left
    rests = math.dist(stay.rest_at, at) <= STANDING_RADIUS
    rest_from, rest_at = (stay.rest_from, stay.rest_at) if rests else (t, at)
    stride = math.dist(stay.stride_from, at)
    return replace(
        stay,
        left=t,
        last=at,
        cameras=stay.cameras.union(cameras),
        sightings=stay.sightings + 1,
        interrupted=stay.interrupted + (gap if stay.outside or gap > UNSEEN else 0.0),
        bridged=stay.bridged + stitched,
        standing=stay.standing + (_newly_stood(stay, t) if rests else 0.0),
        walked=stay.walked + (stride if stride >= STRIDE else 0.0),
        outside=False,
        stride_from=at if stride >= STRIDE else stay.stride_from,
        rest_from=rest_from,
        rest_at=rest_at,
    )


def _newly_stood(stay: Stay, t: float) -> float:
    """The seconds of standing that a sighting at rest adds: all of the rest at once when it has become one."""
    if t - stay.rest_from < STANDING_AFTER:
        return 0.0
    return t - stay.rest_from if stay.left - stay.rest_from < STANDING_AFTER else t - stay.left
