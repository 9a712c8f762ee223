"""Who owns a journal: a lock that the operating system holds for one process and lets go when that process ends.

The lock lies on a file of its own beside the journal, never on the database: closing a second handle of a database
file would drop SQLite's own locks on it. The file stays when the lock goes; its text names the last owner.
"""

from __future__ import annotations

import os
import sys
import weakref
from pathlib import Path

from bartizan.errors import StoreError, StoreOwnedError

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # a byte beyond the text: Windows forbids others to read the bytes that are locked

    def _lock(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(handle: int) -> None:
        # flock, not lockf: it also refuses a second journal in this process, and no other close() drops it
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class OwnerLock:
    """The right to write one journal. Errors: StoreOwnedError naming the owner's process; StoreError."""

    def __init__(self, journal: Path) -> None:
        path = journal.with_name(journal.name + ".owner")
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except OSError as fault:
            raise StoreError(
                f"{path}: cannot be opened to own the journal: {fault.strerror}. Check the folder"
            ) from fault
        try:
            _lock(handle)
        except OSError as fault:
            owner = os.read(handle, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(handle)
            raise StoreOwnedError(
                f"{journal}: another process (pid {owner}) owns this journal. Stop that one first, "
                "or give this one a data folder of its own"
            ) from fault
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode("ascii"))
        self._handle: int | None = handle
        _HELD.add(self)

    def release(self) -> None:
        """Let go of the lock; a second time does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


_HELD: weakref.WeakSet[OwnerLock] = weakref.WeakSet()


def _leave_to_parent() -> None:
    # a forked child that outlived its parent would keep the lock of a desk that is dead
    for lock in tuple(_HELD):
        lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)
