"""What one camera sees at a time: the still backdrop, the figures in it, the noise of the sensor.

The renderer knows the camera's model, the plan and the figures; it knows nothing of whoever looks at its pictures.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.drill.backdrop import NOBODY, StandingCamera, draw_backdrop, lamplight
from bartizan.drill.person import Sketch, draw, sketch
from bartizan.drill.play import Figure
from bartizan.drill.scenario import Light
from bartizan.drill.scenery import Scenery
from bartizan.errors import CalibrationError

Image = NDArray[np.uint8]

_GRAIN = {"day": 2.2, "night": 3.2}  # standard deviation of the sensor's noise, grey levels
_GRAINS = 12  # noise pictures kept; which one a frame gets is hashed from its number
_HASH = 2_654_435_761  # Knuth's multiplier: neighbouring numbers fall far apart


class Renderer:
    """Pictures of one camera of `size` (width, height) pixels. The same seed, figures and frame give the same picture.

    Raises a CalibrationError for a model that knows only the ground (a homography): people have height.
    Not modelled: motion blur, rolling shutter, compression, weather, changing daylight.
    """

    def __init__(
        self, model: StandingCamera, size: tuple[int, int], scenery: Scenery, *, light: Light = "day", seed: int = 0
    ) -> None:
        if not hasattr(model, "centre"):
            raise CalibrationError(
                "a camera known by ground points alone cannot be rendered, because people have height: "
                "give the camera a pinhole or Tsai model"
            )
        self._model, self._scenery, self._light = model, scenery, light
        self._eye = np.array(model.centre)
        rng = np.random.default_rng(seed)
        backdrop = draw_backdrop(model, size, scenery, light, rng)
        self._clean, self._boxes = backdrop.clean, backdrop.boxes
        self._work = self._clean.copy()
        self._grains = [_grain(rng, size, _GRAIN[light]) for _ in range(_GRAINS)]
        self._grainy = [_with_grain(self._clean, grain) for grain in self._grains]

    @property
    def clean(self) -> Image:
        """The still picture without noise, (height, width, 3) BGR."""
        return self._clean.copy()

    def render(self, frame: int, figures: tuple[Figure, ...]) -> Image:
        """The picture (height, width, 3) uint8 BGR of frame number `frame` with these figures in it."""
        number = (frame * _HASH % 2**32) >> 16
        grain, picture = self._grains[number % _GRAINS], self._grainy[number % _GRAINS].copy()
        touched: list[tuple[slice, slice]] = []
        for one in sorted(figures, key=self._distance, reverse=True):
            person = sketch(one, self._model, self._eye, self._lit(one))
            window = None if person is None else self._window(person)
            if person is None or window is None:
                continue
            self._place(one, person, window)
            touched.append(window)
        for window in touched:
            picture[window] = _with_grain(self._work[window], grain[window])
        for window in touched:
            self._work[window] = self._clean[window]
        return picture

    def _distance(self, one: Figure) -> float:
        return float(np.hypot(*(np.array(one.at) - self._eye[:2])))

    def _lit(self, one: Figure) -> float:
        return float(lamplight(np.array([one.at]), self._scenery, self._light)[0])

    def _window(self, person: Sketch) -> tuple[slice, slice] | None:
        height, width = self._clean.shape[:2]
        left, top, right, bottom = person.bounds
        left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
        return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None

    def _place(self, one: Figure, person: Sketch, window: tuple[slice, slice]) -> None:
        """Draw the person into the working picture, except where a box stands before them."""
        hides = np.zeros(NOBODY + 1, np.bool_)
        at = np.array(one.at)
        seen = self._boxes[window]
        for index in np.unique(seen):
            hides[index] = index != NOBODY and self._scenery.boxes[index].may_hide(self._eye[:2], at)
        before = self._work[window].copy() if hides.any() else None
        draw(person, self._work[window], (window[1].start, window[0].start))
        if before is not None:
            part, hidden = self._work[window], hides[seen]
            part[hidden] = before[hidden]


def _grain(rng: np.random.Generator, size: tuple[int, int], deviation: float) -> NDArray[np.int16]:
    """Noise of the sensor: mostly of brightness, the same for the three colours."""
    width, height = size
    noise = np.round(deviation * rng.standard_normal((height, width), dtype=np.float32)).astype(np.int16)
    return np.asarray(cv2.merge([noise, noise, noise]))


def _with_grain(clean: Image, grain: NDArray[np.int16]) -> Image:
    return np.asarray(cv2.add(clean, grain, dtype=cv2.CV_8U))
