"""The time of a live picture: the stream's own clock, tied to the clock of the run by the least latency seen.

A picture arrives late by what the camera, the network and the decoder took, which varies; its stream time does not
vary, but its zero and its pace are the camera's own. The least of (arrival - stream time) over the last minute or two
is the best estimate of the zero that a receiver alone can make (the minimum filter of network time protocols: D. L.
Mills, RFC 5905, section 10). Not modelled: the least latency itself, which stays in every time.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

SPAN = 10.0  # s of arrivals of which one least latency is kept
KEPT = 12  # such spans are kept: a camera's clock that is slow by 0.1 % is then followed to a tenth of a second
JUMP = 2.0  # s by which a stream's clock may leap beyond the run's, or go back, before it counts as set anew
FAR = 15.0  # s of latency that no stream has: it would have counted as lost
STEP = 0.001  # s between two times at least
BURST = 0.5  # of the pace that the stream says: pictures that come faster than this after a start are old ones


@dataclass(frozen=True, slots=True)
class Told:
    """The time given to a picture: `t` [s of the run's clock], or None where it is an old one of a burst.

    `mended`: the stream's time stood still, went back or was none, and arrival gave the time. `jumped` [s]: by how
    much the stream's clock was set, forward or back; 0 where it was not.
    """

    t: float | None
    mended: bool = False
    jumped: float = 0.0


class StreamClock:
    """Gives each picture of one camera its time. The times that it gives always go forward."""

    def __init__(self) -> None:
        self._last = -math.inf
        self._restart()

    def restart(self) -> None:
        """The stream begins anew, with another zero; times still go forward."""
        self._restart()

    def _restart(self) -> None:
        self._least: deque[tuple[float, float]] = deque(maxlen=KEPT)
        self._stream = math.nan  # the last stream time that went forward, and when it came
        self._came = math.nan
        self._arrival = math.nan  # of the last picture of any kind
        self._given = math.nan  # the stream time of the last picture that was given a time
        self._slipped = False

    def tell(self, stream: float | None, arrival: float) -> Told:
        """The time of a picture with stream time `stream` [s, None where it has none] that came at `arrival` [s].

        `arrival` is of the run's clock and never goes back.
        """
        if stream is None or not math.isfinite(stream):
            return self._by_arrival(arrival, mended=stream is not None)
        if math.isnan(self._stream):
            return self._anchor(stream, arrival, arrival)
        went, passed = stream - self._stream, arrival - self._came
        if went < -JUMP or went > passed + JUMP or arrival - stream > self._offset() + FAR:
            told = self._anchor(stream, arrival, arrival)
            return Told(told.t, jumped=went - passed)
        return self._by_arrival(arrival, mended=True) if went <= 0.0 else self._go_on(stream, went, arrival)

    def _go_on(self, stream: float, went: float, arrival: float) -> Told:
        """The stream's time went forward, as it should."""
        if self._slipped and stream + self._offset() <= self._last:
            # it stood still and goes on from where it stood: so do the times, from where they are
            return self._anchor(stream, arrival, min(arrival, self._last + went))
        self._slipped = False
        self._note(arrival - stream, arrival)
        self._stream, self._came, self._arrival = stream, arrival, arrival
        t = stream + self._offset()
        if t - self._last < BURST * (stream - self._given):
            return Told(None)
        return self._give(t, stream)

    def _anchor(self, stream: float, arrival: float, t: float) -> Told:
        """Tie the stream's zero anew: `stream` is now `t`."""
        self._least.clear()
        self._note(t - stream, arrival)
        self._stream, self._came, self._arrival = stream, arrival, arrival
        self._slipped = False
        return self._give(t, stream)

    def _by_arrival(self, arrival: float, *, mended: bool) -> Told:
        """The time goes on as pictures arrive."""
        known = math.isfinite(self._arrival) and self._last > -math.inf
        t = min(arrival, self._last + arrival - self._arrival) if known else arrival
        self._arrival = arrival
        self._slipped = True
        given = self._give(t, math.nan).t
        # where the stream's own time would stand now, for the pace of the next picture
        self._given = self._last - self._offset() if self._least else math.nan
        return Told(given, mended=mended)

    def _give(self, t: float, stream: float) -> Told:
        self._last = max(t, self._last + STEP)
        self._given = stream
        return Told(self._last)

    def _note(self, offset: float, arrival: float) -> None:
        """Keep the least offset of each span of arrivals."""
        if self._least and arrival - self._least[-1][0] < SPAN:
            began, least = self._least[-1]
            self._least[-1] = (began, min(least, offset))
        else:
            self._least.append((arrival, offset))

    def _offset(self) -> float:
        return min(least for _, least in self._least)
