"""The templates, files and words of the calibration page."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.responses import HTMLResponse

from bartizan.adapters.web import pages as house

_ROOM = files("bartizan.adapters.web.calibrate")
_TYPES = {"css": "text/css", "js": "text/javascript", "json": "application/json"}
# what the page takes from the desk's own files
_SHARED = ("dom.js", "words.js", "shapes.js", "house.css", "favicon.svg")


@cache
def catalogue() -> MappingProxyType[str, str]:
    """Key -> words."""
    return MappingProxyType(json.loads(_ROOM.joinpath("static", "calibrate.json").read_text(encoding="utf-8")))


def say(key: str, **values: Any) -> str:
    """The words of `key` with `values` put in; a key that the catalogue lacks is a KeyError."""
    words = catalogue()[key]
    for name, value in values.items():
        words = words.replace("{" + name + "}", str(value))
    return words


def page(template: str, code: int = 200, /, **values: Any) -> HTMLResponse:
    """A page; every value is escaped, and a value that the template misses is an error, not a blank."""
    return HTMLResponse(_environment().get_template(template).render(say=say, **values), status_code=code)


@cache
def static_files() -> MappingProxyType[str, tuple[bytes, str]]:
    """Name -> (content, media type) of every file that the page loads: a list made here, never a path from outside."""
    own = {
        file.name: (file.read_bytes(), _TYPES[file.name.rsplit(".", 1)[-1]])
        for file in _ROOM.joinpath("static").iterdir()
        if file.is_file() and file.name.rsplit(".", 1)[-1] in _TYPES
    }
    return MappingProxyType({name: house.static_files()[name] for name in _SHARED} | own)


@cache
def _environment() -> Environment:
    folder = _ROOM.joinpath("templates")

    def load(name: str) -> str | None:
        file = folder.joinpath(name)
        return file.read_text(encoding="utf-8") if file.is_file() else None

    return Environment(autoescape=True, undefined=StrictUndefined, loader=FunctionLoader(load))
