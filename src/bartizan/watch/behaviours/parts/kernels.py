"""What the kernels of every behaviour take and give: the points of one moment, and what is to be reported."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled
from bartizan.watch.behaviours.parts.roster import ENDED


class Points(NamedTuple):
    """The points of one moment, in the order in which they are to be taken; one entry of every array per point.

    `rows`: the row of its track's record, -1 where it is remembered nowhere. `marks`: which cameras saw it. `inside`:
    whether it lies in the ground of the rule. `times` [s], `places` [m] of shape (n, 2) and `sigmas` [m], their
    standard deviations. `observed`: whether it was seen, or only reckoned. `bridged`: the gap that a stitch closed [s],
    NaN where there was none.
    """

    rows: NDArray[np.int64]
    marks: NDArray[np.uint64]
    inside: NDArray[np.bool_]
    times: NDArray[np.float64]
    places: NDArray[np.float64]
    sigmas: NDArray[np.float64]
    observed: NDArray[np.bool_]
    bridged: NDArray[np.float64]


@compiled
def tell(record: Any, phase: int, events: Any, count: int) -> int:
    """Report how a record stands now; returns how many `events` there are with it."""
    events[count] = record
    events[count].phase = phase
    return count + 1


@compiled
def stop(record: Any, events: Any, count: int) -> int:
    """What was reported of a record is over, where anything was; returns how many `events` there are then."""
    if not record.open:
        return count
    record.open = False
    return tell(record, ENDED, events, count)
