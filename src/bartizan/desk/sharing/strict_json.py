"""JSON from strangers: bounded in size and depth, every key once, no NaN, in UTF-8."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any


def read_json(content: bytes, *, largest: int, deepest: int) -> Any:
    """What these bytes hold, at most `largest` bytes and `deepest` lists and objects within one another.

    Errors: ValueError in words, with the cure.
    """
    if len(content) > largest:
        raise ValueError(f"it has {len(content):,} bytes, more than {largest:,}. Ask for it in parts")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise ValueError(f"it is not UTF-8 ({fault.reason} at byte {fault.start}). Ask for UTF-8") from fault
    try:
        body = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as fault:
        raise ValueError(f"it is nested deeper than {deepest}. It is not read") from fault
    except ValueError as fault:
        raise ValueError(f"it is no JSON: {fault!s:.200}") from fault
    if not _shallow(body, deepest):
        raise ValueError(f"it is nested deeper than {deepest}. It is not read")
    return body


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"the key {twice!r:.60} stands twice in one object")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")


def _shallow(body: Any, deepest: int) -> bool:
    level = [body]
    for _ in range(deepest):
        level = [
            inner
            for one in level
            if isinstance(one, (dict, list))
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return True
    return False
