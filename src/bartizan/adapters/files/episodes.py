"""True episodes as a table, and signals as JSON lines: what a score compares.

Episodes: comma-separated text with the columns `kind`, `zone`, `begin`, `end` (seconds of the stream) and, where
known, `due` (seconds: when the condition was met; else `begin`) and `seconds` (how long the person stayed), in any
order. Signals: the lines of `bartizan watch --json`. UTF-8.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bartizan.adapters.files.csv_lines import csv_lines
from bartizan.errors import EpisodesError, Fault
from bartizan.watch.score import Episode

NEEDED = ("kind", "zone", "begin", "end")
COLUMNS = (*NEEDED, "due", "seconds")
MAX_SECONDS = 1e10
MAX_BYTES = 2_000_000_000  # a year of signals is some tens of megabytes
MAX_FAULTS = 50
HEADING = "kind,zone,begin,due,end,seconds"


def read_episodes(path: Path) -> tuple[Episode, ...]:
    """The episodes of a table. Raises EpisodesError with every fault: file, line, column, value and cure."""
    faults = _Faults(path)
    found: list[Episode] = []
    columns: list[str] | None = None
    for line, cells in csv_lines(_text(path, faults).splitlines(), faults.tell):
        if columns is None:
            columns = cells
            for name in NEEDED:
                if columns.count(name) != 1:
                    what = "stands twice" if name in columns else "is missing"
                    faults.tell(line, name, "", f"column {name} {what}", f"Begin with the line {HEADING}")
            if faults.found:
                break
        elif len(cells) != len(columns):
            faults.tell(line, "", "", f"{len(cells)} cells under {len(columns)} headings", "Give each heading one cell")
        else:
            episode = _episode(line, dict(zip(columns, cells, strict=True)), faults)
            found += [episode] if episode else []
    if columns is None and not faults.found:
        faults.tell(0, "", "", "is empty", f"Begin with the line {HEADING}")
    faults.settle()
    return tuple(found)


def read_signals(path: Path) -> tuple[dict[str, Any], ...]:
    """The JSON objects of a file of signals, in its order. Raises EpisodesError with every line that is none."""
    faults = _Faults(path)
    signals: list[dict[str, Any]] = []
    for number, text in enumerate(_text(path, faults).splitlines(), 1):
        if not text.strip():
            continue
        try:
            signal = json.loads(text)
        except (ValueError, RecursionError):
            signal = None
        if not isinstance(signal, dict) or not {"id", "state", "t", "kind", "because"} <= signal.keys():
            faults.tell(number, "", text, "is no signal", "Give what bartizan watch --json prints")
            continue
        signals.append(signal)
    faults.settle()
    return tuple(signals)


def _episode(line: int, cells: dict[str, str], faults: _Faults) -> Episode | None:
    times = {name: _number(line, name, cells[name], faults) for name in ("begin", "end")}
    begin, end = times["begin"], times["end"]
    due = _number(line, "due", cells["due"], faults) if cells.get("due") else begin
    length = _number(line, "seconds", cells["seconds"], faults) if cells.get("seconds") else None
    for name in ("kind", "zone"):
        if not cells[name]:
            faults.tell(line, name, "", "is empty", f"Give the {name} of the episode")
    if begin is None or end is None or due is None:
        return None
    if not begin <= due <= end:
        faults.tell(line, "due", f"{due:g}", f"is not between begin and end ({begin:g} and {end:g})", "Order the times")
        return None
    return Episode(kind=cells["kind"], zone=cells["zone"], begin=begin, due=due, end=end, seconds=length)


def _number(line: int, name: str, text: str, faults: _Faults) -> float | None:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if abs(value) <= MAX_SECONDS:  # NaN is not
        return value
    faults.tell(line, name, text, "is no time", f"Give seconds up to {MAX_SECONDS:g}")
    return None


def _text(path: Path, faults: _Faults) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            faults.tell(0, "", "", f"has more than {MAX_BYTES:,} bytes", "Split it by time")
            return ""
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        faults.tell(0, "", "", f"cannot be read ({error.strerror})", "Check the name and the rights")
    except UnicodeDecodeError:
        faults.tell(0, "", "", "is not UTF-8 text", "Save it in UTF-8")
    return ""


class _Faults:
    """What is wrong in one file; beyond MAX_FAULTS they are counted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.found: list[Fault] = []
        self._more = 0

    def tell(self, line: int, key: str, value: str, message: str, cure: str) -> None:
        """Note a fault."""
        if len(self.found) >= MAX_FAULTS:
            self._more += 1
        else:
            shown = value if len(value) <= 60 else value[:60] + " ..."
            self.found.append(Fault(str(self._path), line, key, shown, message, cure))

    def settle(self) -> None:
        """Raise what was found."""
        faults: Sequence[Fault] = tuple(self._all())
        if faults:
            raise EpisodesError(list(faults))

    def _all(self) -> Iterator[Fault]:
        yield from self.found
        if self._more:
            yield Fault(str(self._path), 0, "", "", f"{self._more:,} more faults", "Cure the ones above first")
