"""An attack as it is simulated: a path, who answers, how they are called, and how they fight.

The attack, exactly:

- *Tasks* are done one after the other; each takes a time of its law and is noticed with its own probability, at its
  begin, in its middle or at its end. All are independent. A normal time is cut at 0.
- *Calls.* Under "once" the first notice raises the alarm, and each force is called by it, or never, with its own
  chance. Under "per-alarm" every notice raises one, and each force may be called by each until it is.
- *Arrival.* A force is there after the sum of its parts. It is in time if the tasks are not done: the delay left must
  exceed what it needs, so that a tie is not in time.
- *Interruption* is the moment at which those who are there are `need` or more, if that is in time. With `need` 1 it is
  the first arrival.
- *The fight* begins then, between who is there and all adversaries, one casualty at a time (`neutralize`); of several
  forces each has its own advantage, weighed by who stands, and each person is as likely to be hit as the other. Who
  was called before and comes later joins; nobody else is called once there is a fight. While it lasts, the tasks
  rest; when all who came are down the adversaries go on, and are stopped again by any force that comes before they
  are done. Without a pace a fight takes no time.

Not modelled: an intruder who reacts to being noticed, dependence between tasks, sensors or forces, a force that turns
back or is stopped on its way, and several groups of intruders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bartizan.assess.neutralize import MAX_SIDE, Duel
from bartizan.assess.simulate import kernel
from bartizan.assess.simulate.draw import coded
from bartizan.assess.task import WEIGHT, Communication, Task
from bartizan.errors import InputError
from bartizan.quantity import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """One response in a simulation: the parts of the time it needs [s], its chance of being called, how many it is.

    `duel`: how it fights the intruders, None where nobody says. Raises InputError for a figure out of range.
    """

    id: str
    parts: tuple[Duration, ...]
    p_called: float = 1.0
    strength: int = 1
    duel: Duel | None = None

    def __post_init__(self) -> None:
        if not self.parts:
            raise InputError(f"force '{self.id}' has no time to come. Give it an arrival, or its parts")
        if not 0.0 <= self.p_called <= 1.0:
            raise InputError(f"force '{self.id}': p_called = {self.p_called!r} is no probability. Give 0 to 1")
        if not 1 <= self.strength <= MAX_SIDE:
            raise InputError(f"force '{self.id}' is {self.strength!r} strong. Give 1 to {MAX_SIDE:,} persons")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """A path, the forces that answer and the adversaries: what is simulated. The module says how.

    `need`: how many responders together interrupt. Raises InputError for what cannot be simulated.
    """

    tasks: tuple[Task, ...]
    forces: tuple[Force, ...]
    adversaries: int = 1
    communication: Communication = "once"
    need: int = 1

    def __post_init__(self) -> None:
        if not self.tasks:
            raise InputError("an attack has at least one task, and this one has none. Add a task")
        if not self.forces:
            raise InputError("nobody answers this attack. Name at least one response")
        if self.communication not in ("once", "per-alarm"):
            raise InputError(f"communication is {self.communication!r}. Give 'once' or 'per-alarm'")
        if not 1 <= self.adversaries <= MAX_SIDE:
            raise InputError(f"{self.adversaries!r} adversaries cannot be simulated. Give 1 to {MAX_SIDE:,}")
        if self.strength > MAX_SIDE:
            raise InputError(f"all forces together are {self.strength:,} strong. Give {MAX_SIDE:,} persons at most")
        if not 1 <= self.need <= self.strength:
            raise InputError(
                f"{self.need!r} responders are needed, and all forces together are {self.strength}. "
                f"Ask for 1 to {self.strength}"
            )
        if len({(duel.law, duel.pace) for duel in self._duels()}) > 1:
            raise InputError(
                "the engagements of the forces differ in law or pace, and they are one fight. Give them the same law "
                "and pace, or simulate one response at a time"
            )

    @property
    def strength(self) -> int:
        """How many all forces are together."""
        return sum(force.strength for force in self.forces)

    @property
    def fought(self) -> bool:
        """Whether every force has a duel, so that the fight can be followed."""
        return len(self._duels()) == len(self.forces)

    def _duels(self) -> list[Duel]:
        return [force.duel for force in self.forces if force.duel is not None]

    def fighting(self) -> kernel.Fighting:
        """The fight as the kernels read it; without adversaries where nobody says how it goes."""
        duels = self._duels()
        if not self.fought:
            return kernel.Fighting(False, np.zeros(len(self.forces)), 0.0, 0)
        advantage = np.array([duel.advantage for duel in duels])
        return kernel.Fighting(duels[0].law == "square", advantage, duels[0].pace or 0.0, self.adversaries)

    def plan(self, *, negative: bool = False) -> kernel.Plan:
        """The attack as the kernels read it. `negative`: normal times may be below 0, as EASI has it."""
        p = np.array([task.p_detection for task in self.tasks])
        detecting = np.flatnonzero(p > 0.0)
        cumulative = np.asarray(1.0 - np.cumprod(1.0 - p[detecting]), dtype=np.float64)
        tasks = coded([task.law for task in self.tasks], negative=negative)
        parts = coded([part for force in self.forces for part in force.parts], negative=negative)
        return kernel.Plan(
            p=p,
            weight=np.array([WEIGHT[task.detect_at] for task in self.tasks]),
            kind=tasks.kind,
            figures=tasks.figures,
            detecting=detecting.astype(np.int64),
            cumulative=cumulative,
            called=np.array([force.p_called for force in self.forces]),
            strength=np.array([force.strength for force in self.forces], dtype=np.int64),
            parts=np.cumsum([0, *(len(force.parts) for force in self.forces)], dtype=np.int64),
            part_kind=parts.kind,
            part_figures=parts.figures,
            need=self.need,
            per_alarm=self.communication == "per-alarm",
        )
