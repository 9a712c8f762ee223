"""An EASI sheet: one path as a table, one task a line, in comma-separated text.

Columns, in any order: `task` (its name), `p_detection` (0 to 1), `detect_at` (begin, middle or end; may be empty
where p_detection is 0), `delay_mean` and `delay_sd` (seconds). UTF-8, with or without a byte order mark.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from bartizan.adapters.files.csv_lines import csv_lines
from bartizan.assess.task import Task
from bartizan.errors import Fault, SheetError
from bartizan.site.model import DetectAt

COLUMNS = ("task", "p_detection", "detect_at", "delay_mean", "delay_sd")
MAX_BYTES = 1_000_000  # a thousand tasks with long names; more is another kind of file
MAX_TASKS = 1_000
MAX_NAME = 200  # characters; a line of a table
MAX_SECONDS = 1e9  # some 30 years: beyond it a figure is a slip, and sums of squares lose their meaning
SHOWN = 60  # characters of an offending value that a message repeats

# float() would also take "nan", "1_000" and digits of other scripts
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def read_sheet(path: Path) -> tuple[Task, ...]:
    """The tasks of an EASI sheet, in the order in which the intruder does them.

    Raises SheetError with every fault: file, line, column, value and cure. Nothing is half-read.
    """
    return parse_sheet(_read(path), str(path))


def parse_sheet(text: str, file: str) -> tuple[Task, ...]:
    """The tasks of the text of an EASI sheet; `file` is its name in the faults."""
    reading = _Reading(file)
    tasks = tuple(reading.tasks(text))
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


@dataclass(slots=True)
class _Record:
    """One line of the sheet under its headings."""

    line: int
    cells: Mapping[str, str]


class _Reading:
    """One reading of one sheet, which collects what is wrong."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.faults: list[Fault] = []

    def _fault(self, line: int, key: str, value: str, message: str, cure: str) -> None:
        shown = " ".join(value.split())
        shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + " ..."
        self.faults.append(Fault(self._file, line, key, shown, message, cure))

    def tasks(self, text: str) -> Iterator[Task]:
        """Each task that is whole; faults of the others are kept."""
        count = 0
        for record in self._records(text):
            count += 1
            if count > MAX_TASKS:
                self._fault(record.line, "", "", f"more than {MAX_TASKS:,} tasks", "An EASI sheet holds one path")
                return
            task = self._task(record)
            if task is not None:
                yield task
        if count == 0 and not self.faults:
            self._fault(0, "", "", "holds no task", f"Write one line for each task under {','.join(COLUMNS)}")

    def _records(self, text: str) -> Iterator[_Record]:
        headings: Sequence[str] | None = None
        for line, cells in csv_lines(io.StringIO(text, newline=""), self._fault):
            if headings is None:
                headings = cells
                if not self._headings_stand(line, headings):
                    return
            elif len(cells) == len(headings):
                yield _Record(line, dict(zip(headings, cells, strict=True)))
            else:
                message = f"{len(cells)} cells under {len(headings)} headings"
                self._fault(line, "", "", message, "Give each heading one cell; quote a name that holds a comma")
        if headings is None:
            self._fault(0, "", "", "is empty", f"Begin with the line {','.join(COLUMNS)}")

    def _headings_stand(self, line: int, headings: Sequence[str]) -> bool:
        before = len(self.faults)
        for other, name in ((";", "semicolons"), ("\t", "tabs")):
            if len(headings) == 1 and other in headings[0]:
                message = f"columns are separated by {name}"
                self._fault(
                    line, "", headings[0], message, "Save the sheet with commas, and numbers with decimal points"
                )
                return False
        known = ",".join(COLUMNS)
        for heading in dict.fromkeys(headings):
            if heading not in COLUMNS:
                self._fault(line, "", "", f"unknown column {heading[:SHOWN]!r}", f"The columns are {known}")
            elif headings.count(heading) > 1:
                self._fault(line, "", "", f"column {heading} stands twice", "Keep one of them")
        for column in COLUMNS:
            if column not in headings:
                self._fault(line, "", "", f"column {column} is missing", f"The columns are {known}")
        return len(self.faults) == before

    def _task(self, record: _Record) -> Task | None:
        before = len(self.faults)
        name = record.cells["task"]
        if not name:
            self._fault(record.line, "task", "", "the task has no name", "Name it")
        elif len(name) > MAX_NAME or any(unicodedata.category(letter)[0] == "C" for letter in name):
            cure = f"Write at most {MAX_NAME} characters, none of them a control character"
            self._fault(record.line, "task", name, "is no name", cure)
        p_detection = self._number(record, "p_detection", 1.0, "a probability from 0 to 1")
        delay_mean = self._number(record, "delay_mean", MAX_SECONDS, "seconds, 0 or more")
        delay_sd = self._number(record, "delay_sd", MAX_SECONDS, "seconds, 0 or more")
        detect_at = self._detect_at(record, p_detection)
        if len(self.faults) > before:
            return None
        return Task(
            kind="element",
            id=name,
            way=None,
            leg="in",
            p_detection=p_detection,
            detect_at=detect_at,
            delay_mean=delay_mean,
            delay_sd=delay_sd,
            source=None,
        )

    def _number(self, record: _Record, column: str, most: float, what: str) -> float:
        text = record.cells[column]
        cure = f"Give {what}"
        if not text:
            self._fault(record.line, column, "", "is empty", cure)
            return math.nan
        if _NUMBER.fullmatch(text) is None:
            self._fault(record.line, column, text, "is not a number", f"{cure}, with a decimal point")
            return math.nan
        value = float(text)
        if value < 0.0:
            self._fault(record.line, column, text, "is negative", cure)
        elif value > most:
            self._fault(record.line, column, text, f"is above {most:g}", cure)
        return value + 0.0  # a minus zero becomes zero

    def _detect_at(self, record: _Record, p_detection: float) -> DetectAt | None:
        text = record.cells["detect_at"]
        places = get_args(DetectAt)
        cure = f"Write {', '.join(places[:-1])} or {places[-1]}"
        if text in places:
            return cast("DetectAt", text)
        if text:
            self._fault(record.line, "detect_at", text, "is not a moment of the task", cure)
        elif p_detection > 0.0:
            self._fault(record.line, "detect_at", "", "is empty where detection is possible", cure)
        return None
