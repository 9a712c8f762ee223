"""A heap of nodes by key that can be lowered: four children to a parent, each node in it at most once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled

Places = NDArray[np.int32]
Floats = NDArray[np.float64]

ABSENT = -1


class Heap(NamedTuple):
    """`key` of each node; `order` the nodes in the heap; `place` of each node in it, or ABSENT; `size[0]` how many."""

    key: Floats
    order: Places
    place: Places
    size: Places


@compiled
def empty_heap(nodes: int) -> Heap:
    """A heap for so many nodes, all of infinite key and none in it."""
    return Heap(
        np.full(nodes, np.inf),
        np.empty(nodes, dtype=np.int32),
        np.full(nodes, ABSENT, dtype=np.int32),
        np.zeros(1, dtype=np.int32),
    )


@compiled
def lower(heap: Heap, node: int, key: float) -> None:
    """Give a node a key, put it in where it is not, and move it towards the front."""
    heap.key[node] = key
    place = heap.place[node]
    if place == ABSENT:
        place = heap.size[0]
        heap.size[0] += 1
    while place > 0:
        parent = (place - 1) >> 2
        above = heap.order[parent]
        if heap.key[above] <= key:
            break
        heap.order[place] = above
        heap.place[above] = place
        place = parent
    heap.order[place] = node
    heap.place[node] = place


@compiled
def least(heap: Heap) -> int:
    """Take out the node of least key."""
    top = heap.order[0]
    heap.place[top] = ABSENT
    heap.size[0] -= 1
    size = heap.size[0]
    if size > 0:
        node = heap.order[size]
        key = heap.key[node]
        place = 0
        while True:
            child = 4 * place + 1
            if child >= size:
                break
            best = child
            for other in range(child + 1, min(child + 4, size)):
                if heap.key[heap.order[other]] < heap.key[heap.order[best]]:
                    best = other
            below = heap.order[best]
            if heap.key[below] >= key:
                break
            heap.order[place] = below
            heap.place[below] = place
            place = best
        heap.order[place] = node
        heap.place[node] = place
    return int(top)
