"""A behaviour of each track by itself: rows, kernels and words put together into what the rules ask for.

A kind gives its record, two compiled kernels and its words. The kernels run over all points of a moment, keep what
they know in records, and copy a record out only where there is something to report; only then is Python called.

- ``take(records, rings, points, params, events) -> count`` takes the points (`kernels.Points`) in their order.
- ``lapse(records, rings, rows, t, gone, params, events) -> count`` lets time pass for these rows; `gone`: their
  tracks are over. It takes `used` away from a record with nothing left to remember.

Both write what is to be reported into `events` (`kernels.tell`), at most two per point or row, and count it. Kernels
know nothing of who listens; the same points in the same order give the same events.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.watch.batch import Batch
from bartizan.watch.behaviours.event import BehaviourEvent, Condition, Phase, Progress
from bartizan.watch.behaviours.parts.kernels import Points
from bartizan.watch.behaviours.parts.roster import CAMERA_WORDS, MOST, Roster
from bartizan.watch.point import Link

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Marks = NDArray[np.uint64]

_PHASES: tuple[Phase, ...] = ("raised", "raised", "updated", "ended")
# links behind one another that are followed back in search of somebody who is remembered
_HOPS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What one kind of behaviour is made of.

    `record` from `roster.record_of`, `take` and `lapse` as above. `words` gives the text and the figures of a record,
    `conditions` how far a record is. `join` adds what is remembered of an earlier track to that of a later one that
    the same walker may have left: ``join(records, rings, earlier row, later row, params)``.
    """

    name: str
    record: np.dtype[np.void]
    take: Callable[..., int]
    lapse: Callable[..., int]
    words: Callable[[Any, Any], tuple[str, Mapping[str, Any]]]
    conditions: Callable[[Any, Any], tuple[Condition, ...]]
    join: Callable[..., None] | None = None


class EachTrack:
    """One rule of a kind, for every track.

    `holds` says which places are in the ground of the rule; a track is remembered from its first sighting there.
    `params` is what the kernels take: a named tuple of numbers and arrays. `ring` is the shape of what they remember
    of one track's last while. `remember` [s]: for how long a link between two tracks is of use; 0 where the kind does
    not join. `most`: how many tracks are remembered at once.
    """

    def __init__(
        self,
        kind: Kind,
        holds: Callable[[Floats], Bools],
        params: Any,
        *,
        ring: tuple[int, ...] = (0, 0),
        remember: float = 0.0,
        most: int = MOST,
    ) -> None:
        self.kind = kind.name
        self._parts = kind
        self._holds = holds
        self._params = params
        self._roster = Roster(kind.record, ring, most)
        self._events = np.zeros(256, kind.record)
        self._cameras = CameraMarks()
        self._joins = remember > 0.0 and kind.join is not None
        self._chains = Chains(remember)

    @property
    def dropped(self) -> int:
        """Points of tracks that found no room."""
        return self._roster.dropped

    def step(self, batch: Batch, links: Iterable[Link] = ()) -> tuple[BehaviourEvent, ...]:
        """Take the points of one moment; return what they give."""
        fresh = [link for link in links if self._chains.take(link)] if self._joins else []
        if not len(batch):
            self._join(link.later for link in fresh)
            return ()
        inside = self._holds(batch.places)
        rows = self._roster.rows(batch.tracks, inside & batch.observed)
        if self._joins:
            self._join((*self._roster.fresh, *(link.later for link in fresh)))
        points = Points(
            rows=rows,
            marks=self._cameras.marks(batch),
            inside=inside,
            times=batch.times,
            places=batch.places,
            sigmas=batch.sigmas(),
            observed=batch.observed,
            bridged=batch.bridged,
        )
        records, rings = self._roster.records, self._roster.rings
        count = self._parts.take(records, rings, points, self._params, self._room(2 * len(batch)))
        return self._told(count, batch.t)

    def pass_time(self, t: float) -> tuple[BehaviourEvent, ...]:
        """Let time pass to `t` [s]; what has lapsed is reported as ended, and forgotten where nothing is left of it."""
        self._chains.forget(t)
        return self._lapse(self._roster.all(), t, gone=False)

    def end(self, tracks: Iterable[str], t: float) -> tuple[BehaviourEvent, ...]:
        """These tracks are over."""
        return self._lapse(self._roster.known(tracks), t, gone=True)

    def finish(self, t: float) -> tuple[BehaviourEvent, ...]:
        """The stream is over: what is open ends, and all is forgotten."""
        events = self._lapse(self._roster.all(), t, gone=True)
        self._roster.release(self._roster.all().tolist())
        self._chains.forget(math.inf)
        return events

    def progress(self, track: str) -> Progress | None:
        """How far this track is; None where nothing is remembered of it."""
        row = self._roster.row(track)
        if row is None:
            return None
        return Progress(track=track, conditions=self._parts.conditions(self._roster.records[row], self._params))

    def _lapse(self, rows: Ints, t: float, *, gone: bool) -> tuple[BehaviourEvent, ...]:
        if not len(rows):
            return ()
        records = self._roster.records
        events = self._room(2 * len(rows))
        count = self._parts.lapse(records, self._roster.rings, rows, t, gone, self._params, events)
        told = self._told(count, t)
        freed = rows[~records["used"][rows]]
        self._chains.drop(freed.tolist())
        self._roster.release(freed.tolist())
        return told

    def _join(self, tracks: Iterable[str]) -> None:
        """Add what is remembered of earlier tracks to those that go on from them, once each."""
        join = self._parts.join
        for track in tracks:
            row = self._roster.row(track)
            earlier = None if row is None else self._chains.before(track, self._roster)
            if row is None or earlier is None or join is None:
                continue
            join(self._roster.records, self._roster.rings, self._roster.row(earlier), row, self._params)
            self._chains.joined(earlier, track, self._roster)

    def _room(self, most: int) -> NDArray[np.void]:
        if len(self._events) < most:
            self._events = np.zeros(2 * most, self._parts.record)
        return self._events

    def _told(self, count: int, t: float) -> tuple[BehaviourEvent, ...]:
        return tuple([self._event(record, t) for record in self._events[:count]]) if count else ()

    def _event(self, record: Any, t: float) -> BehaviourEvent:
        row = int(record["row"])
        track = self._roster.name(row)
        text, figures = self._parts.words(record, self._params)
        return BehaviourEvent(
            phase=_PHASES[int(record["phase"])],
            about=track,
            tracks=(track,),
            t=t,
            since=float(record["since"]),
            at=(float(record["x"]), float(record["y"])),
            text=text,
            cameras=self._cameras.names(record["cameras"]),
            figures=figures,
            linked=self._chains.linked(row),
        )


