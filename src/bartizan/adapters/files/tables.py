"""Tables of a study as comma-separated files in a folder, in UTF-8, safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bartizan.adapters.files.whole import refuse_place, write_whole
from bartizan.app.study.tables import FIGURES, PATHS, RESULTS, STEPS, Table
from bartizan.errors import InputError

_TABLES = {"results": RESULTS, "paths": PATHS, "steps": STEPS, "figures": FIGURES}
# a spreadsheet program would take a text that begins so for a formula, and run it
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def refuse_tables(folder: Path) -> None:
    """Say what would keep tables from being written, before they are worked out.

    Only tables of the same headings may be replaced. Raises InputError.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is not a folder. Name a folder for the tables")
    if not folder.exists():
        if not folder.resolve().parent.is_dir():
            raise InputError(f"{folder}: there is no folder {folder.resolve().parent}. Make it, or name another")
        return
    for name, columns in _TABLES.items():
        refuse_place(folder / f"{name}.csv", _line(list(columns)))


def write_tables(folder: Path, tables: Mapping[str, Table]) -> None:
    """Write each table as NAME.csv: a line of headings, then one line a row (RFC 4180); what is absent is empty."""
    refuse_tables(folder)
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        lines = [_line(list(table.columns)), *(_line([_cell(value) for value in row]) for row in table.rows)]
        write_whole(folder / f"{name}.csv", "".join(lines))


def _line(cells: list[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    # repr gives the shortest digits that read back to the same number
    return repr(value)
