"""What a sweep has found so far, one JSON object a line: a sweep that was stopped goes on from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bartizan.app.sweep import Answered, Outcome, Unit
from bartizan.app.sweep.unit import row_of
from bartizan.errors import InputError


def read_kept(path: Path) -> dict[str, Answered]:
    """The answers in a file of kept lines, by the key of their unit; none where there is no file.

    A last line that was cut off in writing is left out, and its unit worked out again. Raises InputError for any
    other line that is none of ours.
    """
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    found = {}
    for number, line in enumerate(lines, start=1):
        try:
            told: Any = json.loads(line)
            rows = tuple(row_of(row) for row in told["rows"])
            found[str(told["unit"])] = Answered(number=-1, rows=rows)
        except (ValueError, KeyError, TypeError) as error:
            if number == len(lines) and not line.endswith("\n"):
                break
            raise InputError(f"{path}:{number}: no line that a sweep has kept. Name another file, or none") from error
    return found


@contextmanager
def keeping(path: Path) -> Iterator[_Keeper]:
    """What writes each answer to the end of the file as it comes, after cutting away a line that was left half."""
    with path.open("a+", encoding="utf-8") as file:
        file.seek(0)
        text = file.read()
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            file.truncate(len(whole.encode("utf-8")))
        yield _Keeper(file)


class _Keeper:
    def __init__(self, file: Any) -> None:
        self._file = file

    def __call__(self, unit: Unit, outcome: Outcome) -> None:
        """Write an answer; a failure is not kept, so that it is tried again."""
        if isinstance(outcome, Answered):
            told = {"unit": unit.key, "asked": unit.words, "rows": [asdict(row) for row in outcome.rows]}
            self._file.write(json.dumps(told, ensure_ascii=False, allow_nan=False) + "\n")
            self._file.flush()
