"""The timeline of one path: EASI, the critical detection point, and what is left to run when each task is noticed.

For task i of a path, with weight w = 1, 1/2, 0 for detection at its begin, middle, end::

    mu_i   = w m_i + sum_{j>i} m_j                  mean delay left when task i is noticed
    var_i  = w^2 s_i^2 + sum_{j>i} s_j^2            its variance: the weight is squared
    P(R|A_i) = Phi((mu_i - RFT) / sqrt(var_i + s_RFT^2))
    P_I    = P_C sum_i PD_i prod_{j<i} (1 - PD_j) P(R|A_i)

Communication stands once, outside the product of misses; per alarm (the other model) PD_i P_C takes the place of
PD_i, for then every alarm has its own chance to get through. Where nothing spreads (var_i + s_RFT = 0) the probability
of being in time is the step function, and a tie is not in time: mu_i must exceed the response time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from bartizan.assess.convolution import p_timely_under_laws
from bartizan.assess.result import Path, Step
from bartizan.assess.task import WEIGHT, Communication, Task, require_seconds
from bartizan.errors import InputError
from bartizan.quantity import Duration

# beyond half the mean, a normal delay is negative in more than 2 % of cases
WIDE_SPREAD = 0.5

Floats = NDArray[np.float64]


def p_timely(mean_left: Floats, variance_left: Floats, response_mean: float, response_sd: float) -> Floats:
    """Does the response arrive before the tasks that are left are done?

    `mean_left` [s] and `variance_left` [s²], shape (n,): the delay left at detection. Returns P(R|A), shape (n,);
    where nothing spreads, 1 where mean_left > response_mean (strictly), else 0. Source: Bennett, "The EASI approach
    to physical security evaluation", SAND76-0500 (1977); Garcia, chapter on EASI. Delays may be negative here.
    """
    margin = mean_left - response_mean
    spread = np.sqrt(variance_left + response_sd * response_sd)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        timely = np.asarray(ndtr(margin / spread), dtype=np.float64)
    return np.where(spread > 0.0, timely, (margin > 0.0).astype(np.float64))


def timeline(
    tasks: Sequence[Task],
    response_mean: float,
    response_sd: float,
    p_communication: float,
    communication: Communication = "once",
) -> Path:
    """Would this one path be interrupted in time, and where is it decided?

    `tasks` in the order in which they are done; `response_mean`, `response_sd` in seconds, from the alarm to a
    position that stops the intruder; `p_communication` in [0, 1], counted once, or under "per-alarm" anew for every
    alarm: p P_C then stands in the place of p. Returns the path with P_I, per task the delay left at detection [s],
    P(R|A) and the probability that the path is first noticed (per alarm: first heard of) there; the critical
    detection point; and, where a spread exceeds half its mean, P_I with times that cannot be negative (error at
    most `convolution.ERROR`). Raises InputError for no task or a figure out of range.

    Source: EASI (Bennett 1977; Garcia, "The Design and Evaluation of Physical Protection Systems"). Not modelled:
    dependence between tasks or sensors, an intruder who reacts to being noticed, what happens after arrival.
    """
    _check(tasks, response_mean, response_sd, p_communication)
    p, weight, mean, sd = _figures(tasks)
    p, p_outside = _told(p, p_communication, communication)
    mean_left, variance_left = _left(weight, mean, sd)
    timely = p_timely(mean_left, variance_left, response_mean, response_sd)
    missed_before = np.concatenate(([1.0], np.cumprod(1.0 - p)[:-1]))

    later = np.flatnonzero(mean_left > response_mean)
    critical = int(later[-1]) if later.size else None
    detecting = np.flatnonzero(p[: critical + 1] > 0.0) if critical is not None else np.array([], dtype=np.intp)
    wide = tuple(int(index) for index in np.flatnonzero(sd > WIDE_SPREAD * mean))
    nonnegative = None
    if wide:
        normal = [Duration(m, s, "normal" if s > 0.0 else "fixed") for m, s in zip(mean, sd, strict=True)]
        response = Duration(response_mean, response_sd, "normal" if response_sd > 0.0 else "fixed")
        timely_nonnegative, _ = p_timely_under_laws(normal, weight, p > 0.0, [response])
        nonnegative = p_outside * _expected(p, timely_nonnegative)
    return Path(
        p_interruption=p_outside * _expected(p, timely),
        steps=tuple(
            _step(task, *figures)
            for task, *figures in zip(tasks, mean_left, variance_left, timely, p * missed_before, strict=True)
        ),
        critical_detection_point=critical,
        last_detecting=int(detecting[-1]) if detecting.size else None,
        wide_spread=wide,
        nonnegative=nonnegative,
        tasks=tuple(tasks),
    )


def p_interruption(
    tasks: Sequence[Task],
    response_mean: float,
    response_sd: float,
    p_communication: float,
    communication: Communication = "once",
) -> float:
    """P_I of one path alone, as `timeline` has it, for weighing many changes of one path against each other.

    Parameters, errors and source are those of `timeline`; delays may be negative here, and nothing is said of it.
    """
    _check(tasks, response_mean, response_sd, p_communication)
    p, weight, mean, sd = _figures(tasks)
    p, p_outside = _told(p, p_communication, communication)
    return p_outside * _expected(p, p_timely(*_left(weight, mean, sd), response_mean, response_sd))


def heard(tasks: Sequence[Task], p_communication: float, communication: Communication) -> tuple[Task, ...]:
    """The tasks with what is noticed and told in the place of what is noticed: under "per-alarm" p P_C for p."""
    if communication == "once":
        return tuple(tasks)
    return tuple(replace(task, p_detection=task.p_detection * p_communication) for task in tasks)


def _told(p: Floats, p_communication: float, communication: Communication) -> tuple[Floats, float]:
    """What is noticed and told in each task, and what stands before the sum."""
    return (p, p_communication) if communication == "once" else (p * p_communication, 1.0)


def _figures(tasks: Sequence[Task]) -> tuple[Floats, Floats, Floats, Floats]:
    """Detection, weight of the moment of detection, mean and spread [s] of each task."""
    rows = [(task.p_detection, WEIGHT[task.detect_at], task.delay_mean, task.delay_sd) for task in tasks]
    p, weight, mean, sd = np.array(rows, dtype=np.float64).T
    return p, weight, mean, sd


def _left(weight: Floats, mean: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Mean [s] and variance [s²] of the delay left when each task is noticed."""
    return weight * mean + _after(mean), weight * weight * (sd * sd) + _after(sd * sd)


