"""Light that changes: shadows of the sun, a cloud, headlights that sweep, a lamp switched on, the camera's exposure.

Light falls on the ground that a pixel sees. Not modelled: light on walls and people apart from the ground behind
them, glare, reflections.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.drill.disturbance import Canvas, Effect, Stage, View
from bartizan.drill.play import Figure

Field = NDArray[np.float32]

_SHIFT = 4  # drawing routines take coordinates in 1/16 pixel
_REACH = 20_000.0  # pixels: beyond this a corner is no place to draw to


@dataclass(frozen=True, slots=True, kw_only=True)
class SunShadows:
    """Everybody's own hard shadow on the ground.

    The sun stands at `elevation` [degrees] above the horizon in the direction `azimuth` [degrees, counter-clockwise
    from east]; `left` is the share of the light that is left in a shadow.
    """

    azimuth: float = 220.0
    elevation: float = 30.0
    left: float = 0.5
    stage: Stage = Stage.GROUND

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        return _SunShadows(self, view)


@dataclass(frozen=True, slots=True)
class _SunShadows:
    sun: SunShadows
    view: View

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        # people are lit: the shadow lies beside and behind them, so their own pixels are put back
        away = math.radians(self.sun.azimuth + 180.0)
        along = np.array([math.cos(away), math.sin(away)])
        aside = np.array([-along[1], along[0]])
        for one in figures:
            length = one.height / math.tan(math.radians(self.sun.elevation))
            foot = np.array(one.at)
            # legs, trunk and head, as lengths along and half widths across the shadow
            outline = [(0.02, 0.16), (0.48, 0.2), (0.5, 0.25), (0.84, 0.22), (0.9, 0.1), (1.0, 0.08)]
            right = [foot + share * length * along + half * aside for share, half in outline]
            left = [foot + share * length * along - half * aside for share, half in reversed(outline)]
            _shade(canvas, self.view, np.array([*right, *left]), self.sun.left, _upright(self.view, one))


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingShadow:
    """The hard shadow of something outside the picture that comes by again and again: a van, a flag, a passer-by.

    An upright thing's shadow of `length` by `width` [m] crosses the ground around `at` [m] at `speed` [m/s] along
    `heading` [degrees], over `path` [m], lying at `turned` [degrees] to its way; it starts again every `every` [s].
    """

    at: tuple[float, float]
    heading: float = 0.0
    speed: float = 1.4
    path: float = 24.0
    length: float = 3.0
    width: float = 0.6
    turned: float = 90.0
    every: float = 20.0
    left: float = 0.5
    stage: Stage = Stage.GROUND

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        return _PassingShadow(self, view)


@dataclass(frozen=True, slots=True)
class _PassingShadow:
    what: PassingShadow
    view: View

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        done = self.what.speed * math.fmod(t, self.what.every) - self.what.path / 2.0
        if done > self.what.path / 2.0:
            return
        going, lying = math.radians(self.what.heading), math.radians(self.what.heading + self.what.turned)
        middle = np.array(self.what.at) + done * np.array([math.cos(going), math.sin(going)])
        along = 0.5 * self.what.length * np.array([math.cos(lying), math.sin(lying)])
        aside = 0.5 * self.what.width * np.array([-math.sin(lying), math.cos(lying)])
        corners = [middle + along + aside, middle - along + aside, middle - along - aside, middle + along - aside]
        _shade(canvas, self.view, np.array(corners), self.what.left, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """Clouds pass over the sun: light falls to the share `left` and comes back, every `every` [s].

    The edge comes over the ground at `speed` [m/s] and takes `edge` [m] to pass.
    """

    left: float = 0.55
    every: float = 40.0
    edge: float = 30.0
    speed: float = 10.0
    stage: Stage = Stage.GROUND

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        # above the horizon the light is that of the farthest ground
        far = np.nan_to_num(np.clip(view.ground[..., 0], -200.0, 200.0), nan=200.0)
        return _Cloud(self, far.astype(np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class _Cloud:
    what: Cloud
    along: Field

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        behind = (self.what.speed * t - self.along) % (self.what.speed * self.what.every)
        half = 0.5 * self.what.speed * self.what.every
        # into the shade over the first half, out of it over the second
        dark = np.clip(behind / self.what.edge, 0.0, 1.0) - np.clip((behind - half) / self.what.edge, 0.0, 1.0)
        canvas *= (1.0 - (1.0 - self.what.left) * dark)[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LampOn:
    """A lamp at `at` [m] that goes on at `begins` [s], and off and on every `every` [s] after, if that is not 0.

    `strength` is the light at its foot, `reach` [m] the distance at which half of it is left.
    """

    at: tuple[float, float]
    begins: float = 0.0
    every: float = 0.0
    strength: float = 0.6
    reach: float = 4.5
    stage: Stage = Stage.GROUND

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        return _LampOn(self, _gain(view, _pool(view, self.at, self.reach, self.strength)))


@dataclass(frozen=True, slots=True, eq=False)
class _LampOn:
    what: LampOn
    gain: Field

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        past = t - self.what.begins
        if past < 0.0 or (self.what.every > 0.0 and int(past / self.what.every) % 2):
            return
        canvas *= self.gain[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Headlights:
    """A car outside the picture turns: two pools of light sweep over the ground, every `every` [s].

    They run from `start` to `stop` [m] in `seconds`, `apart` [m] from each other, each `reach` [m] wide to half its
    light, which is `strength`.
    """

    start: tuple[float, float]
    stop: tuple[float, float]
    seconds: float = 3.0
    every: float = 12.0
    apart: float = 1.5
    reach: float = 1.8
    strength: float = 0.9
    stage: Stage = Stage.GROUND

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        return _Headlights(self, view)


@dataclass(frozen=True, slots=True)
class _Headlights:
    what: Headlights
    view: View

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        share = math.fmod(t, self.what.every) / self.what.seconds
        if share > 1.0:
            return
        start, stop = np.array(self.what.start), np.array(self.what.stop)
        middle = start + share * (stop - start)
        aside = np.array([stop[1] - start[1], start[0] - stop[0]]) / max(1e-9, math.dist(stop, start))
        pools = [
            _pool(self.view, tuple(middle + sign * 0.5 * self.what.apart * aside), self.what.reach, self.what.strength)
            for sign in (1.0, -1.0)
        ]
        canvas *= _gain(self.view, pools[0] + pools[1])[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The camera changes its exposure at once, by the next of `steps` [share of the light] every `every` [s]."""

    steps: tuple[float, ...] = (1.0, 1.35, 0.8, 1.15, 0.65)
    every: float = 8.0
    stage: Stage = Stage.SENSOR

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        return _Exposure(self)


