"""How a site shows itself at a prompt and in a notebook: one line, or a small table; every word of it escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bartizan.site.site import Site

_PARTS = ("area", "element", "sensor", "target", "response", "threat", "state", "upgrade", "insider", "zone", "camera")
_SHOWN = 6  # ids of a kind in a notebook
_SHORT_HASH = 12


def site_line(site: Site) -> str:
    """The site in one line: its name, how many things of each kind, the beginning of its hash."""
    counts = [(len(getattr(site, f"{part}s")), part) for part in _PARTS]
    held = [f"{count} {part}{'s' if count > 1 else ''}" for count, part in counts if count]
    return f"Site({site.name!r}, {', '.join(held) or 'empty'}, hash {site.hash[:_SHORT_HASH]})"


def site_html(site: Site) -> str:
    """The site as a small table of HTML: what it holds, by id."""
    rows = []
    for part in _PARTS:
        ids = [thing.id for thing in getattr(site, f"{part}s")]
        if ids:
            more = [f"and {len(ids) - _SHOWN} more"] if len(ids) > _SHOWN else []
            rows.append((f"{part}s", str(len(ids)), ", ".join([*ids[:_SHOWN], *more])))
    return html_table(f"{site.name} (hash {site.hash[:_SHORT_HASH]})", ("", "", ""), rows, "lrl")


def html_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """A table of HTML without scripts or outside parts; all words are escaped. `align`: l or r for each column."""
    sides = {"l": "left", "r": "right"}

    def line(cells: Sequence[str], tag: str) -> str:
        inside = "".join(
            f'<{tag} style="text-align:{sides[side]}">{escape(cell)}</{tag}>'
            for cell, side in zip(cells, align, strict=True)
        )
        return f"<tr>{inside}</tr>"

    head = f"<thead>{line(heads, 'th')}</thead>" if any(heads) else ""
    body = "".join(line(row, "td") for row in rows)
    style = "caption-side:top;text-align:left"
    return f'<table><caption style="{style}">{escape(caption)}</caption>{head}<tbody>{body}</tbody></table>'
