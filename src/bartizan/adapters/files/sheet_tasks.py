"""From the cells of an EASI sheet to its tasks, whatever kind of file the cells stand in; every fault is kept.

Headings may carry a unit: `delay_mean (min)` and `delay_sd (min)`, or `p_detection (%)`. Without one, times are
seconds and probabilities lie between 0 and 1; `90 %` is 0.9 anywhere.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast, get_args

from bartizan.assess.task import Task
from bartizan.errors import Fault
from bartizan.site.model import DetectAt

COLUMNS = ("task", "p_detection", "detect_at", "delay_mean", "delay_sd")
MAX_TASKS = 1_000
MAX_NAME = 200  # characters; a line of a table
MAX_SECONDS = 1e9  # some 30 years: beyond it a figure is a slip, and sums of squares lose their meaning
SHOWN = 60  # characters of an offending value that a message repeats

# float() would also take "nan", "1_000" and digits of other scripts
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_UNIT = re.compile(r"(?P<name>.*?)\s*[(\[]\s*(?P<unit>[^()\[\]]*?)\s*[)\]]")
_SECONDS = {
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "min": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
}
_PERCENT = 100.0  # divided by, so that 58 % is 0.58 to the last digit
_TIMES = ("delay_mean", "delay_sd")
_MOMENTS: dict[str, DetectAt] = {"B": "begin", "M": "middle", "E": "end"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column by its name, its unit as written, None where it is not, and for a time the seconds in one of it."""

    column: str
    unit: str | None = None
    worth: float = 1.0


@dataclass(slots=True)
class Record:
    """One line of a sheet: what stands under each column, as text.

    `places` say where each stands for a person (B7), empty for a text file. `fractions` are columns whose cell
    is shown in percent and holds a part of 1; `odd` what a cell is instead of text or a number, and the cure.
    """

    line: int
    cells: Mapping[str, str]
    places: Mapping[str, str] = field(default_factory=dict)
    fractions: frozenset[str] = frozenset()
    odd: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def split_heading(text: str) -> tuple[str, str | None]:
    """A heading as its name and its unit in brackets, None where it has none."""
    found = _UNIT.fullmatch(text)
    return (found["name"], found["unit"]) if found is not None and found["name"] else (text, None)


