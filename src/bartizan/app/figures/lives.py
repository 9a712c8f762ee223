"""The lives of all alarms: read from the journal, and followed as they go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from bartizan.app.ledger.journal import Record
from bartizan.desk.alarms import decode
from bartizan.desk.alarms.events import Event
from bartizan.desk.figures import Life
from bartizan.desk.figures.life import step

_ALARM = "alarm/"


class Lives:
    """Lives by the alarm's id. Errors: HistoryError where a record holds what no desk can have written."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._found: dict[str, Life] = {}
        self.seq = 0  # of the last record that was read
        for record in records:
            self.seq = record.seq
            if record.stream.startswith(_ALARM):
                self.follow(record.stream.removeprefix(_ALARM), decode(record.body))

    def follow(self, alarm: str, event: Event) -> None:
        """One more event of an alarm, in its order."""
        self._found[alarm] = step(self._found.get(alarm), event)

    def all(self, contained: Mapping[str, datetime]) -> tuple[Life, ...]:
        """Every life, in the order in which the alarms were raised; `contained` as in `lives_of`."""
        return tuple(
            replace(life, contained_at=contained[name]) if name in contained else life
            for name, life in self._found.items()
        )


def lives_of(records: Iterable[Record], contained: Mapping[str, datetime] | None = None) -> tuple[Life, ...]:
    """Every alarm's life, in the order in which they were raised.

    `contained`: of each alarm that belongs to an incident when that was contained (UTC), by the alarm's id.
    """
    return Lives(records).all(contained or {})
