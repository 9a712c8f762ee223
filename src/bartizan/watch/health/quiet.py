"""How much a camera's picture changes when nothing happens: the noise of a live sensor, which a still has not."""

from __future__ import annotations

from collections import deque

import numpy as np

SPAN = 600.0  # s that are looked back on
QUIETEST = 0.05  # quantile of the changes
FRESH = 10.0  # s until a change counts: twice what it takes to know that a picture came again
FEWEST = 20  # changes that tell anything
_TURN = 10  # readings between two looks at the whole
_DOUBTED = 1200  # readings: what is doubted for ever must not grow for ever
STILL = 0.35  # of the quiet change, below which a picture may be a still that is sent again and again


class Quiet:
    """The changes of one camera's picture in its quiet moments [grey levels], from one reading to the next.

    A picture that was there before tells nothing of a live one, nor do those just before it, which were not yet known
    to come again. What is much less than usual is not believed before something stirs: then it was quiet only.
    """

    def __init__(self) -> None:
        self._held: deque[tuple[float, float]] = deque()
        self._fresh: deque[tuple[float, float]] = deque()
        self._doubted: deque[tuple[float, float]] = deque(maxlen=_DOUBTED)
        self._until_next = 0
        self.level = 0.0

    def add(self, t: float, change: float, *, repeated: bool) -> None:
        """Take the change of a reading at `t` [s]; `repeated` says that its picture was there before."""
        if repeated:
            self._fresh.clear()
            self._doubted.clear()
            return
        if change <= STILL * self.level:
            self._doubted.append((t, change))
            return
        self._fresh += self._doubted
        self._doubted.clear()
        self._fresh.append((t, change))
        while t - self._fresh[0][0] > FRESH:
            self._held.append(self._fresh.popleft())
        while self._held and t - self._held[0][0] > SPAN:
            self._held.popleft()
        self._until_next -= 1
        if len(self._held) >= FEWEST and self._until_next <= 0:
            self._until_next = _TURN
            self.level = float(np.quantile([one for _, one in self._held], QUIETEST))
