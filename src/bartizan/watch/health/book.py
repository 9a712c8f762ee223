"""The health book: readings of all cameras give signals where one is not well, and again when it is."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bartizan.errors import InputError, UnknownIdError
from bartizan.signal import Severity, Signal, SignalIds, rfc3339
from bartizan.site.model import Camera
from bartizan.site.site import Site
from bartizan.watch.health.faults import ENDS, RAISES, SEEN, Fault, HealthParams, shown, words
from bartizan.watch.health.reading import Reading

KIND = "camera-health"
SEVERITY: Severity = "medium"


@dataclass(slots=True)
class _Case:
    """A fault of one camera: since when it is suspected, when last, since when well [s]; the signal that it raised."""

    since: float | None = None
    shown: float = -math.inf
    well: float | None = None
    signal: str | None = None


@dataclass(slots=True)
class _Camera:
    """What is known of one camera; times in seconds."""

    camera: Camera
    heard: float
    came: float = math.nan
    jumps: int = 0
    jumped: float = math.nan
    cases: dict[Fault, _Case] = field(default_factory=dict)

    def case(self, fault: Fault) -> _Case:
        return self.cases.setdefault(fault, _Case())


class HealthBook:
    """Says when a camera is not well: one signal per camera and fault, `raised` once and `ended` when it is well.

    `cameras` are those that are watched, by default all of the site; each must send readings from `began` [s] on, or
    is dead. `ids`, `start_utc` and `exercise` as for the rule book. The same readings and times give the same signals.

    Of the faults that a picture shows, the one counts that explains the others: a covered camera is not also out of
    focus. Not noticed: what a camera showed before it was watched, and what changes more slowly than the light of a
    day (an hour for all of it). Raises UnknownIdError for a camera that the site does not have.
    """

    def __init__(
        self,
        site: Site,
        ids: SignalIds,
        start_utc: datetime | None = None,
        exercise: bool = False,
        *,
        cameras: Collection[str] | None = None,
        params: HealthParams | None = None,
        began: float = 0.0,
    ) -> None:
        if start_utc is not None and start_utc.tzinfo is None:
            raise InputError(f"the start of the stream needs a time zone, such as {start_utc.isoformat()}Z")
        self._ids, self._exercise = ids, exercise
        self._start = start_utc and start_utc.astimezone(UTC)
        self._params = HealthParams() if params is None else params
        watched = [camera.id for camera in site.cameras] if cameras is None else cameras
        self._cameras = {name: _Camera(site.camera(name), began) for name in sorted(set(watched))}
        self._now = began

    def step(self, t: float, camera: str, reading: Reading) -> tuple[Signal, ...]:
        """Take a reading of a camera's picture at `t` [s]; return what it gives. Times of one camera go forward."""
        known = self._known(camera)
        if not math.isfinite(t):
            return ()
        self._now = max(self._now, t)
        found = [*self._alive(known, t), *self._clock(known, t, reading)]
        known.heard = max(known.heard, t)
        showing, lasting = shown(reading, RAISES), shown(reading, ENDS)
        for fault in SEEN:
            found += self._judge(known, fault, t, reading, showing=fault in showing, lasting=fault in lasting)
        return tuple(found)

    def pass_time(self, t: float) -> tuple[Signal, ...]:
        """The run's clock has come to `t` [s]: cameras that are silent too long are dead."""
        if not math.isfinite(t):
            return ()
        self._now = max(self._now, t)
        found: list[Signal] = []
        for known in self._cameras.values():
            found += self._settle_clock(known, self._now)
            silent = self._now - known.heard
            if silent > known.camera.health.silence:
                text = f"no picture for {silent:.0f} s"
                found += self._raise(known, "dead", self._now, known.heard, {"text": text, "silent": round(silent, 1)})
        return tuple(found)

    def ended(self, t: float, camera: str, why: str) -> tuple[Signal, ...]:
        """A camera's pictures are over at `t` [s], or its worker died: it is dead at once, for the reason `why`."""
        known = self._known(camera)
        self._now = max(self._now, t) if math.isfinite(t) else self._now
        known.came = math.nan
        return tuple(self._raise(known, "dead", self._now, known.heard, {"text": why, "silent": 0.0}))

    def finish(self, t: float) -> tuple[Signal, ...]:
        """The watch is over at `t` [s]: every signal that is still open ends."""
        self._now = max(self._now, t) if math.isfinite(t) else self._now
        return tuple(
            signal
            for known in self._cameras.values()
            for fault in list(known.cases)
            for signal in self._end(known, fault, self._now, "the watch is over")
        )

    def _known(self, camera: str) -> _Camera:
        if camera not in self._cameras:
            raise UnknownIdError(f"camera '{camera}' is not watched. There is: {', '.join(self._cameras) or 'none'}")
        return self._cameras[camera]

    def _alive(self, known: _Camera, t: float) -> Iterator[Signal]:
        """A picture came: a dead camera is alive again when they came for a while."""
        if t - known.heard > known.camera.health.silence or math.isnan(known.came):
            known.came = t
            for case in known.cases.values():  # what was suspected before the silence is suspected anew
                case.since = case.since if case.signal is not None else None
        if t - known.came >= self._params.steady:
            yield from self._end(known, "dead", t, "pictures come again")

    def _clock(self, known: _Camera, t: float, reading: Reading) -> Iterator[Signal]:
        # a source that was begun anew counts from zero
        if reading.jumps > known.jumps:
            known.jumped = t
            times = reading.jumps - known.jumps
            text = (
                f"the stream's own clock was set {f'{times} times' if times > 1 else 'once'}; its times were tied anew"
            )
            yield from self._raise(known, "clock", t, t, {"text": text, "jumps": times})
        known.jumps = reading.jumps
        yield from self._settle_clock(known, t)

    def _settle_clock(self, known: _Camera, t: float) -> Iterator[Signal]:
        if t - known.jumped >= self._params.clock:
            yield from self._end(known, "clock", t, "the stream's own clock goes on evenly")

    def _judge(
        self, known: _Camera, fault: Fault, t: float, reading: Reading, *, showing: bool, lasting: bool
    ) -> Iterator[Signal]:
        """Raise or end a fault that a picture shows, when it does or does not for long enough."""
        case = known.case(fault)
        if case.signal is not None:
            case.well = None if lasting else (t if case.well is None else case.well)
            if case.well is not None and t - case.well >= self._params.well:
                yield from self._end(known, fault, t, "it is well again")
            return
        if showing:
            case.since, case.shown = (t if case.since is None else case.since), t
            if t - case.since >= getattr(self._params, fault):
                why = {"text": words(fault, reading), **_figures(reading)}
                yield from self._raise(known, fault, t, case.since, why)
        elif fault == "frozen" or t - case.shown > self._params.flicker:
            # one new picture is enough to show that a camera is alive
            case.since = None

    def _raise(self, known: _Camera, fault: Fault, t: float, since: float, why: dict[str, Any]) -> Iterator[Signal]:
        case = known.case(fault)
        if case.signal is None and fault not in known.camera.health.ignore:
            case.signal, case.since, case.well = next(self._ids), since, None
            yield self._signal(known, fault, t, {"fault": fault, **why})

    def _end(self, known: _Camera, fault: Fault, t: float, text: str) -> Iterator[Signal]:
        case = known.cases.get(fault)
        if case is not None and case.signal is not None:
            lasted = round(t - (t if case.since is None else case.since), 1)
            yield self._signal(known, fault, t, {"fault": fault, "text": text, "lasted": lasted})
            known.cases[fault] = _Case()

    def _signal(self, known: _Camera, fault: Fault, t: float, because: dict[str, Any]) -> Signal:
        case = known.cases[fault]
        return Signal(
            id=str(case.signal),
            t=t,
            utc=self._utc(t),
            kind=KIND,
            state="ended" if "lasted" in because else "raised",
            cameras=(known.camera.id,),
            since=case.since,
            severity=SEVERITY,
            exercise=self._exercise,
            because=because,
        )

    def _utc(self, t: float) -> str | None:
        if self._start is None:
            return None
        try:
            return rfc3339(self._start + timedelta(seconds=t), "milliseconds")
        except OverflowError:
            return None


def _figures(reading: Reading) -> dict[str, Any]:
    """The figures that a fault was seen by."""
    told = reading.to_json()
    del told["jumps"]
    return told
