"""Kept pictures in a folder: the name of each begins with the time until which it may stay, so that none is forgotten.

`20261222T231000Z-north-4f2a.jpg` and beside it the same name with `.json`, which says what it shows and why. Both can
be read by their owner alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bartizan.adapters.files.whole import write_whole
from bartizan.app.album import KeptPicture
from bartizan.errors import InputError

QUALITY = 88  # percent: evidence for people, no visible blocks
_NAME = re.compile(r"(\d{8}T\d{6}Z)-[\w.-]{1,80}-[0-9a-f]{12}\.(jpg|json)", re.ASCII)
_STAMP = "%Y%m%dT%H%M%SZ"


class AlbumFolder:
    """The folder of kept pictures; made where it is missing. Raises InputError where it cannot be made or written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{folder}: pictures cannot be kept there: {error.strerror}. Name another folder"
            ) from error

    def keep(self, about: KeptPicture, image: NDArray[np.uint8]) -> None:
        """Keep a picture, shape (height, width, 3), BGR, whole or not at all."""
        done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if not done:
            raise InputError(f"camera '{about.camera}': a picture of shape {image.shape} cannot be kept as JPEG")
        told = json.dumps(about.to_json(), ensure_ascii=False)
        camera = re.sub(r"[^\w.-]", "_", about.camera, flags=re.ASCII)[:80]
        mark = hashlib.sha256(told.encode()).hexdigest()[:12]
        stem = self.folder / f"{about.until.astimezone(UTC):{_STAMP}}-{camera}-{mark}"
        _write(stem.with_name(stem.name + ".json"), told.encode())
        _write(stem.with_name(stem.name + ".jpg"), data.tobytes())

    def delete_until(self, now: datetime) -> int:
        """Delete every picture that may not stay beyond `now`; how many there were. Other files are left alone."""
        deleted = 0
        for until, path in self._kept():
            if until <= now:
                path.unlink(missing_ok=True)
                deleted += path.suffix == ".jpg"
        return deleted

    def _kept(self) -> Iterator[tuple[datetime, Path]]:
        for path in sorted(self.folder.iterdir()):
            found = _NAME.fullmatch(path.name)
            if found is not None:
                try:
                    yield datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC), path
                except ValueError:
                    continue  # eight digits that are no date: none of ours


def _write(path: Path, data: bytes) -> None:
    try:
        write_whole(path, data, mode=0o600)
    except OSError as error:
        raise InputError(
            f"{path}: it cannot be written: {error.strerror}. Make room, or name another folder"
        ) from error
