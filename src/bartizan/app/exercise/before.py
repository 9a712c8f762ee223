"""What a demonstration finds when it begins: a round of the guards walked in the night, and somebody on duty."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bartizan.app.duty.duty import Duty
from bartizan.app.duty.logbook import LogBook
from bartizan.app.duty.tours import Tours
from bartizan.app.exercise.clock import ExerciseClock
from bartizan.site.site import Site

COMES = timedelta(minutes=15)  # before the story, so long ago somebody has come on duty
HOUR = 4  # of the night, by the clock of the site


class Manned(Protocol):
    """The parts of a duty room that are used before the story."""

    @property
    def site(self) -> Site:
        """Its site."""
        ...

    @property
    def tours(self) -> Tours:
        """Its rounds."""
        ...

    @property
    def duty(self) -> Duty:
        """Who is on duty."""
        ...

    @property
    def logbook(self) -> LogBook:
        """Its log-book."""
        ...


def begins(site: Site, story: datetime) -> datetime:
    """When the night before a story was: the instant (UTC, as `story`) at which the clock is to stand first."""
    there = story.astimezone(ZoneInfo(site.time_zone or "UTC"))
    night = there.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return (night if night + COMES < there else night - timedelta(days=1)).astimezone(story.tzinfo)


def the_night_before(room: Manned, clock: ExerciseClock, story: datetime, *, guard: str, officer: str) -> str:
    """Walk the first round of the site from where `clock` stands, each checkpoint in its window; then `officer` comes.

    `story` is when it is all to be over. Returns what was done, in words. Errors: as `Tours` and `Duty`.
    """
    words = "no round"
    for tour in room.site.tours[:1]:
        begun = clock()
        walk = room.tours.begin(tour.id, guard, exercise=True)
        for stop in tour.checkpoints:
            clock.advance(begun + timedelta(seconds=(stop.opens + stop.closes) / 2.0))
            if stop.code is None:
                room.tours.reach(walk.id, stop.id, guard)
            else:
                room.tours.reach_by_code(stop.code, guard)
        words = f"{tour.name or tour.id}, {len(tour.checkpoints)} checkpoints reached"
        room.logbook.write(f"{words}. Nobody met.", guard, exercise=True)
    clock.advance(story - COMES)
    room.duty.come(officer, officer)
    return f"{words}; {officer} on duty"
