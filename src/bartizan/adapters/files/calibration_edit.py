"""A new calibration written into a site folder: shown first, written whole, checked before it replaces anything."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bartizan.adapters.files.calibration import pinhole_yaml, read_model
from bartizan.adapters.files.site_edit import edited
from bartizan.adapters.files.site_text import parse_text, read_attachments, read_text, site_file
from bartizan.adapters.files.whole import refuse_place, write_whole
from bartizan.errors import InputError, SiteFileError
from bartizan.geometry.spread import Spread
from bartizan.site import build
from bartizan.site.attachments import attachment_key

MARK = "%YAML:1.0\n---\n# camera calibrated from walkers"
"""How a calibration begins that may be written over: only our own."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be written: the site file as it was read and as it would be, and a calibration beside it or None."""

    path: Path
    before: str
    after: str
    beside: tuple[Path, str] | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that would change, as a unified difference."""
        old, new = self.before.splitlines(), self.after.splitlines()
        return tuple(difflib.unified_diff(old, new, self.path.name, self.path.name, lineterm="", n=1))

    def write(self) -> None:
        """Write it. Raises InputError where the site file was changed in the meantime: nothing is written then."""
        if read_text(self.path).text != self.before:
            raise InputError(f"{self.path}: was changed by somebody else in the meantime. Look at it, and try again")
        if self.beside is not None:
            refuse_place(self.beside[0], MARK)
            write_whole(*self.beside)
        write_whole(self.path, self.after)


def propose_points(site: Path, camera: str, points: Sequence[Sequence[float]], more: Mapping[str, Any]) -> Proposal:
    """`model = { points = [...] }` for a camera; `more` are other keys of it, such as lens or size.

    `points` are in the plan's own coordinates. Raises SiteFileError where the site would not read with them.
    """
    model: dict[str, Any] = {"points": [[float(value) for value in row] for row in points]}
    keys = dict(more)
    if keys.pop("lens", False):
        model["lens"] = True
    return _proposal(site, camera, {"model": model, **keys})


def propose_walkers(site: Path, camera: str, model: Spread, about: Sequence[str], more: Mapping[str, Any]) -> Proposal:
    """`model = { pinhole = ... }` for a camera, with the file beside the site that holds it and its doubt."""
    path = site_file(site)
    name = f"{camera}-walkers.yaml"
    folder = "cameras/" if (path.parent / "cameras").is_dir() else ""
    beside = path.parent / f"{folder}{name}"
    refuse_place(beside, MARK)
    text = pinhole_yaml(model.model, model.others, (f"camera calibrated from walkers: {camera}", *about))
    keys = {"model": {"pinhole": f"{folder}{name}", "unit": "m"}, **more}
    return _proposal(site, camera, keys, (beside, text))


def _proposal(site: Path, camera: str, keys: Mapping[str, Any], beside: tuple[Path, str] | None = None) -> Proposal:
    path = site_file(site)
    before = read_text(path).text
    after = edited(before, [{"at": f"camera/{camera}", "set": dict(keys)}])
    if beside is None:
        _check(path, after, {})
    else:
        with TemporaryDirectory() as folder:
            passing = Path(folder) / "camera.yaml"
            passing.write_text(beside[1], encoding="utf-8")
            _check(path, after, {attachment_key(str(keys["model"]["pinhole"]), "m"): read_model(passing, "pinhole")})
    return Proposal(path, before, after, beside)


def _check(path: Path, text: str, attachments: Mapping[str, Any]) -> None:
    """Raises SiteFileError where a text would not read as the site; files that are not there yet are given."""
    read = parse_text(path, text)
    read.attachments.update(attachments)
    read_attachments(read)
    given = {key.rpartition(" [")[0] for key in attachments}
    read.faults = [fault for fault in read.faults if fault.value.strip('"') not in given]
    if read.faults:
        raise SiteFileError(read.faults)
    try:
        build(read.document, read.attachments)
    except SiteFileError as error:
        raise SiteFileError([read.located(fault) for fault in error.faults]) from None
