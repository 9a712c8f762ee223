"""The site file that the desk's proposals are written to: changed in its own text, and replaced in one step."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Sequence
from pathlib import Path

from bartizan.adapters.files.site_edit import edited
from bartizan.adapters.files.site_text import parse_text, read_text, site_file, site_of
from bartizan.adapters.files.whole import write_whole
from bartizan.app.figures.proposals import Draft
from bartizan.errors import InputError
from bartizan.site.model import Change


class SiteProposalFile:
    """The `site.toml` at a path, or in the folder at that path."""

    def __init__(self, site: Path) -> None:
        self.path = site_file(site)

    def digest(self) -> str:
        """SHA-256 of its text. Errors: SiteFileError where it cannot be read."""
        return _digest(read_text(self.path).text)

    def draft(self, changes: Sequence[Change]) -> Draft:
        """What it would be with the changes; comments, order and all that no change touches stay.

        Errors: SiteFileError with every fault, of the file as it is or as it would be; ChangeError.
        """
        read = read_text(self.path)
        before = read.text
        site = site_of(read)
        after = edited(before, changes)
        changed = site_of(parse_text(self.path, after))
        lines = difflib.unified_diff(
            before.splitlines(), after.splitlines(), self.path.name, self.path.name, lineterm="", n=1
        )
        return Draft(before=_digest(before), after=_digest(after), lines=tuple(lines), site=site, changed=changed)

    def write(self, changes: Sequence[Change], before: str, after: str) -> None:
        """Write it, from exactly the one text to exactly the other. Errors: InputError where it is another by now."""
        text = read_text(self.path).text
        meant = edited(text, changes) if _digest(text) == before else ""
        if _digest(meant) != after:
            raise InputError(f"{self.path}: was changed by somebody else in the meantime. Look at it, and try again")
        write_whole(self.path, meant)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
