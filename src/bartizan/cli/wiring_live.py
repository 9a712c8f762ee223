"""The adapters of a live run, built here as `bartizan.cli.wiring` builds all others: imported when asked for."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bartizan.adapters.workers import Fleet
    from bartizan.app.live import FrameSource
    from bartizan.cli.camera_job import CameraJob
    from bartizan.site.model import Camera


def is_live(address: str, camera: str) -> bool:
    """Whether an address is of a camera that goes on for ever; VideoError where it is no address."""
    from bartizan.adapters.video.source import is_live as live

    return live(address, camera)


def open_source(
    address: str, camera: Camera, fps: float | None, *, seconds: Callable[[], float], rng: Random
) -> FrameSource:
    """The pictures of a camera at any address, masked; its credentials come from the environment or a private file."""
    from bartizan.adapters.video.secrets import Secrets
    from bartizan.adapters.video.source import open_source as open_

    return open_(address, camera, fps, Secrets.read(os.environ), seconds=seconds, rng=rng)


def one_thread() -> None:
    """This process has one camera, and others have theirs: OpenCV splits no picture."""
    import cv2

    cv2.setNumThreads(1)


def jpeg(picture: NDArray[np.uint8]) -> bytes | None:
    """A picture as a JPEG for showing; None where it is too large to be handed over."""
    from bartizan.adapters.workers.jpeg import jpeg as jpeg_

    return jpeg_(picture)


def camera_workers(jobs: Iterable[CameraJob]) -> Fleet:
    """A process for each camera; a context that starts and ends them."""
    from bartizan.adapters.workers import Fleet

    command = [sys.executable, "-m", "bartizan.cli.worker"]
    return Fleet(command, {job.camera: job.write() for job in jobs}, rng=Random())  # noqa: S311 - pauses
