"""What `bartizan watch` and `bartizan desk` are given to watch, and where they may write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from bartizan.errors import InputError, MissingPartError
from bartizan.site.site import Site


class Pair(click.ParamType[tuple[str, str]]):
    """ID=FILE, or another thing that belongs to a camera."""

    def __init__(self, what: str = "FILE", words: str = "a file") -> None:
        self.name = f"ID={what}"
        self._words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the first equals sign."""
        if isinstance(value, tuple):
            return value
        camera, sign, thing = str(value).partition("=")
        if not (camera and sign and thing):
            self.fail(f"{value!r} is not {self.name}: the id of a camera of the site, '=', {self._words}", param, ctx)
        return camera, thing


CAMERA = Pair("SOURCE", "a file or the address of a stream")


def pairs(option: str, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What was given by camera; UsageError where a camera is named twice."""
    found = dict(given)
    if len(found) < len(given):
        raise click.UsageError(f"{option}: a camera is named twice")
    return found


def sources(site: Site) -> dict[str, str]:
    """The cameras of the site that say where their pictures come from."""
    found = {camera.id: camera.source for camera in site.cameras if camera.source is not None}
    if not found:
        raise MissingPartError("there is nothing to watch. Give --camera ID=SOURCE, --tracks or --detections")
    return found


def check_out(option: str, out: Mapping[str, str], files: Mapping[str, str], site: Path) -> None:
    """What would keep the files from being written is said before an hour is spent on what is in them."""
    kept = {Path(file).resolve() for file in files.values()} | {site.resolve(), (site / "site.toml").resolve()}
    if len(set(out.values())) < len(out):
        raise click.UsageError(f"{option}: each camera needs a file of its own")
    for name, file in out.items():
        if name not in files:
            raise click.UsageError(f"{option}: camera '{name}' is not watched")
        place = Path(file)
        if not place.parent.is_dir() or (place.exists() and not place.is_file()):
            raise InputError(
                f"{option} {file}: cannot be written: its folder is missing, or no plain file is there. Name another"
            )
        if place.resolve() in kept:
            raise InputError(f"{option} {file}: cannot be written: it is what is read, and would be lost. Name another")
