"""What every journal must do, told of each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bartizan.adapters.store import open_journal, open_postgres
from bartizan.app.ledger import Journal, MemoryJournal, Record
from bartizan.app.ledger.journal import Settled
from bartizan.errors import StoreError

T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)


def record(seq: int, stream: str = "alarm/a", version: int | None = None, body: Any = None) -> Record:
    return Record(
        seq=seq,
        stream=stream,
        version=seq if version is None else version,
        kind="raised",
        at=T0 + timedelta(microseconds=seq),
        body={"n": seq, "words": "Tür, 門", "deep": {"x": [1, 2.5, None, True]}} if body is None else body,
    )


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Journal]]:
    """Makes journals; those on disk are the same one again, once the last was closed."""
    made: list[Journal] = []
    url = request.getfixturevalue("server").url() if request.param == "postgres" else ""

    def new() -> Journal:
        journal: Journal
        if url:
            journal = open_postgres(url)
        elif request.param == "sqlite":
            journal = open_journal(tmp_path / "journal.db")
        else:
            journal = MemoryJournal()
        made.append(journal)
        return journal

    yield new
    for journal in made:
        journal.close()


def test_what_is_appended_is_read_in_its_order(make: Callable[[], Journal]) -> None:
    journal = make()
    records = [record(1), record(2), record(3, "alarm/b", 1), record(4, "alarm/a", 3)]
    journal.append(records[:1])
    journal.append(records[1:])
    journal.append([])
    assert list(journal.read()) == records
    assert list(journal.read("alarm/a")) == [records[0], records[1], records[3]]
    assert list(journal.read("alarm/b")) == [records[2]]
    assert list(journal.read("alarm/c")) == []


def test_a_long_journal_is_read_whole(make: Callable[[], Journal]) -> None:
    journal = make()
    records = [record(seq, f"alarm/{seq % 2}", (seq + 1) // 2) for seq in range(1, 2_502)]
    journal.append(records)
    assert list(journal.read()) == records
    assert [found.version for found in journal.read("alarm/1")] == list(range(1, 1_252))


def test_reading_goes_on_behind_what_is_known(make: Callable[[], Journal]) -> None:
    journal = make()
    records = [record(1), record(2), record(3, "alarm/b", 1), record(4, "alarm/a", 3)]
    journal.append(records)
    for after in range(5):
        assert list(journal.read(after=after)) == records[after:]
    assert list(journal.read("alarm/a", 1)) == [records[1], records[3]]
    assert list(journal.read("alarm/a", 3)) == []
    assert list(journal.read("alarm/b", 1)) == []


def test_appending_goes_on_while_somebody_reads(make: Callable[[], Journal]) -> None:
    journal = make()
    journal.append([record(seq) for seq in range(1, 1_501)])
    reading = journal.read()
    first = next(reading)
    journal.append([record(1_501)])
    rest = list(reading)
    assert first == record(1)
    assert [found.seq for found in rest][:1_499] == list(range(2, 1_501))


@pytest.mark.parametrize(
    "wrong",
    [
        record(1),  # told before
        record(4, version=3),  # one of the journal is missing
        record(3, version=4),  # one of the stream is missing
        record(3, version=2),  # the version was taken: another desk was faster
        record(3, "alarm/b", 2),  # a stream that does not begin with 1
        record(0, version=3),
    ],
)
def test_what_is_not_the_next_record_is_refused(make: Callable[[], Journal], wrong: Record) -> None:
    journal = make()
    journal.append([record(1), record(2)])
    with pytest.raises(StoreError, match=r"record 3|not the next"):
        journal.append([wrong])
    journal.append([record(3)])
    assert [found.seq for found in journal.read()] == [1, 2, 3]


def test_all_of_an_append_or_nothing(make: Callable[[], Journal]) -> None:
    journal = make()
    with pytest.raises(StoreError):
        journal.append([record(1), record(2), record(4, version=3)])
    assert list(journal.read()) == []
    with pytest.raises(StoreError, match="record 2 does not fit JSON"):
        journal.append([record(1), record(2, body={"x": float("nan")})])
    with pytest.raises(StoreError, match="record 1 does not fit JSON"):
        journal.append([record(1, body={"x": object()})])
    journal.append([record(1)])
    assert list(journal.read()) == [record(1)]


def test_what_was_given_or_read_cannot_change_what_is_kept(make: Callable[[], Journal]) -> None:
    journal = make()
    body = {"deep": {"x": 1}}
    journal.append([record(1, body=body)])
    body["deep"]["x"] = 2
    assert next(iter(journal.read())).body == {"deep": {"x": 1}}


def test_a_closed_journal_takes_nothing(make: Callable[[], Journal]) -> None:
    journal = make()
    journal.append([record(1)])
    journal.close()
    journal.close()
    with pytest.raises(StoreError, match="closed"):
        journal.append([record(2)])


def test_the_ends_of_the_streams_are_told_without_reading_them(make: Callable[[], Journal]) -> None:
    journal = make()
    assert journal.ends() == {}
    journal.append([record(1), record(2), record(3, "silent", 1), record(4, "alarm/b", 1)])
    assert journal.ends() == {"alarm/a": 2, "silent": 1, "alarm/b": 1}


def life(seq: int, stream: str, *kinds: str) -> list[Record]:
    """One record of each kind in a stream; the first says what the thing is called."""
    return [
        Record(
            seq=seq + n,
            stream=stream,
            version=n + 1,
            kind=kind,
            at=T0,
            body={"of": {"name": f"{stream} {n}"}, "n": n},
        )
        for n, kind in enumerate(kinds)
    ]


def test_what_is_over_is_told_oldest_first(make: Callable[[], Journal]) -> None:
    journal = make()
    journal.append(
        life(1, "alarm/z", "raised", "closed")
        + life(3, "alarm/b", "raised", "closed", "updated")  # not over: something came behind it
        + life(6, "alarm/a", "raised", "more", "closed")
        + life(9, "alarms/a", "raised", "closed")  # another topic
        + life(11, "alarm", "closed")
        + life(12, "alarm/c", "raised")
    )
    assert list(journal.settled("alarm", ["closed"])) == [
        Settled(stream="alarm/z", seq=1),
        Settled(stream="alarm/a", seq=6),
    ]
    assert [found.stream for found in journal.settled("alarm", ["raised", "updated"])] == ["alarm/b", "alarm/c"]
    assert list(journal.settled("incident", ["closed"])) == []


def told(seq: int, stream: str, version: int, kind: str, body: object) -> Record:
    """A record with a body that may be anything."""
    return Record(seq=seq, stream=stream, version=version, kind=kind, at=T0, body=body)  # type: ignore[arg-type]


def test_a_signal_that_comes_again_finds_who_was_told_of_it_last(make: Callable[[], Journal]) -> None:
    journal = make()
    about = {"run": "night", "signal": {"id": "s-1", "note": "a \x00 and a \u2028"}}
    journal.append(
        [
            told(1, "alarm/a", 1, "raised", about),
            told(2, "alarm/b", 1, "raised", about),
            told(3, "alarm/a", 2, "updated", about),
            told(4, "alarm/c", 1, "raised", {**about, "run": "day"}),
            told(5, "incident/a", 1, "raised", about),
            told(6, "alarm/d", 1, "raised", {"run": "night", "signal": "s-1"}),
            told(7, "alarm/e", 1, "raised", {"run": "night", "signal": {"id": 1}}),
        ]
    )
    assert journal.recall("alarm", ["raised", "reactivated"], "s-1", "night") == "alarm/b"
    assert journal.recall("alarm", ["raised"], "s-1", "day") == "alarm/c"
    assert journal.recall("alarm", ["raised"], "s-2", "night") is None
    assert journal.recall("alarm", ["closed"], "s-1", "night") is None
    journal.append([told(8, "alarm/a", 3, "reactivated", about)])
    assert journal.recall("alarm", ["raised", "reactivated"], "s-1", "night") == "alarm/a"


def test_the_whole_is_proved_piece_by_piece(make: Callable[[], Journal]) -> None:
    journal = make()
    assert journal.prove() == 0
    journal.append([record(seq) for seq in range(1, 2_201)])
    seen = [0]
    while (last := journal.prove(seen[-1])) != seen[-1]:
        seen.append(last)
    assert seen[-1] == 2_200
