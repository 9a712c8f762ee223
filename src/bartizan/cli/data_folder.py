"""Where what belongs to a site and is no part of it lies: journal, accounts, orders, messages that wait."""

from __future__ import annotations

from pathlib import Path

from bartizan.errors import InputError

DATA = ".bartizan-data"


def data_folder(site: Path, given: Path | None, *, read: bool = False) -> Path:
    """As given, or beside the site folder; never in it.

    `read`: it is only looked into, so that one that was given and is not there is a slip and no fresh beginning.
    """
    folder = site.resolve()
    folder = folder.parent if folder.is_file() else folder
    if given is None:
        return folder.with_name(folder.name + DATA)
    if given.resolve().is_relative_to(folder):
        raise InputError(
            f"--data {given}: lies in the site folder, which is handed on and compared; journal and accounts are not. "
            "Give a folder beside it"
        )
    if read and not given.is_dir():
        raise InputError(f"--data {given}: there is no such folder. Give the one that the desk or the watch was given")
    return given.resolve()
