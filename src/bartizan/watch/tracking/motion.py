"""How a person moves on the ground: a velocity that lasts a while, and the Kalman filter for it.

The velocity is an Ornstein-Uhlenbeck process, the place its integral: over times short against `memory` this is the
constant-velocity model, and over longer ones the velocity that was last known fades, so that somebody who has been
out of sight for seconds is expected near where the walk would have slowed, not where a straight line ends. The law
is exact for any step: two predictions of a and b seconds are one of a + b, so the frame rate changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MotionLaw:
    """The law: `speed` is the standard deviation of each velocity component [m/s], `memory` its time constant [s]."""

    speed: float
    memory: float


@dataclass(frozen=True, slots=True)
class MotionState:
    """Where somebody is at `t` [s] and how well that is known.

    `mean` is (x, y, vx, vy) in metres and metres per second, shape (4,); `covariance` has shape (4, 4).
    """

    t: float
    mean: Vector
    covariance: Vector


def begin(t: float, at: Vector, error: Vector, law: MotionLaw) -> MotionState:
    """The state after one sighting: its place, and a velocity known only by the law.

    `at` [m] has shape (2,), `error` is its covariance [m²], shape (2, 2).
    """
    covariance = np.zeros((4, 4))
    covariance[:2, :2] = error
    covariance[2, 2] = covariance[3, 3] = law.speed**2
    return MotionState(t, np.array([at[0], at[1], 0.0, 0.0]), covariance)


def predict(state: MotionState, t: float, law: MotionLaw) -> MotionState:
    """The state expected at `t` [s], later or (for a frame that comes late) a little earlier than the state's own.

    Backwards, the place is carried against the velocity and the same doubt is added as forwards.

    Source: the integrated Ornstein-Uhlenbeck process; Uhlenbeck and Ornstein (1930), Johnson et al. (2008).
    Does not model walls, paths or other people.
    """
    step = t - state.t
    if step == 0.0:
        return state
    means, covariances = _carried(state.mean[None], state.covariance[None], np.array([step]), law.speed, law.memory)
    return MotionState(t, means[0], covariances[0])


def predict_all(states: Sequence[MotionState], t: float, law: MotionLaw) -> tuple[Vector, Vector]:
    """What `predict` says of many: means, shape (n, 4), and covariances, shape (n, 4, 4), at `t` [s]."""
    if not states:
        return np.zeros((0, 4)), np.zeros((0, 4, 4))
    steps = np.array([t - state.t for state in states])
    means = np.array([state.mean for state in states])
    covariances = np.array([state.covariance for state in states])
    found: tuple[Vector, Vector] = _carried(means, covariances, steps, law.speed, law.memory)
    return found


def doubt(step: float, law: MotionLaw) -> Vector:
    """The covariance, shape (4, 4), that `step` seconds of the law add to what was known exactly."""
    place, joint, velocity = _doubt(step, law.speed, law.memory)
    return np.array(
        [[place, 0.0, joint, 0.0], [0.0, place, 0.0, joint], [joint, 0.0, velocity, 0.0], [0.0, joint, 0.0, velocity]]
    )


def update(state: MotionState, at: Vector, error: Vector, ago: float = 0.0) -> MotionState:
    """The state after a sighting of the place `at` [m], shape (2,), with covariance `error` [m²], shape (2, 2).

    A sighting that comes late was made `ago` seconds before the state's own time: it tells of the place then, which
    is the place now less `ago` times the velocity; `error` then holds the doubt of those seconds too. The covariance
    is updated in Joseph's form, which stays symmetric and positive however often it is repeated.
    """
    mean, covariance = _corrected(state.mean, state.covariance, at, error, ago)
    return MotionState(state.t, mean, covariance)


@compiled
def _doubt(step: float, speed: float, memory: float) -> tuple[float, float, float]:
    """The variance of the place, its covariance with the velocity, and the variance of the velocity after `step`."""
    ratio = step / memory
    lost = -math.expm1(-ratio)  # 1 - exp(-ratio), exact for the small steps of a video
    place = (speed * memory) ** 2 * max(0.0, 2.0 * (ratio - lost) - lost * lost)
    return place, speed * speed * memory * lost * lost, speed * speed * -math.expm1(-2.0 * ratio)


@compiled
def _carried(means: Vector, covariances: Vector, steps: Vector, speed: float, memory: float) -> tuple[Vector, Vector]:
    """The law's step for many states: A m and A P A' + Q, A being the law's, backwards a straight line's."""
    count = len(means)
    new_means, new_covariances = np.empty((count, 4)), np.empty((count, 4, 4))
    for k in range(count):
        step = steps[k]
        kept = math.exp(-step / memory) if step > 0.0 else 1.0
        far = memory * -math.expm1(-step / memory) if step > 0.0 else step
        place, joint, velocity = _doubt(abs(step), speed, memory)
        mean, p, q = means[k], covariances[k], new_covariances[k]
        for i in range(2):
            new_means[k, i] = mean[i] + far * mean[i + 2]
            new_means[k, i + 2] = kept * mean[i + 2]
            for j in range(2):
                q[i, j] = p[i, j] + far * (p[i, j + 2] + p[i + 2, j]) + far * far * p[i + 2, j + 2]
                q[i, j + 2] = kept * (p[i, j + 2] + far * p[i + 2, j + 2])
                q[i + 2, j] = kept * (p[i + 2, j] + far * p[i + 2, j + 2])
                q[i + 2, j + 2] = kept * kept * p[i + 2, j + 2]
            q[i, i] += place
            q[i, i + 2] += joint
            q[i + 2, i] += joint
            q[i + 2, i + 2] += velocity
    return new_means, new_covariances


@compiled
def _corrected(mean: Vector, covariance: Vector, at: Vector, error: Vector, ago: float) -> tuple[Vector, Vector]:
    """Kalman's update for H = (I, -ago I), the covariance in Joseph's form."""
    crossed = np.empty((2, 4))
    for i in range(2):
        for j in range(4):
            crossed[i, j] = covariance[i, j] - ago * covariance[i + 2, j]
    a = crossed[0, 0] - ago * crossed[0, 2] + error[0, 0]
    b = crossed[0, 1] - ago * crossed[0, 3] + error[0, 1]
    c = crossed[1, 1] - ago * crossed[1, 3] + error[1, 1]
    determinant = a * c - b * b
    gain = np.empty((4, 2))
    for j in range(4):
        gain[j, 0] = (c * crossed[0, j] - b * crossed[1, j]) / determinant
        gain[j, 1] = (a * crossed[1, j] - b * crossed[0, j]) / determinant
    off_x = at[0] - (mean[0] - ago * mean[2])
    off_y = at[1] - (mean[1] - ago * mean[3])
    kept = np.eye(4)
    new_mean = np.empty(4)
    for i in range(4):
        new_mean[i] = mean[i] + gain[i, 0] * off_x + gain[i, 1] * off_y
        for j in range(2):
            kept[i, j] -= gain[i, j]
            kept[i, j + 2] += ago * gain[i, j]
    new = _joseph(kept, covariance, gain, error)
    return new_mean, new


@compiled
def _joseph(kept: Vector, covariance: Vector, gain: Vector, error: Vector) -> Vector:
    half, new = np.zeros((4, 4)), np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            for k in range(4):
                half[i, j] += kept[i, k] * covariance[k, j]
    for i in range(4):
        for j in range(i + 1):
            total = 0.0
            for k in range(4):
                total += half[i, k] * kept[j, k]
            for k in range(2):
                for m in range(2):
                    total += gain[i, k] * error[k, m] * gain[j, m]
            new[i, j] = new[j, i] = total
    return new