@dataclass(frozen=True, slots=True)
class _Exposure:
    what: Exposure

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        canvas *= np.float32(self.what.steps[int(t / self.what.every) % len(self.what.steps)])


def _pool(view: View, at: tuple[float, ...], reach: float, strength: float) -> Field:
    squared = (view.ground[..., 0] - at[0]) ** 2 + (view.ground[..., 1] - at[1]) ** 2
    return np.nan_to_num(strength / (1.0 + squared / reach**2), nan=0.0).astype(np.float32)


def _gain(view: View, more: Field) -> Field:
    """How many times as bright each pixel is with `more` light on its ground."""
    return np.asarray(np.minimum(view.lit + more, 1.15) / view.lit, dtype=np.float32).clip(min=1.0)


def _upright(view: View, one: Figure) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of a person in the picture, a little narrow."""
    foot, head = view.model.to_image(np.array([[*one.at, 0.0], [*one.at, one.height]]))
    if not np.isfinite([*foot, *head]).all():
        return None
    half = 0.13 * float(foot[1] - head[1])
    return int(foot[0] - half), int(head[1]), int(foot[0] + half), int(foot[1])


def _shade(
    canvas: Canvas, view: View, outline: NDArray[np.float64], left: float, spare: tuple[int, int, int, int] | None
) -> None:
    """Darken the ground inside `outline` [m] to the share `left`, but not the pixels of `spare`."""
    pixels = view.model.to_image(outline)
    if not np.isfinite(pixels).all() or np.abs(pixels).max() > _REACH:
        return
    cover = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillPoly(cover, [np.round(pixels * (1 << _SHIFT)).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
    if spare is not None:
        x0, y0, x1, y1 = (max(0, value) for value in spare)
        cover[y0:y1, x0:x1] = 0
    canvas *= (1.0 - (1.0 - left) / 255.0 * cover.astype(np.float32))[..., None]
