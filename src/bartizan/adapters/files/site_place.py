"""Where in its file a thing of a site stands: what a finding is about, as a file and a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bartizan.adapters.files.site_text import SiteText, read_text, site_file, site_of
from bartizan.site.site import Site


def load_with_places(path: str | Path) -> tuple[Site, Callable[[str], int]]:
    """The site, and the line of its file at which an address such as "element/gate/way/force" stands.

    An address that the file does not hold, such as "site", has the line of the nearest thing that it does hold, or 0.
    Raises SiteFileError with every fault.
    """
    read = read_text(site_file(path))
    site = site_of(read)
    return site, lambda about: _line(read, about)


def _line(read: SiteText, about: str) -> int:
    steps = about.partition(":")[0].split("/")
    keys: list[str | int] = [steps[0]]
    here = read.document.get(steps[0])
    for kind, name in zip(steps[::2], steps[1::2], strict=False):
        entries = here if kind == steps[0] else here.get(kind) if isinstance(here, dict) else None
        index = next((i for i, entry in enumerate(entries or ()) if entry.get("id") == name), None)
        if index is None or entries is None:
            break
        keys += [index] if kind == steps[0] else [kind, index]
        here = entries[index]
    return read.places.line(tuple(keys))
