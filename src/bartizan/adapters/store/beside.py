"""What stands beside the records and is told by them alone: how each stream stands, and which records tell of a signal.

It is kept in the same transaction as the records, so that a start need not look through all of them; and it is proved
with them, because it has no hash of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

Row = tuple[int, str, int, str, str, str, bytes]
"""seq, stream, version, kind, at, body, and the hash of them after the one before."""

Tip = tuple[str, int, str, int]
"""A stream, the version and the kind of its last record, and the `seq` of its first."""


def tips_of(rows: Iterable[Row]) -> list[Tip]:
    """The streams of rows that follow one another, as they stand after them.

    Of a stream that began before these rows the last number means nothing: it is known already.
    """
    tips: dict[str, Tip] = {}
    for seq, stream, version, kind, *_ in rows:
        known = tips.get(stream)
        tips[stream] = (stream, version, kind, seq if known is None else known[3])
    return list(tips.values())


def signal_key(run: Any, name: Any) -> str:
    """How a signal of a run stands in the index of signals: as text that any database takes."""
    return json.dumps([run, name])


def signals_in(rows: Iterable[Row]) -> list[tuple[str, int]]:
    """The signals of which rows tell ("run" and "signal.id" of their bodies), each with the row's `seq`."""
    bodies = ((row[0], json.loads(row[5])) for row in rows if '"signal"' in row[5])
    told = ((seq, body.get("run"), body.get("signal")) for seq, body in bodies)
    return [(signal_key(run, signal.get("id")), seq) for seq, run, signal in told if isinstance(signal, dict)]
