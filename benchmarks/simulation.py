"""The simulation beside a plain SimPy model and a vectorised NumPy one of the same attack, in one run.

Run: ``python -m benchmarks.simulation`` in the bench environment (SimPy stands in benchmarks/requirements.txt). The
attack is a path of normal delays, each cut at 0, and one response or two, first arrival counts. Every model gives the
share p of attacks interrupted; all must agree with each other. *Equal standard error*: it is sqrt(v / n), v the
variance of one attack's outcome, so what counts is the time of one attack times v. Plain models have the same v = p
(1 - p), and the ratio is that of their times; where v is reduced, the ratio is of the products, and stands apart.
"Every draw" draws each detection and each delay, as the peers do; the product as it is used leaves out draws that
cannot change the outcome. Times are of the processor, on one core, the least of several runs, compilation left out.
"""

from __future__ import annotations

import itertools
import math
import random
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path as Folder
from typing import Any, NamedTuple

import numpy as np
import simpy

from bartizan.assess.simulate import Attack, Force, kernel
from bartizan.assess.simulate.expected import expect_interruption
from bartizan.assess.simulate.run import BLOCK, TIMED, Blocks
from bartizan.assess.task import WEIGHT, Task
from bartizan.quantity import Duration
from benchmarks.table import Row, main

AGREE = 5.0  # standard errors between two models
RUNS = 20  # short ones: on a machine that is shared the least of them is least disturbed
ERROR = 1e-3  # the standard error to which times are told
SIMPY_ATTACKS = 1_000
NUMPY_CHUNKS = (2_000, 10_000, 50_000)  # attacks at a time; the fastest counts
NUMPY_ATTACKS = 50_000
BLOCKS = 4


class Measured(NamedTuple):
    """Seconds of one attack, and the share interrupted of how many."""

    seconds: float
    share: float
    attacks: int
    variance: float | None = None

    @property
    def cost(self) -> float:
        """Seconds until the standard error is ERROR."""
        variance = self.share * (1.0 - self.share) if self.variance is None else self.variance
        return self.seconds * variance / ERROR**2


# ---------------------------------------------------------------- the peers


class SimpyModel:
    """The attack as one writes it with SimPy: the intruder a process, each response a process that interrupts him."""

    def __init__(self, attack: Attack, seed: int) -> None:
        self.tasks = [
            (task.p_detection, 1.0 - WEIGHT[task.detect_at], task.delay_mean, task.delay_sd) for task in attack.tasks
        ]
        self.forces = [(force.p_called, force.parts[0].mean, force.parts[0].sd) for force in attack.forces]
        self.random = random.Random(seed)  # noqa: S311 - draws, no secrets

    def response(self, env: simpy.Environment, mean: float, sd: float) -> Generator[simpy.Event, Any, None]:
        yield env.timeout(max(0.0, self.random.gauss(mean, sd)))
        if self.intruder.is_alive:
            self.intruder.interrupt()

    def intrusion(self, env: simpy.Environment) -> Generator[simpy.Event, Any, bool]:
        alarmed = False
        try:
            for p, place, mean, sd in self.tasks:
                delay = max(0.0, self.random.gauss(mean, sd))
                if not alarmed and p > 0.0 and self.random.random() < p:
                    alarmed = True
                    if place > 0.0:
                        yield env.timeout(place * delay)
                    for p_called, response_mean, response_sd in self.forces:
                        if self.random.random() < p_called:
                            env.process(self.response(env, response_mean, response_sd))
                    yield env.timeout((1.0 - place) * delay)
                else:
                    yield env.timeout(delay)
        except simpy.Interrupt:
            return True
        return False

    def run(self, attacks: int) -> float:
        interrupted = 0
        for _ in range(attacks):
            env = simpy.Environment()
            self.intruder = env.process(self.intrusion(env))
            interrupted += env.run(until=self.intruder)
        return interrupted / attacks


def numpy_model(attack: Attack, attacks: int, rng: np.random.Generator) -> float:
    """The attack as one writes it with arrays: all delays, all detections, all responses, then one comparison."""
    p = np.array([task.p_detection for task in attack.tasks])
    weight = np.array([WEIGHT[task.detect_at] for task in attack.tasks])
    mean = np.array([task.delay_mean for task in attack.tasks])
    sd = np.array([task.delay_sd for task in attack.tasks])
    delay = np.maximum(rng.normal(mean, sd, (attacks, len(mean))), 0.0)
    after = np.cumsum(delay[:, ::-1], axis=1)[:, ::-1] - delay
    noticed = np.zeros((attacks, len(mean)), dtype=np.bool_)
    detecting = p > 0.0
    noticed[:, detecting] = rng.random((attacks, int(detecting.sum()))) < p[detecting]
    first = noticed.argmax(axis=1)
    rows = np.arange(attacks)
    left = after[rows, first] + weight[first] * delay[rows, first]
    in_time = np.zeros(attacks, dtype=np.bool_)
    for force in attack.forces:
        response = np.maximum(rng.normal(force.parts[0].mean, force.parts[0].sd, attacks), 0.0)
        in_time |= (rng.random(attacks) < force.p_called) & (response < left)
    return float((noticed[rows, first] & in_time).mean())


