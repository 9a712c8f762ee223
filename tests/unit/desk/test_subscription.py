"""Listeners: bounded, told what they missed, usable from threads and from asyncio."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from bartizan.app.desk import Desk
from bartizan.app.ledger import MemoryJournal, Notice, Resync
from bartizan.app.room import open_desk
from bartizan.signal import Signal
from bartizan.site import build


def desk() -> Desk:
    return open_desk(
        build({"schema": 1, "site": {"name": "x"}}), MemoryJournal(), lambda: datetime(2026, 3, 1, tzinfo=UTC)
    )


def submit(desk: Desk, *numbers: int) -> None:
    for number in numbers:
        desk.submit(Signal(id=f"run-{number}", t=1.0, kind="contact", state="raised"))


def seq(notice: Any) -> int:
    assert isinstance(notice, Notice)
    return notice.seq


def test_a_listener_hears_everything_from_its_beginning_in_order() -> None:
    made = desk()
    submit(made, 1)
    listener = made.subscribe()
    submit(made, 2, 3)
    assert listener.since == 1
    assert [seq(listener.get(0)) for _ in range(2)] == [2, 3]
    assert listener.get(0) is None


def test_who_falls_behind_is_told_to_read_again_and_how_much_was_dropped() -> None:
    made = desk()
    slow, quick = made.subscribe(room=3), made.subscribe()
    submit(made, 1, 2, 3, 4, 5)
    assert slow.get(0) == Resync(dropped=3)
    assert [seq(slow.get(0)) for _ in range(2)] == [4, 5]
    assert slow.get(0) is None
    submit(made, 6, 7, 8, 9, 10, 11, 12)
    assert slow.get(0) == Resync(dropped=6)
    assert seq(slow.get(0)) == 12
    assert (slow.dropped, quick.dropped) == (9, 0)
    assert [seq(quick.get(0)) for _ in range(12)] == list(range(1, 13))


def test_a_closed_listener_hears_nothing_and_lets_its_waiter_go() -> None:
    made = desk()
    listener = made.subscribe()
    heard: list[int] = []
    waiter = threading.Thread(target=lambda: heard.extend(seq(notice) for notice in listener))
    waiter.start()
    submit(made, 1, 2)
    until = time.monotonic() + 10
    while len(heard) < 2 and time.monotonic() < until:
        time.sleep(0.005)
    listener.close()
    waiter.join(timeout=10)
    assert not waiter.is_alive()
    submit(made, 3)
    assert heard == [1, 2]
    assert listener.closed
    assert listener.get() is None
    assert made._ledger._listeners == ()


def test_get_waits_no_longer_than_it_was_told() -> None:
    listener = desk().subscribe()
    begun = time.monotonic()
    assert listener.get(0.05) is None
    assert 0.05 <= time.monotonic() - begun < 5


def test_asyncio_hears_what_another_thread_does() -> None:
    made = desk()

    async def listen() -> list[int]:
        with made.subscribe() as listener:
            assert await listener.receive(0.01) is None
            worker = threading.Thread(target=lambda: submit(made, *range(1, 51)))
            worker.start()
            heard = [seq(await listener.receive(10)) for _ in range(50)]
            worker.join()
            assert await listener.receive(0.01) is None
            assert listener._wakers == []
            return heard

    assert asyncio.run(listen()) == list(range(1, 51))


def test_asyncio_is_let_go_by_closing_and_by_cancelling() -> None:
    made = desk()

    async def listen() -> None:
        listener = made.subscribe()
        waiting = asyncio.create_task(listener.receive())
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert listener._wakers == []
        waiting = asyncio.create_task(listener.receive())
        await asyncio.sleep(0.01)
        listener.close()
        assert await asyncio.wait_for(waiting, 10) is None

    asyncio.run(listen())


def test_a_listener_whose_loop_has_ended_does_not_trouble_the_desk() -> None:
    made = desk()
    listener = made.subscribe()

    async def give_up() -> None:
        task = asyncio.create_task(listener.receive())
        await asyncio.sleep(0)
        wake = listener._wakers[0]
        task.cancel()
        listener._wakers.append(wake)

    asyncio.run(give_up())
    submit(made, 1)
    assert seq(listener.get(0)) == 1


def test_a_listener_needs_room() -> None:
    with pytest.raises(ValueError, match="room for 1 notice or more, not 0"):
        desk().subscribe(room=0)
