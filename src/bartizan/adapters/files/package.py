"""Hand-over packages as files: written whole or not at all, and checked with nothing but themselves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from bartizan.desk.sharing.manifest import FileEntry
from bartizan.desk.sharing.package import Part, Verdict, verify_stream, write_stream


def write_package(path: Path, manifest: bytes, signature: bytes, parts: Iterable[Part]) -> None:
    """Write a package at `path`, durable before it returns; on failure there is nothing.

    The content of each part is asked for when it is written, one at a time, and checked against its entry.
    Errors: SharingError where a part is not what the manifest says; OSError.
    """
    handle, name = tempfile.mkstemp(prefix=".package.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            write_stream(stream, manifest, signature, parts)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def verify_package(path: Path, each: Callable[[FileEntry, bytes], None] | None = None) -> Verdict:
    """Check a package with the package alone: its form, its signature, every file, and what its papers say.

    Every bit of the file is looked at. `each` is given every file as it is read whole, before the verdict: what it
    makes of them is worth nothing unless the verdict is `intact`. Returns the verdict, with every fault that was found;
    nothing is unpacked. Errors: PackageError where it is no package at all; OSError where it cannot be read.
    """
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        return verify_stream(stream, size, each)
