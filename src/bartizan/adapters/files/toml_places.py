"""Where each key of a TOML text stands: its line, and the stretch of text that its value takes.

The text has been read by `tomllib` already, so this walk need not judge it, only follow it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]*")
# longest first: three quotes are also one quote and an empty string
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})(?!")', re.DOTALL),
    re.compile(r"'''.*?'''(?:'{0,2})(?!')", re.DOTALL),
    re.compile(r'"(?:[^"\\]|\\.)*"'),
    re.compile(r"'[^']*'"),
)
_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[]+)")
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([btnfr"\\]))')
_SHORT = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its value, from the first letter of the key to the last of the value.

    `holder` is the path of the [table], inline table or file that holds it; `inline` tells which.
    """

    path: Path
    start: int
    end: int
    holder: Path
    inline: bool


@dataclass(frozen=True, slots=True)
class Header:
    """A [table] or [[table]]: from its first bracket to its last."""

    path: Path
    start: int
    end: int


@dataclass(slots=True)
class Places:
    """Where everything stands; offsets count letters of the text, lines count from 1."""

    lines: dict[Path, int] = field(default_factory=dict)
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    pairs: list[Pair] = field(default_factory=list)
    headers: list[Header] = field(default_factory=list)
    inline_tables: set[Path] = field(default_factory=set)
    arrays: set[Path] = field(default_factory=set)

    def line(self, path: Path) -> int:
        """The line of a key, or of the nearest thing around it that has one; 0 for the file as a whole."""
        return nearest_line(self.lines, path)


def key_path(text: str) -> Path:
    """The steps of a key such as element[2].way[0].delay."""
    return tuple(int(step[1]) if step[1] else step[2] for step in _STEP.finditer(text))


def nearest_line(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it that has one; 0 for the file as a whole."""
    while path and path not in lines:
        path = path[:-1]
    return lines[path] if path else 0


def toml_places(text: str) -> Places:
    """Where everything stands in a TOML text that is valid."""
    return _Walk(text).places


class _Walk:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted = (0, 1)
        self._counts: dict[Path, int] = {}
        self.places = Places()
        table: Path = ()
        while self._skip(_BLANK) < len(text):
            if text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table, inline=False)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return self._at

    def _line(self) -> int:
        offset, line = self._counted
        self._counted = (self._at, line + self._text.count("\n", offset, self._at))
        return self._counted[1]

    def _mark(self, path: Path, line: int) -> None:
        self.places.lines.setdefault(path, line)

    def _header(self) -> Path:
        line, start = self._line(), self._at
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        self._at += brackets
        keys = self._keys()
        self._at = self._text.index("]", self._at) + brackets
        path: Path = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            self._mark(path, line)
            last = number == len(keys) - 1
            if last and brackets == 2:
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
                self._mark(path, line)
        self.places.headers.append(Header(path, start, self._at))
        return path

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            start = self._at
            if self._text[start] in "\"'":
                self._string()
                keys.append(_unquoted(self._text[start : self._at]))
            else:
                self._skip(_BARE)
                keys.append(self._text[start : self._at])
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _pair(self, holder: Path, *, inline: bool) -> None:
        line, start = self._line(), self._at
        path = holder
        for key in self._keys():
            path = (*path, key)
            self._mark(path, line)
        self._at = self._text.index("=", self._at) + 1
        self._skip(_SPACE)
        self._value(path)
        self.places.pairs.append(Pair(path, start, self.places.values[path][1], holder, inline))

    def _value(self, path: Path) -> None:
        start = self._at
        first = self._text[start]
        if first == "[":
            self._list(path)
        elif first == "{":
            self._table(path)
        elif first in "\"'":
            self._string()
        else:
            self._skip(_SCALAR)
            self._at = start + len(self._text[start : self._at].rstrip())
        self.places.values[path] = (start, self._at)

    def _list(self, path: Path) -> None:
        self.places.arrays.add(path)
        self._at += 1
        number = 0
        while self._text[self._skip(_BLANK)] != "]":
            self._mark((*path, number), self._line())
            self._value((*path, number))
            number += 1
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1

    def _table(self, path: Path) -> None:
        self.places.inline_tables.add(path)
        self._at += 1
        while self._text[self._skip(_BLANK)] != "}":
            self._pair(path, inline=True)
            self._skip(_BLANK)
            if self._text[self._at] == ",":
                self._at += 1
        self._at += 1

    def _string(self) -> None:
        for pattern in _STRINGS:
            found = pattern.match(self._text, self._at)
            if found is not None:
                self._at = found.end()
                return
        raise ValueError("a string without end")


def _unquoted(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1]

    def plain(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _SHORT[found[3]]

    return _ESCAPE.sub(plain, text[1:-1])
