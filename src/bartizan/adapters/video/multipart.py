"""The parts of a multipart stream (RFC 2046, section 5.1), as cameras send them over HTTP: read with bounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bartizan.errors import VideoError

LONGEST_HEAD = 16_384  # bytes of the headers of a part
MOST_HEADERS = 64
LARGEST_PART = 32_000_000  # bytes: a JPEG of 64 million pixels at the best quality is smaller
LONGEST_BETWEEN = 65_536  # bytes between two parts, which no camera needs
_TAKEN = 65_536  # bytes asked for at once
_NUMBER = re.compile(rb"[0-9]{1,12}")
_BOUNDARY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its headers by their names in small letters, and its bytes."""

    headers: dict[bytes, bytes]
    body: bytes


def boundary_of(content_type: str | None) -> bytes:
    """The boundary that a multipart content type names. Raises VideoError where it is none."""
    kind, _, rest = (content_type or "").partition(";")
    if kind.strip().lower() != "multipart/x-mixed-replace":
        named = kind.strip().lower() if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", kind.strip()) else "nothing known"
        raise VideoError(f"it sends {named}, not a stream of JPEG pictures (multipart/x-mixed-replace)")
    for piece in rest.split(";"):
        key, _, value = piece.partition("=")
        if key.strip().lower() == "boundary":
            name = value.strip().strip('"')
            if _BOUNDARY.fullmatch(name):
                return name.encode()
    raise VideoError("it names no boundary between its pictures, or one that cannot be")


def parts(read: Callable[[int], bytes], boundary: bytes) -> Iterator[Part]:
    """The parts of a stream; `read(n)` gives up to n bytes, and none at its end.

    Ends where the stream says that it does, or where its bytes do. Raises VideoError where a part, its headers or what
    lies between two parts is longer than a camera needs, or a length is none. Some cameras name "--x" as the boundary
    and write "--x", not "----x": both are taken.
    """
    flow = _Flow(read)
    marks = [b"--" + boundary] + ([boundary] if boundary.startswith(b"--") else [])
    mark = flow.skip_to_first(marks)
    while mark is not None:
        after = flow.line(LONGEST_HEAD)
        if after is None or after.startswith(b"--"):
            return
        headers = _headers(flow)
        if headers is None:
            return
        length = _length(headers)
        body = flow.take(length) if length is not None else flow.until(mark, LARGEST_PART)
        if body is None:
            return
        yield Part(headers, body)
        mark = mark if flow.skip_to(mark, LONGEST_BETWEEN) else None


def _headers(flow: _Flow) -> dict[bytes, bytes] | None:
    headers: dict[bytes, bytes] = {}
    room = LONGEST_HEAD
    while (line := flow.line(room)) is not None:
        room -= len(line) + 1
        text = line.rstrip(b"\r")
        if not text:
            return headers
        if len(headers) >= MOST_HEADERS or room <= 0:
            raise VideoError("the headers of a picture have no end")
        name, _, value = text.partition(b":")
        headers[name.strip().lower()] = value.strip()
    return None


def _length(headers: dict[bytes, bytes]) -> int | None:
    told = headers.get(b"content-length")
    if told is None:
        return None
    if not _NUMBER.fullmatch(told) or not 0 < int(told) <= LARGEST_PART:
        raise VideoError(f"a picture says that it has a length that none has (at most {LARGEST_PART:,} bytes are read)")
    return int(told)


class _Flow:
    """Bytes as they come, looked at ahead."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._held = bytearray()

    def _more(self) -> bool:
        piece = self._read(_TAKEN)
        self._held += piece
        return bool(piece)

    def _cut(self, end: int) -> bytes:
        piece = bytes(self._held[:end])
        del self._held[:end]
        return piece

    def line(self, most: int) -> bytes | None:
        """The next line without its end; None where the stream ends first."""
        searched = 0
        while (end := self._held.find(b"\n", searched)) < 0:
            searched = len(self._held)
            if searched > most:
                raise VideoError("the headers of a picture have no end")
            if not self._more():
                return None
        line = self._cut(end + 1)[:-1]
        if len(line) > most:
            raise VideoError("the headers of a picture have no end")
        return line

    def take(self, length: int) -> bytes | None:
        """So many bytes; None where the stream ends first."""
        while len(self._held) < length:
            if not self._more():
                return None
        return self._cut(length)

    def until(self, mark: bytes, most: int) -> bytes | None:
        """What stands before the next line that begins with `mark`, which stays; None where the stream ends first."""
        searched = 0
        while (at := self._held.find(b"\n" + mark, searched)) < 0:
            searched = max(0, len(self._held) - len(mark))
            if searched > most:
                raise VideoError(f"a picture has no end within {most:,} bytes")
            if not self._more():
                return None
        if at > most:
            raise VideoError(f"a picture has no end within {most:,} bytes")
        body = self._cut(at + 1)[:-1]
        return body.removesuffix(b"\r")

    def skip_to(self, mark: bytes, most: int) -> bool:
        """Drop everything up to `mark` and the mark itself; False where the stream ends first."""
        searched = 0
        while (at := self._held.find(mark, searched)) < 0:
            searched = max(0, len(self._held) - len(mark))
            if searched > most:
                raise VideoError("there is no boundary where its pictures should part")
            if not self._more():
                return False
        if at > most:
            raise VideoError("there is no boundary where its pictures should part")
        self._cut(at + len(mark))
        return True

    def skip_to_first(self, marks: list[bytes]) -> bytes | None:
        """As `skip_to`, to whichever of the marks the stream uses; None where it ends first."""
        while True:
            for mark in marks:
                if mark in self._held:
                    return mark if self.skip_to(mark, LONGEST_BETWEEN) else None
            if len(self._held) > LONGEST_BETWEEN:
                raise VideoError("there is no boundary where its pictures should part")
            if not self._more():
                return None
