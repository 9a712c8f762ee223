"""The stored form of what happens to alarms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bartizan.desk.alarms.events import KINDS, Event
from bartizan.desk.alarms.state import DISPOSITIONS, PRIORITIES
from bartizan.desk.codec import Codec, any_words, count, flag, maybe, moment, one_of, words

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
    KINDS,
    {
        "alarm": words,
        "signal": _signal,
        "number": count,
        "run": any_words,
        "priority": one_of(PRIORITIES),
        "exercise": flag,
        "known_at": moment,
        "disposition": one_of(DISPOSITIONS),
        "note": maybe(words),
        "duplicate_of": maybe(words),
        "forced": flag,
        "reason": maybe(words),
        # these never happen without one
        "reopened.reason": words,
        "shelved.reason": words,
        "shelf-proposed.reason": words,
        "lapses_at": moment,
        "response": words,
        "until": moment,
        "second": maybe(words),
    },
)
encode, decode = CODEC.encode, CODEC.decode
