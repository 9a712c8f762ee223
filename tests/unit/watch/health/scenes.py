"""Pictures of cameras that are well, and the same with something wrong, for the tests of camera health."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.signal import Signal, SignalIds
from bartizan.site import build
from bartizan.site.site import Site
from bartizan.watch.health import HealthBook, Meter, Reading

Picture = NDArray[np.uint8]
Timed = tuple[float, Picture]
Wrong = Callable[[Picture, int], Picture]

SITE: Site = build({"schema": 1, "site": {"name": "One camera"}, "camera": [{"id": "north"}]})
STEP = 0.5  # s between pictures
GRAIN = {"day": 2.2, "night": 3.2}


def noise(size: tuple[int, int], deviation: float, rng: np.random.Generator) -> Iterator[NDArray[np.int16]]:
    """Noise of a sensor that never comes twice: one of a few pictures, rolled anywhere."""
    width, height = size
    kept = [np.round(deviation * rng.standard_normal((height, width))).astype(np.int16) for _ in range(3)]
    while True:
        one = kept[int(rng.integers(len(kept)))]
        yield np.roll(one, (int(rng.integers(height)), int(rng.integers(width))), (0, 1))


def with_noise(picture: Picture, grain: NDArray[np.int16]) -> Picture:
    return np.asarray(cv2.add(picture, cv2.merge([grain] * 3), dtype=cv2.CV_8U), dtype=np.uint8)


def still_scene(clean: Picture, seconds: float, deviation: float, seed: int = 0) -> Iterator[Timed]:
    """A scene in which nothing moves, as a live sensor shows it."""
    grains = noise((clean.shape[1], clean.shape[0]), deviation, np.random.default_rng(seed))
    for number in range(int(seconds / STEP)):
        yield number * STEP, with_noise(clean, next(grains))


def going_wrong(frames: Iterable[Timed], begins: float, ends: float, wrong: Wrong) -> Iterator[Timed]:
    """The same pictures, wrong from `begins` to `ends` [s]."""
    for number, (t, picture) in enumerate(frames):
        yield t, wrong(picture, number) if begins <= t < ends else picture


def watched(frames: Iterable[Timed], site: Site = SITE) -> tuple[list[Signal], list[Reading]]:
    """The signals and readings that pictures give."""
    meter, book = Meter(site.cameras[0]), HealthBook(site, SignalIds("run"))
    signals: list[Signal] = []
    readings = []
    for t, picture in frames:
        reading = meter.measure(t, picture)
        if reading is not None:
            readings.append(reading)
            signals += book.step(t, "north", reading)
        signals += book.pass_time(t)
    return signals, readings


def told(signals: Iterable[Signal]) -> list[tuple[str, str]]:
    return [(signal.because["fault"], signal.state) for signal in signals]


class Faults:
    """Ways in which a camera goes wrong; each takes a picture and its number."""

    def __init__(self, seed: int = 5) -> None:
        self._rng = np.random.default_rng(seed)
        self._frozen: Picture | None = None
        self._grains: Iterator[NDArray[np.int16]] | None = None

    def frozen(self, picture: Picture, _number: int) -> Picture:
        self._frozen = picture if self._frozen is None else self._frozen
        return self._frozen

    def coded_again(self, picture: Picture, number: int) -> Picture:
        """The same picture through an encoder, in three qualities that take turns."""
        quality = (70, 80, 90)[number % 3]
        coded = cv2.imencode(".jpg", self.frozen(picture, number), [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)

    def capped(self, picture: Picture, _number: int) -> Picture:
        return self._noisy(np.full_like(picture, 8))

    def bagged(self, picture: Picture, _number: int) -> Picture:
        """A light cloth before the lens: daylight comes through, nothing is seen."""
        shade = np.linspace(95.0, 130.0, picture.shape[1])[None, :, None]
        return self._noisy(np.broadcast_to(shade, picture.shape).astype(np.uint8))

    def half_blocked(self, picture: Picture, _number: int) -> Picture:
        blocked = picture.copy()
        blocked[:, int(0.4 * picture.shape[1]) :] = 25
        return self._noisy(blocked)

    def washed_out(self, picture: Picture, _number: int) -> Picture:
        return np.asarray(cv2.convertScaleAbs(picture, alpha=0.3, beta=195.0), dtype=np.uint8)

    def torch(self, picture: Picture, _number: int) -> Picture:
        """A lamp that shines into the lens."""
        height, width = picture.shape[:2]
        rows, columns = np.mgrid[:height, :width]
        away = np.hypot(columns - width / 2, rows - height / 2) / width
        glare = 420.0 * np.exp(-((away / 0.25) ** 2)) + 60.0
        return np.asarray(np.clip(picture + glare[:, :, None], 0, 255), dtype=np.uint8)

    def out_of_focus(self, picture: Picture, _number: int) -> Picture:
        sigma = picture.shape[1] / 256.0
        return self._noisy(np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.uint8))

    def turned(self, picture: Picture, _number: int) -> Picture:
        return np.asarray(np.roll(picture, picture.shape[1] // 3, axis=1))

    def nudged(self, picture: Picture, _number: int) -> Picture:
        return np.asarray(np.roll(picture, round(0.06 * picture.shape[1]), axis=1))

    def tilted(self, picture: Picture, _number: int) -> Picture:
        return np.asarray(np.roll(picture, round(0.1 * picture.shape[0]), axis=0))

    def _noisy(self, picture: Picture) -> Picture:
        if self._grains is None:
            self._grains = noise((picture.shape[1], picture.shape[0]), 2.2, self._rng)
        return with_noise(picture, next(self._grains))
