"""People-shaped explanations of a foreground: where would somebody have to stand for these pixels to light up?

Each candidate is an upright person on the ground: head, trunk and legs as three rectangles at the scale that the
camera has there, and a rim around them that should be empty. Candidates are taken one after the other, best first;
the pixels that one explains no longer count for the others, so two people in one blob are told apart. Then each is
fitted once more, with the others held.

Source: the occupancy view of the problem is that of Fleuret, Berclaz, Lengagne and Fua, "Multicamera people
tracking with a probabilistic occupancy map" (2008), here greedily and for one camera. Not modelled: people who lie,
crouch or sit, and vehicles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.geometry.projection import CameraModel, Points
from bartizan.watch.detection import body
from bartizan.watch.detection.body import Bodies
from bartizan.watch.detection.shine import Map, Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class SilhouetteParams:
    """`height` [m] of the person looked for; `heights`: the multiples of it that the final fit tries, at a price of
    `doubt` per natural logarithm; `smallest` [pixels of the map]: the least height at which a person can be told
    from noise; `visible`: the least share of a person's height, and of their width, that must lie in the picture;
    `trunk`: the least share of a trunk that must be foreground for a body to be tried there.

    In units of a foreground pixel inside the body: `gap` is what an empty pixel in head, trunk and legs costs,
    `spill` what a foreground pixel in the rim costs. `accept`: the least score of a person, where 1 is a perfect
    silhouette. `most`: no more people than this are looked for in one picture.
    """

    height: float = 1.75
    heights: tuple[float, ...] = (0.9, 0.95, 1.0, 1.05, 1.1)
    doubt: float = 0.6
    smallest: float = 12.0
    visible: float = 0.6
    gap: tuple[float, float, float] = (0.6, 0.6, 0.3)
    spill: float = 0.4
    trunk: float = 0.35
    accept: float = 0.2
    most: int = 60


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A person that explains part of a foreground: `body` in map pixels, and its score, at most 1."""

    body: NDArray[np.float64]
    score: float


class Silhouettes:
    """All places where a person could stand in one camera's picture, and the search for those who do.

    `size` is the width and height [pixels] of the maps that are searched, `scale` map pixels per picture pixel.
    """

    def __init__(
        self, model: CameraModel, size: tuple[int, int], scale: float, params: SilhouetteParams | None = None
    ) -> None:
        self.params = params or SilhouetteParams()
        self.size = size
        self._bodies = _candidates(model, size, scale, self.params)
        self._trunks = body.trunks(self._bodies, *size)
        p = self.params
        self._prices = body.Prices(np.array(p.gap), p.spill, p.doubt, np.array(p.heights))

    def explain(self, strength: Map) -> list[Found]:
        """The people who explain the foreground `strength`, shape (height, width), best first."""
        p = self.params
        total = np.asarray(cv2.integral(strength), dtype=np.float64)
        bodies = self._bodies[body.filled(total, self._trunks, p.trunk)]
        claims = np.zeros_like(strength)
        scores = body.scores(strength, claims, bodies, self._prices)
        found: list[Found] = []
        while len(bodies) and len(found) < p.most:
            best = int(np.argmax(scores))
            if scores[best] < p.accept:
                break
            scores[best] = -1.0
            person = self._fit(strength, claims, bodies[best])
            if person.score >= p.accept:
                found.append(person)
                body.claim(claims, person.body, 1.0)
                near = np.flatnonzero(_near(bodies, person.body) & (scores > 0.0))
                scores[near] = body.scores(strength, claims, bodies[near], self._prices)
        return self._refit(strength, claims, found)

    def covered(self, found: Sequence[Found]) -> Mask:
        """The pixels of the map, shape (height, width), that the found people explain."""
        claims = np.zeros((self.size[1], self.size[0]), np.float32)
        for person in found:
            body.claim(claims, person.body, 1.0)
        return claims > 0.0

    def _fit(self, strength: Map, claims: Map, start: NDArray[np.float64]) -> Found:
        fitted, score = body.fit(strength, claims, start, self._prices)
        return Found(fitted, float(score))

    def _refit(self, strength: Map, claims: Map, found: list[Found]) -> list[Found]:
        """Fit each once more with the others held, and let go whom the others explain."""
        if len(found) < 2:
            return found
        people = list(found)
        for number, person in enumerate(found):
            body.claim(claims, person.body, -1.0)
            people[number] = self._fit(strength, claims, person.body)
            body.claim(claims, people[number].body, 1.0)
        return [person for person in people if person.score >= self.params.accept]


def _near(bodies: Bodies, one: NDArray[np.float64]) -> Mask:
    """Which bodies may share pixels with this one."""
    reach = 0.35 * (bodies[:, 2] + one[2]) + np.abs(bodies[:, 3]) + abs(one[3])
    return np.asarray(
        (np.abs(bodies[:, 0] - one[0]) < reach)
        & (bodies[:, 1] > one[1] - 1.3 * one[2])
        & (bodies[:, 1] - 1.3 * bodies[:, 2] < one[1])
    )


def bodies_at(model: CameraModel, feet: Points, scale: float, height: float) -> Bodies:
    """Bodies of `height` [m] whose feet are at `feet`, shape (n, 2), in a map of `scale` map pixels per pixel."""
    places = model.to_ground(feet / scale)
    heads = model.to_image(np.column_stack([places, np.full(len(places), height)])) * scale
    step = 0.05
    right, up = np.array([step, 0.0]), np.array([0.0, step])
    around = model.to_image(np.concatenate([places + right, places - right, places + up, places - up]))
    east_end, west_end, north_end, south_end = np.split(around, 4)
    east, north = east_end - west_end, north_end - south_end
    across = np.hypot(east[:, 0], north[:, 0]) / (2.0 * step) * scale
    return np.column_stack([feet, feet[:, 1] - heads[:, 1], heads[:, 0] - feet[:, 0], across])


def _candidates(model: CameraModel, size: tuple[int, int], scale: float, params: SilhouetteParams) -> Bodies:
    """Bodies all over the picture and a little below it, closer together where people look smaller."""
    width, height = size
    rows = np.arange(0.0, 2.0 * height, 1.0)
    columns = np.linspace(0.0, width, 17)
    lattice = bodies_at(model, np.array([(x, y) for y in rows for x in columns]), scale, params.height)
    tall = np.where(lattice[:, 2] >= params.smallest, lattice[:, 2], np.nan).reshape(len(rows), len(columns))
    feet: list[Points] = []
    y = 0
    while y < len(rows):
        if np.isnan(tall[y]).all():
            y += 1
            continue
        least = float(np.nanmin(tall[y]))
        xs = np.arange(0.0, width, max(1.0, 0.08 * least))
        feet.append(np.column_stack([xs, np.full(len(xs), rows[y])]))
        y += max(1, int(0.07 * least))
    if not feet:
        return np.empty((0, 5))
    bodies = bodies_at(model, np.concatenate(feet), scale, params.height)
    with np.errstate(invalid="ignore"):
        seen = (np.minimum(bodies[:, 1], height) - np.maximum(bodies[:, 1] - bodies[:, 2], 0.0)) / bodies[:, 2]
        fits = (bodies[:, 2] >= params.smallest) & (bodies[:, 2] < 2.0 * height) & (seen >= params.visible)
    return np.ascontiguousarray(bodies[fits & np.isfinite(bodies).all(axis=1)])
