"""The folder of a draft: plan.geojson and site.toml, written into a folder that is new or empty, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bartizan.adapters.files.site import load_site
from bartizan.adapters.files.site_text import SITE_FILE
from bartizan.adapters.files.whole import write_whole
from bartizan.errors import InputError
from bartizan.site.site import Site

PLAN_FILE = "plan.geojson"


def refuse_folder(folder: Path) -> None:
    """Say what would keep a draft from being written, before the plan is read. Raises InputError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: there is something already. Name a folder that is new or empty")
    if not folder.exists() and not folder.resolve().parent.is_dir():
        raise InputError(f"{folder}: there is no folder {folder.resolve().parent}. Make it, or name another")


def write_draft(folder: Path, plan: Mapping[str, Any], site: str) -> Site:
    """Write both files and return the site that they describe, read back. Raises InputError as `refuse_folder`."""
    refuse_folder(folder)
    folder.mkdir(exist_ok=True)
    write_whole(folder / PLAN_FILE, plan_text(plan))
    write_whole(folder / SITE_FILE, site)
    return load_site(folder)


def plan_text(plan: Mapping[str, Any]) -> str:
    """A plan as text, one feature a line, so that a person finds one and a comparison shows one."""
    head = {key: value for key, value in plan.items() if key != "features"}
    lines = [json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in plan["features"]]
    opening = json.dumps(head, ensure_ascii=False, allow_nan=False)[:-1]
    return opening + ',\n"features": [\n' + ",\n".join(lines) + "\n]}\n"
