"""Journals as older versions of the schema left them."""

from __future__ import annotations

import hashlib
import json
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


def schema_2(path: Path, bodies: Sequence[str]) -> Path:
    """The same with hashes, of bodies in any order of keys; what stands beside the records was not there yet."""
    schema_1(path, [])
    with closing(sqlite3.connect(path)) as old:
        old.execute("DROP TABLE record")
        old.execute(_RECORD_1.replace("  UNIQUE", "  hash BLOB NOT NULL,\n  UNIQUE"))
        before, at = bytes(32), "2026-03-01T22:10:00.000000Z"
        for seq, body in enumerate(bodies, start=1):
            told = {"seq": seq, "stream": "alarm/a", "version": seq, "kind": "raised", "at": at}
            told["body"] = json.loads(body)
            text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            before = hashlib.sha256(b"\x02" + before + text.encode()).digest()
            old.execute("INSERT INTO record VALUES (?, 'alarm/a', ?, 'raised', ?, ?, ?)", (seq, seq, at, body, before))
        for name in ("record_is_next", "record_stays", "record_is_final"):
            old.execute(STATEMENTS[name])
        old.execute("PRAGMA user_version = 2")
        old.commit()
    return path
