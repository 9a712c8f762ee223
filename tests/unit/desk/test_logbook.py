"""The log-book: numbered lines with their time, never changed, read from the end, the same after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bartizan.app.duty.logbook import KEPT, LogBook
from bartizan.app.ledger import MemoryJournal, Notice, Record
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.errors import CommandError, HistoryError
from bartizan.desk.logbook import CODEC, decide_write
from bartizan.errors import StoreError

T0 = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)


def book(journal: MemoryJournal) -> tuple[LogBook, Ledger]:
    ledger = Ledger(journal, lambda: T0)
    made = LogBook(ledger)
    ledger.open()
    return made, ledger


def test_a_line_has_the_time_of_its_key_and_of_its_writing() -> None:
    made, ledger = book(MemoryJournal())
    listener = ledger.subscribe()
    pressed = T0 - timedelta(seconds=12)
    line = made.write("a van stands before the gate", "Ann", happened_at=pressed)
    assert (line.number, line.happened_at, line.written_at, line.by) == (1, pressed, T0, "Ann")
    heard = listener.get(0)
    assert isinstance(heard, Notice)
    assert (heard.topic, heard.thing) == ("logbook", line)
    put_right = made.write("it was a lorry", "Bob", corrects=1, exercise=True)
    assert (put_right.number, put_right.corrects, put_right.exercise, put_right.happened_at) == (2, 1, True, T0)
    assert put_right.to_json()["happened_at"] == "2026-03-01T22:00:00.000000Z"


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ("", {}, "1 to 4000 readable characters"),
        (" \n ", {}, "1 to 4000 readable characters"),
        ("a\x07", {}, "readable characters"),
        ("a" * 4001, {}, "1 to 4000"),
        ("a", {"by": "desk"}, "Give the name of a person"),
        ("a", {"happened_at": T0 + timedelta(microseconds=1)}, "within the last 24 hours"),
        ("a", {"happened_at": T0 - timedelta(hours=24, microseconds=1)}, "within the last 24 hours"),
        ("a", {"corrects": 4}, "there is no line 4"),
        ("a", {"corrects": 0}, "there is no line 0"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(text: str, more: dict[str, object], words: str) -> None:
    given: dict[str, object] = {"by": "Ann", "at": T0} | more
    with pytest.raises(CommandError, match=words):
        decide_write(3, text, **given)  # type: ignore[arg-type]


def test_lines_are_read_from_the_end_also_those_that_are_no_longer_at_hand() -> None:
    journal = MemoryJournal()
    made, _ = book(journal)
    for n in range(1, KEPT + 51):
        made.write(f"line {n}", "Ann")
    for opened in (made, book(journal)[0]):
        assert [one.number for one in opened.lines(count=3)] == [KEPT + 50, KEPT + 49, KEPT + 48]
        assert [one.number for one in opened.lines(before=53, count=5)] == [52, 51, 50, 49, 48]
        assert [one.number for one in opened.lines(before=3, count=50)] == [2, 1]
        assert opened.lines(before=1) == ()
        assert opened.lines(before=10**9, count=1)[0].number == KEPT + 50
        assert [one.number for one in opened.search("LINE 103", count=3)] == [KEPT + 39, KEPT + 38, KEPT + 37]
        assert opened.search("nowhere") == ()
        assert opened.last == KEPT + 50


def test_a_line_that_was_not_kept_is_not_shown() -> None:
    class Full(MemoryJournal):
        def append(self, records: Sequence[Record]) -> None:
            raise StoreError("the disk is full")

    made, _ = book(Full())
    with pytest.raises(StoreError, match="disk is full"):
        made.write("a", "Ann")
    assert (made.lines(), made.last) == ((), 0)


def test_a_book_with_a_line_out_of_order_is_refused() -> None:
    body = CODEC.encode(decide_write(1, "a", by="Ann", at=T0))
    journal = MemoryJournal([Record(seq=1, stream="logbook/lines", version=1, kind="written", at=T0, body=body)])
    with pytest.raises(HistoryError, match="it is line 2, not 1"):
        book(journal)
