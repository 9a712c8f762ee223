"""After an exercise: how long people took, beside what the site says that they take.

What a script makes happen (a sensor fires, an actor walks) is played and measures nothing. What people did at the
desk is measured: when they took an alarm, said what it was, sent somebody, and heard that they were there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from scipy.special import ndtr

from bartizan.app.desk.desk import Desk
from bartizan.app.exercise.officer import NAME
from bartizan.app.exercise.report import Came, ExerciseReport, SceneReport
from bartizan.desk.alarms import Alarm
from bartizan.quantity import Duration
from bartizan.site.model import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What became of one alarm: its number, when it came [s of the scene], and each step in seconds after that.

    None: the step was not taken. `chance` and `response` are what the interruption clock said when it came.
    """

    scene: str
    number: int
    t: float
    what: str
    acknowledged: float | None
    assessed: float | None
    sent: float | None
    on_scene: float | None
    disposition: str | None
    response: str | None
    chance: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A response's time from the first alarm to the scene [s], and what the site assumes of it.

    `share`: how much of what is assumed is shorter than this (normal law); None where the assumption has no spread.
    """

    scene: str
    response: str
    seconds: float
    mean: float
    sd: float
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """An exercise, looked back on. `scripted`: the script had orders for the desk, so times are partly its own."""

    report: ExerciseReport
    scripted: bool
    reactions: tuple[Reaction, ...]
    responses: tuple[Timed, ...]


def review(report: ExerciseReport, desk: Desk) -> Review:
    """What came of an exercise: the reaction to each alarm, and the arrivals beside the site's figures.

    `desk` is the one that it was played on. Errors: UnknownAlarmError where it was another.
    """
    reactions = tuple(
        _reaction(scene, came, desk.alarm(came.alarm)) for scene in report.scenes for came in scene.alarms
    )
    responses = tuple(timed for scene in report.scenes for timed in _arrivals(scene, desk))
    scripted = any(
        NAME in (alarm.acknowledged_by, alarm.assessed_by, *(one.sent_by for one in alarm.dispatches))
        for alarm in (desk.alarm(came.alarm) for scene in report.scenes for came in scene.alarms)
    )
    return Review(report=report, scripted=scripted, reactions=reactions, responses=responses)


def _reaction(scene: SceneReport, came: Came, alarm: Alarm) -> Reaction:
    sent = min((one.sent_at for one in alarm.dispatches if one.sent_at is not None), default=None)
    there = min((one.on_scene_at for one in alarm.dispatches if one.on_scene_at is not None), default=None)
    return Reaction(
        scene=scene.name,
        number=alarm.number,
        t=came.t,
        what=came.what,
        acknowledged=_after(alarm, alarm.acknowledged_at),
        assessed=_after(alarm, alarm.assessed_at),
        sent=_after(alarm, sent),
        on_scene=_after(alarm, there),
        disposition=alarm.disposition,
        response=came.response,
        chance=came.chance,
    )


def _after(alarm: Alarm, moment: datetime | None) -> float | None:
    return None if moment is None else (moment - alarm.raised_at).total_seconds()


def _arrivals(scene: SceneReport, desk: Desk) -> Iterator[Timed]:
    """Each response that got there, from the first alarm of the scene that it was sent for."""
    first: dict[str, datetime] = {}
    there: dict[str, datetime] = {}
    for alarm in (desk.alarm(came.alarm) for came in scene.alarms):
        for dispatch in alarm.dispatches:
            name, arrived = dispatch.response, dispatch.on_scene_at
            first[name] = min(first.get(name, alarm.known_at), alarm.known_at)
            if arrived is not None:
                there[name] = min(there.get(name, arrived), arrived)
    for name, arrived in there.items():
        assumed = _assumed(desk.site.response(name))
        seconds = (arrived - first[name]).total_seconds()
        share = float(ndtr((seconds - assumed.mean) / assumed.sd)) if assumed.sd else None
        yield Timed(scene=scene.name, response=name, seconds=seconds, mean=assumed.mean, sd=assumed.sd, share=share)


def _assumed(response: Response) -> Duration:
    """The whole time from alarm to scene: given so, or as the sum of its parts, which are taken as independent."""
    if response.arrival is not None:
        return response.arrival
    parts = (response.assessment, response.communication, response.deployment)
    return Duration(sum(part.mean for part in parts), math.hypot(*(part.sd for part in parts)))
