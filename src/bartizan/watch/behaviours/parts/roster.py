"""The roster: which row of a behaviour's records belongs to which track.

Rows are given out when a track has something to be remembered, taken back when it has not, and used again. Arrays
grow by doubling, up to a bound; a point that finds no row is counted, because a crowd without end must neither stop
the watch nor eat the machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Records = NDArray[np.void]

# tracks that one rule remembers at once: more than any site has, and less than fills a machine
MOST = 32_768
_FIRST = 64
# cameras that one behaviour can name: 64 in a word
CAMERA_WORDS = 4

# what every record begins with; the rest is the kind's own
HEAD: tuple[tuple[Any, ...], ...] = (
    ("row", np.int64),
    ("used", np.bool_),  # the kernel takes it away when nothing is left to remember, and the row is free
    ("open", np.bool_),  # raised and not ended
    ("phase", np.int8),  # of an event: what it reports
    ("since", np.float64),  # of what is reported [s]
    ("x", np.float64),  # where [m]
    ("y", np.float64),
    ("cameras", np.uint64, (CAMERA_WORDS,)),
)
RAISED, UPDATED, ENDED = 1, 2, 3


def record_of(*fields: tuple[Any, ...]) -> np.dtype[np.void]:
    """The type of a record: the common head, then a kind's own `fields`."""
    return np.dtype([*HEAD, *fields], align=True)


class Roster:
    """Rows of records, and of rings of numbers, for the tracks that are remembered.

    `records` has the type `record`; `rings` has the shape of `ring` behind its rows for what is remembered of
    the last while.
    Both may be other arrays after rows were given out; `fresh` are the tracks that were given the last ones.
    `dropped` counts the points that found no row.
    """

    def __init__(self, record: DTypeLike, ring: tuple[int, ...] = (0, 0), most: int = MOST) -> None:
        first = min(_FIRST, most)
        self.records: Records = np.zeros(first, record)
        self.rings: Floats = np.zeros((first, *ring))
        self.fresh: list[str] = []
        self.dropped = 0
        self._most = most
        self._rows: dict[str, int] = {}
        self._names: list[str | None] = []
        self._free: list[int] = []

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, tracks: Sequence[str], wanted: Bools) -> Ints:
        """The row of each track; one that has none gets one where it is `wanted`, else it is -1."""
        known = self._rows.get
        found = np.array([known(track, -1) for track in tracks], np.int64)
        self.fresh = []
        if len(found) and (unknown := found < 0).any():
            for n in np.flatnonzero(unknown & wanted).tolist():
                found[n] = row = self._take(tracks[n])
                self.dropped += row < 0
            if self.fresh:
                self._clear()
                # points of a track that came before the one which got it a row are to be taken with it
                found[unknown] = [known(tracks[n], -1) for n in np.flatnonzero(unknown).tolist()]
        return found

    def row(self, track: str) -> int | None:
        """The row of one track; None where nothing is remembered of it."""
        return self._rows.get(track)

    def known(self, tracks: Iterable[str]) -> Ints:
        """The rows of those tracks that have one, in their order."""
        return np.array([row for track in tracks if (row := self._rows.get(track)) is not None], np.int64)

    def name(self, row: int) -> str:
        """The track of a row."""
        return str(self._names[row])

    def all(self) -> Ints:
        """The rows of all tracks, in the order in which these came."""
        return np.fromiter(self._rows.values(), np.int64, len(self._rows))

    def release(self, rows: Iterable[int]) -> None:
        """Forget the tracks of these rows."""
        for row in rows:
            del self._rows[self.name(row)]
            self._names[row] = None
            self._free.append(int(row))

    def _take(self, track: str) -> int:
        if (known := self._rows.get(track)) is not None:
            return known
        if self._free:
            row = self._free.pop()
        elif (row := len(self._names)) < self._most:
            if row == len(self.records):
                more = min(row, self._most - row)
                self.records = np.concatenate([self.records, np.zeros(more, self.records.dtype)])
                self.rings = np.concatenate([self.rings, np.zeros((more, *self.rings.shape[1:]))])
            self._names.append(None)
        else:
            return -1
        self._rows[track] = row
        self._names[row] = track
        self.fresh.append(track)
        return row

    def _clear(self) -> None:
        """Begin the records of the fresh tracks, all at once: single records are slow to write."""
        rows = self.known(self.fresh)
        self.records[rows] = np.zeros((), self.records.dtype)
        self.records["row"][rows] = rows
        self.records["used"][rows] = True
        self.rings[rows] = 0.0
