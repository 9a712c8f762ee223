"""Where each value of a JSON text stands: its path to its line; keys given twice are found on the way.

The text has been read by `json` already, so this walk need not judge it, only follow it.
"""

from __future__ import annotations

import json
import re

Path = tuple[str | int, ...]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def json_lines(text: str) -> tuple[dict[Path, int], list[Path]]:
    """The line, counted from 1, of every value of a JSON text that is valid, and the keys that are given twice."""
    lines: dict[Path, int] = {}
    twice: list[Path] = []
    # each open bracket: its path, and the number of the next item, or None in an object
    stack: list[tuple[Path, int | None]] = []
    key: str | None = None
    offset, line = 0, 1
    for token in _TOKEN.finditer(text):
        line += text.count("\n", offset, token.start())
        offset = token.start()
        word = token[0]
        if word in "}]":
            stack.pop()
        elif word in ",:":
            continue
        elif stack and stack[-1][1] is None and key is None:
            key = json.loads(word)
        else:
            path = _path(stack, key)
            if key is not None and path in lines:
                twice.append(path)
            lines[path] = line
            key = None
            if word in "{[":
                stack.append((path, None if word == "{" else 0))
    return lines, twice


def _path(stack: list[tuple[Path, int | None]], key: str | None) -> Path:
    if not stack:
        return ()
    parent, number = stack[-1]
    if number is None:
        return (*parent, key or "")
    stack[-1] = (parent, number + 1)
    return (*parent, number)
