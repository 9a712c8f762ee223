"""How far is it on foot from one thing to another without leaving a piece of ground?"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from bartizan.geometry.shapes import Shape, segments_of

# a door drawn in the middle of its wall stands this far [m] off the ground that it opens on, at most
OFF = 2.0
# two coordinates that mean one place differ by less than this [m]
SAME = 1e-6
# beyond so many corners the search for a way round them takes longer than a reading of a site should
MOST_CORNERS = 300

Places = NDArray[np.float64]


def walk(ground: Polygon, one: Shape, other: Shape) -> float:
    """The length [m] of the shortest way on foot from one thing to another that stays on a piece of ground.

    Straight where nothing lies between, else round the corners of the ground and of its holes. What stands up to
    OFF beside the ground counts as standing on it, the ground grown by as much. Where that finds no way (a thing
    further off, more than MOST_CORNERS corners) the distance is that of the crow: never more than the true one.

    Source: the shortest way among polygons runs through their corners (Lozano-Pérez and Wesley 1979, the visibility
    graph), and ends on a line at its foot or at an end. Not modelled: the width of a person, heights, obstacles.
    """
    straight = float(one.distance(other))
    off = max(ground.distance(one), ground.distance(other))
    if straight == 0.0 or off > OFF:
        return straight
    wide: BaseGeometry = ground.buffer(off + SAME, join_style="mitre")
    # two parts that touch in a point may part where they are widened and cut again
    if not isinstance(wide, Polygon):
        return straight
    seen = wide.buffer(SAME)
    shapely.prepare(seen)
    if seen.covers(shapely.shortest_line(one, other)):
        return straight
    corners = _corners(wide)
    if len(corners) > MOST_CORNERS:
        return straight
    found = _shortest(seen, np.concatenate([corners, _ends(one), _ends(other)]), _segments(one), _segments(other))
    return max(straight, found) if np.isfinite(found) else straight


def _shortest(seen: Polygon, places: Places, start: Places, end: Places) -> float:
    """Dijkstra over places that see each other, from the segments `start` to the segments `end`."""
    length = _to_segments(seen, places, start)
    last = _to_segments(seen, places, end)
    done = np.zeros(len(places), dtype=np.bool_)
    best = float((length + last).min())
    while True:
        open_ones = np.where(done, np.inf, length)
        here = int(open_ones.argmin())
        if not open_ones[here] < best:
            return best
        done[here] = True
        best = min(best, float(length[here] + last[here]))
        rest = np.flatnonzero(~done)
        onward = length[here] + np.hypot(*(places[rest] - places[here]).T)
        closer = onward < length[rest]
        rest, onward = rest[closer], onward[closer]
        visible = _visible(seen, np.broadcast_to(places[here], (len(rest), 2)), places[rest])
        length[rest[visible]] = onward[visible]


def _to_segments(seen: Polygon, places: Places, segments: Places) -> Places:
    """Per place the length [m] of the shortest straight way to any of the segments; inf where none is in sight."""
    shortest = np.full(len(places), np.inf)
    for one, other in segments:
        along = other - one
        square = float(along @ along)
        share = np.zeros(len(places)) if square == 0.0 else np.clip((places - one) @ along / square, 0.0, 1.0)
        feet = one + share[:, None] * along
        length = np.hypot(*(places - feet).T)
        shortest = np.where(_visible(seen, places, feet), np.minimum(shortest, length), shortest)
    return shortest


def _visible(seen: Polygon, places: Places, others: Places) -> NDArray[np.bool_]:
    lines = shapely.linestrings(np.stack([places, others], axis=1))
    return np.asarray(shapely.covers(seen, lines), dtype=np.bool_)


def _corners(ground: Polygon) -> Places:
    """The corners that a shortest way may turn at: those at which the ground turns inwards, holes included."""
    rings = [shapely.geometry.polygon.orient(ground).exterior, *shapely.geometry.polygon.orient(ground).interiors]
    found = []
    for ring in rings:
        places = shapely.get_coordinates(ring)[:-1]
        before, after = places - np.roll(places, 1, axis=0), np.roll(places, -1, axis=0) - places
        # with the ground on the left of every ring, a right turn sticks out into it
        found.append(places[before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0] < 0.0])
    return np.concatenate(found)


def _ends(shape: Shape) -> Places:
    return np.asarray(shapely.get_coordinates(shape), dtype=np.float64)


def _segments(shape: Shape) -> Places:
    """The straight pieces of a shape, shape (n, 2, 2); of a point one of no length."""
    places = _ends(shape)
    return np.stack([places, places], axis=1) if len(places) == 1 else segments_of([shape]).reshape(-1, 2, 2)
