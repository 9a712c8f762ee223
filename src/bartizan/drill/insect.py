"""Insects on the lens or close before it: large in the picture, out of focus, and at no place on the ground."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from bartizan.drill.disturbance import Canvas, Effect, Stage, View, paint
from bartizan.drill.play import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Spider:
    """A spider that crawls over the lens, stops and goes on: a blurred body with eight legs.

    `size` of its body as a share of the picture's height, `speed` in picture heights a second, `rest` the seconds
    between two stretches of `walk` seconds, `grey` [grey levels]: dark by day, bright where lamps beside the lens
    light it.
    """

    size: float = 0.14
    speed: float = 0.12
    rest: float = 3.0
    walk: float = 4.0
    grey: float = 40.0
    stage: Stage = Stage.LENS

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        return _Spider(self, float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.0, 2.0 * math.pi)))


@dataclass(frozen=True, slots=True)
class _Spider:
    what: Spider
    across: float
    phase: float

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        height, width = canvas.shape[:2]
        turn = self.what.walk + self.what.rest
        walked = self.what.speed * (int(t / turn) * self.what.walk + min(math.fmod(t, turn), self.what.walk))
        x = width * (self.across + 0.3 * math.sin(1.1 * walked + self.phase))
        y = height * ((0.6 + walked) % 1.4 - 0.2)
        body = self.what.size * height
        half = math.ceil(1.6 * body)
        cover = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
        cv2.ellipse(cover, (half, half), (round(0.32 * body), round(0.5 * body)), 0.0, 0.0, 360.0, 1.0, -1)
        step = math.sin(40.0 * walked)
        for leg in range(8):
            side, row = (1.0 if leg % 2 else -1.0), leg // 2
            angle = -0.9 + 0.6 * row + 0.12 * step * (1.0 if (row + leg) % 2 else -1.0)
            knee = (half + side * 0.75 * body * math.cos(angle), half + 0.75 * body * math.sin(angle))
            foot = (half + side * 1.3 * body * math.cos(angle), half + 1.3 * body * (math.sin(angle) + 0.15))
            points = np.round([[half, half], knee, foot]).astype(np.int32)
            cv2.polylines(cover, [points], False, 0.8, max(1, round(0.08 * body)))
        blur = max(1.0, 0.05 * body)
        cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), blur), dtype=np.float32)
        paint(canvas, self.what.grey, cover, (round(x) - half, round(y) - half))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moth:
    """Moths that flutter through the light of lamps beside the lens: bright, blurred, in crooked flight.

    `count` at once, `size` as a share of the picture's height, `speed` in picture heights a second.
    """

    count: int = 3
    size: float = 0.07
    speed: float = 0.6
    grey: float = 225.0
    stage: Stage = Stage.LENS

    def begin(self, view: View, rng: np.random.Generator) -> Effect:
        """As `Disturbance.begin`."""
        phases = rng.uniform(0.0, 2.0 * math.pi, (self.count, 4))
        return _Moth(self, tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in phases))


@dataclass(frozen=True, slots=True)
class _Moth:
    what: Moth
    phases: tuple[tuple[float, float, float, float], ...]

    def apply(self, canvas: Canvas, t: float, figures: Sequence[Figure], rng: np.random.Generator) -> None:
        height, width = canvas.shape[:2]
        for number, (first, second, third, fourth) in enumerate(self.phases):
            way = self.what.speed * t * (1.0 + 0.2 * number)
            x = width * (0.5 + 0.4 * math.sin(1.3 * way + first) + 0.12 * math.sin(5.1 * way + second))
            y = height * (0.5 + 0.38 * math.sin(1.7 * way + third) + 0.1 * math.sin(6.3 * way + fourth))
            size = self.what.size * height * (1.0 + 0.3 * math.sin(2.0 * way + fourth))
            half = math.ceil(1.5 * size)
            cover = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
            beat = 0.35 + 0.25 * math.sin(31.0 * t + first)
            turned = math.degrees(1.3 * math.cos(1.3 * way + first))
            axes = (max(1, round(0.5 * size)), max(1, round(beat * size)))
            cv2.ellipse(cover, (half, half), axes, turned, 0.0, 360.0, 0.85, -1)
            cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), max(1.0, 0.12 * size)), dtype=np.float32)
            paint(canvas, self.what.grey, cover, (round(x) - half, round(y) - half))