# ---------------------------------------------------------------- measuring


def timed(work: Callable[[], object]) -> float:
    """The least processor time of several runs [s]."""
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def simpy_measured(attack: Attack) -> Measured:
    model = SimpyModel(attack, 1)
    shares: list[float] = []
    seconds = timed(lambda: shares.append(model.run(SIMPY_ATTACKS))) / SIMPY_ATTACKS
    return Measured(seconds, sum(shares) / len(shares), SIMPY_ATTACKS * len(shares))


def numpy_measured(attack: Attack) -> Measured:
    rng = np.random.default_rng(1)
    shares: list[float] = []

    def run(chunk: int) -> Callable[[], object]:
        return lambda: shares.extend(numpy_model(attack, chunk, rng) for _ in range(NUMPY_ATTACKS // chunk))

    seconds = min(timed(run(chunk)) for chunk in NUMPY_CHUNKS) / NUMPY_ATTACKS
    # chunks differ in size, and so do their weights: the mean over equal numbers of attacks is kept simple
    return Measured(seconds, sum(shares) / len(shares), NUMPY_ATTACKS * RUNS)


def ours_measured(attack: Attack, *, every_draw: bool) -> Measured:
    blocks = Blocks(attack, 1, every_draw=every_draw)
    numbers = itertools.count(TIMED)  # the first blocks also keep times
    counts: list[int] = []

    def run() -> None:
        counts.extend(int(blocks(next(numbers)).counts[kernel.INTERRUPTED]) for _ in range(BLOCKS))

    run()
    seconds = timed(run) / (BLOCKS * BLOCK)
    attacks = len(counts) * BLOCK
    return Measured(seconds, sum(counts) / attacks, attacks)


def expected_measured(attack: Attack) -> Measured:
    attacks = BLOCKS * BLOCK
    found = expect_interruption(attack, seed=1, standard_error=1e-6, at_most=attacks)
    seconds = timed(lambda: expect_interruption(attack, seed=1, standard_error=1e-6, at_most=attacks)) / attacks
    return Measured(seconds, found.p_interruption, attacks, found.standard_error**2 * attacks)


def agreed(measured: dict[str, Measured]) -> None:
    """AssertionError where two models differ by more than their standard errors allow."""
    for name, one in measured.items():
        for other_name, other in measured.items():
            error = math.hypot(*(math.sqrt(m.cost * ERROR**2 / m.seconds / m.attacks) for m in (one, other)))
            if abs(one.share - other.share) > AGREE * error:
                raise AssertionError(f"{name} gives {one.share:.5f}, {other_name} {other.share:.5f}")


def attacks() -> Iterator[tuple[str, Attack]]:
    """The paths that are attacked."""
    six = ((0.0, 10.0), (0.0, 12.0), (0.9, 90.0), (0.0, 10.0), (0.9, 90.0), (0.0, 120.0))
    guards = Force(id="guards", parts=(Duration(300.0, 90.0),), p_called=0.95)
    yield "6 tasks, 1 response", Attack(tasks=_path((p, "begin", m) for p, m in six), forces=(guards,))
    rng = np.random.default_rng(20)
    twenty = [
        (float(rng.uniform(0.0, 0.4)), str(rng.choice(["begin", "middle", "end"])), float(rng.uniform(5.0, 60.0)))
        for _ in range(20)
    ]
    police = Force(id="police", parts=(Duration(500.0, 150.0),), p_called=0.9)
    yield "20 tasks, 2 responses", Attack(tasks=_path(iter(twenty)), forces=(guards, police))


def _path(figures: Iterator[tuple[float, str, float]]) -> tuple[Task, ...]:
    return tuple(
        Task(
            kind="element",
            id=f"e{number}",
            p_detection=p,
            detect_at=at,  # type: ignore[arg-type]
            delay_mean=mean,
            delay_sd=0.3 * mean,
        )
        for number, (p, at, mean) in enumerate(figures)
    )


def _told(one: Measured) -> str:
    return f"{1e9 * one.seconds:,.0f} ns an attack, {1e3 * one.cost:,.1f} ms to a standard error of {ERROR:g}"


def figures(data: Folder) -> Iterator[Row]:
    """Every model on every attack, as processor time to a standard error and as ratios."""
    del data
    for what, attack in attacks():
        simpy_, numpy_ = simpy_measured(attack), numpy_measured(attack)
        every, used = ours_measured(attack, every_draw=True), ours_measured(attack, every_draw=False)
        expected = expected_measured(attack)
        agreed({"SimPy": simpy_, "NumPy": numpy_, "every draw": every, "as used": used, "expected": expected})
        for name, one in (("SimPy", simpy_), ("NumPy", numpy_), ("every draw", every), ("as used", used)):
            told = _told(one)
            ratios = f"; {simpy_.cost / one.cost:,.0f} x SimPy, {numpy_.cost / one.cost:.1f} x NumPy"
            yield Row("simulation", f"{what}: {name}", told + (ratios if one in (every, used) else ""))
        told = f"{_told(expected)}; {used.cost / expected.cost:.1f} x as used"
        yield Row("simulation", f"{what}: with detection and arrival worked out (variance reduction)", told)


if __name__ == "__main__":
    main(__doc__, figures)
