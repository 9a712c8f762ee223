"""How a camera stands, from people who walk through its picture: focal length, tilt, roll and height."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from bartizan.errors import CalibrationError
from bartizan.watch.calibrate.strides import Strides, strides
from bartizan.watch.calibrate.upright import Floats, Stance
from bartizan.watch.calibrate.walkers import People, Walkers

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

LEAST_BOXES = 60
"""Boxes that a calibration needs at least: some ten people at several distances."""
LEAST_PIECES = 4.0
"""People that are taken to have been there at least."""
LEAST_BLOCKS = 3
"""Blocks of time that the bootstrap draws at least."""
LEAST_STRIDES = 8
"""Stretches walked from which on people's pace is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceParams:
    """What is taken for granted of cameras, and how hard the search is.

    `fov` [degrees] is the horizontal field of view that is likeliest for a surveillance camera and `fov_factor` by
    what factor the focal length may well be off it (one sigma): it decides only where the people do not, as in a
    camera that looks level. `roll` [degrees] is one sigma about upright, `axis` that of the lens' axis about the
    middle, as a share of the picture's width: it is not looked for, but every draw of the bootstrap has another.
    `focal` [pixels] and `camera_height` [m] fix what is known. `draws` sets of three boxes are tried, and boxes
    further than `outlier` (a share) from what they foretell are left out. `stay` [s] is how long one person is in
    the picture: so many seconds of people are one
    piece of knowledge about how tall they are, and `block` [s] what the bootstrap draws. `pace` is the spread of
    people's pace as a share.
    """

    fov: float = 50.0
    fov_factor: float = 1.8
    roll: float = 4.0
    axis: float = 0.03
    focal: float | None = None
    camera_height: float | None = None
    draws: int = 500
    outlier: float = 0.25
    block: float = 5.0
    stay: float = 15.0
    pace: float = 0.25
    resamples: int = 60

    def stay_share(self, seen: Walkers) -> float:
        """Pieces of knowledge in one box: one by the pictures that a person is in."""
        seconds = float(np.ptp(seen.t))
        pictures = len(np.unique(seen.t))
        return min(1.0, seconds / (self.stay * max(pictures - 1, 1)))


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the interval that holds it in 90 of 100 bootstraps."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Found:
    """How the camera stands, what else it might be, and how good the boxes were.

    `stance` with people of `people` metres on average; `others` are as many draws as there were resamples, each a
    (stance, mean height of the people [m]). `used` boxes of `boxes`, and `strides` stretches walked; `scatter` is the
    spread of their heights about what the camera foretells, as a share.
    """

    stance: Stance
    people: float
    others: tuple[tuple[Stance, float], ...]
    boxes: int
    used: int
    strides: int
    scatter: float

    @property
    def height(self) -> Interval:
        """The camera's height [m]."""
        return _interval(self.people / self.stance.share, [people / one.share for one, people in self.others])

    @property
    def focal(self) -> Interval:
        """The focal length [pixels]."""
        return _interval(self.stance.focal, [one.focal for one, _ in self.others])

    @property
    def tilt(self) -> Interval:
        """The tilt of the axis below the horizontal [degrees]."""
        return _interval(math.degrees(self.stance.tilt), [math.degrees(one.tilt) for one, _ in self.others])

    @property
    def roll(self) -> Interval:
        """The roll [degrees]."""
        return _interval(math.degrees(self.stance.roll), [math.degrees(one.roll) for one, _ in self.others])


def find_stance(seen: Walkers, people: People, rng: np.random.Generator, params: StanceParams | None = None) -> Found:
    """The camera whose people would look as tall as these boxes, wherever their feet are.

    In a picture without distortion, the height of a box depends on where its foot is by the camera's tilt and roll,
    focal length, and height in people's heights: four numbers, which thousands of boxes over-determine. Least median
    of squares over drawn triples finds the boxes that agree (a box's height is nearly linear in its foot's place);
    a robust fit follows, and a bootstrap over blocks of time gives what else it might be, the doubt about the mean
    height of people with it. Raises a CalibrationError where there are too few boxes, or all are at one distance.

    Sources: Lv, Zhao and Nevatia, "Camera calibration from video of a walking human", IEEE PAMI 28 (2006); Hoiem,
    Efros and Hebert, "Putting objects in perspective" (2006); Rousseeuw, "Least median of squares regression" (1984).
    Not modelled: lens distortion, a principal point off the middle, ground that slopes, children and riders.
    """
    p = params or StanceParams()
    if len(seen) < LEAST_BOXES:
        raise CalibrationError(
            f"{len(seen)} boxes of whole upright people are too few to calibrate by: {LEAST_BOXES} are needed. "
            f"Give a longer video ({_why(seen)})"
        )
    kept, start = _agreeing(seen, rng, p)
    if kept.sum() < LEAST_BOXES // 2:
        raise CalibrationError(
            f"of {len(seen)} boxes only {int(kept.sum())} agree on a camera. Is the ground flat, are these people?"
        )
    _require_depth(seen, kept)
    blocks = np.floor((seen.t - seen.t.min()) / p.block).astype(np.int64)
    walked = strides(seen)
    stretches = np.floor((walked.t - seen.t.min()) / p.block).astype(np.int64)
    whole = _Fit(_Sample(seen, np.flatnonzero(kept), walked, np.arange(len(walked))), people, p)
    best = min((whole.solved(one) for one in _starts(start, seen.size, p)), key=whole.cost)
    mean = people.mean * (1.0 + people.excess)
    others = tuple(_drawn(_Blocks(seen, np.flatnonzero(kept), blocks, walked, stretches), best, people, rng, p))
    if not others:
        raise CalibrationError("the boxes agree on no camera when some are left out. Give a longer video")
    heights, foretold = seen.height[kept], best.box_heights(seen.foot[kept], seen.size)
    scatter = 1.4826 * float(np.median(np.abs(heights / foretold - 1.0)))
    if p.camera_height is not None:
        mean = p.camera_height * best.share
        others = tuple((one, p.camera_height * one.share) for one, _ in others)
    return Found(best, mean, others, len(seen), int(kept.sum()), len(walked), scatter)


