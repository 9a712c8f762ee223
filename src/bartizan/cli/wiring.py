"""Where adapters are built, and the only place: each is imported when it is asked for, so that verbs start fast."""

# ruff: noqa: PLC0415 - a verb must not pay for the parts of another

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bartizan.app.study import Study
    from bartizan.assess.timeline import Task
    from bartizan.site.site import Site


def load_site(path: Path) -> Site:
    """The site in a site folder or a site.toml; SiteFileError with every fault."""
    from bartizan.adapters.files.site import load_site as load

    return load(path)


def new_site(path: Path) -> None:
    """Start a site folder from the commented template."""
    from bartizan.adapters.files.site import new_site as new

    new(path)


def site_schema() -> Mapping[str, Any]:
    """The JSON Schema of site.toml."""
    from bartizan.adapters.files.site import site_schema as schema

    return schema()


def read_sheet(path: Path) -> tuple[Task, ...]:
    """The tasks of an EASI sheet; SheetError with every fault."""
    from bartizan.adapters.files.sheet import read_sheet as read

    return read(path)


def write_report(study: Study, path: Path) -> None:
    """Write the assessment as a self-contained page, whole or not at all."""
    from bartizan.adapters.report.assessment import write

    write(study, path)
