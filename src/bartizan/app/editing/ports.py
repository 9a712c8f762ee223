"""Where the text of a site lies, and how it is read, changed and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bartizan.errors import Fault
from bartizan.site.site import Site


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text of a site says: the site, or None and its faults; its document as far as it is one."""

    site: Site | None
    faults: tuple[Fault, ...]
    document: Mapping[str, Any]


class SiteFolder(Protocol):
    """The folder of one site."""

    def read(self) -> str:
        """The text of the site file as it lies there. Raises SiteFileError where it cannot be read."""
        ...

    def check(self, text: str) -> Checked:
        """Read a text as the site file would be read: every fault with its line. Never raises for the text."""
        ...

    def edited(self, text: str, changes: Sequence[Mapping[str, Any]]) -> str:
        """The text with changes of the one grammar; comments and what no change touches stay. Raises ChangeError."""
        ...

    def spelt(self, value: Any) -> str:
        """A value as the file writes it, on one line."""
        ...

    def value(self, spelt: str) -> Any:
        """The value of a spelling. Raises ChangeError where it is none."""
        ...

    def write(self, before: str, after: str) -> None:
        """Put `after` in the place of `before`, whole. Raises InputError where the file is no longer `before`."""
        ...
