"""Where counts are kept: rows that add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """In the hour that begins at `hour` (UTC) `count` episodes more of `kind` at `place`, and `seconds` watched more.

    `place` is the id of a zone, or "element/ID", or "rule/ID" for a line of its own.
    """

    place: str
    kind: str
    hour: datetime
    count: int
    seconds: float


class CountStore(Protocol):
    """Keeps rows of counts; rows of one place, kind and hour add up."""

    def add(self, rows: Sequence[CountRow]) -> None:
        """Keep these rows, durable when it returns. Raises InputError where they cannot be kept."""
        ...

    def rows(self) -> Iterable[CountRow]:
        """All that is kept, as far back as a base reaches."""
        ...
