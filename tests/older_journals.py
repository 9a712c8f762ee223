"""Journals as older versions of the schema left them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bartizan.adapters.store.schema import APPLICATION_ID, STATEMENTS

_RECORD_1 = """CREATE TABLE record (
  seq INTEGER PRIMARY KEY,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (stream, version)
) STRICT"""


def schema_1(path: Path, bodies: Sequence[str]) -> Path:
    """A journal without hashes: records of the stream alarm/a with these bodies."""
    with closing(sqlite3.connect(path)) as old:
        old.execute(_RECORD_1)
        old.executemany(
            "INSERT INTO record VALUES (?, 'alarm/a', ?, 'raised', '2026-03-01T22:10:00.000000Z', ?)",
            [(seq, seq, body) for seq, body in enumerate(bodies, start=1)],
        )
        for name in ("record_is_next", "record_stays", "record_is_final"):
            old.execute(STATEMENTS[name])
        old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        old.execute("PRAGMA user_version = 1")
        old.commit()
    return path
