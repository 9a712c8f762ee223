"""Keeps what a run saw through one camera, for a file that is written when it is over."""

from __future__ import annotations

from bisect import bisect_right

from bartizan.app.live.run import Sighting
from bartizan.watch.tracking.trace import Box, Trace, TraceRow, trace_rows

# how long a gap between two sightings is still filled, and over how long boxes are evened out [s]
LONGEST_GAP = 8.0
WINDOW = 1.0


class Traces:
    """The tracks in one camera's pictures, from the sightings of a run in order."""

    def __init__(self, camera: str) -> None:
        self.camera = camera
        self._times: list[float] = []
        self._traces: dict[str, Trace] = {}

    def add(self, sighting: Sighting) -> None:
        """Take a sighting; those of other cameras are passed over."""
        if sighting.camera == self.camera:
            self._times.append(sighting.t)
        for point in (*sighting.earlier, *sighting.points):
            if point.camera == self.camera and point.box is not None:
                self._note(point.track, point.t, point.box, point.at)

    def rows(self) -> list[TraceRow]:
        """The rows of all tracks in every frame, gaps filled and jitter taken out; tracks are numbered from 1."""
        return [
            row
            for trace in self._traces.values()
            for row in trace_rows(trace, self._times, longest=LONGEST_GAP, window=WINDOW)
        ]

    def _note(self, track: str, t: float, box: Box, at: tuple[float, float]) -> None:
        frame = bisect_right(self._times, t)
        trace = self._traces.setdefault(track, Trace(len(self._traces) + 1))
        if frame and (not trace.frames or frame > trace.frames[-1]):
            trace.frames.append(frame)
            trace.times.append(self._times[frame - 1])
            trace.boxes.append(box)
            trace.places.append(at)
