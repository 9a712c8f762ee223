"""Counts of episodes in a data folder: one row a line, rows add up; made small again when it has grown."""

from __future__ import annotations

import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bartizan.adapters.files.whole import write_whole
from bartizan.app.episodes.ports import CountRow
from bartizan.errors import InputError
from bartizan.signal import rfc3339
from bartizan.watch.episodes.series import REACH

FILE = "episode-counts.jsonl"
# lines beyond this are added up into one row an hour; written every five minutes it is reached in some days
MOST_LINES = 20_000
_LONGEST = 1000


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    place: str = Field(min_length=1, max_length=100)
    kind: str = Field(min_length=1, max_length=40)
    hour: AwareDatetime
    count: int = Field(ge=0, le=1_000_000)
    seconds: float = Field(ge=0, le=3600, allow_inf_nan=False)


class CountsFile:
    """The counts in a data folder. `unread` counts the lines that are none; they count nothing."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self.unread = 0

    def add(self, rows: Sequence[CountRow]) -> None:
        """Write rows at the end, durable when it returns. Raises InputError where they cannot be written."""
        text = "".join(_line(row) for row in rows)
        try:
            with self._locked():
                self._append(text)
        except OSError as error:
            raise InputError(f"{self._path}: cannot be written: {error.strerror}. Check the data folder") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Nobody else writes meanwhile: neither another run nor whoever makes the file small again."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _append(self, text: str) -> None:
        handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            # a line that a power failure has cut off must not swallow the next
            cut = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            os.write(handle, (("\n" if cut else "") + text).encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)

    def rows(self) -> Iterator[CountRow]:
        """All that is kept, added up by hour, as far back as a base reaches before the latest."""
        return iter(self._read()[0])

    def compact(self) -> None:
        """Where the file has grown long, write it again with one row for each hour. Raises InputError."""
        if self._read()[1] <= MOST_LINES:
            return
        with self._locked():
            found, _ = self._read()
            write_whole(self._path, "".join(_line(row) for row in found), mode=0o600)

    def _read(self) -> tuple[list[CountRow], int]:
        """The rows, and how many lines they took."""
        sums: dict[tuple[str, str, datetime], list[float]] = defaultdict(lambda: [0.0, 0.0])
        lines, self.unread = 0, 0
        try:
            with self._path.open("rb") as file:
                while line := file.readline(_LONGEST):
                    lines += 1
                    try:
                        row = _Row.model_validate_json(line)
                        hour = row.hour.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
                    except (ValidationError, OverflowError):
                        self.unread += bool(line.strip())
                        continue
                    held = sums[row.place, row.kind, hour]
                    held[0] += row.count
                    held[1] = min(3600.0, held[1] + row.seconds)
        except FileNotFoundError:
            return [], 0
        except OSError as error:
            raise InputError(f"{self._path}: cannot be read: {error.strerror}. Check the data folder") from error
        last = max((hour for _, _, hour in sums), default=None)
        found = [
            CountRow(place=place, kind=kind, hour=hour, count=int(count), seconds=seconds)
            for (place, kind, hour), (count, seconds) in sorted(sums.items())
            if last is None or last - hour <= REACH + timedelta(hours=1)
        ]
        return found, lines


def _line(row: CountRow) -> str:
    told = {
        "place": row.place,
        "kind": row.kind,
        "hour": rfc3339(row.hour),
        "count": row.count,
        "seconds": row.seconds,
    }
    return json.dumps(told, ensure_ascii=True) + "\n"
