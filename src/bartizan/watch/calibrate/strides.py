"""Stretches that somebody walked, from boxes that are surely of one person for a few seconds; no identity is needed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.watch.calibrate.walkers import Walkers

Floats = NDArray[np.float64]

SECONDS = 2.0
"""How long a stretch is: long beside the error of a foot, short beside a walk in one direction."""

# a box continues the one before if its foot is within this many of its heights a second, and no other box is near
_REACH = 1.6
_NEAR = 0.25  # heights that a foot may jump between two pictures whatever the time: the error of a box
_ALONE = 0.25  # heights within which a second candidate makes it doubtful who is who
_LOST = 0.6  # seconds after which a missed box ends a stretch
_SAME_SIZE = 0.25  # share by which the height of one person's box changes at most from one picture to the next
# less than this many heights in a stretch may be somebody who stands, seen with error
_LEAST = 0.2
_ENDS = 3  # boxes averaged at each end of a stretch


@dataclass(frozen=True, slots=True)
class Strides:
    """Stretches walked: the foot's first and last pixel, shape (n, 2), the time between and the first time [s]."""

    first: Floats
    last: Floats
    seconds: Floats
    t: Floats

    def __len__(self) -> int:
        return len(self.t)


def strides(seen: Walkers) -> Strides:
    """The stretches of about SECONDS that the boxes show, of people who are alone where they walk."""
    found: list[tuple[Floats, float, float]] = []
    open_: list[list[int]] = []
    for t in np.unique(seen.t):
        rows = np.flatnonzero(seen.t == t)
        open_ = [chain for chain in open_ if t - seen.t[chain[-1]] <= _LOST]
        claims = _claims(seen, [chain[-1] for chain in open_], rows, float(t))
        taken = set(claims.values())
        for place, row in claims.items():
            open_[place].append(row)
        open_ = [chain for place, chain in enumerate(open_) if place in claims or t > seen.t[chain[-1]]]
        open_ += [[int(row)] for row in rows if int(row) not in taken]
        for chain in open_:
            if seen.t[chain[-1]] - seen.t[chain[0]] >= SECONDS:
                _note(seen, chain, found)
                del chain[:-1]
    ends = np.array([ends for ends, _, _ in found], dtype=np.float64).reshape(-1, 4)
    times = np.array([(seconds, t) for _, seconds, t in found], dtype=np.float64).reshape(-1, 2)
    return Strides(ends[:, :2], ends[:, 2:], times[:, 0], times[:, 1])


def _claims(seen: Walkers, lasts: list[int], rows: np.ndarray, t: float) -> dict[int, int]:
    """Which open chain goes on with which box: only where neither has another choice."""
    if not lasts or not len(rows):
        return {}
    heights = seen.height[lasts][:, None]
    away = np.hypot(*np.moveaxis(seen.foot[rows][None] - seen.foot[lasts][:, None], -1, 0)) / heights
    reach = _NEAR + _REACH * (t - seen.t[lasts])[:, None]
    alike = np.abs(np.log(seen.height[rows][None] / heights)) < _SAME_SIZE
    claims: dict[int, int] = {}
    for place in range(len(lasts)):
        row = int(np.argmin(away[place]))
        rivals = np.sort(np.concatenate([np.delete(away[place], row), np.delete(away[:, row], place)]))
        alone = not len(rivals) or rivals[0] > away[place, row] + _ALONE
        if away[place, row] <= reach[place, 0] and alike[place, row] and alone:
            claims[place] = int(rows[row])
    return claims


def _note(seen: Walkers, chain: list[int], found: list[tuple[Floats, float, float]]) -> None:
    if len(chain) < 2 * _ENDS:
        return
    early, late = chain[:_ENDS], chain[-_ENDS:]
    first, last = seen.foot[early].mean(axis=0), seen.foot[late].mean(axis=0)
    seconds = float(seen.t[late].mean() - seen.t[early].mean())
    if math.dist(first, last) >= _LEAST * float(seen.height[chain].mean()) and seconds > 0.0:
        found.append((np.concatenate([first, last]), seconds, float(seen.t[chain[0]])))