def _agreeing(seen: Walkers, rng: np.random.Generator, p: StanceParams) -> tuple[Mask, Floats]:
    """Which boxes agree with a height that is linear in the foot's place, and that line, height = a + b x + c y."""
    about = np.column_stack([np.ones(len(seen)), seen.foot])
    best: Floats = np.zeros(3)
    least = math.inf
    for _ in range(p.draws):
        three = rng.choice(len(seen), 3, replace=False)
        corners = about[three]
        if abs(np.linalg.det(corners)) < 1.0:
            continue
        line: Floats = np.asarray(np.linalg.solve(corners, seen.height[three]), dtype=np.float64)
        foretold = about @ line
        with np.errstate(divide="ignore", invalid="ignore"):
            middle = float(np.median(np.abs(np.where(foretold > 0.0, seen.height / foretold, np.inf) - 1.0)))
        # people are taller lower down in the picture: the ground is below the camera
        if middle < least and line[2] > 0.0:
            best, least = line, middle
    if not math.isfinite(least):
        raise CalibrationError(
            "no camera above the ground shows people like these. Are the boxes people on flat ground?"
        )
    foretold = about @ best
    with np.errstate(divide="ignore", invalid="ignore"):
        return (foretold > 0.0) & (np.abs(np.log(seen.height / foretold)) < p.outlier), best


def _require_depth(seen: Walkers, kept: Mask) -> None:
    low, high = np.percentile(seen.height[kept], [2, 98])
    if high < 1.25 * low:
        raise CalibrationError(
            f"all people are seen at one distance (from {low:.0f} to {high:.0f} pixels tall), which tells no tilt. "
            "Give a video in which they come nearer and go away"
        )


def _starts(line: Floats, size: tuple[int, int], p: StanceParams) -> Iterator[Stance]:
    """Cameras of several focal lengths with the horizon and scale of the line."""
    a, b, c = (float(value) for value in line)
    horizon = -(a + b * size[0] / 2.0) / c
    roll = math.atan2(-b, c)
    focals = (p.focal,) if p.focal is not None else tuple(size[0] * times for times in (0.5, 0.9, 1.6))
    for focal in focals:
        tilt = math.atan2(size[1] / 2.0 - horizon, focal)
        yield Stance(focal, min(max(tilt, -0.2), 1.4), min(max(roll, -0.3), 0.3), min(max(c, 0.01), 0.9))


class _Sample(NamedTuple):
    """The rows of boxes and of stretches that a fit is made of."""

    seen: Walkers
    rows: Ints
    walked: Strides
    stretches: Ints


