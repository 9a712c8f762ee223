"""The lives of all alarms, read once from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from bartizan.app.desk.journal import Record
from bartizan.desk.alarms import decode
from bartizan.desk.figures import Life
from bartizan.desk.figures.life import step

_ALARM = "alarm/"


def lives_of(records: Iterable[Record], contained: Mapping[str, datetime] | None = None) -> tuple[Life, ...]:
    """Every alarm's life, in the order in which they were raised.

    `contained`: of each alarm that belongs to an incident when that was contained (UTC), by the alarm's id. Errors:
    HistoryError where a record holds what no desk can have written.
    """
    found: dict[str, Life] = {}
    for record in records:
        if record.stream.startswith(_ALARM):
            found[record.stream] = step(found.get(record.stream), decode(record.body))
    ends = contained or {}
    return tuple(
        replace(life, contained_at=ends[life.alarm]) if life.alarm in ends else life for life in found.values()
    )
