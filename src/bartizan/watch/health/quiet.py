"""How much a camera's picture changes when nothing happens: the noise of a live sensor, which a still has not."""

from __future__ import annotations

from collections import deque

import numpy as np

SPAN = 600.0  # s that are looked back on
QUIETEST = 0.05  # quantile of the changes
FEWEST = 40  # changes that tell anything
_TURN = 10  # readings between two looks at the whole
STILL = 0.35  # of the quiet change, below which a picture may be a still that is sent again and again


class Quiet:
    """The changes of one camera's picture in its quiet moments [grey levels], from one reading to the next.

    What is much less than that is not believed before something stirs again: then it was quiet only, and counts.
    """

    def __init__(self) -> None:
        self._held: deque[tuple[float, float]] = deque()
        self._doubted: list[tuple[float, float]] = []
        self._until_next = 0
        self.level = 0.0

    def add(self, t: float, change: float) -> None:
        """Take the change of a reading at `t` [s]."""
        self._doubted.append((t, change))
        if change <= STILL * self.level:
            # what is doubted for ever must not grow for ever
            del self._doubted[: -2 * int(SPAN)]
            return
        self._held += self._doubted
        self._doubted.clear()
        while t - self._held[0][0] > SPAN:
            self._held.popleft()
        self._until_next -= 1
        if len(self._held) >= FEWEST and self._until_next <= 0:
            self._until_next = _TURN
            self.level = float(np.quantile([one for _, one in self._held], QUIETEST))
