"""The stored form of what happens to alarms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bartizan.desk.alarms.events import (
    Acknowledged,
    Assessed,
    AssessmentBegun,
    Cleared,
    Closed,
    ContactConfirmed,
    Event,
    Raised,
    Reactivated,
    Reopened,
    ResponseOnScene,
    ResponseSent,
    ShelfAgreed,
    ShelfDeclined,
    ShelfProposed,
    Shelved,
    Suppressed,
    Unshelved,
    Updated,
)
from bartizan.desk.codec import Codec, any_words

_SIGNAL_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "id": str,
    "t": (int, float),
    "kind": str,
}  # what the fold itself reads of a signal


def _signal(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    for key, kind in _SIGNAL_KEYS.items():
        if not isinstance(value.get(key), kind) or isinstance(value.get(key), bool):
            raise ValueError(f"without a proper {key!r}")
    if not math.isfinite(value["t"]):
        raise ValueError("without a finite 't'")
    return value


CODEC: Codec[Event] = Codec(
    Raised,
    Updated,
    Cleared,
    Reactivated,
    Acknowledged,
    AssessmentBegun,
    Assessed,
    Closed,
    Reopened,
    ResponseSent,
    ResponseOnScene,
    ContactConfirmed,
    Shelved,
    ShelfProposed,
    ShelfAgreed,
    ShelfDeclined,
    Suppressed,
    Unshelved,
    readers={"signal": _signal, "run": any_words},
)
KINDS = CODEC.kinds
encode, decode = CODEC.encode, CODEC.decode
