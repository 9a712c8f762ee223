"""The hash chain over events: each hash covers the event and the hash before it, so that one of them fixes all before.

h_0 is 32 zero bytes; h_n = SHA-256(0x02 || h_{n-1} || canonical(event_n)). The prefix keeps the chain apart from the
Merkle tree, whose hashes begin with 0x00 and 0x01.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bartizan.errors import InputError

GENESIS = bytes(32)
_LINK = b"\x02"


def canonical(event: Mapping[str, Any]) -> bytes:
    """An event, as plain JSON values, as the one text that stands for it: keys in order, no spaces, UTF-8.

    Two events that are equal as JSON have the same text; the order of keys and the escapes of strings do not count.
    Numbers are written as Python writes them, which reads back as the same number. Raises InputError for what JSON
    does not hold: NaN, infinity, other kinds of values, half of a surrogate pair.
    """
    try:
        text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"an event that is to be proved does not fit JSON: {error}. Give plain finite values"
        ) from error


def link(before: bytes, event: bytes) -> bytes:
    """The hash of an event (its canonical text) after the hash `before` of the one before it."""
    return hashlib.sha256(_LINK + before + event).digest()
