"""A file that is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from bartizan.errors import InputError


def refuse_place(path: Path, begins: str = "") -> None:
    """Say what would keep a file from being written at `path`, before an hour is spent on what is in it.

    Only a file that begins with `begins`, or an empty one, may be replaced: a slip must not cost somebody their site
    or their sheet. Raises InputError where the folder is missing or the place is taken by something else.
    """
    place = path.resolve()
    if not place.parent.is_dir():
        raise InputError(f"{path}: cannot be written: there is no folder {place.parent}. Make it, or name another")
    if not place.exists():
        return
    # a device or a pipe would be replaced by a plain file
    if not place.is_file():
        raise InputError(f"{path}: cannot be written: it is a folder or a device. Name a file")
    with place.open("rb") as stream:
        head = stream.read(len(begins.encode()))
    if head and head != begins.encode():
        raise InputError(f"{path}: is there already, and is another kind of file. Name another place, or take it away")


def write_whole(path: Path, content: str | bytes, *, mode: int = 0o644) -> None:
    """Put `content` (text as UTF-8) at `path` in one step, durable before it returns; on failure the old file stays.

    `mode` is that of a new file; one that is there keeps its own. Raises InputError where the folder is missing or a
    folder or device is in the place.
    """
    refuse_place(path)
    # a link keeps leading where it led
    place = path.resolve()
    mode = place.stat().st_mode & 0o777 if place.exists() else mode
    try:
        handle, name = tempfile.mkstemp(prefix=f".{place.name[:100]}.", dir=place.parent)
    except OSError as error:
        # the name of the passing file would tell nobody anything
        raise OSError(error.errno, error.strerror, str(path)) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        Path(name).replace(place)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
