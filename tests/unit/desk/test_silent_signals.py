"""What is recorded and not sounded is in the journal, and never an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bartizan.adapters.store import open_journal
from bartizan.app.desk import Desk
from bartizan.app.ledger import Journal, MemoryJournal
from bartizan.app.room import open_desk
from bartizan.desk.alarms import SignalError
from bartizan.signal import Signal
from bartizan.site import build

SITE = build({"schema": 1, "site": {"name": "x"}})


def signal(**changed: Any) -> Signal:
    plain: dict[str, Any] = {"id": "run-1", "t": 10.0, "kind": "loitering", "state": "raised", "silent": "patrol p1"}
    return Signal(**(plain | changed))


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    made: Journal = MemoryJournal() if request.param == "memory" else open_journal(tmp_path / "journal.db")
    yield made
    made.close()


def desk_on(journal: Journal) -> Desk:
    return open_desk(SITE, journal, lambda: datetime(2026, 3, 1, tzinfo=UTC))


def test_a_silent_signal_is_kept_and_no_alarm(journal: Journal) -> None:
    desk = desk_on(journal)
    listener = desk.subscribe()
    assert desk.take(signal(), "monday") is None
    desk.take(signal(state="updated", t=20.0), "monday")
    desk.take(signal(state="ended", t=30.0), "monday")
    assert desk.alarms() == ()
    assert listener.get(0.0) is None
    kept = list(desk.silent())
    assert [(one["state"], one["t"], one["silent"], one["run"]) for one in kept] == [
        ("raised", 10.0, "patrol p1", "monday"),
        ("ended", 30.0, "patrol p1", "monday"),
    ]


def test_what_comes_again_is_kept_once(journal: Journal) -> None:
    desk = desk_on(journal)
    for _ in range(3):
        desk.take(signal())
    assert len(list(desk.silent())) == 1


def test_one_that_is_sounded_later_is_an_alarm_and_the_journal_reads_after_a_restart(journal: Journal) -> None:
    desk = desk_on(journal)
    desk.take(signal())
    alarm = desk.take(signal(silent=None, t=60.0))
    assert alarm is not None
    assert alarm.source.t == 60.0
    again = desk_on(journal)
    assert [one.id for one in again.alarms()] == [alarm.id]
    again.take(signal(id="run-2"))
    assert [one["id"] for one in again.silent()] == ["run-1", "run-2"]
    assert again.seq == 3


def test_a_silent_signal_is_refused_as_an_alarm_and_a_broken_one_altogether() -> None:
    desk = desk_on(MemoryJournal())
    with pytest.raises(SignalError, match=r"is silent \(patrol p1\).*take"):
        desk.submit(signal())
    with pytest.raises(SignalError, match="t is a number of seconds"):
        desk.take(signal(t=float("nan")))
    assert list(desk.silent()) == []
