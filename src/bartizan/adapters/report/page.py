"""One self-contained page: its style inside it, no script, no outside reference, every word escaped."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bartizan import __version__
from bartizan.adapters.report.words import clean, subscripts

PAGE_STYLE = "page.css"
DRAWING_STYLE = "drawing.css"
DOCTYPE = "<!DOCTYPE html>"
"""How every page begins, so that a page can be told from another file."""


def rendered(template: str, *, title: str, **context: Any) -> str:
    """The page of one template, the same bytes for the same context. Every name of the site in it is escaped."""
    environment = Environment(
        loader=PackageLoader("bartizan.adapters.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clean"] = clean
    environment.filters["subscripts"] = subscripts
    both = Markup(style(PAGE_STYLE) + style(DRAWING_STYLE))  # noqa: S704 - our own files
    return environment.get_template(template).render(title=title, version=__version__, style=both, **context)


def style(name: str) -> str:
    """The text of one of the house's own style sheets."""
    return files("bartizan.adapters.report").joinpath("templates", name).read_text(encoding="utf-8")
