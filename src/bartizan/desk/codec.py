"""Events to plain JSON and back. Reading is strict: a key too many, too few or of the wrong kind is a fault.

The form is versioned by ``"schema"``; a stored event is never rewritten, so a later schema must go on reading this one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from bartizan.desk.errors import HistoryError
from bartizan.desk.event import Event, instant

E = TypeVar("E", bound=Event)
Reader = Callable[[Any], Any]
"""Makes a field of what JSON holds; raises ValueError, saying what the value is not."""


class Codec(Generic[E]):
    """The stored form of one family of events.

    `kinds` are the events by their kind; `readers` say how to read a field, by its name or, where one name means two
    things, by "kind.name". Every field of every event needs one, besides version, at and by. `schema` is the form's.
    """

    def __init__(self, kinds: Mapping[str, type[E]], readers: Mapping[str, Reader], *, schema: int = 1) -> None:
        self._kinds = dict(kinds)
        self._schema = schema
        every = {**_COMMON, **readers}
        self._fields: dict[str, dict[str, Reader]] = {}
        for kind, event in self._kinds.items():
            names = [entry.name for entry in dataclasses.fields(event)]
            lacking = [name for name in names if name not in every and f"{kind}.{name}" not in every]
            if lacking:
                raise TypeError(f"events of kind {kind} have fields that nothing reads: {', '.join(lacking)}")
            self._fields[kind] = {name: every.get(f"{kind}.{name}") or every[name] for name in names}

    def encode(self, event: E) -> dict[str, Any]:
        """The event as a JSON object: schema, kind, and its fields; instants as RFC 3339 in UTC."""
        body: dict[str, Any] = {"schema": self._schema, "kind": event.kind}
        return body | {name: _plain(getattr(event, name)) for name in self._fields[event.kind]}

    def decode(self, body: Mapping[str, Any]) -> E:
        """The event that a JSON object holds.

        Errors: HistoryError naming the key and the value, where the object is not exactly what `encode` writes.
        """
        if not isinstance(body, Mapping):
            raise HistoryError(f"a stored event is an object, not {body!r:.60}")
        if body.get("schema") != self._schema or isinstance(body.get("schema"), bool):
            raise HistoryError(
                f"a stored event has schema {body.get('schema')!r:.40}; this version reads {self._schema}. "
                "Use a newer Bartizan"
            )
        kind = body.get("kind")
        if not isinstance(kind, str) or kind not in self._kinds:
            raise HistoryError(f"a stored event is of the unknown kind {kind!r:.60}")
        fields = self._fields[kind]
        keys = body.keys() - {"schema", "kind"}
        if keys != fields.keys():
            lacks = [f"lacks {key!r}" for key in sorted(fields.keys() - keys)]
            wrong = lacks + [f"has {key!r}" for key in sorted(keys - fields.keys())]
            raise HistoryError(f"a stored event of kind {kind} {' and '.join(wrong)}")
        return self._kinds[kind](**{name: self._read(kind, name, body[name]) for name in fields})

    def _read(self, kind: str, name: str, value: Any) -> Any:
        try:
            return self._fields[kind][name](value)
        except (ValueError, HistoryError) as fault:
            raise HistoryError(f"a stored event of kind {kind}: {name} is {value!r:.80}, {fault}") from fault


def words(value: Any) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError("not text")
    return value


def any_words(value: Any) -> str:
    """Text, also none."""
    if not isinstance(value, str):
        raise ValueError("not text")
    return value


def count(value: Any) -> int:
    """A whole number from 1."""
    if type(value) is not int or value < 1:
        raise ValueError("not a whole number from 1")
    return value


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("not true or false")
    return value


def moment(value: Any) -> datetime:
    """An instant as `encode` writes it."""
    found = datetime.fromisoformat(words(value))
    if found.tzinfo is not UTC or instant(found) != value:
        raise ValueError("not an instant in UTC with microseconds and Z")
    return found


def maybe(read: Reader) -> Reader:
    """Null, or what `read` reads."""
    return lambda value: None if value is None else read(value)


def several(read: Reader) -> Reader:
    """A list of what `read` reads, as a tuple."""

    def read_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError("not a list")
        return tuple(read(one) for one in value)

    return read_all


def one_of(choices: tuple[str, ...]) -> Reader:
    """One of these words."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"not one of {', '.join(choices)}")
        return value

    return read


def record(make: Callable[..., Any], readers: Mapping[str, Reader]) -> Reader:
    """An object with exactly these keys, made by `make` of what each reads: for a dataclass within an event."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict) or value.keys() != readers.keys():
            raise ValueError(f"not an object with {', '.join(readers)}")
        return make(**{name: reader(value[name]) for name, reader in readers.items()})

    return read


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {entry.name: _plain(getattr(value, entry.name)) for entry in dataclasses.fields(value)}
    return value


_COMMON: Mapping[str, Reader] = {"version": count, "at": moment, "by": words}
