"""A desk that lets what is over sleep knows the same as one that was given every record, whatever was done before."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.app.desk import Desk
from bartizan.app.ledger import MemoryJournal
from bartizan.app.ledger.ledger import Ledger
from bartizan.desk.errors import CommandRefusedError
from bartizan.signal import Signal
from bartizan.site import build

SITE = build({"schema": 1, "site": {"name": "x"}})
T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)

# what a signal, its time and what a person does may be; few names, so that they meet
SIGNALS = st.tuples(
    st.sampled_from(["", "run-1"]),
    st.sampled_from("ab"),
    st.sampled_from(["raised", "updated", "ended"]),
    st.integers(0, 3),
)
ACTS = st.sampled_from(["acknowledge", "false", "real", "close", "force", "reopen"])
Steps = list[tuple[object, ...]]
STEPS: st.SearchStrategy[Steps] = st.lists(
    st.one_of(SIGNALS, st.tuples(ACTS, st.integers(0, 5))), min_size=1, max_size=25
)


def opened(journal: MemoryJournal, *, long: int, at: datetime) -> Desk:
    ids = itertools.count()
    ledger = Ledger(journal, lambda: at, long=long)
    desk = Desk(SITE, ledger, new_id=lambda: f"{at.timestamp()}-{next(ids)}")
    ledger.open()
    return desk


def play(desk: Desk, steps: Sequence[tuple[object, ...]]) -> None:
    for step in steps:
        if len(step) == 4:
            run, name, state, t = step
            desk.submit(Signal(id=str(name), t=float(str(t)), kind="contact", state=state), str(run))  # type: ignore[arg-type]
            continue
        alarms = desk.alarms()
        if alarms:
            alarm = alarms[int(str(step[1])) % len(alarms)].id
            with suppress(CommandRefusedError):
                _act(desk, str(step[0]), alarm)


def _act(desk: Desk, act: str, alarm: str) -> None:
    if act == "acknowledge":
        desk.acknowledge(alarm, "Ann")
    elif act in ("false", "real"):
        desk.assess(alarm, "Ann", act)  # type: ignore[arg-type]
    elif act == "close":
        desk.close(alarm, "Ann")
    elif act == "force":
        desk.assess(alarm, "Ann", "false", "stuck", force=True)
    else:
        desk.reopen(alarm, "Ann", "looked again")


@given(before=STEPS, after=STEPS)
@settings(max_examples=60)
def test_both_desks_are_the_same_and_stay_the_same(
    before: list[tuple[object, ...]], after: list[tuple[object, ...]]
) -> None:
    first = MemoryJournal()
    play(opened(first, long=10_000, at=T0), before)
    second = MemoryJournal(list(first.read()))
    later = T0 + timedelta(hours=1)
    whole, sleeping = opened(first, long=10_000, at=later), opened(second, long=0, at=later)
    assert sleeping.queue() == whole.queue()
    # only signals, so that nothing is woken but by them
    signals = [step for step in after if len(step) == 4]
    play(whole, signals)
    play(sleeping, signals)
    assert list(second.read()) == list(first.read())
    assert sleeping.queue() == whole.queue()
    play(whole, after)
    play(sleeping, after)
    assert list(second.read()) == list(first.read())
    assert sleeping.alarms() == whole.alarms()


def test_one_that_is_over_is_not_read_until_somebody_asks() -> None:
    journal = MemoryJournal()
    desk = opened(journal, long=10_000, at=T0)
    closed = desk.submit(Signal(id="a", t=1.0, kind="contact", state="ended"))
    desk.acknowledge(closed.id, "Ann")
    closed = desk.assess(closed.id, "Ann", "false")
    assert not closed.is_open
    waiting = desk.submit(Signal(id="b", t=1.0, kind="contact", state="raised"))
    read: list[str | None] = []

    class Watched(MemoryJournal):
        def read(self, stream: str | None = None, after: int = 0):  # type: ignore[no-untyped-def]
            read.append(stream)
            return super().read(stream, after)

    again = opened(Watched(list(journal.read())), long=0, at=T0)
    assert read == [f"alarm/{waiting.id}"]
    assert again.queue() == (waiting,)
    assert again.alarm(closed.id) == closed
    assert read == [f"alarm/{waiting.id}", f"alarm/{closed.id}"]
    assert again.alarm(closed.id) == closed
    assert len(read) == 2


def test_what_is_told_again_of_one_that_is_over_is_still_that_one() -> None:
    site = build({"schema": 1, "site": {"name": "x"}, "desk": {"reactivation": 60}})

    def told(name: str, state: str) -> Signal:
        return Signal(id=name, t=1.0, kind="contact", state=state, because={"sensor": "door"})  # type: ignore[arg-type]

    journal = MemoryJournal()
    ledger = Ledger(journal, lambda: T0)
    desk = Desk(site, ledger)
    ledger.open()
    alarm = desk.submit(told("a", "raised"))
    desk.submit(told("a", "ended"))
    assert desk.submit(told("b", "raised")).id == alarm.id  # it came again, under another id
    desk.submit(told("b", "ended"))
    desk.acknowledge(alarm.id, "Ann")
    over = desk.assess(alarm.id, "Ann", "false")
    assert not over.is_open
    for name in ("a", "b"):
        again = opened(journal, long=0, at=T0)
        kept = len(list(journal.read()))
        assert again.submit(told(name, "raised")) == over
        assert len(list(journal.read())) == kept
