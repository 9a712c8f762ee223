"""People, and things that are left, in the pictures of one calibrated camera, without trained weights."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.errors import InputError
from bartizan.geometry.projection import CameraModel
from bartizan.watch.detection.background import Background, BackgroundParams, Marked
from bartizan.watch.detection.ghost import SHARPEST, outline, scene_sharpness
from bartizan.watch.detection.lately import Lately
from bartizan.watch.detection.left import LeftParams, LeftThing, LeftThings
from bartizan.watch.detection.shine import Map
from bartizan.watch.detection.silhouette import Found, SilhouetteParams, Silhouettes

# the width of the maps that are searched: enough for people of 25 pixels in a picture of 640 to 800
_MAP_WIDTH = 384

# shrinking and smoothing make a silhouette longer by this many map pixels at the feet
_SMEAR = 0.5

# seconds between two looks at how sharp the camera is
_MEASURE = 10.0


@dataclass(frozen=True, slots=True)
class Detection:
    """What is seen in a picture: `box` is left, top, width, height [pixels], its lower edge on the ground; `score` 0
    to 1; `label` as in `bartizan.signal.Observation`.
    """

    box: tuple[float, float, float, float]
    score: float
    label: str = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorParams:
    """All that can be set; the defaults serve every camera.

    `aspect`: the width of a box as a share of its height. `sharp`: the least sharpness of a person's outline, as a
    share of what the camera shows of the scene's own edges.
    """

    background: BackgroundParams = field(default_factory=BackgroundParams)
    silhouette: SilhouetteParams = field(default_factory=SilhouetteParams)
    aspect: float = 0.38
    sharp: float = 0.6
    left: LeftParams = field(default_factory=LeftParams)


class _Seen(NamedTuple):
    """What explains a foreground: people, the marks of people who left, and what is no thing in the scene."""

    people: list[Found]
    ghosts: list[Found]
    lights: list[Found]


class BackgroundDetector:
    """People as upright silhouettes, at the scale that the camera has on the ground, before a learnt empty scene."""

    def __init__(self, model: CameraModel, size: tuple[int, int], params: DetectorParams | None = None) -> None:
        self.params = params or DetectorParams()
        self.size = size
        shrink = max(1, round(size[0] / _MAP_WIDTH))
        self._map_size = (max(1, size[0] // shrink), max(1, size[1] // shrink))
        self._scale = self._map_size[0] / size[0]
        self._background = Background(self.params.background)
        self._silhouettes = Silhouettes(model, self._map_size, self._scale, self.params.silhouette)
        self._lately = Lately()
        self._left = LeftThings(model, self._map_size, self._scale, self.params.left)
        self._sharpness, self._measured = SHARPEST, -math.inf

    def detect(self, t: float, picture: NDArray[np.uint8]) -> list[Detection]:
        """The people in the picture at `t` [s], shape (height, width, 3), BGR, best first, then things that are left.

        Nothing while it learns.
        """
        if picture.shape != (self.size[1], self.size[0], 3):
            wide, high = self.size
            raise InputError(
                f"a picture of {wide} x {high} in three colours is expected, not an array of shape {picture.shape}"
            )
        small = np.asarray(cv2.resize(picture, self._map_size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        strength = self._background.foreground(t, small)
        if strength is None:
            return []
        self._lately.remember(t, strength)
        scene = self._background.scene
        seen = self._judged(t, strength, scene)
        covered = self._silhouettes.covered
        people = covered(seen.people)
        left = self._left.step(t, strength, people, self._background.picture, scene)
        marked = Marked(people, left.kept, covered(seen.ghosts) | left.gone, covered(seen.lights) | left.lights)
        self._background.update(t, strength, marked)
        found = [self._detection(person) for person in seen.people if self._in_view(person)]
        return found + [self._thing(thing) for thing in left.things]

    def _judged(self, t: float, strength: Map, scene: Map) -> _Seen:
        """The bodies that explain a foreground, by what they are."""
        picture = self._background.picture
        if t >= self._measured + _MEASURE or t < self._measured:
            self._measured, self._sharpness = t, scene_sharpness(scene)
        seen = _Seen([], [], [])
        for body in self._silhouettes.explain(strength):
            line = outline(picture, scene, strength, body.body)
            if line.is_ghost:
                seen.ghosts.append(body)
            elif line.is_shadow or line.sharpness < self.params.sharp * self._sharpness:
                seen.lights.append(body)
            elif self._lately.was_there(t, body.body):
                seen.people.append(body)
        return seen

    def _in_view(self, person: Found) -> bool:
        """Is enough of the person in the picture from side to side? Else nobody can say where the feet are."""
        x, height = float(person.body[0]), float(person.body[2])
        wide = self.params.aspect * height
        shown = min(x + wide / 2.0, self._map_size[0]) - max(x - wide / 2.0, 0.0)
        return shown >= self.params.silhouette.visible * wide

    def _thing(self, thing: LeftThing) -> Detection:
        left, top, wide, high = (side / self._scale for side in thing.box)
        return Detection((left, top, wide, high), thing.score, "object")

    def _detection(self, person: Found) -> Detection:
        x, y, height, lean, _ = (person.body - [0.0, _SMEAR, 0.0, 0.0, 0.0]) / self._scale
        wide = self.params.aspect * height
        box = (float(x + lean / 2.0 - wide / 2.0), float(y - height), float(wide), float(height))
        return Detection(box, min(1.0, max(0.0, person.score)))
