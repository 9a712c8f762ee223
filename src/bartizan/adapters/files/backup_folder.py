"""A backup as a folder: the journal, the other files of the data folder under `files`, and what it says of itself."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from bartizan.adapters.files.keys import overwrite_and_remove
from bartizan.adapters.files.whole import write_whole
from bartizan.app.backup import Backup
from bartizan.errors import StoreError

SAYS = "backup.json"
FILES = "files"
SCHEMA = 1
_JOURNAL = "journal.sqlite"  # and what lies beside it under longer names: copied by itself, or of no use elsewhere
_PASSING = (".owner", ".reserve", "-journal", "-wal", "-shm", ".part", ".tmp", ".sock", ".lock", ".pid")
_CHUNK = 1 << 20
PATIENCE = 60.0  # seconds that a database may be held by who writes it
_SMALL = 65_536  # bytes: keys and secrets are, and are overwritten; what a key opened is of no use without it
_DATABASE = b"SQLite format 3\0"


class FolderFiles:
    """Every file of a folder but the journal, copied to another; `names` keeps to those."""

    def __init__(self, source: Path, target: Path, names: Mapping[str, str] | None = None) -> None:
        self._source = source
        self._target = target
        self._names = names

    def copy(self) -> Mapping[str, str]:
        """Copy every file that is new or has changed; returns all by SHA-256. Errors: StoreError."""
        found = {}
        for name in sorted(self._names if self._names is not None else _names(self._source)):
            source, target = self._source / name, self._target / name
            try:
                found[name] = _digest(source)
            except FileNotFoundError:
                continue  # gone since it was listed: it was of the moment
            if not target.is_file() or _digest(target) != found[name]:
                found[name] = _copy(source, target)
        return found

    def forget_others(self, files: Mapping[str, str]) -> None:
        """Delete every file at the target that is not among these, keys so that they cannot be read again."""
        for name in sorted(set(_all_names(self._target)) - set(files)):
            path = self._target / name
            try:
                (overwrite_and_remove if path.stat().st_size <= _SMALL else Path.unlink)(path)
            except OSError as error:
                raise StoreError(
                    f"{path}: was erased at the desk and cannot be deleted: {error.strerror}. Delete it by hand"
                ) from error

    def check(self, files: Mapping[str, str]) -> None:
        """Refuse where one is missing or not what its SHA-256 says. Errors: StoreError."""
        for name, digest in files.items():
            path = self._source / name
            if not path.is_file() or _digest(path) != digest:
                raise StoreError(f"{path}: it is missing from the backup or was altered. Use another backup")


class BackupNote:
    """What the backup in a folder says of itself."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SAYS

    def write(self, backup: Backup) -> None:
        """Say it, whole or not at all."""
        told = {
            "schema": SCHEMA,
            "made_at": backup.made_at.isoformat(),
            "records": backup.seq,
            "head": backup.proof.hex(),
            "files": dict(backup.files),
        }
        write_whole(self._path, json.dumps(told, indent=1, sort_keys=True) + "\n")

    def read(self) -> Backup:
        """What it says. Errors: StoreError where it says nothing, or not what a backup says."""
        try:
            told = json.loads(self._path.read_text("utf-8"))
            if told["schema"] != SCHEMA:
                raise ValueError(f"its schema is {told['schema']!r:.40}, not {SCHEMA}")
            files = {_safe(name): str(digest) for name, digest in told["files"].items()}
            made_at = datetime.fromisoformat(told["made_at"])
            if made_at.tzinfo is None or type(told["records"]) is not int:
                raise ValueError("its time has no offset, or its records are not counted")
            return Backup(made_at=made_at, seq=told["records"], proof=bytes.fromhex(told["head"]), files=files)
        except FileNotFoundError:
            raise StoreError(
                f"{self._path.parent}: there is no finished backup here ({SAYS} is missing). Name the folder of one"
            ) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
            raise StoreError(f"{self._path}: this is not what a backup says ({fault}). Use another backup") from fault


def prepare_place(folder: Path, data: Path) -> None:
    """Make the folder of a backup; refuse one that holds something else. Errors: StoreError."""
    if folder.resolve() == data.resolve() or folder.resolve().is_relative_to(data.resolve()):
        raise StoreError(f"{folder}: a backup does not lie in the data that it is of. Name another place")
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder}: this is a file. Name a folder for the backup")
    if folder.is_dir():
        foreign = sorted({found.name for found in folder.iterdir()} - {SAYS, FILES} - set(_beside(folder)))
        if foreign:
            raise StoreError(f"{folder}: holds {foreign[0]}, which is no part of a backup. Name a new folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _beside(folder: Path) -> Iterator[str]:
    return (found.name for found in folder.iterdir() if found.name.startswith(_JOURNAL))


def _names(folder: Path) -> Iterator[str]:
    """The files that a backup of a folder holds."""
    return (name for name in _all_names(folder) if not (name.endswith(_PASSING) or name.startswith(_JOURNAL)))


def _all_names(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not (Path(place) / name).is_symlink()]
        for name in files:
            path = Path(place) / name
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix()


def _safe(name: str) -> str:
    """A name within the folder. Raises ValueError."""
    parts = name.split("/")
    if not name or "\\" in name or "\0" in name or any(part in ("", ".", "..") for part in parts) or ":" in parts[0]:
        raise ValueError(f"{name!r:.80} is no name of a file in it")
    return name


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def _copy(source: Path, target: Path) -> str:
    """Copy a file, whole or not at all and on the disk; returns what was copied, by SHA-256."""
    for folder in reversed([folder for folder in target.parents if not folder.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    with source.open("rb") as file, os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        if file.read(len(_DATABASE)) == _DATABASE:
            _copy_database(source, part)
        else:
            file.seek(0)
            shutil.copyfileobj(file, copy, _CHUNK)
            copy.flush()
        os.fsync(copy.fileno())
    digest = _digest(part)
    part.replace(target)
    return digest


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database that may be written meanwhile, as it stands between two of its transactions."""
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True, timeout=1.0)) as held,
            closing(sqlite3.connect(target)) as copy,
        ):
            until = time.monotonic() + PATIENCE
            held.backup(copy, progress=lambda *_: _in_time(until))
    except sqlite3.Error as fault:
        raise StoreError(f"{source}: the database cannot be copied ({fault}). Check it, then try again") from fault


def _in_time(until: float) -> None:
    """SQLite itself would ask for ever."""
    if time.monotonic() > until:
        raise sqlite3.OperationalError("another program has held it all the time")
