"""Weather and wind before the lens: rain, snow, noise of a sensor in the dark, a branch that sways."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.drill.disturbance import Canvas, Effect, Stage, View
from bartizan.drill.play import Figure

_SHIFT = 4  # drawing routines take coordinates in 1/16 pixel


@dataclass(frozen=True, slots=True, kw_only=True)
class Rain:
    """Streaks that are elsewhere in every picture.

    `streaks` a picture of 640 x 480, `length` of the longest as a share of the picture's height, `slant` [degrees],
    `strength` how much of what is behind the longest hides; a streak is `grey` [grey levels].
    """

    streaks: int = 350
    length: float = 0.12
    slant: float = 8.0
    strength: float = 0.45
    grey: float = 210.0
    stage: Stage = Stage.AIR

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        return _Rain(self, round(self.streaks * view.size[0] * view.size[1] / (640 * 480)))


@dataclass(frozen=True, slots=True)
class _Rain:
    what: Rain
    streaks: int

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        height, width = canvas.shape[:2]
        cover = np.zeros((height, width), np.uint8)
        places = rng.uniform((-20.0, -0.1 * height), (width + 20.0, height), (self.streaks, 2))
        # few drops are near: a streak's share of the longest is drawn so that most are short
        near = rng.random(self.streaks) ** 3
        lean = math.tan(math.radians(self.what.slant))
        for (x, y), share in zip(places, near, strict=True):
            long = max(3.0, share * self.what.length * height)
            ends = np.round(np.array([[x, y], [x - lean * long, y + long]]) * (1 << _SHIFT)).astype(int).tolist()
            depth = round(255 * self.what.strength * (0.35 + 0.65 * share))
            cv2.line(cover, ends[0], ends[1], depth, 1 + round(1.5 * share), cv2.LINE_AA, _SHIFT)
        canvas += (cover.astype(np.float32) / 255.0)[..., None] * (np.float32(self.what.grey) - canvas)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snow:
    """Flakes that sink and drift, most of them far away and small, some near, large and out of focus.

    `flakes` in a picture of 640 x 480; `speed` of a near one in picture heights a second, `largest` its diameter as a
    share of the picture's height.
    """

    flakes: int = 260
    speed: float = 0.5
    largest: float = 0.04
    grey: float = 235.0
    stage: Stage = Stage.AIR

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        count = round(self.flakes * view.size[0] * view.size[1] / (640 * 480))
        near = rng.random(count) ** 4
        return _Snow(self, rng.random((count, 2)), near, rng.uniform(0.0, 2.0 * math.pi, count))


@dataclass(frozen=True, slots=True, eq=False)
class _Snow:
    what: Snow
    start: NDArray[np.float64]
    near: NDArray[np.float64]
    phase: NDArray[np.float64]

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        height, width = canvas.shape[:2]
        cover = np.zeros((height, width), np.uint8)
        fall = self.what.speed * (0.25 + 0.75 * self.near)
        x = (self.start[:, 0] + 0.02 * np.sin(1.7 * t + self.phase) + 0.06 * t * (self.phase - 2.0)) % 1.0 * width
        y = (self.start[:, 1] + fall * t) % 1.1 * height - 0.05 * height
        radius = np.maximum(0.7, 0.5 * self.what.largest * height * self.near)
        for right, down, size, near in zip(x, y, radius, self.near, strict=True):
            at = (round(right * (1 << _SHIFT)), round(down * (1 << _SHIFT)))
            # a near flake is blurred: larger and thinner
            depth = round(255 * (0.85 - 0.45 * near))
            cv2.circle(cover, at, round(size * (1 << _SHIFT)), depth, -1, cv2.LINE_AA, _SHIFT)
        canvas += (cover.astype(np.float32) / 255.0)[..., None] * (np.float32(self.what.grey) - canvas)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorNoise:
    """Noise of a sensor whose gain is turned up: fresh in every picture, in part its own for each colour.

    `deviation` [grey levels] of the brightness, `colour` of each colour apart.
    """

    deviation: float = 9.0
    colour: float = 5.0
    stage: Stage = Stage.SENSOR

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        return _SensorNoise(self)


@dataclass(frozen=True, slots=True)
class _SensorNoise:
    what: SensorNoise

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        grey = rng.standard_normal(canvas.shape[:2], dtype=np.float32)
        canvas += np.float32(self.what.deviation) * grey[..., None]
        canvas += np.float32(self.what.colour) * rng.standard_normal(canvas.shape, dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A leafy branch that hangs into the picture and sways in gusts.

    Its tip is at `tip` (share of the width, share of the height), its root at `root`; it sways by `sway` [share of
    the height] about once in `period` [s]; `leaves` of `leaf` [share of the height] each, `grey` [grey levels].
    """

    root: tuple[float, float] = (0.15, -0.05)
    tip: tuple[float, float] = (0.42, 0.42)
    sway: float = 0.035
    period: float = 2.6
    leaves: int = 140
    leaf: float = 0.03
    grey: float = 58.0
    stage: Stage = Stage.AIR

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        height = view.size[1]
        scale = np.array([view.size[0], height])
        along = rng.random(self.leaves) ** 0.7
        root, tip = np.array(self.root) * scale, np.array(self.tip) * scale
        middle = root + along[:, None] * (tip - root)
        spread = rng.normal(0.0, 0.07 * height, (self.leaves, 2)) * (0.3 + along)[:, None]
        tone = self.grey * rng.uniform(0.6, 1.4, self.leaves)
        return _Branch(self, root, tip, middle + spread, along, tone, rng.uniform(0.0, 2.0 * math.pi, (self.leaves, 2)))


@dataclass(frozen=True, slots=True, eq=False)
class _Branch:
    what: Branch
    root: NDArray[np.float64]
    tip: NDArray[np.float64]
    leaves: NDArray[np.float64]
    along: NDArray[np.float64]
    tone: NDArray[np.float64]
    phase: NDArray[np.float64]

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        height = canvas.shape[0]
        # gusts come and go, and the branch answers with its own period
        gust = 0.35 + 0.65 * abs(math.sin(0.21 * t) * math.cos(0.047 * t + 1.0))
        swing = gust * math.sin(2.0 * math.pi * t / self.what.period)
        bent = self.what.sway * height * swing
        shift = np.outer(self.along**1.5, [bent, 0.45 * bent])
        flutter = 0.006 * height * gust * np.sin(2.0 * math.pi * t / 0.7 + self.phase)
        ends = np.array([self.root, self.tip + np.array([bent, 0.45 * bent])])
        line = np.round(ends * (1 << _SHIFT)).astype(int).tolist()
        cv2.line(canvas, line[0], line[1], (40.0, 44.0, 48.0), max(1, height // 80), cv2.LINE_AA, _SHIFT)
        size = 0.5 * self.what.leaf * height
        for place, tone, turn in zip(self.leaves + shift + flutter, self.tone, self.phase[:, 0], strict=True):
            at = np.round(place * (1 << _SHIFT)).astype(int).tolist()
            axes = (round(size * (1 << _SHIFT)), round(0.5 * size * (1 << _SHIFT)))
            angle = math.degrees(turn) + 12.0 * swing
            colour = (0.8 * tone, 1.25 * tone, tone)
            cv2.ellipse(canvas, at, axes, angle, 0.0, 360.0, colour, -1, cv2.LINE_AA, _SHIFT)
