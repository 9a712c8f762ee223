"""Drawing times and one attack: what the kernels draw by the million, here one at a time and with NumPy's generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.assess.laws import bounds, gamma_parameters, peak, pert_shapes, spreads
from bartizan.assess.simulate import kernel
from bartizan.assess.task import WEIGHT, Task
from bartizan.errors import InputError
from bartizan.quantity import Duration

Floats = NDArray[np.float64]


def sample(time: Duration, rng: np.random.Generator, count: int) -> Floats:
    """`count` independent times of one law [s], shape (count,); a normal one is cut at 0.

    A spread of `laws.NEGLIGIBLE` or less counts as none. Not modelled: dependence between times.
    """
    if not spreads(time):
        return np.full(count, time.mean)
    if time.law == "normal":
        return np.maximum(rng.normal(time.mean, time.sd, count), 0.0)
    if time.law == "lognormal":
        return np.exp(np.minimum(rng.normal(*_logarithm(time), count), kernel.LOG_LONGEST))
    if time.law == "gamma":
        shape, scale = gamma_parameters(time)
        return np.minimum(rng.standard_gamma(shape, count) * scale, kernel.LONGEST)
    return _bounded(time, rng, count)


def _bounded(time: Duration, rng: np.random.Generator, count: int) -> Floats:
    low, high = bounds(time)
    if time.law == "triangular":
        return rng.triangular(low, peak(time), high, count)
    if time.law == "pert":
        return low + (high - low) * rng.beta(*pert_shapes(time), count)
    return rng.uniform(low, high, count)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnTask:
    """One task as it went in one attack: its begin and end, and when it was noticed (None: not) [s from the begin]."""

    task: Task
    begin: float
    end: float
    noticed_at: float | None


def draw_attack(tasks: Sequence[Task], rng: np.random.Generator) -> tuple[DrawnTask, ...]:
    """How could one attack go? One draw of every delay and of every detection on a path.

    `tasks` in the order in which they are done; `rng` is moved on. Returns them with their times [s from the begin
    of the attack]. Every detection is drawn, also after the first one. Raises InputError for no task. Not modelled:
    the response, and an intruder who reacts to being noticed.
    """
    if not tasks:
        raise InputError("an attack has at least one task, and this one has none. Add a task")
    drawn = []
    now = 0.0
    for task in tasks:
        delay = float(sample(task.law, rng, 1)[0])
        noticed = bool(rng.random() < task.p_detection)
        # the weight counts what is left of the task when it is noticed
        at = now + (1.0 - WEIGHT[task.detect_at]) * delay
        drawn.append(DrawnTask(task=task, begin=now, end=now + delay, noticed_at=at if noticed else None))
        now += delay
    return tuple(drawn)


def coded(laws: Sequence[Duration], *, negative: bool = False) -> kernel.Laws:
    """Laws as the kernels read them. `negative`: normal times may be below 0, as EASI has it."""
    rows = [_coded(law, negative) for law in laws]
    kinds = np.array([kind for kind, _ in rows], dtype=np.int64)
    figures = np.array([(*figures, 0.0, 0.0, 0.0)[:4] for _, figures in rows], dtype=np.float64)
    return kernel.Laws(kinds, figures.reshape(len(rows), 4))


def _coded(time: Duration, negative: bool) -> tuple[int, tuple[float, ...]]:
    if not spreads(time):
        return kernel.FIXED, (time.mean,)
    if time.law == "normal":
        return kernel.NEGATIVE_NORMAL if negative else kernel.NORMAL, (time.mean, time.sd)
    if time.law == "lognormal":
        return kernel.LOGNORMAL, _logarithm(time)
    if time.law == "gamma":
        shape, scale = gamma_parameters(time)
        return kernel.GAMMA, (shape, min(scale, kernel.LONGEST))
    return _coded_bounded(time)


def _coded_bounded(time: Duration) -> tuple[int, tuple[float, ...]]:
    low, high = bounds(time)
    if time.law == "triangular":
        return kernel.TRIANGULAR, (low, peak(time), high, (peak(time) - low) / (high - low))
    if time.law == "pert":
        return kernel.PERT, (low, high - low, *pert_shapes(time))
    return kernel.UNIFORM, (low, high - low)


def _logarithm(time: Duration) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a lognormal time, whatever the spread."""
    log_variance = float(np.logaddexp(0.0, 2.0 * (math.log(time.sd) - math.log(time.mean))))
    return math.log(time.mean) - 0.5 * log_variance, math.sqrt(log_variance)
