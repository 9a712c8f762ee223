"""The site folder: loaded whole or not at all, changed without loss, begun from a template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bartizan.adapters.files.site_edit import edited
from bartizan.adapters.files.site_template import PLAN, SITE
from bartizan.adapters.files.site_text import SITE_FILE, parse_text, read_text, site_file, site_of
from bartizan.adapters.files.whole import write_whole
from bartizan.errors import ChangeError, InputError, SiteFileError
from bartizan.site.entries import SiteDocument
from bartizan.site.model import Change
from bartizan.site.site import Site


def load_site(path: str | Path) -> Site:
    """The site in a folder with a site.toml, or in a file.

    Raises SiteFileError with every fault of the folder; of a file that is not TOML or not JSON, with the first.
    """
    return site_of(read_text(site_file(path)))


def write_changes(path: str | Path, changes: Iterable[Change | Mapping[str, Any]]) -> Site:
    """Write changes into the site.toml of a folder, and return the site that it then describes.

    Comments, order and every line that no change touches stay as they are. The new text is read back and checked
    before it takes the old one's place, in one step. Raises SiteFileError where the file has faults already, and
    ChangeError where a change has no place or would make a site with faults; the file is then as it was.
    """
    place = site_file(path)
    before = read_text(place)
    site_of(before)
    text = edited(before.text, changes)
    try:
        site = site_of(parse_text(place, text))
    except SiteFileError as error:
        raise ChangeError(f"the changes would make a site with faults:\n{error}") from error
    if text != before.text:
        write_whole(place, text)
    return site


def new_site(path: str | Path) -> None:
    """Begin a site folder from a commented template. Raises InputError where there is something already."""
    folder = Path(path)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: there is something already. Name a folder that is new or empty")
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "plan.geojson", PLAN)
    write_whole(folder / SITE_FILE, SITE)


def site_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of site.toml; what it cannot say, such as which ids exist, `load_site` checks."""
    schema = SiteDocument.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": SITE_FILE}
