"""A desk on a real broker: it hears sensors, also those that spoke while it was away, and says how its alarms stand."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pavement import site_folder as pavement
from pavement import video
from recorder import event, intrusion
from recorder import site_folder as recorded
from test_watch_live import bartizan, wait_for

from bartizan.adapters.bus import Inlet, Outlet, read_access, read_address
from bartizan.adapters.bus.line import Line
from bartizan.adapters.store import open_journal
from bartizan.app.intake.announce import Announcer
from bartizan.app.ledger import MemoryJournal
from bartizan.app.room import open_room
from bartizan.app.room.room import Room
from bartizan.desk.alarms import Alarm
from bartizan.errors import StoreError
from bartizan.signal import Signal
from doors import BADGE, CONTACT, EXIT, PIR, doors
from hearing import kills
from mqtt_broker import Broker

SITE = doors(CONTACT, BADGE, EXIT, PIR)
LIMIT = 30.0


class Ear:
    """Whoever else is on the broker: says things, and hears all below some topics."""

    def __init__(self, broker: Broker, *topics: str) -> None:
        self.heard: list[tuple[str, bytes]] = []
        access = read_access({}, ca=broker.ca, cert=broker.folder / "me.pem", key=Path(broker.key))
        self.line = Line(read_address(broker.url), access, topics=topics, heard=lambda *told: self.heard.append(told))

    def __enter__(self) -> Ear:
        self.line.open()
        assert self.line.listening.wait(LIMIT)
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()

    def latest(self, topic: str) -> bytes | None:
        return next((body for one, body in reversed(self.heard) if one == topic), None)


def until(what: str, enough: Callable[[], Any]) -> None:
    stop = time.monotonic() + LIMIT
    while not enough():
        assert time.monotonic() < stop, what
        time.sleep(0.02)


@pytest.fixture
def room() -> Room:
    return open_room(SITE, MemoryJournal(), lambda: datetime.now(UTC))


@contextmanager
def inlet(broker: Broker, room: Room, hear: Any = None) -> Iterator[Inlet]:
    access = read_access({}, ca=broker.ca, cert=broker.folder / "me.pem", key=Path(broker.key))
    taking = hear or (lambda topic, body, kept: room.inbox.hear(topic, body, kept=kept))
    subscriptions = room.inbox.subscriptions
    with Inlet(read_address(broker.url), access, name="desk-one", topics=subscriptions, hear=taking) as made:
        assert made.line.listening.wait(LIMIT)
        yield made


# ---- in


def test_what_sensors_say_while_the_desk_is_away_is_told_when_it_is_back_in_its_order(
    broker: Broker, room: Room
) -> None:
    with Ear(broker) as sensor:
        with inlet(broker, room):
            sensor.line.say("site/gate", b"OPEN")
            until("forced", room.desk.alarms)
            sensor.line.say("site/gate", b"CLOSED")
            until("taken", lambda: room.inbox.taken == 2)
        sensor.line.say("site/reader", b'{"result": "ok"}')
        sensor.line.say("site/pir", b"1")
        sensor.line.say("site/pir", b"nonsense")
        time.sleep(0.2)
        with inlet(broker, room):
            until("told late", lambda: room.inbox.taken == 4)
            sensor.line.say("site/pir", b"0")
            until("told at once", lambda: room.inbox.taken == 5)
    assert [alarm.source.kind for alarm in room.desk.alarms()] == ["door-forced", "sensor"]
    assert room.inbox.counts() == {"unknown-word": 1}


def test_what_was_not_kept_is_told_again_to_the_next_desk(broker: Broker, room: Room) -> None:
    """A desk that is gone between hearing and keeping: nothing was said to be taken, so nothing is lost."""
    heard: list[bytes] = []

    def refuse(topic: str, body: bytes, kept: bool) -> None:
        heard.append(body)
        raise StoreError("the disk is full")

    with Ear(broker) as sensor:
        with inlet(broker, room, refuse) as first:
            sensor.line.say("site/gate", b"OPEN")
            until("refused", lambda: first.refusing)
        assert heard
        with inlet(broker, room) as second:
            until("taken after all", room.desk.alarms)
            assert second.refusing == ""
        with inlet(broker, room):
            time.sleep(0.3)
    assert room.inbox.taken == 1, "what was said to be taken is not told again"


def test_the_disk_is_tried_again_and_nothing_overtakes(broker: Broker, room: Room) -> None:
    refusals = iter([True, True, False])
    order: list[bytes] = []

    def hear(topic: str, body: bytes, kept: bool) -> None:
        if next(refusals, False):
            raise StoreError("the disk is full")
        order.append(body)

    with Ear(broker) as sensor, inlet(broker, room, hear):
        for word in (b"OPEN", b"CLOSED", b"OPEN"):
            sensor.line.say("site/gate", word)
        until("all of them", lambda: len(order) == 3)
    assert order == [b"OPEN", b"CLOSED", b"OPEN"]


def test_one_message_that_breaks_the_reader_does_not_end_the_hearing(broker: Broker, room: Room) -> None:
    def hear(topic: str, body: bytes, kept: bool) -> None:
        if body == b"OPEN":
            raise ZeroDivisionError
        room.inbox.hear(topic, body, kept=kept)

    with Ear(broker) as sensor, inlet(broker, room, hear) as heard:
        sensor.line.say("site/gate", b"OPEN")
        sensor.line.say("site/pir", b"1")
        until("the next", room.desk.alarms)
        assert heard.broken == 1


def test_a_word_that_the_broker_kept_is_how_things_are(broker: Broker, room: Room) -> None:
    with Ear(broker) as sensor:
        sensor.line.say("site/gate", b"OPEN", keep=True)
        sensor.line.say("site/pir", b"1", keep=True)
        time.sleep(0.2)
        with inlet(broker, room):
            until("both", lambda: room.inbox.taken == 2)
    # a door that stood open is not known to be forced; a detector that is on is on
    assert [alarm.source.kind for alarm in room.desk.alarms()] == ["sensor"]


def test_a_broker_that_is_killed_is_dialled_again(broker: Broker, room: Room) -> None:
    with inlet(broker, room) as heard:
        broker.kill()
        until("it is noticed", lambda: not heard.line.connected.is_set())
        broker.start()
        assert heard.line.listening.wait(LIMIT)
        with Ear(broker) as sensor:
            until("subscribed again", lambda: sensor.line.say("site/pir", b"1") and room.desk.alarms())


def test_a_desk_that_is_killed_while_it_hears_loses_no_word_and_takes_none_twice(
    broker: Broker, tmp_path: Path
) -> None:
    kills(broker, tmp_path, lives=2, words=60)


# ---- out


def signal(name: str, kind: str = "loitering", **more: Any) -> Signal:
    return Signal(id=name, t=0.0, kind=kind, state="raised", **({"zone": "lawn", "area": "yard"} | more))


@contextmanager
def outlet(broker: Broker, room: Room, *, exercises: bool = False) -> Iterator[Outlet]:
    access = read_access({}, ca=broker.ca, cert=broker.folder / "me.pem", key=Path(broker.key))
    address = read_address(broker.url)
    announcer = Announcer(SITE, address.prefix, exercises=exercises, version="1.0")
    with (
        room.ledger.subscribe() as news,
        Outlet(
            address, access, announcer, alarms=room.desk.open_alarms, news=news, discovery="homeassistant"
        ) as telling,
    ):
        yield telling


def test_displays_are_told_how_alarms_stand_and_home_assistant_where(broker: Broker, room: Room) -> None:
    with Ear(broker, "site/#", "homeassistant/#") as display:
        with outlet(broker, room):
            until("it is there", lambda: display.latest("site/desk/status") == b"online")
            until("all is quiet", lambda: display.latest("site/desk/zone/lawn") == b"OFF")
            configs = {topic: json.loads(body) for topic, body in display.heard if topic.startswith("homeassistant/")}
            alarm = room.desk.take(signal("a", severity="high"))
            assert isinstance(alarm, Alarm)
            until("it is said", lambda: display.latest("site/desk/zone/lawn") == b"ON")
            until("to all", lambda: display.latest("site/desk/priority") == b"high")
            assert display.latest("site/desk/alarm") == display.latest("site/desk/waiting") == b"ON"
            assert display.latest("site/desk/element/gate") == b"OFF"
            room.desk.acknowledge(alarm.id, "officer")
            until("taken", lambda: display.latest("site/desk/waiting") == b"OFF")
            assert display.latest("site/desk/alarm") == b"ON"
            room.desk.assess(alarm.id, "officer", "nuisance", "a fox, says Miller")
            until("over", lambda: display.latest("site/desk/alarm") == b"OFF")
            told = json.loads(display.latest(f"site/desk/alarms/{alarm.id}") or b"null")
            assert (told["kind"], told["zone"], told["disposition"]) == ("loitering", "lawn", "nuisance")
        until("it says that it goes", lambda: display.latest("site/desk/status") == b"offline")
        lawn = next(config for config in configs.values() if config["state_topic"] == "site/desk/zone/lawn")
        assert lawn["availability_topic"] == "site/desk/status"
        assert (lawn["payload_on"], lawn["device_class"]) == ("ON", "safety")
        assert len({config["unique_id"] for config in configs.values()}) == len(configs) == 6
    everything = b"".join(body for _, body in display.heard)
    assert b"Miller" not in everything
    assert b"officer" not in everything


def test_who_comes_later_is_told_and_home_assistant_that_begins_again(broker: Broker, room: Room) -> None:
    room.desk.take(signal("a"))
    with outlet(broker, room), Ear(broker, "site/desk/#") as early:
        until("kept", lambda: early.latest("site/desk/alarm") == b"ON")
        with Ear(broker, "site/desk/zone/lawn", "homeassistant/#") as late:
            until("told", lambda: late.latest("site/desk/zone/lawn") == b"ON")
            until("kept too", lambda: sum(topic.endswith("/config") for topic, _ in late.heard) == 6)
            late.line.say("homeassistant/status", b"online")
            until("again", lambda: sum(topic.endswith("/config") for topic, _ in late.heard) == 12)


def test_neither_an_exercise_nor_a_silent_call_for_help_is_told_and_exercises_apart_where_asked(
    broker: Broker, room: Room
) -> None:
    with Ear(broker, "site/#") as display:
        with outlet(broker, room):
            room.desk.take(signal("x", exercise=True))
            room.desk.take(signal("d", kind="duress"))
            room.desk.take(signal("r", zone=None, area=None, element="gate"))
            until("the real one", lambda: display.latest("site/desk/element/gate") == b"ON")
        assert {topic for topic, body in display.heard if body == b"ON"} == {
            "site/desk/alarm",
            "site/desk/waiting",
            "site/desk/element/gate",
        }
        assert not any(topic.startswith("site/exercise") or b"duress" in body for topic, body in display.heard)
        display.heard.clear()
        with outlet(broker, room, exercises=True):
            until("apart", lambda: display.latest("site/exercise/zone/lawn") == b"ON")
        assert display.latest("site/desk/zone/lawn") == b"OFF"


def test_news_of_an_hour_without_a_broker_are_told_when_it_is_back(broker: Broker, room: Room) -> None:
    with outlet(broker, room) as telling:
        assert telling.line.connected.wait(LIMIT)
        broker.kill()
        until("gone", lambda: not telling.line.connected.is_set())
        alarms = [room.desk.submit(signal(str(number))) for number in range(50)]
        broker.start()
        with Ear(broker, "site/desk/#") as display:
            until("the state", lambda: display.latest("site/desk/alarm") == b"ON")
    assert telling.dropped == 0
    assert len(alarms) == 50


# ---- the command


def desk(folder: Path, broker: Broker, *more: str) -> list[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    return ["desk", str(folder), "--port", port, *more, "--tell", broker.url, *broker.options]


def alarms_of(display: Ear) -> dict[str, dict[str, Any]]:
    told = [json.loads(body) for topic, body in display.heard if topic.startswith("site/desk/alarms/")]
    return {one["id"]: one for one in told}


def test_a_desk_that_is_killed_forgets_no_word_and_raises_nothing_twice(broker: Broker, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text(
        'schema = 1\n[site]\nname = "Doors"\n[[area]]\nid = "yard"\n[[area]]\nid = "hall"\n'
        '[[element]]\nid = "gate"\nkind = "gate"\nbetween = ["yard", "hall"]\n'
        '[[input]]\nid = "g"\nkind = "contact"\nelement = "gate"\ntopic = "doors/gate"\non = "OPEN"\noff = "CLOSED"\n'
        "settle = 0\n"
    )
    command = desk(folder, broker, "--inputs", f"mqtts://localhost:{broker.port}")
    with Ear(broker, "site/desk/#") as other:
        with bartizan(*command, out=tmp_path / "one.txt") as process:
            wait_for("the desk", lambda: other.latest("site/desk/status") == b"online", process)
            until("an alarm", lambda: other.line.say("doors/gate", b"OPEN") and alarms_of(other))
            process.kill()
            process.wait()
        until("its will", lambda: other.latest("site/desk/status") == b"offline")
        for word in (b"OPEN", b"CLOSED"):
            other.line.say("doors/gate", word)
        other.heard.clear()
        with bartizan(*command, out=tmp_path / "two.txt") as process:
            wait_for(
                "it goes on",
                lambda: any(one["condition"] == "cleared" for one in alarms_of(other).values()),
                process,
            )
        assert len(alarms_of(other)) == 1
    with open_journal(tmp_path / "site.bartizan-data" / "journal.sqlite") as journal:
        kinds = [record.kind for record in journal.read() if record.stream.startswith("alarm/")]
    assert kinds == ["raised", "cleared"]


def test_a_desk_watches_the_cameras_of_another_machine(broker: Broker, tmp_path: Path) -> None:
    site = pavement(tmp_path)
    source = f"north={video(tmp_path / 'north.avi', 'north', 20.0, 2.0)}"
    sender = ["watch", str(site), "--camera", source, "--to", broker.url, *broker.options]
    command = desk(site, broker, "--from", broker.url)
    with (
        Ear(broker, "site/desk/#") as other,
        bartizan(*command, out=tmp_path / "desk.txt") as process,
    ):
        wait_for("the desk", lambda: other.latest("site/desk/status") == b"online", process)
        with bartizan(*sender, "--spool", str(tmp_path / "n.sqlite"), out=tmp_path / "north.txt") as worker:
            wait_for(
                "somebody loiters",
                lambda: any(one["kind"] == "loitering" for one in alarms_of(other).values()),
                process,
                worker,
            )
        until("the zone", lambda: other.latest("site/desk/zone/pavement") == b"ON")
        process.terminate()
        assert process.wait(LIMIT) == 0
    assert "Traceback" not in (tmp_path / "desk.err").read_text()


def test_a_desk_hears_what_frigate_and_onvif_cameras_notice(broker: Broker, tmp_path: Path) -> None:
    site = recorded(tmp_path)
    text = (site / "site.toml").read_text().replace("after = 20", "after = 2")
    (site / "site.toml").write_text(text)
    command = desk(site, broker, *(f"--{name}=mqtts://localhost:{broker.port}/{name}" for name in ("frigate", "onvif")))
    with (
        Ear(broker, "site/desk/#") as other,
        bartizan(*command, out=tmp_path / "desk.txt") as process,
    ):

        def noticed() -> bool:
            other.line.say("frigate/events", json.dumps(event("1.1-a", time.time(), (2.0, 6.0))).encode())
            other.line.say("onvif/gate", json.dumps(intrusion(datetime.now(UTC), True)).encode())
            time.sleep(0.4)
            return {one["kind"] for one in alarms_of(other).values()} == {"loitering", "intrusion"}

        wait_for("the desk", lambda: other.latest("site/desk/status") == b"online", process)
        wait_for("somebody stays", noticed, process)
        process.terminate()
        assert process.wait(LIMIT) == 0
