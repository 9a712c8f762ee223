"""The whole attack against a second model of it, written the other way round: forwards in time, event by event."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bartizan.assess.neutralize import Duel
from bartizan.assess.simulate import Attack, Force, sample
from bartizan.assess.simulate import kernel as k
from bartizan.assess.simulate.run import BLOCK, Blocks
from bartizan.assess.task import Task
from bartizan.quantity import Duration

Z = 4.5  # standard errors of the difference; seeds are fixed
RUNS = 3_000
POOL = 5_000


class Forwards:
    """One attack after the other on a clock that runs forwards; times come from `sample`, in pools."""

    def __init__(self, attack: Attack, seed: int) -> None:
        self.attack = attack
        self.rng = np.random.default_rng(seed)
        self.pools: dict[Duration, list[float]] = {}

    def time(self, law: Duration) -> float:
        pool = self.pools.setdefault(law, [])
        if not pool:
            pool.extend(sample(law, self.rng, POOL).tolist())
        return pool.pop()

    def chance(self, p: float) -> bool:
        return bool(self.rng.random() < p)

    def once(self) -> tuple[bool, bool]:
        """Whether interrupted, and whether the adversaries were beaten."""
        attack = self.attack
        clock, waiting, arriving = 0.0, list(attack.forces), []
        alarmed = False
        for task in attack.tasks:
            delay = self.time(task.law)
            at = clock + {"begin": 0.0, "middle": 0.5, "end": 1.0}[task.detect_at or "end"] * delay
            if self.chance(task.p_detection) and not (alarmed and attack.communication == "once"):
                alarmed = True
                for force in list(waiting):
                    if self.chance(force.p_called):
                        waiting.remove(force)
                        arriving.append((at + sum(self.time(part) for part in force.parts), at, force))
            clock += delay
        arriving.sort(key=lambda one: one[0])
        return self.stopped(arriving, clock)

    def stopped(self, arriving: list[tuple[float, float, Force]], end: float) -> tuple[bool, bool]:
        there: list[Force] = []
        begins = math.inf
        while arriving and sum(force.strength for force in there) < self.attack.need:
            begins, _, force = arriving.pop(0)
            there.append(force)
        if sum(force.strength for force in there) < self.attack.need or begins >= end:
            return False, False
        later = [(arrival, force) for arrival, called, force in arriving if called <= begins]
        return True, self.beaten(there, later, begins, end)

    def beaten(self, there: list[Force], later: list[tuple[float, Force]], now: float, end: float) -> bool:
        """The fight, person by person; `end` moves on while it lasts."""
        persons = [force for force in there for _ in range(force.strength)]
        adversaries = self.attack.adversaries
        while True:
            if not persons:
                if not later or later[0][0] >= end:
                    return False
                now = later[0][0]
            else:
                duel = persons[0].duel
                assert duel is not None
                casualty = now + (float(self.rng.exponential(duel.pace)) if duel.pace else 0.0)
                if not later or later[0][0] > casualty:
                    end += casualty - now
                    now = casualty
                    worth = sum(one.duel.advantage for one in persons if one.duel is not None)
                    theirs = worth / (worth + adversaries) if duel.law == "square" else worth / len(persons)
                    if self.chance(theirs):
                        adversaries -= 1
                        if adversaries == 0:
                            return True
                    else:
                        persons.pop(int(self.rng.integers(len(persons))))
                    continue
                end += later[0][0] - now
                now = later[0][0]
            _, force = later.pop(0)
            persons += [force] * force.strength


def task(p: float, detect_at: str, law: Duration) -> Task:
    return Task(
        kind="element",
        id="e",
        p_detection=p,
        detect_at=detect_at,  # type: ignore[arg-type]
        delay_mean=law.mean,
        delay_sd=law.sd,
        delay=law,
    )


TASKS = (
    task(0.3, "begin", Duration(40.0, 30.0)),
    task(0.5, "middle", Duration.pert(20.0, 30.0, 90.0)),
    task(0.4, "end", Duration(30.0, 20.0, "gamma")),
    task(0.6, "begin", Duration(60.0, 20.0, "lognormal")),
)
FORCES = (
    Force(id="a", parts=(Duration(30.0, 12.0), Duration.uniform(5.0, 25.0)), p_called=0.8, strength=2),
    Force(id="b", parts=(Duration.triangular(40.0, 60.0, 110.0),), p_called=0.7, strength=3),
    Force(id="c", parts=(Duration(90.0, 60.0, "gamma"),), p_called=0.9, strength=1),
)
SQUARE = (Duel("square", 0.5, 12.0), Duel("square", 1.2, 12.0), Duel("square", 3.0, 12.0))
LINEAR = (Duel("linear", 0.3), Duel("linear", 0.6), Duel("linear", 0.9))


@pytest.mark.parametrize("duels", [SQUARE, LINEAR], ids=["square, in time", "linear, at once"])
@pytest.mark.parametrize("communication", ["once", "per-alarm"])
@pytest.mark.parametrize("need", [1, 4])
def test_both_models_agree(duels: tuple[Duel, ...], communication: str, need: int) -> None:
    forces = tuple(replace(force, duel=duel) for force, duel in zip(FORCES, duels, strict=True))
    attack = Attack(tasks=TASKS, forces=forces, adversaries=4, communication=communication, need=need)  # type: ignore[arg-type]
    counts = np.sum([Blocks(attack, 3)(number).counts for number in range(4)], axis=0)
    ours = {"interrupted": counts[k.INTERRUPTED] / (4 * BLOCK), "won": counts[k.WON] / (4 * BLOCK)}
    model = Forwards(attack, 8)
    seen = np.array([model.once() for _ in range(RUNS)])
    theirs = {"interrupted": seen[:, 0].mean(), "won": seen[:, 1].mean()}
    for what, p in ours.items():
        assert 0.02 < p < 0.98
        error = math.sqrt(p * (1.0 - p) * (1.0 / RUNS + 1.0 / (4 * BLOCK)))
        assert abs(theirs[what] - p) <= Z * error, what


def test_tasks_rest_through_a_fight_that_others_join() -> None:
    """The tasks would be done long before the last force comes: it is in time only where the fight held them up."""
    times = (10.0, 300.0, 500.0)
    duels = (Duel("linear", 0.0, 90.0), Duel("linear", 0.0, 90.0), Duel("linear", 1.0, 90.0))
    forces = tuple(
        Force(id=f"f{at:g}", parts=(Duration.fixed(at),), strength=2, duel=duel)
        for at, duel in zip(times, duels, strict=True)
    )
    attack = Attack(tasks=(task(1.0, "begin", Duration.fixed(250.0)),), forces=forces)
    runs = 6 * RUNS  # the effect is 0.03, and must not hide in the error
    ours = np.mean([Blocks(attack, 3)(number).counts[k.WON] for number in range(4)]) / BLOCK
    model = Forwards(attack, 8)
    theirs = float(np.mean([model.once()[1] for _ in range(runs)]))
    assert abs(theirs - ours) <= Z * math.sqrt(ours * (1.0 - ours) * (1.0 / runs + 1.0 / (4 * BLOCK)))
