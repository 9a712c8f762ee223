"""Watches the cameras of a site for an open desk: alarms first, then what is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bartizan.app.desk import Desk
from bartizan.app.desk.feed import LiveFeed
from bartizan.app.live import LiveRun
from bartizan.app.live.gather import Arrivals, Gathering, Taken
from bartizan.app.live.showing import Showing
from bartizan.signal import Signal

STALE = 5.0  # seconds without a picture of any camera after which nobody is shown on the plan any more


class DutyWatch:
    """Takes what `gathering` gathers for its `run` to the desk and to its feed.

    `name` names the run in the ids of tracks and signals, and must never be used twice on one journal. Every signal is
    durable on the desk before its picture is shown. A camera that is not well is a signal of the run's health book:
    an eye that is shut is not a quiet night. `episodes` counts the signals of a moment [s], and gives what is unusual
    in their number; `album` keeps pictures where rules allow it.
    """

    def __init__(
        self,
        desk: Desk,
        feed: LiveFeed,
        run: LiveRun,
        gathering: Gathering,
        *,
        name: str,
        episodes: Callable[[Sequence[Signal], float], Sequence[Signal]] = lambda signals, t: (),
        album: Callable[[Taken], None] = lambda taken: None,
    ) -> None:
        self._episodes, self._album = episodes, album
        self._desk, self._feed, self._run, self._gathering = desk, feed, run, gathering
        self._name = name
        self._showing = Showing(feed)
        self._shown = 0.0

    def watch(self, arrivals: Arrivals, over: Callable[[], bool]) -> None:
        """Watch until `over()` or until every camera is over. Errors: those of the desk."""
        for taken in self._gathering.watch(arrivals, over):
            # the alarm first: a picture may be lost, an alarm may not
            signals = taken.sighting.signals
            for signal in (*signals, *self._episodes(signals, taken.sighting.t)):
                self._desk.take(signal, self._name)
            self._album(taken)
            self._show(taken)
            self._count()
        for signal in self._run.finish():
            self._desk.take(signal, self._name)
        self._feed.publish_tracks(0.0, [])

    def _show(self, taken: Taken) -> None:
        sighting = taken.sighting
        if taken.report is not None:
            self._shown = sighting.t
            self._showing.show(sighting, taken.report.picture)
        elif sighting.t - self._shown > STALE:
            self._shown = sighting.t
            self._feed.publish_tracks(sighting.t, [])

    def _count(self) -> None:
        counts, way = self._run.counts, self._gathering.counts
        dropped = counts.dropped_frames + counts.dropped_observations + way.dropped
        self._feed.publish_counts(counts.frames + way.dropped, counts.detections, dropped)
