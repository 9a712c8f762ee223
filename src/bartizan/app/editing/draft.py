"""A draft of the site file: one person's changes, checked, taken back, made again, shown, saved."""

from __future__ import annotations

import difflib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Any

from bartizan.app.editing.ports import Checked, SiteFolder
from bartizan.errors import ChangeError
from bartizan.site.site import Site

MAX_STEPS = 200  # changes that can be taken back
MAX_DRAFTS = 16  # people who edit at once; the draft least lately used goes first

Saved = Callable[[Site], object]


class Draft:
    """The changes of one person, on the text as it lay in the folder when they began.

    `saved` is told the site that was written. A draft may have faults on the way from one good site to another; it is
    saved only without.
    """

    def __init__(self, folder: SiteFolder, saved: Saved = lambda _site: None) -> None:
        self._folder, self._saved = folder, saved
        self._lock = Lock()
        self._base = folder.read()
        self._texts = [self._base]
        self._at = 0
        self._known: tuple[str, Checked] | None = None

    @property
    def text(self) -> str:
        """The text of the draft."""
        return self._texts[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return self._at + 1 < len(self._texts)

    @property
    def changed(self) -> bool:
        """Whether it says anything else than the folder did."""
        return self.text != self._base

    def checked(self) -> Checked:
        """What the draft says, with every fault."""
        with self._lock:
            text = self.text
            if self._known is None or self._known[0] != text:
                self._known = (text, self._folder.check(text))
            return self._known[1]

    def tried(self, changes: Sequence[Mapping[str, Any]]) -> Checked:
        """What it would say with changes; the draft stays as it is. Raises ChangeError."""
        return self._folder.check(self._folder.edited(self.text, changes))

    def change(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Make changes, as one step. Raises ChangeError where one has no place; nothing is changed then."""
        with self._lock:
            text = self._folder.edited(self.text, changes)
            if text == self.text:
                return
            self._texts = [*self._texts[: self._at + 1], text][-MAX_STEPS - 1 :]
            self._at = len(self._texts) - 1

    def undo(self) -> None:
        """Take the last step back."""
        with self._lock:
            self._at = max(0, self._at - 1)

    def redo(self) -> None:
        """Make the step again that was taken back."""
        with self._lock:
            self._at = min(len(self._texts) - 1, self._at + 1)

    def lines(self) -> tuple[str, ...]:
        """The lines that saving would change, as a unified difference."""
        old, new = self._base.splitlines(), self.text.splitlines()
        return tuple(difflib.unified_diff(old, new, "site.toml", "site.toml", lineterm="", n=2))

    def save(self) -> None:
        """Write the draft into the folder, and go on from there.

        Raises ChangeError where it has faults, InputError where somebody else changed the file meanwhile.
        """
        checked = self.checked()
        if checked.site is None:
            raise ChangeError(f"the site has {len(checked.faults)} faults. Mend them first: {checked.faults[0]}")
        with self._lock:
            self._folder.write(self._base, self.text)
            self._base = self.text
            self._texts, self._at = [self._base], 0
        self._saved(checked.site)


class Drafts:
    """The drafts of those who edit, by name. `saved` is told the site that somebody saved, and who."""

    def __init__(self, folder: SiteFolder, saved: Callable[[Site, str], object] = lambda _site, _by: None) -> None:
        self.folder, self._saved = folder, saved
        self._drafts: OrderedDict[str, Draft] = OrderedDict()
        self._lock = Lock()

    def of(self, user: str) -> Draft:
        """The draft of this person, begun where there is none."""
        with self._lock:
            draft = self._drafts.pop(user, None) or Draft(self.folder, lambda site: self._saved(site, user))
            self._drafts[user] = draft
            while len(self._drafts) > MAX_DRAFTS:
                self._drafts.popitem(last=False)
            return draft

    def begin_again(self, user: str) -> Draft:
        """Forget what this person has changed, and read the folder anew."""
        with self._lock:
            self._drafts.pop(user, None)
        return self.of(user)
