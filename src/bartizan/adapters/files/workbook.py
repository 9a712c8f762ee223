"""A workbook (XLSX) as cells, opened only once it is known to be small, and never calculated.

Unpacking, document types and entities are bounded before the library that reads workbooks sees a byte.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from bartizan.errors import Fault, MissingExtraError, SheetError

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

MAX_PACKED = 10_000_000  # bytes: a table of a thousand lines has some hundred thousand
MAX_UNPACKED = 60_000_000
MAX_PARTS = 2_000  # files inside the workbook
MAX_ROW = 5_000
MAX_COLUMN = 200
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
_PIECE = 1 << 16
# of a damaged workbook the libraries raise what its parts happen to raise
_DAMAGE = (
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException, RecursionError, RuntimeError),
)
_CELL = re.compile(r"([A-Z]{1,4})(\d{1,8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell as text, its place (B7), and what it is where it is neither text nor number.

    `percent`: a number that is shown in percent, and is a part of 1. `odd` is what it is, and the cure.
    """

    place: str
    text: str
    percent: bool = False
    odd: tuple[str, str] | None = None


@dataclass(slots=True)
class Grid:
    """The cells of one worksheet: rows by number, each its cells by column from 1; and what would mislead a reader.

    `merged` gives for a cell that a merged one covers the place where the value stands; `hidden` are rows that
    nobody sees; `beyond` is a place with content further out than a table reaches, or None; then no row is read.
    """

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    beyond: str | None = None


def read_workbook(path: Path) -> tuple[Grid, ...]:
    """The worksheets of a workbook that are not hidden, in their order. Raises SheetError, MissingExtraError."""
    raw = _unpacked(path, _bytes(path))
    try:
        import openpyxl  # noqa: PLC0415 an extra
    except ImportError as error:
        raise MissingExtraError.of("a workbook", "xlsx") from error

    def opened(values: bool) -> Workbook:
        return openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=values, keep_links=False)

    try:
        with warnings.catch_warnings():
            # what the library cannot show, such as lists of choices, changes no value
            warnings.simplefilter("ignore")
            return tuple(_grids(raw, opened))
    except _DAMAGE as error:
        first = str(error).partition("\n")[0][:120]
        message = f"is not a workbook that can be read ({first or type(error).__name__})"
        raise _refusal(path, message, "Save it again as an Excel workbook (.xlsx)") from error


def _refusal(path: Path, message: str, cure: str) -> SheetError:
    return SheetError([Fault(str(path), 0, "", "", message, cure)])


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_PACKED + 1)
    except OSError as error:
        raise _refusal(path, f"cannot be read ({error.strerror})", "Give the path of an EASI sheet") from error
    if len(raw) > MAX_PACKED:
        raise _refusal(path, f"is larger than {MAX_PACKED // 1_000_000} MB", "Save the one sheet as a workbook")
    if raw.startswith(_OLD_OR_LOCKED):
        message = "is a workbook of the old form (.xls), or locked with a password"
        raise _refusal(path, message, "Save it as an Excel workbook (.xlsx) without a password")
    return raw


def _unpacked(path: Path, raw: bytes) -> bytes:
    """The same workbook with its parts unpacked, bounded: what a part declares to be its size is not always true."""
    whole = io.BytesIO()
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed, zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as plain:
            parts = packed.infolist()
            for part in parts[: MAX_PARTS + 1]:
                with packed.open(part) as stream, plain.open(part.filename, "w") as copy:
                    while left >= 0 and (piece := stream.read(_PIECE)):
                        left -= len(piece)
                        copy.write(piece)
    except _DAMAGE as error:
        raise _refusal(path, "is not a workbook", "Give an Excel workbook (.xlsx) or a CSV") from error
    if len(parts) > MAX_PARTS or left < 0:
        raise _refusal(path, f"unpacks to more than {MAX_UNPACKED // 1_000_000} MB", "Save the one sheet as a workbook")
    return whole.getvalue()


