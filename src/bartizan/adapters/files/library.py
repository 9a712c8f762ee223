"""The scenarios of a site: the files in the folder `scenarios` beside its site.toml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bartizan.adapters.files.scenario import LARGEST, read_scenario, read_text, scenario_of
from bartizan.adapters.files.whole import write_whole
from bartizan.drill.scenario import Scenario
from bartizan.errors import Fault, InputError, ScenarioError, UnknownIdError

FOLDER = "scenarios"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class ScenarioFolder:
    """The library of the site in a folder (or whose site.toml is given). A site without the folder has no scenario."""

    def __init__(self, site: Path) -> None:
        self._folder = (site if site.is_dir() else site.parent) / FOLDER

    def names(self) -> Sequence[str]:
        """The names of the files, less ".toml", in order; other files are none of ours."""
        if not self._folder.is_dir():
            return ()
        found = (file.stem for file in self._folder.glob("*.toml") if file.is_file())
        return tuple(sorted(name for name in found if _NAME.fullmatch(name)))

    def read(self, name: str) -> Scenario:
        """One scenario. Errors: UnknownIdError where there is none; ScenarioError with every fault of its file."""
        return read_scenario(self._place(name))

    def text(self, name: str) -> str:
        """The text of one scenario. Errors: UnknownIdError; ScenarioError where it is no text."""
        return read_text(self._place(name))

    def check(self, text: str) -> Scenario:
        """The scenario that a text would be. Errors: ScenarioError with every fault, each with its line."""
        if len(text.encode()) > LARGEST:
            fault = Fault("scenario", 0, "", "", "is larger than 1 MB", "Cut it into several scenarios")
            raise ScenarioError([fault])
        return scenario_of(text, Path("scenario"))

    def write(self, name: str, text: str, before: str | None) -> None:
        """Keep a text as scenario `name`, whole or not at all, if it is one.

        `before`: the text that was edited, None for a new scenario. Errors: ScenarioError; InputError where the name
        is none, or where the file has changed since `before` was read.
        """
        self.check(text)
        if not _NAME.fullmatch(name):
            raise InputError(f"{name!r:.60} is no name for a scenario. Give small letters, digits and hyphens")
        now = self.text(name) if name in self.names() else None
        if now != before:
            why = "is there already" if before is None else "was changed by somebody else meanwhile"
            raise InputError(f"scenario {name} {why}. Open it again, or give another name")
        try:
            self._folder.mkdir(exist_ok=True)
            write_whole(self._folder / f"{name}.toml", text)
        except OSError as error:
            raise InputError(f"{self._folder}: cannot be written: {error.strerror}. Give the desk the right") from error

    def _place(self, name: str) -> Path:
        # asked of the list and never put together from a name, so that no name leads out of the folder
        if name not in self.names():
            known = ", ".join(self.names()) or f"none; put files into {self._folder}"
            raise UnknownIdError(f"there is no scenario {name!r:.60}. There are: {known}")
        return self._folder / f"{name}.toml"
