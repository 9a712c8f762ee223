"""What a backup holds, how it is made beside a desk at work, and how it is brought back.

The journal is copied record by record and proved on its way; then every other file of the data folder. Last of all
the backup says what it holds: until then it is none. A later backup to the same place adds what is new, and what
was erased at the desk is erased there; where it is interrupted, the earlier one still stands as long as no file beside
the journal was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bartizan.app.backup.copying import Rows, Target, copy
from bartizan.errors import StoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup says of itself: when it was made (UTC), the journal's last `seq` and its hash, files by SHA-256."""

    made_at: datetime
    seq: int
    proof: bytes
    files: Mapping[str, str]


class Files(Protocol):
    """The files beside the journal: copied to one place and checked there."""

    def copy(self) -> Mapping[str, str]:
        """Copy every one that is new or has changed; returns all by SHA-256. Errors: StoreError."""

    def forget_others(self, files: Mapping[str, str]) -> None:
        """Delete every file at the place that is not among these: what was erased since. Errors: StoreError."""

    def check(self, files: Mapping[str, str]) -> None:
        """Refuse where one is missing or not what its SHA-256 says. Errors: StoreError."""


class Kept(Protocol):
    """Where a backup says what it holds."""

    def read(self) -> Backup:
        """What it says. Errors: StoreError where there is no backup, or an unfinished one."""

    def write(self, backup: Backup) -> None:
        """Say it, whole or not at all."""


def back_up(
    journal: Rows,
    target: Target,
    files: Files,
    kept: Kept,
    *,
    now: datetime,
    told: Callable[[int], None] = lambda _: None,
) -> Backup:
    """Copy a journal, which may be in use, and the files beside it. `told` hears of each piece by its last `seq`.

    Errors: StoreError where the journal is altered, or what lies at the place is no backup of this journal.
    """
    seq, proof = copy(journal, target, told)
    backup = Backup(made_at=now, seq=seq, proof=proof, files=files.copy())
    kept.write(backup)
    # not before: until the note is written, the earlier backup stands and needs its files
    files.forget_others(backup.files)
    return backup


def restore(
    kept: Kept,
    journal: Rows,
    target: Target,
    kept_files: Files,
    *,
    told: Callable[[int], None] = lambda _: None,
) -> Backup:
    """Bring a backup's journal to an empty `target` and its files beside it; returns what the backup said.

    Nothing is copied before the whole backup is checked but the journal, which is proved on its way.
    Errors: StoreError where the backup is unfinished, altered or shorter than it says, or the target holds records.
    """
    backup = kept.read()
    if target.end()[0]:
        raise StoreError("there is a journal already, and a restore never goes over one. Name a new place")
    kept_files.check(backup.files)
    if backup.seq and journal.hash_at(backup.seq) != backup.proof:
        raise StoreError(
            f"the backup's journal does not hold record {backup.seq} as the backup says: it was altered or is not "
            "whole. Use another backup"
        )
    copy(journal, target, told)
    kept_files.copy()
    return backup
