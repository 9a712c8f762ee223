"""An EASI sheet in a workbook: the line of headings is found by its names, and further columns are left alone.

The columns are those of the sheet in CSV; letters of either case, blanks and the usual other names of a column are
understood. Rows without content are passed over.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from bartizan.adapters.files.sheet_tasks import COLUMNS, MAX_TASKS, Record, SheetReading, split_heading
from bartizan.adapters.files.workbook import MAX_COLUMN, MAX_ROW, Cell, Grid, letters, read_workbook
from bartizan.assess.task import Task
from bartizan.errors import SheetError

_ENOUGH = 3  # headings of the five make a line of headings, so that one that is misspelt is told and not passed over
_CLOSE = 0.8  # of difflib's ratio: a heading that is nearly one of ours is a slip

_NAMES = {
    "task": "task",
    "task_name": "task",
    "p_detection": "p_detection",
    "p_d": "p_detection",
    "pd": "p_detection",
    "detection_probability": "p_detection",
    "probability_of_detection": "p_detection",
    "detect_at": "detect_at",
    "detection_location": "detect_at",
    "location": "detect_at",
    "delay_mean": "delay_mean",
    "delay": "delay_mean",
    "mean": "delay_mean",
    "mean_delay": "delay_mean",
    "delay_sd": "delay_sd",
    "sd": "delay_sd",
    "standard_deviation": "delay_sd",
}


def read_workbook_sheet(path: Path, sheet: str | None = None) -> tuple[Task, ...]:
    """The tasks of an EASI sheet in a workbook, in the order in which the intruder does them.

    `sheet` names the worksheet; without it, the only one that holds the headings is read. Raises SheetError with
    every fault: sheet, cell, value and cure; MissingExtraError where the library for workbooks is not installed.
    """
    grids = read_workbook(path)
    reading = SheetReading(str(path))
    grid = _chosen(reading, grids, sheet)
    tasks = () if grid is None else tuple(_tasks(reading, grid))
    if reading.faults:
        raise SheetError(reading.faults)
    return tasks


def _chosen(reading: SheetReading, grids: Sequence[Grid], sheet: str | None) -> Grid | None:
    names = ", ".join(repr(grid.name) for grid in grids)
    if sheet is not None:
        found = next((grid for grid in grids if grid.name == sheet), None)
        if found is None:
            reading.fault(0, "", "", f"has no sheet {sheet!r}", f"Its sheets are {names}" if names else "It has none")
        elif _heading_row(found) is None:
            _no_headings(reading, f"the sheet {sheet!r}", [found])
            return None
        return found
    fitting = [grid for grid in grids if _heading_row(grid) is not None]
    if not fitting:
        _no_headings(reading, f"its sheets ({names})" if names else "it, which has no sheet,", grids)
    elif len(fitting) > 1:
        told = ", ".join(repr(grid.name) for grid in fitting)
        reading.fault(0, "", "", f"holds more than one EASI sheet: {told}", "Say which: --sheet NAME")
    return fitting[0] if len(fitting) == 1 else None


def _no_headings(reading: SheetReading, where: str, grids: Sequence[Grid]) -> None:
    for grid in grids:
        if grid.beyond is not None:
            message = f"has content as far out as {grid.beyond}, and is not read"
            cure = f"Keep the sheet within {MAX_ROW:,} rows and {MAX_COLUMN} columns"
            reading.fault(0, grid.name, "", message, cure)
    if reading.faults:
        return
    message = f"no line of {where} holds the headings of an EASI sheet"
    reading.fault(0, "", "", message, f"Write the headings {', '.join(COLUMNS)}")


def _name(text: str) -> tuple[str, str | None]:
    """The column that a heading means, or its own words, and its unit."""
    for words, unit in (split_heading(text), (text, None)):
        plain = re.sub(r"[^a-z]+", "_", words.lower()).strip("_")
        if plain in _NAMES:
            return _NAMES[plain], unit
    return text, None


def _heading_row(grid: Grid) -> int | None:
    for number, row in grid.rows.items():
        if len({_name(cell.text)[0] for cell in row.values()} & set(COLUMNS)) >= _ENOUGH:
            return number
    return None


def _tasks(reading: SheetReading, grid: Grid) -> Iterator[Task]:
    """Each task that is whole; faults of the others are kept."""
    first = _heading_row(grid) or 0
    places = _headings_places(reading, grid, first)
    headings = reading.headings(first, [_name(cell.text) for cell in places])
    if headings is None:
        return
    columns = {_name(cell.text)[0]: column for column, cell in grid.rows[first].items() if cell in places}
    count = 0
    for number, row in grid.rows.items():
        if number <= first or not any(column in row for column in columns.values()):
            continue
        count += 1
        if count > MAX_TASKS:
            reading.fault(number, "", "", f"more than {MAX_TASKS:,} tasks", "An EASI sheet holds one path")
            return
        if number in grid.hidden:
            message = "is hidden, and nobody who looks at the sheet would count it"
            reading.fault(number, f"{grid.name}!{number}", "", message, "Show the row, or delete it")
            continue
        task = reading.task(_record(grid, number, columns), headings)
        if task is not None:
            yield task
    if count == 0:
        reading.fault(first, grid.name, "", "holds no task", "Write one line for each task below the headings")


def _headings_places(reading: SheetReading, grid: Grid, first: int) -> list[Cell]:
    """The cells of the headings that are ours; one that is nearly ours is told."""
    ours = []
    for cell in grid.rows[first].values():
        name = _name(cell.text)[0]
        close = difflib.get_close_matches(split_heading(cell.text)[0].lower(), COLUMNS, 1, _CLOSE)
        if name in COLUMNS:
            ours.append(cell)
        elif close:
            place = f"{grid.name}!{cell.place}"
            reading.fault(first, place, cell.text, "is not a heading of an EASI sheet", f"Did you mean {close[0]!r}?")
    return ours


def _record(grid: Grid, number: int, columns: dict[str, int]) -> Record:
    row = grid.rows[number]
    cells, places, odd = {}, {}, {}
    fractions = set()
    for column, index in columns.items():
        cell = row.get(index)
        place = f"{letters(index)}{number}"
        places[column] = f"{grid.name}!{place}"
        cells[column] = "" if cell is None else cell.text
        if cell is None and place in grid.merged:
            from_ = grid.merged[place]
            odd[column] = (f"lies in a merged cell, whose value stands in {from_}", "Unmerge it, and fill each cell")
        elif cell is not None and cell.odd is not None:
            odd[column] = cell.odd
        elif cell is not None and cell.percent:
            fractions.add(column)
    return Record(number, cells, places, frozenset(fractions), odd)
