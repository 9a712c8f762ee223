"""A file of secrets: for its owner's eyes alone, read whole, replaced whole, never half-written."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bartizan.errors import InputError

MOST = 8 * 1024 * 1024  # bytes; thousands of accounts are far smaller
Record = TypeVar("Record", bound=BaseModel)


class PrivateFileError(InputError):
    """A file of secrets cannot be read, or others may read it."""


class PrivateFile:
    """One JSON file of mode 0600 in the desk's data folder. `what` names its content in errors: "accounts"."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        self._what = what

    def read(self, model: type[Record]) -> Record | None:
        """What the file says; None where there is no file.

        Errors: PrivateFileError where others may read it, it cannot be read, or it is something else. The message
        repeats nothing of what the file holds.
        """
        try:
            with self.path.open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise self._error(f"other users of this machine may read the {self._what}. Run: chmod 600 on it")
                text = file.read(MOST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._error(f"{error.strerror}. Make it readable for the user who runs it") from error
        try:
            return model.model_validate_json(text)
        except ValidationError:
            message = f"is not a file of {self._what}. Move it away, and a new one is made at the next start"
            # without the cause: it would carry what the file holds into every traceback
            raise self._error(message) from None

    def write(self, record: BaseModel) -> None:
        """Put `record` in place of what the file held; durable when it returns."""
        text = record.model_dump_json(indent=1, by_alias=True)
        # mkstemp makes the file 0600 from its first byte on
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.stem}-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(self.path.parent)

    def _error(self, message: str) -> PrivateFileError:
        return PrivateFileError(f"{self.path}: {message}")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