class SheetReading:
    """One reading of one sheet, which collects what is wrong."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.faults: list[Fault] = []

    def fault(self, line: int, key: str, value: str, message: str, cure: str) -> None:
        """Keep one fault; a long value is not repeated whole."""
        shown = " ".join(value.split())
        shown = shown if len(shown) <= SHOWN else shown[:SHOWN] + " ..."
        self.faults.append(Fault(self._file, line, key, shown, message, cure))

    def headings(self, line: int, names: Sequence[tuple[str, str | None]]) -> dict[str, Heading] | None:
        """The columns of a line of headings, given as name and unit; None where they do not stand.

        Every column stands once, and the times have units both or neither.
        """
        before = len(self.faults)
        known = ",".join(COLUMNS)
        written = [name for name, _ in names]
        for column in COLUMNS:
            if written.count(column) > 1:
                self.fault(line, "", "", f"column {column} stands twice", "Keep one of them")
            elif column not in written:
                self.fault(line, "", "", f"column {column} is missing", f"The columns are {known}")
        found = {name: self._heading(line, name, unit) for name, unit in names if name in COLUMNS}
        units = [found[column].unit for column in _TIMES if column in found]
        if len(units) == 2 and None in units and units != [None, None]:
            with_unit = _TIMES[units.index(None) - 1]
            message = f"{with_unit} is in {found[with_unit].unit}, and {_TIMES[units.index(None)]} says no unit"
            self.fault(line, "", "", message, "Write the unit of both, or give both in seconds")
        return found if len(self.faults) == before else None

    def _heading(self, line: int, column: str, unit: str | None) -> Heading:
        if unit is None:
            return Heading(column)
        if column in _TIMES and unit.lower() in _SECONDS:
            return Heading(column, unit, _SECONDS[unit.lower()])
        if column == "p_detection" and unit == "%":
            return Heading(column, unit)
        cures = {"p_detection": "Give it from 0 to 1, or in %", **dict.fromkeys(_TIMES, "Give it in s, min or h")}
        message = f"column {column} is in {unit[:SHOWN]!r}, which is no unit of it"
        self.fault(line, "", "", message, cures.get(column, "It has no unit: take the brackets away"))
        return Heading(column)

    def task(self, record: Record, headings: Mapping[str, Heading]) -> Task | None:
        """The task of one line, or None where it has faults, which are kept."""
        before = len(self.faults)
        name = self._text(record, "task")
        if name is not None and not name:
            self._at(record, "task", "", "the task has no name", "Name it")
        elif name is not None and (
            len(name) > MAX_NAME or any(unicodedata.category(letter)[0] == "C" for letter in name)
        ):
            cure = f"Write at most {MAX_NAME} characters, none of them a control character"
            self._at(record, "task", name, "is no name", cure)
        p_detection = self._probability(record, headings["p_detection"])
        delay_mean = self._seconds(record, headings["delay_mean"])
        delay_sd = self._seconds(record, headings["delay_sd"])
        detect_at = self._detect_at(record, p_detection)
        if len(self.faults) > before or name is None:
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

    def _at(self, record: Record, column: str, value: str, message: str, cure: str) -> None:
        place = record.places.get(column)
        self.fault(record.line, column if place is None else f"{place} {column}", value, message, cure)

    def _text(self, record: Record, column: str) -> str | None:
        """What stands under a column, or None where it is no text and no number, which is told."""
        odd = record.odd.get(column)
        if odd is None:
            return record.cells[column]
        self._at(record, column, record.cells[column], *odd)
        return None

    def _seconds(self, record: Record, heading: Heading) -> float:
        cure = "Give seconds, 0 or more" if heading.unit is None else f"Give {heading.unit}, 0 or more"
        if heading.column in record.fractions:
            self._at(record, heading.column, record.cells[heading.column], "is a percentage", cure)
            return math.nan
        value = self._number(record, heading.column, cure) * heading.worth
        if value > MAX_SECONDS:
            text = record.cells[heading.column]
            self._at(record, heading.column, text, f"is above {MAX_SECONDS:g} seconds", cure)
        return value

    def _probability(self, record: Record, heading: Heading) -> float:
        cure = "Give a probability from 0 to 1"
        text = record.cells[heading.column].rstrip()
        in_percent = text.endswith("%")
        value = self._number(record, heading.column, cure, text.removesuffix("%").rstrip())
        if in_percent:
            value /= _PERCENT
        elif heading.unit is not None and heading.column not in record.fractions:
            if 0.0 < value <= 1.0:
                message = f"is a part of 1 or {value:g} % under a heading in percent: nobody can tell which"
                self._at(record, heading.column, text, message, "Write 90 % or 0.9, and take the % from the heading")
            value /= _PERCENT
        if value > 1.0:
            self._at(record, heading.column, text, "is above 1", f"{cure}, or write 90 % for 0.9")
        return value

    def _number(self, record: Record, column: str, cure: str, text: str | None = None) -> float:
        written = self._text(record, column)
        if written is None:
            return math.nan
        text = written if text is None else text
        if not text:
            self._at(record, column, written, "is empty", cure)
            return math.nan
        if _NUMBER.fullmatch(text) is None:
            self._at(record, column, written, "is not a number", f"{cure}, with a decimal point")
            return math.nan
        value = float(text)
        if value < 0.0:
            self._at(record, column, written, "is negative", cure)
        return value + 0.0  # a minus zero becomes zero

    def _detect_at(self, record: Record, p_detection: float) -> DetectAt | None:
        text = self._text(record, "detect_at")
        places = get_args(DetectAt)
        cure = f"Write {', '.join(places[:-1])} or {places[-1]}"
        if text is None:
            return None
        if text in places:
            return cast("DetectAt", text)
        if text in _MOMENTS:
            return _MOMENTS[text]
        if text:
            self._at(record, "detect_at", text, "is not a moment of the task", cure)
        elif p_detection > 0.0:
            self._at(record, "detect_at", "", "is empty where detection is possible", cure)
        return None
