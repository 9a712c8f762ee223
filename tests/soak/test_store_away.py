"""A desk whose database is away, or whose disk is full: words wait with the broker, and each becomes one alarm.

Run: ``pytest --soak tests/soak/test_store_away.py``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from soaking import Sensors, access_of, fill, scaled, within

from bartizan.adapters.bus import Inlet, read_address
from bartizan.adapters.store import open_journal, open_postgres
from bartizan.app.ledger import Journal
from bartizan.app.room import Room, open_room
from bartizan.errors import StoreError
from bartizan.site.document import build
from mqtt_broker import Broker
from postgres_server import postgres_server

pytestmark = pytest.mark.soak

WORDS = 60
PATIENCE = 60.0


@contextmanager
def hearing(broker: Broker, journal: Journal, name: str) -> Iterator[tuple[Room, Inlet, Sensors]]:
    """A desk that hears so many detectors, and whose time passes whatever the store says."""
    told = {"kind": "detector", "area": "yard", "on": 1, "off": 0}
    listed = [{"id": f"p{n}", "topic": f"{name}/{n}", **told} for n in range(WORDS)]
    site = build({"schema": 1, "site": {"name": "Yard"}, "area": [{"id": "yard"}], "input": listed})
    room, over = open_room(site, journal, lambda: datetime.now(UTC), minds=False), threading.Event()

    def hear(topic: str, body: bytes, kept: bool) -> None:
        room.inbox.hear(topic, body, kept=kept)

    def pass_time() -> None:
        while not over.wait(0.5):
            try:
                room.pass_time()
            except StoreError:
                continue

    thread = threading.Thread(target=pass_time)
    address = read_address(broker.url)
    with (
        Inlet(address, access_of(broker), name=name, topics=room.inbox.subscriptions, hear=hear) as inlet,
        Sensors(broker) as sensors,
    ):
        within("the desk hears", PATIENCE, inlet.line.listening.is_set)
        thread.start()
        try:
            yield room, inlet, sensors
        finally:
            over.set()
            thread.join()


def speak(sensors: Sensors, name: str, numbers: range) -> None:
    sensors.words.extend((f"{name}/{number}", b"1") for number in numbers)


def through(
    room: Room, inlet: Inlet, speaking: Callable[[range], None], *, gone: Callable[[], None], back: Callable[[], None]
) -> None:
    """Words before, in and after the trouble: all of them alarms, each once and in its order."""
    third = WORDS // 3
    speaking(range(third))
    within("the first are taken", PATIENCE, lambda: room.inbox.taken == third)
    gone()
    speaking(range(third, 2 * third))
    within("it is refused", PATIENCE, lambda: inlet.refusing)
    assert room.inbox.taken == third
    back()
    speaking(range(2 * third, WORDS))
    within("all are taken", PATIENCE, lambda: room.inbox.taken == WORDS)
    assert [alarm.signal["because"]["input"] for alarm in room.desk.alarms()] == [f"p{n}" for n in range(WORDS)]
    assert (inlet.refusing, inlet.broken, inlet.lost) == ("", 0, 0)


def test_a_database_that_is_away_and_back(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.adapters.store.postgres.PATIENCE", 0.5)
    with postgres_server() as server:
        for run in range(scaled(10)):
            with (
                open_postgres(server.url()) as journal,
                hearing(broker, journal, f"run{run}") as (room, inlet, sensors),
            ):
                through(
                    room,
                    inlet,
                    lambda numbers: speak(sensors, f"run{run}", numbers),  # noqa: B023 - called in this round alone
                    gone=lambda: server.stop("immediate"),
                    back=server.start,
                )


def test_a_disk_that_is_full_and_has_room_again(broker: Broker, small_disk: Path) -> None:
    film = small_disk / "camera"

    def full() -> None:
        with pytest.raises(OSError, match="No space"):
            fill(film)

    with (
        open_journal(small_disk / "journal.sqlite") as journal,
        hearing(broker, journal, "disk") as (room, inlet, sensors),
    ):
        through(room, inlet, lambda numbers: speak(sensors, "disk", numbers), gone=full, back=film.unlink)