def _grids(raw: bytes, opened: Callable[[bool], Workbook]) -> Iterator[Grid]:
    shown, formulas = opened(True), opened(False)
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
        for sheet, written in zip(shown.worksheets, formulas.worksheets, strict=True):
            if sheet.sheet_state != "visible":
                continue
            grid = Grid(str(sheet.title))
            with archive.open(sheet._worksheet_path.lstrip("/")) as stream:  # the library tells it nowhere else
                _scan(grid, stream)
            if grid.beyond is None:
                _fill(grid, sheet, written)
            yield grid
    finally:
        shown.close()
        formulas.close()


def _scan(grid: Grid, stream: Any) -> None:
    """What a stream of cells does not tell: merged cells, hidden rows, and what lies far out."""
    hidden = set()
    row = 0
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        what = element.tag.rpartition("}")[2]
        if event == "start" and what == "row":
            row = int(element.get("r") or row + 1)
            if element.get("hidden") in ("1", "true"):
                hidden.add(row)
        elif event == "end" and what in ("v", "t") and (element.text or "").strip() and row > MAX_ROW:
            grid.beyond = grid.beyond or f"row {row}"
        elif event == "end" and what == "mergeCell":
            _merge(grid, element.get("ref") or "")
        elif event == "end" and what == "c":
            place = _CELL.fullmatch(element.get("r") or "")
            if place is not None and _column(place[1]) > MAX_COLUMN and len(element):
                grid.beyond = grid.beyond or place[0]
            element.clear()
        elif event == "end" and what == "row":
            element.clear()
    grid.hidden = frozenset(hidden)


def _merge(grid: Grid, reference: str) -> None:
    first, _, last = reference.partition(":")
    begin, end = _CELL.fullmatch(first), _CELL.fullmatch(last)
    if begin is None or end is None:
        return
    columns = range(_column(begin[1]), min(_column(end[1]), MAX_COLUMN) + 1)
    for row in range(int(begin[2]), min(int(end[2]), MAX_ROW) + 1):
        grid.merged.update({f"{letters(column)}{row}": first for column in columns})
    grid.merged.pop(first, None)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def letters(column: int) -> str:
    """The letters of a column by its number from 1: A, B, ..., AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _fill(grid: Grid, sheet: Any, written: Any) -> None:
    for one in (sheet, written):
        # the size that a file declares is not always true, and would cut its rows
        one.reset_dimensions()
    rows = zip(sheet.iter_rows(max_row=MAX_ROW), written.iter_rows(max_row=MAX_ROW), strict=True)
    for number, (cells, formulas) in enumerate(rows, start=1):
        row = {}
        for column, (cell, formula) in enumerate(zip(cells, formulas, strict=True), start=1):
            if cell.value is None and formula.value is None:
                continue
            found = _cell(cell, formula.value, f"{letters(column)}{number}")
            if found is not None:
                row[column] = found
        if row:
            grid.rows[number] = row


def _cell(cell: Any, formula: Any, place: str) -> Cell | None:
    value = cell.value
    if value is None and formula is not None:
        cure = "Open it in a spreadsheet program, let it calculate, and save; or write the value itself"
        return Cell(place, str(formula), odd=("is a formula without a value", cure))
    odd = _odd(cell)
    if odd is not None:
        return Cell(place, str(value).upper() if isinstance(value, bool) else str(value), odd=odd)
    if isinstance(value, int | float):
        return Cell(place, repr(value), percent="%" in str(cell.number_format or ""))
    text = "" if value is None else str(value).strip()
    return Cell(place, text) if text else None


def _odd(cell: Any) -> tuple[str, str] | None:
    """What a cell is instead of text or a number, and the cure."""
    if isinstance(cell.value, bool):
        return "is a yes or no", "Write a number or a text"
    if isinstance(cell.value, date | datetime | time | timedelta):
        return "is a date or a time of day", "Write it as a plain number of seconds"
    if cell.value is not None and getattr(cell, "data_type", None) == "e":
        return "is an error of the spreadsheet", "Mend the formula, or write the value"
    return None
