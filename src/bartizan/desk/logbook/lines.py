"""A line of the log-book: when it happened, when it was written, by whom, and what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bartizan.desk import event
from bartizan.desk.codec import Codec
from bartizan.desk.errors import CommandError
from bartizan.desk.event import instant
from bartizan.desk.said import person, text

LINES = "lines"  # the id of the one book: its stream is "logbook/lines"
OLDEST_LINE = timedelta(hours=24)  # what happened earlier is told in the text, not in the time of the line


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(event.Event):
    """A line was written at `at`; `happened_at` is its time (UTC). `corrects` is the number of an earlier line."""

    kind = "written"
    happened_at: datetime
    text: str
    corrects: int | None = None
    exercise: bool = False


CODEC: Codec[Written] = Codec(Written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line: `number` counts 1, 2, 3, ...; `happened_at` its time and `written_at` when it was kept (UTC)."""

    number: int
    happened_at: datetime
    written_at: datetime
    by: str
    text: str
    corrects: int | None = None
    exercise: bool = False

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values; instants as RFC 3339 in UTC, absent is null."""
        return {
            "number": self.number,
            "happened_at": instant(self.happened_at),
            "written_at": instant(self.written_at),
            "by": self.by,
            "text": self.text,
            "corrects": self.corrects,
            "exercise": self.exercise,
        }


def line_of(written: Written) -> Line:
    """The line that an event wrote."""
    return Line(
        number=written.version,
        happened_at=written.happened_at,
        written_at=written.at,
        by=written.by,
        text=written.text,
        corrects=written.corrects,
        exercise=written.exercise,
    )


def decide_write(
    last: int,
    words_: str,
    *,
    by: str,
    at: datetime,
    happened_at: datetime | None = None,
    corrects: int | None = None,
    exercise: bool = False,
) -> Written:
    """Write a line after line number `last`.

    `at` is now (UTC); `happened_at` is the line's time where it is not now: the moment when the key was pressed, or
    up to 24 hours ago. `corrects` is the number of a line that this one puts right.
    Errors: CommandError, naming what cannot be kept.
    """
    by, said = person(by), text(words_, "line of the log-book")
    when = at if happened_at is None else happened_at
    if not at - OLDEST_LINE <= when <= at:
        raise CommandError(
            f"a line has a time within the last {OLDEST_LINE.days * 24} hours, not {instant(when)}. "
            "Leave the time out and tell it in the words"
        )
    if corrects is not None and not 1 <= corrects <= last:
        raise CommandError(f"there is no line {corrects} to be put right; the last one is {last}. Name an earlier line")
    return Written(version=last + 1, at=at, by=by, happened_at=when, text=said, corrects=corrects, exercise=exercise)
