"""Whose turn is it: which frames of several cameras can be taken in the order of time, and which are dropped and why.

A frame that comes a little late is of use; one that comes much later than another camera's is not. And a clock that
jumps ahead must not make everybody else's frames late for ever: a camera alone in the future waits until another one
follows it there, or until it has been the only one to speak for a while.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["taken", "late", "repeated", "ahead", "stranger"]

# [s] of its own time after which a camera in the future is believed, where nobody speaks from the present
_ALONE = 1.0
# cameras that are remembered; a name beyond them is refused
MOST_CAMERAS = 1000


@dataclass(slots=True)
class Turn:
    """The clock of the joined cameras.

    `late` [s]: how far behind the others a frame may be. `ahead` [s]: how far before all others a frame may be
    without somebody to bear it out. `now` [s] is the latest time taken.
    """

    late: float
    ahead: float
    now: float = -math.inf
    last: dict[str, float] = field(default_factory=dict)
    _waiting: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, t: float, camera: str) -> Verdict:
        """Whether the frame of `camera` at `t` [s] is taken, and if not, why."""
        if not math.isfinite(t) or t < self.now - self.late:
            return "late"
        if camera not in self.last and len(self.last) + len(self._waiting) >= MOST_CAMERAS:
            return "stranger"
        if t <= self.last.get(camera, -math.inf):
            return "repeated"
        if t > self.now + self.ahead and not self._borne_out(t, camera):
            return "ahead"
        self._waiting.clear()
        self.last[camera] = t
        self.now = max(self.now, t)
        return "taken"

    def _borne_out(self, t: float, camera: str) -> bool:
        """Whether the future is believed: nobody else is there to speak, or somebody else is as far."""
        if not self.last or self.last.keys() == {camera}:
            return True
        if any(abs(t - other) <= self.ahead for name, (_, other) in self._waiting.items() if name != camera):
            return True
        first, before = self._waiting.get(camera, (t, t))
        # a clock that wanders about in the future bears itself out no more than one that stands there
        if not before <= t <= before + self.ahead:
            first = t
        self._waiting[camera] = (first, t)
        return t - first >= _ALONE
