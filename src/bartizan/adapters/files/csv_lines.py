"""The lines of a table in comma-separated text, each with its number, so that a reader can name the line of a fault."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator

Tell = Callable[[int, str, str, str, str], None]
"""Told of a fault: line, key, value, message, cure."""


def csv_lines(text: Iterable[str], tell: Tell) -> Iterator[tuple[int, list[str]]]:
    """Each line that is not empty: its number from 1, and its cells without the blanks around them.

    A record that runs over several lines has the number of its first. Text that is no CSV is told, and ends the table.
    """
    reader = csv.reader(text, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            tell(line, "", "", f"is not comma-separated text ({error})", "Close every quotation mark")
            return
        if any(cells):
            yield line, cells
