"""Where what belongs to a site and is no part of it lies: journal, accounts, orders, messages that wait."""

from __future__ import annotations

from pathlib import Path

from bartizan.errors import InputError

DATA = ".bartizan-data"


def data_folder(site: Path, given: Path | None) -> Path:
    """As given, or beside the site folder; never in it."""
    folder = site.resolve()
    folder = folder.parent if folder.is_file() else folder
    if given is None:
        return folder.with_name(folder.name + DATA)
    if given.resolve().is_relative_to(folder):
        raise InputError(
            f"--data {given}: lies in the site folder, which is handed on and compared; journal and accounts are not. "
            "Give a folder beside it"
        )
    return given.resolve()
