"""Pages from templates, and the catalogue that holds every word of them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

_ROOM = files("bartizan.adapters.web")
_TYPES = {"css": "text/css", "js": "text/javascript", "json": "application/json", "svg": "image/svg+xml"}


@cache
def catalogue() -> MappingProxyType[str, str]:
    """Key -> words, of every file in words/: en.json, and beside it one for each part (en-PART.json).

    Errors: ValueError where a key stands twice, in one file or in two.
    """
    found: dict[str, str] = {}
    for file in sorted(_ROOM.joinpath("words").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".json"):
            for key, words in json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list):
                if key in found:
                    raise ValueError(f"words/{file.name}: {key!r} has words already. Give it a name of its own")
                found[key] = words
    return MappingProxyType(found)


def say(key: str, **values: Any) -> str:
    """The words of `key` with `values` put in; a key that the catalogue lacks is a KeyError."""
    words = catalogue()[key]
    for name, value in values.items():
        words = words.replace("{" + name + "}", str(value))
    return words


def page(template: str, code: int = 200, /, **values: Any) -> HTMLResponse:
    """A page; every value is escaped, and a value that the template misses is an error, not a blank."""
    return HTMLResponse(_environment().get_template(template).render(say=say, **values), status_code=code)


def error_page(status: int, path: str = "") -> Response:
    """The page of an error."""
    key = f"error.{status}"
    return page("error.html", status, status=status, words=say(key if key in catalogue() else "error.other"), path=path)


@cache
def static_files() -> MappingProxyType[str, tuple[bytes, str]]:
    """Name -> (content, media type) of every file that the page loads: a list made here, never a path from outside."""
    found = {
        file.name: (file.read_bytes(), _TYPES[file.name.rsplit(".", 1)[-1]])
        for file in _ROOM.joinpath("static").iterdir()
        if file.is_file() and file.name.rsplit(".", 1)[-1] in _TYPES
    }
    found["words.json"] = (json.dumps(dict(catalogue())).encode(), _TYPES["json"])
    return MappingProxyType(found)


@cache
def _environment() -> Environment:
    folder = _ROOM.joinpath("templates")

    def load(name: str) -> str | None:
        file = folder.joinpath(name)
        return file.read_text(encoding="utf-8") if file.is_file() else None

    return Environment(autoescape=True, undefined=StrictUndefined, loader=FunctionLoader(load))
