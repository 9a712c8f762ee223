"""Events to plain JSON and back. Reading is strict: a key too many, too few or of the wrong kind is a fault.

The form is versioned by ``"schema"``; a stored event is never rewritten, so a later schema must go on reading this one.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bartizan.desk.alarms.errors import HistoryError
from bartizan.desk.alarms.events import KINDS, Event
from bartizan.desk.alarms.state import DISPOSITIONS, PRIORITIES, instant

SCHEMA = 1
_SIGNAL_KEYS: Mapping[str, type | tuple[type, ...]] = {
    "id": str,
    "t": (int, float),
    "kind": str,
}  # what the fold itself reads of a signal
_REASONED = ("reopened", "shelved")  # these never happen without a reason


def encode(event: Event) -> dict[str, Any]:
    """The event as a JSON object: schema, kind, and its fields; instants as RFC 3339 in UTC."""
    body: dict[str, Any] = {"schema": SCHEMA, "kind": event.kind}
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if isinstance(value, datetime):
            value = instant(value)
        elif isinstance(value, Mapping):
            value = dict(value)
        body[field.name] = value
    return body


def decode(body: Mapping[str, Any]) -> Event:
    """The event that a JSON object holds.

    Errors: HistoryError naming the key and the value, where the object is not exactly what `encode` writes.
    """
    if not isinstance(body, Mapping):
        raise HistoryError(f"a stored event is an object, not {body!r:.60}")
    if body.get("schema") != SCHEMA or isinstance(body.get("schema"), bool):
        raise HistoryError(
            f"a stored event has schema {body.get('schema')!r:.40}; this version reads {SCHEMA}. Use a newer Bartizan"
        )
    kind = body.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise HistoryError(f"a stored event is of the unknown kind {kind!r:.60}")
    fields = {field.name for field in dataclasses.fields(KINDS[kind])}
    keys = set(body) - {"schema", "kind"}
    if keys != fields:
        wrong = [f"lacks {key!r}" for key in sorted(fields - keys)] + [f"has {key!r}" for key in sorted(keys - fields)]
        raise HistoryError(f"a stored event of kind {kind} {' and '.join(wrong)}")
    return KINDS[kind](**{name: _read(kind, name, body[name]) for name in sorted(fields)})


def _read(kind: str, name: str, value: Any) -> Any:
    try:
        if name == "reason" and kind in _REASONED:
            return _words(value)
        return _READERS[name](value)
    except ValueError as fault:
        raise HistoryError(f"a stored event of kind {kind}: {name} is {value!r:.80}, {fault}") from fault


def _words(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not text")
    return value


def _any_words(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not text")
    return value


def _words_or_none(value: Any) -> str | None:
    return None if value is None else _words(value)


def _count(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError("not a whole number from 1")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not true or false")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_words(value))
    if moment.tzinfo is not UTC or instant(moment) != value:
        raise ValueError("not an instant in UTC with microseconds and Z")
    return moment


def _one_of(choices: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"not one of {', '.join(choices)}")
        return value

    return read


def _signal(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    for key, kind in _SIGNAL_KEYS.items():
        if not isinstance(value.get(key), kind) or isinstance(value.get(key), bool):
            raise ValueError(f"without a proper {key!r}")
    if not math.isfinite(value["t"]):
        raise ValueError("without a finite 't'")
    return value


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "alarm": _words,
    "version": _count,
    "at": _moment,
    "by": _words,
    "signal": _signal,
    "number": _count,
    "run": _any_words,
    "priority": _one_of(PRIORITIES),
    "exercise": _flag,
    "known_at": _moment,
    "disposition": _one_of(DISPOSITIONS),
    "note": _words_or_none,
    "duplicate_of": _words_or_none,
    "forced": _flag,
    "reason": _words_or_none,
    "response": _words,
    "until": _moment,
    "second": _words_or_none,
}
