"""Hand-over packages as files, checked with nothing but themselves."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from bartizan.desk.sharing.manifest import FileEntry
from bartizan.desk.sharing.package import Verdict, verify_stream


def verify_package(path: Path, each: Callable[[FileEntry, bytes], None] | None = None) -> Verdict:
    """Check a package with the package alone: its form, its signature, every file, and what its papers say.

    Every bit of the file is looked at. `each` is given every file as it is read whole, before the verdict: what it
    makes of them is worth nothing unless the verdict is `intact`. Returns the verdict, with every fault that was found;
    nothing is unpacked. Errors: PackageError where it is no package at all; OSError where it cannot be read.
    """
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        return verify_stream(stream, size, each)
