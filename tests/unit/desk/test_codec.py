"""How a field of an event is read follows from its type; what the type does not say has to be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from bartizan.desk.codec import Codec, none_or_more, reader_of
from bartizan.desk.errors import HistoryError
from bartizan.desk.event import Event

HEAD = {"schema": 1, "kind": "noted", "version": 1, "at": "2026-03-01T22:10:00.000000Z", "by": "Ann"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    name: str
    floor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Event):
    kind = "noted"
    where: tuple[Place, ...]
    manner: Literal["loud", "quiet"]
    more: Mapping[str, Any]
    until: datetime | None = None
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Event):
    kind = "measured"
    seconds: float


NOTED = Codec(Noted, readers={"left": none_or_more})
BODY: dict[str, Any] = HEAD | {
    "where": [{"name": "gate", "floor": None}],
    "manner": "loud",
    "more": {"any": ["thing"]},
    "until": None,
    "left": 0,
}


def test_every_kind_of_type_is_read_by_itself() -> None:
    noted = NOTED.decode(BODY)
    assert noted.where == (Place(name="gate"),)
    assert noted.at == datetime(2026, 3, 1, 22, 10, tzinfo=UTC)
    assert NOTED.encode(noted) == BODY


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("where", [{"name": "gate"}], "not an object with name, floor"),
        ("where", [{"name": "", "floor": None}], "not text"),
        ("where", [{"name": "gate", "floor": 0}], "not a whole number from 1"),
        ("where", {"name": "gate", "floor": None}, "not a list"),
        ("manner", "rude", "not one of loud, quiet"),
        ("more", [], "not an object"),
        ("until", "2026-03-01", "not an instant in UTC"),
        ("left", -1, "not a whole number from 0"),
        ("left", False, "not a whole number from 0"),
    ],
)
def test_what_the_type_does_not_allow_is_refused_by_name(key: str, value: object, words: str) -> None:
    with pytest.raises(HistoryError, match=f"{key} is .*{words}"):
        NOTED.decode(BODY | {key: value})


def test_a_type_that_says_nothing_needs_a_reader() -> None:
    with pytest.raises(TypeError, match=r"events of kind measured: seconds: nothing reads a field of type .*float"):
        Codec(Measured)
    assert Codec(Measured, readers={"measured.seconds": float}).kinds == {"measured": Measured}
    with pytest.raises(TypeError, match="nothing reads"):
        reader_of(str | int)
