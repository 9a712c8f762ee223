"""A track looked at afterwards: its path through one camera's picture, gaps filled and jitter taken out.

For study, for scores and for the files that other programs read. The live run never uses it: there nobody is said to
be where nobody sees them, and nothing waits for what comes later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
Columns = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A track in one frame: frame and track number count from 1; `box` in pixels, `at` in metres on the plan."""

    frame: int
    number: int
    box: Box
    at: tuple[float, float]


@dataclass(slots=True)
class Trace:
    """The sightings of one track by one camera, in the order of its frames."""

    number: int
    frames: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    places: list[tuple[float, float]] = field(default_factory=list)


def trace_rows(trace: Trace, times: Sequence[float], *, longest: float, window: float) -> list[TraceRow]:
    """The rows of a track in every frame from its first to its last sighting.

    `times` [s] are those of all frames of the camera (frame n is at times[n - 1]). A gap of up to `longest` seconds
    between two sightings is filled in a straight line; then every box and place becomes the mean over the frames
    within `window` / 2 seconds before and after (fewer, and as many on both sides, near the ends).
    """
    if not trace.frames:
        return []
    seen = np.asarray(trace.times)
    frames = np.arange(trace.frames[0], trace.frames[-1] + 1)
    at = np.asarray(times)[frames - 1]
    known = np.column_stack([np.asarray(trace.boxes), np.asarray(trace.places)])
    filled = np.column_stack([np.interp(at, seen, column) for column in known.T])
    after = np.searchsorted(seen, at)
    gap = np.where(seen[after] == at, 0.0, seen[after] - seen[np.maximum(after - 1, 0)])
    smooth = _means(at, filled, window / 2.0)
    return [
        TraceRow(int(frame), trace.number, (row[0], row[1], row[2], row[3]), (row[4], row[5]))
        for frame, row, hole in zip(frames.tolist(), smooth.tolist(), gap.tolist(), strict=True)
        if hole <= longest
    ]


def _means(at: Columns, values: Columns, reach: float) -> Columns:
    """The mean of each column over the rows within `reach` seconds, the same count on either side."""
    rows = np.arange(len(at))
    before = rows - np.searchsorted(at, at - reach - 1e-9)
    behind = np.searchsorted(at, at + reach + 1e-9, side="right") - 1 - rows
    half = np.minimum(before, behind)
    sums = np.vstack([np.zeros(values.shape[1]), np.cumsum(values, axis=0)])
    means: Columns = (sums[rows + half + 1] - sums[rows - half]) / (2 * half + 1)[:, None]
    return means
