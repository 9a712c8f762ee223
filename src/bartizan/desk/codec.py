"""Events to plain JSON and back. Reading is strict: a key too many, too few or of the wrong kind is a fault.

How a field is read follows from its type: `str` is text that is not empty, `int` a whole number from 1, and so on (see
`reader_of`). Where the type does not say enough, the codec is given a reader for the field.

The form is versioned by ``"schema"``; a stored event is never rewritten, so a later schema must go on reading this one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from bartizan.desk.errors import HistoryError
from bartizan.desk.event import Event, instant

E = TypeVar("E", bound=Event)
Reader = Callable[[Any], Any]
"""Makes a field of what JSON holds; raises ValueError, saying what the value is not."""


class Codec(Generic[E]):
    """The stored form of one family of `events`, each under its `kind`.

    `readers` say how to read a field whose type does not say enough, by its name or, where one name means two things,
    by "kind.name". `schema` is the form's. Errors: TypeError naming a field that nothing reads.
    """

    def __init__(self, *events: type[E], readers: Mapping[str, Reader] = MappingProxyType({}), schema: int = 1) -> None:
        self.kinds: Mapping[str, type[E]] = MappingProxyType({event.kind: event for event in events})
        self._schema = schema
        self._fields = {kind: _readers_of(event, kind, readers) for kind, event in self.kinds.items()}

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
        if not isinstance(kind, str) or kind not in self.kinds:
            raise HistoryError(f"a stored event is of the unknown kind {kind!r:.60}")
        fields = self._fields[kind]
        keys = body.keys() - {"schema", "kind"}
        if keys != fields.keys():
            lacks = [f"lacks {key!r}" for key in sorted(fields.keys() - keys)]
            wrong = lacks + [f"has {key!r}" for key in sorted(keys - fields.keys())]
            raise HistoryError(f"a stored event of kind {kind} {' and '.join(wrong)}")
        return self.kinds[kind](**{name: self._read(kind, name, body[name]) for name in fields})

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


def none_or_more(value: Any) -> int:
    """A whole number from 0."""
    if type(value) is not int or value < 0:
        raise ValueError("not a whole number from 0")
    return value


def an_object(value: Any) -> Mapping[str, Any]:
    """An object, whatever is in it; it cannot be changed."""
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return MappingProxyType(value)


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


def reader_of(hint: Any) -> Reader:
    """How a field of this type is read.

    `str`: `words`; `int`: `count`; `bool`: `flag`; `datetime`: `moment`; a Literal: one of its words; an optional
    type: `maybe`; a tuple of one type: `several`; a Mapping: `an_object`; a dataclass: `record` of its fields. Errors:
    TypeError where the type is none of these.
    """
    if isinstance(hint, type) and hint in _PLAIN:
        return _PLAIN[hint]
    made, parts = get_origin(hint), get_args(hint)
    if made is Literal:
        return one_of(parts)
    if made in (Union, UnionType) and len(parts) == 2 and NoneType in parts:
        return maybe(reader_of(next(part for part in parts if part is not NoneType)))
    if made is tuple and parts[1:] == (...,):
        return several(reader_of(parts[0]))
    if isinstance(made, type) and issubclass(made, Mapping):
        return an_object
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return record(hint, {name: reader_of(inner) for name, inner in _hints(hint)})
    raise TypeError(f"nothing reads a field of type {hint}")


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


def _readers_of(event: type[Event], kind: str, given: Mapping[str, Reader]) -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    for name, hint in _hints(event):
        reader = given.get(f"{kind}.{name}") or given.get(name)
        try:
            found[name] = reader or reader_of(hint)
        except TypeError as fault:
            raise TypeError(f"events of kind {kind}: {name}: {fault}. Give the codec a reader for it") from fault
    return found


def _hints(made: type) -> list[tuple[str, Any]]:
    """The fields of a dataclass with their types."""
    hints = get_type_hints(made)
    return [(entry.name, hints[entry.name]) for entry in dataclasses.fields(made)]


_PLAIN: Mapping[type, Reader] = {str: words, int: count, bool: flag, datetime: moment}
