"""Changes to a TOML text that leave every other letter where it was.

tomlkit spells the values. The cuts are made here, because tomlkit moves [[tables]] that stand between others of
another name, and puts new keys behind a comment that belongs to the next table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import tomlkit

from bartizan.adapters.files.toml_places import Header, Pair, Path, Places, toml_places

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_EMPTY_LINE = re.compile(r"[ \t]*\r?\n")
# lists of tables that stand in a site file as [[kind.list]] and not in brackets
_OPEN_LISTS = ("way", "crossing_between", "deployment_to")


def spelt_key(key: str) -> str:
    """A key as TOML writes it."""
    return key if _BARE.fullmatch(key) else tomlkit.string(key).as_string()


def spelt(value: Any) -> str:
    """A value on one line, as TOML writes it."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{spelt_key(key)} = {spelt(part)}" for key, part in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(spelt(part) for part in value)}]"
    return str(tomlkit.item(value).as_string())


def set_keys(text: str, path: Path, values: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """The text with keys of the table at `path` set; `before` is what the table held."""
    for key, value in values.items():
        text = _set(text, (*path, key), value, before.get(key))
    return text


def _set(text: str, path: Path, value: Any, before: Any) -> str:
    if before == value and isinstance(before, bool) == isinstance(value, bool):
        return text
    if before is None:
        return _insert(text, path, value)
    if isinstance(before, dict) and isinstance(value, dict) and before and value:
        for key in before:
            if key not in value:
                text = remove(text, (*path, key))
        return set_keys(text, path, value, before)
    places = toml_places(text)
    if path in places.values:
        start, end = places.values[path]
        return text[:start] + spelt(value) + text[end:]
    return _insert(remove(text, path), path, value)


def _insert(text: str, path: Path, value: Any) -> str:
    """The text with a new key, in the table that holds it, after the keys that are there."""
    places = toml_places(text)
    holder = _holder(places, path[:-1])
    key = ".".join(spelt_key(str(step)) for step in path[len(holder) :])
    if holder in places.inline_tables:
        return _insert_inline(text, places, holder, f"{key} = {spelt(value)}")
    newline = _newline(text)
    header = _header_at(places, holder)
    own = [pair for pair in places.pairs if pair.holder == holder and not pair.inline]
    if own:
        last = max(own, key=lambda pair: pair.end)
        indent = text[_line_start(text, last.start) : last.start]
        at = last.end
    else:
        indent = text[_line_start(text, header.start) : header.start] if header is not None else ""
        at = header.end if header is not None else 0
    if header is None and not own:
        return f"{key} = {spelt(value)}{newline}{text}"
    cut = _line_end(text, at)
    return f"{text[:cut]}{newline}{indent}{key} = {spelt(value)}{text[cut:]}"


def _insert_inline(text: str, places: Places, holder: Path, pair: str) -> str:
    start, end = places.values[holder]
    own = [other.end for other in places.pairs if other.holder == holder and other.inline]
    if own:
        return f"{text[: max(own)]}, {pair}{text[max(own) :]}"
    return f"{text[:start]}{{ {pair} }}{text[end:]}"


def _holder(places: Places, path: Path) -> Path:
    """The nearest table around a key that stands in the text by itself: [table], inline table, or the file."""
    while path and path not in places.inline_tables and _header_at(places, path) is None:
        path = path[:-1]
    return path


def _header_at(places: Places, path: Path) -> Header | None:
    return next((header for header in places.headers if header.path == path), None)


def remove(text: str, path: Path) -> str:
    """The text without what stands at a path: a key, an item of a list, a table with all that is in it."""
    places = toml_places(text)
    if path in places.values and isinstance(path[-1], int):
        return _remove_item(text, places, path)
    pairs = [pair for pair in places.pairs if _within(pair.path, path) and not _within(pair.holder, path)]
    for pair in pairs:
        if pair.inline:  # its commas depend on what is left, so the rest is looked up again
            start, end = _inline_cut(places, pair)
            return remove(text[:start] + text[end:], path)
    cuts = [(_line_start(text, pair.start), _next_line(text, pair.end)) for pair in pairs]
    cuts += [_header_cut(text, places, header) for header in places.headers if _within(header.path, path)]
    for start, end in sorted(cuts, reverse=True):
        text = text[:start] + text[end:]
    return text


def _within(path: Path, around: Path) -> bool:
    return path[: len(around)] == around


def _inline_cut(places: Places, pair: Pair) -> tuple[int, int]:
    """A pair of an inline table with the comma that falls away with it."""
    siblings = [one for one in places.pairs if one.holder == pair.holder and one.inline]
    before = [one.end for one in siblings if one.end <= pair.start]
    after = [one.start for one in siblings if one.start >= pair.end]
    if before:
        return max(before), pair.end
    return pair.start, min(after, default=pair.end)


def _header_cut(text: str, places: Places, header: Header) -> tuple[int, int]:
    """A table with its header, its keys and a blank line that follows, but not the comments of the next one."""
    limit = min((other.start for other in places.headers if other.start > header.start), default=len(text))
    ends = [pair.end for pair in places.pairs if header.end <= pair.start < limit]
    end = _next_line(text, max([header.end, *ends]))
    blank = _EMPTY_LINE.match(text, end)
    return _line_start(text, header.start), blank.end() if blank is not None else end


def _remove_item(text: str, places: Places, path: Path) -> str:
    """Cut an item of a list and the comma behind it; a comma before the last item may stay, and comments do."""
    start, end = places.values[path]
    comma = _BLANK.match(text, end)
    at = comma.end() if comma is not None else end
    if text[at] == ",":
        text = text[:at] + text[at + 1 :]
    rest = text[end:]
    head = text[:start]
    line = head[head.rfind("\n") + 1 :]
    alone = _EMPTY_LINE.match(rest)
    if not line.strip() and alone is not None:
        return head[: len(head) - len(line)] + rest[alone.end() :]
    return head.rstrip(" \t") + rest if rest.startswith("]") else head + rest.lstrip(" \t")


def add(text: str, path: Path, thing: Mapping[str, Any]) -> str:
    """The text with a new table at the end of the list at `path`."""
    places = toml_places(text)
    if path in places.arrays:
        return _add_item(text, places, path, spelt(thing))
    if path[:-1] in places.inline_tables:
        return _insert(text, path, [thing])
    siblings = [header for header in places.headers if header.path[:-1] == path]
    indent = text[_line_start(text, siblings[-1].start) : siblings[-1].start] if siblings else ""
    lines = [indent + line for line in _block([str(step) for step in path if isinstance(step, str)], thing)]
    return _add_block(text, _end_of(text, places, path if siblings else path[:-1]), lines)


def add_table(text: str, path: Path, thing: Mapping[str, Any]) -> str:
    """The text with a new [table] at its end."""
    lines = [f"[{'.'.join(spelt_key(str(step)) for step in path)}]"]
    lines += [f"{spelt_key(key)} = {spelt(value)}" for key, value in thing.items()]
    return _add_block(text, len(text.rstrip()), lines)


def _add_block(text: str, cut: int, lines: list[str]) -> str:
    newline = _newline(text)
    gap = newline * 2 if text[:cut] else ""
    return f"{text[:cut]}{gap}{newline.join(lines)}{text[cut:] or newline}"


def _add_item(text: str, places: Places, path: Path, item: str) -> str:
    """A new last item of a list in brackets: on a line of its own where the last one stands on one."""
    spans = [span for one, span in places.values.items() if len(one) == len(path) + 1 and _within(one, path)]
    start, end = places.values[path]
    if not spans:
        return f"{text[:start]}[{item}]{text[end:]}"
    start, end = max(spans)
    indent = text[_line_start(text, start) : start]
    if indent.strip():
        return f"{text[:end]}, {item}{text[end:]}"
    blank = _BLANK.match(text, end)
    comma = blank.end() if blank is not None else end
    ended = text[comma] == ","
    cut = _line_end(text, comma if ended else end)
    if "]" in text[end:cut].partition("#")[0]:
        return f"{text[:end]}, {item}{text[end:]}"
    line = f"{_newline(text)}{indent}{item}"
    if ended:
        return f"{text[:cut]}{line},{text[cut:]}"
    return f"{text[:end]},{text[end:cut]}{line}{text[cut:]}"


def _end_of(text: str, places: Places, around: Path) -> int:
    """The end of the last line of the tables at or within a path; of the text, where the path is the file."""
    if not around:
        return len(text.rstrip())
    ends = [header.end for header in places.headers if _within(header.path, around)]
    ends += [pair.end for pair in places.pairs if _within(pair.holder, around)]
    return _line_end(text, max(ends)) if ends else len(text.rstrip())


def _block(steps: list[str], thing: Mapping[str, Any]) -> list[str]:
    """The lines of a [[table]], with its own lists of tables below it."""
    lines = [f"[[{'.'.join(spelt_key(step) for step in steps)}]]"]
    nested = {key: value for key, value in thing.items() if key in _OPEN_LISTS and isinstance(value, list) and value}
    lines += [f"{spelt_key(key)} = {spelt(value)}" for key, value in thing.items() if key not in nested]
    for key, listed in nested.items():
        for inner in listed:
            lines += _block([*steps, key], inner)
    return lines


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _next_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _line_end(text: str, at: int) -> int:
    """The end of the line without its line break."""
    end = text.find("\n", at)
    if end < 0:
        return len(text)
    return end - 1 if end > at and text[end - 1] == "\r" else end
