"""Where an exercise is played: on a desk of its own, at the script's time, or on the live desk, at the time of day."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bartizan.app.desk.desk import Desk
from bartizan.app.exercise.clock import ExerciseClock
from bartizan.desk.event import instant
from bartizan.drill.scenario import Scenario, Scene
from bartizan.site.site import Site


class Stage(Protocol):
    """The time of an exercise, and whose desk it is played on."""

    def begin(self, scene: Scene, site: Site) -> Scene:
        """Make ready for a scene, with the site in the scene's states; the scene as it is played here."""
        ...

    def run(self, scenario: Scenario, scene: Scene) -> str:
        """The name of the run that the scene's signals bear."""
        ...

    def reach(self, scene: Scene, t: float) -> bool:
        """Let time pass until second `t` of the scene; False where the exercise is to end."""
        ...


class ScriptStage:
    """A desk of the exercise's own: its clock shows the script's time, and the site is in the scene's states.

    `pace(scene, t)` is called before second t of a scene and may wait; None: as fast as the machine allows.
    """

    def __init__(self, desk: Desk, clock: ExerciseClock, pace: Callable[[Scene, float], None] | None = None) -> None:
        self._desk, self._clock, self._pace = desk, clock, pace

    def begin(self, scene: Scene, site: Site) -> Scene:
        """Move the clock to the scene's start, and the desk's site into its states."""
        self._clock.advance(scene.start)
        self._desk.hold(site)
        return scene

    def run(self, scenario: Scenario, scene: Scene) -> str:
        """The scenario and the scene: on a desk of its own each is played once."""
        return f"{scenario.name}/{scene.id}"

    def reach(self, scene: Scene, t: float) -> bool:
        """Wait as the pace has it, then move the clock."""
        if self._pace is not None:
            self._pace(scene, t)
        self._clock.advance(scene.start + timedelta(seconds=t))
        return True


class LiveStage:
    """The live desk, beside whatever is real: scenes begin now, a second takes a second, and the site stays as it is.

    What the scene's officer would do is left to the people at the desk where `by_hand` is set. `now` is the desk's
    clock; `going` says whether the exercise goes on, asked at least every half second.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        by_hand: bool = True,
        going: Callable[[], bool] = lambda: True,
        wait: Callable[[float], None] = time.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now, self._by_hand, self._going = now, by_hand, going
        self._wait, self._seconds = wait, seconds
        self._origin = 0.0

    def begin(self, scene: Scene, site: Site) -> Scene:
        """The scene, from now on."""
        self._origin = self._seconds()
        orders = () if self._by_hand else scene.orders
        return replace(scene, start=self._now().astimezone(UTC), orders=orders)

    def run(self, scenario: Scenario, scene: Scene) -> str:
        """As on a desk of its own, and when: what is played again raises alarms again."""
        return f"{scenario.name}/{scene.id}/{instant(scene.start)}"

    def reach(self, scene: Scene, t: float) -> bool:
        """Wait until the second is due; where looking at the pictures takes longer, the scene is late with it."""
        while self._going():
            ahead = self._origin + t - self._seconds()
            if ahead <= 0.0:
                return True
            self._wait(min(ahead, 0.5))
        return False
