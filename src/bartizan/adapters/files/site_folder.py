"""The folder of a site for who edits it: its text read, checked, changed and written, comments kept."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bartizan.adapters.files import toml_edit
from bartizan.adapters.files.site_edit import edited
from bartizan.adapters.files.site_text import parse_text, read_text, site_file, site_of
from bartizan.adapters.files.whole import write_whole
from bartizan.app.editing.ports import Checked
from bartizan.errors import ChangeError, Fault, InputError, SiteFileError

LONGEST = 8_000  # characters of one value


class SiteFolderFiles:
    """The site file at `path`, a site folder or a site.toml, with the files that it names beside it."""

    def __init__(self, path: Path) -> None:
        self._path = site_file(path)

    def read(self) -> str:
        """The text of the site file. Raises SiteFileError where it cannot be read."""
        return read_text(self._path).text

    def check(self, text: str) -> Checked:
        """What a text says, with every fault and its line; faults name the file without its folder."""
        try:
            read = parse_text(self._path, text)
        except SiteFileError as error:
            return Checked(None, _named(error.faults), {})
        try:
            return Checked(site_of(read), (), read.document)
        except SiteFileError as error:
            return Checked(None, _named(error.faults), read.document)

    def edited(self, text: str, changes: Sequence[Mapping[str, Any]]) -> str:
        """The text with changes. Raises ChangeError."""
        return edited(text, changes)

    def spelt(self, value: Any) -> str:
        """A value as TOML writes it, on one line."""
        return toml_edit.spelt(value)

    def value(self, spelt: str) -> Any:
        """The value of one line of TOML. Raises ChangeError where it is none, or more than one."""
        if len(spelt) > LONGEST:
            raise ChangeError(f"a value of {len(spelt)} characters is too long. Change it in the file")
        try:
            document = tomllib.loads(f"value = {spelt}\n")
        except (tomllib.TOMLDecodeError, RecursionError, ValueError):
            document = {}
        if list(document) != ["value"]:
            raise ChangeError('this is no value. Write a number, "text" in quotes, true, [a, list] or { key = value }')
        return document["value"]

    def write(self, before: str, after: str) -> None:
        """Put `after` in the place of `before`. Raises InputError where the file is another by now."""
        if self.read() != before:
            raise InputError(
                "site.toml was changed by somebody else in the meantime. Begin again from what it says now"
            )
        write_whole(self._path, after)


def _named(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults with the name of their file alone: where a site lies on the machine is nobody's business."""
    return tuple(replace(fault, file=Path(fault.file).name) for fault in faults)
