"""The points of one moment as arrays, so that ten thousand tracks cost one call and not ten thousand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.watch.point import TrackPoint

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Points of tracks as columns, in the order in which they are to be taken; those of one track by time.

    `t` [s] is the moment at which they are known; `times` [s], `places` [m] of shape (n, 2) and `errors`
    (xx, xy, yy) [m²] of shape (n, 3) are those of the points, `observed` and `bridged` [s, NaN: not] as in
    `bartizan.watch.point.TrackPoint`. `cameras` and `labels` are one entry per point.
    """

    t: float
    tracks: tuple[str, ...]
    times: Floats
    places: Floats
    errors: Floats
    observed: NDArray[np.bool_]
    bridged: Floats
    heights: Floats
    labels: tuple[str, ...]
    cameras: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.tracks)

    @classmethod
    def of(cls, points: Sequence[TrackPoint], t: float) -> Batch:
        """The points of one moment `t` [s] as columns."""
        count = len(points)
        nan = float("nan")
        return cls(
            t=t,
            tracks=tuple(point.track for point in points),
            times=np.fromiter((point.t for point in points), np.float64, count),
            places=np.array([point.at for point in points], np.float64).reshape(count, 2),
            errors=np.array([point.covariance for point in points], np.float64).reshape(count, 3),
            observed=np.fromiter((point.observed for point in points), np.bool_, count),
            bridged=np.fromiter((nan if p.bridged is None else p.bridged for p in points), np.float64, count),
            heights=np.fromiter((nan if p.height is None else p.height for p in points), np.float64, count),
            labels=tuple(point.label for point in points),
            cameras=tuple(point.cameras for point in points),
        )
