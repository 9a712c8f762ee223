"""The orders of arming in a data folder: one JSON object a line, only ever added to, so that who did what stays."""

from __future__ import annotations

import json
import os
from datetime import UTC
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bartizan.errors import InputError
from bartizan.signal import rfc3339
from bartizan.watch.arming import Order

FILE = "orders.jsonl"
LONGEST = 2000  # bytes of one order
MOST = 5_000_000  # bytes that are read: tens of thousands of orders


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    schema_: int = Field(alias="schema", ge=1, le=1)
    target: str = Field(pattern=r"^(rule|zone)/[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=100)
    armed: bool
    at: AwareDatetime
    until: AwareDatetime | None
    by: str = Field(max_length=200)
    reason: str | None = Field(max_length=1000)

    def order(self) -> Order:
        until = None if self.until is None else self.until.astimezone(UTC)
        return Order(
            target=self.target,
            armed=self.armed,
            at=self.at.astimezone(UTC),
            until=until,
            by=self.by,
            reason=self.reason,
        )


class OrdersFile:
    """The orders in a data folder. `unread` counts the lines that are none; they change nothing.

    What was read is kept until the file changes, so that it may be asked for each second.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._orders: tuple[Order, ...] = ()
        self._known: tuple[int, int] | None = None
        self.unread = 0

    def add(self, order: Order) -> None:
        """Write an order at the end, durable when this returns. Raises InputError where it cannot be written."""
        told = {
            "schema": 1,
            "target": order.target,
            "armed": order.armed,
            "at": rfc3339(order.at, "microseconds"),
            "until": None if order.until is None else rfc3339(order.until, "microseconds"),
            "by": order.by,
            "reason": order.reason,
        }
        # the line before may have been cut off by a power failure: an order must begin on a line of its own
        line = ("\n" if self._is_cut() else "") + json.dumps(told, ensure_ascii=True) + "\n"
        if len(line) > LONGEST:
            raise InputError(f"an order of {len(line)} characters is too long. Give a shorter reason")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line.encode("ascii"))
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise InputError(f"{self._path}: cannot be written: {error.strerror}. Check the data folder") from error

    def _is_cut(self) -> bool:
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - 1))
                return size > 0 and file.read(1) != b"\n"
        except OSError:
            return False

    def __call__(self) -> tuple[Order, ...]:
        """Every order, oldest first; none where there is no file. One that cannot be read leaves what was known."""
        try:
            now = self._path.stat()
            if (now.st_size, now.st_mtime_ns) == self._known:
                return self._orders
            with self._path.open("rb") as file:
                # the last orders are those that stand
                file.seek(max(0, now.st_size - MOST))
                text = file.read(MOST)
        except FileNotFoundError:
            self._orders, self._known = (), None
            return ()
        except OSError:
            self.unread += 1
            return self._orders
        found, self.unread = [], 0
        lines = text.split(b"\n")
        # what follows the last end of line is being written at this moment
        for line in lines[:-1]:
            try:
                found.append(_Entry.model_validate_json(line).order())
            except ValidationError:
                self.unread += bool(line.strip())
        self._orders, self._known = tuple(found), (now.st_size, now.st_mtime_ns)
        return self._orders
