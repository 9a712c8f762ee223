"""What is scored: the alarms that lie in signals, and those that a plain timer would have raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely import Polygon

from bartizan.app.live.stream import Moment
from bartizan.errors import InputError
from bartizan.watch.score import Alarm

PLAIN_AFTER = 60.0  # seconds: the rule of PETS 2007


def alarms_of(signals: Iterable[Mapping[str, Any]]) -> tuple[tuple[Alarm, ...], int]:
    """The alarms in signals (JSON objects of `watch`) in the order in which they were raised, and how many were silent.

    A signal is one alarm, raised when it first is; its length of stay is the last that was said. A silent signal is
    recorded and sounds nothing: it is no alarm. Raises InputError for a signal that lacks what an alarm needs.
    """
    raised: dict[str, Alarm] = {}
    silent: set[str] = set()
    for number, signal in enumerate(signals, 1):
        try:
            name, state, because = str(signal["id"]), signal["state"], signal["because"]
            if signal.get("silent") is not None:
                silent.add(name)
                continue
            seconds = because.get("seconds")
            length = None if seconds is None else float(seconds)
            if name in raised:
                held = raised[name]
                raised[name] = Alarm(id=name, kind=held.kind, zone=held.zone, t=held.t, seconds=length or held.seconds)
            elif state == "raised":
                kind, zone = str(signal["kind"]), str(signal["zone"] or signal["element"] or "")
                raised[name] = Alarm(id=name, kind=kind, zone=zone, t=float(signal["t"]), seconds=length)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"signal {number} is no signal of bartizan watch --json ({error!r})") from error
    return tuple(raised.values()), len(silent - raised.keys())


def plain_timer(
    kind: str, zone: str, polygon: Polygon, moments: Iterable[Moment], *, after: float = PLAIN_AFTER
) -> tuple[Alarm, ...]:
    """What a plain timer raises on tracks: a track that is in the zone `after` seconds from when it first was.

    It never forgets and knows no grace, as timers in camera software do; `polygon` in metres. The baseline that any
    rule for loitering must better.
    """
    first: dict[str, float] = {}
    alarms: dict[str, Alarm] = {}
    for t, people in moments:
        for track, x, y in people:
            if not shapely.intersects_xy(polygon, x, y):
                continue
            seconds = t - first.setdefault(track, t)
            if seconds >= after:
                raised = alarms.get(track)
                alarms[track] = Alarm(
                    id=track, kind=kind, zone=zone, t=t if raised is None else raised.t, seconds=seconds
                )
    return tuple(alarms.values())
