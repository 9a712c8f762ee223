"""A recording of a run: a head and then one message a line, as they were taken. It holds no picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bartizan.app.live.recorded import RunHead
from bartizan.app.live.wire import LONGEST, Message, Report, WireError, decode, encode
from bartizan.errors import InputError
from bartizan.signal import rfc3339

_WHAT = "bartizan-recording"
_SCHEMA = 1


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    what: str = Field(pattern=f"^{_WHAT}$")
    schema_: int = Field(alias="schema", ge=_SCHEMA, le=_SCHEMA)
    site: str = Field(max_length=64)
    name: str = Field(max_length=1000)
    version: str = Field(max_length=80)
    run: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,80}$")
    seed: int = Field(ge=0, lt=1 << 64)
    start: AwareDatetime | None
    health: tuple[str, ...] | None = Field(max_length=1000)
    began: float = Field(ge=-1e9, le=1e9, allow_inf_nan=False)
    states: tuple[str, ...] = Field(max_length=100)
    foreign: bool = False


_PLAIN = ("site", "name", "version", "run", "seed", "health", "began", "states", "foreign")


class Recorder:
    """Writes what a run takes, message by message, into a new file; a context that closes it.

    Each line is handed to the system at once, so that a run that is killed loses none. Raises InputError where the
    file exists: a recording is never written over.
    """

    def __init__(self, path: Path, head: RunHead) -> None:
        try:
            self._file = path.open("xb", buffering=0)
        except FileExistsError as error:
            raise InputError(f"{path}: it exists, and a recording is never written over. Name a new file") from error
        told: dict[str, Any] = {name: getattr(head, name) for name in _PLAIN}
        start: datetime | None = head.start
        told |= {"start": None if start is None else rfc3339(start, "microseconds")}
        self._file.write(json.dumps({"what": _WHAT, "schema": _SCHEMA, **told}).encode() + b"\n")

    def __call__(self, message: Message) -> None:
        """Keep a message."""
        kept = message.without_picture() if isinstance(message, Report) else message
        self._file.write(encode(kept) + b"\n")

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def read_recording(path: Path) -> tuple[RunHead, Iterator[Message]]:
    """The head of a recording and its messages, one at a time.

    A last line that was cut off in writing is left out. Raises InputError with the line for any other that is no
    message, and where the file is no recording.
    """
    try:
        with path.open("rb") as file:
            line = file.readline(LONGEST)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}. Give a file that --record wrote") from error
    try:
        head = _Head.model_validate_json(line)
    except ValidationError as error:
        raise InputError(
            f"{path}:1: it does not begin as a recording of this version does. Give a file that --record wrote"
        ) from error
    told = {name: getattr(head, name) for name in _PLAIN}
    return RunHead(**told, start=head.start), _messages(path)


def _messages(path: Path) -> Iterator[Message]:
    with path.open("rb") as file:
        file.readline(LONGEST)
        number = 1
        while line := file.readline(LONGEST + 2):
            number += 1
            if not line.endswith(b"\n") and len(line) <= LONGEST:
                return  # it was being written when the run was killed
            try:
                yield decode(line.rstrip(b"\n"))
            except WireError as error:
                raise InputError(f"{path}:{number}: {error}. Cut the file before this line") from error
