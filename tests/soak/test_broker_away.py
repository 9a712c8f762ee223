"""The broker is away for an hour: no word and no picture is lost, and what falls due meanwhile falls due to the second.

Run: ``pytest --soak tests/soak/test_broker_away.py``. BARTIZAN_SOAK=0.1 has it away for six minutes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from soaking import SCALE, Sensors, access_of, within

from bartizan.adapters.bus import Inlet, Outlet, Publisher, Spool, Subscriber, read_address
from bartizan.adapters.store import open_journal
from bartizan.adapters.web.hub import TURN
from bartizan.app.intake.announce import Announcer
from bartizan.app.live.intake import Intake
from bartizan.app.live.wire import Report, encode
from bartizan.app.room import Room, open_room
from bartizan.app.upkeep.timekeeping import carried_on
from bartizan.desk.alarms import Alarm
from bartizan.signal import Signal
from bartizan.site.document import build
from bartizan.site.site import Site
from mqtt_broker import Broker, running

pytestmark = pytest.mark.soak

AWAY = max(45.0, 3_600.0 * SCALE)  # seconds; a line counts as lost after twenty
AROUND = 10.0  # seconds before and after
LATE = 1.0  # seconds: the goal
BACK = 25.0  # seconds within which a broker that is back is found again: a line dials at least every twenty
DETECTORS = 300
SHELVES = 20
CAMERAS = ("north", "south")
HASH = "ab" * 32


def the_site() -> Site:
    """A gate that may stand open for a third of the time, detectors, and a chain of two steps."""
    detector = {"kind": "detector", "area": "yard", "on": 1, "off": 0}
    detectors = [{"id": f"p{n}", "topic": f"yard/{n}", **detector} for n in range(DETECTORS)]
    contact = {"kind": "contact", "element": "gate", "on": "OPEN", "off": "CLOSED", "held_after": AWAY / 3}
    steps = [{"after": AROUND + part * AWAY, "who": ["everybody"]} for part in (0.25, 0.75)]
    return build(
        {
            "schema": 1,
            "site": {"name": "Away"},
            "area": [{"id": "street", "outside": True}, {"id": "yard"}],
            "element": [{"id": "gate", "kind": "gate", "between": ["street", "yard"]}],
            "input": [{"id": "g", "topic": "gate", **contact}, *detectors],
            "escalation": [{"id": "chain", "kinds": ["call"], "step": steps, "again": 10 * AWAY}],
        }
    )


@dataclass
class Kept:
    """When the desk's clock stood where each thing was kept: by the thing, what happened, and the event's own time."""

    told: list[tuple[datetime, str, str, str, datetime]] = field(default_factory=list)

    def of(self, topic: str, name: str, kind: str) -> list[tuple[datetime, datetime]]:
        """When it was told, and the time that it bears."""
        return [(told, at) for told, its, id_, its_kind, at in self.told if (its, id_, its_kind) == (topic, name, kind)]


@contextmanager
def desk_at_work(room: Room) -> Iterator[Kept]:
    """Time passes at the desk as it does where it is served; what is kept is noted as it comes."""
    kept, over = Kept(), threading.Event()

    def pass_time() -> None:
        while not over.wait(TURN):
            room.pass_time()

    def listen() -> None:
        while (notice := news.get()) is not None:
            kept.told.append((room.ledger.utc(), notice.topic, notice.id, notice.event.kind, notice.event.at))  # type: ignore[union-attr]

    with room.ledger.subscribe(100_000) as news:
        threads = [threading.Thread(target=one) for one in (pass_time, listen)]
        for thread in threads:
            thread.start()
        try:
            yield kept
        finally:
            over.set()
            threads[0].join()
    threads[1].join()


@contextmanager
def watched(broker: Broker, folder: Path) -> Iterator[tuple[dict[str, Publisher], list[tuple[float, Report]]]]:
    """Two machines with a camera each, that tell four times a second, and whoever joins them."""
    found: list[tuple[float, Report]] = []
    over, done = threading.Event(), threading.Event()
    intake = Intake(HASH, CAMERAS)
    began = time.monotonic()
    address, access = read_address(broker.url), access_of(broker)
    joining = Subscriber(address, access, intake, now=lambda: time.monotonic() - began)
    machines = {one: Publisher(address, access, Spool(folder / f"{one}.sqlite")) for one in CAMERAS}

    def tell() -> None:
        number = 0
        while not over.wait(0.25):
            number += 1
            for camera, machine in machines.items():
                report = Report(sender=camera, number=number, site=HASH, camera=camera, t=time.monotonic() - began)
                machine.tell(camera, number, camera, encode(report))

    def join() -> None:
        while not done.is_set():
            told = joining.next(0.1)
            if isinstance(told, Report):
                found.append((time.monotonic() - began, told))

    threads = [threading.Thread(target=one) for one in (tell, join)]
    with joining, machines["north"], machines["south"]:
        for thread in threads:
            thread.start()
        try:
            yield machines, found
        finally:
            over.set()
            threads[0].join()
            drained = [machine.drain(60.0) for machine in machines.values()]
            done.set()
            threads[1].join()
    assert drained == [True, True]
    assert intake.missing == 0


def wait_until(at: float) -> None:
    time.sleep(max(0.0, at - time.monotonic()))


def on_time(told: list[tuple[datetime, datetime]], due: datetime) -> bool:
    """Whether something happened once, when it was due, and was told then."""
    return len(told) == 1 and all(timedelta() <= at - due <= timedelta(seconds=LATE) for at in told[0])


def test_an_hour_without_a_broker_loses_nothing_and_nothing_is_late(broker_folder: Path, tmp_path: Path) -> None:
    with (
        running(broker_folder, keeps=True) as broker,
        open_journal(tmp_path / "journal.sqlite") as journal,
        watched(broker, tmp_path) as (machines, pictures),
    ):
        room = open_room(the_site(), journal, carried_on(journal))

        def hear(topic: str, body: bytes, kept: bool) -> None:
            room.inbox.hear(topic, body, kept=kept)

        access, address = access_of(broker), read_address(broker.url)
        inlet = Inlet(address, access, name="desk", topics=room.inbox.subscriptions, hear=hear)
        announcer = Announcer(room.site, address.prefix, exercises=False, version="1")
        outlet = Outlet(
            address,
            access,
            announcer,
            alarms=room.desk.open_alarms,
            news=room.ledger.subscribe(100_000),
            discovery=None,
        )
        with desk_at_work(room) as kept, inlet, outlet, Sensors(broker) as sensors:
            lines = (inlet.line, outlet.line, sensors.line, *(machine.line for machine in machines.values()))
            room.inbox.mind("inputs", inlet.line.listening.is_set)
            within("the desk hears", 30.0, lambda: inlet.line.listening.is_set() and outlet.line.connected.is_set())
            opened = room.ledger.utc()
            sensors.words.append(("gate", b"OPEN"))
            began = time.monotonic()
            shelves = shelve(room)
            call = room.desk.submit(Signal(id="call", t=0.0, kind="call", state="raised", severity="low"))
            said = say_all(sensors, began)
            wait_until(began + AROUND)
            gone_at = room.ledger.utc()
            broker.stop()
            alarms = [room.desk.submit(Signal(id=f"x{n}", t=0.0, kind="other", state="raised")) for n in range(50)]
            wait_until(began + AROUND + AWAY)
            lost = [alarm for alarm in room.desk.alarms() if alarm.source.kind == "line-lost"]
            assert [alarm.condition for alarm in lost] == ["active"]
            assert lost[0].raised_at - gone_at < timedelta(seconds=20 + LATE + 1)
            assert all(machine.waiting for machine in machines.values())
            broker.start()
            within("all lines are back", BACK, lambda: all(line.connected.is_set() for line in lines))
            said.join()
            within("every word is taken", BACK + AROUND, lambda: room.inbox.taken == DETECTORS + 1)
            within(
                "every picture has come", 60.0, lambda: not any(machine.waiting > 10 for machine in machines.values())
            )
            within("all news are told", 10.0, lambda: not outlet._waiting)
            time.sleep(3.0)
        # no word lost, none twice
        detected = [alarm.signal["because"]["input"] for alarm in room.desk.alarms() if alarm.source.kind == "sensor"]
        assert sorted(detected) == sorted(f"p{n}" for n in range(DETECTORS))
        # what fell due without the broker fell due to the second
        assert [name for name, due in shelves.items() if not on_time(kept.of("alarm", name, "unshelved"), due)] == []
        (held,) = [alarm for alarm in room.desk.alarms() if alarm.source.kind == "door-held"]
        assert on_time(kept.of("alarm", held.id, "raised"), opened + timedelta(seconds=AWAY / 3))
        steps = kept.of("escalation", call.id, "escalated")
        for (told, at), part in zip(steps, (0.25, 0.75), strict=True):
            due = call.raised_at + timedelta(seconds=AROUND + part * AWAY)
            assert on_time([(told, at)], due)
        assert room.desk.alarm(lost[0].id).condition == "cleared"
        assert outlet.dropped == 0
        assert len(alarms) == 50
        # each picture came once, and those of a time at which the broker was there came at once
        for camera in CAMERAS:
            numbers = [report.number for _, report in pictures if report.camera == camera]
            assert sorted(numbers) == list(range(1, len(numbers) + 1))
            assert len(numbers) >= (AWAY + AROUND) * 3
        assert all(machine.unwritten == 0 and machine.spool_dropped == {} for machine in machines.values())


def shelve(room: Room) -> dict[str, datetime]:
    """Alarms that are shelved until moments before, in and after the time without a broker."""
    ends = {}
    for number in range(SHELVES):
        made = room.desk.submit(Signal(id=f"s{number}", t=0.0, kind="other", state="raised", severity="low"))
        room.desk.acknowledge(made.id, "Ann")
        due = room.ledger.utc() + timedelta(seconds=5.0 + (AWAY + AROUND) * number / SHELVES)
        shelved: Alarm = room.desk.shelve(made.id, "Ann", due, "works")
        ends[shelved.id] = due
    return ends


def say_all(sensors: Sensors, began: float) -> threading.Thread:
    """Every detector says once that it is on, spread over the whole time."""

    def say() -> None:
        for number in range(DETECTORS):
            wait_until(began + (AWAY + 2 * AROUND) * number / DETECTORS)
            sensors.words.append((f"yard/{number}", b"1"))

    thread = threading.Thread(target=say)
    thread.start()
    return thread
