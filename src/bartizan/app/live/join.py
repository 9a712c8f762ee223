"""Puts the reports of several cameras into the order of time, and waits for nobody longer than is useful.

Each camera tells in its own order and at its own pace. A report is let go once no camera that is waited for can still
tell of an earlier time; or when it has waited long enough. A camera that made others wait that long is not waited for
until it has caught up; one that is over, never again. So a camera that stalls or dies delays an alarm of the others by
one wait, once.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bartizan.app.live.wire import Ended, Notice, Told, Waiting

WAIT = 2.0  # seconds: over the difference between the delays of any two cameras of one network
MOST = 20_000  # reports held at once: eight hundred cameras' seconds, or a minute of the largest site
# seconds in which no camera spoke, after which it was not one of them that failed but the way here
_SILENCE = 1.0


@dataclass(slots=True)
class JoinCounts:
    """What was joined, and what was not.

    By camera: `late` reports that came after the others had gone on, and were dropped; `unusable` ones without a time;
    `stalls`, how often the others stopped waiting for it. `hurried`: let go before their time because too many were
    held.
    """

    joined: int = 0
    hurried: int = 0
    late: Counter[str] = field(default_factory=Counter)
    unusable: Counter[str] = field(default_factory=Counter)
    stalls: Counter[str] = field(default_factory=Counter)

    @property
    def dropped(self) -> int:
        """Reports that nobody will see."""
        return self.late.total() + self.unusable.total()


class Join:
    """Joins what `cameras` tell. `wait` [s]: how long a report is held at most; infinite waits for every camera.

    Times `now` [s] are those of any clock that never goes back. What is given out is in the order of the reports' own
    times, ties in the order of `cameras`; a report from before what was given out already is dropped and counted. A
    camera that is not among `cameras` is joined too, from when it first speaks. `whole`: one report holds all that a
    camera shows at its time; where not, more of the same time is waited for.
    """

    def __init__(self, cameras: Iterable[str], *, wait: float = WAIT, most: int = MOST, whole: bool = True) -> None:
        self.wait, self.most = wait, most
        self.whole = whole
        self.counts = JoinCounts()
        self._heard = dict.fromkeys(cameras, -math.inf)
        self._rank = {camera: rank for rank, camera in enumerate(self._heard)}
        self._over: set[str] = set()
        self._stalled: set[str] = set()
        self._held: list[tuple[float, int, int, Told]] = []
        self._arrivals: deque[tuple[float, float]] = deque()
        self._last = -math.inf
        self._gone = -math.inf
        self._serial = 0

    @property
    def over(self) -> bool:
        """Whether every camera has said that it is over, and nothing is held."""
        return not self._held and set(self._heard) == self._over

    def put(self, told: Told, now: float) -> tuple[Told, ...]:
        """Take what a camera tells at `now` [s]; return what can go, in the order of time."""
        camera = told.camera
        if not math.isfinite(told.t):
            self.counts.unusable[camera] += 1
            return self.due(now)
        if now - self._last > _SILENCE:
            # nobody spoke: the way here was shut, and whoever speaks first is not to leave the others behind
            self._stalled.clear()
        self._last = now
        self._rank.setdefault(camera, len(self._rank))
        until = told.t if self.whole else math.nextafter(told.t, -math.inf)
        self._heard[camera] = max(until, self._heard.get(camera, -math.inf))
        if isinstance(told, Ended | Notice):
            if isinstance(told, Ended):
                self._over.add(camera)
            # the end of a camera is told, and what somebody else noticed, however late
            self._hold(max(told.t, self._gone), told, now)
        elif told.t < self._gone:
            # a camera that had nothing to tell in time has lost nothing
            self.counts.late[camera] += not isinstance(told, Waiting)
        else:
            self._over.discard(camera)
            self._stalled.discard(camera)
            self._hold(told.t, told, now)
        return self.due(now)

    def due(self, now: float) -> tuple[Told, ...]:
        """What can go at `now` [s]."""
        # what is told however late need not wait for what can no longer come before it
        return self._release(max(self._complete(), self._overdue(now), self._gone))

    def next_due(self) -> float | None:
        """When something held will have waited long enough [s]; None where nothing is held."""
        return self._arrivals[0][0] + self.wait if self._arrivals else None

    def finish(self) -> tuple[Told, ...]:
        """All that is held: nobody will speak any more."""
        return self._release(math.inf)

    def _hold(self, t: float, told: Told, now: float) -> None:
        self._serial += 1
        heapq.heappush(self._held, (t, self._rank[told.camera], self._serial, told))
        if math.isfinite(self.wait):
            self._arrivals.append((now, t))

    def _complete(self) -> float:
        """The time up to which everybody who is waited for has spoken."""
        awaited = [t for camera, t in self._heard.items() if camera not in self._over and camera not in self._stalled]
        return min(awaited, default=math.inf)

    def _overdue(self, now: float) -> float:
        """The time up to which nothing may be held any longer; notes who was waited for in vain."""
        until = -math.inf
        for arrived, t in self._arrivals:
            if now - arrived < self.wait:
                break
            until = max(until, t)
        for camera, heard in self._heard.items():
            if heard < until and camera not in self._over and camera not in self._stalled:
                self._stalled.add(camera)
                self.counts.stalls[camera] += 1
        if len(self._held) > self.most:
            surplus = heapq.nsmallest(len(self._held) - self.most, self._held)
            self.counts.hurried += len(surplus)
            until = max(until, surplus[-1][0])
        return until

    def _release(self, until: float) -> tuple[Told, ...]:
        gone = []
        while self._held and self._held[0][0] <= until:
            t, _, _, told = heapq.heappop(self._held)
            self._gone = max(self._gone, t)
            gone.append(told)
        while self._arrivals and self._arrivals[0][1] <= self._gone:
            self._arrivals.popleft()
        self.counts.joined += len(gone)
        return tuple(gone)
