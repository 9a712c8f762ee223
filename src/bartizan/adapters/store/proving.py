"""Rows as they are kept, and the proof of each when it is read: nothing is told that is not what its hash says.

The text that a record's hash covers is its canonical JSON. Bodies are kept as canonical JSON themselves, so that this
text is put together without reading the body.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any

from bartizan.adapters.store.beside import Row
from bartizan.app.ledger.journal import Record
from bartizan.desk.event import instant
from bartizan.desk.evidence import GENESIS, canonical, link
from bartizan.errors import InputError, StoreError

PAGE = 1_000  # records read at once

_CURE = "Restore the journal from a backup"


def row_of(record: Record, before: bytes) -> Row:
    """The row that keeps a record after the one of hash `before`. Errors: StoreError where it does not fit JSON."""
    try:
        body = canonical(dict(record.body)).decode("utf-8")
        at = instant(record.at)
        told = (record.seq, record.stream, record.version, record.kind, at, body)
        proof = link(before, _text(told))
    except (InputError, UnicodeEncodeError, RecursionError) as fault:
        raise StoreError(
            f"record {record.seq} does not fit JSON: {fault.__cause__ or fault}. Give plain finite values"
        ) from fault
    return *told, proof


def chained(rows: Iterable[Sequence[Any]], before: bytes | None) -> Iterator[tuple[Any, ...]]:
    """Rows that follow one another in the journal, each with the hash of the one before it behind its own."""
    for row in rows:
        yield (*row, before)
        before = row[-1]


def prove_run(rows: Iterable[Sequence[Any]], place: str, after: int) -> int:
    """Prove rows that follow one another in the journal, without reading their bodies; returns the last `seq`.

    The rows are as for `proved`; `after` is the `seq` before the first. Errors: StoreError.
    """
    for *told, own, before in rows:
        if told[0] != after + 1:
            raise _missing(place, told[0])
        require_proof(told, own, before, place)
        after = told[0]
    return after


def proved(rows: Iterable[Sequence[Any]], place: str, stream: str | None, after: int = 0) -> Iterator[Record]:
    """The records in rows of seq, stream, version, kind, at, body, own hash, and the hash of the row before.

    Parameters: `place`, the journal's name for messages; `stream`, where the rows are those of one stream alone;
    `after`, the `seq` (of one stream: the version) of the record before the first.
    Errors: StoreError where one is missing, cannot be read, or is not what its hash says.
    """
    count = after
    for *told, own, before in rows:
        seq = told[0]
        count += 1
        if count != (seq if stream is None else told[2]):
            raise _missing(place, seq)
        record = record_of(told, place)
        require_proof(told, own, before, place)
        yield record


def require_proof(told: Sequence[Any], own: Any, before: Any, place: str) -> None:
    """Refuse a row that is not, to the letter, what its hash says. Errors: StoreError."""
    ahead = GENESIS if before is None else bytes(before)
    if bytes(own) == link(ahead, _text(told)):
        return
    raise StoreError(
        f"{place}: record {told[0]}, or the one before it, was altered: it is not what its hash says. {_CURE}"
    )


def require_tips(wrong: Sequence[Any], place: str) -> None:
    """Refuse a journal in which streams do not stand as their records say. Errors: StoreError."""
    if wrong:
        raise StoreError(f"{place}: stream {wrong[0][0]} does not stand as its records say: it was altered. {_CURE}")


def record_of(row: Sequence[Any], place: object) -> Record:
    """The record that a row holds, less its hash. Errors: StoreError naming the record."""
    seq, stream, version, kind, at, text = row
    try:
        body = json.loads(text)
        moment = datetime.fromisoformat(at)
    except (ValueError, RecursionError) as fault:
        raise _unreadable(place, seq, str(fault)) from fault
    if not isinstance(body, dict) or moment.tzinfo is not UTC:
        raise _unreadable(place, seq, "its body is no object, or its time is not in UTC")
    return Record(seq=seq, stream=stream, version=version, kind=kind, at=moment, body=body)


def _text(told: Sequence[Any]) -> bytes:
    """The canonical text of a row, less its hash, whose body is canonical already."""
    seq, stream, version, kind, at, body = told
    said = (
        f'{{"at":{encode_basestring(at)},"body":{body},"kind":{encode_basestring(kind)},"seq":{seq},'
        f'"stream":{encode_basestring(stream)},"version":{version}}}'
    )
    return said.encode("utf-8")


def _missing(place: str, seq: int) -> StoreError:
    return StoreError(f"{place}: before record {seq} one is missing. {_CURE}")


def _unreadable(place: object, seq: int, why: str) -> StoreError:
    return StoreError(f"{place}: record {seq} cannot be read: {why}. {_CURE}")
