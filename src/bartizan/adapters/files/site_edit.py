"""Changes of the one grammar, written into the text of a site file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from bartizan.adapters.files import toml_edit
from bartizan.errors import ChangeError
from bartizan.site.changes import apply, parse_change, path_of
from bartizan.site.entries import TABLES
from bartizan.site.model import Change

_MARK = "\ufeff"


def edited(text: str, changes: Iterable[Change | Mapping[str, Any]]) -> str:
    """The text of a site file with the changes; what no change touches stays as it is, to the letter.

    Raises ChangeError where a change has no place, two touch one key, or the text is written in a way that cannot
    be cut without loss.
    """
    mark = _MARK if text.startswith(_MARK) else ""
    text = text.removeprefix(_MARK)
    parsed = [parse_change(change) for change in changes]
    meant = apply(tomllib.loads(text), parsed)
    for change in parsed:
        text = _edited_once(text, change)
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        said = {}
    if _without_empty_lists(said) != _without_empty_lists(meant):
        raise ChangeError("the file is written in a way that cannot be changed without loss. Change it by hand")
    return mark + text


def _without_empty_lists(document: Any) -> Any:
    """A list that has lost its last thing says the same as none."""
    if isinstance(document, dict):
        parts = {key: _without_empty_lists(part) for key, part in document.items()}
        return {key: part for key, part in parts.items() if part != []}
    return [_without_empty_lists(part) for part in document] if isinstance(document, list) else document


def _edited_once(text: str, change: Change) -> str:
    document = tomllib.loads(text)
    path = path_of(document, change)
    if change.add:
        thing = next(iter(change.add.values()))
        if path[-1] in TABLES:
            return toml_edit.add_table(text, path, thing)
        return toml_edit.add(text, path, thing)
    if change.remove:
        return toml_edit.remove(text, path)
    holder: Any = document
    for step in path:
        holder = holder[step]
    return toml_edit.set_keys(text, path, change.set, holder)
