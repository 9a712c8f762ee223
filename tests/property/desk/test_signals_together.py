"""Signals that are kept together bring what they bring one after the other."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.app.desk import Desk
from bartizan.app.ledger import Ledger, MemoryJournal
from bartizan.desk.alarms import Alarm, SignalError
from bartizan.desk.alarms.hidden import DUTY_RUN
from bartizan.signal import Signal
from bartizan.site import build

# what clears and comes again within a minute is the same alarm
SITE = build({"schema": 1, "site": {"name": "x"}, "desk": {"reactivation": 60}})
T0 = datetime(2026, 3, 1, 22, 10, tzinfo=UTC)

# few names, so that they meet
SIGNALS = st.builds(
    lambda run, name, state, t, kind, severity, silent: (
        Signal(id=name, t=float(t), kind=kind, state=state, severity=severity, silent=silent),
        run,
    ),
    st.sampled_from(["", "run-1", DUTY_RUN]),
    st.sampled_from("abc"),
    st.sampled_from(["raised", "raised", "updated", "ended"]),
    st.integers(0, 2),
    st.sampled_from(["contact", "glass-break"]),
    st.sampled_from(["low", "high"]),
    st.sampled_from([None, None, None, "works"]),
)


def opened(journal: MemoryJournal) -> Desk:
    ids = itertools.count()
    ledger = Ledger(journal, lambda: T0)
    desk = Desk(SITE, ledger, new_id=lambda: f"id-{next(ids)}")
    ledger.open()
    return desk


def one_by_one(desk: Desk, told: list[tuple[Signal, str]]) -> list[object]:
    answers: list[object] = []
    for signal, run in told:
        try:
            answers.append(desk.take(signal, run))
        except SignalError as fault:
            answers.append(fault)
    return answers


def said(answer: object) -> str | None:
    return answer.id if isinstance(answer, Alarm) else None if answer is None else str(answer)


@given(told=st.lists(SIGNALS, max_size=25), cut=st.integers(0, 25))
@settings(max_examples=150)
def test_together_is_as_one_by_one(told: list[tuple[Signal, str]], cut: int) -> None:
    each, together = MemoryJournal(), MemoryJournal()
    first, second = opened(each), opened(together)
    answers = one_by_one(first, told)
    found = second.take_together(told[:cut]) + second.take_together(told[cut:])
    assert [said(one) for one in found] == [said(one) for one in answers]
    assert [(one.stream, one.version, one.kind, one.body) for one in sorted(each.read(), key=_place)] == [
        (one.stream, one.version, one.kind, one.body) for one in sorted(together.read(), key=_place)
    ]
    assert first.queue() == second.queue()


def _place(record: object) -> tuple[str, int]:
    return record.stream, record.version  # type: ignore[attr-defined]
