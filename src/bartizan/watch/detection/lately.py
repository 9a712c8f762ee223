"""Was there something here a moment ago? People come on foot; drops and flakes are there in one picture alone."""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled_for_threads as compiled
from bartizan.watch.detection.shine import Map

# nobody moves faster on the ground [m/s]; within reach of that a trunk must have been foreground by this share of now
_FASTEST = 4.0
_SHARE = 0.6
# a picture longer ago than this [s] says nothing of somebody who walks, and one shorter ago shows the same flake
_LONGEST, _SHORTEST = 0.5, 0.1
# in rain and snow chance puts something where it was before, but seldom twice: a picture so long ago [s] is asked too
_AGAIN = 0.3
# that is so where the foreground is over this in most places: in so many columns and rows of blocks
_CLUTTER, _BLOCKS = 0.003, (12, 9)
# a trunk in heights above the feet, and half its width; and the person's height that heights are counted in [m]
_LOW, _HIGH, _HALF = 0.48, 0.86, 0.13
_HEIGHT = 1.75
_MARGIN = 1.0  # pixels of the map


class Lately:
    """The foreground of the last pictures, and whether a body's was in one of them, within reach on foot."""

    def __init__(self) -> None:
        self._past: deque[tuple[float, NDArray[np.float64]]] = deque()
        self._cluttered = False

    def remember(self, t: float, strength: Map) -> None:
        """Keep the foreground at `t` [s], shape (height, width); time that runs back forgets all."""
        if self._past and t <= self._past[-1][0]:
            self._past.clear()
        while len(self._past) > 1 and self._past[1][0] <= t - _AGAIN:
            self._past.popleft()
        self._past.append((t, np.asarray(cv2.integral(strength), dtype=np.float64)))
        self._cluttered = float(np.median(cv2.resize(strength, _BLOCKS, interpolation=cv2.INTER_AREA))) > _CLUTTER

    def was_there(self, t: float, body: NDArray[np.float64]) -> bool:
        """Whether the body, shape (5,), at `t` [s] was somewhere near before; also where nobody can know."""
        here = self._past[-1] if self._past and self._past[-1][0] == t else None
        times = (_SHORTEST, _AGAIN) if self._cluttered else (_SHORTEST,)
        return here is None or all(self._was_at(least, here, body) for least in times)

    def _was_at(self, least: float, here: tuple[float, NDArray[np.float64]], body: NDArray[np.float64]) -> bool:
        """Whether it was near in the youngest picture that is at least `least` [s] older."""
        t = here[0]
        # times are differences of stream times: a millionth of a second is no difference
        past = next((one for one in reversed(self._past) if least - 1e-6 <= t - one[0] <= _LONGEST), None)
        if past is None:
            return True
        x, y, tall, lean, _ = (float(value) for value in body)
        middle = x + 0.5 * lean * (_LOW + _HIGH)
        reach = _FASTEST * (t - past[0]) / _HEIGHT * tall + _MARGIN
        trunk = (middle - _HALF * tall, y - _HIGH * tall, middle + _HALF * tall, y - _LOW * tall)
        return _most(past[1], trunk, reach) >= _SHARE * _most(here[1], trunk, 0.0)


def _most(total: NDArray[np.float64], box: tuple[float, float, float, float], reach: float) -> float:
    """The most foreground in a box (left, top, right, bottom) that is moved by up to `reach`, half that up and down."""
    left, top, right, bottom = (round(value) for value in box)
    return float(_most_within(total, left, top, right, bottom, round(reach), round(0.5 * reach)))


@compiled
def _most_within(  # noqa: PLR0917 - compiled: numbers one by one
    total: NDArray[np.float64], left: int, top: int, right: int, bottom: int, aside: int, away: int
) -> float:
    high, wide = total.shape[0] - 1, total.shape[1] - 1
    most = -np.inf
    for down in range(-away, away + 1):
        above, below = min(max(top + down, 0), high), min(max(bottom + down, 0), high)
        for across in range(-aside, aside + 1):
            near, far = min(max(left + across, 0), wide), min(max(right + across, 0), wide)
            most = max(most, total[below, far] - total[above, far] + total[above, near] - total[below, near])
    return most