class CameraMarks:
    """Which cameras saw somebody, as marks that kernels can add up: one bit per camera.

    Cameras beyond the room for marks are not named.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._known: dict[tuple[str, ...], Marks] = {}

    def marks(self, batch: Batch) -> Marks:
        """The marks of the cameras of every point, of shape (n, CAMERA_WORDS)."""
        views, which = batch.views()
        table = np.array([self._of(cameras) for cameras in views], np.uint64).reshape(len(views), CAMERA_WORDS)
        return table[which]

    def names(self, marks: Marks) -> tuple[str, ...]:
        """The names of marked cameras, sorted."""
        words = [int(word) for word in marks]
        return tuple(sorted(name for name, n in self._numbers.items() if words[n // 64] >> (n % 64) & 1))

    def _of(self, cameras: tuple[str, ...]) -> Marks:
        known = self._known.get(cameras)
        if known is None:
            words = [0] * CAMERA_WORDS
            for name in cameras:
                if name in self._numbers or len(self._numbers) < 64 * CAMERA_WORDS:
                    n = self._numbers.setdefault(name, len(self._numbers))
                    words[n // 64] |= 1 << (n % 64)
            known = self._known[cameras] = np.array(words, np.uint64)
        return known


class Chains:
    """Tracks that one walker could have left one after the other, for as long as that is of use.

    Only links without a rival join: where two tracks could go on from one, neither is said to.
    """

    def __init__(self, remember: float) -> None:
        self._remember = remember
        self._before: dict[str, Link] = {}
        self._joined: dict[int, tuple[str, ...]] = {}

    def take(self, link: Link) -> bool:
        """Note a link; False where it joins nothing."""
        if link.rivals or link.earlier == link.later or link.later in self._before:
            return False
        self._before[link.later] = link
        return True

    def before(self, track: str, roster: Roster) -> str | None:
        """The nearest earlier track of the chain that is remembered and not yet joined."""
        row = roster.row(track)
        done = () if row is None else self._joined.get(row, ())
        at = track
        for _ in range(_HOPS):
            link = self._before.get(at)
            if link is None:
                return None
            at = link.earlier
            if at in done:
                return None
            if at != track and roster.row(at) is not None:
                return at
        return None

    def joined(self, earlier: str, later: str, roster: Roster) -> None:
        """What is remembered of `earlier` is now part of what is remembered of `later`."""
        earlier_row, row = roster.row(earlier), roster.row(later)
        if earlier_row is None or row is None:
            return
        chain = (*self._joined.get(earlier_row, ()), earlier, *self._joined.get(row, ()))
        self._joined[row] = tuple(dict.fromkeys(chain))[-_HOPS:]

    def linked(self, row: int) -> tuple[str, ...]:
        """The earlier tracks whose time a row holds as well."""
        return self._joined.get(row, ())

    def drop(self, rows: Iterable[int]) -> None:
        """These rows are given back."""
        for row in rows:
            self._joined.pop(row, None)

    def forget(self, t: float) -> None:
        """Links older than `remember` are of no more use at `t` [s]."""
        # links come in the order of time, so the first that is young enough ends the search
        while self._before:
            later, link = next(iter(self._before.items()))
            if t - link.t <= self._remember:
                break
            del self._before[later]
        if math.isinf(t):
            self._joined.clear()
