"""The empty scene as a camera sees it, and how much each pixel differs from it now.

The model keeps, per pixel, what the empty scene looks like and how unsteady it is. It learns the scene from the first
seconds (the median of samples, so that people who walk through leave no trace), follows slow change of light, and
says of each new picture how strongly each pixel belongs to something that was not there before.

Source: the selective update is after Koller et al., "Towards robust automatic traffic scene analysis in real-time"
(1994); the treatment of shadows as darkening that keeps the colour after Horprasert, Harwood and Davis (1999). Not
modelled: moving cameras, scenes that never rest (water, screens).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from bartizan.compiled import compiled_for_threads
from bartizan.watch.detection.shine import EMPTY, Map, Mask, Picture, shine

# the light of the first seconds is steady where it changes by less than this share
_STEADY = 0.04
# a median costs more than a picture: it is taken at these numbers of samples only
_ENOUGH = (3, 5, 8, 12, 16, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundParams:
    """Times in seconds, differences in grey levels of 0 to 255.

    `first`: how long nothing can be said; `learning`: how long the scene is the median of what was seen, sampled
    every `sample`. `follow`: time constant of the update where the scene is empty; `absorb`: where something stands
    that no person explains; `keep`: where a person stands; `forget`: where somebody has left who was learnt;
    `relight`: where the light has changed. `update`: the least time between updates.

    `bright`, `colour`: differences that certainly count as foreground in a steady scene; `unsteady`: how many times
    the pixel's usual deviation a difference must be instead, where that is more. `shadow`: the darkest that a shadow
    makes the ground, as a share; `shade`: what is left of a difference in brightness that a shadow would explain.
    `changed`: the share of the picture that must differ for `relearn` for the scene to be learnt anew.
    """

    first: float = 0.8
    learning: float = 4.0
    sample: float = 0.2
    follow: float = 30.0
    absorb: float = 120.0
    keep: float = 3600.0
    forget: float = 0.7
    relight: float = 0.7
    update: float = 0.2
    bright: float = 40.0
    colour: float = 40.0
    unsteady: float = 6.0
    shadow: float = 0.6
    shade: float = 0.5
    changed: float = 0.5
    relearn: float = 0.3


class Background:
    """The model of one camera's empty scene, at the size of the pictures that it is given.

    `relearned` counts how often the scene changed as a whole and was learnt anew.
    """

    def __init__(self, params: BackgroundParams | None = None) -> None:
        self.params = params or BackgroundParams()
        self.relearned = 0
        self._scene: Map = np.zeros((0, 0, 3), np.float32)
        self._unsteady: Map = np.zeros((0, 0), np.float32)
        self._samples: list[Picture] = []
        self._start: float | None = None
        self._sampled = self._updated = self._last = -math.inf
        self._changed_since: float | None = None
        self._now: Picture = np.zeros((0, 0, 3), np.uint8)
        self._light = 1.0
        self._lit: Mask = np.zeros((0, 0), np.bool_)

    def foreground(self, t: float, picture: Picture) -> Map | None:
        """How strongly each pixel of the picture at `t` [s] is foreground, 0 to 1; None while nothing can be said.

        `picture` has shape (height, width, 3), BGR. Time that runs backwards starts the learning again.
        """
        self._now = now = np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), dtype=np.uint8)
        if t < self._last:
            self._start = None
        if self._start is None:
            self._start, self._samples, self._sampled, self._changed_since = t, [], -math.inf, None
        self._last = t
        if t - self._start <= self.params.learning and t - self._sampled >= self.params.sample:
            self._sample(t, now)
        if t - self._start < self.params.first or len(self._samples) < 3:
            return None
        p = self.params
        limits = _Limits(p.bright, p.colour, p.unsteady, p.shadow, p.shade)
        self._light = self._gain(now)
        strength: Map = _differ(now, self._scene, self._unsteady, self._light, limits)
        through = shine(now, self._scene, strength)
        self._lit = (strength > EMPTY) & (through > 0.5)
        # a change of the whole picture is learnt anew at once, whatever it is
        changed = self._has_changed(t, strength)
        strength *= 1.0 - through
        return None if changed else strength

    @property
    def picture(self) -> Picture:
        """The picture last looked at, a little smoothed, shape (height, width, 3)."""
        return self._now

    @property
    def scene(self) -> Map:
        """The empty scene as it is known, in the light of the picture last looked at, shape (height, width, 3)."""
        return self._scene if self._light == 1.0 else np.asarray(self._scene * np.float32(self._light))

    def update(self, t: float, strength: Map, marked: Marked) -> None:
        """Learn from the picture last looked at, whose foreground is `strength`; `marked` says what explains it."""
        p = self.params
        seconds = t - self._updated
        if seconds < p.update or self._start is None or t - self._start <= p.learning:
            return
        self._updated = t
        constants = (p.follow, p.absorb, p.keep, p.forget, p.relight)
        rates = tuple(1.0 - math.exp(-seconds / constant) for constant in constants)
        kind = (strength >= EMPTY).astype(np.uint8)
        # the last of these counts: a person before a light is a person
        for mask, number in ((self._lit | marked.lights, 4), (marked.ghosts, 3), (marked.kept, 2), (marked.people, 2)):
            kind[mask] = number
        _follow(self._now, self._scene, self._unsteady, kind, _Pace(self._light, rates))

    def _sample(self, t: float, now: Picture) -> None:
        """Take the picture in and set the scene to the median of all samples so far."""
        self._sampled = self._updated = t
        self._samples.append(now)
        if len(self._samples) not in _ENOUGH:
            return
        stack = _in_one_light(self._samples)
        scene = np.median(stack, axis=0)
        self._scene = scene.astype(np.float32)
        spread = np.median(np.abs(stack - scene), axis=0).max(axis=2)
        # a median of few samples is itself uneven, so it is smoothed
        self._unsteady = np.asarray(cv2.blur(spread.astype(np.float32), (5, 5)), dtype=np.float32)

    def _gain(self, now: Picture) -> float:
        """How much brighter the whole picture has become: the exposure, not something in the scene."""
        before = self._scene[::8, ::8, 1].ravel()
        lit = before > 8.0
        if np.count_nonzero(lit) < 50:
            return 1.0
        return float(np.clip(np.median(now[::8, ::8, 1].ravel()[lit] / before[lit]), 0.5, 2.0))

    def _has_changed(self, t: float, strength: Map) -> bool:
        if float(np.count_nonzero(strength > 0.5)) < self.params.changed * strength.size:
            self._changed_since = None
            return False
        if self._changed_since is None:
            self._changed_since = t
        if t - self._changed_since >= self.params.relearn:
            self.relearned += 1
            self._start = None
        return True


def _in_one_light(samples: Sequence[Picture]) -> Picture | Map:
    """The samples, shape (n, height, width, 3), all as bright as the last."""
    stack = np.stack(samples)
    levels = np.median(stack[:, ::4, ::4, 1].reshape(len(samples), -1), axis=1)
    gains = np.clip(levels[-1] / np.maximum(levels, 1.0), 0.5, 2.0)
    if np.abs(gains - 1.0).max() < _STEADY:
        return stack
    return np.asarray(stack * gains[:, None, None, None].astype(np.float32), dtype=np.float32)


class Marked(NamedTuple):
    """Pixels, each of shape (height, width), that something explains: people, things that are `kept`, the marks of
    people who left, and changes of light.
    """

    people: Mask
    kept: Mask
    ghosts: Mask
    lights: Mask


class _Limits(NamedTuple):
    """What the compiled comparison needs of the parameters."""

    bright: float
    colour: float
    unsteady: float
    shadow: float
    shade: float


def _differ_pixels(now: Picture, scene: Map, unsteady: Map, gain: float, limits: _Limits) -> Map:
    """How much `now` differs from `scene`, 0 to 1, in brightness and in the two opponent colours together."""
    strength = np.empty(now.shape[:2], np.float32)
    quiet = 1.0 / (3.0 / limits.bright + 6.0 / limits.colour)
    for row in range(now.shape[0]):
        for column in range(now.shape[1]):
            # one name per number: slices would make an array for each pixel
            blue, green, red = float(now[row, column, 0]), float(now[row, column, 1]), float(now[row, column, 2])
            b, g, r = scene[row, column, 0] * gain, scene[row, column, 1] * gain, scene[row, column, 2] * gain
            # most pixels show the scene: this difference is under a third of both limits whatever its colour
            if max(abs(blue - b), abs(green - g), abs(red - r)) < quiet:
                strength[row, column] = 0.0
                continue
            light, expected = (blue + green + red) / 3.0, (b + g + r) / 3.0
            ratio = light / max(expected, 1.0)
            weight, fade = 1.0, 1.0
            if limits.shadow < ratio < 1.0:
                weight, fade = limits.shade, ratio
            red_green = abs((red - green) - (r - g) * fade)
            blue_yellow = abs((blue - 0.5 * (red + green)) - (b - 0.5 * (r + g)) * fade)
            usual = limits.unsteady * unsteady[row, column]
            change = weight * abs(light - expected) / max(usual, limits.bright)
            change += max(red_green, blue_yellow) / max(usual, limits.colour)
            # from a third of the limit on: low contrast counts, noise does not
            strength[row, column] = min(1.0, max(0.0, 3.0 * change - 1.0))
    return strength


class _Pace(NamedTuple):
    """How bright the picture is against the scene, and how much of a step is taken, by kind of pixel."""

    light: float
    rates: tuple[float, ...]


def _follow_pixels(now: Picture, scene: Map, unsteady: Map, kind: Picture, pace: _Pace) -> None:
    """Move `scene` and `unsteady` towards `now` by the rate of a pixel's kind.

    0: empty, 1: unexplained, 2: a person or a thing, 3: the ghost of one, 4: another light.
    """
    for row in range(now.shape[0]):
        for column in range(now.shape[1]):
            rate = pace.rates[kind[row, column]]
            most = 0.0
            for channel in range(3):
                step = now[row, column, channel] - scene[row, column, channel]
                scene[row, column, channel] += rate * step
                most = max(most, abs(now[row, column, channel] - pace.light * scene[row, column, channel]))
            if kind[row, column] < 2:
                unsteady[row, column] += rate * (most - unsteady[row, column])


_differ = compiled_for_threads(_differ_pixels)
_follow = compiled_for_threads(_follow_pixels)
