"""A section of a report: a heading, a figure with its caption, a table, and lines of words, in this order."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup


class Line(NamedTuple):
    """One line of words; `look` is a class of the page's style, or empty."""

    words: str
    look: str = ""


class Head(NamedTuple):
    """The head of a column; `number`: its cells are set as numbers."""

    words: str
    number: bool = False


class Row(NamedTuple):
    """One row of words; the first cell is its head. `look` is a class of the page's style, or empty."""

    cells: tuple[str, ...]
    look: str = ""


class Table(NamedTuple):
    """A table of words."""

    caption: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]


class Section(NamedTuple):
    """A part of a page under its own heading. The page escapes all words; `figure` is markup of our own."""

    heading: str
    lines: tuple[Line, ...] = ()
    figure: Markup | None = None
    caption: str = ""
    tables: tuple[Table, ...] = ()
