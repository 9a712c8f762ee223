"""Events written and read again are the same events, and nothing but an event can be read."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.desk.alarms import DISPOSITIONS, KINDS, PRIORITIES, Event, HistoryError, decode, encode

WORDS = st.text(min_size=1, max_size=20)
MOMENTS = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
SIGNALS = st.builds(
    lambda rest, id_, t, kind: rest | {"id": id_, "t": t, "kind": kind},
    st.dictionaries(WORDS, PLAIN, max_size=3),
    WORDS,
    st.floats(allow_nan=False, allow_infinity=False),
    WORDS,
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "alarm": WORDS,
    "version": st.integers(min_value=1),
    "at": MOMENTS,
    "by": WORDS,
    "signal": SIGNALS,
    "number": st.integers(min_value=1),
    "run": st.text(max_size=5),
    "priority": st.sampled_from(PRIORITIES),
    "exercise": st.booleans(),
    "known_at": MOMENTS,
    "lapses_at": MOMENTS,
    "disposition": st.sampled_from(DISPOSITIONS),
    "note": st.none() | WORDS,
    "duplicate_of": st.none() | WORDS,
    "forced": st.booleans(),
    "response": WORDS,
    "until": MOMENTS,
    "second": st.none() | WORDS,
    "outage": WORDS,
    "who": WORDS,
}


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(sorted(KINDS)))
    reason = WORDS if kind in ("reopened", "shelved", "shelf-proposed", "suppressed") else st.none() | WORDS
    names = [field.name for field in dataclasses.fields(KINDS[kind])]
    return KINDS[kind](**{name: draw((FIELDS | {"reason": reason})[name]) for name in names})


@given(events())
def test_written_then_read_is_the_same(event: Event) -> None:
    assert decode(json.loads(json.dumps(encode(event)))) == event


@given(events(), st.data())
def test_a_key_too_many_or_too_few_is_refused(event: Event, data: st.DataObject) -> None:
    body = encode(event)
    dropped = data.draw(st.sampled_from(sorted(body)))
    with pytest.raises(HistoryError):
        decode({key: value for key, value in body.items() if key != dropped})
    with pytest.raises(HistoryError, match="has 'more'"):
        decode(body | {"more": 1})


@given(events(), st.data())
def test_a_value_of_another_kind_is_refused(event: Event, data: st.DataObject) -> None:
    body = encode(event)
    key = data.draw(st.sampled_from(sorted(body)))
    with pytest.raises(HistoryError):
        decode(body | {key: [1.5]})


@given(PLAIN)
def test_anything_else_is_refused_in_words(body: Any) -> None:
    with pytest.raises(HistoryError, match="a stored event"):
        decode(body)


def test_what_has_to_have_a_reason_is_not_read_without() -> None:
    head = {"schema": 1, "alarm": "a", "version": 3, "at": "2026-03-01T22:10:00.000000Z", "by": "Ann"}
    assert decode(head | {"kind": "closed", "forced": False, "reason": None}).version == 3
    with pytest.raises(HistoryError, match="kind reopened: reason is None, not text"):
        decode(head | {"kind": "reopened", "reason": None})


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("schema", 2, "schema 2; this version reads 1"),
        ("schema", True, "schema True"),
        ("kind", "exploded", "unknown kind 'exploded'"),
        ("version", 0, "version is 0, not a whole number from 1"),
        ("version", True, "version is True"),
        ("at", "2026-03-01T22:10:00+01:00", "not an instant in UTC"),
        ("at", "2026-03-01T22:10:00Z", "not an instant in UTC"),
        ("at", "soon", "at is 'soon'"),
        ("by", "", "by is '', not text"),
        ("disposition", "alien", "not one of real, nuisance"),
    ],
)
def test_a_wrong_value_is_named(key: str, value: Any, words: str) -> None:
    body = {
        "schema": 1,
        "kind": "assessed",
        "alarm": "a",
        "version": 3,
        "at": "2026-03-01T22:10:00.000000Z",
        "by": "Ann",
        "disposition": "real",
        "note": None,
        "duplicate_of": None,
    }
    assert decode(body).by == "Ann"
    with pytest.raises(HistoryError, match=words):
        decode(body | {key: value})
