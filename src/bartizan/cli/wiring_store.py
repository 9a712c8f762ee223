"""Where a desk's journal is opened, copied and restored: the file in its data folder, or a database."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bartizan.adapters.store import PostgresJournal, SqliteJournal
    from bartizan.app.backup import Backup
    from bartizan.app.ledger import Journal

JOURNAL = "journal.sqlite"


@contextmanager
def desk_journal(folder: Path, store: str | None = None) -> Iterator[Journal]:
    """The journal in a data folder or in the database `store`, owned while the context lasts.

    Errors: StoreOwnedError where another desk owns it; InputError for the address of a database.
    """
    from bartizan.adapters.store import RESERVE, open_journal, open_postgres

    journal: Journal = open_journal(folder / JOURNAL, reserve=RESERVE) if store is None else open_postgres(store)
    try:
        yield journal
    finally:
        journal.close()


@contextmanager
def kept_journal(folder: Path, store: str | None = None) -> Iterator[SqliteJournal | PostgresJournal]:
    """The journal of a desk, which may be at work, only to be read. Errors: StoreError where there is none."""
    from bartizan.adapters.store import open_postgres, read_journal

    journal = read_journal(folder / JOURNAL) if store is None else open_postgres(store, reading=True)
    try:
        yield journal
    finally:
        journal.close()


def back_up(data: Path, place: Path, store: str | None, told: Callable[[int], None]) -> Backup:
    """Copy the data of a desk, which may be at work, to a folder. Errors: StoreError; InputError."""
    from bartizan.adapters.files.backup_folder import FILES, BackupNote, FolderFiles, prepare_place
    from bartizan.adapters.store import open_journal
    from bartizan.app.backup import back_up as copy_all

    with kept_journal(data, store) as source:
        prepare_place(place, data)
        with closing(open_journal(place / JOURNAL)) as target:
            files = FolderFiles(data, place / FILES)
            return copy_all(source, target, files, BackupNote(place), now=datetime.now(UTC), told=told)


def restore(place: Path, data: Path, store: str | None, told: Callable[[int], None]) -> Backup:
    """Bring a backup to a data folder, and its journal there or to the database `store`; then prove it again.

    The journal has its name only when it is whole. Errors: StoreError, also where there is a journal; InputError.
    """
    from bartizan.adapters.files.backup_folder import FILES, BackupNote, FolderFiles
    from bartizan.adapters.store import open_journal, open_postgres, read_journal
    from bartizan.app.backup import restore as bring_back
    from bartizan.errors import StoreError

    if (data / JOURNAL).exists():
        raise StoreError(f"{data}: there is a journal already, and a restore never goes over one. Name a new folder")
    note = BackupNote(place)
    files = FolderFiles(place / FILES, data, note.read().files)
    part = data / f"{JOURNAL}.restoring"
    for left in data.glob(f"{JOURNAL}.restoring*"):
        left.unlink()
    with closing(read_journal(place / JOURNAL)) as source:
        opened = open_journal(part) if store is None else open_postgres(store)
        with closing(opened) as target:
            backup = bring_back(note, source, target, files, told=told)
    if store is None:
        part.replace(data / JOURNAL)
        for left in data.glob(f"{JOURNAL}.restoring*"):
            left.unlink()
        _sync(data)
    with desk_journal(data, store) as journal:
        after = 0
        while (found := journal.prove(after)) != after:
            after = found
    return backup


def _sync(folder: Path) -> None:
    if os.name != "nt":  # elsewhere the name of a file is not on the disk before its folder is
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
