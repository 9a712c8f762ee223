"""The bytes of a plan's file, read whole up to a bound or refused in words."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from bartizan.errors import Fault, PlanError


def refusal(file: str, message: str, cure: str, *, line: int = 0, key: str = "", value: str = "") -> PlanError:
    """A file that cannot be read as a plan, in words."""
    return PlanError([Fault(file, line, key, value[:60], message, cure)])


@contextmanager
def opened(path: Path, most: int) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked where its name ends in .gz; more than `most` of them are refused while reading."""
    try:
        if not path.is_file():
            what = "is not a file" if path.exists() else "does not exist"
            raise refusal(str(path), what, "Give the path of a plan")
        with path.open("rb") as raw:
            packed = path.suffix.lower() == ".gz"
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw) if packed else raw)
            yield io.BufferedReader(_Bounded(stream, most, str(path)))
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        message = f"is not a whole gzip file ({error})"
        raise refusal(str(path), message, "Fetch or pack the file again") from error
    except OSError as error:
        message = f"cannot be read ({error.strerror or error})"
        raise refusal(str(path), message, "Check the name and the rights") from error


class _Bounded(io.RawIOBase):
    """A stream that refuses to give more than so many bytes: a small archive may unpack to any size."""

    def __init__(self, stream: IO[bytes], most: int, file: str) -> None:
        super().__init__()
        self._stream = stream
        self._left = most
        self._most = most
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        got = self._stream.read(min(len(buffer), self._left + 1))
        if len(got) > self._left:
            raise refusal(self._file, f"holds more than {self._most // 1_000_000} MB", "Cut it to the site")
        self._left -= len(got)
        buffer[: len(got)] = got
        return len(got)
