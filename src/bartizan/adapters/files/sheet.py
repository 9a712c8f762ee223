"""An EASI sheet: one path as a table, one task a line, in comma-separated text.

Columns, in any order: `task` (its name), `p_detection` (0 to 1), `detect_at` (begin, middle or end, or B, M, E; may
be empty where p_detection is 0), `delay_mean` and `delay_sd` (seconds). UTF-8, with or without a byte order mark.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from bartizan.adapters.files.csv_lines import csv_lines
from bartizan.adapters.files.sheet_tasks import COLUMNS, MAX_TASKS, SHOWN, Heading, Record, SheetReading, split_heading
from bartizan.assess.task import Task
from bartizan.errors import Fault, SheetError

__all__ = ["COLUMNS", "MAX_BYTES", "MAX_TASKS", "parse_sheet", "read_sheet"]

MAX_BYTES = 1_000_000  # a thousand tasks with long names; more is another kind of file


def read_sheet(path: Path) -> tuple[Task, ...]:
    """The tasks of an EASI sheet, in the order in which the intruder does them.

    Raises SheetError with every fault: file, line, column, value and cure. Nothing is half-read.
    """
    return parse_sheet(_read(path), str(path))


def parse_sheet(text: str, file: str) -> tuple[Task, ...]:
    """The tasks of the text of an EASI sheet; `file` is its name in the faults."""
    reading = SheetReading(file)
    tasks = tuple(_tasks(reading, text))
    if reading.faults:
        raise SheetError(reading.faults)
    return tasks


def _read(path: Path) -> str:
    def refuse(message: str, cure: str, line: int = 0) -> SheetError:
        return SheetError([Fault(str(path), line, "", "", message, cure)])

    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise refuse(f"cannot be read ({error.strerror})", "Give the path of an EASI sheet") from error
    if len(raw) > MAX_BYTES:
        raise refuse(f"is larger than {MAX_BYTES:,} bytes", "An EASI sheet holds one path; give that file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refuse("is not UTF-8 text", "Save the sheet as CSV in UTF-8", line) from error


def _tasks(reading: SheetReading, text: str) -> Iterator[Task]:
    """Each task that is whole; faults of the others are kept."""
    count = 0
    for record, headings in _records(reading, text):
        count += 1
        if count > MAX_TASKS:
            reading.fault(record.line, "", "", f"more than {MAX_TASKS:,} tasks", "An EASI sheet holds one path")
            return
        task = reading.task(record, headings)
        if task is not None:
            yield task
    if count == 0 and not reading.faults:
        reading.fault(0, "", "", "holds no task", f"Write one line for each task under {','.join(COLUMNS)}")


def _records(reading: SheetReading, text: str) -> Iterator[tuple[Record, dict[str, Heading]]]:
    names: list[str] = []
    headings: dict[str, Heading] | None = None
    for line, cells in csv_lines(io.StringIO(text, newline=""), reading.fault):
        if headings is None:
            headings = _headings(reading, line, cells)
            names = [split_heading(cell)[0] for cell in cells]
            if headings is None:
                return
        elif len(cells) == len(names):
            yield Record(line, dict(zip(names, cells, strict=True))), headings
        else:
            message = f"{len(cells)} cells under {len(names)} headings"
            reading.fault(line, "", "", message, "Give each heading one cell; quote a name that holds a comma")
    if headings is None and not reading.faults:
        reading.fault(0, "", "", "is empty", f"Begin with the line {','.join(COLUMNS)}")


def _headings(reading: SheetReading, line: int, cells: Sequence[str]) -> dict[str, Heading] | None:
    for other, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(cells) == 1 and other in cells[0]:
            message = f"columns are separated by {name}"
            cure = "Save the sheet with commas, and numbers with decimal points"
            reading.fault(line, "", cells[0], message, cure)
            return None
    before = len(reading.faults)
    names = [split_heading(cell) for cell in cells]
    for name in dict.fromkeys(name for name, _ in names):
        if name not in COLUMNS:
            message = f"unknown column {name[:SHOWN]!r}"
            reading.fault(line, "", "", message, f"The columns are {','.join(COLUMNS)}")
    found = reading.headings(line, names)
    return found if len(reading.faults) == before else None
