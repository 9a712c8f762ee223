"""A camera calibrated from people: boxes in, a camera on the plan out, with everything that was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bartizan.geometry.pinhole import Pinhole
from bartizan.geometry.spread import Spread
from bartizan.watch.calibrate import (
    DOUBTFUL_SCALE,
    Found,
    Interval,
    People,
    Placed,
    StanceParams,
    Walkers,
    find_stance,
    placed,
    walkers,
)
from bartizan.watch.detection.detect import Detection


@dataclass(frozen=True, slots=True)
class Walked:
    """How the camera stands (`found`), where (`placed`, None where nothing said), from which people, by which seed."""

    found: Found
    placed: Placed | None
    seen: Walkers
    people: People
    seed: int

    @property
    def camera(self) -> Spread:
        """The camera: on the plan where it was placed, else over the plan's origin and looking north."""
        if self.placed is not None:
            return self.placed.camera
        size, others = self.seen.size, self.found.others
        cameras: tuple[Pinhole, ...] = tuple(stance.camera(size, people) for stance, people in others)
        return Spread(self.found.stance.camera(size, self.found.people), cameras, 1.0 / len(cameras))

    @property
    def doubt(self) -> str | None:
        """Why the scale is to be doubted, where plan and people disagree on it."""
        if self.placed is None or 1.0 / DOUBTFUL_SCALE <= self.placed.scale <= DOUBTFUL_SCALE:
            return None
        return (
            f"by the plan the people would be {self.placed.people:.2f} m tall on average: a pair is wrong, the people "
            "are not as tall as said, or boxes are drawn round more than people"
        )

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; angles in degrees, lengths in metres."""
        found, lying = self.found, self.placed
        return {
            "boxes": found.boxes,
            "used": found.used,
            "strides": found.strides,
            "dropped": dict(self.seen.dropped),
            "scatter": round(found.scatter, 4),
            "focal": _interval(found.focal),
            "tilt": _interval(found.tilt),
            "roll": _interval(found.roll),
            "height": _interval(found.height),
            "placed": lying is not None,
            "scale": None if lying is None else round(lying.scale, 4),
            "people": round(found.people if lying is None else lying.people, 3),
            "misses": None if lying is None or lying.misses is None else [round(miss, 3) for miss in lying.misses],
            "doubt": self.doubt,
        }


def calibrate_by_walkers(
    frames: Iterable[tuple[float, Sequence[Detection]]],
    size: tuple[int, int],
    *,
    pairs: Sequence[Sequence[float]] = (),
    at: tuple[float, float] | None = None,
    people: People | None = None,
    params: StanceParams | None = None,
    seed: int = 0,
) -> Walked:
    """The camera in front of which people walked: `frames` are (t [s], boxes), `size` the picture's [pixels].

    `pairs` (pixel x, y, plan x, y [m]) and `at`, the camera's place on the plan, lay it there: one pair with `at`, or
    two pairs and more. Without them it is found up to a turn and a shift. Raises a CalibrationError that says why.
    """
    who = people or People()
    rng = np.random.default_rng(seed)
    seen = walkers(frames, size)
    found = find_stance(seen, who, rng, params)
    lying = placed(found, size, pairs, rng, at) if pairs else None
    return Walked(found, lying, seen, who, seed)


def _interval(figure: Interval) -> dict[str, float]:
    return {"value": round(figure.value, 4), "low": round(figure.low, 4), "high": round(figure.high, 4)}
