"""Builds the adapters of evidence and hand-over."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bartizan.errors import InputError

if TYPE_CHECKING:
    from bartizan.app.handover.office import Office, Safe
    from bartizan.app.ledger.journal import Journal
    from bartizan.desk.sharing.package import Verdict
    from bartizan.site.site import Site

MEDIA, KEYS = "media", "keys"


def desk_safe(folder: Path) -> Safe:
    """Where a desk keeps its evidence, and its keys, in a data folder. Errors: StoreError."""
    from bartizan.adapters.files.keys import FileKeys, KeyFolder
    from bartizan.adapters.files.media import MediaFolder
    from bartizan.app.handover.office import Safe

    keys = FileKeys(folder / KEYS)
    return Safe(vault=MediaFolder(folder / MEDIA, KeyFolder(folder / KEYS / "items")), keys=keys)


def fingerprint(folder: Path) -> str:
    """The fingerprint of a desk's key."""
    from bartizan.desk.evidence.heads import fingerprint as of

    return of(desk_safe(folder).keys.public)


def verify(path: Path) -> Verdict:
    """What is found of a package. Errors: PackageError; OSError."""
    from bartizan.adapters.files.package import verify_package

    return verify_package(path)


def closed_office(
    site: Site, journal: Journal, folder: Path, now: Callable[[], datetime], *, incident: int
) -> tuple[Office, str]:
    """The office of a desk that is not open, and the id of the incident with this number. Errors: InputError."""
    from bartizan.app.room.room import open_room

    room = open_room(site, journal, now, safe=desk_safe(folder), minds=False)
    found = next((one.id for one in room.incidents.all() if one.number == incident), None)
    if found is None:
        raise InputError(f"there is no incident {incident} in {folder}. Give a number that the desk shows")
    return room.office, found


def write(path: Path, content: bytes) -> None:
    """Write a package that is to be given away, whole or not at all."""
    from bartizan.adapters.files.whole import write_whole

    write_whole(path, content, mode=0o600)
