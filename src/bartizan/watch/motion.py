"""How a person moves on the ground: a velocity that lasts a while, and the Kalman filter for it.

The velocity is an Ornstein-Uhlenbeck process, the place its integral: over times short against `memory` this is the
constant-velocity model, and over longer ones the velocity that was last known fades, so that somebody who has been
out of sight for seconds is expected near where the walk would have slowed, not where a straight line ends. The law
is exact for any step: two predictions of a and b seconds are one of a + b, so the frame rate changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    if step < 0.0:
        back = np.eye(4)
        back[0, 2] = back[1, 3] = step
        return MotionState(t, back @ state.mean, back @ state.covariance @ back.T + doubt(-step, law))
    kept = math.exp(-step / law.memory)
    transition = np.eye(4)
    transition[0, 2] = transition[1, 3] = law.memory * (1.0 - kept)
    transition[2, 2] = transition[3, 3] = kept
    covariance = transition @ state.covariance @ transition.T + doubt(step, law)
    return MotionState(t, transition @ state.mean, covariance)


def doubt(step: float, law: MotionLaw) -> Vector:
    """The covariance, shape (4, 4), that `step` seconds of the law add to what was known exactly."""
    ratio = step / law.memory
    lost = -math.expm1(-ratio)  # 1 - exp(-ratio), exact for the small steps of a video
    place = (law.speed * law.memory) ** 2 * max(0.0, 2.0 * (ratio - lost) - lost * lost)
    velocity = law.speed**2 * -math.expm1(-2.0 * ratio)
    joint = law.speed**2 * law.memory * lost * lost
    return np.array(
        [[place, 0.0, joint, 0.0], [0.0, place, 0.0, joint], [joint, 0.0, velocity, 0.0], [0.0, joint, 0.0, velocity]]
    )


def update(state: MotionState, at: Vector, error: Vector, ago: float = 0.0) -> MotionState:
    """The state after a sighting of the place `at` [m], shape (2,), with covariance `error` [m²], shape (2, 2).

    A sighting that comes late was made `ago` seconds before the state's own time: it tells of the place then, which
    is the place now less `ago` times the velocity; `error` then holds the doubt of those seconds too. The covariance
    is updated in Joseph's form, which stays symmetric and positive however often it is repeated.
    """
    seen = np.eye(2, 4)
    seen[0, 2] = seen[1, 3] = -ago
    crossed = seen @ state.covariance
    gain = np.linalg.solve(crossed @ seen.T + error, crossed).T
    kept = np.eye(4) - gain @ seen
    mean = state.mean + gain @ (at - seen @ state.mean)
    covariance = kept @ state.covariance @ kept.T + gain @ error @ gain.T
    return MotionState(state.t, mean, (covariance + covariance.T) / 2.0)
