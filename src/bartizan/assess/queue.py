"""The labels that wait, least key first: a binary heap over two arrays, of which the first `size` places are filled."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from bartizan.assess.prefixes import Floats
from bartizan.compiled import compiled_for_threads as compiled


@compiled
def push(keys: Floats, queued: NDArray[Any], size: int, key: float, label: int) -> None:
    """Put a label into a queue of `size`, which is one longer then."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] < key or (keys[above] == key and queued[above] > label):
            break
        keys[at], queued[at] = keys[above], queued[above]
        at = above
    keys[at], queued[at] = key, label


@compiled
def pop(keys: Floats, queued: NDArray[Any], size: int) -> int:
    """Take the label of least key, the youngest of equal ones, out of a queue; `size` is what it is then."""
    first = queued[0]
    key, label = keys[size], queued[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        right = below + 1
        if right < size and (
            keys[right] < keys[below] or (keys[right] == keys[below] and queued[right] > queued[below])
        ):
            below = right
        if key < keys[below] or (key == keys[below] and label > queued[below]):
            break
        keys[at], queued[at] = keys[below], queued[below]
        at = below
    keys[at], queued[at] = key, label
    return int(first)
