"""Trails: where everybody near a place was over the last minute, so that it can be asked who had been there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled
from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.parts.perimeter import Floats
from bartizan.watch.behaviours.parts.roster import MOST, Roster, record_of

Bools = NDArray[np.bool_]
# a place is kept every second, for as long as a left thing may take to be noticed [s]
EVERY = 1.0
KEPT = 64
# who is nearest at a time is asked of places that were seen at most so long before or after [s]
ABOUT = 1.5

_RECORD = record_of(("seen", np.float64), ("noise", np.float64), ("written", np.float64), ("kept", np.int64))


class Trails:
    """The trails of tracks, by name; a track is followed from its first sighting where `step` is told to."""

    def __init__(self, most: int = MOST) -> None:
        self._roster = Roster(_RECORD, (KEPT, 3), most)

    @property
    def dropped(self) -> int:
        """Points of tracks that found no room."""
        return self._roster.dropped

    def step(self, batch: Batch, wanted: Bools) -> None:
        """Take the points of one moment; tracks begin to be followed where `wanted`."""
        rows = self._roster.rows(batch.tracks, wanted & batch.observed)
        _follow(
            self._roster.records, self._roster.rings, rows, batch.times, batch.places, batch.sigmas(), batch.observed
        )

    def forget(self, t: float) -> None:
        """Forget the tracks that nobody has seen for as long as a trail lasts."""
        rows = self._roster.all()
        old = rows[self._roster.records["seen"][rows] < t - KEPT * EVERY]
        self._roster.release(old.tolist())

    def last(self, track: str) -> tuple[float, tuple[float, float], float] | None:
        """When [s], where [m], and two sigma of the place [m], a track was last seen; None where it is not known."""
        row = self._roster.row(track)
        if row is None:
            return None
        record = self._roster.records[row]
        return float(record["seen"]), (float(record["x"]), float(record["y"])), float(record["noise"])

    def nearest(
        self, t: float, place: tuple[float, float], within: float, but: Iterable[str] = ()
    ) -> tuple[str, float, float] | None:
        """Who was nearest to a place [m] at `t` [s], or was there last before: the track, when [s], how near [m].

        Only those who came within `within` [m]. Somebody there at `t` goes before anybody who had been there.
        """
        passed_over = set(self._roster.known(but).tolist())
        rows = np.array([row for row in self._roster.all() if row not in passed_over], np.int64)
        row, when, off = _nearest(self._roster.records, self._roster.rings, rows, t, place[0], place[1], within)
        return None if row < 0 else (self._roster.name(row), float(when), float(off))


@compiled
def _follow(  # noqa: PLR0917 - compiled: arrays one by one
    records: Any, rings: Any, rows: Any, times: Floats, places: Floats, sigmas: Floats, observed: Bools
) -> None:
    for n in range(len(rows)):
        if rows[n] < 0 or not observed[n]:
            continue
        record, ring, t = records[rows[n]], rings[rows[n]], times[n]
        if record.kept > 0 and t <= record.seen:
            continue
        record.seen, record.x, record.y, record.noise = t, places[n, 0], places[n, 1], 2.0 * sigmas[n]
        if record.kept == 0 or t - record.written >= EVERY:
            kept = ring[record.kept % KEPT]
            kept[0], kept[1], kept[2] = t, record.x, record.y
            record.kept += 1
            record.written = t


@compiled
def _nearest(  # noqa: PLR0917 - compiled: arrays one by one
    records: Any, rings: Any, rows: Any, t: float, x: float, y: float, within: float
) -> tuple[int, float, float]:
    best, when, least = -1, -np.inf, np.inf
    there = False
    for row in rows:
        record, ring = records[row], rings[row]
        for place in ring[: min(record.kept, KEPT)]:
            off = math.hypot(place[1] - x, place[2] - y)
            if off > within or place[0] > t + ABOUT:
                continue
            now = place[0] >= t - ABOUT
            if now and (not there or off < least):
                best, when, least, there = row, place[0], off, True
            elif not there and place[0] > when:
                best, when, least = row, place[0], off
    return best, when, least
