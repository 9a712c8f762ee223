"""A camera on this machine, through OpenCV."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol, cast

import cv2
import numpy as np

from bartizan.adapters.video.live import Line, Shot
from bartizan.app.live.ports import Picture
from bartizan.errors import VideoError


class Capture(Protocol):
    """What is needed of `cv2.VideoCapture`."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Whether it can be read."""
        ...

    def read(self) -> tuple[bool, Any]:
        """Whether there is a picture, and the picture."""
        ...

    def release(self) -> None:
        """Let go of the device."""
        ...


def _capture(number: int) -> Capture:
    return cast("Capture", cv2.VideoCapture(number))


def dial(number: int, camera: str, capture: Callable[[int], Capture] = _capture) -> Line:
    """A line to device `number`. Its pictures have no time of their own. Raises VideoError where it cannot be had."""
    try:
        opened = capture(number)
    except cv2.error:
        opened = None
    if opened is None or not opened.isOpened():
        raise VideoError(f"camera '{camera}': device:{number} cannot be opened. Check that it is there and not in use")
    return _DeviceLine(opened, number, camera)


class _DeviceLine:
    def __init__(self, capture: Capture, number: int, camera: str) -> None:
        self._capture, self._number, self._camera = capture, number, camera

    def __iter__(self) -> Iterator[Shot]:
        while True:
            try:
                there, picture = self._capture.read()
            except cv2.error:
                there, picture = False, None
            if not there or picture is None:
                raise VideoError(f"camera '{self._camera}': device:{self._number} gives no picture. Check its cable")
            yield _shot(np.asarray(picture, dtype=np.uint8))

    def close(self) -> None:
        self._capture.release()


def _shot(picture: Picture) -> Shot:
    return Shot(None, (picture.shape[1], picture.shape[0]), lambda: picture)