class _Fit:
    """The robust fit of a stance to boxes, and of one pace to the stretches that people walked."""

    def __init__(
        self,
        sample: _Sample,
        people: People,
        params: StanceParams,
        guess: tuple[float, float] = (0.0, 0.0),
        off: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        seen, walked = sample.seen, sample.walked
        self._feet, self._heights = seen.foot[sample.rows], seen.height[sample.rows]
        self._size, self._p = seen.size, params
        # the boxes of one person are one piece of knowledge about the height of people
        pieces = max(len(self._heights) * params.stay_share(seen), LEAST_PIECES)
        self._weight = math.sqrt(pieces / len(self._heights))
        self._between = people.between
        self._focal = seen.size[0] / 2.0 / math.tan(math.radians(params.fov) / 2.0)
        # what is taken for granted of the focal length and the roll, moved by so many of its own sigmas
        self._guess, self._off = guess, off
        self._first, self._last = walked.first[sample.stretches], walked.last[sample.stretches]
        self._seconds = walked.seconds[sample.stretches]

    def solved(self, start: Stance) -> Stance:
        """The best stance near a start."""
        p = self._p
        first = np.array([math.log(start.focal), start.tilt, start.roll, math.log(start.share)])
        free = np.array([p.focal is None, True, True, True])

        def misses(some: Floats) -> Floats:
            full = first.copy()
            full[free] = some
            return self._misses(full)

        low, high = np.array([math.log(50.0), -0.3, -0.4, math.log(0.005)]), np.array([math.log(1e5), 1.5, 0.4, 0.0])
        begin = np.clip(first, low + 1e-6, high - 1e-6)[free]
        solved = least_squares(misses, begin, bounds=(low[free], high[free]), loss="cauchy", x_scale=0.1, max_nfev=200)
        full = first.copy()
        full[free] = solved.x
        return self._stance(full)

    def cost(self, stance: Stance) -> float:
        """How badly a stance fits."""
        full = np.array([math.log(stance.focal), stance.tilt, stance.roll, math.log(stance.share)])
        return float(np.log1p(self._misses(full) ** 2).sum())

    def _misses(self, full: Floats) -> Floats:
        stance, p = self._stance(full), self._p
        foretold = stance.box_heights(self._feet, self._size)
        with np.errstate(divide="ignore", invalid="ignore"):
            off = np.log(self._heights / np.where(foretold > 1.0, foretold, np.nan)) / self._between
        # a foot above the horizon is as wrong as can be
        data = self._weight * np.where(np.isfinite(off), off, 100.0)
        guesses = [
            (full[0] - math.log(self._focal)) / math.log(p.fov_factor) - self._guess[0],
            full[2] / math.radians(p.roll) - self._guess[1],
        ]
        return np.concatenate([data, self._uneven_pace(stance), guesses])

    def _stance(self, full: Floats) -> Stance:
        return Stance(math.exp(full[0]), float(full[1]), float(full[2]), math.exp(full[3]), self._off)

    def _uneven_pace(self, stance: Stance) -> Floats:
        """How far each stretch is from the middle pace: people walk towards a camera as fast as across its view."""
        if len(self._seconds) < LEAST_STRIDES:
            return np.empty(0)
        away = stance.ground(self._last, self._size) - stance.ground(self._first, self._size)
        with np.errstate(divide="ignore", invalid="ignore"):
            pace = np.log(np.hypot(*away.T) / self._seconds)
        known = np.isfinite(pace)
        middle = float(np.median(pace[known])) if known.any() else 0.0
        # two stretches of one walk are hardly two pieces of knowledge about how fast people walk
        return np.where(known, pace - middle, 10.0) / (self._p.pace * math.sqrt(2.0))


class _Blocks(NamedTuple):
    """What was seen, by blocks of time: the rows kept, the block of every box and of every stretch."""

    seen: Walkers
    rows: Ints
    blocks: Ints
    walked: Strides
    stretches: Ints

    def drawn(self, rng: np.random.Generator, p: StanceParams) -> _Sample:
        """Blocks with replacement: as many as there were people after one another, and not as there are blocks.

        Neighbouring blocks show the same people, so a draw of all would be too sure. Source: Bickel, Götze and van
        Zwet, "Resampling fewer than n observations" (1997).
        """
        own = self.blocks[self.rows]
        names = np.unique(own)
        stays = math.ceil(len(names) * p.block / p.stay)
        chosen = rng.choice(names, min(max(stays, LEAST_BLOCKS), len(names)))
        boxes = np.concatenate([self.rows[own == one] for one in chosen])
        stretches = np.concatenate([np.flatnonzero(self.stretches == one) for one in chosen])
        return _Sample(self.seen, boxes, self.walked, stretches)


def _drawn(
    blocks: _Blocks, best: Stance, people: People, rng: np.random.Generator, p: StanceParams
) -> Iterator[tuple[Stance, float]]:
    """What the camera might be had other people walked there, and were what is taken for granted otherwise.

    Source of moving the guesses too: Bardsley and others, "Randomize-then-optimize" (2014).
    """
    for _ in range(p.resamples):
        guess = (float(rng.standard_normal()), float(rng.standard_normal()))
        aside = p.axis * blocks.seen.size[0]
        off = (aside * float(rng.standard_normal()), aside * float(rng.standard_normal()))
        mean = people.mean * (1.0 + people.excess) + people.unsure * float(rng.standard_normal())
        yield _Fit(blocks.drawn(rng, p), people, p, guess, off).solved(best), mean


def _interval(value: float, draws: list[float]) -> Interval:
    low, high = np.percentile(draws, [5, 95])
    return Interval(value, float(low), float(high))


def _why(seen: Walkers) -> str:
    told = [f"{count} {why}" for why, count in seen.dropped.items() if count]
    return "left out: " + ", ".join(told) if told else "none was left out"
