"""Names and passwords of cameras: from the environment or a secrets file, never from a site file."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bartizan.errors import InputError

FILE = "BARTIZAN_SECRETS"
"""The variable that names the secrets file."""

_KEYS = ("user", "password", "query", "ca")
_LARGEST = 1_000_000  # bytes of a secrets file
_LONGEST = 1000  # letters of one secret
_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Credentials:
    """How one camera is asked for its stream. Nothing of it shows when it is printed.

    `query` is added to the question part of the address, for cameras that take a token there; `ca` is a file of the
    certificates that the camera's own is checked by, in place of the system's.
    """

    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    query: str | None = field(default=None, repr=False)
    ca: Path | None = field(default=None, repr=False)


class Secrets:
    """The credentials of all cameras. Raises InputError where the secrets file is open to others or cannot be read.

    A secrets file is TOML of mode 0600, with a table `[camera.ID]` for each camera that has any of `user`,
    `password`, `query` and `ca`. The environment, as BARTIZAN_CAMERA_<ID>_USER and so on (the id in capitals, with
    '_' for '-' and '.'), goes before the file.
    """

    def __init__(self, environment: Mapping[str, str] | None = None, file: Path | None = None) -> None:
        self._environment = {} if environment is None else environment
        self._file = _read(file) if file is not None else {}

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Secrets:
        """The secrets in an environment, and in the file that BARTIZAN_SECRETS names."""
        named = environment.get(FILE)
        return cls(environment, Path(named) if named else None)

    def __repr__(self) -> str:
        return f"Secrets({len(self._file)} cameras)"

    def of(self, camera: str) -> Credentials:
        """The credentials of a camera: empty where nothing is known. Raises InputError where one cannot be used."""
        begins = f"BARTIZAN_CAMERA_{re.sub(r'[-.]', '_', camera.upper())}_"
        told = dict(self._file.get(camera, {}))
        told |= {
            key: self._environment[begins + key.upper()] for key in _KEYS if begins + key.upper() in self._environment
        }
        for key, value in told.items():
            if len(value) > _LONGEST or any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
                raise InputError(
                    f"camera '{camera}': its {key} is too long or holds a control character (a line end?). Correct it"
                )
        if told.get("user") is not None and ":" in told["user"]:
            raise InputError(f"camera '{camera}': its user name holds a colon, which no camera can take. Correct it")
        if "password" in told and "user" not in told:
            raise InputError(f"camera '{camera}': there is a password and no user. Give both")
        ca = told.get("ca")
        return Credentials(told.get("user"), told.get("password"), told.get("query"), None if ca is None else Path(ca))


def _read(path: Path) -> dict[str, dict[str, str]]:
    text = _private_text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # the parser's own words may quote what it could not read
        line = _LINE.search(str(error))
        place = f"{path}:{line[1]}" if line else str(path)
        raise InputError(f"{place}: it is not TOML. Correct the line; values stand in quotes") from None
    cameras = document.get("camera")
    if not isinstance(cameras, dict) or set(document) != {"camera"}:
        raise InputError(f"{path}: a secrets file holds tables [camera.ID] and nothing else. Correct it")
    return {name: _entry(path, name, entry) for name, entry in cameras.items()}


def _entry(path: Path, name: str, entry: Any) -> dict[str, str]:
    if not isinstance(entry, dict):
        raise InputError(f"{path}: camera.{name} is not a table. Write [camera.{name}] above its keys")
    for key, value in entry.items():
        if key not in _KEYS or not isinstance(value, str):
            raise InputError(
                f"{path}: camera.{name} has a key that is none of {', '.join(_KEYS)}, or no text in quotes"
            )
    return dict(entry)


def _private_text(path: Path) -> str:
    """The text of a file that nobody else can read: looked at and read through one handle."""
    try:
        # a named pipe would be waited for
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise InputError(f"{path}: the secrets file is not a plain file. Name another")
            if about.st_mode & 0o077:
                raise InputError(
                    f"{path}: the secrets file is open to others (mode {stat.S_IMODE(about.st_mode):04o}). "
                    f"Close it: chmod 600 {path}; and change the passwords if others may have read them"
                )
            raw = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        why = error.strerror if isinstance(error, OSError) else "no such name"
        raise InputError(f"{path}: the secrets file cannot be read: {why}. Check the name and the rights") from None
    if len(raw) > _LARGEST:
        raise InputError(f"{path}: the secrets file is larger than {_LARGEST:,} bytes. Name another")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise InputError(f"{path}: the secrets file is not UTF-8 text. Save it as such") from None
