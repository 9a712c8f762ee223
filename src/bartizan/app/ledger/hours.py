"""A book without records of its own: for parts of a desk that have deadlines and no streams."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bartizan.app.ledger.journal import Record


class Hours:
    """Is told the time (UTC) once a second, as every book; nothing is replayed to it."""

    topics: tuple[str, ...] = ()

    def __init__(self, pass_time: Callable[[datetime], None]) -> None:
        self.pass_time = pass_time

    def replay(self, record: Record) -> None:
        """No record is its own."""
