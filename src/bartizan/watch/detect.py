"""People in the pictures of one calibrated camera, without trained weights."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.errors import InputError
from bartizan.geometry.projection import CameraModel
from bartizan.watch.background import Background, BackgroundParams
from bartizan.watch.ghost import is_ghost
from bartizan.watch.silhouette import Found, SilhouetteParams, Silhouettes

# the width of the maps that are searched: enough for people of 25 pixels in a picture of 640 to 800
_MAP_WIDTH = 384

# shrinking and smoothing make a silhouette longer by this many map pixels at the feet
_SMEAR = 0.5


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
    """All that can be set; the defaults serve every camera. `aspect`: the width of a box as a share of its height."""

    background: BackgroundParams = field(default_factory=BackgroundParams)
    silhouette: SilhouetteParams = field(default_factory=SilhouetteParams)
    aspect: float = 0.38


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

    def detect(self, t: float, image: NDArray[np.uint8]) -> list[Detection]:
        """The people in the picture at `t` [s], shape (height, width, 3), BGR, best first; none while learning."""
        if image.shape != (self.size[1], self.size[0], 3):
            wide, high = self.size
            raise InputError(
                f"a picture of {wide} x {high} in three colours is expected, not an array of shape {image.shape}"
            )
        small = np.asarray(cv2.resize(image, self._map_size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        strength = self._background.foreground(t, small)
        if strength is None:
            return []
        found = self._silhouettes.explain(strength)
        picture, scene = self._background.picture, self._background.scene
        ghosts = [person for person in found if is_ghost(picture, scene, person.body)]
        people = [person for person in found if person not in ghosts]
        covered = self._silhouettes.covered
        self._background.update(t, strength, covered(people), covered(ghosts))
        return [self._detection(person) for person in people if self._in_view(person)]

    def _in_view(self, person: Found) -> bool:
        """Is enough of the person in the picture from side to side? Else nobody can say where the feet are."""
        x, height = float(person.body[0]), float(person.body[2])
        wide = self.params.aspect * height
        shown = min(x + wide / 2.0, self._map_size[0]) - max(x - wide / 2.0, 0.0)
        return shown >= self.params.silhouette.visible * wide

    def _detection(self, person: Found) -> Detection:
        x, y, height, lean, _ = (person.body - [0.0, _SMEAR, 0.0, 0.0, 0.0]) / self._scale
        wide = self.params.aspect * height
        box = (float(x + lean / 2.0 - wide / 2.0), float(y - height), float(wide), float(height))
        return Detection(box, min(1.0, max(0.0, person.score)))
