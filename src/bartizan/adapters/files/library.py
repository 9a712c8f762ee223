"""The scenarios of a site: the files in the folder `scenarios` beside its site.toml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bartizan.adapters.files.scenario import read_scenario
from bartizan.drill.scenario import Scenario
from bartizan.errors import UnknownIdError

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
        # asked of the list and never put together from a name, so that no name leads out of the folder
        if name not in self.names():
            known = ", ".join(self.names()) or f"none; put files into {self._folder}"
            raise UnknownIdError(f"there is no scenario {name!r:.60}. There are: {known}")
        return read_scenario(self._folder / f"{name}.toml")
