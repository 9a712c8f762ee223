"""What others notice, in a run: their sightings at their pace, and their signals as signals of the run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from bartizan.app.live.wire import MOST_SEEN, Message, Notice, Report, Tick
from bartizan.signal import Phase, Signal, SignalIds, rfc3339
from bartizan.site.model import Zone
from bartizan.site.site import Site
from bartizan.watch.tracking.track import TrackerParams

EVENT_PACE = TrackerParams(
    doubt=10.0, confirm_sightings=2, confirm_share=0.01, coast=10.0, stitch=20.0, gone=10.0, late=5.0
)
"""The tracker's thresholds for messages that come when something changes, not with each picture.

A recorder such as Frigate speaks of an object when it has a better picture of it or a zone changes, seconds apart; it
speaks of one object at a time, so that silence about the others means nothing; and it has sorted out false ones.
"""

MOST = 10_000  # cases that go on at once; beyond it the oldest ends
TICK = 1.0  # seconds of the messages' own time between two ticks
_TICKS = 120  # ticks after a message: what could end for want of sightings has ended then


@dataclass(frozen=True, slots=True)
class _Case:
    id: str
    notice: Notice


class ForeignSignals:
    """Passes on what others notice: each case is raised once and ended once, under an id of the run.

    The rule is None: no rule of ours judged it. Area and element are those of the zone; in an access zone it is
    recorded and not sounded. Patrols and arming do not silence it. `unpaired` counts beginnings that were told twice
    and ends of what never began.
    """

    def __init__(self, site: Site, ids: SignalIds, start_utc: datetime | None, exercise: bool) -> None:
        self.unpaired = 0
        self._zones: Mapping[str, Zone] = {zone.id: zone for zone in site.zones}
        self._ids, self._start, self._exercise = ids, start_utc, exercise
        self._open: OrderedDict[tuple[str, str], _Case] = OrderedDict()

    def take(self, notice: Notice) -> tuple[Signal, ...]:
        """The signals of a notice."""
        key = (notice.sender, notice.case)
        if (notice.state == "raised") == (key in self._open):
            self.unpaired += 1
            return ()
        if notice.state == "ended":
            return (self._signal(self._open.pop(key), "ended", notice.t, notice.because),)
        signals = []
        if len(self._open) >= MOST:
            _, oldest = self._open.popitem(last=False)
            signals.append(self._signal(oldest, "ended", notice.t, {"text": "too much goes on at once to be followed"}))
        case = self._open[key] = _Case(next(self._ids), notice)
        return (*signals, self._signal(case, "raised", notice.t, notice.because))

    def finish(self, t: float) -> tuple[Signal, ...]:
        """The watch is over at `t` [s]: what goes on ends."""
        cases, self._open = list(self._open.values()), OrderedDict()
        return tuple(self._signal(case, "ended", t, {"text": "the watch is over"}) for case in cases)

    def _signal(self, case: _Case, state: Phase, t: float, because: Mapping[str, str]) -> Signal:
        begun = case.notice
        zone = self._zones.get(begun.zone or "")
        t = max(t, begun.t)
        return Signal(
            id=case.id,
            t=t,
            utc=self._utc(t),
            kind=begun.kind,
            state=state,
            zone=None if zone is None else zone.id,
            area=None if zone is None else zone.area,
            element=zone.elements[0] if zone is not None and len(zone.elements) == 1 else None,
            cameras=(begun.camera,),
            since=begun.t,
            severity=begun.severity,
            exercise=self._exercise,
            silent=f"access zone {zone.id}" if zone is not None and zone.use == "access" else None,
            because={**begun.because, **because},
        )

    def _utc(self, t: float) -> str | None:
        try:
            return None if self._start is None else rfc3339(self._start + timedelta(seconds=t), "milliseconds")
        except OverflowError:
            return None


def together(messages: Iterable[Message]) -> Iterator[Message]:
    """The messages, with reports of one camera and one time that follow one another as one report."""
    for _, group in groupby(messages, key=_moment):
        one, *others = group
        if isinstance(one, Report) and others:
            reports = [one, *(other for other in others if isinstance(other, Report))]
            detections = tuple(found for report in reports for found in report.detections)
            observations = tuple(seen for report in reports for seen in report.observations)
            surplus = max(0, len(detections) - MOST_SEEN) + max(0, len(observations) - MOST_SEEN)
            yield replace(
                one,
                detections=detections[:MOST_SEEN],
                observations=observations[:MOST_SEEN],
                unusable=sum(report.unusable for report in reports) + surplus,
            )
        else:
            yield one
            yield from others


def ticked(messages: Iterable[Report | Notice]) -> Iterator[Message]:
    """Recorded messages in the order of time, and between them ticks, so that time goes by as it did."""
    last: float | None = None
    for message in messages:
        if last is not None:
            due = min(_TICKS, int((message.t - last) / TICK))
            yield from (Tick(last + n * TICK) for n in range(1, due + 1))
        yield message
        last = message.t if last is None else max(last, message.t)


def _moment(message: Message) -> tuple[object, ...]:
    return (message.sender, message.camera, message.t) if isinstance(message, Report) else (id(message),)
