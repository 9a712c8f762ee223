"""What one camera sees at a time: the still backdrop, figures and things in it, what disturbs, the sensor's noise.

The renderer knows the camera's model, the plan and the figures; it knows nothing of whoever looks at its pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.drill.backdrop import NOBODY, StandingCamera, draw_backdrop, lamplight
from bartizan.drill.disturbance import Disturbance, Effect, View
from bartizan.drill.person import draw, sketch
from bartizan.drill.play import Figure
from bartizan.drill.prop import Prop, draw_prop
from bartizan.drill.scenario import Light
from bartizan.drill.scenery import Scenery
from bartizan.errors import CalibrationError

Image = NDArray[np.uint8]
Window = tuple[slice, slice]
Bounds = tuple[int, int, int, int]

_GRAIN = {"day": 2.2, "night": 3.2}  # standard deviation of the sensor's noise, grey levels
_GRAINS = 12  # noise pictures kept; which one a frame gets is hashed from its number
_HASH = 2_654_435_761  # Knuth's multiplier: neighbouring numbers fall far apart


class Renderer:
    """Pictures of one camera of `size` (width, height) pixels. The same seed, figures and frame give the same picture.

    `disturbances` act on every picture, in the order of their stages. Raises a CalibrationError for a model that
    knows only the ground (a homography): people have height. Not modelled: motion blur, rolling shutter, compression.
    """

    def __init__(
        self,
        model: StandingCamera,
        size: tuple[int, int],
        scenery: Scenery,
        *,
        light: Light = "day",
        seed: int = 0,
        disturbances: Sequence[Disturbance] = (),
    ) -> None:
        if not hasattr(model, "centre"):
            raise CalibrationError(
                "a camera known by ground points alone cannot be rendered, because people have height: "
                "give the camera a pinhole or Tsai model"
            )
        self._model, self._scenery, self._light, self._seed = model, scenery, light, seed
        self._eye = np.array(model.centre)
        rng = np.random.default_rng(seed)
        backdrop = draw_backdrop(model, size, scenery, light, rng)
        self._clean, self._boxes = backdrop.clean, backdrop.boxes
        self._work = self._clean.copy()
        self._grains = [_grain(rng, size, _GRAIN[light]) for _ in range(_GRAINS)]
        self._grainy = [_with_grain(self._clean, grain) for grain in self._grains]
        self._effects = self._begin(disturbances, size) if disturbances else []

    @property
    def clean(self) -> Image:
        """The still picture without noise, (height, width, 3) BGR."""
        return self._clean.copy()

    def render(self, frame: int, figures: tuple[Figure, ...], t: float = 0.0, props: Sequence[Prop] = ()) -> Image:
        """The picture (height, width, 3) uint8 BGR of frame number `frame`, at `t` [s], with these figures in it.

        `t` moves the disturbances, and says which of the `props` stand there.
        """
        number = (frame * _HASH % 2**32) >> 16
        grain = self._grains[number % _GRAINS]
        there: list[Figure | Prop] = [*figures, *(prop for prop in props if prop.there(t))]
        placed = (self._place(one) for one in sorted(there, key=self._distance, reverse=True))
        touched = [window for window in placed if window is not None]
        if self._effects:
            picture = self._disturbed(frame, t, figures, grain)
        else:
            picture = self._grainy[number % _GRAINS].copy()
            for window in touched:
                picture[window] = _with_grain(self._work[window], grain[window])
        for window in touched:
            self._work[window] = self._clean[window]
        return picture

    def _begin(self, disturbances: Sequence[Disturbance], size: tuple[int, int]) -> list[Effect]:
        columns, rows = np.meshgrid(np.arange(size[0]) + 0.0, np.arange(size[1]) + 0.0)
        ground = self._model.to_ground(np.column_stack([columns.ravel(), rows.ravel()]))
        seen = np.isfinite(ground).all(axis=1)
        lit = np.ones(len(ground))
        lit[seen] = lamplight(ground[seen], self._scenery, self._light)
        shape = (size[1], size[0])
        view = View(
            self._model,
            size,
            self._light,
            ground.reshape(*shape, 2).astype(np.float32),
            lit.reshape(shape).astype(np.float32),
        )
        # each draws from a stream of its own, so that one more changes nothing about the others
        streams = np.random.default_rng((self._seed, 1)).spawn(len(disturbances))
        pairs = sorted(zip(disturbances, streams, strict=True), key=lambda pair: pair[0].stage)
        return [disturbance.begin(view, stream) for disturbance, stream in pairs]

    def _disturbed(self, frame: int, t: float, figures: tuple[Figure, ...], grain: NDArray[np.int16]) -> Image:
        canvas = self._work.astype(np.float32)
        rng = np.random.default_rng((self._seed, 2, frame))
        for effect in self._effects:
            effect.apply(canvas, t, figures, rng)
        canvas += grain
        return np.asarray(np.clip(np.rint(canvas, out=canvas), 0.0, 255.0, out=canvas).astype(np.uint8))

    def _distance(self, one: Figure | Prop) -> float:
        return float(np.hypot(*(np.array(one.at) - self._eye[:2])))

    def _lit(self, one: Figure | Prop) -> float:
        return float(lamplight(np.array([one.at]), self._scenery, self._light)[0])

    def _window(self, bounds: Bounds) -> Window | None:
        height, width = self._clean.shape[:2]
        left, top, right, bottom = bounds
        left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
        return (slice(top, bottom), slice(left, right)) if left < right and top < bottom else None

    def _place(self, one: Figure | Prop) -> Window | None:
        """Draw a person or thing into the working picture, except where a box stands before it; where it was drawn."""
        shown = self._shown(one)
        window = None if shown is None else self._window(shown[0])
        if shown is None or window is None:
            return None
        hidden = self._hidden(one.at, window)
        part = self._work[window]
        before = part.copy() if hidden.any() else None
        shown[1](part, (window[1].start, window[0].start))
        if before is not None:
            part[hidden] = before[hidden]
        return window

    def _shown(self, one: Figure | Prop) -> tuple[Bounds, Callable[[Image, tuple[int, int]], None]] | None:
        """Where in the picture it may have pixels, and what draws it; None where it has none."""
        lit = self._lit(one)
        if isinstance(one, Prop):
            pixels = one.pixels(self._model)
            if pixels is None:
                return None
            (left, top), (right, bottom) = np.floor(pixels.min(axis=0)) - 1, np.ceil(pixels.max(axis=0)) + 2
            bounds = (int(left), int(top), int(right), int(bottom))
            return bounds, lambda part, corner: draw_prop(part, one, pixels, corner, lit)
        person = sketch(one, self._model, self._eye, lit)
        return None if person is None else (person.bounds, lambda part, corner: draw(person, part, corner))

    def _hidden(self, at: tuple[float, float], window: Window) -> NDArray[np.bool_]:
        """The pixels of the window at which a box stands before whoever is at `at` [m]."""
        hides = np.zeros(NOBODY + 1, np.bool_)
        place = np.array(at)
        seen = self._boxes[window]
        for index in np.unique(seen):
            hides[index] = index != NOBODY and self._scenery.boxes[index].may_hide(self._eye[:2], place)
        return np.asarray(hides[seen])


def _grain(rng: np.random.Generator, size: tuple[int, int], deviation: float) -> NDArray[np.int16]:
    """Noise of the sensor: mostly of brightness, the same for the three colours."""
    width, height = size
    noise = np.round(deviation * rng.standard_normal((height, width), dtype=np.float32)).astype(np.int16)
    return np.asarray(cv2.merge([noise, noise, noise]))


def _with_grain(clean: Image, grain: NDArray[np.int16]) -> Image:
    return np.asarray(cv2.add(clean, grain, dtype=cv2.CV_8U))
