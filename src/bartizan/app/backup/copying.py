"""A journal copied record by record, each proved on its way, from a journal that may be in use.

A copy of the file would have to keep the desk from writing while it is made. The rows are never changed, so they can
be read a thousand at a time; what the copy holds at any moment is a whole, shorter journal, to which the next copying
adds. Journals in SQLite and in PostgreSQL can be copied to one another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from bartizan.errors import StoreError


class Rows(Protocol):
    """A journal as rows: records as they are kept, whose first value is their `seq`."""

    def page(self, after: int) -> Sequence[Any]:
        """Some rows behind the one with `seq` `after`; none at the end."""

    def end(self) -> tuple[int, bytes]:
        """The last `seq` and hash; 0 and the first hash of every chain where there is none."""

    def hash_at(self, seq: int) -> bytes | None:
        """The hash of one record; None where there is none."""


class Target(Rows, Protocol):
    """A journal that takes rows as they are."""

    def take(self, rows: Sequence[Any]) -> None:
        """Prove rows and keep them. Errors: StoreError."""


def copy(source: Rows, target: Target, told: Callable[[int], None] = lambda _seq: None) -> tuple[int, bytes]:
    """Add to `target` what `source` has beyond it; returns the last `seq` and hash of both.

    `told` hears of each piece, by its last `seq`. Errors: StoreError where `target` is no beginning of `source`, and
    where a record of `source` is missing or altered; what was copied until then stays, and is whole.
    """
    seq, proof = target.end()
    if seq and source.hash_at(seq) != proof:
        raise StoreError(
            f"the copy ends with record {seq}, which the journal does not have: it is a copy of another journal, or "
            "one of them was altered. Copy to a new place"
        )
    while rows := source.page(seq):
        target.take(rows)
        seq = rows[-1][0]
        told(seq)
    return target.end()
