"""Signs of the desk's health: each says how it is at the very bound, and what is lost is never shown as well."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bartizan.adapters.files.disk import disk_probe
from bartizan.adapters.mail import OutreachCabinet
from bartizan.adapters.workers.fleet import Fleet
from bartizan.adapters.workers.vital import fleet_probe
from bartizan.app.desk.feed import Counts
from bartizan.app.handover.office import Safe
from bartizan.app.handover.ports import MemoryVault, PassingKeys
from bartizan.app.health import Vital, feed_vitals, room_vitals
from bartizan.app.ledger import MemoryJournal
from bartizan.app.outreach import Backlog
from bartizan.app.room import Room, open_room
from bartizan.errors import StoreError
from bartizan.signal import Signal
from bartizan.site import build

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITE = build({"schema": 1, "site": {"name": "Yard"}, "area": [{"id": "street", "outside": True}]})


def named(vitals: Iterable[Vital], group: str, name: str) -> Vital:
    (found,) = [one for one in vitals if (one.group, one.name) == (group, name)]
    return found


def a_room(**more: Any) -> Room:
    return open_room(SITE, MemoryJournal(), lambda: NOON, minds=False, **more)


def of_room(room: Room, machine: datetime = NOON) -> list[Vital]:
    return list(room_vitals(room, lambda: machine))


# ---- the feed


def test_what_is_received_is_a_number_and_what_is_lost_is_to_be_watched() -> None:
    good = list(feed_vitals(Counts(received=9, detected=4)))
    assert [(one.name, one.values["n"], one.state) for one in good] == [
        ("received", 9, "none"),
        ("detected", 4, "none"),
        ("source", 0, "good"),
        ("unseen", 0, "none"),
        ("cut", 0, "good"),
    ]
    lossy = list(feed_vitals(Counts(dropped=1, unseen=7, cut=2)))
    assert [(one.name, one.state) for one in lossy if one.state == "warn"] == [("source", "warn"), ("cut", "warn")]


# ---- the room


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0.0, "good"), (0.99, "good"), (1.0, "warn"), (-1.0, "warn"), (59.9, "warn"), (60.0, "bad"), (-3600.0, "bad")],
)
def test_a_clock_that_is_off_is_told_whichever_way(seconds: float, state: str) -> None:
    told = named(of_room(a_room(), NOON + timedelta(seconds=seconds)), "clock", "off")
    assert (told.values["seconds"], told.state) == (round(abs(seconds), 1), state)


def test_records_open_alarms_and_who_waits() -> None:
    room = a_room()
    for name in ("a", "b"):
        room.desk.submit(Signal(id=name, t=0.0, kind="contact", state="raised"))
    room.desk.acknowledge(room.desk.open_alarms()[0].id, "ada")
    vitals = of_room(room)
    assert named(vitals, "store", "records").values == {"n": room.ledger.seq}
    assert room.ledger.seq == 3
    # one is taken, one waits for somebody
    assert named(vitals, "queues", "open").values == {"n": 2, "waiting": 1}


def test_a_message_that_was_not_taken_is_shown_with_its_reason() -> None:
    room = a_room()
    assert [one for one in of_room(room) if one.name == "intake"] == []
    room.inbox.refused["beam", "no JSON"] += 3
    told = named(of_room(room), "dropped", "intake")
    assert (told.values, told.state) == ({"what": "no JSON", "n": 3}, "none")


def test_requests_that_the_audit_counted_are_shown() -> None:
    room = a_room()
    assert named(of_room(room), "dropped", "audit").state == "good"
    for _ in range(63):
        room.audit.record(by="stranger", role=None, action="public", what="POST /login", known=False)
    told = named(of_room(room), "dropped", "audit")
    assert (told.values, told.state) == ({"n": 3}, "warn")


def test_a_key_that_the_disk_would_not_destroy_is_wrong() -> None:
    class Stuck(MemoryVault):
        def destroy(self, name: str, address: str) -> None:
            raise StoreError("the disk is read-only")

    room = a_room(safe=Safe(vault=Stuck(), keys=PassingKeys(), every=None))
    alarm = room.desk.submit(Signal(id="a", t=0.0, kind="contact", state="raised"))
    assert named(of_room(room), "store", "left").state == "good"
    item = room.evidence.put(b"x", "image/jpeg", f"alarm/{alarm.id}", "ada")
    room.evidence.erase(item.id, "ada", "asked for")
    told = named(of_room(room), "store", "left")
    assert (told.values, told.state) == ({"n": 1}, "bad")


def test_who_is_told_outside_is_shown_only_where_anybody_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one for one in of_room(a_room()) if one.name in ("outreach", "given-up")] == []
    cabinet = OutreachCabinet(tmp_path / "outreach.sqlite")
    try:
        room = a_room(cabinet=cabinet)
        assert named(of_room(room), "queues", "outreach").state == "good"
        for waiting, problem, state in ((0, None, "good"), (2, None, "warn"), (2, "the mail server is away", "bad")):
            told = Backlog(
                waiting=waiting,
                mails=waiting,
                hooks=0,
                oldest=None,
                problem=problem,
                sent=0,
                refused=0,
                given_up=waiting,
                forgotten=0,
            )
            monkeypatch.setattr(room.outreach, "backlog", lambda told=told: told)
            vitals = of_room(room)
            shown = named(vitals, "queues", "outreach")
            assert (shown.values, shown.state) == ({"n": waiting, "problem": problem or ""}, state)
            assert named(vitals, "dropped", "given-up").state == ("warn" if waiting else "good")
    finally:
        cabinet.close()


def test_a_vital_travels_as_plain_json() -> None:
    told = Vital(group="workers", name="gone", values={"camera": "north"}, state="bad")
    assert told.to_json() == {"group": "workers", "name": "gone", "values": {"camera": "north"}, "state": "bad"}


# ---- the disk


@pytest.mark.parametrize(
    ("free", "state"), [(0.5, "good"), (0.05, "good"), (0.049, "warn"), (0.02, "warn"), (0.019, "bad"), (0.0, "bad")]
)
def test_a_disk_that_fills_is_told_before_it_is_full(
    free: float, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(total=1_000_000_000_000, free=free * 1_000_000_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    (told,) = disk_probe(tmp_path)()
    assert (told.name, told.state) == ("disk", state)
    assert told.values == {"free": round(free * 1_000_000), "percent": round(100 * free, 1)}


def test_the_journal_has_its_size_where_it_lies_there_and_a_disk_that_is_gone_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"x" * 2_500_000)
    assert named(disk_probe(tmp_path)(), "store", "journal").values == {"mb": 2.5}
    (gone,) = disk_probe(tmp_path / "nowhere")()
    assert (gone.name, gone.state) == ("disk-gone", "bad")
    assert "No such file" in str(gone.values["problem"])


# ---- the processes of the cameras


@dataclass
class Told:
    """What the probe asks of a fleet."""

    pids: dict[str, int]
    counts: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(starts=Counter(north=2, south=1), deaths=Counter(north=1))
    )


def test_each_process_is_alive_or_gone_and_deaths_are_counted() -> None:
    vitals = fleet_probe(cast("Fleet", Told({"north": 4711, "south": 4712})))()
    assert [(one.name, one.values, one.state) for one in vitals] == [
        ("process", {"camera": "north", "pid": 4711}, "good"),
        ("process", {"camera": "south", "pid": 4712}, "good"),
        ("deaths", {"n": 1}, "none"),
    ]
    dead = fleet_probe(cast("Fleet", Told({"south": 4712})))()
    assert [(one.name, one.values["camera"], one.state) for one in dead[:2]] == [
        ("gone", "north", "bad"),
        ("process", "south", "good"),
    ]


def test_the_probe_asks_anew_each_time() -> None:
    told = Told({"north": 1, "south": 2})
    probe = fleet_probe(cast("Fleet", told))
    assert [one.state for one in probe()[:2]] == ["good", "good"]
    told.pids = {}
    assert [one.state for one in probe()[:2]] == ["bad", "bad"]
