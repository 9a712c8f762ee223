"""Things left on the ground: foreground that no person explains, that keeps its colour and stays where it is.

A thing is reported once it has stood for a while, and is not learnt into the scene while it is reported; after `hold`
seconds it is, and belongs to the scene. It is opaque and has sharp edges where the scene has none: a shadow that
stays, a lamp that was switched on and the mark of something that was taken away are none. It may be hidden behind
people for a while.

Source: the two clocks (how long a pixel differs, and keeps its colour) are after Liao, Chang and Chen, "A localized
approach to abandoned luggage detection with foreground-mask sampling" (2008). Not modelled: things beside one another
count as one; a thing of the ground's own colour; on ground without texture an evenly grey thing, which could be a
shadow; somebody who sits or lies still for longer than `settle` may be taken for a thing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.compiled import compiled_for_threads as compiled
from bartizan.geometry.projection import CameraModel
from bartizan.watch.detection.shine import Map, Mask, Picture
from bartizan.watch.detection.silhouette import bodies_at

# a strength from which a pixel counts as covered by something
_COVERED = 0.4
# grey levels by which a pixel of a thing at rest may change: noise and slow light
_CHANGE = 20.0
# people reach this far over their rectangles [pixels of the map]
_NEAR = 3
# so far about a part its rim and the steps across it reach [pixels of the map]
_RIM = 3
_LOOK = 0.5  # seconds between two looks for things: they do not walk
# the least sides [pixels of the map] of what can be told from noise, and the least share of its box that it fills
_LEAST, _FILLED = 5, 0.45
# the share of the scene's texture (a correlation) from which it shows through, and of the light a shadow leaves
_THROUGH, _DARKEST, _LIGHTEST, _EVEN = 0.4, 0.35, 0.95, 0.06
# the edges of the mark of a thing that was taken away are this many times stronger in the scene, and those of a thing
# that much stronger in the picture; steps [grey levels] between are noise and texture
_TIMES, _NOISE = 1.3, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftParams:
    """`settle` [s]: how long a thing must stand; `hold` [s]: how long it is reported at most; `hidden` [s]: how long
    people may stand before it. `height`, `width` [m]: least and most, as upright things at its foot.
    """

    settle: float = 5.0
    hold: float = 900.0
    hidden: float = 30.0
    height: tuple[float, float] = (0.12, 1.4)
    width: tuple[float, float] = (0.12, 1.7)


class LeftThing(NamedTuple):
    """`box` is left, top, width, height [pixels of the map]; `since` [s] when it was first there; `score` 0 to 1."""

    box: tuple[int, int, int, int]
    since: float
    score: float


@dataclass(slots=True, eq=False)
class LeftSeen:
    """Things at one time, and the pixels, shape (height, width), of things, of marks of things gone, and of light."""

    things: list[LeftThing]
    kept: Mask
    gone: Mask
    lights: Mask


@dataclass(slots=True, eq=False)
class LeftThings:
    """What is left before one camera; `size` (width, height) of the map, `scale` map pixels per picture pixel."""

    model: CameraModel
    size: tuple[int, int]
    scale: float
    params: LeftParams = field(default_factory=LeftParams)
    _since: Map = field(init=False)
    _covered: Map = field(init=False)
    _colour: Map = field(init=False)
    _last: float = field(init=False, default=-math.inf)
    _looked: float = field(init=False, default=-math.inf)
    _seen: LeftSeen | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._forget()

    def step(self, t: float, strength: Map, people: Mask, picture: Picture, scene: Map) -> LeftSeen:
        """What is left at `t` [s]; time that runs back forgets all.

        `strength`, shape (height, width), is the foreground, `people` the pixels that people explain; `picture` and
        `scene`, shape (height, width, 3), are now and the empty scene in the light of now.
        """
        if t < self._last:
            self._forget()
        self._last = t
        self._clock(t, strength, people, picture)
        if self._seen is None or t - self._looked >= _LOOK - 1e-6:
            self._looked, self._seen = t, self._look(t, picture, scene)
        return self._seen

    def _look(self, t: float, picture: Picture, scene: Map) -> LeftSeen:
        p = self.params
        with np.errstate(invalid="ignore"):
            stood = (t - self._since >= p.settle) & (t - self._since <= p.hold)
        shape = (self.size[1], self.size[0])
        seen = LeftSeen([], np.zeros(shape, np.bool_), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_))
        if not stood.any():
            return seen
        closed = cv2.morphologyEx(stood.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        count, parts, stats, _ = cv2.connectedComponentsWithStats(closed)
        for number in range(1, count):
            left, top, wide, high, area = (int(value) for value in stats[number])
            box = (left, top, wide, high)
            if not self._fits(box, area):
                continue
            near = np.s_[max(0, top - _RIM) : top + high + _RIM, max(0, left - _RIM) : left + wide + _RIM]
            part = parts[near] == number
            kind = _kind(part, picture[near], scene[near])
            if kind is _Kind.THING:
                since = float(np.nanmedian(self._since[near][part]))
                seen.things.append(LeftThing(box, since, min(1.0, np.count_nonzero(part) / (wide * high))))
            for mask, its in ((seen.kept, _Kind.THING), (seen.gone, _Kind.GONE), (seen.lights, _Kind.LIGHT)):
                if kind is its:
                    mask[near] |= part
        return seen

    def _forget(self) -> None:
        self._looked, self._seen = -math.inf, None
        shape = (self.size[1], self.size[0])
        self._since = np.full(shape, np.nan, np.float32)
        self._covered = np.full(shape, -np.inf, np.float32)
        self._colour = np.zeros((*shape, 3), np.float32)

    def _clock(self, t: float, strength: Map, people: Mask, picture: Picture) -> None:
        """How long each pixel has been covered by something of one colour."""
        reach = np.ones((2 * _NEAR + 1, 2 * _NEAR + 1), np.uint8)
        hidden = np.asarray(cv2.dilate(people.astype(np.uint8), reach), np.uint8)
        _tick(self._since, self._covered, self._colour, picture, strength, hidden, t, self.params.hidden)

    def _fits(self, box: tuple[int, int, int, int], area: int) -> bool:
        """Whether it can be a thing on the ground by its size, and stands wholly in the picture."""
        left, top, wide, high = box
        if min(wide, high) < _LEAST or area < _FILLED * wide * high:
            return False
        if left <= 0 or top <= 0 or left + wide >= self.size[0] or top + high >= self.size[1]:
            return False
        (body,) = bodies_at(self.model, np.array([[left + wide / 2.0, float(top + high)]]), self.scale, 1.0)
        tall, across = float(body[2]), float(body[4])
        if not (math.isfinite(tall) and math.isfinite(across) and tall > 0.0 and across > 0.0):
            return False
        p = self.params
        return p.height[0] <= high / tall <= p.height[1] and p.width[0] <= wide / across <= p.width[1]


@compiled
def _tick(  # noqa: PLR0917 - compiled: arrays one by one
    since: Map, covered: Map, colour: Map, picture: Picture, strength: Map, hidden: Picture, t: float, longest: float
) -> None:
    """Let the clock of every pixel go on, wait while somebody hides it for up to `longest` [s], or begin anew."""
    for row in range(strength.shape[0]):
        for column in range(strength.shape[1]):
            known = math.isfinite(since[row, column])
            if hidden[row, column]:
                if not (known and t - covered[row, column] <= longest):
                    since[row, column] = math.nan
                continue
            if strength[row, column] < _COVERED:
                since[row, column] = math.nan
                continue
            covered[row, column] = t
            most = 0.0
            for channel in range(3):
                most = max(most, abs(picture[row, column, channel] - colour[row, column, channel]))
            if not (known and most < _CHANGE):
                since[row, column] = t
                for channel in range(3):
                    colour[row, column, channel] = picture[row, column, channel]


class _Kind(Enum):
    """What a part that has stood may be."""

    THING = auto()
    GONE = auto()
    LIGHT = auto()


def _kind(part: Mask, picture: Picture, scene: Map) -> _Kind | None:
    """What stands in a part of the picture; None where neither edges nor light say."""
    now, before = _edges(picture, part), _edges(scene, part)
    if before > _TIMES * now + _NOISE:
        return _Kind.GONE
    if _is_light(picture, scene, part):
        return _Kind.LIGHT
    return _Kind.THING if now > _TIMES * before + _NOISE else None


def _edges(picture: Picture | Map, part: Mask) -> float:
    """Mean step [grey levels] between neighbours across the rim of a part."""
    grey = np.asarray(picture[:, :, 1], dtype=np.float32)
    steps = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    rim = cv2.morphologyEx(part.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    return float(steps[rim].mean())


def _is_light(picture: Picture, scene: Map, part: Mask) -> bool:
    """Whether the scene shows through: by its texture, or where it has none as one share of its light throughout."""
    now = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), dtype=np.float32)
    before = np.asarray(cv2.cvtColor(scene, cv2.COLOR_BGR2GRAY), dtype=np.float32)
    shares = np.log((now[part] + 3.0) / (before[part] + 3.0))
    share, uneven = float(np.exp(shares.mean())), float(shares.std())
    if _DARKEST < share < _LIGHTEST and uneven < _EVEN:
        return True
    return share > _DARKEST and _agreement(now[part], before[part]) > _THROUGH and uneven < 0.25


def _agreement(now: NDArray[np.float32], before: NDArray[np.float32]) -> float:
    """The correlation of brightness, 0 where there is nothing to compare."""
    one, other = now - now.mean(), before - before.mean()
    power = float(np.sum(one * one) * np.sum(other * other))
    # a grey level of noise in every pixel keeps flat ground from agreeing by chance
    return float(np.sum(one * other)) / math.sqrt(power + len(now) ** 2 + 1e-6)
