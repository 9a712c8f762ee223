"""What a camera's worker does: it looks at one stream, picture by picture, and tells what it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from bartizan.app.live.eye import Eye
from bartizan.app.live.ports import Frame, FrameSource, LiveSource, Picture, SourceCounters
from bartizan.app.live.wire import Ended, Report, Told, Waiting, usable
from bartizan.errors import VideoError
from bartizan.watch.health import Reading

BEAT = 1.0  # seconds without a picture after which a worker says that it is alive
# a picture that is on its way is at most this much older than the clock [s]; what comes later is late all the same
_UNDER_WAY = 1.0
_OVER = "its pictures have ended"

Measure = Callable[[float, Picture], Reading | None]
"""The health reading of a picture at a time [s], or None where none is due."""

Show = Callable[[Picture], bytes | None]
"""A picture as a JPEG for showing, or None where it cannot be one."""


@dataclass(slots=True)
class Sender:
    """Gives the messages of one worker their names: its token, and a number from 1."""

    token: str
    site: str
    camera: str
    zero: datetime | None = None
    number: int = field(default=0, init=False)

    def report(self, t: float) -> Report:
        """A report at `t` [s] that says nothing yet."""
        self.number += 1
        return Report(sender=self.token, number=self.number, site=self.site, camera=self.camera, t=t, zero=self.zero)

    def waiting(self, t: float, source: SourceCounters) -> Waiting:
        """No picture came up to `t` [s]."""
        self.number += 1
        return Waiting(
            sender=self.token,
            number=self.number,
            site=self.site,
            camera=self.camera,
            t=t,
            zero=self.zero,
            source=source,
        )

    def ended(self, t: float, why: str) -> Ended:
        """The pictures are over at `t` [s]."""
        self.number += 1
        return Ended(
            sender=self.token, number=self.number, site=self.site, camera=self.camera, t=t, zero=self.zero, why=why
        )


def look(
    source: FrameSource,
    eye: Eye,
    sender: Sender,
    *,
    seconds: Callable[[], float],
    measure: Measure | None = None,
    show: Show | None = None,
    every: float = 0.2,
) -> Iterator[Told]:
    """Look at a camera's pictures until they are over, and tell of each; the last thing told is the end.

    `seconds` is the run's clock; a live source that gives no picture is told of once a BEAT. `measure` gives the
    health reading, `show` a JPEG of one picture in `every` seconds. Raises what a detector raises; a source that
    breaks is an end with its words.
    """
    shown = -every
    t = 0.0
    why = _OVER
    try:
        for frame, counters in _frames(source):
            if frame is None:
                t = max(t, seconds() - _UNDER_WAY)
                yield sender.waiting(t, counters or SourceCounters())
                continue
            t, picture = frame
            seen, left_out = usable(eye.see(t, picture))
            report = replace(
                sender.report(t),
                detections=seen.detections,
                observations=seen.observations,
                health=_health(measure, t, picture, counters),
                source=counters,
                unusable=left_out,
            )
            if show is not None and not 0.0 <= t - shown < every:
                shown = t
                report = replace(report, picture=show(picture))
            yield report
        if isinstance(source, LiveSource):
            # what was dropped last is told too
            yield sender.waiting(t, source.counters)
            why = source.counters.words or _OVER
    except VideoError as error:
        why = str(error)
    yield sender.ended(t, why)


def _health(measure: Measure | None, t: float, picture: Picture, counters: SourceCounters | None) -> Reading | None:
    reading = None if measure is None else measure(t, picture)
    return reading if reading is None or counters is None else replace(reading, jumps=counters.jumps)


def _frames(source: FrameSource) -> Iterator[tuple[Frame | None, SourceCounters | None]]:
    """The pictures, and None for each BEAT in which a live source has none."""
    if not isinstance(source, LiveSource):
        for frame in source:
            yield frame, None
        return
    while True:
        taken = source.take(BEAT)
        counters = source.counters
        if taken is None and counters.state == "closed":
            return
        yield taken, counters
