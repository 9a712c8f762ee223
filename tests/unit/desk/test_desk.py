"""The desk: one alarm per signal, one winner per alarm, durable before told, the same after a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bartizan.adapters.store import open_journal
from bartizan.app.desk import Desk
from bartizan.app.ledger import Journal, MemoryJournal, Notice, Record
from bartizan.app.room import open_desk
from bartizan.desk.alarms import AckLostError, Alarm, CommandError, ExerciseMixError, HistoryError, UnknownAlarmError
from bartizan.errors import StoreError, UnknownIdError
from bartizan.signal import Signal
from bartizan.site import build

SITE = build(
    {
        "schema": 1,
        "site": {"name": "x"},
        "response": [{"id": "guards", "arrival": {"mean": 60, "sd": 6}, "p_communication": 0.9}],
    }
)
T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)


def signal(**changed: Any) -> Signal:
    plain: dict[str, Any] = {"id": "run-1", "t": 10.0, "kind": "contact", "state": "raised"}
    return Signal(**(plain | changed))


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    made: Journal = MemoryJournal() if request.param == "memory" else open_journal(tmp_path / "journal.db")
    yield made
    made.close()


def desk_on(journal: Journal, now: Callable[[], datetime] = lambda: T0) -> Desk:
    return open_desk(SITE, journal, now)


def test_the_same_signal_twice_is_one_alarm_and_one_of_another_run_is_another(journal: Journal) -> None:
    desk = desk_on(journal)
    first = desk.submit(signal())
    assert desk.submit(signal()) == first
    other = desk.submit(signal(), run="tuesday")
    assert other.id != first.id
    assert [alarm.number for alarm in desk.alarms()] == [1, 2]
    assert desk.seq == 2


def test_an_id_used_again_for_something_new_opens_a_new_alarm_that_later_reports_belong_to(journal: Journal) -> None:
    desk = desk_on(journal)
    first = desk.submit(signal())
    second = desk.submit(signal(t=500.0))
    assert second.id != first.id
    desk.submit(signal(t=510.0, state="ended"))
    again = desk_on(journal)
    again.submit(signal(t=520.0, state="updated"))
    assert (again.alarm(first.id).condition, again.alarm(first.id).version) == ("active", 1)
    assert again.alarm(second.id).version == 3


def test_twenty_people_acknowledge_at_once_and_one_wins(journal: Journal) -> None:
    desk = desk_on(journal)
    alarm = desk.submit(signal())
    together = threading.Barrier(20)

    def try_it(person: str) -> str:
        together.wait()
        try:
            return desk.acknowledge(alarm.id, person, alarm.version).acknowledged_by or ""
        except AckLostError as lost:
            return f"lost to {lost.by}"

    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(try_it, [f"person {n}" for n in range(20)]))
    winner = desk.alarm(alarm.id).acknowledged_by
    assert told.count(f"{winner}") == 1
    assert told.count(f"lost to {winner}") == 19
    assert [event.kind for event in desk.history(alarm.id)] == ["raised", "acknowledged"]


def test_signals_from_many_threads_are_all_kept_in_one_order(journal: Journal) -> None:
    desk = desk_on(journal)
    with desk.subscribe() as listener, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: desk.submit(signal(id=f"run-{n}")), range(120)))
        heard = [listener.get(0) for _ in range(120)]
    assert [notice.seq for notice in heard if isinstance(notice, Notice)] == list(range(1, 121))
    assert sorted(alarm.number for alarm in desk.alarms()) == list(range(1, 121))
    assert desk_on(journal).alarms() == desk.alarms()


def test_nobody_hears_of_what_the_journal_did_not_take() -> None:
    class Full(MemoryJournal):
        def append(self, records: Sequence[Record]) -> None:
            raise StoreError("the disk is full")

    desk = desk_on(Full())
    listener = desk.subscribe()
    with pytest.raises(StoreError, match="the disk is full"):
        desk.submit(signal())
    assert (desk.queue(), desk.seq, listener.get(0)) == ((), 0, None)


def test_it_is_in_the_journal_when_the_listener_hears_of_it(journal: Journal) -> None:
    desk = desk_on(journal)
    listener = desk.subscribe()
    kept: list[int] = []
    tell = listener.put

    def put(notice: Notice) -> None:
        kept.append(max(record.seq for record in journal.read()))
        tell(notice)

    listener.put = put  # type: ignore[method-assign]
    alarm = desk.submit(signal(state="ended"))
    desk.acknowledge(alarm.id, "Ann")
    assert kept == [2, 2, 3]


def test_a_restart_shows_what_was_there(journal: Journal) -> None:
    desk = desk_on(journal)
    alarm = desk.submit(signal(severity="high", because={"dwell": 61.5}))
    desk.acknowledge(alarm.id, "Ann", alarm.version)
    desk.send(alarm.id, "guards", "Ann")
    desk.confirm_contact(alarm.id, "Ann")
    desk.on_scene(alarm.id, "guards", "Bob")
    desk.assess(alarm.id, "Ann", "real", "held at the gate")
    again = desk_on(journal)
    assert again.alarms() == desk.alarms()
    assert again.queue() == desk.queue()
    assert again.seq == desk.seq
    assert again.submit(signal(severity="high", because={"dwell": 61.5})) == desk.alarm(alarm.id)


def test_a_shelf_that_ran_out_while_the_desk_was_down_ends_at_the_start(journal: Journal) -> None:
    desk = desk_on(journal)
    alarm = desk.submit(signal())
    desk.shelve(alarm.id, "Ann", T0 + timedelta(minutes=10), "works")
    desk.submit(signal(id="run-2", severity="low"))
    assert [waiting.number for waiting in desk.queue()] == [2, 1]
    again = desk_on(journal, lambda: T0 + timedelta(minutes=11))
    assert again.alarm(alarm.id).suppression is None
    assert [waiting.number for waiting in again.queue()] == [1, 2]


def test_the_queue_is_in_order_of_priority_then_untaken_then_age(journal: Journal) -> None:
    desk = desk_on(journal)
    alarms: list[Alarm] = [
        desk.submit(signal(id=f"run-{n}", severity=severity))
        for n, severity in enumerate(["low", "high", "medium", "high", "high", "medium"])
    ]
    desk.acknowledge(alarms[1].id, "Ann")
    desk.acknowledge(alarms[5].id, "Ann")
    desk.assess(alarms[5].id, "Ann", "nuisance", "staff", force=True)
    assert [alarm.number for alarm in desk.queue()] == [4, 5, 2, 3, 1]


def test_a_duplicate_is_of_an_alarm_that_is_there_and_of_the_same_kind(journal: Journal) -> None:
    desk = desk_on(journal)
    first, second = desk.submit(signal()), desk.submit(signal(id="run-2"))
    drill = desk.submit(signal(id="run-3", exercise=True))
    desk.acknowledge(second.id, "Ann")
    with pytest.raises(UnknownAlarmError, match="no alarm 'nothing'"):
        desk.assess(second.id, "Ann", "duplicate", duplicate_of="nothing")
    with pytest.raises(ExerciseMixError):
        desk.assess(second.id, "Ann", "duplicate", duplicate_of=drill.id)
    assert desk.assess(second.id, "Ann", "duplicate", duplicate_of=first.id).duplicate_of == first.id


def test_what_the_desk_does_not_have_is_refused_by_name(journal: Journal) -> None:
    desk = desk_on(journal)
    alarm = desk.submit(signal())
    with pytest.raises(UnknownAlarmError, match="there is no alarm 'x'"):
        desk.acknowledge("x", "Ann")
    with pytest.raises(UnknownAlarmError):
        desk.alarm(["x"])  # type: ignore[arg-type]
    with pytest.raises(UnknownIdError, match="guard"):
        desk.send(alarm.id, "guard", "Ann")
    with pytest.raises(UnknownIdError, match="guard"):
        desk.on_scene(alarm.id, "guard", "Ann")
    assert desk.seq == 1


def test_instants_are_kept_in_utc_and_a_clock_without_an_offset_is_refused(journal: Journal) -> None:
    vienna = timezone(timedelta(hours=1))
    desk = desk_on(journal, lambda: T0.astimezone(vienna))
    assert desk.submit(signal()).raised_at.tzinfo is UTC
    until = (T0 + timedelta(hours=1)).astimezone(vienna)
    shelf = desk.shelve(desk.queue()[0].id, "Ann", until, "works").suppression
    assert shelf is not None
    assert (shelf.until, shelf.until.tzinfo) == (T0 + timedelta(hours=1), UTC)
    with pytest.raises(CommandError, match="an instant has an offset"):
        desk.shelve(desk.queue()[0].id, "Ann", until.replace(tzinfo=None), "works")
    with pytest.raises(ValueError, match="which offset"):
        desk_on(MemoryJournal(), lambda: T0.replace(tzinfo=None))


def test_ids_come_from_their_source_and_are_never_used_twice() -> None:
    desk = open_desk(SITE, MemoryJournal(), lambda: T0, new_id=lambda: "always")
    assert desk.submit(signal()).id == "always"
    with pytest.raises(HistoryError, match="in use"):
        desk.submit(signal(id="run-2"))
    assert len({desk_on(MemoryJournal()).submit(signal()).id for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"body": {"schema": 9}}, r"record 2 of the journal \(alarm/.*schema 9"),
        ({"kind": "assessed"}, "record 2"),
    ],
)
def test_a_journal_that_no_desk_wrote_is_refused(changed: dict[str, Any], words: str) -> None:
    journal = MemoryJournal()
    alarm = desk_on(journal).submit(signal())
    body: dict[str, Any] = {
        "schema": 1,
        "kind": "closed",
        "alarm": alarm.id,
        "version": 2,
        "at": "2026-03-01T22:10:00.000000Z",
        "by": "Eve",
        "forced": True,
        "reason": "x",
    }
    plain: dict[str, Any] = {
        "seq": 2,
        "stream": f"alarm/{alarm.id}",
        "version": 2,
        "kind": "closed",
        "at": T0,
        "body": body,
    }
    journal.append([Record(**(plain | changed))])
    with pytest.raises(HistoryError, match=words):
        desk_on(journal)


def test_other_streams_of_the_journal_are_left_alone() -> None:
    journal = MemoryJournal([Record(seq=1, stream="weather/1", version=1, kind="begun", at=T0, body={"x": 1})])
    desk = desk_on(journal)
    desk.submit(signal())
    assert [record.stream.split("/")[0] for record in journal.read()] == ["weather", "alarm"]
    assert desk_on(journal).alarms() == desk.alarms()