def _check(tasks: Sequence[Task], response_mean: float, response_sd: float, p_communication: float) -> None:
    if not tasks:
        raise InputError("a path has at least one task, and this one has none. Add a task")
    require_seconds("response_mean", response_mean)
    require_seconds("response_sd", response_sd)
    if not 0.0 <= p_communication <= 1.0:
        raise InputError(f"p_communication = {p_communication!r} is no probability. Give 0 to 1")


def _after(figures: Floats) -> Floats:
    """For each task the sum over the tasks that follow, added from the last one backwards."""
    return np.concatenate((np.cumsum(figures[::-1])[::-1][1:], [0.0]))


def _expected(p: Floats, timely: Floats) -> float:
    """sum_i p_i prod_{j<i} (1 - p_j) timely_i, backwards: each step is a mean, so it stays within [0, 1]."""
    value = 0.0
    for p_detection, in_time in zip(p[::-1], timely[::-1], strict=True):
        value = p_detection * in_time + (1.0 - p_detection) * value
    return float(value)


def _step(task: Task, mean_left: float, variance_left: float, timely: float, first: float) -> Step:
    return Step(
        kind=task.kind,
        id=task.id,
        way=task.way,
        leg=task.leg,
        p_detection=task.p_detection,
        detect_at=task.detect_at,
        delay_mean=task.delay_mean,
        delay_sd=task.delay_sd,
        mean_after=float(mean_left),
        sd_after=math.sqrt(variance_left),
        p_timely=float(timely),
        p_first=float(first),
        source=task.source,
    )
