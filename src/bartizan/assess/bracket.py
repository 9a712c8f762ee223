"""P(T > R) between two bounds, for laws so rough that nothing smoother helps: times counted in steps, down and up.

Each of the n times that spread is rounded down to a whole number of steps. So the true sum lies between the rounded
one and n steps more, and with the response's parts rounded down likewise,

    P(T' > R' + m h)  <=  P(T > R)  <=  P(T' + n h > R')

for n delays and m parts of the response. The two differ by about n + m steps times the density of T - R at 0. What
does not vary, all of T or all of R at 0, is not rounded and stands apart.
Nothing is asked of the laws but their distribution functions, and nothing is gained from their being smooth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from bartizan.assess.laws import Floats, at_zero, cdf, part_of, reach, spreads
from bartizan.quantity import Duration

CELLS = 1 << 20
_ROUNDING = 1e-9  # of a transform of 2 ** 21 points, for masses that sum to 1; measured at 1e-13
_TAIL = 1e-8


@dataclass(frozen=True, slots=True)
class Bracket:
    """A probability between two bounds that are proved."""

    low: float
    high: float


def brackets(
    delays: Sequence[Duration], share: Floats, response: Sequence[Duration], cells: int = CELLS
) -> list[Bracket]:
    """P(share_i X_i + sum_{j>i} X_j > R) for each task i of a path, from above and below.

    `delays`: the law of each task's time, in order; `share`: of shape (n,), how much of a task is left when it is
    noticed; `response`: the parts of the response time, added. The work is n transforms of `cells` points.
    """
    fixed_response = sum(time.mean for time in response if not spreads(time))
    spread = [time for time in response if spreads(time)]
    end = sum(reach(time, _TAIL / len(spread)) for time in spread)
    most = sum(reach(time, _TAIL / len(delays)) for time in delays)
    # beyond the last moment at which the response comes, or the delays end, nothing changes
    span = min(end + fixed_response, most)
    if span <= 0.0:
        span = 1.0
    grid = _Grid(span / cells, cells)
    arrival = grid.nothing()
    for time in spread:
        arrival = grid.added(arrival, time)
    found = []
    after, fixed = grid.nothing(), 0.0
    for delay, part in zip(reversed(delays), share[::-1], strict=True):
        own = part_of(delay, float(part))
        left = grid.added(after, own) if spreads(own) else after
        at = fixed if spreads(own) else fixed + own.mean
        found.append(grid.bracket(left, arrival, fixed_response - at))
        if not spreads(delay):
            fixed += delay.mean
        elif part == 1.0:
            after = left
        else:
            after = grid.added(after, delay)
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Left:
    """A sum of times: its law on the grid, the chance `still` that none of them varies, and how many are rounded."""

    law: Floats
    still: float
    count: int

    def apart(self) -> Iterator[tuple[Floats, int]]:
        """The law without what does not vary, which is exact, and then that; each with how many steps it may lack."""
        moving = self.law.copy()
        moving[0] = max(0.0, moving[0] - self.still)
        yield moving, self.count
        still = np.zeros_like(self.law)
        still[0] = self.still
        yield still, 0


class _Grid:
    """Laws of whole numbers of steps, 0 to cells - 1; what lies beyond is lost, and counts as beyond."""

    def __init__(self, step: float, cells: int) -> None:
        self.step = step
        self.cells = cells
        self._size = next_fast_len(2 * cells, real=True)
        self._edges = step * np.arange(cells + 1.0)

    def nothing(self) -> Left:
        """A time of 0."""
        law = np.zeros(self.cells)
        law[0] = 1.0
        return Left(law, 1.0, 0)

    def added(self, left: Left, time: Duration) -> Left:
        """The sum with one time more, which spreads."""
        at = cdf(time, self._edges)
        own = np.concatenate(([at[1]], np.diff(at)[1:]))
        law = irfft(rfft(left.law, self._size) * rfft(own, self._size), self._size)[: self.cells]
        return Left(np.maximum(law, 0.0), left.still * at_zero(time), left.count + 1)

    def bracket(self, left: Left, arrival: Left, offset: float) -> Bracket:
        """P(T > R + offset) for T and R rounded down."""
        low = high = 0.0
        beyond = max(0.0, 1.0 - float(left.law.sum()))
        for arrived, parts in arrival.apart():
            late = np.concatenate(([0.0], np.cumsum(arrived)))
            for law, delays in left.apart():
                high += float(law @ self._arrived(late, delays * self.step - offset))
                low += float(law @ self._arrived(late, -parts * self.step - offset))
            low += beyond * float(late[-1])
        return Bracket(max(0.0, low - _ROUNDING - 2.0 * _TAIL), min(1.0, high + beyond + _ROUNDING + 2.0 * _TAIL))

    def _arrived(self, late: Floats, more: float) -> Floats:
        """P(R' < T' + more) for each T' of the grid."""
        return np.asarray(late[np.searchsorted(self._edges[:-1], self._edges[:-1] + more, side="left")])
