"""What a camera's worker tells of a yard in which somebody stands, by a clock of its own."""

from __future__ import annotations

from bartizan.app.live.wire import Report, Told
from bartizan.signal import Observation


class Script:
    """A clock that is the script's own, and somebody who stands in the yard from 1 s to 19 s, seen twice a second.

    `site` is the hash of the site that is watched.
    """

    def __init__(self, site: str) -> None:
        self.now = 0.0
        self._site = site

    def next(self, _wait: float) -> Told | None:
        self.now += 0.5
        if not 1.0 <= self.now <= 19.0:
            return None
        place = Observation(t=self.now, camera="north", at=(4.0, 4.0), covariance=(0.01, 0.0, 0.01), score=0.9)
        return Report(
            sender="w", number=int(self.now * 2), site=self._site, camera="north", t=self.now, observations=(place,)
        )
