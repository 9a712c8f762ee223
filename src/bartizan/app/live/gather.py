"""A run of live cameras: what their workers tell is joined in time and taken, and time passes where they are silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from bartizan.app.live.foreign import together
from bartizan.app.live.intake import AHEAD
from bartizan.app.live.join import Join, JoinCounts
from bartizan.app.live.ports import SourceCounters
from bartizan.app.live.run import LiveRun, Sighting
from bartizan.app.live.wire import Armed, Held, Lost, Report, Tick, Told, Waiting

TICK = 1.0  # seconds between two ticks of a run's clock
# seconds that a picture may be under way before it comes to be joined; ticks stay behind it
_UNDER_WAY = 1.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something about a camera that its worker cannot tell itself: that it died, and what is done about it."""

    camera: str
    words: str


Arrival = Told | Trouble


class Arrivals(Protocol):
    """Where the workers' messages come from: processes of this machine, or a broker."""

    def next(self, wait: float) -> Arrival | None:
        """What came next; None where nothing came within `wait` [s]."""
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What one message changed: the sighting, and the report where it was one."""

    sighting: Sighting
    report: Report | None = None


@dataclass(slots=True)
class GatherCounts:
    """What happened on the way to the run. `sources` and `unsent`: each camera's latest word of its own counts.

    `ahead`: reports by camera that were ahead of the clock, and were dropped. `troubles`: by camera, how often its
    worker died or had to be ended; `last` the words for the latest.
    """

    join: JoinCounts
    ahead: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    sources: dict[str, SourceCounters] = field(default_factory=dict)
    unsent: dict[str, int] = field(default_factory=dict)
    last: str = ""

    @property
    def dropped(self) -> int:
        """Pictures and reports that came to be and were never looked at."""
        streams = sum(source.dropped for source in self.sources.values())
        return streams + sum(self.unsent.values()) + self.join.dropped + self.ahead.total()


class Gathering:
    """Gathers what the workers of a run's cameras tell.

    `now` is the run's clock [s since its zero]. `tell` is told of troubles, in words. `arming` gives at each tick what
    people have armed and disarmed since (`bartizan.app.live.arming.Arming.changes`), `posture` the states that hold
    since they were changed (`bartizan.app.live.arming.Postures.changes`).
    """

    def __init__(
        self,
        run: LiveRun,
        join: Join,
        *,
        now: Callable[[], float],
        tell: Callable[[Trouble], None] = lambda trouble: None,
        arming: Callable[[float], Iterable[Armed]] = lambda t: (),
        posture: Callable[[float], Iterable[Held]] = lambda t: (),
    ) -> None:
        self.counts = GatherCounts(join.counts)
        self._run, self._join = run, join
        self._now, self._tell = now, tell
        self._ticked = now()
        self._arming, self._posture = arming, posture

    def watch(self, arrivals: Arrivals, over: Callable[[], bool]) -> Iterator[Taken]:
        """Take what arrives until `over()`, or until every camera is over; what is held then is taken too."""
        while not over() and not self._join.over:
            arrival = arrivals.next(self._pause())
            if isinstance(arrival, Trouble):
                self.counts.troubles[arrival.camera] += 1
                self.counts.last = f"camera '{arrival.camera}': {arrival.words}"
                self._tell(arrival)
                yield Taken(self._run.take(Lost(arrival.camera, self._behind(), arrival.words)))
            elif arrival is not None:
                yield from self._take(self._admitted(arrival))
            yield from self._take(self._join.due(self._now()))
            yield from self._tick()
        yield from self._take(self._join.finish())

    def _admitted(self, told: Told) -> tuple[Told, ...]:
        now = self._now()
        if not isinstance(told, Report | Waiting):
            return self._join.put(told, now)
        if told.source is not None:
            self.counts.sources[told.camera] = told.source
        self.counts.unsent[told.camera] = told.unsent
        if told.t > now + AHEAD:
            # one camera's wrong clock must not make all the others late
            self.counts.ahead[told.camera] += 1
            return ()
        return self._join.put(told, now)

    def _take(self, joined: tuple[Told, ...]) -> Iterator[Taken]:
        for told in joined if self._join.whole else together(joined):
            yield Taken(self._run.take(told), told if isinstance(told, Report) else None)

    def _tick(self) -> Iterator[Taken]:
        """Let time pass, behind all that can still come in its order."""
        now = self._now()
        if now - self._ticked >= TICK:
            self._ticked = now
            for held in self._posture(self._behind()):
                yield Taken(self._run.take(held))
            for order in self._arming(self._behind()):
                yield Taken(self._run.take(order))
            yield Taken(self._run.take(Tick(self._behind())))

    def _behind(self) -> float:
        """The time [s] that nothing is before any more that can still come in its order."""
        return self._now() - self._join.wait - _UNDER_WAY

    def _pause(self) -> float:
        due = self._join.next_due()
        until = self._ticked + TICK if due is None else min(due, self._ticked + TICK)
        return max(0.0, until - self._now())
