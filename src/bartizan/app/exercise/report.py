"""What came of an exercise: what happened and when, what was rendered and found, what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened, `t` seconds into its scene."""

    t: float
    utc: datetime
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """An alarm that came: its id, when [s of the scene], what in words, and what the assessment said of it then.

    `response` is whom the interruption clock said to send, `chance` how likely they would be in time; None where the
    alarm had no clock.
    """

    alarm: str
    t: float
    what: str
    response: str | None = None
    chance: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneReport:
    """One scene: when it began (UTC), what happened in order, the expectations met, and in words those missed.

    `rendered` counts pictures, `detected` people found in them, `dropped` what was lost on the way to the tracks:
    pictures that came late or twice, detections without a usable place on the plan.
    """

    id: str
    name: str
    start: datetime
    happenings: tuple[Happening, ...]
    met: tuple[str, ...]
    missed: tuple[str, ...]
    alarms: tuple[Came, ...]
    rendered: int
    detected: int
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseReport:
    """A whole scenario. `site_hash` and `seed` say what it was played on; `stopped`: it was ended before its end."""

    scenario: str
    scenes: tuple[SceneReport, ...]
    site_hash: str
    seed: int
    stopped: bool = False

    @property
    def missed(self) -> tuple[str, ...]:
        """Everything that did not come as the script says, with its scene."""
        return tuple(f"{scene.name}: {words}" for scene in self.scenes for words in scene.missed)

    @property
    def passed(self) -> bool:
        """Whether everything came as the script says."""
        return not self.missed

    @property
    def rendered(self) -> int:
        """Pictures rendered."""
        return sum(scene.rendered for scene in self.scenes)

    @property
    def detected(self) -> int:
        """People found in them."""
        return sum(scene.detected for scene in self.scenes)

    @property
    def dropped(self) -> int:
        """Pictures and detections lost on the way to the tracks."""
        return sum(scene.dropped for scene in self.scenes)
