"""The points of one moment as arrays, so that ten thousand tracks cost one call and not ten thousand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from bartizan.watch.point import TrackPoint

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# no plan is this wide [m] and no stream this long [s]; beyond it squares would overflow
NOWHERE = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Points of tracks as columns, in the order in which they are to be taken; those of one track by time.

    `t` [s] is the moment at which they are known; `times` [s], `places` [m] of shape (n, 2) and `errors`
    (xx, xy, yy) [m²] of shape (n, 3) are those of the points, `observed` and `bridged` [s, NaN: not] as in
    `bartizan.watch.point.TrackPoint`. `cameras` and `labels` are one entry per point. `dropped` counts the points
    that were none: without a time or a place on any plan.
    """

    t: float
    tracks: tuple[str, ...]
    times: Floats
    places: Floats
    errors: Floats
    observed: Bools
    bridged: Floats
    heights: Floats
    labels: tuple[str, ...]
    cameras: tuple[tuple[str, ...], ...]
    dropped: int = 0
    _views: list[tuple[tuple[tuple[str, ...], ...], Ints]] = field(default_factory=list, init=False, repr=False)
    _sigmas: list[Floats] = field(default_factory=list, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.tracks)

    @classmethod
    def of(cls, points: Sequence[TrackPoint], t: float) -> Batch:
        """The points of one moment `t` [s] as columns; those without a time or a place are left out and counted."""
        count = len(points)
        nan = float("nan")
        whole = cls(
            t=t,
            tracks=tuple([point.track for point in points]),
            times=np.fromiter([point.t for point in points], np.float64, count),
            places=np.array([point.at for point in points], np.float64).reshape(count, 2),
            errors=np.array([point.covariance for point in points], np.float64).reshape(count, 3),
            observed=np.fromiter([point.observed for point in points], np.bool_, count),
            bridged=np.fromiter([nan if p.bridged is None else p.bridged for p in points], np.float64, count),
            heights=np.fromiter([nan if p.height is None else p.height for p in points], np.float64, count),
            labels=tuple([point.label for point in points]),
            cameras=tuple([point.cameras for point in points]),
        )
        usable = (np.abs(whole.times) <= NOWHERE) & (np.abs(whole.places) <= NOWHERE).all(axis=1)  # NaN is not
        return whole if usable.all() else whole._only(usable, int(count - np.count_nonzero(usable)))

    def where(self, mask: Bools) -> Batch:
        """The points for which `mask` (n) is true, in the same order."""
        return self if mask.all() else self._only(mask, 0)

    def _only(self, mask: Bools, dropped: int) -> Batch:
        return Batch(
            t=self.t,
            tracks=tuple(compress(self.tracks, mask)),
            times=self.times[mask],
            places=self.places[mask],
            errors=self.errors[mask],
            observed=self.observed[mask],
            bridged=self.bridged[mask],
            heights=self.heights[mask],
            labels=tuple(compress(self.labels, mask)),
            cameras=tuple(compress(self.cameras, mask)),
            dropped=dropped,
        )

    def sigmas(self) -> Floats:
        """The standard deviation [m] of each place along the axis in which it is greatest; 0 where none is given."""
        if not self._sigmas:
            xx, xy, yy = self.errors.T
            # an error that is none (NaN, below 0) says nothing, and must not stop a rule
            with np.errstate(over="ignore", invalid="ignore"):
                greatest = (xx + yy) / 2.0 + np.hypot((xx - yy) / 2.0, xy)
            self._sigmas.append(np.sqrt(np.where(greatest > 0.0, np.minimum(greatest, NOWHERE**2), 0.0)))
        return self._sigmas[0]

    def views(self) -> tuple[tuple[tuple[str, ...], ...], Ints]:
        """The different sets of cameras, and for each point the number of its own among them."""
        if not self._views:
            numbers: dict[tuple[str, ...], int] = {}
            which = [numbers.setdefault(cameras, len(numbers)) for cameras in self.cameras]
            self._views.append((tuple(numbers), np.array(which, np.int64)))
        return self._views[0]
