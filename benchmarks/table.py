"""The rows of the table that `python -m benchmarks` prints."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

HEADINGS = ("name", "what", "figure", "command")


class Row(NamedTuple):
    """One figure: which measurement, of what, how much, and the command that gives it again."""

    name: str
    what: str
    figure: str
    command: str = ""


def lines(rows: Sequence[Row]) -> list[str]:
    """The table as lines; a name or command that repeats is shown once."""
    shown = [HEADINGS]
    before = Row("", "", "")
    for row in rows:
        same = row.name == before.name
        shown.append(("" if same else row.name, row.what, row.figure, "" if same else row.command))
        before = row
    widths = [max(len(cells[column]) for cells in shown) for column in range(len(HEADINGS))]
    rule = tuple("-" * width for width in widths)
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in (shown[0], rule, *shown[1:])
    ]


def main(description: str | None, figures: Callable[[Path], Iterable[Row]]) -> None:
    """The command line of one measurement: `--data DIR`."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the development data")
    print("\n".join(lines(list(figures(parser.parse_args().data)))))
