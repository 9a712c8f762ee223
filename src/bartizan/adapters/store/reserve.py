"""Room on the disk that is kept for the worst day: a file that is given up where the disk is full.

Cameras, logs and other programs fill disks. The journal then still has the room of its reserve, and says so, while
somebody makes room; it takes its reserve back by itself when there is plenty.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

RESERVE = 64 * 1024 * 1024  # bytes: some hundred thousand records
_PLENTY = 3  # times its size have to be free before it is taken back
_PATIENCE = 30.0  # seconds between two attempts to take it back


class Reserve:
    """The reserve of the journal at `journal`, of `size` bytes; none where `size` is 0."""

    def __init__(self, journal: Path, size: int) -> None:
        self._path = journal.with_name(journal.name + ".reserve")
        self._size = size
        self._asked = -_PATIENCE
        self._held = False
        self.keep_up()

    @property
    def short(self) -> bool:
        """Whether it was given up, or never was to be had."""
        return self._size > 0 and not self._held

    def keep_up(self) -> None:
        """Take the reserve back, where it was given up and there is plenty of room."""
        if not self.short or time.monotonic() - self._asked < _PATIENCE:
            return
        self._asked = time.monotonic()
        try:
            self._held = self._fill()
        except OSError:
            # the disk is full or odd: the journal works without, and `short` says so
            self._path.unlink(missing_ok=True)

    def give_up(self) -> bool:
        """Let the disk have the room; whether there was any."""
        if not self._held:
            return False
        self._held = False
        self._asked = time.monotonic()
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def _fill(self) -> bool:
        if self._path.exists() and self._path.stat().st_size == self._size:
            return True
        if hasattr(os, "statvfs"):
            found = os.statvfs(self._path.parent)
            if found.f_bavail * found.f_frsize < _PLENTY * self._size:
                return False
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(handle, 0, self._size)
            else:
                os.write(handle, bytes(self._size))
            os.fsync(handle)
        finally:
            os.close(handle)
        return True
