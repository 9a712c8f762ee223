"""The rule book: the rules of a site, applied to tracks, give signals.

One signal per rule, track and stay. It keeps its id for life: `raised`, then `updated` while it lasts, then `ended`,
always with the figures of that moment. A stay that is never long enough gives none. What the book keeps is bounded
by the tracks that were inside a zone within the rule's grace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shapely import Point

from bartizan.errors import InputError
from bartizan.signal import Signal, SignalIds, rfc3339
from bartizan.site.model import Element, Rule, Zone
from bartizan.site.site import Site
from bartizan.watch.behaviours import intrusion, loitering
from bartizan.watch.behaviours.stay import Stay
from bartizan.watch.behaviours.zone import Outcome, StayEvent, StayParams, ZoneState, end, lapse, step
from bartizan.watch.point import EndedTrack, TrackPoint

Because = Callable[[Stay, str], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A rule with what it needs of the site; `elements` are those that its zone speaks of."""

    rule: Rule
    zone: Zone
    elements: tuple[Element, ...]
    params: StayParams
    because: Because


@dataclass(slots=True)
class _Open:
    """What is known of one track under one rule, and the signal that it raised."""

    state: ZoneState | None
    signal: str | None = None
    element: str | None = None


class RuleBook:
    """Applies the rules of `site` to tracks.

    `ids` gives the ids of the signals in the order in which they are raised. `start_utc` is the time of the stream's
    zero; without it signals carry no `utc`. The times of day in their words are the site's own. `exercise` marks
    every signal as of an exercise. The same points in the same order give the same signals.
    """

    def __init__(self, site: Site, ids: SignalIds, start_utc: datetime | None = None, exercise: bool = False) -> None:
        if start_utc is not None and start_utc.tzinfo is None:
            raise InputError(f"the start of the stream needs a time zone, such as {start_utc.isoformat()}Z")
        self._ids = ids
        self._start = start_utc and start_utc.astimezone(UTC)
        self._zone = UTC if site.time_zone is None else ZoneInfo(site.time_zone)
        self._exercise = exercise
        self._entries = tuple(_entry(site, rule) for rule in site.rules)
        self._open: tuple[dict[str, _Open], ...] = tuple({} for _ in self._entries)

    def step(self, points: Iterable[TrackPoint], t: float, ended: Iterable[EndedTrack] = ()) -> tuple[Signal, ...]:
        """Take the points of one moment `t` [s] and the tracks that ended with it; return the signals they give.

        Points of a track come in the order of time and may lie before `t`; a signal bears the time at which it was
        known.
        """
        signals: list[Signal] = []
        for point in points:
            for index in range(len(self._entries)):
                held = self._open[index].get(point.track)
                outcome = step(held.state if held else None, point, self._entries[index].params)
                signals += self._settle(index, point.track, outcome, t)
        for track in ended:
            for index in range(len(self._entries)):
                if track.track in self._open[index]:
                    signals += self._settle(index, track.track, end(self._open[index][track.track].state), t)
        for index, entry in enumerate(self._entries):
            for track_id, held in list(self._open[index].items()):
                signals += self._settle(index, track_id, lapse(held.state, t, entry.params), t)
        return tuple(signals)

    def finish(self, t: float) -> tuple[Signal, ...]:
        """The stream is over at `t` [s]: every signal that is still open ends."""
        signals: list[Signal] = []
        for index in range(len(self._entries)):
            for track, held in list(self._open[index].items()):
                signals += self._settle(index, track, end(held.state), t)
        return tuple(signals)

    def _settle(self, index: int, track: str, outcome: Outcome, t: float) -> list[Signal]:
        """Note the new state of a track under a rule and turn its events into signals."""
        state, events = outcome
        held = self._open[index].setdefault(track, _Open(state))
        held.state = state
        signals = []
        for event in events:
            if held.signal is None:
                held.signal = next(self._ids)
                held.element = _nearest(self._entries[index].elements, event.stay.last)
            signals.append(self._signal(self._entries[index], held, event, t))
            if event.phase == "ended":
                held.signal = None
        if state is None:
            del self._open[index][track]
        return signals

    def _signal(self, entry: _Entry, held: _Open, event: StayEvent, t: float) -> Signal:
        stay = event.stay
        return Signal(
            id=str(held.signal),
            t=t,
            utc=self._utc(t),
            kind=entry.rule.kind,
            rule=entry.rule.id,
            state=event.phase,
            zone=entry.zone.id,
            area=entry.zone.area,
            element=held.element,
            cameras=tuple(sorted(stay.cameras)),
            tracks=(stay.track,),
            at=(round(stay.last[0], 3), round(stay.last[1], 3)),
            since=stay.entered,
            severity=entry.rule.severity,
            exercise=self._exercise,
            because=entry.because(stay, self._words(stay.entered)),
        )

    def _utc(self, t: float) -> str | None:
        if self._start is None:
            return None
        return rfc3339(self._instant(self._start, t), "milliseconds")

    def _words(self, t: float) -> str:
        if self._start is None:
            return f"{t:.1f} s of the stream"
        return f"{self._instant(self._start, t).astimezone(self._zone):%H:%M:%S %Z}"

    @staticmethod
    def _instant(start: datetime, t: float) -> datetime:
        try:
            return start + timedelta(seconds=t)
        except OverflowError as fault:
            message = f"{t:g} s after {start:%Y-%m-%d} is no date. Check the stream's times and its start"
            raise InputError(message) from fault


def _entry(site: Site, rule: Rule) -> _Entry:
    zone = site.zone(rule.zone)
    elements = tuple(site.element(name) for name in zone.elements)
    if rule.kind == "intrusion":
        params = intrusion.params(zone.polygon, after=rule.after, grace=rule.grace)
        return _Entry(rule, zone, elements, params, intrusion.because)
    params = loitering.params(zone.polygon, after=rule.after, grace=rule.grace)
    return _Entry(rule, zone, elements, params, loitering.because)


def _nearest(elements: tuple[Element, ...], at: tuple[float, float]) -> str | None:
    """The element of the zone that is nearest to a place [m]; the first one where none is drawn."""
    if not elements:
        return None
    drawn = [element for element in elements if element.shape is not None]
    if not drawn:
        return elements[0].id
    return min(drawn, key=lambda element: element.shape.distance(Point(at)) if element.shape else 0.0).id
