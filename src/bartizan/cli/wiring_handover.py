"""Builds the adapters of evidence and hand-over."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

from pathlib import Path

from bartizan.app.handover.office import Safe
from bartizan.desk.sharing.package import Verdict

MEDIA, KEYS = "media", "keys"


def desk_safe(folder: Path) -> Safe:
    """Where a desk keeps its evidence, and its keys, in a data folder. Errors: StoreError."""
    from bartizan.adapters.files.keys import FileKeys, KeyFolder
    from bartizan.adapters.files.media import MediaFolder

    keys = FileKeys(folder / KEYS)
    return Safe(vault=MediaFolder(folder / MEDIA, KeyFolder(folder / KEYS / "items")), keys=keys)


def verify(path: Path) -> Verdict:
    """What is found of a package. Errors: PackageError; OSError."""
    from bartizan.adapters.files.package import verify_package

    return verify_package(path)
