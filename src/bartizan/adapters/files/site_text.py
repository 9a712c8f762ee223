"""A site folder as text: what its files say, where each key stands, and every fault with its line."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bartizan.adapters.files.calibration import read_model
from bartizan.adapters.files.json_lines import json_lines
from bartizan.adapters.files.toml_places import Path as KeyPath
from bartizan.adapters.files.toml_places import Places, key_path, nearest_line, toml_places
from bartizan.errors import CalibrationError, Fault, SiteFileError
from bartizan.site import build
from bartizan.site.attachments import Attachment, attachment_key, wanted
from bartizan.site.site import Site

SITE_FILE = "site.toml"

# a site file is written by people: the largest that is still one, and the largest plan
_LARGEST_SITE = 4_000_000
_LARGEST_PLAN = 32_000_000

_TOML_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass
class SiteText:
    """The text of a site file, what it says, and where each key of it and of its plan stands."""

    path: Path
    text: str
    document: dict[str, Any]
    places: Places
    attachments: dict[str, Any] = field(default_factory=dict)
    plan_lines: dict[str, dict[KeyPath, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    # keys whose files could not be read, which is told once
    unread: set[str] = field(default_factory=set)

    def located(self, fault: Fault) -> Fault:
        """A fault of the document with its file and line."""
        path = key_path(fault.key)
        if fault.file == SITE_FILE:
            return replace(fault, file=str(self.path), line=self.places.line(path))
        lines = self.plan_lines.get(fault.file, {})
        return replace(fault, file=str(self.path.parent / fault.file), line=nearest_line(lines, path))


def site_of(read: SiteText) -> Site:
    """The site of a text that has been read, or SiteFileError with the lines of its faults."""
    read_attachments(read)
    try:
        site = build(read.document, read.attachments)
    except SiteFileError as error:
        read.faults += [read.located(fault) for fault in error.faults if fault.key not in read.unread]
    if read.faults:
        raise SiteFileError(sorted(read.faults, key=lambda fault: (fault.file, fault.line)))
    return site


def site_file(path: str | Path) -> Path:
    """The site.toml that a path means: of a folder, the one in it."""
    given = Path(path)
    return given / SITE_FILE if given.is_dir() else given


def read_text(path: Path) -> SiteText:
    """The site file at a path, parsed. Raises SiteFileError with the first fault that keeps it from being TOML."""
    text = _decoded(path, _LARGEST_SITE, "Write bartizan new FOLDER to begin a site")
    return parse_text(path, text)


def parse_text(path: Path, text: str) -> SiteText:
    """A text as the site file at `path` would be read. Raises SiteFileError with the first fault of syntax."""
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
        return SiteText(path, text, document, toml_places(text.removeprefix("\ufeff")))
    except RecursionError:
        raise _whole(path, "is nested too deeply", "Write the site in the form of its reference page") from None
    except ValueError as error:
        place = _TOML_LINE.search(str(error))
        # the interpreter's own advice on how to allow longer numbers is none for a site
        message = _TOML_LINE.sub("", str(error)).partition("; use sys")[0]
        line = text.count("\n") + 1 if place is not None and place[1] is None else int(place[1]) if place else 0
        shown = text.split("\n")[line - 1].strip()[:60] if line else ""
        about = f"is not TOML: {message[:1].lower()}{message[1:]}" + (f", near {shown!r}" if shown else "")
        cure = "Text stands in quotes, tables in [brackets], and each key once"
        raise SiteFileError([Fault(str(path), line, "", "", about, cure)]) from None


def _whole(path: Path, message: str, cure: str, line: int = 0) -> SiteFileError:
    return SiteFileError([Fault(str(path), line, "", "", message, cure)])


def _decoded(path: Path, largest: int, cure: str) -> str:
    """The text of a file. Raises SiteFileError where there is none, or it is no text, or too much of it."""
    if path.exists() and not path.is_file():
        raise _whole(path, "is not a file", cure)
    try:
        with path.open("rb") as stream:
            raw = stream.read(largest + 1)
    except OSError as error:
        raise _whole(path, f"cannot be read: {error.strerror or error}", cure) from None
    except ValueError:
        raise _whole(path, "is not the name of a file", cure) from None
    if len(raw) > largest:
        raise _whole(path, f"is larger than {largest // 1_000_000} MB", "Cut it to what belongs to the site")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"is not text in UTF-8: byte 0x{raw[error.start]:02x}"
        raise _whole(path, message, "Save it as UTF-8", line) from None


def read_attachments(read: SiteText) -> None:
    """Read the files that a document names, and note the faults of those that cannot be read."""
    for one in wanted(read.document):
        try:
            _read_attachment(read, one)
        except SiteFileError as error:
            read.unread.add(one.key)
            read.faults += [fault if fault.line else _named(read, one, fault.message) for fault in error.faults]
        except CalibrationError as error:
            read.unread.add(one.key)
            read.faults.append(_named(read, one, str(error).removeprefix(f"{read.path.parent / one.file}: ")))


def _named(read: SiteText, one: Attachment, message: str) -> Fault:
    """The fault of the key that names a file which cannot be read."""
    line = read.places.line(key_path(one.key))
    cure = f"Put a file that can be read at {one.file} in the site folder"
    return Fault(str(read.path), line, one.key, json.dumps(one.file), message, cure)


def _read_attachment(read: SiteText, one: Attachment) -> None:
    folder = read.path.parent
    path = folder / one.file
    # a link inside the folder may lead out of it, and a site folder may come from somebody else
    if not path.resolve().is_relative_to(folder.resolve()):
        raise _whole(path, "leads out of the site folder", "Put the file itself into the folder")
    if one.kind != "plan":
        if not path.is_file():
            raise _whole(path, "is not there, or is not a file", "Put the file into the folder")
        read.attachments.setdefault(attachment_key(one.file, one.unit), read_model(path, one.kind, one.unit))
        return
    text = _decoded(path, _LARGEST_PLAN, "Put the plan into the site folder")
    read.attachments[one.file], read.plan_lines[one.file] = _parsed_plan(path, text)


def _parsed_plan(path: Path, text: str) -> tuple[Any, dict[KeyPath, int]]:
    try:
        plan = json.loads(text.removeprefix("\ufeff"), parse_constant=_refused)
        lines, twice = json_lines(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        cure = "Save it as GeoJSON again"
        raise _whole(path, f"is not JSON: {error.msg.lower()} (column {error.colno})", cure, error.lineno) from None
    except RecursionError:
        raise _whole(path, "is nested too deeply", "Save it as GeoJSON again", 1) from None
    except ValueError as error:
        raise _whole(path, f"is not JSON: {error}", "Save it as GeoJSON again", 1) from None
    if twice:
        key = twice[0]
        raise _whole(path, f"has the key {key[-1]!r} twice in one object", "Keep one of them", lines[key])
    return plan, lines


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number of JSON")
