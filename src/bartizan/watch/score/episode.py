"""What should have been raised and what was: a true `Episode`, an `Alarm`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

# times come rounded to a microsecond
_TICK = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Something that truly happened: `kind` of behaviour in `zone`, from `begin` to `end` [s].

    `due` [s] is when its condition was met: the earliest that a perfect watch could raise it. `seconds` is how long
    the person truly stayed, or None where no length is scored.
    """

    kind: str
    zone: str
    begin: float
    due: float
    end: float
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that was raised at `t` [s]: `seconds` is the length of stay last said of it, or None."""

    id: str
    kind: str
    zone: str
    t: float
    seconds: float | None = None


def true_stays(
    kind: str,
    zone: str,
    polygon: Polygon,
    tracks: Iterable[tuple[NDArray[np.float64], NDArray[np.float64]]],
    *,
    after: float,
    grace: float,
) -> Iterator[Episode]:
    """The episodes that lie in true tracks: stays of one person of `after` seconds or more.

    `tracks`: per person the times [s], shape (n,), rising, and the places [m], shape (n, 2). `polygon` [m] with its
    edge is the zone. A stay is interrupted by no more than `grace` [s] at a time and runs from the first to the last
    time inside. This is the definition worked out over whole tracks at once, and none of the code that watches.
    """
    for times, places in tracks:
        inside = shapely.intersects_xy(polygon, places[:, 0], places[:, 1])
        within = times[inside]
        if not len(within):
            continue
        breaks = np.flatnonzero(np.diff(within) > grace + _TICK) + 1
        for stay in np.split(within, breaks):
            begin, end = float(stay[0]), float(stay[-1])
            if end - begin >= after - _TICK and len(stay) > 1:
                due = float(stay[np.searchsorted(stay, begin + after - _TICK)])
                yield Episode(kind=kind, zone=zone, begin=begin, due=due, end=end, seconds=end - begin)
