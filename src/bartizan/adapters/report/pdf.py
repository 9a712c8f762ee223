"""The same page on paper: a PDF by WeasyPrint, which is an extra. Nothing is fetched."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from bartizan.adapters.report.page import DRAWING_STYLE, PAGE_STYLE, style
from bartizan.errors import MissingPartError

BEGINS = "%PDF-"
"""How every PDF begins, so that one can be told from another file."""

_PRINT = re.compile(r"@media print \{\s*@page.*?:root \{(?P<palette>.*?)\}", re.DOTALL)
# its drawings know no paint-order: a seam about words would lie over them
_NO_SEAM = ".drawing text.area-name { stroke: none; }"
_COLOUR = re.compile(r"--([a-z-]+):\s*([^;]+);")


def require_extra() -> Any:
    """WeasyPrint; MissingPartError where it, or the Pango library that it needs, is not installed."""
    try:
        return import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise MissingPartError(
            "a PDF needs WeasyPrint and the Pango library. Install them (pip install 'bartizan[pdf]'; Debian: "
            "libpango-1.0-0 libpangoft2-1.0-0), or write .html and print it from a browser"
        ) from error


def as_pdf(page: str) -> bytes:
    """The PDF of one page of ours, on A4 with numbered sheets.

    Raises MissingPartError as `require_extra`. A drawing within a page is set apart from the page's style there, so
    each carries its own, with the colours of print written out.
    """
    weasyprint = require_extra()
    own = f"<style>{_drawing_style()}</style>"
    dressed = re.sub(r"<svg [^>]*>", lambda found: found[0] + own, page)
    # pages of ours hold all that they show; pictures stand in them as data
    nothing_from_outside = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    document = weasyprint.HTML(string=dressed, url_fetcher=nothing_from_outside, media_type="print")
    written: bytes = document.write_pdf()
    return written


def _drawing_style() -> str:
    """The style of drawings with every variable written out as print has it."""
    found = _PRINT.search(style(PAGE_STYLE))
    assert found is not None  # noqa: S101 - our own file
    palette = dict(_COLOUR.findall(found["palette"]))
    return re.sub(r"var\(--([a-z-]+)\)", lambda name: palette[name[1]], style(DRAWING_STYLE)) + _NO_SEAM
