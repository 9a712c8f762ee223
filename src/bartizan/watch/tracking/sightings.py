"""What one frame of one camera shows, as the tracker takes it: the observations that can be used, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bartizan.signal import Observation
from bartizan.watch.tracking.label import LABELS, kind_of
from bartizan.watch.tracking.motion import Vector

# no plan is this wide [m]; beyond it squares would overflow
_NOWHERE = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """The usable observations of a frame at `t` [s] of `camera`.

    `at` (n, 2) [m] and `errors` (n, 2, 2) [m²] are their places and covariances, `kinds` what they are of.
    """

    t: float
    camera: str
    observations: tuple[Observation, ...]
    at: Vector
    errors: Vector
    kinds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.observations)

    def only(self, rows: Sequence[int]) -> Sightings:
        """Those of some rows, in their order."""
        return Sightings(
            self.t,
            self.camera,
            tuple([self.observations[row] for row in rows]),
            self.at[rows],
            self.errors[rows],
            tuple([self.kinds[row] for row in rows]),
        )


def sightings_of(t: float, camera: str, observations: Sequence[Observation], floor: float) -> Sightings:
    """The sightings of a frame; `floor` [m] is the least standard deviation of a place."""
    count = len(observations)
    errors = np.empty((count, 2, 2))
    covariances = np.array([one.covariance for one in observations], np.float64).reshape(count, 3)
    errors[:, 0, 0], errors[:, 1, 1] = covariances[:, 0] + floor**2, covariances[:, 2] + floor**2
    errors[:, 0, 1] = errors[:, 1, 0] = covariances[:, 1]
    at = np.array([one.at for one in observations], np.float64).reshape(count, 2)
    kinds = tuple([kind_of(one.label) for one in observations])
    return Sightings(t, camera, tuple(observations), at, errors, kinds)


def usable(observation: Observation) -> bool:
    """Whether an observation has a place on the plan, a covariance that is one, and a label that is known."""
    (x, y), (xx, xy, yy) = observation.at, observation.covariance
    # a comparison with NaN is False
    on_the_plan = abs(x) <= _NOWHERE and abs(y) <= _NOWHERE
    known = 0.0 <= xx <= _NOWHERE and 0.0 <= yy <= _NOWHERE and xx * yy >= xy * xy
    return on_the_plan and known and observation.label in LABELS
