"""Many readings of one path at once, and the most that it gives where figures lie in spans; compiled."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@compiled
def most_values(index: Ints, low: Floats, high: Floats, per_alarm: bool) -> Floats:
    """The most that one path gives, in P_I or P_E, over all figures within spans; many readings at once.

    `index` (tasks + 1, n): per task in order, and last the response, which row of `low` and `high` (m, 4) bounds its
    figures in a reading: p, weight, mean, sd; of the response mean, sd, P_C, P_N. `per_alarm`: every alarm has a
    communication of its own. Shape (n,); where low equals high, the value itself.

    Backwards V' = p Phi + (1 - p) V is linear in p, rises with V and with the margin; with the variance Phi rises or
    falls throughout, by the sign of the margin. So the ends of the spans give the most, task by task.
    """
    tasks, readings = index.shape[0] - 1, index.shape[1]
    values = np.empty(readings)
    for reading in range(readings):
        answer = index[tasks, reading]
        fewest, widest = low[answer, 1] * low[answer, 1], high[answer, 1] * high[answer, 1]
        mean, least, most, value = 0.0, 0.0, 0.0, 0.0
        for task in range(tasks - 1, -1, -1):
            row = index[task, reading]
            # in the order of the engine, so that a tie without spread is a tie here too
            margin = (high[row, 1] * high[row, 2] + mean) - low[answer, 0]
            own_least = low[row, 1] * low[row, 1] * (low[row, 3] * low[row, 3])
            own_most = high[row, 1] * high[row, 1] * (high[row, 3] * high[row, 3])
            timely = max(
                _timely(margin, own_least + least + fewest),
                _timely(margin, own_most + most + widest),
            )
            p_low, p_high = low[row, 0], high[row, 0]
            if per_alarm:
                p_low, p_high = p_low * low[answer, 2], p_high * high[answer, 2]
            if p_high > 0.0:
                value = max(p_low * timely + (1.0 - p_low) * value, p_high * timely + (1.0 - p_high) * value)
            mean += high[row, 2]
            least += low[row, 3] * low[row, 3]
            most += high[row, 3] * high[row, 3]
        values[reading] = high[answer, 3] * value * (1.0 if per_alarm else high[answer, 2])
    return values


@compiled
def _timely(margin: float, variance: float) -> float:
    """P(R|A); without variance the step, a tie being too late."""
    if variance > 0.0:
        return 0.5 * math.erfc(-margin / math.sqrt(2.0 * variance))
    return 1.0 if margin > 0.0 else 0.0
