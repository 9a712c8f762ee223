"""The lowest and the highest of a number over the last while, in a bounded ring of buckets.

A bucket holds a share of the time looked back, with the lowest and the highest number seen in it and when that was. A
number older than the time looked back never counts; one that a bucket shares with a lower one that is too old may be
missed, for at most a bucket's time.
"""

from __future__ import annotations

import math

from bartizan.compiled import compiled
from bartizan.watch.behaviours.parts.perimeter import Floats

# shares of the time looked back
BUCKETS = 48
# of a bucket: whether it holds anything, which one it is, then (number, when, what goes with it) of lowest and highest
WIDTH = 8
LOW, HIGH = 2, 5


@compiled
def put(ring: Floats, within: float, t: float, number: float, along: float) -> None:
    """Note a number at `t` [s] and what goes with it; `within` [s] is the time looked back."""
    key = math.floor(t / within * (BUCKETS - 1))
    bucket = ring[int(key % BUCKETS)]
    fresh = bucket[0] == 0.0 or bucket[1] != key
    if fresh:
        bucket[0], bucket[1] = 1.0, key
    if fresh or number < bucket[LOW]:
        bucket[LOW], bucket[LOW + 1], bucket[LOW + 2] = number, t, along
    if fresh or number > bucket[HIGH]:
        bucket[HIGH], bucket[HIGH + 1], bucket[HIGH + 2] = number, t, along


@compiled
def highest(ring: Floats, since: float) -> tuple[float, float, float]:
    """The highest number seen at or after `since` [s], when, and what goes with it; -inf where there is none."""
    most, when, along = -math.inf, since, 0.0
    for bucket in ring:
        if bucket[0] > 0.0 and bucket[HIGH + 1] >= since and bucket[HIGH] > most:
            most, when, along = bucket[HIGH], bucket[HIGH + 1], bucket[HIGH + 2]
    return most, when, along


@compiled
def forget(ring: Floats) -> None:
    """Forget every number."""
    for bucket in ring:
        bucket[0] = 0.0
