"""The adapters of a live run, built here as `bartizan.cli.wiring` builds all others: imported when asked for."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from bartizan.adapters.bus import Access, Publisher, Subscriber
    from bartizan.adapters.files.recording import Recorder
    from bartizan.adapters.foreign import ForeignLines, ForeignTeller, Source
    from bartizan.adapters.workers import Fleet
    from bartizan.app.album import Album
    from bartizan.app.live import Detector, DetectorFactory, FrameSource
    from bartizan.app.live.intake import Intake
    from bartizan.app.live.recorded import RunHead
    from bartizan.app.live.wire import Message
    from bartizan.cli.bus_options import Bus
    from bartizan.cli.camera_job import CameraJob
    from bartizan.site.model import Camera
    from bartizan.site.site import Site


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


def camera_workers(jobs: Iterable[CameraJob], go: Callable[[], bytes]) -> Fleet:
    """A process for each camera; a context that starts and ends them. `go` gives the word when all are ready."""
    from bartizan.adapters.workers import Fleet

    command = [sys.executable, "-m", "bartizan.cli.worker"]
    return Fleet(command, {job.camera: job.write() for job in jobs}, rng=Random(), go=go)  # noqa: S311 - pauses


def detectors(site: Path) -> DetectorFactory:
    """What makes the detector of each camera: the model that it names, or the one that needs no weights."""
    from bartizan.adapters.detect import OnnxDetectors
    from bartizan.app.live import default_detector

    onnx = OnnxDetectors(site if site.is_dir() else site.parent)

    def make(camera: Camera, size: tuple[int, int]) -> Detector:
        return onnx.detector(camera, size) or default_detector(camera, size)

    return make


def album(site: Site, folder: Path, start: datetime | None) -> Album:
    """The album of a run in a folder; MissingPartError where the site or the run does not say enough to keep any."""
    from bartizan.adapters.files.album import AlbumFolder
    from bartizan.adapters.video.jpeg import decode_jpeg
    from bartizan.app.album import Album

    return Album(site, AlbumFolder(folder), start_utc=start, decode=decode_jpeg)


def recorder(path: Path, head: RunHead) -> Recorder:
    """What writes all that a run takes to a new file; a context."""
    from bartizan.adapters.files.recording import Recorder

    return Recorder(path, head)


def read_recording(path: Path) -> tuple[RunHead, Iterator[Message]]:
    """The head and the messages of a recording; InputError where it is none."""
    from bartizan.adapters.files.recording import read_recording as read

    return read(path)


def subscriber(bus: Bus, intake: Intake, now: Callable[[], float]) -> Subscriber:
    """What the cameras of other machines tell; a context. MissingExtraError without the extra."""
    from bartizan.adapters.bus import Subscriber, read_address

    return Subscriber(read_address(bus.address, plain=bus.plain), _access(bus), intake, now=now)


def foreign_teller(source: Source, site: Site, zero: datetime, now: Callable[[], float]) -> ForeignTeller:
    """What reads the messages of another program for a live run that began at `zero`."""
    from bartizan.adapters.foreign import ForeignTeller

    return ForeignTeller(source, site, zero, now)


def foreign_began(files: Sequence[tuple[Source, Path]], site: Site) -> datetime:
    """When the first messages of some files were told (UTC); InputError where nothing of one can be read."""
    from bartizan.adapters.foreign import began

    return began(files, site)


def foreign_lines(files: Sequence[tuple[Source, Path]], site: Site, zero: datetime) -> ForeignLines:
    """The recorded messages of other programs, in the order of their times."""
    from bartizan.adapters.foreign import ForeignLines

    return ForeignLines(files, site, zero)


def foreign_subscriber(bus: Bus, source: Source, teller: ForeignTeller, now: Callable[[], float]) -> Subscriber:
    """What another program tells a broker; a context. Faces and plates are not even asked for.

    MissingExtraError without the extra.
    """
    from bartizan.adapters.bus import Subscriber, read_address
    from bartizan.app.live.intake import Intake

    address = read_address(bus.address, plain=bus.plain, prefix=source)
    topics = ("events", "reviews") if source == "frigate" else ("+",)
    readers = {address.topic(topic): teller.read for topic in topics}
    return Subscriber(address, _access(bus), Intake("", ()), now=now, readers=readers)


def publisher(bus: Bus, spool: Path) -> Publisher:
    """What hands the cameras of this machine on; a context. MissingExtraError without the extra."""
    from bartizan.adapters.bus import Publisher, Spool, read_address

    address, access = read_address(bus.address, plain=bus.plain), _access(bus)
    if address.tls:
        access.context()
    return Publisher(address, access, Spool(spool))


def _access(bus: Bus) -> Access:
    from bartizan.adapters.bus import read_access

    return read_access(os.environ, ca=bus.ca, cert=bus.cert, key=bus.key)
